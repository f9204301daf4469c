//! What it costs to find each other where there are many: ten thousand people, two thousand groups, two hundred partners with fifty
//! entries each, and a hundred thousand topics; on SQLite, without HTTP.
//!
//!     cargo bench -p kindred --bench finding [-- NAME]
//!
//! Every answer is to be there within 50 ms, and within 20 ms while somebody types.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use kindred_community::{
    Clock, Kindred, Ledger, Result, directory, discovery, pages,
    seal::Seal,
    settings::{Federation, House, MediaSettings, Settings, SignUp},
    topics,
    views::Viewer,
};
use kindred_protocol::network::{Network, NetworkSettings};
use kindred_storage::{
    ActorId, ActorKind, AgreementState, Circle, Json, ListingId, Moment, Page, PassionId, TopicId,
    accounts, actors,
    actors::Actor,
    agreements::{self, Agreement},
    directory as listings,
    directory::Listing,
    groups, instances, memberships, passions,
    passions::Passion,
    testing::{self, sample},
    topics::{
        self as store, Topic,
        names::{self, TopicName},
    },
};
use tokio::runtime::Runtime;

const PEOPLE: i64 = 10_000;
const GROUPS: i64 = 2_000;
const PARTNERS: i64 = 200;
const ENTRIES: i64 = 50;
const TOPICS: i64 = 100_000;

/// Where the numbers of each kind begin.
const FIRST_GROUP: i64 = 1_000_000;
const FIRST_TOPIC: i64 = 2_000_000;
const FIRST_LISTING: i64 = 3_000_000;
const FIRST_TIE: i64 = 4_000_000;

fn settings() -> Settings {
    Settings {
        origin: "https://kindred.example".to_owned(),
        name: "Kindred".to_owned(),
        company: None,
        federation: Federation::Open,
        sign_up: SignUp::Closed,
        version: "bench",
        source_url: String::new(),
        lab: false,
        media: MediaSettings::in_folder("nowhere"),
        house: House::default(),
        seal: Seal::default(),
    }
}

/// The same numbers every time, in no order that one would notice.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        i64::try_from(self.0 >> 33).unwrap_or(0) % end
    }

    /// A topic: a few of them are everybody's, most are nobody's.
    fn topic(&mut self) -> TopicId {
        let reach = [10, 100, 1_000, 20_000][usize::try_from(self.below(4)).unwrap_or(0)];
        TopicId(FIRST_TOPIC + self.below(reach))
    }
}

const WORDS: [&str; 20] = [
    "statistical",
    "process",
    "control",
    "bread",
    "baking",
    "night",
    "trains",
    "open",
    "source",
    "gardens",
    "choral",
    "singing",
    "board",
    "games",
    "mountain",
    "cycling",
    "analog",
    "photography",
    "machine",
    "learning",
];

fn topic_name(number: i64) -> String {
    let word = |n: i64| WORDS[usize::try_from(n % 20).unwrap_or(0)];
    if number % 10 == 9 {
        format!("統計学{number}")
    } else {
        format!("{} {} {number}", word(number), word(number / 20))
    }
}

/// Where a name can be entered while it is typed.
fn entries(name: &str) -> Vec<String> {
    let begins = |at: usize, c: char| at == 0 || !c.is_ascii() || name[..at].ends_with(' ');
    name.char_indices()
        .filter(|(at, c)| begins(*at, *c))
        .map(|(at, _)| name[at..].to_owned())
        .collect()
}

fn all_topics(ledger: &mut Ledger<'_>) -> Result<()> {
    for number in 0..TOPICS {
        let (id, name) = (FIRST_TOPIC + number, topic_name(number));
        let topic = Topic {
            id: TopicId(id),
            slug: name.replace(' ', "-"),
            name: name.clone(),
            created_at: ledger.now,
        };
        store::ensure(ledger.db, &topic)?;
        let first = TopicName {
            id,
            topic_id: topic.id,
            folded: name.clone(),
            name: name.clone(),
            language: None,
        };
        names::add(ledger.db, &first, &entries(&name))?;
    }
    Ok(())
}

fn all_people(ledger: &mut Ledger<'_>, dice: &mut Dice) -> Result<()> {
    for id in 1..=PEOPLE {
        let person = sample::person(id, &format!("person{id}"));
        actors::insert(ledger.db, &person)?;
        accounts::insert(ledger.db, &sample::account(id, &person))?;
        for _ in 0..6 {
            let passion = Passion {
                id: PassionId(ledger.next_id()),
                actor_id: person.id,
                topic_id: dice.topic(),
                words: "Since the first day".to_owned(),
                circle: [Circle::Company, Circle::Partners, Circle::Everyone]
                    [usize::try_from(dice.below(3)).unwrap_or(0)],
                created_at: ledger.now,
                updated_at: ledger.now,
            };
            passions::record(ledger.db, &passion)?;
        }
    }
    Ok(())
}

