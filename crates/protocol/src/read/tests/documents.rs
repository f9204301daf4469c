//! Posts, actors, collections and other documents.

use super::*;
use crate::vocabulary::{
    ActorKind, AttachmentKind, EventStatus, JoinMode, PostKind, Tag, trust::ActorFault,
};

#[test]
fn authors_come_people_first() {
    let video = note_of(&json!({
        "id": "https://tube.example/v/1", "type": "Video", "name": "A talk",
        "attributedTo": [{"type": "Group", "id": "https://tube.example/c/1"}, {"type": "Person", "id": "https://tube.example/a/1"}],
        "url": [
            {"type": "Link", "mediaType": "application/x-mpegURL", "href": "https://tube.example/1.m3u8"},
            {"type": "Link", "mediaType": "text/html", "href": "https://tube.example/w/1"},
            {"type": "Link", "mediaType": "video/mp4", "href": "https://tube.example/1.mp4"}
        ],
        "icon": [{"type": "Image", "url": "https://tube.example/1.jpg"}]
    }));
    assert_eq!(video.attributed_to[0], uri("https://tube.example/a/1"));
    assert_eq!(video.url, Some(uri("https://tube.example/w/1")));
    assert_eq!(video.image, Some(uri("https://tube.example/1.jpg")));
    assert_eq!(video.attachments[0].kind, AttachmentKind::Video);
}

#[test]
fn tags_and_attachments_are_read_single_or_listed() {
    let note = note_of(&post(
        "Note",
        &json!({
            "tag": {"type": "Mention", "href": RUST, "name": "@rust"},
            "attachment": {"type": "Document", "mediaType": "image/png", "url": [{"type": "Link", "href": "https://acme.example/p.png"}], "name": "A crab", "width": 640, "focalPoint": [0.5, -0.5]}
        }),
    ));
    assert_eq!(note.mentions().collect::<Vec<_>>(), [&uri(RUST)]);
    let picture = &note.attachments[0];
    assert_eq!(
        (
            picture.kind,
            picture.alt.as_deref(),
            picture.width,
            picture.focus
        ),
        (
            AttachmentKind::Image,
            Some("A crab"),
            Some(640),
            Some((0.5, -0.5))
        )
    );
    let note = note_of(&post(
        "Note",
        &json!({"tag": [{"type": "Hashtag", "name": "#Rust"}, "loose", {"type": "Emoji", "name": "cat", "icon": {"url": "https://acme.example/c.png"}}]}),
    ));
    assert_eq!(note.hashtags().collect::<Vec<_>>(), ["Rust", "loose"]);
    assert!(matches!(&note.tags[2], Tag::Emoji { name, icon: Some(_) } if name == ":cat:"));
}

#[test]
fn addresses_that_run_are_not_taken() {
    let note = note_of(&post(
        "Note",
        &json!({"url": "javascript:alert(1)", "attachment": [{"type": "Image", "url": "data:text/html,x"}, {"type": "Link", "href": "javascript:x"}], "tag": [{"type": "Mention", "href": "javascript:x", "name": "@x"}]}),
    ));
    assert_eq!(
        (note.url, note.attachments.len(), note.tags.len()),
        (None, 0, 0)
    );
}

#[test]
fn texts_may_come_as_a_map_of_languages() {
    let note = note_of(
        &json!({"id": "https://acme.example/o/1", "type": "Article", "attributedTo": NADIA, "contentMap": {"de": "<p>Hallo</p>"}, "nameMap": {"de": "Gruß"}}),
    );
    assert_eq!(
        (
            note.content.as_deref(),
            note.name.as_deref(),
            note.language.as_deref()
        ),
        (Some("<p>Hallo</p>"), Some("Gruß"), Some("de"))
    );
    let note = note_of(&post(
        "Page",
        &json!({"language": {"identifier": "fr", "name": "Français"}, "attachment": [{"type": "Link", "href": "https://news.example/1"}]}),
    ));
    assert_eq!(
        (note.language.as_deref(), note.link),
        (Some("fr"), Some(uri("https://news.example/1")))
    );
}

