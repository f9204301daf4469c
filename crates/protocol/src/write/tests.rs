//! Every shape that leaves the house, pinned.

use super::*;
use crate::{
    read,
    vocabulary::{
        ActorKind, Document, EventStatus, Identified, Incoming, JoinMode, PUBLIC, PostKind, Ref,
    },
};
use activitystreams::object::Object;
use insta::assert_json_snapshot;
use serde::Deserialize;

const RUST: &str = "https://kindred.example/g/rust";
const NADIA: &str = "https://kindred.example/p/nadia";
const MEI: &str = "https://acme.example/people/mei";
const POST: &str = "https://kindred.example/o/1";
const AT: i64 = 1_768_471_200_000;

/// What is said must be understood by our own reader.
fn heard(said: &Value) -> Document {
    read::document(said).unwrap()
}

/// Shows a document without its `@context`, which is pinned once.
macro_rules! assert_said {
    ($said:expr) => {{
        let said: Value = $said;
        assert_eq!(said["@context"], context());
        assert_eq!(
            said.to_string().matches("@context").count(),
            1,
            "only the outermost has a context"
        );
        // The types of the vocabulary take it too.
        Object::<String>::deserialize(&said).unwrap();
        assert_json_snapshot!(embedded(&said));
        said
    }};
}

fn card(actor: &str) -> ActivityCard {
    ActivityCard {
        id: "https://kindred.example/a/1".into(),
        actor: actor.into(),
        published: Some(AT),
        to: vec![PUBLIC.into()],
        cc: vec![format!("{actor}/followers")],
        audience: Some(RUST.into()),
    }
}

fn direct(actor: &str, to: &str) -> ActivityCard {
    ActivityCard {
        published: None,
        to: vec![to.into()],
        cc: Vec::new(),
        audience: None,
        ..card(actor)
    }
}

fn post() -> NoteCard {
    NoteCard {
        name: Some("Borrow checker stories".into()),
        content: "<p>Tell yours.</p>".into(),
        source: Some("Tell yours.".into()),
        language: Some(("en".into(), "English".into())),
        audience: Some(RUST.into()),
        to: vec![RUST.into(), PUBLIC.into()],
        cc: vec![format!("{NADIA}/followers")],
        context: Some("https://kindred.example/t/1".into()),
        replies: Some(format!("{POST}/replies")),
        tags: vec![
            TagCard::Mention {
                href: RUST.into(),
                name: "@rust@kindred.example".into(),
            },
            TagCard::Hashtag {
                name: "rust".into(),
                href: "https://kindred.example/tags/rust".into(),
            },
        ],
        ..NoteCard::new(PostKind::Note, POST, NADIA, AT)
    }
}

fn doors(mut card: ActorCard) -> ActorCard {
    let id = card.id.clone();
    card.inbox = format!("{id}/inbox");
    card.outbox = format!("{id}/outbox");
    card.followers = Some(format!("{id}/followers"));
    card.shared_inbox = "https://kindred.example/inbox".into();
    card.public_key_pem = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n".into();
    card.published = AT;
    card
}

#[test]
fn the_context_defines_what_we_use() {
    assert_json_snapshot!(context());
}

#[test]
fn a_group_shows_itself() {
    let said = assert_said!(actor(&ActorCard {
        name: "Rust lovers".into(),
        summary: "<p>People who enjoy Rust.</p>".into(),
        source: Some("People who enjoy Rust.".into()),
        following: Some(format!("{RUST}/following")),
        featured: Some(format!("{RUST}/featured")),
        moderators: Some(format!("{RUST}/moderators")),
        members: Some(format!("{RUST}/members")),
        events: Some(format!("{RUST}/events")),
        icon: Some(PictureCard {
            url: "https://kindred.example/media/r.png".into(),
            media_type: Some("image/png".into()),
            alt: None
        }),
        discoverable: true,
        indexable: true,
        posting_restricted_to_mods: Some(false),
        openness: Some("open".into()),
        languages: vec![("en".into(), "English".into())],
        tags: vec![TagCard::Hashtag {
            name: "#rust".into(),
            href: "https://kindred.example/tags/rust".into()
        }],
        ..doors(ActorCard::new(
            ActorKind::Group,
            RUST,
            "rust",
            "kindred.example"
        ))
    }));
    let Document::Actor(actor) = heard(&said) else {
        panic!()
    };
    assert_eq!(actor.check(), Ok(()));
    assert!(actor.own_key().is_some() && actor.moderators.is_some());
}

#[test]
fn a_person_shows_themselves() {
    let said = assert_said!(actor(&ActorCard {
        name: "Nadia".into(),
        fields: vec![FieldCard {
            name: "Room".into(),
            value: "3.14".into()
        }],
        also_known_as: vec![MEI.into()],
        moved_to: Some(MEI.into()),
        manually_approves_followers: true,
        updated: Some(AT + 1),
        ..doors(ActorCard::new(
            ActorKind::Person,
            NADIA,
            "nadia",
            "kindred.example"
        ))
    }));
    let Document::Actor(actor) = heard(&said) else {
        panic!()
    };
    assert_eq!(actor.fields.len(), 1);
}

