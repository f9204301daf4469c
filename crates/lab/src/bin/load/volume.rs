//! What reading costs when there is much to read: a thousand people elsewhere, two hundred groups that Nadia is in, and many posts.
//!
//! The same questions are asked of a small and of a large instance, so that what grows with the number of posts shows.

use std::{io, ops::Range, time::Instant};

use kindred_lab::{Lab, Letter, Sender};

use crate::{
    Wish,
    figures::{Figures, p99},
    scenarios::{Scene, WRITERS, failed, milliseconds_each},
};

/// How many people write, over all servers.
const PEOPLE: usize = 1000;
/// How many groups there are; Nadia is in all of them.
const GROUPS: usize = 200;
/// Answers below the post that everybody answers; they are not counted among the others.
const ANSWERS: usize = 500;
/// How many posts there are when the questions are asked first, and last.
const FEW: usize = 1000;
const MANY: usize = 100_000;
/// Letters that are signed and sent at a time.
const AT_ONCE: usize = 5000;
/// How many pages down the home timeline one looks while it is short.
const PAGES_DOWN: usize = 20;

/// What is asked: its figures with few and with many posts, and that of its growth.
struct Question {
    few: [&'static str; 2],
    many: [&'static str; 2],
    growth: &'static str,
}

macro_rules! question {
    ($name:literal) => {
        Question {
            few: [concat!("small.", $name), concat!("small.", $name, ".p99")],
            many: [concat!("large.", $name), concat!("large.", $name, ".p99")],
            growth: concat!("growth.", $name),
        }
    };
}

const HOME: Question = question!("home");
const DEEP: Question = question!("deep");
const GROUP: Question = question!("group");
const ACCOUNT: Question = question!("account");
const THREAD: Question = question!("thread");
const SEARCH: Question = question!("search");
const RARE: Question = question!("rare");

/// A thousand posts, then a hundred thousand, in the same groups.
pub(crate) async fn all(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    let scene = Scene::open(wish)?;
    let lab = Lab::start(WRITERS).await?;
    let groups = found(&scene, wish.some(GROUPS))?;
    let ids = join(&scene, &groups).await?;
    let thread = long_thread(&scene, &lab, &groups[0], wish.some(ANSWERS)).await?;
    write(&scene, &lab, &groups, 0..FEW).await?;
    let before_all = newest_at_home(&scene).await?;
    let mut pages = pages(&ids[0], &thread, &far_down(&scene).await?);
    for (question, path) in &pages {
        ask(wish, figures, &scene, question.few, path).await?;
    }
    let taken = write(&scene, &lab, &groups, FEW..wish.some(MANY)).await?;
    if let [young, .., old] = taken[..] {
        figures.note("young.ingest", young);
        figures.note("old.ingest", old);
        figures.note_ratio("growth.ingest", "old.ingest", "young.ingest");
    }
    let posts = wish.some(MANY) + wish.some(ANSWERS) + 1;
    let bytes = u32::try_from(scene.instance.database_bytes()? / posts as u64);
    figures.note("database", bytes.map_or(f64::INFINITY, f64::from));
    // As far down as one gets: behind everything that came since.
    pages[1].1 = home_before(&before_all);
    for (question, path) in &pages {
        ask(wish, figures, &scene, question.many, path).await?;
        figures.note_ratio(question.growth, question.many[0], question.few[0]);
    }
    Ok(())
}

/// The questions and where they are asked.
fn pages(group: &str, thread: &str, deep: &str) -> [(Question, String); 7] {
    let search = "/api/v2/search?type=statuses&limit=20&q=";
    [
        (HOME, "/api/v1/timelines/home?limit=20".to_owned()),
        (DEEP, home_before(deep)),
        (GROUP, format!("/api/v1/timelines/group/{group}?limit=20")),
        (
            ACCOUNT,
            format!("/api/v1/accounts/{group}/statuses?limit=20"),
        ),
        (THREAD, format!("/api/v1/statuses/{thread}/context")),
        (SEARCH, format!("{search}ownership")),
        (RARE, format!("{search}ferris77")),
    ]
}

fn home_before(id: &str) -> String {
    format!("/api/v1/timelines/home?limit=20&max_id={id}")
}

/// The number of the newest post at home.
async fn newest_at_home(scene: &Scene) -> io::Result<String> {
    let page = entries(scene, "/api/v1/timelines/home?limit=20").await?;
    page.into_iter()
        .next()
        .ok_or_else(|| failed("nothing is at home"))
}

/// The number of a post many pages down the home timeline.
async fn far_down(scene: &Scene) -> io::Result<String> {
    let mut last = newest_at_home(scene).await?;
    for _ in 0..PAGES_DOWN {
        let page = entries(scene, &home_before(&last)).await?;
        last = page
            .into_iter()
            .next_back()
            .ok_or_else(|| failed("home is too short"))?;
    }
    Ok(last)
}

/// The numbers of the posts on a page.
async fn entries(scene: &Scene, path: &str) -> io::Result<Vec<String>> {
    let signed_in = [("authorization", scene.token.as_str())];
    let page = scene.instance.sender().get(path, &signed_in).await?.json();
    let ids = page.as_array().into_iter().flatten();
    Ok(ids
        .filter_map(|post| Some(post["id"].as_str()?.to_owned()))
        .collect())
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

/// Posts in all groups by everybody in turn; answers what each of a few thousand cost, in the order in which they came.
async fn write(
    scene: &Scene,
    lab: &Lab,
    groups: &[String],
    numbers: Range<usize>,
) -> io::Result<Vec<f64>> {
    let all: Vec<usize> = numbers.collect();
    let mut costs = Vec::new();
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
        let before = scene.instance.usage()?;
        scene.send(batches).await?;
        scene.settled().await?;
        costs.push(milliseconds_each(
            before,
            scene.instance.usage()?,
            some.len(),
        ));
    }
    Ok(costs)
}

/// Asks one question often enough to know what it costs and how long nearly all answers take.
async fn ask(
    wish: &Wish,
    figures: &mut Figures,
    scene: &Scene,
    [cost, wall]: [&'static str; 2],
    path: &str,
) -> io::Result<()> {
    // A long thread takes as long as many pages.
    let times = wish.some(if path.ends_with("/context") {
        100
    } else {
        1000
    });
    let mut sender = scene.instance.sender();
    let signed_in = [("authorization", scene.token.as_str())];
    let request = sender.request("GET", path, &signed_in, b"");
    // The first answers warm up.
    asked(&mut sender, &request, times / 10 + 1, path).await?;
    let before = scene.instance.usage()?;
    let mut took = asked(&mut sender, &request, times, path).await?;
    let after = scene.instance.usage()?;
    figures.note(cost, milliseconds_each(before, after, times));
    figures.note(wall, p99(&mut took));
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
