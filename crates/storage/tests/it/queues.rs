//! Jobs and lanes.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kindred_storage::jobs::{self, Health, Job, Lane};
use kindred_storage::testing::{both, postgres, sample::THEN};
use kindred_storage::{Db, Error, JobId, Moment};

const MINUTE: Duration = Duration::from_mins(1);

fn job(id: i64, lane: &str) -> Job {
    Job::new(JobId(id), lane, "deliver", format!("{{\"n\":{id}}}"), THEN)
}

fn ids(jobs: &[Job]) -> Vec<i64> {
    jobs.iter().map(|job| job.id.0).collect()
}

fn names(lanes: &[Lane]) -> Vec<&str> {
    let mut names: Vec<&str> = lanes.iter().map(|lane| lane.name.as_str()).collect();
    names.sort_unstable();
    names
}

async fn enqueue(db: &Db, jobs: Vec<Job>) {
    tell!(db, |db| jobs::enqueue(db, &jobs));
}

/// All lanes that are due, those that fail among them.
async fn claim(db: &Db, now: Moment) -> Vec<Lane> {
    let mut lanes = tell!(db, |db| jobs::claim_lanes(
        db,
        now,
        now + MINUTE,
        100,
        Health::Well
    ));
    lanes.extend(tell!(db, |db| jobs::claim_lanes(
        db,
        now,
        now + MINUTE,
        100,
        Health::Failing
    )));
    lanes
}

async fn claim_one(db: &Db, now: Moment) -> Lane {
    let mut lanes = claim(db, now).await;
    assert_eq!(lanes.len(), 1, "{lanes:?}");
    lanes.remove(0)
}

async fn lane(db: &Db, name: &'static str) -> Lane {
    ask!(db, |db| jobs::lane(db, name)).unwrap()
}

#[tokio::test]
async fn jobs_of_a_lane_come_in_order_and_lanes_side_by_side() {
    both(|db| async move {
        enqueue(
            &db,
            vec![
                job(1, "to:acme.example"),
                job(2, "to:beta.example"),
                job(3, "to:acme.example"),
            ],
        )
        .await;
        enqueue(&db, vec![job(4, "to:acme.example")]).await;
        enqueue(&db, vec![job(5, "local")]).await;

        assert_eq!(
            names(&claim(&db, THEN - MINUTE).await),
            [""; 0],
            "nothing is due yet"
        );
        assert_eq!(
            names(&claim(&db, THEN).await),
            ["local", "to:acme.example", "to:beta.example"]
        );
        assert_eq!(names(&claim(&db, THEN).await), [""; 0], "they are taken");

        let heads = ask!(db, |db| jobs::heads(
            db,
            &["to:acme.example", "to:beta.example", "to:none.example"],
            THEN,
            2
        ));
        assert_eq!(ids(&heads), [1, 3, 2]);
        let next = ask!(db, |db| jobs::next_in_lane(db, "to:acme.example", THEN, 10));
        assert_eq!(ids(&next), [1, 3, 4]);
        assert_eq!(next[0], job(1, "to:acme.example"));

        let counts = ask!(db, |db| jobs::counts(db));
        assert_eq!(
            (counts.waiting, counts.set_aside, counts.oldest),
            (5, 0, THEN)
        );
    })
    .await;
}

#[tokio::test]
async fn a_lane_that_is_done_becomes_due_again_only_when_something_is_left() {
    both(|db| async move {
        enqueue(&db, vec![job(1, "local"), job(2, "local")]).await;
        let claimed = claim_one(&db, THEN).await;
        tell!(db, |db| jobs::finish(db, &[JobId(1)]));
        assert!(tell!(db, |db| jobs::lane_done(db, &claimed, THEN + MINUTE)));
        assert_eq!(lane(&db, "local").await.due_at, THEN + MINUTE);

        let claimed = claim_one(&db, THEN + MINUTE).await;
        tell!(db, |db| jobs::finish(db, &[JobId(2), JobId(77)]));
        assert!(tell!(db, |db| jobs::lane_done(db, &claimed, THEN + MINUTE)));
        assert_eq!(lane(&db, "local").await.due_at, Moment::NEVER);
        assert_eq!(ask!(db, |db| jobs::next_due(db)), Moment::NEVER);
        assert_eq!(ask!(db, |db| jobs::counts(db)).oldest, Moment::NEVER);

        enqueue(&db, vec![job(3, "local")]).await;
        assert_eq!(ask!(db, |db| jobs::next_due(db)), THEN);
    })
    .await;
}

