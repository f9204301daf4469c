//! The worker: takes lanes whose time has come and works through them, each in order, all side by side.
//!
//! A lane is leased to one worker at a time, so several processes on one database never do the same thing at once; when a process
//! dies, its leases end and others go on. What a hanging server holds up is its own lane, and no more than a share of the seats.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use kindred_storage::{
    ActivityId, JobId, Moment, activities, instances,
    jobs::{self as queue, Health, Job as Row, Lane},
};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    Kindred, Ledger, Result, delivery,
    jobs::{Job, Outcome, TRIES, TRIES_WHEN_DENIED, pause, retry_after},
};

/// Lanes at work at the same time. Nearly all of them wait for somebody else's server.
const SEATS: usize = 128;

/// Seats for lanes whose server failed last time: dead servers may not take the place of living ones.
const SEATS_FOR_FAILING: usize = 32;

/// A lease: so long after a process was killed its lanes are taken up by the next one. What takes longer renews it.
const LEASE: Duration = Duration::from_secs(30);

/// How many jobs of a lane are taken at once.
const BATCH: i64 = 20;

/// How often to look when nobody rings: what other processes wrote, and lanes whose pause is over.
const LOOK: Duration = Duration::from_secs(1);

/// Works until told to stop, then finishes what is in hand.
pub async fn run(kindred: Kindred, mut stop: watch::Receiver<bool>) {
    let mut seats = Seats::default();
    while !*stop.borrow() {
        match fill(&kindred, &mut seats).await {
            Ok(0) => {}
            Ok(_) => continue,
            Err(error) => {
                tracing::error!(%error, "The queue cannot be read");
                tokio::time::sleep(LOOK).await;
            }
        }
        tokio::select! {
            () = kindred.work_waits().notified() => {}
            Some(_) = seats.tasks.join_next() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
    while seats.tasks.join_next().await.is_some() {}
}

/// Works until nothing is due any more; answers how many lanes were worked on. For tests and tools.
pub async fn settle(kindred: &Kindred) -> Result<usize> {
    let mut seats = Seats::default();
    let mut done = 0;
    loop {
        done += fill(kindred, &mut seats).await?;
        if seats.tasks.join_next().await.is_none() {
            return Ok(done);
        }
    }
}

#[derive(Default)]
struct Seats {
    tasks: JoinSet<()>,
    failing: Arc<Mutex<usize>>,
}

/// Gives free seats to lanes that are due.
async fn fill(kindred: &Kindred, seats: &mut Seats) -> Result<usize> {
    while seats.tasks.try_join_next().is_some() {}
    let free = SEATS.saturating_sub(seats.tasks.len());
    if free == 0 {
        return Ok(0);
    }
    let failing = *seats.failing.lock().unwrap_or_else(PoisonError::into_inner);
    let free = i64::try_from(free).unwrap_or(0);
    let room_for_failing = i64::try_from(SEATS_FOR_FAILING.saturating_sub(failing)).unwrap_or(0);
    let claimed = kindred
        .write(move |ledger| {
            let (now, until) = (ledger.now, ledger.now + LEASE);
            let mut lanes = queue::claim_lanes(ledger.db, now, until, free, Health::Well)?;
            let room = room_for_failing.min(free - i64::try_from(lanes.len()).unwrap_or(0));
            if room > 0 {
                lanes.extend(queue::claim_lanes(
                    ledger.db,
                    now,
                    until,
                    room,
                    Health::Failing,
                )?);
            }
            let names: Vec<&str> = lanes.iter().map(|lane| lane.name.as_str()).collect();
            let jobs = if names.is_empty() {
                Vec::new()
            } else {
                queue::heads(ledger.db, &names, now, BATCH)?
            };
            Ok(side_by_side(lanes, jobs))
        })
        .await?;
    let count = claimed.len();
    for (lane, jobs) in claimed {
        let kindred = kindred.clone();
        let failing = (lane.failures > 0).then(|| Seat::take(&seats.failing));
        seats.tasks.spawn(async move {
            let _seat = failing;
            let name = lane.name.clone();
            if let Err(error) = work_through(&kindred, lane, jobs).await {
                tracing::error!(lane = name, %error, "A lane stopped; its lease will end by itself");
            }
        });
    }
    Ok(count)
}

/// Each lane with its jobs, in their order.
fn side_by_side(lanes: Vec<Lane>, jobs: Vec<Row>) -> Vec<(Lane, Vec<Row>)> {
    let mut of: HashMap<String, Vec<Row>> = HashMap::new();
    for job in jobs {
        of.entry(job.lane.clone()).or_default().push(job);
    }
    lanes
        .into_iter()
        .map(|lane| {
            let jobs = of.remove(&lane.name).unwrap_or_default();
            (lane, jobs)
        })
        .collect()
}

/// Counts one seat as taken until it is dropped.
struct Seat(Arc<Mutex<usize>>);

impl Seat {
    fn take(count: &Arc<Mutex<usize>>) -> Self {
        *count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Self(Arc::clone(count))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
    }
}

/// Does the jobs of a lane in order. A server that does not answer makes all of them wait; a job that fails by itself steps aside
/// for a while, so that those behind it go on.
async fn work_through(kindred: &Kindred, mut lane: Lane, jobs: Vec<Row>) -> Result<()> {
    let begun = Instant::now();
    let mut done = Done::default();
    for row in jobs {
        // What is left is for the next turn: nobody else may begin with this lane while we are still at it.
        if begun.elapsed() > LEASE / 3 {
            break;
        }
        let job = Box::pin(do_one(kindred, &row));
        match holding(kindred, &mut lane, job).await {
            Outcome::Done => done.note(&row),
            Outcome::HostWaits { after, why } => {
                return kindred
                    .write(move |ledger| wait(ledger, &lane, &done, after, &why))
                    .await;
            }
            Outcome::Failed(why) => step_aside(kindred, row, why, TRIES).await?,
            Outcome::Denied(why) => step_aside(kindred, row, why, TRIES_WHEN_DENIED).await?,
        }
    }
    kindred
        .write(move |ledger| {
            if lane.failures > 0
                && let Some(host) = lane.name.strip_prefix("to:")
            {
                instances::note_reached(ledger.db, host)?;
            }
            done.record(ledger)?;
            queue::lane_done(ledger.db, &lane, ledger.now)?;
            Ok(())
        })
        .await
}

/// Keeps the lease of a lane for as long as one of its jobs takes.
async fn holding(
    kindred: &Kindred,
    lane: &mut Lane,
    mut job: impl Future<Output = Outcome> + Unpin,
) -> Outcome {
    loop {
        tokio::select! {
            outcome = &mut job => return outcome,
            () = tokio::time::sleep(LEASE / 2) => {}
        }
        let held = lane.clone();
        let renewed = kindred
            .write(move |ledger| {
                let until = ledger.now + LEASE;
                Ok(queue::renew(ledger.db, &held, until)?.then_some(until))
            })
            .await;
        // Whoever has lost it finishes this one job all the same: it is harmless twice.
        if let Ok(Some(until)) = renewed {
            lane.leased_until = until;
        }
    }
}

/// What is done with, to be written down at the end of a turn.
#[derive(Default)]
struct Done {
    jobs: Vec<JobId>,
    letters: Vec<ActivityId>,
}

impl Done {
    fn note(&mut self, row: &Row) {
        self.jobs.push(row.id);
        if let Ok(Job::Receive { activity }) = Job::from_row(row) {
            self.letters.push(activity);
        }
    }

    /// A letter's words are kept only as long as they may have to be worked through again; that it came is remembered.
    fn record(&self, ledger: &mut Ledger<'_>) -> Result<()> {
        queue::finish(ledger.db, &self.jobs)?;
        Ok(activities::forget_body(ledger.db, &self.letters)?)
    }
}

/// A job that failed comes back later; one that failed too often is set aside where an admin sees it.
async fn step_aside(kindred: &Kindred, row: Row, why: String, most: i32) -> Result<()> {
    kindred
        .write(move |ledger| {
            let tries = row.attempts + 1;
            if tries >= most {
                tracing::warn!(
                    lane = row.lane,
                    job.kind = row.kind,
                    why,
                    "A job is set aside"
                );
                if let Ok(job) = Job::from_row(&row) {
                    delivery::receipts::given_up(ledger, &job, &why)?;
                }
                return Ok(queue::set_aside(ledger.db, row.id, &why, ledger.now)?);
            }
            let later = ledger.now + retry_after(u32::try_from(tries).unwrap_or(u32::MAX));
            Ok(queue::postpone(ledger.db, row.id, &why, later)?)
        })
        .await
}

/// Runs one job. One that panics has failed; it does not take its lane along.
async fn do_one(kindred: &Kindred, row: &Row) -> Outcome {
    match Job::from_row(row) {
        Ok(job) => {
            let run = std::panic::AssertUnwindSafe(job.run(kindred)).catch_unwind();
            match tokio::time::timeout(LEASE / 2, run).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Outcome::Failed("it panicked".into()),
                Err(_) => Outcome::Failed("it took too long".into()),
            }
        }
        Err(why) => Outcome::Failed(why),
    }
}

/// The server at the end of a lane does not answer: the lane waits, the longer the longer it has been silent; then it sleeps.
fn wait(
    ledger: &mut Ledger<'_>,
    lane: &Lane,
    done: &Done,
    after: Option<Duration>,
    why: &str,
) -> Result<()> {
    let since = lane.failing_since.unwrap_or(ledger.now);
    let host = lane.name.split_once(':').map_or("", |(_, host)| host);
    done.record(ledger)?;
    if delivery::is_out_of_patience(since, ledger.now) {
        tracing::info!(
            host,
            "A server did not answer for days; nothing more is sent there until it speaks to us"
        );
        instances::note_asleep(ledger.db, host, ledger.now)?;
        queue::drop_lane(ledger.db, &lane.name)?;
        delivery::receipts::given_up_on(ledger, host)?;
        return Ok(());
    }
    let rest = pause(ledger.now.since(since))
        .max(after.unwrap_or_default())
        .min(Duration::from_hours(24));
    let due: Moment = ledger.now + spread(rest, ledger.next_id());
    instances::note_unreachable(ledger.db, host, since)?;
    queue::lane_failed(ledger.db, lane, due, why, ledger.now)?;
    Ok(())
}

/// A pause up to a fifth shorter or longer, so that lanes which failed together do not come back together.
fn spread(pause: Duration, dice: i64) -> Duration {
    let fifth = pause / 5;
    let share = u32::try_from((dice >> 10) & 0xff).unwrap_or(0);
    pause.saturating_sub(fifth) + fifth * 2 * share / 255
}
