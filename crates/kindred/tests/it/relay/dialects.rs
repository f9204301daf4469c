//! What a group here tells servers of other makes beyond the first post: answers, edits, deletions, and what it leaves out.

use serde_json::{Value, json};

use super::{gists, publish};
use crate::support::{Fediverse, Instance, Peer, Somebody, on_both, on_sqlite};

/// A group with a follower on a server of this make.
async fn followed_from(fediverse: &Fediverse, software: &str) -> (Instance, Peer, Somebody) {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_group("rust")
        .start()
        .await;
    let far = fediverse.peer("far.example", software);
    let bo = far.person("bo");
    bo.tells(
        &ours,
        &bo.activity("Follow", json!(ours.group("rust").actor.uri)),
    )
    .await;
    fediverse.settle().await;
    far.new_letters();
    (ours, far, bo)
}

fn uri(status: &Value) -> &str {
    status["uri"].as_str().expect("an address")
}

#[tokio::test]
async fn answers_are_boosted_to_microblogs_where_the_group_says_so() {
    on_both(async |fediverse| {
        let (ours, far, _) = followed_from(fediverse, "mastodon").await;
        let nadia = ours.person("nadia");
        let group = ours.group("rust").actor.id;
        ours.kindred()
            .write(move |ledger| {
                kindred_storage::groups::boost_comments(ledger.db, group, true)?;
                Ok(())
            })
            .await
            .expect("a setting");
        let post = nadia.says("@rust Hello").await;
        let answer = nadia.answers(uri(&post), "A thought").await;
        fediverse.settle().await;
        let told = far.new_letters();
        assert_eq!(gists(&told), ["Announce of an id", "Announce of an id"]);
        assert_eq!(told[1]["object"], answer["uri"]);

        nadia.edits(&answer, "A second thought").await;
        nadia.deletes(&answer).await;
        fediverse.settle().await;
        let mut told = gists(&far.new_letters());
        told.sort();
        assert_eq!(
            told,
            ["Delete of an id", "Undo of Announce", "Update of Note"]
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_hears_what_becomes_of_an_answer_that_they_never_had() {
    on_sqlite(async |fediverse| {
        let (ours, far, _) = followed_from(fediverse, "mastodon").await;
        let nadia = ours.person("nadia");
        let post = nadia.says("@rust Hello").await;
        let answer = nadia.answers(uri(&post), "A thought").await;
        fediverse.settle().await;
        far.new_letters();
        nadia.edits(&answer, "A second thought").await;
        nadia.deletes(&answer).await;
        fediverse.settle().await;
        assert_eq!(gists(&far.new_letters()), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_post_that_nobody_may_pass_on_is_not_boosted() {
    on_both(async |fediverse| {
        let (ours, far, _) = followed_from(fediverse, "mastodon").await;
        let near = fediverse.peer("near.example", "gotosocial");
        let evil = fediverse.peer("evil.example", "lemmy");
        let (eve, li) = (near.person("eve"), evil.person("li"));
        let rust = ours.group("rust").actor.uri;
        li.tells(&ours, &li.activity("Follow", json!(rust))).await;
        fediverse.settle().await;
        evil.new_letters();

        let mut note = eve.note("Only here, please", &[&rust]);
        note["interactionPolicy"] =
            json!({ "canAnnounce": { "automaticApproval": [eve.uri], "manualApproval": [] } });
        eve.tells(&ours, &eve.create(&note)).await;
        fediverse.settle().await;
        assert_eq!(gists(&far.new_letters()), [""; 0], "microblogs are spared");
        assert_eq!(gists(&evil.new_letters()), ["Announce of Create"]);

        let nadia = ours.person("nadia");
        let id = nadia.finds_post(note["id"].as_str().unwrap()).await;
        let refused = nadia
            .calls("POST", &format!("/api/v1/statuses/{id}/reblog"), None)
            .await;
        assert!(
            refused.status >= 400 && refused.status < 500,
            "{}",
            refused.text()
        );
    })
    .await;
}

#[tokio::test]
async fn mobilizon_is_told_of_posts_and_of_nothing_else() {
    on_sqlite(async |fediverse| {
        let (ours, far, _) = followed_from(fediverse, "mobilizon").await;
        let nadia = ours.person("nadia");
        let post = nadia.says("@rust Hello").await;
        nadia.reacts(uri(&post), "favourite").await;
        nadia.reacts(uri(&post), "unfavourite").await;
        nadia.edits(&post, "@rust Hello all").await;
        nadia.deletes(&post).await;
        fediverse.settle().await;
        assert_eq!(
            gists(&far.new_letters()),
            [
                "Announce of Create",
                "Announce of Update",
                "Announce of Delete"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_boost_is_never_older_than_its_post() {
    on_sqlite(async |fediverse| {
        let (ours, far, bo) = followed_from(fediverse, "misskey").await;
        let mut note = bo.note("From the near future", &[&ours.group("rust").actor.uri]);
        note["published"] = json!("2026-01-31T12:10:00Z");
        bo.tells(&ours, &bo.create(&note)).await;
        fediverse.settle().await;
        let told = far.new_letters();
        assert_eq!(gists(&told), ["Announce of an id"]);
        let said = chrono_millis(&told[0]["published"]);
        assert!(said >= chrono_millis(&note["published"]), "{}", told[0]);
    })
    .await;
}

fn chrono_millis(text: &Value) -> i64 {
    chrono::DateTime::parse_from_rfc3339(text.as_str().expect("a moment"))
        .expect("a moment")
        .timestamp_millis()
}

/// Eve, on a microblog that does not follow the group, answers in a thread in which Bo has spoken.
async fn eve_answers(fediverse: &Fediverse, proof: bool) -> (Vec<Value>, Value) {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_group("rust")
        .start()
        .await;
    let far = fediverse.peer("far.example", "mastodon");
    let near = fediverse.peer("near.example", "mastodon");
    let (bo, eve) = (far.person("bo"), near.person("eve"));
    let post = ours.person("nadia").says("@rust Who is there?").await;
    let mut first = bo.note("Bo is", &[]);
    first["inReplyTo"] = post["uri"].clone();
    bo.tells(&ours, &bo.create(&first)).await;
    fediverse.settle().await;
    far.new_letters();

    let mut second = eve.note("Eve is", &[]);
    second["inReplyTo"] = post["uri"].clone();
    publish(&near, &second);
    let mut create = eve.create(&second);
    if proof {
        create["signature"] = json!({
            "type": "RsaSignature2017", "creator": format!("{}#main-key", eve.uri),
            "created": "2026-01-31T12:00:00Z", "signatureValue": "c2lnbmF0dXJl"
        });
    }
    for _ in 0..2 {
        eve.tells(&ours, &create).await;
    }
    fediverse.settle().await;
    (far.new_letters(), create)
}

#[tokio::test]
async fn an_answer_that_proves_itself_is_carried_on_to_those_who_speak_in_the_thread() {
    on_both(async |fediverse| {
        let (told, create) = eve_answers(fediverse, true).await;
        assert_eq!(told, [create], "as it came, and once");
    })
    .await;
}

#[tokio::test]
async fn an_answer_without_a_proof_is_not_carried_on() {
    on_sqlite(async |fediverse| {
        let (told, _) = eve_answers(fediverse, false).await;
        assert_eq!(told, [json!(null); 0]);
    })
    .await;
}

#[tokio::test]
async fn an_answer_of_ours_reaches_those_who_speak_in_the_thread() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("ines")
            .with_group("rust")
            .start()
            .await;
        let far = fediverse.peer("far.example", "gotosocial");
        let bo = far.person("bo");
        let post = ours.person("nadia").says("@rust Who is there?").await;
        let mut first = bo.note("Bo is", &[]);
        first["inReplyTo"] = post["uri"].clone();
        bo.tells(&ours, &bo.create(&first)).await;
        fediverse.settle().await;
        far.new_letters();

        ours.person("ines").answers(uri(&post), "Ines is").await;
        fediverse.settle().await;
        let told = far.new_letters();
        assert_eq!(gists(&told), ["Create of Note"], "once, from its author");
        assert_eq!(told[0]["actor"], json!(ours.person("ines").actor.uri));
    })
    .await;
}

#[tokio::test]
async fn what_becomes_of_a_post_from_elsewhere_is_carried_to_those_who_had_it() {
    on_both(async |fediverse| {
        let (ours, far, _) = followed_from(fediverse, "mastodon").await;
        let near = fediverse.peer("near.example", "mastodon");
        let eve = near.person("eve");
        let rust = ours.group("rust").actor.uri;
        let signed = |mut letter: Value| {
            letter["signature"] = json!({
                "type": "RsaSignature2017", "creator": format!("{}#main-key", eve.uri),
                "created": "2026-01-31T12:00:00Z", "signatureValue": "c2lnbmF0dXJl"
            });
            letter
        };
        let mut note = eve.note("A first thought", &[&rust]);
        eve.tells(&ours, &eve.create(&note)).await;
        fediverse.settle().await;
        assert_eq!(gists(&far.new_letters()), ["Announce of an id"]);

        note["content"] = json!("A second thought");
        note["updated"] = json!("2026-01-31T12:00:01Z");
        let update = signed(eve.activity("Update", note.clone()));
        eve.tells(&ours, &update).await;
        fediverse.settle().await;
        assert_eq!(far.new_letters(), [update], "word for word");

        // Without a proof nobody would believe it from us.
        note["updated"] = json!("2026-01-31T12:00:02Z");
        eve.tells(&ours, &eve.activity("Update", note.clone()))
            .await;
        fediverse.settle().await;
        assert_eq!(far.new_letters(), [json!(null); 0]);

        let delete = signed(eve.activity("Delete", note["id"].clone()));
        eve.tells(&ours, &delete).await;
        fediverse.settle().await;
        let told = far.new_letters();
        let mut said = gists(&told);
        said.sort();
        assert_eq!(said, ["Delete of an id", "Undo of Announce"]);
        assert!(told.contains(&delete));
        assert_eq!(near.letters(), [json!(null); 0], "Eve's server said it");
    })
    .await;
}
