//! Talks in private.

use serde_json::json;

use super::{each, house, id};
use crate::support::on_both;

#[tokio::test]
async fn a_talk_in_private_is_one_line_for_each_who_takes_part() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (house.person("nadia"), house.person("tomas"), house.person("ines"));
        let first = nadia
            .publishes(json!({ "status": "@tomas a secret", "visibility": "direct" }))
            .await;
        let hers = nadia.sees("/api/v1/conversations").await;
        assert_eq!(hers[0]["unread"], json!(false));
        assert_eq!(each(&hers[0]["accounts"], "username"), ["tomas"]);
        let his = tomas.sees("/api/v1/conversations").await;
        assert_eq!(his[0]["unread"], json!(true));
        assert_eq!(each(&his[0]["accounts"], "username"), ["nadia"]);
        assert_eq!(his[0]["last_status"]["id"], first["id"]);
        assert_eq!(ines.sees("/api/v1/conversations").await, json!([]));

        let path = format!("/api/v1/conversations/{}", id(&his[0]));
        assert_eq!(ines.calls("POST", &format!("{path}/read"), None).await.status, 404);
        let read = tomas.does("POST", &format!("{path}/read"), None).await;
        assert_eq!(read["unread"], json!(false));
        let answer = json!({ "status": "@nadia I keep it", "visibility": "direct", "in_reply_to_id": id(&first) });
        let answer = tomas.publishes(answer).await;
        let hers = nadia.sees("/api/v1/conversations").await;
        assert_eq!(hers.as_array().unwrap().len(), 1, "it is the same talk");
        assert_eq!(hers[0]["unread"], json!(true));
        assert_eq!(hers[0]["last_status"]["id"], answer["id"]);

        tomas.does("DELETE", &path, None).await;
        assert_eq!(tomas.sees("/api/v1/conversations").await, json!([]));
        assert_eq!(tomas.calls("DELETE", &path, None).await.status, 404);
        let more = json!({ "status": "@tomas good", "visibility": "direct", "in_reply_to_id": id(&answer) });
        let more = nadia.publishes(more).await;
        assert_eq!(tomas.sees("/api/v1/conversations").await[0]["last_status"]["id"], more["id"]);
        nadia.deletes(&more).await;
        assert_eq!(tomas.sees("/api/v1/conversations").await[0]["last_status"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn a_private_word_from_elsewhere_opens_a_talk() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let far = fediverse.peer("far.example", "mastodon");
        let robert = far.person("robert");
        let nadia = house.person("nadia");
        let mut note = robert.note("A word in private", &[&nadia.actor.uri]);
        note["to"] = json!([nadia.actor.uri]);
        note["cc"] = json!([]);
        let mut create = robert.create(&note);
        create["to"] = note["to"].clone();
        create["cc"] = json!([]);
        robert.tells(&house, &create).await;
        fediverse.settle().await;
        let talks = nadia.sees("/api/v1/conversations").await;
        assert_eq!(talks[0]["unread"], json!(true));
        assert_eq!(each(&talks[0]["accounts"], "acct"), ["robert@far.example"]);
    })
    .await;
}
