//! What is done to the instance, and what is measured while it is done.
//!
//! Every scenario begins with a fresh instance and leaves nothing behind.

use std::{
    fs, io,
    time::{Duration, Instant},
};

use kindred_lab::{Instance, Lab, Letter, Plan, Sender, Usage};

use crate::{Wish, broken, busy, fanout, figures::Figures, limits, sockets, volume};

/// Nothing in here may take longer.
pub(crate) const PATIENCE: Duration = Duration::from_mins(3);

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
    if wish.wants("fanout-100") {
        fanout::tell(wish, figures, &fanout::HUNDRED).await?;
    }
    if wish.wants("fanout-1000") {
        fanout::tell(wish, figures, &fanout::THOUSAND).await?;
    }
    if wish.wants_long("fanout-5000") {
        fanout::tell(wish, figures, &fanout::FIVE_THOUSAND).await?;
        figures.note_ratio("deliver.growth", "deliver.5000", "deliver.1000");
    }
    if wish.wants_long("volume") {
        volume::all(wish, figures).await?;
    }
    if wish.wants_long("sockets") {
        sockets::all(wish, figures).await?;
    }
    if wish.wants_long("busy") {
        busy::all(wish, figures).await?;
    }
    if wish.wants_long("broken") {
        broken::all(wish, figures).await?;
    }
    Ok(())
}

/// A small number of something as a figure.
pub(crate) fn float(number: usize) -> f64 {
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
    /// The address of Nadia.
    pub(crate) nadia: String,
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
    pub(crate) async fn publish(&self, sender: &mut Sender) -> io::Result<String> {
        let text = "status=%40rust+How+do+you+keep+your+builds+short%3F";
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

    /// So many notes by the author on each server, signed: a batch for each.
    pub(crate) fn notes(&self, lab: &Lab, each: usize) -> io::Result<Vec<Vec<Letter>>> {
        let mut batches = Vec::new();
        for host in lab.hosts() {
            let author = host.person("tomas");
            let batch = (0..each).map(|_| author.letter(&self.shared_inbox(), &author.note(&[])));
            batches.push(batch.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(batches)
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
    follow_authors(&scene, &lab).await?;
    let each = wish.some(4000) / WRITERS;
    let letters = scene.notes(&lab, each)?;
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

/// Nadia follows one author on every server.
pub(crate) async fn follow_authors(scene: &Scene, lab: &Lab) -> io::Result<()> {
    for host in lab.hosts() {
        follow(scene, host.person("tomas").uri()).await?;
    }
    // The agreement is on its way back when the question has been delivered.
    lab.until_count(lab.hosts().len(), PATIENCE).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    scene.settled().await
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
