//! Letters in the shapes that peers send, written for these tests.

mod documents;

use super::{ReadError, document, envelope, envelope_value, peek};
use crate::{
    limits::{ATTACHMENTS, BODY_BYTES, JSON_DEPTH, POLL_OPTIONS, RECIPIENTS, TAGS},
    uri::Uri,
    vocabulary::{Document, Envelope, Identified, Incoming, Note, PUBLIC, Ref},
};
use serde_json::{Value, json};

const NADIA: &str = "https://acme.example/people/nadia";
const RUST: &str = "https://kindred.example/g/rust";

fn uri(text: &str) -> Uri {
    Uri::parse(text).unwrap()
}

#[expect(clippy::needless_pass_by_value, reason = "the letters read better so")]
fn says(kind: &str, object: Value) -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "https://acme.example/a/1", "type": kind, "actor": NADIA, "object": object,
        "to": ["as:Public", RUST], "cc": "https://acme.example/people/nadia/followers"
    })
}

fn read(value: &Value) -> Envelope {
    envelope_value(value).unwrap()
}

fn note_of(value: &Value) -> Note {
    match document(value).unwrap() {
        Document::Note(note) => *note,
        other => panic!("not a post: {other:?}"),
    }
}

fn post(kind: &str, more: &Value) -> Value {
    let mut post = json!({"id": "https://acme.example/o/1", "type": kind, "attributedTo": NADIA, "content": "<p>Hello</p>"});
    post.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    post
}

#[test]
fn a_follow_is_read_whether_the_group_is_named_or_embedded() {
    for object in [
        json!(RUST),
        json!([RUST]),
        json!({"id": RUST, "type": "Group", "inbox": "https://kindred.example/g/rust/inbox"}),
    ] {
        let letter = read(&says("Follow", object));
        assert_eq!(
            letter.activity,
            Incoming::Follow {
                object: uri(RUST),
                message: None
            }
        );
        assert_eq!(letter.actor, uri(NADIA));
    }
}

#[test]
fn the_public_is_one_however_it_is_spelled() {
    for spelling in ["as:Public", "Public", PUBLIC] {
        let mut letter = says("Follow", json!(RUST));
        letter["to"] = json!(spelling);
        assert_eq!(read(&letter).to, [PUBLIC], "{spelling}");
        assert!(read(&letter).is_public());
    }
}

#[test]
fn absent_recipients_are_none_and_repeated_ones_are_one() {
    let mut letter = says("Follow", json!(RUST));
    letter.as_object_mut().unwrap().remove("cc");
    letter["to"] = json!([RUST, RUST, null, 5, {"id": NADIA}]);
    let letter = read(&letter);
    assert_eq!(letter.to, [RUST, NADIA]);
    assert!(letter.cc.is_empty());
}

#[test]
fn an_activity_of_several_actors_is_refused() {
    let mut letter = says("Like", json!("https://acme.example/o/1"));
    letter["actor"] = json!([NADIA, "https://acme.example/people/mei"]);
    assert_eq!(envelope_value(&letter), Err(ReadError::Ambiguous("actor")));
    letter["actor"] = json!([{"id": NADIA, "type": "Person"}]);
    assert_eq!(read(&letter).actor, uri(NADIA));
}

#[test]
fn the_letter_is_kept_as_it_was_received() {
    let letter = says(
        "Create",
        post(
            "Note",
            &json!({"zebra": null, "published": "2026-01-15T10:00:00+01:00"}),
        ),
    );
    let read = read(&letter);
    assert_eq!(read.raw, letter);
    let Incoming::Create { objects } = &read.activity else {
        panic!("{read:?}")
    };
    assert_eq!(objects[0].whole().unwrap().raw, letter["object"]);
}

#[test]
fn only_the_only_author_at_home_is_vouched_for() {
    let cases = [
        (json!({}), true),
        (json!({"attributedTo": [NADIA]}), true),
        (
            json!({"attributedTo": [{"type": "Person", "id": NADIA}]}),
            true,
        ),
        (json!({"attributedTo": null}), true),
        (
            json!({"attributedTo": "https://acme.example/people/mei"}),
            false,
        ),
        (
            json!({"attributedTo": [NADIA, "https://acme.example/people/mei"]}),
            false,
        ),
        (json!({"id": "https://globex.example/o/1"}), false),
        (json!({"id": "http://acme.example/o/1"}), false),
    ];
    for (more, believed) in cases {
        let letter = read(&says("Create", post("Note", &more)));
        assert_eq!(letter.vouches_for_its_object(), believed, "{more}");
    }
    let by_id = read(&says("Create", json!("https://acme.example/o/1")));
    assert!(!by_id.vouches_for_its_object());
}