#[tokio::test]
async fn what_is_enqueued_while_a_lane_is_found_empty_is_not_lost() {
    both(|db| async move {
        enqueue(&db, vec![job(1, "local")]).await;
        let claimed = claim_one(&db, THEN).await;
        tell!(db, |db| jobs::finish(db, &[JobId(1)]));
        enqueue(&db, vec![job(2, "local").not_before(THEN + MINUTE)]).await;
        assert!(tell!(db, |db| jobs::lane_done(db, &claimed, THEN)));
        // Looked at once more, whatever came.
        assert_eq!(lane(&db, "local").await.due_at, THEN);
    })
    .await;
}

#[tokio::test]
async fn a_lane_whose_job_fails_waits_and_new_work_does_not_wake_it() {
    both(|db| async move {
        let later = THEN + MINUTE;
        enqueue(&db, vec![job(1, "to:acme.example")]).await;
        let claimed = claim_one(&db, THEN).await;
        assert!(tell!(db, |db| jobs::lane_failed(
            db,
            &claimed,
            later,
            "nobody answers",
            THEN
        )));
        enqueue(&db, vec![job(2, "to:acme.example")]).await;

        let waiting = lane(&db, "to:acme.example").await;
        assert_eq!(
            (waiting.due_at, waiting.failures, waiting.failing_since),
            (later, 1, Some(THEN))
        );
        assert_eq!(waiting.last_error.as_deref(), Some("nobody answers"));
        assert!(claim(&db, THEN).await.is_empty());
        assert_eq!(ask!(db, |db| jobs::next_due(db)), later);
        assert_eq!(
            names(&ask!(db, |db| jobs::failing(db, 10))),
            ["to:acme.example"]
        );

        // Nothing that is due, and nothing for those who only look after lanes that do well.
        let well = tell!(db, |db| jobs::claim_lanes(
            db,
            later,
            later,
            100,
            Health::Well
        ));
        assert_eq!(names(&well), [""; 0]);

        // The server has been heard from.
        assert!(tell!(db, |db| jobs::wake(db, "to:acme.example", THEN)));
        assert!(!tell!(db, |db| jobs::wake(db, "to:acme.example", THEN)));
        let claimed = claim_one(&db, THEN).await;
        assert_eq!(claimed.failures, 1);
        let head = ask!(db, |db| jobs::next_in_lane(db, "to:acme.example", THEN, 1)).remove(0);
        assert_eq!(
            (head.id.0, head.attempts),
            (1, 0),
            "it is the server that failed, not the job"
        );
        tell!(db, |db| jobs::finish(db, &[JobId(1)]));
        assert!(tell!(db, |db| jobs::lane_done(db, &claimed, THEN)));
        let well = lane(&db, "to:acme.example").await;
        assert_eq!(
            (well.failures, well.failing_since, well.last_error),
            (0, None, None)
        );
        assert_eq!(well.due_at, THEN, "the second job is still there");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_fails_by_itself_lets_the_others_go_on() {
    both(|db| async move {
        let later = THEN + MINUTE;
        enqueue(
            &db,
            vec![job(1, "from:acme.example"), job(2, "from:acme.example")],
        )
        .await;
        let claimed = claim_one(&db, THEN).await;
        tell!(db, |db| jobs::postpone(
            db,
            JobId(1),
            "somebody else does not answer",
            later
        ));
        let next = ask!(db, |db| jobs::next_in_lane(
            db,
            "from:acme.example",
            THEN,
            10
        ));
        assert_eq!(next.iter().map(|job| job.id.0).collect::<Vec<_>>(), [2]);
        tell!(db, |db| jobs::finish(db, &[JobId(2)]));
        assert!(tell!(db, |db| jobs::lane_done(db, &claimed, THEN)));

        assert_eq!(lane(&db, "from:acme.example").await.due_at, later);
        let back = ask!(db, |db| jobs::next_in_lane(
            db,
            "from:acme.example",
            later,
            10
        ))
        .remove(0);
        assert_eq!((back.id.0, back.attempts), (1, 1));
        assert_eq!(
            back.last_error.as_deref(),
            Some("somebody else does not answer")
        );
    })
    .await;
}

#[tokio::test]
async fn an_empty_lane_cannot_be_woken() {
    both(|db| async move {
        enqueue(&db, vec![job(1, "local")]).await;
        let claimed = claim_one(&db, THEN).await;
        tell!(db, |db| jobs::finish(db, &[JobId(1)]));
        tell!(db, |db| jobs::lane_done(db, &claimed, THEN));
        assert!(!tell!(db, |db| jobs::wake(db, "local", THEN)));
        assert!(claim(&db, THEN).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_job_that_fails_again_and_again_is_set_aside_and_those_behind_it_go_on() {
    both(|db| async move {
        enqueue(&db, vec![job(1, "local"), job(2, "local")]).await;
        let claimed = claim_one(&db, THEN).await;
        tell!(db, |db| jobs::set_aside(
            db,
            JobId(1),
            "it cannot be read",
            THEN
        ));
        tell!(db, |db| jobs::lane_done(db, &claimed, THEN));
        assert_eq!(
            ids(&ask!(db, |db| jobs::next_in_lane(db, "local", THEN, 10))),
            [2]
        );
        let aside = ask!(db, |db| jobs::aside(db, 10));
        assert_eq!(ids(&aside), [1]);
        assert_eq!(aside[0].last_error.as_deref(), Some("it cannot be read"));
        let counts = ask!(db, |db| jobs::counts(db));
        assert_eq!((counts.waiting, counts.set_aside), (1, 1));
        let claimed = claim_one(&db, THEN).await;
        tell!(db, |db| jobs::finish(db, &[JobId(2)]));
        tell!(db, |db| jobs::lane_done(db, &claimed, THEN));
        assert_eq!(
            lane(&db, "local").await.due_at,
            Moment::NEVER,
            "what is set aside does not count"
        );
    })
    .await;
}

#[tokio::test]
async fn a_job_for_later_holds_nobody_up() {
    both(|db| async move {
        let tomorrow = THEN + MINUTE * 60 * 24;
        enqueue(
            &db,
            vec![job(1, "local").not_before(tomorrow), job(2, "local")],
        )
        .await;
        let claimed = claim_one(&db, THEN).await;
        assert_eq!(
            ids(&ask!(db, |db| jobs::next_in_lane(db, "local", THEN, 10))),
            [2]
        );
        tell!(db, |db| jobs::finish(db, &[JobId(2)]));
        tell!(db, |db| jobs::lane_done(db, &claimed, THEN));
        assert_eq!(lane(&db, "local").await.due_at, tomorrow);
        enqueue(&db, vec![job(3, "local")]).await;
        assert_eq!(lane(&db, "local").await.due_at, THEN);
        assert_eq!(
            ids(&ask!(db, |db| jobs::next_in_lane(
                db, "local", tomorrow, 10
            ))),
            [1, 3]
        );
    })
    .await;
}

#[tokio::test]
async fn a_claim_that_ran_out_is_somebody_elses() {
    both(|db| async move {
        enqueue(&db, vec![job(1, "local")]).await;
        let first = claim_one(&db, THEN).await;
        assert!(claim(&db, THEN).await.is_empty());
        assert_eq!(
            ask!(db, |db| jobs::next_due(db)),
            THEN + MINUTE,
            "when the claim runs out"
        );
        let second = claim_one(&db, THEN + MINUTE).await;
        let late = first.clone();
        assert!(!tell!(db, |db| jobs::lane_done(db, &late, THEN)));
        let late = first.clone();
        assert!(!tell!(db, |db| jobs::lane_failed(
            db, &late, THEN, "late", THEN
        )));
        let late = first.clone();
        assert!(!tell!(db, |db| jobs::renew(db, &late, THEN + MINUTE * 9)));
        assert!(!tell!(db, |db| jobs::lane_released(db, &first)));
        let again = second.clone();
        assert!(tell!(db, |db| jobs::renew(db, &again, THEN + MINUTE * 3)));
        assert!(claim(&db, THEN + MINUTE * 2).await.is_empty());
        let renewed = Lane {
            leased_until: THEN + MINUTE * 3,
            ..second
        };
        assert!(tell!(db, |db| jobs::lane_released(db, &renewed)));
        assert_eq!(claim_one(&db, THEN).await.name, "local");
    })
    .await;
}

#[tokio::test]
async fn dropping_a_lane_drops_what_waits_in_it() {
    both(|db| async move {
        enqueue(
            &db,
            vec![
                job(1, "to:acme.example"),
                job(2, "to:acme.example"),
                job(3, "local"),
            ],
        )
        .await;
        assert_eq!(tell!(db, |db| jobs::drop_lane(db, "to:acme.example")), 2);
        assert_eq!(names(&claim(&db, THEN).await), ["local"]);
        assert!(ask!(db, |db| jobs::lane(db, "to:acme.example")).is_none());
    })
    .await;
}

#[tokio::test]
async fn thousands_of_jobs_are_enqueued_at_once() {
    both(|db| async move {
        let many: Vec<Job> = (0..2500)
            .map(|n| job(n + 1, &format!("to:{}.example", n % 1250)))
            .collect();
        enqueue(&db, many).await;
        let mut lanes = HashSet::new();
        loop {
            let claimed = claim(&db, THEN).await;
            if claimed.is_empty() {
                break;
            }
            for lane in claimed {
                assert_eq!(lane.version, 1, "two jobs in one go are one addition");
                assert!(lanes.insert(lane.name));
            }
        }
        assert_eq!(lanes.len(), 1250);
        let lanes: Vec<String> = lanes.into_iter().collect();
        let heads = ask!(db, |db| jobs::heads(
            db,
            &lanes.iter().map(String::as_str).collect::<Vec<_>>(),
            THEN,
            3
        ));
        assert_eq!(heads.len(), 2500);
        assert!(heads.is_sorted_by_key(|job| (job.lane.clone(), job.id)));
    })
    .await;
}

/// Several processes work on the same queues while more is put into them: every job is done exactly once, those of a
/// lane in order, and none is left behind.
async fn a_busy_day(db: Db, workers: i64) {
    const LANES: i64 = 20;
    const JOBS: i64 = 600;
    let clock = Arc::new(AtomicI64::new(THEN.0));
    let done: Arc<Mutex<Vec<(String, i64)>>> = Arc::default();
    let mut all = Vec::new();
    for _ in 0..workers {
        let (db, clock, done) = (db.clone(), Arc::clone(&clock), Arc::clone(&done));
        all.push(tokio::spawn(async move {
            loop {
                // Every claim has a moment of its own: two that end at the same one could be mistaken for each other.
                let now = Moment(clock.fetch_add(1, Ordering::SeqCst));
                let lanes = db
                    .write(move |db| {
                        Ok::<_, Error>(jobs::claim_lanes(db, now, now + MINUTE, 3, Health::Well)?)
                    })
                    .await
                    .unwrap();
                for lane in lanes {
                    let name = lane.name.clone();
                    let head = ask!(db, |db| jobs::next_in_lane(db, &name, Moment::NEVER, 2));
                    for job in &head {
                        done.lock().unwrap().push((job.lane.clone(), job.id.0));
                    }
                    let ids: Vec<JobId> = head.iter().map(|job| job.id).collect();
                    db.write(move |db| {
                        jobs::finish(db, &ids)?;
                        assert!(jobs::lane_done(db, &lane, now)?);
                        Ok::<_, Error>(())
                    })
                    .await
                    .unwrap();
                }
                if done.lock().unwrap().len() >= usize::try_from(JOBS).unwrap() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }));
    }
    for n in 0..JOBS / 3 {
        // Three lanes at once, in changing order.
        let lanes = [n % LANES, (n * 7 + 3) % LANES, (n * 13 + 5) % LANES];
        let three: Vec<Job> = (0..3)
            .map(|i| {
                job(
                    n * 3 + i + 1,
                    &format!("to:{}", lanes[usize::try_from(i).unwrap()]),
                )
            })
            .collect();
        enqueue(&db, three).await;
    }
    tokio::time::timeout(MINUTE, async {
        for one in all {
            one.await.unwrap();
        }
    })
    .await
    .expect("no job is left behind");
    let done = Arc::try_unwrap(done).unwrap().into_inner().unwrap();
    assert_eq!(done.len(), usize::try_from(JOBS).unwrap());
    let mut lanes: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (lane, id) in done {
        lanes.entry(lane).or_default().push(id);
    }
    for (lane, ids) in lanes {
        assert!(
            ids.windows(2).all(|pair| pair[0] < pair[1]),
            "{lane}: {ids:?}"
        );
    }
    assert_eq!(ask!(db, |db| jobs::counts(db)).waiting, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_workers_share_the_queues_on_postgresql() {
    if let Some(db) = postgres() {
        a_busy_day(db, 6).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_workers_share_the_queues_on_sqlite() {
    a_busy_day(kindred_storage::testing::sqlite(), 6).await;
}