#[test]
fn a_poll_is_read_with_its_counts_and_its_end() {
    let options: Vec<Value> = (0..=POLL_OPTIONS).map(|n| json!({"type": "Note", "name": n, "replies": {"type": "Collection", "totalItems": n}})).collect();
    let note = note_of(&post(
        "Question",
        &json!({"anyOf": options, "endTime": "2026-01-15T10:00:00Z", "closed": true, "votersCount": 9}),
    ));
    let poll = note.poll.unwrap();
    assert_eq!(
        (
            poll.options.len(),
            poll.multiple,
            poll.options[3].votes,
            poll.voters
        ),
        (POLL_OPTIONS, true, 3, Some(9))
    );
    assert_eq!(poll.closed_at, poll.closes_at);
}

#[test]
fn a_meetup_of_a_group_is_vouched_for_by_the_person_who_runs_it() {
    let meetup = json!({
        "id": "https://mob.example/e/1", "type": "Event", "name": "Rust breakfast",
        "actor": "https://mob.example/@ines", "attributedTo": "https://mob.example/@rust",
        "startTime": "2026-01-22T09:00:00+01:00", "timezone": "Europe/Berlin", "joinMode": "restricted", "ical:status": "CANCELLED",
        "maximumAttendeeCapacity": 30, "participantCount": 18,
        "location": {"type": ["Place"], "name": "Canteen", "address": {"type": "PostalAddress", "streetAddress": "Main St 1", "addressLocality": "Berlin", "postalCode": "10115"}, "latitude": 52}
    });
    let note = note_of(&meetup);
    assert!(note.is_vouched_by(&uri("https://mob.example/@ines")));
    assert!(!note.is_vouched_by(&uri("https://mob.example/@rust")));
    let event = note.event.unwrap();
    assert_eq!(
        event.places[0].one_line(),
        "Canteen, Main St 1, 10115 Berlin"
    );
    assert_eq!(
        (event.join_mode, event.status, event.capacity),
        (
            Some(JoinMode::Restricted),
            Some(EventStatus::Cancelled),
            Some(30)
        )
    );
    assert_eq!(event.starts_at, Some(1_769_068_800_000));
}

#[test]
fn a_policy_that_names_no_one_forbids_passing_on() {
    let policy = |who: Value| {
        note_of(&post(
            "Note",
            &json!({"interactionPolicy": {"canAnnounce": {"automaticApproval": who}}}),
        ))
        .boosting_refused
    };
    assert!(policy(json!([NADIA])));
    assert!(policy(json!([])));
    assert!(!policy(json!([PUBLIC])));
    assert!(!note_of(&post("Note", &json!({}))).boosting_refused);
}

fn group() -> Value {
    json!({
        "id": RUST, "type": "Group", "preferredUsername": "rust", "inbox": "https://kindred.example/g/rust/inbox",
        "followers": "https://globex.example/followers", "attributedTo": "https://kindred.example/g/rust/moderators",
        "endpoints": {"sharedInbox": "https://kindred.example/inbox"}, "icon": [{"type": "Image", "url": "https://kindred.example/r.png"}],
        "publicKey": {"id": "https://kindred.example/g/rust#main-key", "owner": RUST, "publicKeyPem": "-----BEGIN PUBLIC KEY-----"},
        "attachment": [{"type": "PropertyValue", "name": "Room", "value": "3"}, 5, {"type": "Note"}], "discoverable": "false"
    })
}

fn actor_of(value: &Value) -> crate::vocabulary::ActorDoc {
    match document(value).unwrap() {
        Document::Actor(actor) => *actor,
        other => panic!("not an actor: {other:?}"),
    }
}

#[test]
fn an_actor_is_read_and_foreign_addresses_of_it_are_left_out() {
    let actor = actor_of(&group());
    assert_eq!(actor.kind, ActorKind::Group);
    assert_eq!(actor.followers, None);
    assert_eq!(
        actor.moderators,
        Some(uri("https://kindred.example/g/rust/moderators"))
    );
    assert_eq!(actor.discoverable, Some(false));
    assert_eq!(actor.fields.len(), 1);
    assert_eq!(actor.check(), Ok(()));
    assert!(actor.own_key().is_some());
}