fn all_groups(ledger: &mut Ledger<'_>, dice: &mut Dice) -> Result<()> {
    for number in 0..GROUPS {
        let id = FIRST_GROUP + number;
        let mut face = sample::circle(id, &format!("group{number}"));
        face.name = format!("Friends of {}", topic_name(dice.below(1_000)));
        face.last_post_at = Some(Moment(ledger.now.0 - dice.below(10_000_000_000)));
        actors::insert(ledger.db, &face)?;
        groups::insert(ledger.db, &sample::group(&face))?;
        let about = [dice.topic(), dice.topic()];
        store::set_group(ledger.db, face.id, &about)?;
        for tie in 0..10 {
            let who = ActorId(1 + dice.below(PEOPLE));
            let tie = sample::membership(FIRST_TIE + number * 10 + tie, face.id, who);
            memberships::record(ledger.db, &tie)?;
        }
    }
    for number in 0..1_000 {
        store::count_uses(ledger.db, TopicId(FIRST_TOPIC + number))?;
    }
    Ok(())
}

fn listing(ledger: &Ledger<'_>, dice: &mut Dice, partner: i64, number: i64) -> Listing {
    let host = format!("partner{partner}.example");
    let group = number % 5 == 0;
    Listing {
        id: ListingId(FIRST_LISTING + partner * ENTRIES + number),
        uri: format!("https://{host}/entries/{number}"),
        host,
        kind: if group {
            ActorKind::Group
        } else {
            ActorKind::Person
        },
        circle: Circle::Partners,
        handle: format!("entry{number}"),
        name: format!("Friends of {}", topic_name(dice.below(1_000))),
        icon_url: None,
        summary: "We meet on Thursdays and bring what we made.".to_owned(),
        language: None,
        join_policy: None,
        members: 12,
        lively_at: group.then(|| Moment(ledger.now.0 - dice.below(10_000_000_000))),
        seen_at: ledger.now,
        greetable: true,
    }
}

fn all_partners(ledger: &mut Ledger<'_>) -> Result<()> {
    for partner in 0..PARTNERS {
        let host = format!("partner{partner}.example");
        let instance = instances::Instance::unknown(
            kindred_storage::InstanceId(ledger.next_id()),
            &host,
            ledger.now,
        );
        instances::remember(ledger.db, &instance)?;
        let agreement = Agreement {
            uri: format!("https://{host}/agreement"),
            company: Some(format!("Partner {partner}")),
            ours: true,
            flows: Json(vec!["groups".to_owned(), "people".to_owned()]),
            state: AgreementState::Agreed,
            proposed_by: "nadia".to_owned(),
            proposed_at: ledger.now,
            accepted_by: None,
            agreed_at: Some(ledger.now),
            ended_by: None,
            ended_at: None,
            digest: None,
            synced_at: None,
            host,
        };
        agreements::record(ledger.db, &agreement)?;
    }
    Ok(())
}

/// Everything that all partners tell, written down in pieces as their pages come.
fn all_listings(runtime: &Runtime, kindred: &Kindred) {
    for partner in 0..PARTNERS {
        let written = kindred.write(move |ledger| {
            let mut dice = Dice(u64::try_from(partner).unwrap_or(0));
            for number in 0..ENTRIES {
                let listing = listing(ledger, &mut dice, partner, number);
                let about: Vec<_> = (0..3).map(|_| (dice.topic(), String::new())).collect();
                listings::record(ledger.db, &listing, &about)?;
            }
            Ok(())
        });
        runtime.block_on(written).expect("written");
    }
}

fn filled(runtime: &Runtime) -> Kindred {
    let network = Network::new(NetworkSettings::default()).expect("a door");
    let kindred = Kindred::new(testing::sqlite(), network, settings(), Clock::System, 1);
    let written = kindred.write(|ledger| {
        let mut dice = Dice(7);
        all_topics(ledger)?;
        all_people(ledger, &mut dice)?;
        all_groups(ledger, &mut dice)?;
        all_partners(ledger)
    });
    runtime.block_on(written).expect("a company");
    all_listings(runtime, &kindred);
    kindred
}

fn somebody(runtime: &Runtime, kindred: &Kindred) -> Actor {
    let found = kindred.read(|db| Ok(actors::find(db, ActorId(77))?));
    runtime.block_on(found).expect("read").expect("somebody")
}

fn told(found: bool, what: &str) {
    assert!(found, "{what}: nothing was found");
}

/// A company with everything in it, and somebody who looks around.
struct Stage {
    runtime: Runtime,
    kindred: Kindred,
    who: Actor,
    viewer: Viewer,
    /// A topic of thousands.
    everybodys: String,
}

fn finding(bench: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let kindred = filled(&runtime);
    let who = somebody(&runtime, &kindred);
    let stage = Stage {
        viewer: Viewer::Local(who.id),
        everybodys: topic_name(3),
        runtime,
        kindred,
        who,
    };
    topics_and_people(bench, &stage);
    groups_to_look_through(bench, &stage);
    what_might_be_worth_a_look(bench, &stage);
    typing(bench, &stage);
    partners(bench, &stage);
}

