//! What holds for everything that is told to anybody: addresses that can be fetched, shapes that the strictest reader takes, answers
//! that caches and forgetful servers understand.

use std::{collections::BTreeSet, time::Duration};

use kindred_lab::peers::{Lemmy, Mastodon};
use serde_json::{Value, json};

use super::{Stage, id, uri};
use crate::support::{PUBLIC, on_both, on_sqlite};

/// All ids within a document.
fn ids_in(document: &Value, into: &mut BTreeSet<String>) {
    match document {
        Value::Array(list) => list.iter().for_each(|each| ids_in(each, into)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(word) if name == "id" => drop(into.insert(word.to_owned())),
                    _ => ids_in(value, into),
                }
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn every_id_that_is_told_is_plain_final_and_at_home() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Lemmy).await;
        let (nadia, ines) = (stage.ours.person("nadia"), stage.ours.person("ines"));
        ines.follows("@rust").await;
        let post = nadia.says("@rust Who uses async closures?").await;
        ines.answers(uri(&post), "I do.").await;
        ines.reacts(uri(&post), "favourite").await;
        nadia.edits(&post, "@rust Who uses closures?").await;
        stage.settle().await;
        stage.bo.reads_group(&stage.rust).await.expect("the lists");

        let mut ids = BTreeSet::new();
        for letter in stage.far.heard() {
            ids_in(&letter, &mut ids);
        }
        ids.insert(stage.rust.uri.clone());
        ids.insert(nadia.actor.uri.clone());
        ids.retain(|id| id.starts_with(stage.ours.origin()) && !id.contains('#'));
        let kinds = |part: &str| ids.iter().filter(|id| id.contains(part)).count();
        assert!(kinds("/a/") >= 8 && kinds("/o/") >= 2, "{ids:?}");

        for id in &ids {
            assert_eq!(*id, id.to_lowercase(), "some look ids up in small letters");
            assert!(!id.contains('?') && !id[5..].contains(':'), "{id}");
            // Fails when it calls itself something else, leads elsewhere, or comes as another type.
            let document = stage.bo.reads(id).await;
            let document = document.unwrap_or_else(|fault| panic!("{fault}"));
            let owner = ["actor", "attributedTo"]
                .iter()
                .find_map(|field| document[*field].as_str())
                .unwrap_or(id);
            assert!(owner.starts_with(stage.ours.origin()), "{document}");
        }
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn a_post_in_a_group_has_the_shape_that_the_strictest_readers_want() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Lemmy).await;
        let nadia = stage.ours.person("nadia");
        stage.far.heard();
        let post = nadia
            .publishes(json!({ "status": "@rust Who uses closures?", "language": "en" }))
            .await;
        let answer = nadia.answers(uri(&post), "I do.").await;
        stage.settle().await;

        let letters = stage.far.heard();
        let followers = format!("{}/followers", nadia.actor.uri);
        for (letter, parent) in letters.iter().zip([None, Some(uri(&post))]) {
            let create = &letter["object"];
            let note = &create["object"];
            assert_eq!(letter["published"].as_str().map(str::len), Some(20));
            assert!(letter["published"].as_str() >= note["published"].as_str());
            for list in ["to", "cc", "audience"] {
                assert_eq!(create[list], note[list], "{list}");
            }
            assert_eq!(note["audience"], json!(stage.rust.uri));
            assert_eq!(note["to"], json!([stage.rust.uri, PUBLIC]));
            let cc = note["cc"].as_array().expect("a list");
            assert!(cc.contains(&json!(followers)), "{cc:?}");
            let room = json!(stage.rust.followers);
            assert!(!cc.contains(&room), "the group passes it on by itself");
            assert_eq!(note["attributedTo"], json!(nadia.actor.uri));
            assert_eq!(note["type"], "Note");
            assert_eq!(note["mediaType"], "text/html");
            assert_eq!(note.get("inReplyTo").and_then(Value::as_str), parent);
            assert!(note["context"].is_string() && note["content"].is_string());
            assert!(note["tag"].is_array() && note["attachment"].is_array());
            assert_eq!(note.get("updated"), None, "nobody has changed it");
            for deed in ["canLike", "canReply", "canAnnounce"] {
                // What a policy leaves out, GoToSocial takes for forbidden.
                let rule = &note["interactionPolicy"][deed];
                assert_eq!(rule["automaticApproval"], json!([PUBLIC]), "{deed}");
                assert_eq!(rule["always"], json!([PUBLIC]), "{deed}");
            }
        }
        let note = &letters[0]["object"]["object"];
        assert_eq!(note["language"]["identifier"], "en");
        assert!(note["contentMap"]["en"].is_string());
        assert_eq!(letters.len(), 2, "{answer}");
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn a_long_text_with_a_title_is_an_article_and_a_short_one_a_note_with_a_name() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Lemmy).await;
        let nadia = stage.ours.person("nadia");
        let long = format!("@rust {}", "A sentence of several words. ".repeat(60));
        let cases = [
            (json!({ "status": "@rust Hello" }), "Note"),
            (
                json!({ "status": "@rust Hello", "title": "Good morning" }),
                "Note",
            ),
            (
                json!({ "status": long, "title": "A long story" }),
                "Article",
            ),
        ];
        for (status, kind) in cases {
            let post = nadia.publishes(status.clone()).await;
            stage.settle().await;
            let shown = stage.far.shown(uri(&post)).expect("a post");
            assert_eq!(shown.kind, kind, "{status}");
            assert_eq!(shown.title.as_deref(), status["title"].as_str());
        }
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn documents_come_as_one_type_and_say_what_they_depend_on() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mastodon).await;
        let nadia = stage.ours.person("nadia");
        let post = nadia.says("@rust Hello").await;
        stage.settle().await;
        let announce = stage.far.heard().pop().expect("an Announce");
        let lists = ["followers", "following", "outbox", "featured", "moderators"];
        let mut addresses = vec![
            stage.rust.uri.clone(),
            nadia.actor.uri.clone(),
            format!("{}/actor", stage.ours.origin()),
            uri(&post).to_owned(),
            id(&announce).to_owned(),
            format!("{}/replies", uri(&post)),
            format!("{}/context", uri(&post)),
        ];
        addresses.extend(lists.map(|list| format!("{}/{list}", stage.rust.uri)));
        for address in &addresses {
            let answer = stage.ours.document(address).await;
            assert_eq!(answer.status, 200, "{address}");
            let kind = answer.header("content-type");
            assert_eq!(kind, "application/activity+json", "{address}");
            let vary = answer.header("vary");
            assert!(vary.contains("Accept"), "{address}: {vary}");
        }
        for address in [&stage.rust.uri, &nadia.actor.uri, uri(&post)] {
            let answer = stage.ours.page(address).await;
            let kind = answer.header("content-type");
            assert!(kind.starts_with("text/html"), "{address}: {kind}");
            let vary = answer.header("vary");
            assert!(vary.contains("Accept"), "{address}: {vary}");
        }
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_group_passed_on_is_read_at_its_address_though_nobody_heard_of_it() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_group("rust")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let post = nadia.says("@rust Hello").await;
        fediverse.settle().await;
        let outbox = ours.document("/g/rust/outbox?page=true").await.json();
        let listed = &outbox["orderedItems"][0];
        assert_eq!(listed["object"]["object"]["id"], post["uri"]);

        let found = ours.document(id(listed)).await.json();
        assert!(found["@context"].is_array());
        for part in ["id", "type", "actor", "to", "cc", "audience", "object"] {
            assert_eq!(found[part], listed[part], "{part}");
        }
        nadia.deletes(&post).await;
        fediverse.settle().await;
        assert_eq!(ours.document(id(listed)).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn what_never_was_is_404_and_what_is_gone_is_410() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mastodon).await;
        let nadia = stage.ours.person("nadia");
        let post = nadia.says("@rust Hello").await;
        stage.settle().await;
        nadia.deletes(&post).await;
        stage.settle().await;

        let gone = stage.ours.document(uri(&post)).await;
        assert_eq!(gone.status, 410);
        assert_eq!(gone.json()["type"], "Tombstone");
        assert_eq!(gone.json()["id"], post["uri"]);
        for path in [
            "/o/1",
            "/a/1",
            "/p/nobody",
            "/g/nothing",
            "/g/nothing/outbox",
        ] {
            assert_eq!(stage.ours.document(path).await.status, 404, "{path}");
        }
        let name = "/.well-known/webfinger?resource=acct:nobody@kindred.example";
        assert_eq!(stage.ours.document(name).await.status, 404);
        stage.far.dropped();
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_again_is_answered_again() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mastodon).await;
        stage.far.heard();
        let again = stage.bo.follows(&stage.rust).await.expect("a question");
        stage.settle().await;
        let answers = stage.far.heard();
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0]["type"], "Accept");
        assert_eq!(answers[0]["actor"], json!(stage.rust.uri));
        assert_eq!(answers[0]["object"]["id"], again["id"]);
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_older_than_a_month_enters_no_group() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mastodon).await;
        let inbox = stage.rust.nearest_inbox();
        let note = stage.bo.note("Long ago", &[&stage.rust], None);
        fediverse.turn(Duration::from_hours(31 * 24));
        stage.bo.publishes(&note, &[inbox]).await.expect("a letter");
        stage.settle().await;
        assert_eq!(stage.ours.group("rust").statuses().await, [json!(null); 0]);
        assert_eq!(stage.far.shown(id(&note)).expect("Bo's").boosts.len(), 0);
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn a_like_from_a_microblog_is_counted_and_told_to_nobody() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mastodon).await;
        let near = fediverse.strict(Lemmy, "near.example");
        let li = near.person("li");
        let rust = li
            .finds("rust", "kindred.example")
            .await
            .expect("the group");
        li.follows(&rust).await.expect("a question");
        let nadia = stage.ours.person("nadia");
        let author = stage.known("nadia").await;
        let post = nadia.says("@rust Hello").await;
        stage.settle().await;
        near.heard();

        stage.bo.likes(uri(&post), &author).await.expect("a letter");
        stage.settle().await;

        let seen = nadia.post_at(uri(&post)).await.expect("the post");
        assert_eq!(seen["favourites_count"], 1);
        assert_eq!(
            near.heard(),
            [json!(null); 0],
            "who likes it is Bo's affair"
        );
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn a_blocked_server_is_refused_by_name_and_told_nothing() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_group("rust")
            .start()
            .await;
        ours.blocks("far.example").await;
        let far = fediverse.peer("far.example", "mastodon");
        let bo = far.person("bo");
        let follow = bo.activity("Follow", json!(ours.group("rust").actor.uri));
        let before = ours.traces().await;

        let unsigned = bo.letter(&ours, &follow).without("signature");
        assert_eq!(unsigned.send(ours.address()).await.status, 401);
        assert_eq!(bo.sends(&ours, &follow).await.status, 403);
        ours.person("nadia")
            .calls("GET", "/api/v2/search?resolve=true&q=@bo@far.example", None)
            .await;
        fediverse.settle().await;

        assert_eq!(ours.traces().await, before);
        assert_eq!(far.got().len(), 0, "it is not even asked: {:?}", far.got());
    })
    .await;
}