#[test]
fn the_server_and_its_services_show_themselves() {
    let id = "https://kindred.example/actor";
    let server = ActorCard::new(
        ActorKind::Application,
        id,
        "kindred.example",
        "kindred.example",
    );
    assert_said!(actor(&ActorCard {
        followers: None,
        manually_approves_followers: true,
        ..doors(server)
    }));
    let reports = ActorCard::new(
        ActorKind::Service,
        "https://kindred.example/p/reports",
        "reports",
        "kindred.example",
    );
    assert_eq!(actor(&doors(reports))["type"], "Service");
}

#[test]
fn a_post_in_a_group() {
    let said = assert_said!(note(&post()));
    let Document::Note(note) = heard(&said) else {
        panic!()
    };
    assert!(note.is_at_home() && note.is_public());
    assert_eq!(note.published, Some(AT));
}

#[test]
fn an_edited_reply_with_a_picture_and_a_warning() {
    assert_said!(note(&NoteCard {
        name: None,
        in_reply_to: Some("https://acme.example/o/7".into()),
        summary: Some("crabs".into()),
        sensitive: true,
        updated: Some(AT + 60_000),
        tags: Vec::new(),
        attachments: vec![AttachmentCard {
            url: "https://kindred.example/media/crab.jpg".into(),
            media_type: "image/jpeg".into(),
            alt: Some("A crab".into()),
            width: Some(640),
            height: Some(480),
            blurhash: None,
            focus: None,
        }],
        ..post()
    }));
}

#[test]
fn a_link_and_a_private_post_and_a_vote() {
    assert_said!(note(&NoteCard {
        kind: PostKind::Page,
        link: Some("https://news.example/1".into()),
        to: vec![RUST.into(), format!("{RUST}/followers")],
        cc: Vec::new(),
        comments_closed: true,
        ..post()
    }));
}

#[test]
fn voting_and_quoting() {
    let card = |id: &str| ActivityCard {
        id: format!("https://kindred.example/a/{id}"),
        actor: NADIA.into(),
        to: vec![MEI.into()],
        ..ActivityCard::default()
    };
    assert_said!(vote(&card("1"), "https://acme.example/polls/1", "Tea"));
    let quoting = note(&NoteCard {
        quote: Some(QuoteCard {
            target: "https://acme.example/posts/1".into(),
            stamp: Some("https://acme.example/stamps/1".into()),
        }),
        quotable_by: Some(PUBLIC.into()),
        ..post()
    });
    assert_said!(quote_request(
        &card("2"),
        "https://acme.example/posts/1",
        &quoting
    ));
    let question = quote_request(&card("2"), "https://acme.example/posts/1", &quoting);
    assert_said!(accept_with(
        &card("3"),
        &question,
        "https://acme.example/stamps/1"
    ));
    assert_said!(quote_authorization(
        "https://kindred.example/o/1/quotes/2",
        NADIA,
        "https://acme.example/posts/2",
        "https://kindred.example/o/1"
    ));
}

#[test]
fn a_poll() {
    let option = |title: &str, votes| PollOptionCard {
        title: title.into(),
        votes: Some(votes),
    };
    let said = assert_said!(note(&NoteCard {
        kind: PostKind::Question,
        poll: Some(PollCard {
            options: vec![option("Tea", 3), option("Coffee", 4)],
            multiple: false,
            closes_at: Some(AT + 3_600_000),
            closed_at: None,
            voters: 7,
        }),
        ..post()
    }));
    let Document::Note(note) = heard(&said) else {
        panic!()
    };
    assert_eq!(note.poll.unwrap().options[1].votes, 4);
}

#[test]
fn a_meetup() {
    let event = EventCard {
        group: Some(RUST.into()),
        starts: "2026-01-22T09:00:00+01:00".into(),
        ends: Some("2026-01-22T10:30:00+01:00".into()),
        timezone: Some("Europe/Berlin".into()),
        place: Some(PlaceCard {
            name: "Canteen 2".into(),
            street: Some("Main St 1".into()),
            locality: Some("Berlin".into()),
            coordinates: Some((52.0, 13.38)),
            ..PlaceCard::default()
        }),
        online_link: Some("https://meet.example/rust".into()),
        join_mode: JoinMode::None,
        capacity: Some(30),
        participants: 18,
        status: EventStatus::Confirmed,
        organisers: vec![NADIA.into()],
        attendees: Some(format!("{POST}/attendees")),
        ..EventCard::new(AT)
    };
    let said = assert_said!(note(&NoteCard {
        kind: PostKind::Event,
        event: Some(event),
        ..post()
    }));
    assert!(said.to_string().contains("\"latitude\":52.0"));
    let Document::Note(note) = heard(&said) else {
        panic!()
    };
    assert!(note.is_vouched_by(&crate::Uri::parse(NADIA).unwrap()));
}

