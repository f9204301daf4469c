//! Valid letters with one thing wrong: every field of every kind of activity in turn becomes something else.
//!
//! It judges only that nothing breaks: every answer is a refusal or a quiet yes, and no work is left that cannot be done.

use serde_json::{Value, json};

use super::{Stage, stage};
use crate::support::{PUBLIC, on_both, on_sqlite};

/// What a field becomes.
fn surprises() -> Vec<Value> {
    vec![
        json!(null),
        json!(-7.5e300),
        json!(true),
        json!(""),
        json!("http://[::bad"),
        json!("x".repeat(70_000)),
        json!([]),
        json!([null, 1, "a", {}, ["b"]]),
        json!({}),
        json!({ "id": { "id": [] }, "type": ["Note", 3], "object": null }),
    ]
}

/// One valid letter of every kind.
fn letters(stage: &Stage) -> Vec<Value> {
    let (bo, group) = (&stage.bo, stage.group());
    let post = stage.post["uri"].clone();
    let mut rich = bo.note("<p>Rich</p>", &[&group]);
    rich["inReplyTo"] = post.clone();
    rich["summary"] = json!("A warning");
    rich["name"] = json!("A title");
    rich["updated"] = json!("2026-01-31T12:00:00Z");
    rich["source"] = json!({ "content": "Rich", "mediaType": "text/markdown" });
    rich["attachment"] = json!([{ "type": "Image", "url": "https://far.example/a.png", "mediaType": "image/png", "name": "A", "width": 3 }]);
    rich["contentMap"] = json!({ "en": "<p>Rich</p>" });
    rich["context"] = json!("http://far.example/context/1");
    let mut poll = bo.note("Which?", &[&group]);
    poll["type"] = json!("Question");
    poll["oneOf"] = json!([{ "type": "Note", "name": "This", "replies": { "type": "Collection", "totalItems": 1 } }]);
    poll["endTime"] = json!("2026-03-01T00:00:00Z");
    let mut vote = bo.note("", &[]);
    vote["name"] = json!("This");
    vote["inReplyTo"] = post.clone();
    let mut event = bo.note("Come", &[&group]);
    event["type"] = json!("Event");
    event["startTime"] = json!("2026-03-01T00:00:00Z");
    event["location"] = json!({ "type": "Place", "name": "Here", "latitude": 1.5, "longitude": 2 });
    let follow = bo.activity("Follow", json!(group));
    let like = bo.activity("Like", post.clone());
    let mut add = bo.activity("Add", stage.note["id"].clone());
    add["target"] = json!(format!("{group}/featured"));
    let mut block = bo.activity("Block", json!(bo.uri));
    block["target"] = json!(group);
    let mut flag = bo.activity("Flag", json!([post, stage.group()]));
    flag["content"] = json!("Rude");
    let mut moved = bo.activity("Move", json!(bo.uri));
    moved["target"] = json!("http://far.example/users/bo2");
    let announced = bo.create(&rich);
    vec![
        bo.create(&rich),
        bo.create(&poll),
        bo.create(&vote),
        bo.create(&event),
        bo.activity("Update", stage.note.clone()),
        bo.activity(
            "Update",
            crate::support::card("Person", "bo", &bo.uri, "no key"),
        ),
        bo.activity(
            "Delete",
            json!({ "id": "http://far.example/none", "type": "Tombstone" }),
        ),
        follow.clone(),
        bo.activity("Join", json!(group)),
        bo.activity("Accept", follow.clone()),
        bo.activity("Undo", like.clone()),
        like,
        bo.activity("Dislike", stage.post["uri"].clone()),
        bo.activity("EmojiReact", stage.post["uri"].clone()),
        bo.activity("Announce", stage.post["uri"].clone()),
        bo.activity("Announce", announced),
        add,
        block,
        bo.activity("Lock", stage.post["uri"].clone()),
        flag,
        moved,
        bo.activity("Invite", json!(PUBLIC)),
    ]
}

/// Every place in a document, as a JSON pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(i, value)| (i.to_string(), value))
            .collect(),
        _ => return,
    };
    for (name, value) in inside {
        let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        found.push(place.clone());
        places(value, &place, found);
    }
}

async fn sends_every_surprise(fediverse: &crate::support::Fediverse, surprises: &[Value]) {
    let stage = stage(fediverse).await;
    let mut sent = 0;
    for letter in letters(&stage) {
        let mut all = Vec::new();
        places(&letter, "", &mut all);
        for place in all {
            for surprise in surprises {
                let mut letter = letter.clone();
                // So that no letter is taken for the one before.
                letter["id"] = json!(stage.bo.fresh("surprises"));
                *letter.pointer_mut(&place).expect("a place") = surprise.clone();
                let answer = stage.bo.sends(&stage.ours, &letter).await;
                assert!(
                    matches!(answer.status, 202 | 400..=499),
                    "{place} = {surprise}: {} {}",
                    answer.status,
                    answer.text()
                );
                sent += 1;
            }
        }
        fediverse.settle().await;
    }
    assert!(sent > 200, "{sent}");
    // Whoever is asked now still answers.
    for path in ["/g/rust", "/", "/health/ready"] {
        assert_eq!(stage.ours.page(path).await.status, 200, "{path}");
    }
    let nadia = stage.ours.person("nadia");
    nadia.home().await;
    nadia
        .sees(&format!("/api/v1/accounts/{}/statuses", nadia.actor.id))
        .await;
    assert!(!stage.ours.group("rust").statuses().await.is_empty());
}

#[tokio::test]
async fn no_field_of_any_letter_breaks_anything_by_being_something_else() {
    on_sqlite(async |fediverse| sends_every_surprise(fediverse, &surprises()).await).await;
}

#[tokio::test]
async fn postgresql_takes_no_offence_either() {
    // What databases differ in: NUL, numbers out of range, text that is too long for an index.
    let surprises = [
        json!("a\u{0}b"),
        json!("http://far.example/\u{0}"),
        json!(format!("http://far.example/{}", "y".repeat(9_000))),
        json!("9999-99-99T99:99:99Z"),
        json!("+275760-09-13T00:00:00Z"),
        json!(u64::MAX),
    ];
    on_both(async |fediverse| sends_every_surprise(fediverse, &surprises).await).await;
}

#[tokio::test]
async fn clients_and_browsers_may_say_nul_without_breaking_anything() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia");
        let post = nadia
            .publishes(json!({ "status": "a\u{0}b", "spoiler_text": "\u{0}c" }))
            .await;
        assert!(post["content"].as_str().unwrap().contains("ab"), "{post}");
        let mut targets: Vec<String> = [
            "/g/%00",
            "/p/a%00",
            "/@%00",
            "/topics/%00",
            "/o/%00",
            "/avatars/%00.png",
        ]
        .map(str::to_owned)
        .into();
        targets.extend(
            [
                "/.well-known/webfinger?resource=acct:%00@kindred.example",
                "/api/v2/search?q=%00",
                "/api/v2/search?q=@a%00@kindred.example&resolve=true",
                "/api/v1/accounts/lookup?acct=a%00",
                "/api/v1/timelines/home?max_id=%00",
                "/api/v1/accounts/%00/statuses",
            ]
            .map(str::to_owned),
        );
        for target in targets {
            for status in [
                stage.ours.page(&target).await.status,
                stage.ours.document(&target).await.status,
                nadia.calls("GET", &target, None).await.status,
            ] {
                assert!(status < 500, "{target}: {status}");
            }
        }
        fediverse.settle().await;
    })
    .await;
}
