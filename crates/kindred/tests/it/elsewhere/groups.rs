//! Our people in groups that live elsewhere: coming in, posting as each server needs it, leaving.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, PUBLIC, Peer, Somebody, card, on_both, on_sqlite};

struct Stage {
    ours: Instance,
    far: Peer,
    group: Somebody,
}

/// Tomás follows a group on a server of this make, and the group says yes.
async fn among(fediverse: &Fediverse, software: &str) -> Stage {
    let stage = before_the_answer(fediverse, software).await;
    let follow = stage.far.new_letters()[0].clone();
    let accept = stage.group.activity("Accept", follow);
    stage.group.tells(&stage.ours, &accept).await;
    fediverse.settle().await;
    stage.far.new_letters();
    stage
}

async fn before_the_answer(fediverse: &Fediverse, software: &str) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("tomas")
        .start()
        .await;
    let far = fediverse.peer("far.example", software);
    let group = far.actor("Group", "rust");
    let asked = ours.person("tomas").follows("!rust@far.example").await;
    assert_eq!(
        (&asked["following"], &asked["requested"]),
        (&json!(false), &json!(true))
    );
    fediverse.settle().await;
    Stage { ours, far, group }
}

fn kinds(letters: &[Value]) -> Vec<&str> {
    letters
        .iter()
        .map(|letter| letter["type"].as_str().expect("a type"))
        .collect()
}

#[tokio::test]
async fn a_late_yes_to_the_first_question_counts_after_a_second_was_asked() {
    on_both(async |fediverse| {
        let stage = before_the_answer(fediverse, "lemmy").await;
        let first = stage.far.new_letters()[0]["id"].clone();
        fediverse.turn(Duration::from_mins(5));
        fediverse.settle().await;
        let again = stage.far.new_letters();
        assert_eq!(kinds(&again), ["Follow"], "asked once more");
        assert_ne!(again[0]["id"], first);
        // Somebody else's yes is none.
        let eve = stage.far.person("eve");
        eve.tells(&stage.ours, &eve.activity("Accept", first.clone()))
            .await;
        fediverse.settle().await;
        let tomas = stage.ours.person("tomas");
        assert_eq!(tomas.stands_to("!rust@far.example").await, (false, true));
        let accept = stage.group.activity("Accept", first);
        stage.group.tells(&stage.ours, &accept).await;
        fediverse.settle().await;
        assert_eq!(tomas.stands_to("!rust@far.example").await, (true, false));
    })
    .await;
}

#[tokio::test]
async fn a_thread_is_told_to_the_home_of_its_group_as_it_is_understood_there() {
    for (software, title, kind, name) in [
        ("lemmy", Some("Lifetimes"), "Note", Some("Lifetimes")),
        ("lemmy", None, "Note", None),
        ("piefed", None, "Note", Some("Hello there")),
        ("mbin", Some("Lifetimes"), "Page", Some("Lifetimes")),
        ("mbin", None, "Note", None),
        ("nodebb", Some("Lifetimes"), "Note", Some("Lifetimes")),
    ] {
        on_sqlite(async |fediverse| {
            let Stage { ours, far, group } = among(fediverse, software).await;
            let tomas = ours.person("tomas");
            let mut said = json!({ "status": "@rust@far.example Hello there\n\nHow are you?" });
            said["title"] = json!(title);
            tomas.publishes(said).await;
            fediverse.settle().await;
            let letters = far.new_letters();
            assert_eq!(kinds(&letters), ["Create"], "{software}");
            let (create, post) = (&letters[0], &letters[0]["object"]);
            assert_eq!(post["type"], kind, "{software}");
            assert_eq!(post["name"], json!(name), "{software}");
            for thing in [create, post] {
                assert_eq!(thing["audience"], json!(group.uri));
                assert_eq!(thing["to"], json!([group.uri, PUBLIC]));
                assert!(thing["cc"].is_array());
            }
            assert_eq!(post["inReplyTo"], Value::Null);
            assert_eq!(post["tag"][0]["href"], json!(group.uri));
            let document = ours.document(post["id"].as_str().unwrap()).await.json();
            assert_eq!(
                (&document["type"], &document["name"]),
                (&post["type"], &post["name"])
            );
        })
        .await;
    }
}

