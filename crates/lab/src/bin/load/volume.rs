//! What reading costs when there is much to read: a thousand people elsewhere, two hundred groups that Nadia is in, and many posts.
//!
//! The same questions are asked of a small and of a large instance, so that what grows with the number of posts shows.

use std::{io, time::Instant};

use kindred_lab::{Lab, Letter, Sender};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    Wish,
    figures::Figures,
    scenarios::{Scene, WRITERS, failed, mib, milliseconds_each},
};

/// How many people write, over all servers.
const PEOPLE: usize = 1000;
/// How many groups there are; Nadia is in all of them.
const GROUPS: usize = 200;
/// Answers below the post that everybody answers.
const ANSWERS: usize = 500;
/// Letters that are signed and sent at a time.
const AT_ONCE: usize = 5000;

/// The names of the figures at one size.
struct Keys {
    home: [&'static str; 2],
    group: [&'static str; 2],
    thread: [&'static str; 2],
    search: [&'static str; 2],
}

const SMALL: Keys = Keys {
    home: ["small.home", "small.home.p99"],
    group: ["small.group", "small.group.p99"],
    thread: ["small.thread", "small.thread.p99"],
    search: ["small.search", "small.search.p99"],
};

const LARGE: Keys = Keys {
    home: ["large.home", "large.home.p99"],
    group: ["large.group", "large.group.p99"],
    thread: ["large.thread", "large.thread.p99"],
    search: ["large.search", "large.search.p99"],
};

/// A thousand posts, then a hundred thousand, in the same groups.
pub(crate) async fn all(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    let scene = Scene::open(wish)?;
    let lab = Lab::start(WRITERS).await?;
    let groups = found(&scene, wish.some(GROUPS))?;
    let ids = join(&scene, &groups).await?;
    let thread = long_thread(&scene, &lab, &groups[0], wish.some(ANSWERS)).await?;
    write(&scene, &lab, &groups, 0..1000 - wish.some(ANSWERS)).await?;
    ask(wish, figures, &scene, &ids[0], &thread, &SMALL).await?;
    write(&scene, &lab, &groups, 1000..wish.some(100_000)).await?;
    ask(wish, figures, &scene, &ids[0], &thread, &LARGE).await
}

/// Founds groups; answers their addresses.
fn found(scene: &Scene, count: usize) -> io::Result<Vec<String>> {
    (0..count)
        .map(|number| {
            let handle = format!("g{number}");
            let name = format!("Group {number}");
            let words = [
                "group",
                "add",
                &handle,
                "--name",
                &name,
                "--organiser",
                "nadia",
            ];
            scene.instance.run(&words)?;
            Ok(format!("{}/g/{handle}", scene.instance.origin()))
        })
        .collect()
}

/// Nadia hears of all of them; answers their numbers.
async fn join(scene: &Scene, groups: &[String]) -> io::Result<Vec<String>> {
    let mut sender = scene.instance.sender();
    let signed_in = [("authorization", scene.token.as_str())];
    let mut ids = Vec::new();
    for group in groups {
        let handle = group.rsplit('/').next().unwrap_or_default();
        let path = format!("/api/v1/accounts/lookup?acct={handle}");
        let found = sender.get(&path, &signed_in).await?.json();
        let id = found["id"]
            .as_str()
            .ok_or_else(|| failed(&format!("{handle} was not found: {found}")))?;
        let path = format!("/api/v1/accounts/{id}/follow");
        if !sender.post(&path, &signed_in, b"").await?.is_success() {
            return Err(failed(&format!("{handle} cannot be joined")));
        }
        ids.push(id.to_owned());
    }
    Ok(ids)
}

/// A post in a group with many answers, each to one of the earlier ones; answers its number.
async fn long_thread(scene: &Scene, lab: &Lab, group: &str, answers: usize) -> io::Result<String> {
    let author = lab.host(0).person("person0");
    let root = author.page(group, "Which lints do you deny?");
    let mut ids = vec![root["object"]["id"].as_str().unwrap_or_default().to_owned()];
    let mut letters = vec![author.letter(&scene.shared_inbox(), &root)?];
    for number in 0..answers {
        let parent = ids[number / 3].clone();
        let words = format!("<p>Answer {number}: all of them, and then some.</p>");
        let note = author.note_that(&words, &[group], Some(&parent));
        ids.push(note["object"]["id"].as_str().unwrap_or_default().to_owned());
        letters.push(author.letter(&scene.shared_inbox(), &note)?);
    }
    scene.send(vec![letters]).await?;
    scene.settled().await?;
    let signed_in = [("authorization", scene.token.as_str())];
    let path = format!("/api/v2/search?resolve=true&type=statuses&q={}", ids[0]);
    let found = scene.instance.sender().get(&path, &signed_in).await?.json();
    match found["statuses"][0]["id"].as_str() {
        Some(id) => Ok(id.to_owned()),
        None => Err(failed(&format!("the long thread is not there: {found}"))),
    }
}

/// Posts in all groups by everybody in turn.
async fn write(
    scene: &Scene,
    lab: &Lab,
    groups: &[String],
    numbers: std::ops::Range<usize>,
) -> io::Result<()> {
    let all: Vec<usize> = numbers.collect();
    for some in all.chunks(AT_ONCE) {
        let mut batches: Vec<Vec<Letter>> = (0..WRITERS).map(|_| Vec::new()).collect();
        for number in some {
            let host = number % WRITERS;
            let name = format!("person{}", number / WRITERS % (PEOPLE / WRITERS));
            let author = lab.host(host).person(&name);
            let title = format!("Ownership, part {number}, on ferris{number}");
            let page = author.page(&groups[number % groups.len()], &title);
            batches[host].push(author.letter(&scene.shared_inbox(), &page)?);
        }
        scene.send(batches).await?;
        scene.settled().await?;
    }
    Ok(())
}

async fn ask(
    wish: &Wish,
    figures: &mut Figures,
    scene: &Scene,
    group: &str,
    thread: &str,
    keys: &Keys,
) -> io::Result<()> {
    let times = wish.some(1000);
    for (key, path, times) in [
        (
            keys.home,
            "/api/v1/timelines/home?limit=20".to_owned(),
            times,
        ),
        (
            keys.group,
            format!("/api/v1/timelines/group/{group}?limit=20"),
            times,
        ),
        (
            keys.thread,
            format!("/api/v1/statuses/{thread}/context"),
            times / 10,
        ),
        (
            keys.search,
            "/api/v2/search?type=statuses&limit=20&q=ownership".to_owned(),
            times / 5,
        ),
    ] {
        let mut sender = scene.instance.sender();
        let signed_in = [("authorization", scene.token.as_str())];
        let request = sender.request("GET", &path, &signed_in, b"");
        asked(&mut sender, &request, times / 10 + 1, &path).await?;
        let before = scene.instance.usage()?;
        let mut took = asked(&mut sender, &request, times, &path).await?;
        let after = scene.instance.usage()?;
        figures.note(key[0], milliseconds_each(before, after, times));
        took.sort_by(f64::total_cmp);
        figures.note(
            key[1],
            took.get(times * 99 / 100).copied().unwrap_or_default(),
        );
    }
    Ok(())
}

/// Asks for a page so often, one after the other; answers how long each took, in milliseconds.
async fn asked(
    sender: &mut Sender,
    request: &[u8],
    times: usize,
    path: &str,
) -> io::Result<Vec<f64>> {
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let began = Instant::now();
        let answer = sender.send(request).await?;
        took.push(began.elapsed().as_secs_f64() * 1000.0);
        if !answer.is_success() || answer.body.len() < 200 {
            return Err(failed(&format!(
                "{path}: {} and {} bytes",
                answer.status,
                answer.body.len()
            )));
        }
    }
    Ok(took)
}

/// A thousand open streams, and how much more memory they take.
pub(crate) async fn sockets(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    let scene = Scene::open(wish)?;
    let authority = scene.instance.origin().replace("http://", "");
    let before = scene.instance.usage()?.pss_kib;
    let mut open = Vec::new();
    for _ in 0..wish.some(1000) {
        let mut socket = TcpStream::connect(&authority).await?;
        let question = format!(
            "GET /api/v1/streaming?stream=user HTTP/1.1\r\nhost: {authority}\r\nauthorization: {}\r\nconnection: upgrade\r\n\
             upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            scene.token
        );
        socket.write_all(question.as_bytes()).await?;
        let mut answer = [0; 512];
        let length = socket.read(&mut answer).await?;
        if !answer[..length].starts_with(b"HTTP/1.1 101") {
            return Err(failed(&String::from_utf8_lossy(&answer[..length])));
        }
        open.push(socket);
    }
    let after = scene.instance.usage()?.pss_kib;
    figures.note("sockets", mib(after.saturating_sub(before) * 1024));
    Ok(())
}
