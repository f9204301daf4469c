//! What holds whatever happens and in whichever order: who hears what, how often, which thread comes out of it, and who sees it.
//!
//! Stories are drawn by chance from a fixed beginning, so that a story that fails is the same story the next time.

use std::collections::{BTreeMap, BTreeSet};

use kindred_community::{
    JoinPolicy, Visibility,
    documents::{self, Sort},
    letters::Letter,
    receive, search, timelines,
    views::{Page, Viewer},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};

use super::{gist, publish};
use crate::support::{Fediverse, Instance, Peer, Somebody, on_sqlite};

/// Stories of one kind, always the same ones.
pub(super) fn stories<T>(strategy: impl Strategy<Value = T>, how_many: usize) -> Vec<T> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..how_many)
        .map(|_| strategy.new_tree(&mut runner).expect("a story").current())
        .collect()
}

/// Somebody elsewhere who is known here, so that their letters can be handed over without a door.
pub(super) struct Known {
    pub(super) somebody: Somebody,
    pub(super) id: kindred_community::ActorId,
}

impl Known {
    async fn meet(ours: &Instance, fediverse: &Fediverse, somebody: Somebody) -> Self {
        let nothing = somebody.activity("Like", json!(format!("{}/o/1", ours.origin())));
        somebody.tells(ours, &nothing).await;
        fediverse.settle().await;
        let id = ours.actor_at(&somebody.uri).await.expect("a face").id;
        Self { somebody, id }
    }

    pub(super) async fn says(&self, ours: &Instance, activity: &Value) {
        let letter = Letter {
            sender: self.id,
            sender_uri: self.somebody.uri.clone(),
            host: self.somebody.host.clone(),
            body: activity.to_string(),
        };
        receive::accept(ours.kindred(), letter)
            .await
            .expect("a letter that is kept");
    }
}

/// Something that happens around a group with people on three servers.
#[derive(Clone, Debug)]
enum Event {
    Follows(usize),
    Leaves(usize),
    /// Nadia posts.
    Posts,
    /// Somebody elsewhere posts; the letter comes so many times.
    PostsElsewhere(usize, usize),
    /// All letters so far come once more, in the order in which they came.
    AllAgain,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..6usize).prop_map(Event::Follows),
        2 => (0..6usize).prop_map(Event::Leaves),
        3 => Just(Event::Posts),
        2 => (0..6usize, 1..4usize).prop_map(|(who, times)| Event::PostsElsewhere(who, times)),
        1 => Just(Event::AllAgain),
    ]
}

pub(super) struct Round {
    pub(super) ours: Instance,
    pub(super) peers: Vec<Peer>,
    pub(super) people: Vec<Known>,
}

pub(super) async fn around_a_group(fediverse: &Fediverse) -> Round {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_group("rust")
        .start()
        .await;
    let peers = vec![
        fediverse.peer("far.example", "mastodon"),
        fediverse.peer("near.example", "lemmy"),
        fediverse.peer("evil.example", "kindred"),
    ];
    let mut people = Vec::new();
    for peer in &peers {
        for name in ["bo", "li"] {
            people.push(Known::meet(&ours, fediverse, peer.person(name)).await);
        }
    }
    Round {
        ours,
        peers,
        people,
    }
}

