//! What is done to the instance, and what is measured while it is done.
//!
//! Every scenario begins with a fresh instance and leaves nothing behind.

use std::{
    fs, io,
    time::{Duration, Instant},
};

use kindred_lab::{Instance, Lab, Letter, Plan, Sender, Usage};

use crate::{
    Wish,
    figures::{Figures, median},
    limits, volume,
};

/// Nothing in here may take longer.
const PATIENCE: Duration = Duration::from_mins(3);

/// How many servers write to the instance.
pub(crate) const WRITERS: usize = 20;

/// One round of everything that is wanted.
pub(crate) async fn all(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    limits::measure(figures)?;
    if wish.wants("start") {
        start(wish, figures).await?;
    }
    if wish.wants("ingest") {
        for_group(wish, figures).await?;
    }
    if wish.wants("ingest") || wish.wants("read") {
        followed(wish, figures).await?;
    }
    if wish.wants("volume") {
        volume::all(wish, figures).await?;
    }
    if wish.wants("sockets") {
        volume::sockets(wish, figures).await?;
    }
    if wish.wants("fanout-100") {
        fan_out(wish, figures, wish.some(100), Keys::HUNDRED).await?;
    }
    if wish.wants("fanout-1000") {
        fan_out(wish, figures, wish.some(1000), Keys::THOUSAND).await?;
    }
    Ok(())
}

/// A small number of something as a figure.
fn float(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files and processes")]
pub(crate) fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}

pub(crate) fn failed(what: &str) -> io::Error {
    io::Error::other(what.to_owned())
}

/// Processor time between two looks, of the instance and its database, for each of so many things.
pub(crate) fn milliseconds_each(before: Usage, after: Usage, things: usize) -> f64 {
    let all = |usage: Usage| (usage.cpu + usage.database_cpu).as_secs_f64() * 1000.0;
    (all(after) - all(before)) / float(things)
}

async fn start(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    figures.note("binary", mib(fs::metadata(&wish.binary)?.len()));
    let mut instance = Instance::prepare(&wish.binary, wish.database.clone())?;
    figures.note("start.first", instance.start()?.as_secs_f64());
    instance.end()?;
    figures.note("start.later", instance.start()?.as_secs_f64());
    tokio::time::sleep(Duration::from_secs(if wish.small { 1 } else { 10 })).await;
    figures.note("idle", mib(instance.usage()?.pss_kib * 1024));
    instance.end()
}

/// An instance with Nadia and her group, and her token.
pub(crate) struct Scene {
    pub(crate) instance: Instance,
    /// The `Authorization` header of Nadia.
    pub(crate) token: String,
    group: String,
    nadia: String,
}

impl Scene {
    pub(crate) fn open(wish: &Wish) -> io::Result<Self> {
        let mut instance = Instance::prepare(&wish.binary, wish.database.clone())?;
        instance.run(&["person", "add", "nadia", "--email", "nadia@kindred.example"])?;
        instance.run(&[
            "group",
            "add",
            "rust",
            "--name",
            "Rust",
            "--organiser",
            "nadia",
            "--topic",
            "rust",
            "--summary",
            "For everybody who writes Rust at work, or would like to.",
        ])?;
        let token = instance.run(&["person", "token", "nadia"])?;
        instance.start()?;
        let origin = instance.origin();
        Ok(Self {
            token: format!("Bearer {token}"),
            group: format!("{origin}/g/rust"),
            nadia: format!("{origin}/p/nadia"),
            instance,
        })
    }

    pub(crate) fn shared_inbox(&self) -> String {
        format!("{}/inbox", self.instance.origin())
    }

    pub(crate) async fn settled(&self) -> io::Result<()> {
        if self.instance.settled(PATIENCE).await? {
            Ok(())
        } else {
            Err(failed("jobs were left when patience was at its end"))
        }
    }

    /// Nadia publishes; the answer is the address of the post.
    async fn publish(&self, sender: &mut Sender, number: usize) -> io::Result<String> {
        let text = format!("status=%40rust+Post+{number}%3A+how+do+you+keep+your+builds+short%3F");
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [form, ("authorization", self.token.as_str())];
        let answer = sender
            .post("/api/v1/statuses", &headers, text.as_bytes())
            .await?;
        match answer.json()["uri"].as_str() {
            Some(uri) => Ok(uri.to_owned()),
            None => Err(failed(&String::from_utf8_lossy(&answer.body))),
        }
    }