#[test]
fn an_actor_with_a_foreign_key_or_inbox_or_without_a_name_is_refused() {
    let with = |pointer: &str, value: Value| {
        let mut group = group();
        *group.pointer_mut(pointer).unwrap() = value;
        actor_of(&group).check()
    };
    assert_eq!(
        with("/publicKey/owner", json!(NADIA)),
        Err(ActorFault::ForeignKey)
    );
    assert_eq!(
        with("/publicKey/id", json!("https://acme.example/key")),
        Err(ActorFault::ForeignKey)
    );
    assert_eq!(
        with("/inbox", json!("https://acme.example/inbox")),
        Err(ActorFault::ForeignInbox)
    );
    assert_eq!(with("/inbox", json!(null)), Err(ActorFault::NoInbox));
    assert_eq!(
        with("/preferredUsername", json!("")),
        Err(ActorFault::NoUsername)
    );
}

#[test]
fn collections_are_read_in_all_their_shapes() {
    let read = |value: &Value| match document(value).unwrap() {
        Document::Collection(collection) => *collection,
        other => panic!("not a collection: {other:?}"),
    };
    let item = "https://acme.example/o/1";
    let paged = read(
        &json!({"id": "https://acme.example/c", "type": "OrderedCollection", "totalItems": 2, "first": {"type": "OrderedCollectionPage", "next": "https://acme.example/c?2", "orderedItems": [item, {"id": "https://acme.example/o/2"}]}}),
    );
    let first = paged.first.as_ref().and_then(Ref::whole).unwrap();
    assert_eq!(first.item_ids().count(), 2);
    assert_eq!(first.next, Some(uri("https://acme.example/c?2")));
    assert_eq!(
        read(&json!({"type": "Collection", "items": item}))
            .item_ids()
            .count(),
        1
    );
    assert_eq!(read(&json!([item, item])).items.len(), 2);
    assert_eq!(
        read(&json!({"type": "Zoo", "orderedItems": [item]}))
            .items
            .len(),
        1
    );
    assert!(matches!(
        read(&json!({"type": "Collection", "first": "https://acme.example/c?1"})).first,
        Some(Ref::Id(_))
    ));
}

#[test]
fn other_documents_are_told_by_type_or_looks() {
    let key = json!({"id": "https://acme.example/key", "type": "CryptographicKey", "owner": NADIA, "publicKeyPem": "…"});
    assert!(matches!(document(&key).unwrap(), Document::Key(_)));
    assert!(matches!(
        document(&json!({"type": "Place"})).unwrap(),
        Document::Place(_)
    ));
    assert!(matches!(
        document(&json!({"type": "Feed", "id": NADIA, "inbox": "https://acme.example/i"})).unwrap(),
        Document::Actor(_)
    ));
    assert!(matches!(
        document(&json!({"id": NADIA})).unwrap(),
        Document::Other { .. }
    ));
    let stamp = json!({"id": "https://acme.example/s", "type": "QuoteAuthorization", "interactingObject": RUST, "interactionTarget": RUST, "attributedTo": NADIA});
    assert!(matches!(document(&stamp).unwrap(), Document::Approval(_)));
    let review = post("Review", &json!({}));
    assert_eq!(note_of(&review).kind, PostKind::Other("Review".into()));
    assert_eq!(
        document(&review).unwrap().id(),
        Some(&uri("https://acme.example/o/1"))
    );
}

#[test]
fn everybody_may_quote_however_everybody_is_spelled() {
    for everybody in [PUBLIC, "as:Public", "Public"] {
        let policy = json!({ "canQuote": { "automaticApproval": everybody } });
        let note = note_of(&post("Note", &json!({ "interactionPolicy": policy })));
        assert_eq!(note.quoting.unwrap().automatic, [PUBLIC], "{everybody}");
    }
}