#[tokio::test]
async fn answers_likes_edits_and_deletions_go_to_the_home_of_the_group() {
    on_both(async |fediverse| {
        let Stage { ours, far, group } = among(fediverse, "lemmy").await;
        let (bo, tomas) = (far.person("bo"), ours.person("tomas"));
        let mut thread = bo.note("<p>Tell yours</p>", &[&group.uri]);
        thread["audience"] = json!(group.uri);
        thread["type"] = json!("Page");
        thread["name"] = json!("Stories");
        let path = thread["id"]
            .as_str()
            .unwrap()
            .strip_prefix("http://far.example")
            .unwrap();
        far.publish(path, &thread);
        group
            .tells(&ours, &group.activity("Announce", bo.create(&thread)))
            .await;
        fediverse.settle().await;
        far.new_letters();

        let uri = thread["id"].as_str().unwrap();
        let mine = tomas.answers(uri, "Here is mine").await;
        fediverse.settle().await;
        let letters = far.new_letters();
        assert_eq!(
            kinds(&letters),
            ["Create"],
            "one letter for group and author"
        );
        let comment = &letters[0]["object"];
        assert_eq!(
            (&comment["type"], &comment["name"]),
            (&json!("Note"), &Value::Null)
        );
        assert_eq!(comment["inReplyTo"], json!(uri));
        assert_eq!(comment["audience"], json!(group.uri));
        let addressed = format!("{}{}", comment["to"], comment["cc"]);
        for who in [PUBLIC, &group.uri, &bo.uri] {
            assert!(addressed.contains(who), "{who}: {addressed}");
        }
        let named: Vec<&Value> = comment["tag"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| &tag["href"])
            .collect();
        assert!(named.contains(&&json!(bo.uri)) && named.contains(&&json!(group.uri)));

        for (how, kind) in [("favourite", "Like"), ("unfavourite", "Undo")] {
            tomas.reacts(uri, how).await;
            fediverse.settle().await;
            let letters = far.new_letters();
            assert_eq!(kinds(&letters), [kind]);
            assert_eq!(letters[0]["audience"], json!(group.uri));
        }
        tomas.edits(&mine, "Here is mine, and more").await;
        fediverse.settle().await;
        let letters = far.new_letters();
        assert_eq!(kinds(&letters), ["Update"]);
        assert_eq!(letters[0]["object"]["audience"], json!(group.uri));
        tomas.deletes(&mine).await;
        fediverse.settle().await;
        let letters = far.new_letters();
        assert_eq!(kinds(&letters), ["Delete"]);
        assert_eq!(letters[0]["object"], mine["uri"], "an id, and no summary");
        assert_eq!(letters[0]["summary"], Value::Null);

        tomas.leaves("!rust@far.example").await;
        fediverse.settle().await;
        let letters = far.new_letters();
        assert_eq!(kinds(&letters), ["Undo"]);
        assert_eq!(letters[0]["object"]["type"], "Follow");
    })
    .await;
}

#[tokio::test]
async fn a_group_that_does_not_answer_is_asked_once_more() {
    on_both(async |fediverse| {
        let Stage { ours, far, group } = before_the_answer(fediverse, "lemmy").await;
        let first = far.new_letters()[0].clone();
        fediverse.turn(Duration::from_mins(2));
        fediverse.settle().await;
        let letters = far.new_letters();
        assert_eq!(kinds(&letters), ["Follow"]);
        assert_ne!(
            letters[0]["id"], first["id"],
            "or it would be taken for the first one"
        );
        fediverse.turn(Duration::from_hours(1));
        fediverse.settle().await;
        assert!(far.new_letters().is_empty(), "nobody is asked for ever");
        // The answer to the first question is an answer all the same.
        group.tells(&ours, &group.activity("Accept", first)).await;
        fediverse.settle().await;
        let standing = ours.person("tomas").stands_to("!rust@far.example").await;
        assert_eq!(standing, (true, false));
    })
    .await;
}

#[tokio::test]
async fn what_a_group_sends_says_that_it_took_us_in() {
    on_sqlite(async |fediverse| {
        let Stage { ours, far, group } = before_the_answer(fediverse, "lemmy").await;
        let bo = far.person("bo");
        let note = bo.note("<p>News</p>", &[&group.uri]);
        let path = note["id"]
            .as_str()
            .unwrap()
            .strip_prefix("http://far.example")
            .unwrap();
        far.publish(path, &note);
        group
            .tells(&ours, &group.activity("Announce", bo.create(&note)))
            .await;
        fediverse.settle().await;
        let standing = ours.person("tomas").stands_to("!rust@far.example").await;
        assert_eq!(standing, (true, false));
    })
    .await;
}

#[tokio::test]
async fn belonging_to_a_mobilizon_group_is_asked_for_beside_following() {
    on_both(async |fediverse| {
        let Stage { ours, far, group } = before_the_answer(fediverse, "mobilizon").await;
        let letters = far.new_letters();
        assert_eq!(kinds(&letters), ["Follow", "Join"]);
        let join = &letters[1];
        assert_eq!(
            (&join["object"], &join["participationMessage"]),
            (&json!(group.uri), &json!(""))
        );
        group
            .tells(&ours, &group.activity("Accept", join.clone()))
            .await;
        fediverse.settle().await;
        let tomas = ours.person("tomas");
        assert_eq!(tomas.stands_to("!rust@far.example").await, (true, false));
        tomas.leaves("!rust@far.example").await;
        fediverse.settle().await;
        assert_eq!(kinds(&far.new_letters()), ["Undo", "Leave"]);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_let_write_into_the_void() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("tomas")
            .start()
            .await;
        let far = fediverse.peer("far.example", "wordpress");
        let blog = far.actor("Group", "blog");
        let mut described = card("Group", "blog", &blog.uri, blog.public_pem());
        described["postingRestrictedToMods"] = json!(true);
        far.publish("/users/blog", &described);
        let tomas = ours.person("tomas");
        tomas.finds("@blog@far.example").await;
        let said = json!({ "status": "@blog@far.example Hello" });
        let refused = tomas.calls("POST", "/api/v1/statuses", Some(&said)).await;
        assert_eq!(refused.status, 403, "{}", refused.text());
    })
    .await;
}