fn topics_and_people(bench: &mut Criterion, stage: &Stage) {
    let runtime = &stage.runtime;
    let kindred = &stage.kindred;
    let viewer = &stage.viewer;
    let everybodys = &stage.everybodys;
    bench.bench_function("people by a passion of thousands", |bench| {
        bench.iter(|| {
            let people = discovery::people(kindred, viewer, everybodys, Page::first(40));
            told(
                !runtime.block_on(people).expect("people").is_empty(),
                "people",
            );
        });
    });
    bench.bench_function(
        "a topic of thousands, with what stands beside it",
        |bench| {
            bench.iter(|| {
                let topic = discovery::topic(kindred, viewer, everybodys);
                told(
                    !runtime.block_on(topic).expect("a topic").related.is_empty(),
                    "neighbours",
                );
            });
        },
    );
    bench.bench_function("the page of a topic", |bench| {
        let slug = everybodys.replace(' ', "-");
        bench.iter(|| {
            let page = pages::topic(kindred, viewer, &slug, None);
            told(
                !runtime.block_on(page).expect("a page").people.is_empty(),
                "its people",
            );
        });
    });
}

fn groups_to_look_through(bench: &mut Criterion, stage: &Stage) {
    let runtime = &stage.runtime;
    let kindred = &stage.kindred;
    let viewer = &stage.viewer;
    let everybodys = &stage.everybodys;
    for (name, sought) in [
        ("directory of groups", discovery::Sought::default()),
        (
            "directory of groups, by words",
            discovery::Sought {
                words: "choral".to_owned(),
                ..discovery::Sought::default()
            },
        ),
        (
            "directory of groups, by topic",
            discovery::Sought {
                topic: Some(everybodys.clone()),
                ..discovery::Sought::default()
            },
        ),
        (
            "directory of groups, a page further down",
            discovery::Sought {
                after: Some(ActorId(FIRST_GROUP + 500)),
                beyond: Some(ListingId(FIRST_LISTING + 500)),
                ..discovery::Sought::default()
            },
        ),
    ] {
        bench.bench_function(name, |bench| {
            bench.iter(|| {
                let found = discovery::groups(kindred, viewer, sought.clone());
                let found = runtime.block_on(found).expect("groups");
                told(!found.here.is_empty() && !found.elsewhere.is_empty(), name);
            });
        });
    }
}

fn what_might_be_worth_a_look(bench: &mut Criterion, stage: &Stage) {
    let runtime = &stage.runtime;
    let kindred = &stage.kindred;
    let who = &stage.who;
    let viewer = &stage.viewer;
    let everybodys = &stage.everybodys;
    bench.bench_function("suggestions", |bench| {
        bench.iter(|| {
            let found = discovery::suggestions(kindred, who);
            told(
                !runtime
                    .block_on(found)
                    .expect("suggestions")
                    .people
                    .is_empty(),
                "people",
            );
        });
    });
    bench.bench_function("groups like one that is being founded", |bench| {
        bench.iter(|| {
            let about = vec![everybodys.clone()];
            let found = discovery::similar_groups(kindred, who, "Friends of choral", about);
            told(
                !runtime.block_on(found).expect("groups").groups.is_empty(),
                "groups",
            );
        });
    });
    bench.bench_function("trends", |bench| {
        bench.iter(|| {
            let found = discovery::stirring(kindred, viewer);
            told(
                !runtime.block_on(found).expect("topics").is_empty(),
                "topics",
            );
        });
    });
}

fn typing(bench: &mut Criterion, stage: &Stage) {
    let runtime = &stage.runtime;
    let kindred = &stage.kindred;
    let who = &stage.who;
    for (name, typed) in [
        ("welcome, with its numbers", ""),
        ("welcome, while typing", "tra"),
    ] {
        bench.bench_function(name, |bench| {
            bench.iter(|| {
                let cloud = discovery::cloud(kindred, who, typed);
                told(
                    !runtime.block_on(cloud).expect("a cloud").others.is_empty(),
                    name,
                );
            });
        });
    }
    for typed in ["s", "st", "sta", "statistical", "process", "統", "計学9"] {
        bench.bench_function(&format!("typing {typed:?}"), |bench| {
            bench.iter(|| {
                let found = topics::beginning_with(kindred, typed, 10);
                told(!runtime.block_on(found).expect("topics").is_empty(), typed);
            });
        });
    }
}

fn partners(bench: &mut Criterion, stage: &Stage) {
    let runtime = &stage.runtime;
    let kindred = &stage.kindred;
    bench.bench_function("the directory, as a partner reads it", |bench| {
        let partner = Viewer::Server("partner7.example".to_owned());
        bench.iter(|| {
            let page = directory::document(kindred, &partner, None);
            told(
                runtime.block_on(page).expect("a page")["next"].is_string(),
                "a next page",
            );
        });
    });
    bench.bench_function(
        "ten thousand entries of partners, written down again",
        |bench| {
            bench.iter(|| all_listings(runtime, kindred));
        },
    );
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(10);
    targets = finding
}
criterion_main!(benches);
