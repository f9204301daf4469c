//! Letters that come in any order, and more than once.

use kindred_community::{ActorId, Post};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    properties::{Known, Round, around_a_group, stories},
    publish,
};
use crate::support::{Fediverse, Instance, on_both, on_sqlite};

/// What becomes of a note after it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Stays,
    IsEdited,
    IsDeleted,
    IsEditedAndDeleted,
}

impl Fate {
    fn edited(self) -> bool {
        matches!(self, Self::IsEdited | Self::IsEditedAndDeleted)
    }

    fn deleted(self) -> bool {
        matches!(self, Self::IsDeleted | Self::IsEditedAndDeleted)
    }
}

/// Fails unless the notes stand in one thread as they were written, whatever came first.
async fn must_stand(
    ours: &Instance,
    group: ActorId,
    uris: &[String],
    parents: &[usize],
    written: &[(usize, Fate)],
    case: &str,
) {
    let mut posts: Vec<Option<Post>> = Vec::new();
    for uri in uris {
        let post = ours.post_at(uri).await;
        posts.push(post.filter(|post| post.deleted_at.is_none()));
    }
    for (number, (_, fate)) in written.iter().enumerate() {
        let Some(post) = &posts[number] else {
            assert!(fate.deleted(), "note {number} is missing: {case}");
            continue;
        };
        assert!(!fate.deleted(), "note {number} is still there: {case}");
        let words = if fate.edited() { ", edited" } else { "" };
        assert!(
            post.content.contains(&format!("Note {number}{words}")),
            "{}: {case}",
            post.content
        );
        assert_eq!(post.edited_at.is_some(), fate.edited(), "{number}: {case}");
        assert_eq!(post.group_id, Some(group), "note {number}: {case}");
        let parent = number
            .checked_sub(1)
            .and_then(|own| posts[parents[own]].as_ref());
        if let Some(parent) = parent {
            assert_eq!(post.parent_id, Some(parent.id), "note {number}: {case}");
            assert_eq!(post.root_id, parent.root_id, "note {number}: {case}");
        }
        let answers = parents
            .iter()
            .enumerate()
            .filter(|(own, parent)| **parent == number && posts[own + 1].is_some())
            .count();
        assert_eq!(
            usize::try_from(post.replies_count).ok(),
            Some(answers),
            "answers to note {number}: {case}"
        );
    }
}

#[tokio::test]
async fn edits_and_deletions_in_any_order_give_the_same_thread() {
    on_both(async |fediverse| {
        let Round {
            ours,
            peers,
            people,
        } = around_a_group(fediverse).await;
        let rust = ours.group("rust").actor;
        let fate = prop_oneof![
            3 => Just(Fate::Stays),
            2 => Just(Fate::IsEdited),
            2 => Just(Fate::IsDeleted),
            1 => Just(Fate::IsEditedAndDeleted),
        ];
        let tree = (2..7usize).prop_flat_map(move |size| {
            let parents: Vec<_> = (1..size).map(|own| 0..own).collect();
            // Three letters for each note at most: its beginning, its edit, its end.
            let order: Vec<usize> = (0..size * 3).collect();
            (
                parents,
                prop::collection::vec((0..6usize, fate.clone()), size),
                Just(order).prop_shuffle(),
                0..4usize,
            )
        });
        for (parents, written, order, pause) in stories(tree, 10) {
            let mut letters: Vec<Option<(usize, Value)>> = Vec::new();
            let mut uris: Vec<String> = Vec::new();
            for (number, (author, fate)) in written.iter().enumerate() {
                let somebody = &people[*author].somebody;
                let mut note = somebody.note(&format!("Note {number}"), &[&rust.uri]);
                if number > 0 {
                    note["inReplyTo"] = json!(uris[parents[number - 1]]);
                }
                let uri = note["id"].as_str().expect("an id").to_owned();
                let mut edited = note.clone();
                edited["content"] = json!(format!("Note {number}, edited"));
                edited["updated"] = json!("2026-01-31T12:00:00Z");
                let at_home = if fate.edited() { &edited } else { &note };
                if !fate.deleted() {
                    publish(&peers[author / 2], at_home);
                }
                letters.push(Some((*author, somebody.create(&note))));
                letters.push(
                    fate.edited()
                        .then(|| (*author, somebody.activity("Update", edited.clone()))),
                );
                letters.push(
                    fate.deleted()
                        .then(|| (*author, somebody.activity("Delete", json!(uri)))),
                );
                uris.push(uri);
            }
            for (turn, letter) in order.iter().enumerate() {
                if let Some((who, letter)) = &letters[*letter] {
                    people[*who].says(&ours, letter).await;
                }
                if turn % 4 == pause {
                    fediverse.settle().await;
                }
            }
            fediverse.settle().await;

            let case = format!("{written:?} below {parents:?} in the order {order:?}");
            must_stand(&ours, rust.id, &uris, &parents, &written, &case).await;
        }
    })
    .await;
}