#[tokio::test]
async fn each_server_hears_each_post_once_whoever_comes_and_goes() {
    on_sqlite(async |fediverse| {
        let Round {
            ours,
            peers,
            people,
        } = around_a_group(fediverse).await;
        let rust = ours.group("rust").actor.uri;
        let mut following: BTreeSet<usize> = BTreeSet::new();
        let mut letters: Vec<(usize, Value)> = Vec::new();
        let mut expected: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut heard: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut all_posts: BTreeSet<String> = BTreeSet::new();
        for story in stories(prop::collection::vec(event(), 1..14), 8) {
            for event in story {
                let mut posted = None;
                match event {
                    Event::Follows(who) => {
                        let follow = people[who].somebody.activity("Follow", json!(rust));
                        letters.push((who, follow.clone()));
                        people[who].says(&ours, &follow).await;
                        following.insert(who);
                    }
                    Event::Leaves(who) => {
                        let follow = json!({ "type": "Follow", "actor": people[who].somebody.uri, "object": rust });
                        let undo = people[who].somebody.activity("Undo", follow);
                        people[who].says(&ours, &undo).await;
                        following.remove(&who);
                    }
                    Event::Posts => {
                        let post = ours.person("nadia").says("@rust A word").await;
                        posted = post["uri"].as_str().map(str::to_owned);
                    }
                    Event::PostsElsewhere(who, times) => {
                        let note = people[who].somebody.note("Another word", &[&rust]);
                        let create = people[who].somebody.create(&note);
                        letters.push((who, create.clone()));
                        for _ in 0..times {
                            people[who].says(&ours, &create).await;
                        }
                        posted = note["id"].as_str().map(str::to_owned);
                    }
                    Event::AllAgain => {
                        for (who, letter) in &letters {
                            people[*who].says(&ours, letter).await;
                        }
                    }
                }
                fediverse.settle().await;
                if let Some(post) = posted {
                    for who in &following {
                        expected.insert((peers[who / 2].host.clone(), post.clone()), 1);
                    }
                    all_posts.insert(post);
                }
                for peer in &peers {
                    for letter in peer.new_letters() {
                        if let Some(post) = announced(&letter) {
                            *heard.entry((peer.host.clone(), post)).or_default() += 1;
                        }
                    }
                }
            }
        }
        assert!(all_posts.len() > 10, "{} posts", all_posts.len());
        assert_eq!(heard, expected);
    })
    .await;
}

/// The post that an `Announce` passes on, in either dialect.
fn announced(letter: &Value) -> Option<String> {
    match gist(letter).as_str() {
        "Announce of an id" => letter["object"].as_str().map(str::to_owned),
        "Announce of Create" => letter["object"]["object"]["id"].as_str().map(str::to_owned),
        _ => None,
    }
}