#[test]
fn publishing_changing_and_deleting() {
    let said = assert_said!(create(&card(NADIA), &note(&post())));
    let Document::Activity(heard) = heard(&said) else {
        panic!()
    };
    assert!(heard.vouches_for_its_object());
    assert_eq!(update(&card(NADIA), &note(&post()))["type"], "Update");
    assert_said!(delete(&card(NADIA), POST, None));
    assert_said!(delete(&card(NADIA), POST, Some("off topic")));
    assert_said!(tombstone(POST, Some("Note"), Some(AT)));
}

#[test]
fn a_group_passes_on_in_two_ways() {
    assert_said!(announce_object(
        &ActivityCard {
            audience: None,
            ..card(RUST)
        },
        POST
    ));
    let received = serde_json::json!({
        "@context": "https://www.w3.org/ns/activitystreams", "id": "https://acme.example/a/1", "type": "Create", "actor": MEI,
        "zebra": {"stripes": null}, "object": {"id": "https://acme.example/o/1", "type": "Note", "attributedTo": MEI}
    });
    let said = assert_said!(announce_activity(&card(RUST), &received));
    assert_eq!(said["object"]["zebra"], received["zebra"]);
}

#[test]
fn following_and_the_answers() {
    let asked = follow(&direct(MEI, RUST), RUST);
    assert_said!(asked.clone());
    let said = assert_said!(accept(&direct(RUST, MEI), &asked));
    let Document::Activity(heard) = heard(&said) else {
        panic!()
    };
    let Incoming::Accept(answer) = heard.activity else {
        panic!()
    };
    assert!(matches!(answer.object, Ref::Whole(_)));
    assert_eq!(
        answer.object.id().map(crate::Uri::as_str),
        asked["id"].as_str()
    );
    assert_said!(reject(&direct(RUST, MEI), &asked));
    assert_eq!(ignore(&direct(RUST, MEI), &asked)["type"], "Ignore");
    assert_said!(undo(&direct(MEI, RUST), &asked));
}

#[test]
fn liking_and_disliking() {
    assert_said!(like(&direct(NADIA, MEI), POST));
    assert_said!(dislike(&direct(NADIA, MEI), POST));
}

#[test]
fn moderating() {
    assert_said!(add(&card(NADIA), MEI, &format!("{RUST}/moderators")));
    assert_said!(remove(&card(NADIA), POST, &format!("{RUST}/featured")));
    assert_said!(lock(&card(NADIA), POST, Some("it is late")));
    assert_said!(block(
        &card(NADIA),
        MEI,
        RUST,
        false,
        Some(AT),
        Some("spam")
    ));
    assert_said!(flag(
        &direct(NADIA, RUST),
        &[MEI.into(), POST.into()],
        "spam"
    ));
    assert_said!(flag(&direct(NADIA, RUST), &[POST.into()], " "));
}

#[test]
fn taking_part_inviting_and_moving() {
    assert_said!(join(&direct(NADIA, MEI), POST, Some("I bring cake")));
    assert_said!(leave(&direct(NADIA, MEI), POST));
    assert_said!(invite(&direct(NADIA, MEI), RUST, MEI));
    assert_said!(moved(&card(NADIA), NADIA, MEI));
}

#[test]
fn collections_and_pages() {
    let base = CollectionCard {
        id: format!("{RUST}/followers"),
        total_items: 3,
        ..CollectionCard::default()
    };
    assert_said!(collection(&base));
    assert_said!(ordered_collection(&CollectionCard {
        items: vec![MEI.into(), note(&post())],
        attributed_to: Some(RUST.into()),
        ..base.clone()
    }));
    let first = page(&PageCard {
        id: format!("{RUST}/outbox?page=1"),
        part_of: format!("{RUST}/outbox"),
        items: vec![POST.into()],
        next: Some(format!("{RUST}/outbox?page=2")),
        ..PageCard::default()
    });
    assert_said!(first.clone());
    let said = assert_said!(ordered_collection(&CollectionCard {
        first: Some(first),
        ..base
    }));
    let Document::Collection(collection) = heard(&said) else {
        panic!()
    };
    assert_eq!(
        collection
            .first
            .as_ref()
            .and_then(Ref::whole)
            .unwrap()
            .item_ids()
            .count(),
        1
    );
    assert_eq!(
        collection.id().map(crate::Uri::as_str),
        Some("https://kindred.example/g/rust/followers")
    );
}

#[test]
fn every_activity_has_both_lists_of_recipients() {
    let said = like(
        &ActivityCard {
            to: Vec::new(),
            cc: Vec::new(),
            ..card(NADIA)
        },
        POST,
    );
    assert_eq!(
        (&said["to"], &said["cc"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
}

#[test]
fn a_moment_is_spelled_in_utc() {
    assert_eq!(timestamp(AT), "2026-01-15T10:00:00Z");
    assert_eq!(timestamp(AT + 5), "2026-01-15T10:00:00.005Z");
    assert_eq!(timestamp(i64::MAX), "1970-01-01T00:00:00Z");
}
