//! What small units of work cost: `cargo bench -p kindred-storage --all-features --bench units [NAME]`.
//!
//! The processor time of the whole program per operation is the figure to trust; the clock on the wall depends on what
//! else the machine does. Read from /proc, so only on Linux.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use kindred_storage::actors::Actor;
use kindred_storage::jobs::{Health, Job};
use kindred_storage::testing::sample::{self, THEN};
use kindred_storage::testing::{postgres, sqlite};
use kindred_storage::timelines::{self, Entry};
use kindred_storage::{
    ActorId, Conn, Db, EntryId, Error, JobId, Moment, Page, PostId, accounts, activities, actors,
    boosts, follows, jobs, posts, tombstones,
};

static NEXT: AtomicI64 = AtomicI64::new(1_000_000);

fn next() -> i64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Processor time of this program so far, in milliseconds; the kernel counts in hundredths of a second.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |n: usize| {
        after_name
            .get(n)
            .and_then(|t| t.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) * 10.0
}

struct Watch {
    cpu: f64,
    wall: Instant,
}

impl Watch {
    fn start() -> Self {
        Self {
            cpu: cpu(),
            wall: Instant::now(),
        }
    }

    fn stop(self, what: &str, times: u32) {
        let cpu = (cpu() - self.cpu) * 1000.0 / f64::from(times);
        let wall = self.wall.elapsed().as_secs_f64() * 1e6 / f64::from(times);
        println!("{what:<64} {cpu:>8.1} µs CPU {wall:>9.1} µs wall");
    }
}

fn wanted(name: &str) -> bool {
    let filter: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    filter.is_empty() || filter.iter().any(|part| name.contains(part.as_str()))
}

async fn many<F, Fut>(what: &str, times: u32, side_by_side: u32, f: F)
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send,
{
    if !wanted(what) {
        return;
    }
    let f = Arc::new(f);
    for _ in 0..100 {
        f().await;
    }
    let watch = Watch::start();
    let mut all = Vec::new();
    for _ in 0..side_by_side {
        let f = Arc::clone(&f);
        all.push(tokio::spawn(async move {
            for _ in 0..times / side_by_side {
                f().await;
            }
        }));
    }
    for one in all {
        one.await.expect("a task");
    }
    watch.stop(what, times);
}

fn hear(db: &mut Conn) -> Result<(), Error> {
    let id = next();
    let mut activity = sample::activity(id, ActorId(1), "Create");
    activity.uri = format!("https://acme.example/users/mei/statuses/{id}/activity");
    activities::hear(db, &activity)?;
    Ok(())
}

fn receive(db: &mut Conn) -> Result<(), Error> {
    hear(db)?;
    Ok(jobs::enqueue(
        db,
        &[Job::new(
            JobId(next()),
            "from:acme.example",
            "receive",
            "{\"letter\":1}".to_owned(),
            THEN,
        )],
    )?)
}

async fn writing(name: &'static str, db: &Db) {
    for (unit, work) in [
        ("hear", hear as fn(&mut Conn) -> Result<(), Error>),
        ("hear and enqueue", receive),
    ] {
        for side in [1, 8, 64] {
            let db = db.clone();
            many(
                &format!("{name}: {unit}, {side} side by side"),
                20_000,
                side,
                move || {
                    let db = db.clone();
                    async move { db.write(work).await.expect("a write") }
                },
            )
            .await;
        }
    }
}

async fn reading(name: &'static str, db: &Db) {
    for side in [1, 16] {
        let own = db.clone();
        many(
            &format!("{name}: an actor, {side} side by side"),
            20_000,
            side,
            move || {
                let db = own.clone();
                async move {
                    let found = db
                        .read(|db| Ok::<_, Error>(actors::find(db, ActorId(1))?))
                        .await
                        .expect("a read");
                    assert!(found.is_some());
                }
            },
        )
        .await;
        let own = db.clone();
        many(
            &format!("{name}: a home page of 20, {side} side by side"),
            4_000,
            side,
            move || {
                let db = own.clone();
                async move {
                    let lines = db
                        .read(|db| {
                            Ok::<_, Error>(timelines::home(db, ActorId(1), &Page::first(20))?)
                        })
                        .await
                        .expect("a read");
                    assert_eq!(lines.len(), 20);
                }
            },
        )
        .await;
        let own = db.clone();
        many(
            &format!("{name}: the authors of 20 posts, {side} side by side"),
            4_000,
            side,
            move || {
                let db = own.clone();
                async move {
                    let ids: Vec<_> = (1..=20).map(ActorId).collect();
                    let found = db
                        .read(move |db| Ok::<_, Error>(actors::find_many(db, &ids)?))
                        .await
                        .expect("a read");
                    assert_eq!(found.len(), 20);
                }
            },
        )
        .await;
    }
}

/// How much of a small read is the query, and how much is beginning and ending it.
async fn reading_in_one_go(name: &'static str, db: &Db) {
    let own = db.clone();
    many(
        &format!("{name}: 100 actors one by one in one snapshot"),
        400,
        1,
        move || {
            let db = own.clone();
            async move {
                db.read(|db| {
                    for n in 0..100 {
                        actors::find(db, ActorId(1 + n % 50))?;
                    }
                    Ok::<_, Error>(())
                })
                .await
                .expect("a read");
            }
        },
    )
    .await;
    let own = db.clone();
    many(
        &format!("{name}: nothing in a snapshot"),
        20_000,
        1,
        move || {
            let db = own.clone();
            async move { db.read(|_| Ok::<_, Error>(())).await.expect("a read") }
        },
    )
    .await;
    let own = db.clone();
    many(
        &format!("{name}: whether an address is gone"),
        20_000,
        1,
        move || {
            let db = own.clone();
            async move {
                db.read(|db| Ok::<_, Error>(tombstones::is_gone(db, "https://acme.example/1")?))
                    .await
                    .expect("a read");
            }
        },
    )
    .await;
}

