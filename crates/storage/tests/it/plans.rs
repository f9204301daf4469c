//! The queries that run all the time walk along an index: no sorting, no reading of whole tables.

use std::sync::{Arc, Mutex};

use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use kindred_storage::jobs::{self, Health, Job, Lane};
use kindred_storage::testing::sample::THEN;
use kindred_storage::testing::sqlite;
use kindred_storage::timelines::{self, Entry, Scope};
use kindred_storage::{
    ActorId, Conn, EntryId, Error, JobId, Moment, Page, PostId, QueryResult, ReactionKind,
    activities, actors, apps, boosts, follows, memberships, notifications, posts, reactions,
    sessions, tombstones,
};

type Ask = fn(&mut Conn) -> QueryResult<()>;

/// What must be found by an index: name, query.
const HOT: &[(&str, Ask)] = &[
    ("a home page", |db| {
        timelines::home(db, ActorId(1), &Page::first(20)).map(drop)
    }),
    ("a home page further up", |db| {
        timelines::home(db, ActorId(1), &Page::above(5, 20)).map(drop)
    }),
    ("a group page", |db| {
        timelines::boosted_by(db, ActorId(1), &Page::before(5, 20)).map(drop)
    }),
    ("a person's page", |db| {
        timelines::author_page(db, ActorId(1), &Page::first(20)).map(drop)
    }),
    ("a person's threads", |db| {
        timelines::starters_page(db, ActorId(1), &Page::first(20), true).map(drop)
    }),
    ("the public page", |db| {
        timelines::public(db, Scope::Everywhere, false, &Page::first(20)).map(drop)
    }),
    ("posts of a group", |db| {
        posts::page_of_group(db, ActorId(1), &Page::first(20)).map(drop)
    }),
    ("threads of a group", |db| {
        posts::threads_of_group(db, ActorId(1), &Page::first(20)).map(drop)
    }),
    ("a thread", |db| posts::thread(db, PostId(1), 100).map(drop)),
    ("replies", |db| {
        posts::replies(db, PostId(1), &Page::first(20)).map(drop)
    }),
    ("replies that wait", |db| {
        posts::waiting_for(db, "https://acme.example/1").map(drop)
    }),
    ("a post by address", |db| {
        posts::by_uri(db, "https://acme.example/1").map(drop)
    }),
    ("posts by number", |db| {
        posts::find_many(db, &[PostId(1), PostId(2)]).map(drop)
    }),
    ("an actor by address", |db| {
        actors::by_uri(db, "https://acme.example/1").map(drop)
    }),
    ("an actor by key", |db| {
        actors::by_key_id(db, "https://acme.example/1").map(drop)
    }),
    ("a taken handle", |db| {
        actors::handle_taken(db, "nadia").map(drop)
    }),
    ("a token", |db| apps::token_by_hash(db, "hash").map(drop)),
    ("a session", |db| {
        sessions::by_hash(db, "hash", Moment(1)).map(drop)
    }),
    ("followers", |db| {
        follows::followers(db, ActorId(1), &Page::first(20)).map(drop)
    }),
    ("a follow", |db| {
        follows::find(db, ActorId(1), ActorId(2)).map(drop)
    }),
    ("a local follower", |db| {
        follows::has_local_follower(db, ActorId(1)).map(drop)
    }),
    ("members", |db| {
        memberships::members(
            db,
            ActorId(1),
            kindred_storage::MembershipState::Active,
            &Page::first(9),
        )
        .map(drop)
    }),
    ("a membership", |db| {
        memberships::standing(db, ActorId(1), ActorId(2)).map(drop)
    }),
    ("notices", |db| {
        notifications::page(
            db,
            ActorId(1),
            &notifications::Sieve::default(),
            &Page::first(20),
        )
        .map(drop)
    }),
    ("likes of somebody", |db| {
        reactions::of_actor(db, ActorId(1), ReactionKind::Like, &Page::first(20)).map(drop)
    }),
    ("boosts of a post", |db| {
        boosts::of_post(db, PostId(1), &Page::first(20)).map(drop)
    }),
    ("an activity by address", |db| {
        activities::is_known(db, "https://acme.example/1").map(drop)
    }),
    ("an outbox", |db| {
        activities::outbox(db, ActorId(1), &Page::first(20)).map(drop)
    }),
    ("a tombstone", |db| {
        tombstones::is_gone(db, "https://acme.example/1").map(drop)
    }),
];

