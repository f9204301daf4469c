//! Whether the pages are sound, whatever people write.

use kindred_community::{
    ActorKind, Group, JoinPolicy, Membership, Moment, Visibility,
    views::{About, Entry, FrontPage, GroupPage, GroupTeaser, PersonPage, ThreadPage},
};
use serde_json::json;

use super::*;
use crate::{
    error::Failure,
    mastodon::testing::{NOON, actor, post, settings},
};

const EVIL: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";

/// A group page on which everything that people can write is hostile.
fn hostile_group() -> GroupPage {
    let mut group = actor(8, ActorKind::Group, "rust", "");
    group.name = EVIL.into();
    group.summary = format!("<p>{EVIL}</p>");
    let mut author = actor(9, ActorKind::Person, "robert", "far.example");
    author.name = EVIL.into();
    author.url = Some("javascript:alert(3)".into());
    author.icon_url = Some("https://far.example/spy.png".into());
    let mut view = post(
        42,
        author.clone(),
        &format!("<p>{EVIL}<a href=\"javascript:alert(4)\">x</a></p>"),
    );
    view.post.title = Some(EVIL.into());
    view.post.warning = Some(EVIL.into());
    view.post.language = Some(EVIL.into());
    view.post.link_url = Some("javascript:alert(5)".into());
    view.post.attachments = serde_json::from_value(json!([
        { "url": "javascript:alert(6)", "media_type": "image/png" },
        { "url": "https://far.example/spy.png", "media_type": "image/png", "description": EVIL },
    ]))
    .unwrap();
    GroupPage {
        organisers: Vec::<(Membership, kindred_community::Actor)>::new(),
        followers: 3,
        topics: vec![EVIL.into()],
        entries: vec![Entry {
            id: 42,
            view,
            boost: None,
        }],
        older: Some(42),
        standing: None,
        group: group_row(Visibility::Public),
        actor: group,
    }
}

fn group_row(visibility: Visibility) -> Group {
    Group {
        actor_id: kindred_community::ActorId(8),
        visibility,
        join_policy: JoinPolicy::Open,
        posting: serde_json::from_value(json!("members")).unwrap(),
        hold_newcomers: false,
        rules: EVIL.into(),
        language: None,
        founder_id: None,
        archived_at: None,
        boosts_comments: false,
        heard_by_groups: false,
        created_at: NOON,
    }
}

/// What no page may contain, whoever wrote what.
fn assert_harmless(page: &str) {
    for bad in [
        "<script",
        "<img src=x",
        "onerror=alert(2)>",
        "\"javascript:",
        "style=\"",
        "<style",
        "src=\"http",
    ] {
        assert!(!page.contains(bad), "{bad} in {page}");
    }
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
}

#[test]
fn nothing_that_people_write_runs_or_loads_anything() {
    let (settings, hostile) = (settings(), hostile_group());
    let page = group::page(&settings, None, NOON, &hostile, true).into_string();
    assert_harmless(&page);
    assert!(
        page.contains("&lt;script&gt;"),
        "names are shown as they are"
    );
    let view = hostile.entries[0].view.clone();
    let thread = ThreadPage {
        ancestors: vec![view.clone()],
        focus: view.clone(),
        descendants: vec![(1, view.clone()), (99, view)],
    };
    assert_harmless(&thread::page(&settings, None, NOON, &thread).into_string());
    let person = PersonPage {
        actor: hostile.actor.clone(),
        cares: Vec::new(),
        groups: vec![hostile.actor.clone()],
        entries: hostile.entries.clone(),
        older: None,
    };
    assert_harmless(&person::page(&settings, None, NOON, &person, true).into_string());
    let front = FrontPage {
        groups: vec![GroupTeaser {
            actor: hostile.actor.clone(),
            topics: vec![EVIL.into()],
        }],
        about: About::default(),
    };
    assert_harmless(&front::page(&settings, None, NOON, &front).into_string());
    let failure = Failure::new(StatusCode::FORBIDDEN, EVIL);
    assert_harmless(&failure::page(&settings, &failure).into_string());
}

#[test]
fn a_group_page_leads_to_its_document_and_its_older_posts() {
    let mut shown = hostile_group();
    shown.actor.name = "Rust".into();
    let page = group::page(&settings(), None, NOON, &shown, true).into_string();
    for expected in [
        "<link rel=\"alternate\" type=\"application/activity+json\" href=\"https://kindred.example/g/rust\">",
        "<link rel=\"canonical\" href=\"https://kindred.example/g/rust\">",
        "<title>Rust · Kindred</title>",
        "<code tabindex=\"0\">@rust@kindred.example</code>",
        "href=\"/g/rust?before=42\"",
    ] {
        assert!(page.contains(expected), "{expected} is missing in {page}");
    }
}

#[test]
fn an_empty_group_says_something_kind_and_a_closed_one_keeps_its_peace() {
    let mut shown = hostile_group();
    shown.entries.clear();
    assert!(
        group::page(&settings(), None, NOON, &shown, true)
            .into_string()
            .contains(texts::QUIET_GROUP)
    );
    shown.group = group_row(Visibility::Members);
    assert!(
        group::page(&settings(), None, NOON, &shown, true)
            .into_string()
            .contains(texts::CLOSED_ROOM)
    );
}

#[test]
fn what_is_behind_a_warning_is_not_told_in_a_preview() {
    let mut view = post(
        42,
        actor(7, ActorKind::Person, "nadia", ""),
        "<p>The butler did it</p>",
    );
    view.post.warning = Some("an ending".into());
    let thread = ThreadPage {
        ancestors: Vec::new(),
        focus: view,
        descendants: Vec::new(),
    };
    let page = thread::page(&settings(), None, NOON, &thread).into_string();
    let head = page.split("</head>").next().unwrap();
    assert!(head.contains("an ending") && !head.contains("butler"));
    assert!(page.contains("<details"));
}

#[test]
fn a_time_is_told_in_words_and_exactly() {
    let told = parts::time(Moment(NOON.0 + 3 * 3_600_000), NOON).into_string();
    assert_eq!(
        told,
        "<time datetime=\"2026-01-31T12:00:00.000Z\" title=\"31 January 2026, 12:00 UTC\">3 hours ago</time>"
    );
}

#[test]
fn a_removed_post_keeps_its_place_and_loses_its_words() {
    let mut view = post(
        42,
        actor(7, ActorKind::Person, "nadia", ""),
        "<p>secret</p>",
    );
    view.post.removed_at = Some(NOON);
    let settings = settings();
    let frame = post::Frame {
        settings: &settings,
        now: NOON,
        name_group: false,
    };
    let card = post::card(&frame, &view).into_string();
    assert!(card.contains(texts::REMOVED) && !card.contains("secret"));
}