/// Everything that a letter can say to us, in an order in which it makes sense: who says it, and what.
async fn everything(
    fediverse: &Fediverse,
    ours: &Instance,
    people: &[Known],
) -> Vec<(usize, Value)> {
    let rust = ours.group("rust").actor.uri;
    let nadia = ours.person("nadia");
    let post = nadia.says("@rust Hello").await["uri"].clone();
    let poll = json!({ "options": ["yes", "no"], "expires_in": 3600 });
    let poll = nadia
        .publishes(json!({ "status": "Yes or no?", "poll": poll }))
        .await["uri"]
        .clone();
    fediverse.settle().await;
    let somebody = |who: usize| &people[who].somebody;
    let says = |who: usize, kind: &str, object: &Value| {
        (who, somebody(who).activity(kind, object.clone()))
    };
    let with = |(who, mut letter): (usize, Value), more: Value| {
        for (name, value) in more.as_object().into_iter().flatten() {
            letter[name] = value.clone();
        }
        (who, letter)
    };
    let undo = |letter: &(usize, Value)| says(letter.0, "Undo", &letter.1);
    let by_id = |letter: &(usize, Value)| says(letter.0, "Undo", &letter.1["id"]);
    let brings = |who: usize, note: &Value| (who, somebody(who).create(note));

    let note = somebody(2).note("Mine", &[&rust]);
    let mut edited = note.clone();
    edited["content"] = json!("Mine, edited");
    edited["updated"] = json!("2026-01-31T12:00:00Z");
    let gone = somebody(3).note("Soon gone", &[&rust]);
    let mut vote = somebody(0).note("", &[]);
    vote["name"] = json!("yes");
    vote["inReplyTo"] = poll;
    vote["to"] = json!([nadia.actor.uri]);
    vote["cc"] = json!([]);
    let mut question = somebody(4).note("Which?", &[&rust]);
    question["type"] = json!("Question");
    question["oneOf"] =
        json!([{ "type": "Note", "name": "this" }, { "type": "Note", "name": "that" }]);
    let mut meetup = somebody(5).note("Breakfast", &[&rust]);
    meetup["type"] = json!("Event");
    meetup["name"] = json!("Breakfast");
    meetup["startTime"] = json!("2026-02-05T09:00:00+01:00");

    let follow = says(1, "Follow", &json!(nadia.actor.uri));
    let like = says(0, "Like", &post);
    let liked_no_more = says(1, "Like", &post);
    let dislike = says(5, "Dislike", &post);
    let boost = says(0, "Announce", &post);
    let boosted_no_more = says(1, "Announce", &post);
    let block = says(5, "Block", &json!(nadia.actor.uri));
    let mut letters = vec![
        follow.clone(),
        undo(&follow),
        says(1, "Join", &json!(rust)),
        says(1, "Leave", &json!(rust)),
        like,
        liked_no_more.clone(),
        by_id(&liked_no_more),
        dislike.clone(),
        undo(&dislike),
        with(says(4, "EmojiReact", &post), json!({ "content": "🦀" })),
        boost,
        boosted_no_more.clone(),
        undo(&boosted_no_more),
        brings(2, &note),
        says(2, "Update", &edited),
        brings(3, &gone),
        says(3, "Delete", &gone["id"]),
        brings(0, &vote),
        brings(4, &question),
        brings(5, &meetup),
        block.clone(),
        by_id(&block),
        with(says(0, "Flag", &post), json!({ "content": "Rude" })),
        with(
            says(0, "Invite", &json!(somebody(0).uri)),
            json!({ "target": nadia.actor.uri }),
        ),
        says(0, "QuoteRequest", &post),
        with(
            says(1, "Move", &json!(somebody(1).uri)),
            json!({ "target": somebody(0).uri }),
        ),
        says(0, "Accept", &json!("http://kindred.example/a/1")),
        says(0, "Reject", &json!("http://kindred.example/a/1")),
        says(0, "View", &post),
    ];
    letters.extend(everything_in_order(&rust, &post, people));
    letters
}