/// What may sort a handful of rows, but must not read a whole table.
const WARM: &[(&str, Ask)] = &[
    ("following", |db| {
        follows::following(db, ActorId(1), &Page::first(20)).map(drop)
    }),
    ("an actor by handle", |db| {
        actors::by_handle(db, "nadia", "").map(drop)
    }),
    ("names", |db| actors::names_like(db, "na", 10).map(drop)),
    ("inboxes", |db| {
        follows::inboxes_of_followers(db, ActorId(1)).map(drop)
    }),
    ("claiming", |db| {
        jobs::claim_lanes(db, THEN, THEN, 10, Health::Well).map(drop)
    }),
    ("the heads of lanes", |db| {
        jobs::heads(db, &["a", "b"], THEN, 2).map(drop)
    }),
    ("the end of a lane", |db| {
        jobs::lane_done(db, &lane(), THEN).map(drop)
    }),
    ("a failing lane", |db| {
        jobs::lane_failed(db, &lane(), THEN, "why", THEN).map(drop)
    }),
    ("the next lane", |db| jobs::next_due(db).map(drop)),
    ("putting into home timelines", |db| {
        let entry = Entry {
            entry_id: EntryId(9),
            post_id: PostId(9),
            by_id: None,
        };
        timelines::put_home(db, entry, ActorId(1), None).map(drop)
    }),
    ("taking out of a home timeline", |db| {
        timelines::drop_from_home(db, ActorId(1), ActorId(2)).map(drop)
    }),
    ("taking a post out of home timelines", |db| {
        timelines::forget_post(db, PostId(1)).map(drop)
    }),
    ("taking a line out of home timelines", |db| {
        timelines::forget_entry(db, EntryId(1)).map(drop)
    }),
];

fn lane() -> Lane {
    Lane {
        name: "a".to_owned(),
        due_at: THEN,
        leased_until: THEN,
        version: 1,
        failures: 0,
        failing_since: None,
        last_error: None,
    }
}

#[derive(Debug, QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// How SQLite would go about each statement that `ask` sends.
async fn plans(ask: Ask) -> Vec<String> {
    let db = sqlite();
    db.write(move |db| {
        jobs::enqueue(db, &[Job::new(JobId(1), "a", "k", String::new(), THEN)])?;
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let Conn::Sqlite(conn) = db else {
            unreachable!("this is SQLite")
        };
        let ear = Arc::clone(&heard);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let text = query.to_string();
                ear.lock().unwrap().push(
                    text.split(" -- binds")
                        .next()
                        .unwrap_or_default()
                        .to_owned(),
                );
            }
        });
        ask(db)?;
        let statements = heard.lock().unwrap().clone();
        assert!(!statements.is_empty());
        let Conn::Sqlite(conn) = db else {
            unreachable!("this is SQLite")
        };
        let mut steps = Vec::new();
        for statement in statements {
            let plan: Vec<Step> =
                sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(conn)?;
            steps.extend(plan.into_iter().map(|step| step.detail));
        }
        Ok::<_, Error>(steps)
    })
    .await
    .unwrap()
}

fn reads_a_whole_table(step: &str) -> bool {
    // Walking the posts from the newest on is what the public page is; the list of accounts is short; the wanted
    // lanes are a list in the statement; the soonest lanes were limited before.
    step.starts_with("SCAN")
        && ![
            "SCAN posts",
            "SCAN accounts",
            "SCAN wanted",
            "SCAN json_each",
            "SCAN soon",
            "SCAN CONSTANT ROW",
        ]
        .iter()
        .any(|fine| step.starts_with(fine))
        && !step.contains("USING INDEX lanes_due")
}

#[tokio::test]
async fn what_runs_all_the_time_walks_along_an_index() {
    for (name, ask) in HOT {
        let plan = plans(*ask).await;
        assert!(
            !plan.iter().any(|step| reads_a_whole_table(step)),
            "{name}: {plan:#?}"
        );
        assert!(
            !plan.iter().any(|step| step.contains("TEMP B-TREE")),
            "{name}: {plan:#?}"
        );
    }
}

#[tokio::test]
async fn what_runs_often_reads_no_whole_table() {
    for (name, ask) in WARM {
        let plan = plans(*ask).await;
        assert!(
            !plan.iter().any(|step| reads_a_whole_table(step)),
            "{name}: {plan:#?}"
        );
    }
}

#[tokio::test]
async fn a_home_page_begins_at_its_first_line_and_ends_at_its_last() {
    let plan = plans(|db| timelines::home(db, ActorId(1), &Page::first(20)).map(drop)).await;
    assert_eq!(
        plan,
        [
            "SEARCH home_entries USING PRIMARY KEY (owner_id=? AND entry_id>? AND entry_id<?)",
            "SEARCH posts USING INTEGER PRIMARY KEY (rowid=?)",
        ]
    );
}

#[tokio::test]
async fn sqlite_is_compiled_so_that_what_is_prepared_stays_prepared() {
    #[derive(QueryableByName)]
    struct Flag {
        #[diesel(sql_type = Text)]
        compile_options: String,
    }
    let db = sqlite();
    let flags = ask!(db, |db| {
        let Conn::Sqlite(conn) = db else {
            unreachable!("this is SQLite")
        };
        sql_query("PRAGMA compile_options").load::<Flag>(conn)
    });
    let has = |name: &str| flags.iter().any(|flag| flag.compile_options == name);
    assert!(
        has("ENABLE_QPSG") && has("THREADSAFE=2"),
        "see .cargo/config.toml"
    );
}
