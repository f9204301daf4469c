//! Keeping order towards Mastodon and GoToSocial, which have no word for any of it but a boost that is taken back, and a no.

use kindred_lab::peers::{GoToSocial, Known, Make, Mastodon, Somebody};
use serde_json::{Value, json};

use super::{Stage, id};
use crate::support::{Fediverse, on_sqlite};

/// A make of server whose people post into groups by naming them.
trait Names: Make {
    fn naming(who: &Somebody<Self>, group: &Known, words: &str) -> Value
    where
        Self: Sized;
}

impl Names for Mastodon {
    fn naming(who: &Somebody<Self>, group: &Known, words: &str) -> Value {
        who.note(words, &[group], None)
    }
}

impl Names for GoToSocial {
    fn naming(who: &Somebody<Self>, group: &Known, words: &str) -> Value {
        who.note(words, &[group], None)
    }
}

async fn order_is_told_in_the_words_they_have<M: Names>(fediverse: &Fediverse, make: M) {
    let stage = Stage::with_bo_in_the_group(fediverse, make).await;
    let nadia = stage.ours.person("nadia");
    let group = stage.ours.group("rust");
    let inbox = stage.rust.nearest_inbox();
    let note = M::naming(&stage.bo, &stage.rust, "Buy this");
    stage.bo.publishes(&note, &[inbox]).await.expect("a letter");
    stage.settle().await;
    let boosts = || {
        let shown = stage.far.shown(id(&note)).expect("Bo's own");
        shown.boosts.into_keys().collect::<Vec<_>>()
    };
    let first = boosts();
    assert_eq!(first.len(), 1);

    let number = nadia.finds_post(id(&note)).await;
    let on_post = |act: &str| {
        format!(
            "/api/kindred/v1/groups/{}/statuses/{number}/{act}",
            group.actor.id
        )
    };
    nadia.does("POST", &on_post("remove"), None).await;
    stage.settle().await;
    assert_eq!(boosts(), [""; 0], "the boost is taken back");
    nadia.does("POST", &on_post("restore"), None).await;
    stage.settle().await;
    let again = boosts();
    assert_eq!(again.len(), 1);
    assert_ne!(
        again, first,
        "a boost that was taken back is never said again"
    );
    for act in ["lock", "pin", "unpin", "unlock"] {
        stage.far.heard();
        nadia.does("POST", &on_post(act), None).await;
        stage.settle().await;
        assert_eq!(stage.far.heard(), [json!(null); 0], "{act}");
    }

    let bo = nadia.finds("@bo@far.example").await;
    let report = json!({ "account_id": bo, "status_ids": [number], "comment": "Advertising", "forward": true });
    nadia.does("POST", "/api/v1/reports", Some(&report)).await;
    stage.settle().await;
    let reports = stage.far.reports();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].about.contains(&stage.bo.uri().to_owned()));
    assert!(reports[0].about.contains(&id(&note).to_owned()));

    let sentence = json!({ "account_ids": [bo], "reason": "Enough" });
    let blocks = format!("/api/v1/groups/{}/blocks", group.actor.id);
    stage.far.heard();
    nadia.does("POST", &blocks, Some(&sentence)).await;
    stage.settle().await;
    let told: Vec<Value> = stage.far.heard();
    let kinds: Vec<_> = told
        .iter()
        .filter_map(|letter| letter["type"].as_str())
        .collect();
    assert_eq!(kinds, ["Reject"], "never a Block");
    assert!(!stage.far.follows(stage.bo.uri(), &stage.rust.uri));
    let late = M::naming(&stage.bo, &stage.rust, "And this");
    stage.bo.publishes(&late, &[inbox]).await.expect("a letter");
    stage.settle().await;
    assert_eq!(group.statuses().await.len(), 1, "Bo is banned");
    stage.ends_well().await;
}

#[tokio::test]
async fn mastodon_is_told_of_order_in_the_words_it_has() {
    on_sqlite(async |fediverse| order_is_told_in_the_words_they_have(fediverse, Mastodon).await)
        .await;
}

#[tokio::test]
async fn gotosocial_is_told_of_order_in_the_words_it_has() {
    on_sqlite(async |fediverse| order_is_told_in_the_words_they_have(fediverse, GoToSocial).await)
        .await;
}