async fn reading_apart(name: &'static str, db: &Db) {
    for side in [1, 16] {
        let own = db.clone();
        many(
            &format!("{name}: an actor, on another thread, {side} side by side"),
            20_000,
            side,
            move || {
                let db = own.clone();
                async move {
                    let found = db
                        .read_apart(|db| Ok::<_, Error>(actors::find(db, ActorId(1))?))
                        .await
                        .expect("a read");
                    assert!(found.is_some());
                }
            },
        )
        .await;
    }
}

async fn queues(name: &'static str, db: &Db) {
    let own = db.clone();
    many(
        &format!("{name}: enqueue 1,000 jobs in 1,000 lanes (per job: a thousandth)"),
        10,
        1,
        move || {
            let db = own.clone();
            async move {
                db.write(|db| {
                    let all: Vec<Job> = (0..1000)
                        .map(|n| {
                            Job::new(
                                JobId(next()),
                                format!("to:{n}.example"),
                                "deliver",
                                "{\"activity\":1}".to_owned(),
                                THEN,
                            )
                        })
                        .collect();
                    Ok::<_, Error>(jobs::enqueue(db, &all)?)
                })
                .await
                .expect("a write");
            }
        },
    )
    .await;
    let own = db.clone();
    many(
        &format!("{name}: claim 50 lanes, read 1 head each, finish, give back"),
        100,
        1,
        move || {
            let db = own.clone();
            async move {
                let now = Moment(THEN.0 + next());
                let lanes = db
                    .write(move |db| {
                        Ok::<_, Error>(jobs::claim_lanes(
                            db,
                            now,
                            Moment(now.0 + 60_000),
                            50,
                            Health::Well,
                        )?)
                    })
                    .await
                    .expect("a claim");
                let lanes = Arc::new(lanes);
                let names = Arc::clone(&lanes);
                let heads = db
                    .read(move |db| {
                        let names: Vec<&str> =
                            names.iter().map(|lane| lane.name.as_str()).collect();
                        Ok::<_, Error>(jobs::heads(db, &names, now, 1)?)
                    })
                    .await
                    .expect("the heads");
                let mut ends = Vec::new();
                for lane in lanes.iter().cloned() {
                    let db = db.clone();
                    let done: Vec<JobId> = heads
                        .iter()
                        .filter(|job| job.lane == lane.name)
                        .map(|job| job.id)
                        .collect();
                    ends.push(tokio::spawn(async move {
                        db.write(move |db| {
                            jobs::finish(db, &done)?;
                            Ok::<_, Error>(jobs::lane_done(db, &lane, now)?)
                        })
                        .await
                    }));
                }
                for end in ends {
                    end.await.expect("a task").expect("an end");
                }
            }
        },
    )
    .await;
}

/// A server with 50 people, a group that 30 of them follow, and posts in it.
async fn fill(db: &Db, how_many: i64) {
    db.write(|db| {
        for n in 1..=50 {
            let person = Actor {
                public_key_pem: "k".repeat(450),
                ..sample::person(n, &format!("person{n}"))
            };
            actors::insert(db, &person)?;
            accounts::insert(db, &sample::account(n, &person))?;
        }
        let group = sample::circle(100, "rust");
        actors::insert(db, &group)?;
        kindred_storage::groups::insert(db, &sample::group(&group))?;
        for n in 1..=30 {
            follows::record(db, &sample::follow(n, ActorId(n), group.id))?;
        }
        Ok::<_, Error>(())
    })
    .await
    .expect("people");
    let watch = Watch::start();
    for batch in 0..how_many / 100 {
        db.write(move |db| {
            for n in 0..100 {
                let id = 1000 + (batch * 100 + n) * 2;
                let mut post = sample::post(id, ActorId(1 + n % 50));
                post.uri = format!(
                    "https://acme.example/users/person{}/statuses/{:018}",
                    n % 50,
                    id
                );
                post.group_id = Some(ActorId(100));
                post.content = format!("<p>{}</p>", "words ".repeat(49));
                posts::insert(db, &post)?;
                let mut boost = sample::boost(id + 1, ActorId(100), post.id);
                boost.uri = format!("https://kindred.example/groups/rust/relays/{:018}", id + 1);
                boosts::record(db, &boost)?;
                let entry = Entry {
                    entry_id: EntryId(id + 1),
                    post_id: PostId(id),
                    by_id: Some(ActorId(100)),
                };
                timelines::put_home(db, entry, ActorId(100), None)?;
            }
            Ok::<_, Error>(())
        })
        .await
        .expect("posts");
    }
    watch.stop(
        "  (a post, a boost and 30 home entries, in batches of 100)",
        u32::try_from(how_many).unwrap_or(1),
    );
}

async fn everything(name: &'static str, db: Db) {
    let how_many = 10_000;
    fill(&db, how_many).await;
    if let Some(path) = db.path() {
        let size = std::fs::metadata(path).map_or(0, |file| file.len());
        println!(
            "  the file: {} bytes per post with its boost and 30 home entries",
            size / u64::try_from(how_many).unwrap_or(1)
        );
    }
    writing(name, &db).await;
    reading(name, &db).await;
    reading_in_one_go(name, &db).await;
    reading_apart(name, &db).await;
    queues(name, &db).await;
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    everything("SQLite", sqlite()).await;
    if let Some(db) = postgres() {
        everything("PostgreSQL (without its own)", db).await;
    }
}