/// Everything that somebody who keeps order says: the third of the people does.
fn everything_in_order(rust: &str, post: &Value, people: &[Known]) -> Vec<(usize, Value)> {
    let keeper = &people[2].somebody;
    let act = |kind: &str, object: &Value, field: &str, value: &str| {
        let mut act = keeper.activity(kind, object.clone());
        act[field] = json!(value);
        (2, act)
    };
    let undo = |(_, act): &(usize, Value), whole: bool| {
        let object = if whole { act } else { &act["id"] };
        (2, keeper.activity("Undo", object.clone()))
    };
    let (featured, moderators) = (format!("{rust}/featured"), format!("{rust}/moderators"));
    let (third, fourth) = (json!(people[3].somebody.uri), json!(people[4].somebody.uri));
    let lock = act("Lock", post, "summary", "Enough");
    let ban = act("Block", &fourth, "target", rust);
    let removal = act("Delete", post, "summary", "Off topic");
    vec![
        act("Add", post, "target", &featured),
        act("Remove", post, "target", &featured),
        act("Add", &third, "target", &moderators),
        lock.clone(),
        undo(&lock, false),
        ban.clone(),
        undo(&ban, true),
        removal.clone(),
        undo(&removal, false),
    ]
}

/// Everything that can be seen of what letters did.
async fn state(ours: &Instance, letters: &[(usize, Value)]) -> Vec<String> {
    let mut seen = vec![format!("{:?}", ours.traces().await)];
    let mut uris: Vec<&str> = letters
        .iter()
        .flat_map(|(_, letter)| [&letter["object"], &letter["object"]["id"]])
        .filter_map(Value::as_str)
        .collect();
    uris.sort_unstable();
    uris.dedup();
    for uri in uris {
        let post = ours.post_at(uri).await;
        seen.extend(post.map(|post| format!("{post:?}")));
    }
    seen
}

#[tokio::test]
async fn everything_that_can_be_said_is_done_once_however_often_it_comes() {
    on_both(async |fediverse| {
        let Round { ours, people, .. } = around_a_group(fediverse).await;
        let rust = ours.group("rust").actor;
        for known in &people[1..6] {
            let follow = known.somebody.activity("Follow", json!(rust.uri));
            known.says(&ours, &follow).await;
        }
        fediverse.settle().await;
        ours.appoints("rust", &people[2].somebody.uri).await;
        // How often each letter comes at once, and which of them have no id of their own.
        let how = prop::collection::vec((1..4usize, prop::bool::weighted(0.3)), 40);
        for how in stories(how, 3) {
            let mut letters = everything(fediverse, &ours, &people).await;
            let named: Vec<Value> = letters
                .iter()
                .filter(|(_, letter)| letter["type"] == "Undo")
                .map(|(_, letter)| letter["object"].clone())
                .collect();
            for ((who, letter), (times, nameless)) in letters.iter_mut().zip(&how) {
                let is_named = named
                    .iter()
                    .any(|object| *object == letter["id"] || object["id"] == letter["id"]);
                if *nameless
                    && !is_named
                    && let Some(fields) = letter.as_object_mut()
                {
                    fields.remove("id");
                }
                for _ in 0..*times {
                    people[*who].says(&ours, letter).await;
                }
                fediverse.settle().await;
            }
            let before = state(&ours, &letters).await;
            for (who, letter) in letters.iter().rev().chain(&letters) {
                people[*who].says(&ours, letter).await;
            }
            fediverse.settle().await;
            assert_eq!(state(&ours, &letters).await, before);
        }
    })
    .await;
}

/// A like that is said anew, under another id, is the same like; and so it is with everything of which there can be but one.
#[tokio::test]
async fn what_there_can_be_but_one_of_is_one_whatever_it_is_called() {
    on_sqlite(async |fediverse| {
        let Round { ours, people, .. } = around_a_group(fediverse).await;
        let rust = ours.group("rust").actor.uri;
        let nadia = ours.person("nadia");
        let post = nadia.says("@rust Hello").await["uri"].clone();
        fediverse.settle().await;
        let kinds = prop::collection::vec(
            prop::sample::select(vec!["Like", "Announce", "Follow", "Join", "Block"]),
            4..16,
        );
        for story in stories(kinds, 6) {
            for kind in &story {
                let object = match *kind {
                    "Like" | "Announce" => post.clone(),
                    "Block" => json!(nadia.actor.uri),
                    _ => json!(rust),
                };
                let letter = people[3].somebody.activity(kind, object);
                people[3].says(&ours, &letter).await;
            }
            fediverse.settle().await;
            let post = ours
                .post_at(post.as_str().expect("an address"))
                .await
                .expect("the post");
            assert!(post.likes_count <= 1 && post.boosts_count <= 1, "{story:?}");
            let followers = ours.group("rust").followers().await;
            let bo = &people[3].somebody.uri;
            assert!(followers.iter().filter(|who| *who == bo).count() <= 1);
            assert!(ours.traces().await.of("blocks") <= 1);
        }
    })
    .await;
}