#[test]
fn an_activity_whose_id_lies_elsewhere_is_inconsistent() {
    let mut letter = says("Like", json!("https://acme.example/o/1"));
    assert!(read(&letter).is_consistent());
    letter["id"] = json!("https://globex.example/a/1");
    assert!(!read(&letter).is_consistent());
}

#[test]
fn a_vote_is_told_from_a_post_and_several_come_at_once() {
    let vote = |name: &str| json!({"id": format!("https://acme.example/v/{name}"), "type": "Note", "name": name, "inReplyTo": "https://kindred.example/o/poll", "attributedTo": NADIA, "to": RUST});
    let letter = read(&says("Create", json!([vote("tea"), vote("coffee")])));
    let Incoming::Create { objects } = letter.activity else {
        panic!()
    };
    let votes: Vec<_> = objects
        .iter()
        .map(|object| object.whole().unwrap())
        .collect();
    assert!(votes.iter().all(|vote| vote.is_vote()));
    assert_eq!(votes[1].name.as_deref(), Some("coffee"));
    assert!(
        !note_of(&post(
            "Note",
            &json!({"name": "A title", "inReplyTo": "https://kindred.example/o/1"})
        ))
        .is_vote()
    );
}

#[test]
fn reactions_of_all_kinds_are_likes() {
    let object = json!("https://kindred.example/o/1");
    let mut misskey = says("Like", object.clone());
    misskey["_misskey_reaction"] = json!(":cat:");
    misskey["tag"] =
        json!({"type": "Emoji", "name": "cat", "icon": {"url": "https://acme.example/cat.png"}});
    let Incoming::Like {
        emoji: Some(emoji), ..
    } = read(&misskey).activity
    else {
        panic!()
    };
    assert_eq!(
        (emoji.name.as_str(), emoji.icon),
        (":cat:", Some(uri("https://acme.example/cat.png")))
    );

    let mut react = says("EmojiReact", object);
    react["content"] = json!("👍🏽");
    assert!(matches!(
        read(&react).activity,
        Incoming::Like { emoji: Some(_), .. }
    ));
    react["content"] = json!("read this: …");
    assert!(matches!(read(&react).activity, Incoming::Other { .. }));
}

#[test]
fn a_relay_carries_posts_by_id_and_activities_whole_alone_or_several() {
    let inner = says("Create", post("Note", &json!({})));
    let cases = [
        (json!("https://acme.example/o/1"), "id"),
        (
            json!({"id": "https://acme.example/o/1", "type": "Note"}),
            "id",
        ),
        (inner.clone(), "activity"),
        (post("Note", &json!({})), "post"),
    ];
    for (object, expected) in cases {
        let Incoming::Announce { objects } = read(&says("Announce", object)).activity else {
            panic!()
        };
        let found = match objects[0].whole() {
            None => "id",
            Some(Document::Activity(_)) => "activity",
            Some(Document::Note(_)) => "post",
            Some(other) => panic!("{other:?}"),
        };
        assert_eq!(found, expected);
    }
    let several = read(&says(
        "Announce",
        json!([inner, "https://acme.example/o/2"]),
    ));
    let Incoming::Announce { objects } = several.activity else {
        panic!()
    };
    assert_eq!(objects.len(), 2);
}

#[test]
fn taking_back_works_by_id_and_embedded_and_tells_whose_it_was() {
    let Incoming::Undo(Ref::Id(id)) =
        read(&says("Undo", json!("https://acme.example/f/1"))).activity
    else {
        panic!()
    };
    assert_eq!(id, uri("https://acme.example/f/1"));
    let own = read(&says("Undo", says("Follow", json!(RUST))));
    assert!(own.takes_back_its_own());
    let mut others = says("Follow", json!(RUST));
    others["actor"] = json!("https://acme.example/people/mei");
    assert!(!read(&says("Undo", others)).takes_back_its_own());
}

#[test]
fn what_is_gone_may_be_named_in_any_way() {
    let gone = "https://acme.example/o/1";
    for object in [
        json!(gone),
        json!({"id": gone, "type": "Tombstone"}),
        json!({"id": gone}),
        post("Note", &json!({})),
        json!([gone]),
    ] {
        let mut letter = says("Delete", object);
        letter["summary"] = json!("off topic");
        let Incoming::Delete { object, reason, .. } = read(&letter).activity else {
            panic!()
        };
        assert_eq!((object, reason.as_deref()), (uri(gone), Some("off topic")));
    }
}