    /// Sends every batch over a connection of its own, all side by side.
    pub(crate) async fn send(&self, batches: Vec<Vec<Letter>>) -> io::Result<()> {
        let mut tasks = tokio::task::JoinSet::new();
        for batch in batches {
            let mut sender = self.instance.sender();
            tasks.spawn(async move {
                for letter in &batch {
                    let answer = sender.send(&letter.bytes).await?;
                    if !answer.is_success() {
                        let why = String::from_utf8_lossy(&answer.body).into_owned();
                        return Err(failed(&format!("{}: {} {why}", letter.id, answer.status)));
                    }
                }
                Ok(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.map_err(io::Error::other)??;
        }
        Ok(())
    }
}

/// Pages for a group of ours by people whom nobody follows, from servers that follow nothing.
async fn for_group(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    let scene = Scene::open(wish)?;
    let lab = Lab::start(WRITERS).await?;
    let each = wish.some(2000) / WRITERS;
    let batches = |each: usize| -> io::Result<Vec<Vec<Letter>>> {
        lab.hosts()
            .iter()
            .map(|host| {
                let author = host.person("tomas");
                (0..each)
                    .map(|number| {
                        let page = author.page(&scene.group, &format!("Page {number}"));
                        Ok(author.letter(&scene.shared_inbox(), &page)?)
                    })
                    .collect()
            })
            .collect()
    };
    // The first letters introduce the authors and their servers; that is another figure.
    scene.send(batches(2)?).await?;
    scene.settled().await?;
    let letters = batches(each)?;
    let before = scene.instance.usage()?;
    scene.send(letters).await?;
    scene.settled().await?;
    let after = scene.instance.usage()?;
    figures.note(
        "ingest.group",
        milliseconds_each(before, after, each * WRITERS),
    );
    let outbox = scene.instance.sender().get("/g/rust/outbox", &[]).await?;
    match outbox.json()["totalItems"].as_u64() {
        Some(total) if total >= ((each + 2) * WRITERS) as u64 => Ok(()),
        total => Err(failed(&format!("the group has {total:?} posts"))),
    }
}

/// Notes of people whom Nadia follows; then everything is read.
async fn followed(wish: &Wish, figures: &mut Figures) -> io::Result<()> {
    let scene = Scene::open(wish)?;
    let plan = Plan {
        hosts: WRITERS,
        agreeable: true,
        ..Plan::default()
    };
    let lab = Lab::play(&plan).await?;
    for host in lab.hosts() {
        follow(&scene, host.person("tomas").uri()).await?;
    }
    // The agreement is on its way back when the question has been delivered.
    lab.until_count(WRITERS, PATIENCE).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    scene.settled().await?;
    let each = wish.some(4000) / WRITERS;
    let mut letters = Vec::new();
    for host in lab.hosts() {
        let author = host.person("tomas");
        let batch = (0..each).map(|_| author.letter(&scene.shared_inbox(), &author.note(&[])));
        letters.push(batch.collect::<Result<Vec<_>, _>>()?);
    }
    let (before, began) = (scene.instance.usage()?, Instant::now());
    scene.send(letters).await?;
    scene.settled().await?;
    let (after, took) = (scene.instance.usage()?, began.elapsed());
    let count = each * WRITERS;
    if wish.wants("ingest") {
        figures.note("ingest.followed", milliseconds_each(before, after, count));
        figures.note("ingest.rate", float(count) / took.as_secs_f64());
        figures.note("ingest.peak", mib(after.peak_kib * 1024));
    }
    if wish.wants("read") {
        read(wish, figures, &scene, &lab).await?;
    }
    Ok(())
}

async fn follow(scene: &Scene, uri: &str) -> io::Result<()> {
    let mut sender = scene.instance.sender();
    let signed_in = [("authorization", scene.token.as_str())];
    let path = format!("/api/v2/search?resolve=true&type=accounts&q={uri}");
    let found = sender.get(&path, &signed_in).await?.json();
    let Some(id) = found["accounts"][0]["id"].as_str() else {
        return Err(failed(&format!("{uri} was not found: {found}")));
    };
    let path = format!("/api/v1/accounts/{id}/follow");
    let answer = sender.post(&path, &signed_in, b"").await?;
    if answer.is_success() {
        Ok(())
    } else {
        Err(failed(&format!(
            "{uri} cannot be followed: {}",
            answer.status
        )))
    }
}

async fn read(wish: &Wish, figures: &mut Figures, scene: &Scene, lab: &Lab) -> io::Result<()> {
    // Sixty posts in the group, so that every page is full.
    let author = lab.host(0).person("tomas");
    let mut letters = Vec::new();
    for number in 0..60 {
        let page = author.page(&scene.group, &format!("Page {number}"));
        letters.push(author.letter(&scene.shared_inbox(), &page)?);
    }
    scene.send(vec![letters]).await?;
    scene.settled().await?;
    let activity = [("accept", "application/activity+json")];
    let signed_in = [("authorization", scene.token.as_str())];
    let html = [("accept", "text/html")];
    let host = scene.instance.origin().replace("http://", "");
    let webfinger = format!("/.well-known/webfinger?resource=acct:rust@{host}");
    let outbox = "/g/rust/outbox?page=true";
    let pages: [Asked<'_>; 5] = [
        ("read.actor", "/g/rust", &activity),
        ("read.webfinger", &webfinger, &[]),
        ("read.outbox", outbox, &activity),
        ("read.home", "/api/v1/timelines/home?limit=20", &signed_in),
        ("read.page", "/g/rust", &html),
    ];
    for (key, path, headers) in pages {
        let sender = scene.instance.sender();
        let request = sender.request("GET", path, headers, b"");
        let first = scene.instance.sender().send(&request).await?;
        if !first.is_success() {
            return Err(failed(&format!("{path}: {}", first.status)));
        }
        // Twice for nothing: the first round warms up.
        let each = wish.some(1000);
        ask(scene, &request, each / 10 + 1).await?;
        let before = scene.instance.usage()?;
        ask(scene, &request, each).await?;
        let after = scene.instance.usage()?;
        figures.note(key, milliseconds_each(before, after, each * READERS));
    }
    Ok(())
}

/// A figure, and the page with the headers that it is about.
type Asked<'a> = (&'static str, &'a str, &'a [(&'a str, &'a str)]);

/// How many read at the same time.
const READERS: usize = 4;

async fn ask(scene: &Scene, request: &[u8], each: usize) -> io::Result<()> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..READERS {
        let (mut sender, request) = (scene.instance.sender(), request.to_owned());
        tasks.spawn(async move {
            for _ in 0..each {
                if !sender.send(&request).await?.is_success() {
                    return Err(failed("a page was not handed out"));
                }
            }
            Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.map_err(io::Error::other)??;
    }
    Ok(())
}

/// What the figures of a fan-out are called.
struct Keys {
    follow: &'static str,
    deliver: &'static str,
    reach: &'static str,
    peak: Option<&'static str>,
}

impl Keys {
    const HUNDRED: Self = Self {
        follow: "follow.100",
        deliver: "deliver.100",
        reach: "reach.100",
        peak: None,
    };
    const THOUSAND: Self = Self {
        follow: "follow.1000",
        deliver: "deliver.1000",
        reach: "reach.1000",
        peak: Some("fanout.peak"),
    };
}

/// Servers begin to follow Nadia, each with one person; then she speaks to all of them.
async fn fan_out(wish: &Wish, figures: &mut Figures, hosts: usize, keys: Keys) -> io::Result<()> {
    let scene = Scene::open(wish)?;
    let lab = Lab::start(hosts).await?;
    let mut letters: Vec<Vec<Letter>> = (0..WRITERS).map(|_| Vec::new()).collect();
    for host in lab.hosts() {
        let follower = host.person("mei");
        let follow = follower.follow(&scene.nadia);
        letters[host.number() % WRITERS].push(follower.letter(&scene.shared_inbox(), &follow)?);
    }
    let before = scene.instance.usage()?;
    scene.send(letters).await?;
    if !lab.until_count(hosts, PATIENCE).await {
        return Err(failed("not everybody was welcomed"));
    }
    scene.settled().await?;
    let after = scene.instance.usage()?;
    figures.note(keys.follow, milliseconds_each(before, after, hosts));

    lab.forget();
    let mut sender = scene.instance.sender();
    // The first post opens the connections.
    scene.publish(&mut sender, 0).await?;
    arrived(&lab, hosts).await?;
    scene.settled().await?;

    lab.forget();
    let posts = 10;
    let (before, began) = (scene.instance.usage()?, Instant::now());
    for number in 1..=posts {
        scene.publish(&mut sender, number).await?;
    }
    arrived(&lab, hosts * posts).await?;
    scene.settled().await?;
    let after = scene.instance.usage()?;
    let heard = lab.heard();
    if heard.len() != hosts * posts {
        return Err(failed(&format!("{} deliveries arrived", heard.len())));
    }
    figures.note(keys.deliver, milliseconds_each(before, after, heard.len()));
    let last = heard.iter().map(|heard| heard.at).max().unwrap_or(began);
    if let Some(peak) = keys.peak {
        figures.note(keys.reach, (last - began).as_secs_f64());
        figures.note(peak, mib(after.peak_kib * 1024));
        return Ok(());
    }
    // One at a time: how long it takes until everybody has it.
    let mut worst = Vec::new();
    for number in 0..10 {
        lab.forget();
        let began = Instant::now();
        scene.publish(&mut sender, posts + 1 + number).await?;
        arrived(&lab, hosts).await?;
        let mut delays: Vec<f64> = lab
            .heard()
            .iter()
            .map(|heard| (heard.at - began).as_secs_f64() * 1000.0)
            .collect();
        delays.sort_by(f64::total_cmp);
        worst.extend(delays.get(hosts * 99 / 100).or(delays.last()));
        scene.settled().await?;
    }
    worst.sort_by(f64::total_cmp);
    figures.note(keys.reach, median(&worst));
    Ok(())
}

async fn arrived(lab: &Lab, count: usize) -> io::Result<()> {
    if lab.until_count(count, PATIENCE).await {
        Ok(())
    } else {
        Err(failed(&format!("{} of {count} arrived", lab.count())))
    }
}