#[tokio::test]
async fn any_order_of_arrival_gives_the_same_thread() {
    on_sqlite(async |fediverse| {
        let Round {
            ours,
            peers,
            people,
        } = around_a_group(fediverse).await;
        let rust = ours.group("rust").actor.uri;
        // Of each note but the first: which earlier one it answers, and who writes it. Then the order in which they arrive.
        let tree = (2..9usize).prop_flat_map(|size| {
            let parents: Vec<_> = (1..size).map(|own| 0..own).collect();
            let order: Vec<usize> = (0..size).collect();
            (
                parents,
                prop::collection::vec(0..6usize, size),
                Just(order).prop_shuffle(),
                any::<bool>(),
            )
        });
        for (parents, authors, order, twice) in stories(tree, 12) {
            let mut notes: Vec<Value> = Vec::new();
            for (number, author) in authors.iter().enumerate() {
                let mut note = people[*author]
                    .somebody
                    .note(&format!("Note {number}"), &[&rust]);
                if number > 0 {
                    note["inReplyTo"] = notes[parents[number - 1]]["id"].clone();
                }
                publish(&peers[author / 2], &note);
                notes.push(note);
            }
            for number in &order {
                let who = &people[authors[*number]];
                let create = who.somebody.create(&notes[*number]);
                who.says(&ours, &create).await;
                if twice {
                    who.says(&ours, &create).await;
                }
                if number % 2 == 0 {
                    fediverse.settle().await;
                }
            }
            fediverse.settle().await;

            let uri = |number: usize| notes[number]["id"].as_str().expect("an id");
            let root = ours.post_at(uri(0)).await.expect("the first note");
            for number in 0..notes.len() {
                let post = ours.post_at(uri(number)).await.expect("a note");
                let parent = match number {
                    0 => None,
                    _ => ours
                        .post_at(uri(parents[number - 1]))
                        .await
                        .map(|post| post.id),
                };
                let answers = parents.iter().filter(|parent| **parent == number).count();
                assert_eq!(
                    (post.parent_id, post.root_id, post.group_id),
                    (parent, root.id, Some(ours.group("rust").actor.id)),
                    "note {number} of {parents:?} in the order {order:?}"
                );
                assert_eq!(usize::try_from(post.replies_count).ok(), Some(answers));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn any_letter_twice_is_once() {
    on_sqlite(async |fediverse| {
        let Round { ours, people, .. } = around_a_group(fediverse).await;
        let rust = ours.group("rust").actor.uri;
        let post = ours.person("nadia").says("@rust Hello").await["uri"].clone();
        fediverse.settle().await;
        let step = (0..6usize, 0..8usize, any::<bool>());
        for story in stories(prop::collection::vec(step, 5..15), 8) {
            let mut letters: Vec<(usize, Value)> = Vec::new();
            for (who, what, at_once) in story {
                let somebody = &people[who].somebody;
                let own = somebody.note("Mine", &[&rust]);
                let letter = match what {
                    0 => somebody.activity("Follow", json!(rust)),
                    1 => somebody.activity("Like", post.clone()),
                    2 => somebody.activity("Dislike", post.clone()),
                    3 => somebody.activity("Announce", post.clone()),
                    4 => somebody.create(&own),
                    5 => somebody.activity(
                        "Undo",
                        json!({ "type": "Like", "actor": somebody.uri, "object": post }),
                    ),
                    6 => somebody.activity("Flag", post.clone()),
                    _ => somebody.activity(
                        "Undo",
                        json!({ "type": "Announce", "actor": somebody.uri, "object": post }),
                    ),
                };
                people[who].says(&ours, &letter).await;
                if at_once {
                    people[who].says(&ours, &letter).await;
                }
                letters.push((who, letter));
            }
            fediverse.settle().await;
            let before = (ours.traces().await, counts(&ours, &post).await);
            for (who, letter) in letters.iter().rev() {
                people[*who].says(&ours, letter).await;
            }
            fediverse.settle().await;
            assert_eq!((ours.traces().await, counts(&ours, &post).await), before);
        }
    })
    .await;
}

async fn counts(ours: &Instance, post: &Value) -> (i32, i32, i32) {
    let post = ours
        .post_at(post.as_str().expect("an address"))
        .await
        .expect("the post");
    (post.likes_count, post.boosts_count, post.replies_count)
}

#[tokio::test]
async fn nobody_sees_what_the_rule_forbids() {
    on_sqlite(async |fediverse| {
        let kinds = [
            ("open", Visibility::Public),
            ("allies", Visibility::Partners),
            ("house", Visibility::Company),
            ("den", Visibility::Members),
        ];
        let mut ours = fediverse
            .instance("kindred.example")
            .with_partner("acme.example")
            .with_person("nadia")
            .with_person("mei")
            .with_person("ines");
        for (handle, visibility) in kinds {
            ours = ours.with_group_like(handle, visibility, JoinPolicy::Open);
        }
        let ours = ours.start().await;
        let people = ["nadia", "mei", "ines"].map(|name| ours.person(name));
        // Who posts (Nadia organises all), where (nowhere, or in one of the groups), to whom, who has joined that group, who looks.
        let story = (
            0..5usize,
            prop::sample::select(vec!["public", "unlisted", "private", "direct"]),
            any::<bool>(),
            0..6usize,
        );
        let mut seen = [0; 2];
        for (place, audience, mei_is_in, looker) in stories(story, 60) {
            let group = kinds.get(place).copied();
            if let Some((handle, _)) = group {
                let handle = format!("@{handle}");
                if mei_is_in {
                    people[1].follows(&handle).await
                } else {
                    people[1].leaves(&handle).await
                };
            }
            let text = match group {
                Some((handle, _)) => format!("@{handle} Pflaumenmus"),
                None => "Pflaumenmus".to_owned(),
            };
            let answer = people[0]
                .calls(
                    "POST",
                    "/api/v1/statuses",
                    Some(&json!({ "status": text, "visibility": audience })),
                )
                .await;
            let post = answer.json();
            let Some(id) = post["id"].as_str().and_then(|id| id.parse().ok()) else {
                continue;
            };
            let id = kindred_community::PostId(id);
            let viewer = match looker {
                0..=2 => Viewer::Local(people[looker].actor.id),
                3 => Viewer::Stranger,
                4 => Viewer::Server("acme.example".to_owned()),
                _ => Viewer::Server("far.example".to_owned()),
            };
            let in_group = group.filter(|(_, word)| {
                *word != Visibility::Public || matches!(audience, "public" | "unlisted")
            });
            let may = looker == 0
                || match in_group.map(|(_, word)| word) {
                    Some(Visibility::Partners) => looker <= 2 || looker == 4,
                    Some(Visibility::Company) => looker <= 2,
                    Some(Visibility::Members) => looker == 1 && mei_is_in,
                    // Nobody follows Nadia, and she names nobody.
                    _ => matches!(audience, "public" | "unlisted"),
                };
            let uri = post["uri"].as_str().expect("an address").to_owned();
            let by_api = timelines::one(ours.kindred(), &viewer, id).await.is_ok();
            let by_document = documents::post(ours.kindred(), &viewer, id).await.is_ok();
            let by_answers = documents::replies(ours.kindred(), &viewer, id, None)
                .await
                .is_ok();
            let by_profile = timelines::of_actor(
                ours.kindred(),
                &viewer,
                people[0].actor.id,
                Page::first(1),
                timelines::Wanted::default(),
            )
            .await
            .is_ok_and(|part| part.items.iter().any(|entry| entry.view.post.uri == uri));
            let case = format!("{audience} in {group:?}, Mei in: {mei_is_in}, seen by {viewer:?}");
            assert_eq!(by_api, may, "by the API: {case}");
            assert_eq!(by_document, may, "by its document: {case}");
            assert_eq!(by_answers, may, "by its answers: {case}");
            assert_eq!(by_profile, may, "by the profile: {case}");
            // These doors show less than all that may be seen, and nothing else.
            let doors = Box::pin(other_doors(&ours, &viewer, id, &uri, group));
            for (door, shown) in doors.await {
                assert!(may || !shown, "{door}: {case}");
            }
            seen[usize::from(may)] += 1;
        }
        assert!(seen.iter().all(|times| *times > 10), "{seen:?}");
        fediverse.settle().await;
    })
    .await;
}

/// Whether a post comes out by further doors.
async fn other_doors(
    ours: &Instance,
    viewer: &Viewer,
    id: kindred_community::PostId,
    uri: &str,
    group: Option<(&str, Visibility)>,
) -> Vec<(&'static str, bool)> {
    let kindred = ours.kindred();
    let page = || Page::first(40);
    let among = |entries: &[kindred_community::views::Entry]| {
        entries.iter().any(|entry| entry.view.post.uri == uri)
    };
    let ask = search::Ask {
        text: "Pflaumenmus".to_owned(),
        posts: true,
        ..search::Ask::default()
    };
    let found = search::look(kindred, viewer, ask).await;
    let everybody =
        timelines::public(kindred, viewer, timelines::Scope::Everywhere, false, page()).await;
    let mut doors = vec![
        (
            "by the search",
            found.is_ok_and(|found| found.posts.iter().any(|view| view.post.uri == uri)),
        ),
        (
            "by the public timeline",
            everybody.is_ok_and(|part| among(&part.items)),
        ),
        (
            "by its thread",
            documents::context(kindred, viewer, id, None).await.is_ok(),
        ),
        (
            "by those who like it",
            timelines::likers(kindred, viewer, id, page()).await.is_ok(),
        ),
        (
            "by those who pass it on",
            timelines::boosters(kindred, viewer, id, page())
                .await
                .is_ok(),
        ),
    ];
    if let Some((handle, _)) = group {
        let room = ours.group(handle).actor.id;
        let there = timelines::of_group(kindred, viewer, room, page()).await;
        doors.push(("by the group", there.is_ok_and(|part| among(&part.items))));
        let outbox = documents::outbox(kindred, viewer, Sort::Group, handle, None, true).await;
        doors.push((
            "by the outbox of the group",
            outbox.is_ok_and(|document| document.to_string().contains(uri)),
        ));
    }
    let said = documents::outbox(kindred, viewer, Sort::Person, "nadia", None, true).await;
    doors.push((
        "by her outbox",
        said.is_ok_and(|document| document.to_string().contains(uri)),
    ));
    doors
}
