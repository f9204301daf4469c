//! Groups that hear of each other in circles of two and three: whoever listens hears each post once from each group, and nothing goes
//! round.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{gist, properties::stories};
use crate::support::{Fediverse, Instance, Peer, Person, Somebody, on_sqlite};

/// What happens among three groups of three companies, and people on two further servers.
#[derive(Clone, Debug)]
enum Event {
    /// One group begins to hear of another, or does so no more.
    Hears(usize, usize, bool),
    /// Somebody elsewhere follows a group, or leaves it.
    Follows(usize, usize, bool),
    /// The organiser of a group posts in it.
    Posts(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..3usize, 1..3usize, prop::bool::weighted(0.7))
            .prop_map(|(one, on, begins)| Event::Hears(one, (one + on) % 3, begins)),
        3 => (0..4usize, 0..3usize, prop::bool::weighted(0.7))
            .prop_map(|(who, group, begins)| Event::Follows(who, group, begins)),
        4 => (0..3usize).prop_map(Event::Posts),
    ]
}

struct Companies {
    instances: Vec<Instance>,
    organisers: Vec<Person>,
    groups: Vec<String>,
    peers: Vec<Peer>,
    people: Vec<Somebody>,
}

const PLACES: [(&str, &str, &str); 3] = [
    ("kindred.example", "nadia", "rust"),
    ("acme.example", "mei", "crab"),
    ("globex.example", "robert", "shell"),
];

async fn companies(fediverse: &Fediverse) -> Companies {
    let mut instances = Vec::new();
    for (host, organiser, group) in PLACES {
        let instance = fediverse
            .instance(host)
            .with_person(organiser)
            .with_group(group)
            .start()
            .await;
        instances.push(instance);
    }
    let peers = vec![
        fediverse.peer("far.example", "mastodon"),
        fediverse.peer("near.example", "lemmy"),
    ];
    let people = peers
        .iter()
        .flat_map(|peer| ["bo", "li"].map(|name| peer.person(name)))
        .collect();
    Companies {
        organisers: instances
            .iter()
            .zip(PLACES)
            .map(|(instance, (_, organiser, _))| instance.person(organiser))
            .collect(),
        groups: instances
            .iter()
            .zip(PLACES)
            .map(|(instance, (_, _, group))| instance.group(group).actor.uri)
            .collect(),
        instances,
        peers,
        people,
    }
}

impl Companies {
    async fn hears(&self, one: usize, other: usize, begins: bool) {
        let acct = |group: usize| format!("@{}@{}", PLACES[group].2, PLACES[group].0);
        let organiser = &self.organisers[one];
        let (id, other) = (
            organiser.finds(&acct(one)).await,
            organiser.finds(&acct(other)).await,
        );
        let path = format!("/api/kindred/v1/groups/{id}/follows");
        let method = if begins { "POST" } else { "DELETE" };
        organiser
            .does(method, &path, Some(&json!({ "account_id": other })))
            .await;
    }
}

/// Who announced what, in either dialect.
fn announced(letter: &Value) -> Option<(String, String)> {
    let post = match gist(letter).as_str() {
        "Announce of an id" => &letter["object"],
        "Announce of Create" => &letter["object"]["object"]["id"],
        _ => return None,
    };
    let actor = letter["actor"].as_str()?.to_owned();
    Some((actor, post.as_str()?.to_owned()))
}

#[tokio::test]
async fn in_circles_of_groups_everybody_hears_each_post_once_and_nothing_goes_round() {
    on_sqlite(async |fediverse| {
        let all = companies(fediverse).await;
        let mut hears: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut follows: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut expected: BTreeSet<(String, String)> = BTreeSet::new();
        let mut counts: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        let mut posted: Vec<(usize, String)> = Vec::new();
        // Whole circles first, then whatever comes.
        let circles = [
            Event::Hears(0, 1, true),
            Event::Hears(1, 0, true),
            Event::Follows(0, 0, true),
            Event::Follows(1, 1, true),
            Event::Follows(2, 2, true),
            Event::Posts(0),
            Event::Hears(1, 2, true),
            Event::Hears(2, 0, true),
            Event::Posts(2),
            Event::Posts(1),
        ];
        let told = stories(prop::collection::vec(event(), 4..12), 4);
        for event in circles.into_iter().chain(told.into_iter().flatten()) {
            match event {
                Event::Hears(one, other, begins) => {
                    if begins != hears.contains(&(one, other)) {
                        all.hears(one, other, begins).await;
                    }
                    if begins {
                        hears.insert((one, other));
                    } else {
                        hears.remove(&(one, other));
                    }
                }
                Event::Follows(who, group, begins) => {
                    let somebody = &all.people[who];
                    let follow = somebody.activity("Follow", json!(all.groups[group]));
                    let letter = if begins {
                        follow
                    } else {
                        somebody.activity("Undo", follow)
                    };
                    somebody.tells(&all.instances[group], &letter).await;
                    if begins {
                        follows.insert((who, group));
                    } else {
                        follows.remove(&(who, group));
                    }
                }
                Event::Posts(group) => {
                    let words = format!("@{} A word", PLACES[group].2);
                    let post = all.organisers[group].says(&words).await;
                    let uri = post["uri"].as_str().expect("an address").to_owned();
                    fediverse.settle().await;
                    for (who, followed) in &follows {
                        if *followed == group || hears.contains(&(*followed, group)) {
                            expected.insert((all.people[*who].host.clone(), uri.clone()));
                        }
                    }
                    posted.push((group, uri));
                }
            }
            fediverse.settle().await;
            for peer in &all.peers {
                for letter in peer.new_letters() {
                    if let Some((group, post)) = announced(&letter) {
                        *counts.entry((peer.host.clone(), group, post)).or_default() += 1;
                    }
                }
            }
        }
        assert!(posted.len() > 8, "{} posts", posted.len());
        let twice: Vec<_> = counts.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "heard more than once: {twice:?}");
        let reached: BTreeSet<(String, String)> = counts
            .into_keys()
            .map(|(host, _, post)| (host, post))
            .collect();
        assert_eq!(reached, expected);
        for (group, uri) in &posted {
            for (place, instance) in all.instances.iter().enumerate() {
                let Some(post) = instance.post_at(uri).await else {
                    continue;
                };
                let home = instance
                    .actor_at(&all.groups[*group])
                    .await
                    .map(|home| home.id);
                assert_eq!(post.group_id, home, "{uri} as {place} sees it");
            }
        }
    })
    .await;
}
