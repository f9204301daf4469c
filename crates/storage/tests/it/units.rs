//! Units of work: what is kept, what is undone, who is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use kindred_storage::testing::{both, sample, sqlite};
use kindred_storage::{
    ActorId, Conn, Db, Error, Moment, QueryResult, actors, is_duplicate, on, tombstones,
};

const THEN: Moment = sample::THEN;

fn add(db: &mut Conn, uri: &str) -> Result<(), Error> {
    Ok(tombstones::add(db, uri, THEN)?)
}

async fn is_kept(db: &Db, uri: &'static str) -> bool {
    ask!(db, |db| tombstones::is_gone(db, uri))
}

/// Holds the writing thread until `units` others wait behind it, so that they are committed together.
async fn together<T: Send + 'static>(db: &Db, units: Vec<Unit<T>>) -> Vec<Result<T, Error>> {
    let (open, gate) = mpsc::channel::<()>();
    let holding = tokio::spawn({
        let db = db.clone();
        async move {
            db.write(move |_| {
                let _ = gate.recv();
                Ok::<_, Error>(())
            })
            .await
        }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let mut waiting = Vec::new();
    for unit in units {
        let db = db.clone();
        waiting.push(tokio::spawn(async move { db.write(unit).await }));
        // In the order of the list.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    open.send(()).unwrap();
    holding.await.unwrap().unwrap();
    let mut answers = Vec::new();
    for answer in waiting {
        answers.push(answer.await.unwrap());
    }
    answers
}

type Unit<T> = Box<dyn FnOnce(&mut Conn) -> Result<T, Error> + Send>;

#[tokio::test]
async fn a_unit_that_fails_leaves_nothing() {
    both(|db| async move {
        let failed: Result<(), Error> = db
            .write(|db| {
                add(db, "https://acme.example/1")?;
                Err(Error::Busy("of course not".to_owned()))
            })
            .await;
        assert!(failed.unwrap_err().is_busy());
        assert!(!is_kept(&db, "https://acme.example/1").await);
        db.write(|db| add(db, "https://acme.example/1"))
            .await
            .unwrap();
        assert!(is_kept(&db, "https://acme.example/1").await);
    })
    .await;
}

#[tokio::test]
async fn a_unit_that_panics_leaves_nothing_and_the_next_one_works() {
    both(|db| async move {
        let failed: Result<(), Error> = db
            .write(|db| {
                add(db, "https://acme.example/1")?;
                panic!("what now");
            })
            .await;
        assert_eq!(
            failed.unwrap_err().to_string(),
            "a panic while using the database: what now"
        );
        assert!(!is_kept(&db, "https://acme.example/1").await);
        db.write(|db| add(db, "https://acme.example/2"))
            .await
            .unwrap();
        assert!(is_kept(&db, "https://acme.example/2").await);

        let failed: Result<(), Error> = db.read(|_| panic!("what now")).await;
        assert_eq!(
            failed.unwrap_err().to_string(),
            "a panic while using the database: what now"
        );
        assert!(is_kept(&db, "https://acme.example/2").await);
    })
    .await;
}

#[tokio::test]
async fn a_reader_cannot_write() {
    both(|db| async move {
        let refused = db
            .read(|db| add(db, "https://acme.example/1"))
            .await
            .unwrap_err();
        let text = refused.to_string();
        assert!(
            text.contains("readonly") || text.contains("read-only"),
            "{text}"
        );
        assert!(!is_kept(&db, "https://acme.example/1").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_sees_one_snapshot_whatever_is_written_meanwhile() {
    both(|db| async move {
        let (asked, first_look) = mpsc::channel();
        let (written, second_look) = mpsc::channel();
        let reading = tokio::spawn({
            let db = db.clone();
            async move {
                db.read(move |db| {
                    let before = tombstones::is_gone(db, "https://acme.example/1")?;
                    asked.send(()).unwrap();
                    second_look.recv().unwrap();
                    Ok::<_, Error>((before, tombstones::is_gone(db, "https://acme.example/1")?))
                })
                .await
                .unwrap()
            }
        });
        tokio::task::spawn_blocking(move || first_look.recv().unwrap())
            .await
            .unwrap();
        db.write(|db| add(db, "https://acme.example/1"))
            .await
            .unwrap();
        written.send(()).unwrap();
        assert_eq!(reading.await.unwrap(), (false, false));
        assert!(is_kept(&db, "https://acme.example/1").await);
    })
    .await;
}

#[tokio::test]
async fn a_part_may_fail_alone_and_parts_may_be_nested() {
    both(|db| async move {
        db.write(|db| {
            add(db, "https://acme.example/before")?;
            let refused: Result<(), Error> = db.attempt(|db| {
                add(db, "https://acme.example/lost")?;
                let inner: Result<(), Error> = db.attempt(|db| {
                    add(db, "https://acme.example/inner")?;
                    twice(db)?;
                    Ok(())
                });
                assert!(inner.unwrap_err().is_duplicate());
                // The failure further in has spoiled nothing here.
                add(db, "https://acme.example/lost too")?;
                twice(db)?;
                Ok(())
            });
            assert!(refused.unwrap_err().is_duplicate());
            db.attempt(|db| add(db, "https://acme.example/kept"))?;
            add(db, "https://acme.example/after")
        })
        .await
        .unwrap();
        for (uri, kept) in [
            ("https://acme.example/before", true),
            ("https://acme.example/lost", false),
            ("https://acme.example/lost too", false),
            ("https://acme.example/inner", false),
            ("https://acme.example/kept", true),
            ("https://acme.example/after", true),
        ] {
            assert_eq!(is_kept(&db, uri).await, kept, "{uri}");
        }
    })
    .await;
}

/// Adds the same actor twice, which no database likes.
fn twice(db: &mut Conn) -> QueryResult<()> {
    actors::insert(db, &sample::person(1, "nadia"))?;
    actors::insert(db, &sample::person(1, "nadia"))
        .inspect_err(|error| assert!(is_duplicate(error)))
}

#[tokio::test]
async fn a_failure_that_is_overlooked_is_never_reported_as_success() {
    both(|db| async move {
        let answer = db
            .write(|db| {
                add(db, "https://acme.example/1")?;
                let _ = twice(db);
                Ok::<_, Error>(())
            })
            .await;
        // SQLite undoes the one statement, PostgreSQL the whole unit. What is said must be what is so.
        assert_eq!(answer.is_ok(), is_kept(&db, "https://acme.example/1").await);
    })
    .await;
}

#[tokio::test]
async fn among_many_that_commit_together_one_fails_alone() {
    let db = sqlite();
    let units: Vec<Unit<()>> = vec![
        Box::new(|db| add(db, "https://acme.example/1")),
        Box::new(|db| {
            add(db, "https://acme.example/2")?;
            Err(Error::Busy("of course not".to_owned()))
        }),
        Box::new(|db| {
            add(db, "https://acme.example/3")?;
            panic!("what now")
        }),
        Box::new(|db| {
            add(db, "https://acme.example/4")?;
            Ok(twice(db)?)
        }),
        Box::new(|db| {
            // Sees what was kept before it, and only that.
            assert!(tombstones::is_gone(db, "https://acme.example/1")?);
            assert!(!tombstones::is_gone(db, "https://acme.example/2")?);
            assert!(actors::find(db, ActorId(1))?.is_none());
            add(db, "https://acme.example/5")
        }),
    ];
    let answers = together(&db, units).await;
    assert!(answers[0].is_ok() && answers[4].is_ok());
    assert!(matches!(answers[1], Err(Error::Busy(_))));
    assert!(matches!(answers[2], Err(Error::Panicked(_))));
    assert!(answers[3].as_ref().unwrap_err().is_duplicate());
    for (uri, kept) in [
        ("https://acme.example/1", true),
        ("https://acme.example/2", false),
        ("https://acme.example/3", false),
        ("https://acme.example/4", false),
        ("https://acme.example/5", true),
    ] {
        assert_eq!(is_kept(&db, uri).await, kept, "{uri}");
    }
}

#[tokio::test]
async fn when_the_commit_fails_everybody_is_told_and_nothing_is_kept() {
    let db = sqlite();
    let units: Vec<Unit<()>> = vec![
        Box::new(|db| add(db, "https://acme.example/1")),
        Box::new(|db| {
            // A reference that leads nowhere, which is only noticed at the end.
            on!(db, |conn| {
                conn.batch_execute(
                "PRAGMA defer_foreign_keys = ON; INSERT INTO mentions (post_id, actor_id) VALUES (1, 1)"
            )
            })?;
            Ok(())
        }),
        Box::new(|_| Err(Error::Url("my own reason".to_owned()))),
    ];
    let answers = together(&db, units).await;
    assert!(
        matches!(&answers[0], Err(Error::Commit(why)) if why.contains("FOREIGN KEY")),
        "{answers:?}"
    );
    assert!(matches!(&answers[1], Err(Error::Commit(_))));
    assert!(matches!(&answers[2], Err(Error::Url(why)) if why == "my own reason"));
    assert!(!is_kept(&db, "https://acme.example/1").await);
    // The next one starts clean.
    db.write(|db| add(db, "https://acme.example/2"))
        .await
        .unwrap();
    assert!(is_kept(&db, "https://acme.example/2").await);
}

#[tokio::test]
async fn when_the_database_gives_up_a_group_those_who_have_not_begun_still_get_their_turn() {
    let db = sqlite();
    let units: Vec<Unit<()>> = vec![
        Box::new(|db| add(db, "https://acme.example/1")),
        // As if the disk had been full: the transaction is gone although nobody asked.
        Box::new(|db| Ok(on!(db, |conn| conn.batch_execute("ROLLBACK"))?)),
        Box::new(|db| add(db, "https://acme.example/3")),
    ];
    let answers = together(&db, units).await;
    assert!(
        answers[0].is_err() && answers[1].is_err() && answers[2].is_ok(),
        "{answers:?}"
    );
    assert!(!is_kept(&db, "https://acme.example/1").await);
    assert!(is_kept(&db, "https://acme.example/3").await);
}

#[tokio::test]
async fn units_run_in_the_order_in_which_they_were_handed_in() {
    let db = sqlite();
    let order = Arc::new(AtomicUsize::new(0));
    let units: Vec<Unit<usize>> = (0..200)
        .map(|_| {
            let order = Arc::clone(&order);
            Box::new(move |_: &mut Conn| Ok(order.fetch_add(1, Ordering::SeqCst))) as Unit<usize>
        })
        .collect();
    let answers: Vec<usize> = together(&db, units)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(answers.is_sorted());
}

#[tokio::test]
async fn when_another_process_holds_the_lock_the_answer_is_busy() {
    let folder = std::env::temp_dir().join(format!("kindred-locked-{}", std::process::id()));
    let url = format!("sqlite://{}/kindred.sqlite", folder.display());
    let options = kindred_storage::Options {
        patience: Duration::from_millis(50),
        ..kindred_storage::Options::default()
    };
    let db = Db::open(&url, &options).unwrap();
    db.migrate().unwrap();
    let mut other = SqliteConnection::establish(url.strip_prefix("sqlite://").unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    assert!(
        db.write(|db| add(db, "https://acme.example/1"))
            .await
            .unwrap_err()
            .is_busy()
    );
    // Reading goes on meanwhile.
    assert!(!is_kept(&db, "https://acme.example/1").await);
    other.batch_execute("COMMIT").unwrap();
    db.write(|db| add(db, "https://acme.example/1"))
        .await
        .unwrap();
    drop(db);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_was_handed_in_is_done_before_the_database_closes() {
    let folder = std::env::temp_dir().join(format!("kindred-closing-{}", std::process::id()));
    let url = format!("sqlite://{}/deep/er/kindred.sqlite", folder.display());
    let db = Db::open(&url, &kindred_storage::Options::default()).unwrap();
    assert!(!db.migrate().unwrap().is_empty());
    for n in 0..100 {
        let db = db.clone();
        // Handed in and forgotten: the future is dropped after its first step.
        let mut write = Box::pin(async move {
            db.write(move |db| add(db, &format!("https://acme.example/{n}")))
                .await
        });
        let _ = poll_once(write.as_mut()).await;
    }
    assert!(!is_kept(&db, "https://acme.example/nothing").await);
    drop(db);
    let db = Db::open(&url, &kindred_storage::Options::default()).unwrap();
    assert!(db.migrate().unwrap().is_empty());
    assert!(
        is_kept(&db, "https://acme.example/0").await
            && is_kept(&db, "https://acme.example/99").await
    );
    drop(db);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn the_last_handle_may_be_dropped_by_a_unit_of_work() {
    let db = sqlite();
    let own = db.clone();
    let mut write = Box::pin(async move {
        let other = own.clone();
        own.write(move |_| {
            std::thread::sleep(Duration::from_millis(50));
            drop(other);
            Ok::<_, Error>(())
        })
        .await
    });
    let _ = poll_once(write.as_mut()).await;
    drop(write);
    drop(db);
    tokio::time::sleep(Duration::from_millis(150)).await;
}

async fn poll_once<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    std::future::poll_fn(|cx| {
        std::task::Poll::Ready(match std::pin::Pin::new(&mut future).poll(cx) {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_small_changes_from_many_at_once_are_all_kept() {
    both(|db| async move {
        let mut all = Vec::new();
        for n in 0..50 {
            let db = db.clone();
            all.push(tokio::spawn(async move {
                for m in 0..40 {
                    db.write(move |db| add(db, &format!("https://acme.example/{n}/{m}")))
                        .await
                        .unwrap();
                }
            }));
        }
        for one in all {
            one.await.unwrap();
        }
        let kept: i64 = db
            .read(|db| {
                #[derive(QueryableByName)]
                struct Count {
                    #[diesel(sql_type = diesel::sql_types::BigInt)]
                    n: i64,
                }
                let counted: Count = on!(db, |conn| diesel::sql_query(
                    "SELECT count(*) AS n FROM tombstones"
                )
                .get_result(conn))?;
                Ok::<_, Error>(counted.n)
            })
            .await
            .unwrap();
        assert_eq!(kept, 2000);
    })
    .await;
}
