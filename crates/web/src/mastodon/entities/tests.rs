//! Whether the entities have the shapes that clients decode.

use insta::assert_json_snapshot;
use kindred_community::{
    ActorId, ActorKind, Boost, Moment, Poll as PollRow, PostId, Visibility,
    interests::TopicView,
    views::{self, Entry},
};
use serde_json::{Value, json};

use super::*;
use crate::mastodon::testing::{NOON, actor, post, settings};

fn lens(settings: &Settings, me: Option<i64>) -> Lens<'_> {
    Lens {
        settings,
        now: NOON,
        me: me.map(ActorId),
    }
}

fn as_json(entity: &impl Serialize) -> Value {
    serde_json::to_value(entity).unwrap()
}

#[test]
fn times_have_exactly_three_digits_of_milliseconds() {
    assert_eq!(
        datetime(Moment(1_769_860_800_000)),
        "2026-01-31T12:00:00.000Z"
    );
    assert_eq!(
        datetime(Moment(1_769_860_800_007)),
        "2026-01-31T12:00:00.007Z"
    );
    assert_eq!(date(Moment(1_769_860_800_007)), "2026-01-31");
    assert_eq!(datetime(Moment(i64::MAX)), "1970-01-01T00:00:00.000Z");
}

#[test]
fn a_person_here_is_an_account() {
    assert_json_snapshot!(
        "person",
        Account::of(&settings(), &actor(7, ActorKind::Person, "nadia", ""))
    );
}

#[test]
fn a_group_elsewhere_is_an_account_too() {
    let mut group = actor(8, ActorKind::Group, "rust", "far.example");
    group.topics = vec!["Rust".into(), "<b>".into()].into();
    group.locked = true;
    group.last_post_at = None;
    assert_json_snapshot!("group", Account::of(&settings(), &group));
}

#[test]
fn a_post_with_everything_is_a_status() {
    let mut view = post(42, actor(7, ActorKind::Person, "nadia", ""), "<p>Hello</p>");
    let mei = actor(9, ActorKind::Person, "mei", "globex.example");
    let row = &mut view.post;
    row.title = Some("Loaves & fishes".into());
    row.warning = Some("food".into());
    row.visibility = Visibility::Members;
    row.parent_id = Some(PostId(41));
    row.edited_at = Some(Moment(NOON.0 + 60_000));
    row.link_url = Some("https://bread.example/a?b=c".into());
    row.tags = serde_json::from_value(json!([
            { "kind": "mention", "name": "@mei@globex.example", "href": "https://globex.example/p/mei" },
            { "kind": "hashtag", "name": "#Sourdough", "href": "https://kindred.example/topics/sourdough" },
            { "kind": "emoji", "name": ":crab:", "href": "https://globex.example/crab.png" },
        ])).unwrap();
    row.attachments = serde_json::from_value(json!([
            { "url": "https://globex.example/loaf.jpg", "media_type": "image/jpeg", "description": "A loaf", "width": 4, "height": 3 },
            { "url": "https://globex.example/rye.pdf" },
        ])).unwrap();
    view.parent_author = Some(mei.id);
    view.mentions = vec![mei];
    view.poll = Some(PollRow {
        post_id: PostId(42),
        options: serde_json::from_value(
            json!([{ "title": "Rye", "votes": 2 }, { "title": "Wheat", "votes": 1 }]),
        )
        .unwrap(),
        multiple: false,
        closes_at: Some(NOON),
        closed_at: None,
        voters: 3,
        hide_totals: false,
        tell_at: None,
    });
    view.liked = true;
    let settings = settings();
    assert_json_snapshot!(
        "status",
        Status::with_text(&lens(&settings, Some(7)), &view)
    );
    assert_json_snapshot!(
        "context",
        Context::of(
            &lens(&settings, None),
            &views::ThreadPage {
                ancestors: Vec::new(),
                focus: view.clone(),
                descendants: vec![(1, post(43, view.author.clone(), "<p>Yes</p>"))]
            },
        )
    );
    assert_eq!(
        as_json(&StatusSource::of(&view)),
        json!({ "id": "42", "text": "Hello", "spoiler_text": "food" })
    );
}

#[test]
fn a_post_passed_on_is_wrapped_and_the_wrapper_says_nothing_itself() {
    let view = post(42, actor(7, ActorKind::Person, "nadia", ""), "<p>Hello</p>");
    let group = actor(8, ActorKind::Group, "rust", "");
    let boost = Boost {
        id: "50".parse().unwrap(),
        actor_id: group.id,
        post_id: view.post.id,
        uri: "https://kindred.example/a/50".into(),
        relay_uri: None,
        undone_at: None,
        created_at: NOON,
    };
    let settings = settings();
    let entry = Entry {
        id: 50,
        view,
        boost: Some((boost, group)),
    };
    let status = as_json(&Status::entry(&lens(&settings, Some(7)), &entry));
    assert_eq!(
        (
            &status["id"],
            &status["content"],
            &status["account"]["acct"]
        ),
        (&json!("50"), &json!(""), &json!("rust"))
    );
    assert_eq!(status["reblog"]["id"], "42");
    assert_eq!(status["reblog"]["content"], "<p>Hello</p>");
    assert_eq!(status["reblog"]["reblog"], Value::Null);
}

#[test]
fn a_stranger_is_not_told_what_they_did() {
    let settings = settings();
    let view = post(42, actor(7, ActorKind::Person, "nadia", ""), "");
    let status = as_json(&Status::of(&lens(&settings, None), &view));
    for mine in [
        "favourited",
        "reblogged",
        "muted",
        "bookmarked",
        "pinned",
        "filtered",
    ] {
        assert!(status.get(mine).is_none(), "{mine}");
    }
}

#[test]
fn every_visibility_is_a_word_that_clients_know() {
    let settings = settings();
    for visibility in Visibility::ALL {
        let mut view = post(42, actor(7, ActorKind::Person, "nadia", ""), "");
        view.post.visibility = *visibility;
        let status = as_json(&Status::of(&lens(&settings, None), &view));
        let word = status["visibility"].as_str().unwrap();
        assert!(
            ["public", "unlisted", "private", "direct"].contains(&word),
            "{visibility:?}"
        );
    }
}

#[test]
fn a_relationship_has_every_attribute() {
    let stands = views::Relationship {
        id: ActorId(8),
        following: true,
        requested: false,
        followed_by: false,
        show_boosts: true,
        notifying: false,
        languages: Some(vec!["de".into()]),
        requested_by: false,
        blocking: false,
        blocked_by: false,
        muting: None,
        shunning: false,
        endorsed: true,
        note: "met in Lyon".into(),
    };
    assert_json_snapshot!("relationship", Relationship::from(stands));
}

#[test]
fn a_search_that_found_nothing_has_three_empty_lists() {
    let found = Search {
        accounts: Vec::new(),
        statuses: Vec::new(),
        hashtags: Vec::new(),
    };
    assert_eq!(
        as_json(&found),
        json!({ "accounts": [], "statuses": [], "hashtags": [] })
    );
    let settings = settings();
    let topic = TopicView {
        id: None,
        name: "Käse kuchen".into(),
        days: vec![(NOON, 3, 2)],
        following: true,
        featuring: false,
    };
    let tag = as_json(&Tag::of(&lens(&settings, None), &topic));
    assert_eq!(
        tag["history"],
        json!([{ "day": "1769860800", "uses": "3", "accounts": "2" }])
    );
    assert_eq!(tag.get("following"), None, "a stranger follows nothing");
    assert_eq!(
        tag["url"],
        "https://kindred.example/topics/k%C3%A4se%20kuchen"
    );
}