#[test]
fn a_changed_post_actor_or_tombstone_is_told_apart() {
    let actor = json!({"id": NADIA, "type": "Person", "inbox": "https://acme.example/people/nadia/inbox", "preferredUsername": "nadia"});
    let letter = read(&says("Update", actor));
    assert!(letter.vouches_for_its_object());
    let Incoming::Update {
        object: Ref::Whole(whole),
    } = letter.activity
    else {
        panic!()
    };
    assert!(matches!(*whole, Document::Actor(_)));
    let letter = read(&says(
        "Update",
        json!({"id": "https://acme.example/o/1", "type": "Tombstone"}),
    ));
    let Incoming::Update {
        object: Ref::Whole(whole),
    } = letter.activity
    else {
        panic!()
    };
    assert!(matches!(*whole, Document::Tombstone(_)));
}

#[test]
fn an_unknown_activity_is_no_error() {
    for kind in ["Travel", "Zebra", "Arrive", ""] {
        let mut letter = says(kind, json!("https://acme.example/o/1"));
        letter.as_object_mut().unwrap().remove("object");
        assert!(
            matches!(read(&letter).activity, Incoming::Other { .. }),
            "{kind}"
        );
    }
}

#[test]
fn what_an_activity_cannot_do_without_is_missed() {
    let mut letter = says("Like", json!(5));
    assert!(matches!(
        envelope_value(&letter),
        Err(ReadError::Missing("object"))
    ));
    letter.as_object_mut().unwrap().remove("actor");
    assert_eq!(envelope_value(&letter), Err(ReadError::Missing("actor")));
    assert_eq!(envelope_value(&json!([])), Err(ReadError::NotAnObject));
    assert!(matches!(envelope(b"{"), Err(ReadError::NotJson(_))));
}

#[test]
fn limits_hold_at_their_value_and_one_beyond() {
    let many = |count: usize| {
        (0..count)
            .map(|n| json!(format!("https://acme.example/{n}")))
            .collect::<Vec<_>>()
    };
    let mut letter = says("Like", json!("https://acme.example/o/1"));
    letter["to"] = json!(many(RECIPIENTS));
    letter["cc"] = json!([]);
    assert!(envelope_value(&letter).is_ok());
    letter["cc"] = json!(["https://acme.example/one-more"]);
    assert_eq!(
        envelope_value(&letter),
        Err(ReadError::TooMuch("recipients"))
    );

    let nested = |depth: usize| (1..depth).fold(json!([]), |inner, _| json!([inner]));
    let with = |depth: usize| json!({"id": "https://acme.example/a/1", "type": "Zebra", "actor": NADIA, "zebra": nested(depth)});
    assert!(envelope_value(&with(JSON_DEPTH - 1)).is_ok());
    assert_eq!(envelope_value(&with(JSON_DEPTH)), Err(ReadError::TooDeep));

    let padded = |length: usize| {
        let mut body = says("Like", json!("https://acme.example/o/1")).to_string();
        body.extend(std::iter::repeat_n(' ', length - body.len()));
        body
    };
    assert!(envelope(padded(BODY_BYTES).as_bytes()).is_ok());
    assert_eq!(
        envelope(padded(BODY_BYTES + 1).as_bytes()),
        Err(ReadError::TooBig)
    );

    let tags: Vec<Value> = (0..=TAGS)
        .map(|n| json!({"type": "Hashtag", "name": format!("#t{n}")}))
        .collect();
    let files: Vec<Value> = (0..=ATTACHMENTS)
        .map(|n| json!({"type": "Image", "url": format!("https://acme.example/{n}.png")}))
        .collect();
    let note = note_of(&post("Note", &json!({"tag": tags, "attachment": files})));
    assert_eq!(
        (note.tags.len(), note.attachments.len()),
        (TAGS, ATTACHMENTS)
    );
}

#[test]
fn wrapping_without_end_is_cut_off() {
    let mut letter = says("Undo", json!("https://acme.example/a/0"));
    for _ in 0..20 {
        letter = says("Undo", letter);
    }
    assert!(envelope_value(&letter).is_ok());
}

#[test]
fn a_first_look_sees_what_a_full_reading_sees() {
    let letter = says("Create", post("Note", &json!({})));
    let seen = peek(letter.to_string().as_bytes());
    assert_eq!(seen.id, Some(uri("https://acme.example/a/1")));
    assert_eq!(seen.kind.as_deref(), Some("Create"));
    assert_eq!(seen.actor, Some(uri(NADIA)));
    let twice = br#"{"id": "https://a.example/1", "actor": "https://a.example/x", "id": "https://a.example/2", "type": "Like", "object": "https://a.example/o"}"#;
    assert_eq!(peek(twice).id, envelope(twice).unwrap().id);
    assert_eq!(peek(b"nonsense"), super::Peek::default());
}
