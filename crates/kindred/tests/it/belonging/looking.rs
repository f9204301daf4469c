//! Who may post, and first posts of newcomers that wait for a look.

use serde_json::{Value, json};

use super::{Stage, new_of, stage};
use crate::support::{PUBLIC, Person, on_both, words};

/// The group looks at newcomers first.
async fn careful(fediverse: &crate::support::Fediverse) -> (Stage, Person) {
    let stage = stage(fediverse).await;
    let nadia = stage.ours.person("nadia");
    let path = format!("/api/v1/groups/{}", stage.group_id());
    nadia
        .does("PUT", &path, Some(&json!({ "hold_newcomers": true })))
        .await;
    fediverse.settle().await;
    stage.far.new_letters();
    stage.near.new_letters();
    (stage, nadia)
}

impl Stage {
    fn held(&self) -> String {
        format!("/api/kindred/v1/groups/{}/held", self.group_id())
    }

    async fn waiting(&self, who: &Person) -> Vec<Value> {
        let held = who.sees(&self.held()).await;
        held.as_array().expect("a list").clone()
    }

    async fn decides(&self, who: &Person, post: &Value, how: &str) {
        let id = post["id"].as_str().expect("a number");
        who.does("POST", &format!("{}/{id}/{how}", self.held()), None)
            .await;
    }
}

#[tokio::test]
async fn the_first_post_of_somebody_elsewhere_waits_and_the_second_does_not() {
    on_both(async |fediverse| {
        let (stage, nadia) = careful(fediverse).await;
        let group = stage.ours.group("rust");
        let tomas = stage.ours.person("tomas");
        let note = stage
            .bo
            .note("Hello from afar", &[&group.actor.uri, &tomas.actor.uri]);
        let create = stage.bo.create(&note);
        stage.bo.tells(&stage.ours, &create).await;
        fediverse.settle().await;

        assert!(group.statuses().await.is_empty());
        assert!(
            !stage
                .ours
                .page("/g/rust")
                .await
                .text()
                .contains("Hello from afar")
        );
        assert!(stage.near.new_letters().is_empty() && stage.far.new_letters().is_empty());
        let uri = note["id"].as_str().expect("an address");
        assert_eq!(
            tomas.post_at(uri).await,
            None,
            "not even those it names see it"
        );
        assert_eq!(tomas.calls("GET", &stage.held(), None).await.status, 403);
        let waiting = stage.waiting(&nadia).await;
        let [held] = waiting.as_slice() else {
            panic!("{waiting:?}");
        };
        assert_eq!(words(held), "Hello from afar");
        // Saying it again does not get around the look, and saying it differently changes what is looked at.
        stage.bo.tells(&stage.ours, &stage.bo.create(&note)).await;
        let mut edited = note.clone();
        edited["content"] = json!("Hello from far away");
        edited["updated"] = json!("2026-01-31T12:00:10Z");
        let mut update = stage.bo.activity("Update", edited);
        update["to"] = json!([PUBLIC]);
        stage.bo.tells(&stage.ours, &update).await;
        fediverse.settle().await;
        assert!(group.statuses().await.is_empty());
        assert_eq!(tomas.post_at(uri).await, None);
        assert_eq!(
            words(&stage.waiting(&nadia).await[0]),
            "Hello from far away"
        );

        stage.decides(&nadia, held, "approve").await;
        fediverse.settle().await;
        let shown = group.statuses().await;
        assert_eq!(shown.len(), 1);
        assert_eq!(words(&shown[0]["reblog"]), "Hello from far away");
        assert!(tomas.post_at(uri).await.is_some());
        let told = new_of(&stage.near, "Announce");
        let inner: Vec<&Value> = told.iter().map(|told| &told["object"]["type"]).collect();
        assert_eq!(inner, [&json!("Create"), &json!("Update")], "{told:?}");
        assert_eq!(told[0]["object"]["id"], create["id"], "as it was said");
        assert_eq!(new_of(&stage.far, "Announce")[0]["object"], json!(uri));
        assert!(stage.waiting(&nadia).await.is_empty());

        let second = stage.bo.note("Me again", &[&group.actor.uri]);
        stage.bo.tells(&stage.ours, &stage.bo.create(&second)).await;
        fediverse.settle().await;
        assert_eq!(group.statuses().await.len(), 2, "known people do not wait");
    })
    .await;
}

#[tokio::test]
async fn the_first_post_of_one_of_ours_waits_too_and_may_be_declined() {
    on_both(async |fediverse| {
        let (stage, nadia) = careful(fediverse).await;
        let (tomas, group) = (stage.ours.person("tomas"), stage.ours.group("rust"));
        tomas.follows("@rust@kindred.example").await;
        let post = tomas.says("@rust @bo@far.example Buy watches").await;
        tomas
            .edits(&post, "@rust @bo@far.example Buy my watches")
            .await;
        fediverse.settle().await;

        assert!(group.statuses().await.is_empty());
        assert!(
            stage.far.new_letters().is_empty(),
            "those it names are not told"
        );
        let uri = post["uri"].as_str().expect("an address");
        assert_eq!(stage.ours.document(uri).await.status, 404);
        assert!(tomas.post_at(uri).await.is_some(), "its author sees it");
        assert!(nadia.post_at(uri).await.is_none());
        let waiting = stage.waiting(&nadia).await;
        assert!(
            words(&waiting[0]).ends_with("Buy my watches"),
            "{waiting:?}"
        );

        stage.decides(&nadia, &waiting[0], "decline").await;
        fediverse.settle().await;
        assert_eq!(tomas.post_at(uri).await, None);
        assert!(stage.waiting(&nadia).await.is_empty());

        let better = tomas.says("@rust @bo@far.example Hello, I am Tomás").await;
        fediverse.settle().await;
        let waiting = stage.waiting(&nadia).await;
        assert_eq!(waiting.len(), 1, "nothing of his stands there yet");
        stage.decides(&nadia, &waiting[0], "approve").await;
        fediverse.settle().await;
        assert_eq!(group.statuses().await.len(), 1);
        let kinds: Vec<Value> = stage
            .far
            .new_letters()
            .iter()
            .map(|letter| letter["type"].clone())
            .collect();
        assert!(
            kinds.contains(&json!("Create")) && kinds.contains(&json!("Announce")),
            "now he and the group say it: {kinds:?}"
        );
        assert_eq!(
            stage
                .ours
                .document(better["uri"].as_str().expect("an address"))
                .await
                .status,
            200
        );
    })
    .await;
}

#[tokio::test]
async fn a_newcomer_cannot_heap_posts_up_and_may_take_them_back() {
    on_both(async |fediverse| {
        let (stage, nadia) = careful(fediverse).await;
        let tomas = stage.ours.person("tomas");
        tomas.follows("@rust@kindred.example").await;
        let mut said = Vec::new();
        for number in 0..5 {
            said.push(tomas.says(&format!("@rust Number {number}")).await);
        }
        let refused = tomas
            .calls(
                "POST",
                "/api/v1/statuses",
                Some(&json!({ "status": "@rust One more" })),
            )
            .await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        tomas.deletes(&said[0]).await;
        assert_eq!(stage.waiting(&nadia).await.len(), 4);
        fediverse.settle().await;
        assert!(
            stage.near.new_letters().is_empty(),
            "nothing was said, nothing is taken back"
        );
    })
    .await;
}

#[tokio::test]
async fn a_post_enters_a_group_however_it_names_it() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let group = stage.ours.group("rust").actor.uri;
        let by_mention = stage.bo.note("By mention", &[&group]);
        let mut by_audience = stage.lea.note("By audience", &[]);
        by_audience["audience"] = json!(group);
        by_audience["type"] = json!("Page");
        by_audience["name"] = json!("A title");
        let mut by_to = stage.lea.note("By to alone", &[]);
        by_to["to"] = json!([group, PUBLIC]);
        for (who, note) in [
            (&stage.bo, &by_mention),
            (&stage.lea, &by_audience),
            (&stage.lea, &by_to),
        ] {
            who.tells(&stage.ours, &who.create(note)).await;
        }
        fediverse.settle().await;
        assert_eq!(stage.ours.group("rust").statuses().await.len(), 3);
        stage.near.new_letters();

        // Whoever takes the mention out of an answer still answers in the group.
        let mut reply = stage.bo.note("An answer that names nobody", &[]);
        reply["inReplyTo"] = by_to["id"].clone();
        stage.bo.tells(&stage.ours, &stage.bo.create(&reply)).await;
        fediverse.settle().await;
        let told = new_of(&stage.near, "Announce");
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["object"]["object"]["id"], reply["id"]);
    })
    .await;
}

#[tokio::test]
async fn where_organisers_speak_others_only_answer() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (nadia, group) = (stage.ours.person("nadia"), stage.ours.group("rust"));
        let path = format!("/api/v1/groups/{}", stage.group_id());
        nadia
            .does("PATCH", &path, Some(&json!({ "posting": "organisers" })))
            .await;
        fediverse.settle().await;
        let told = new_of(&stage.near, "Update");
        assert_eq!(told[0]["object"]["postingRestrictedToMods"], json!(true));

        let start = stage.bo.note("May I?", &[&group.actor.uri]);
        stage.bo.tells(&stage.ours, &stage.bo.create(&start)).await;
        let post = nadia.says("@rust The news").await;
        fediverse.settle().await;
        let mut answer = stage.bo.note("Good news", &[&group.actor.uri]);
        answer["inReplyTo"] = post["uri"].clone();
        stage.bo.tells(&stage.ours, &stage.bo.create(&answer)).await;
        fediverse.settle().await;
        let shown = group.statuses().await;
        assert_eq!(shown.len(), 1, "{shown:?}");
        assert_eq!(
            nadia
                .thread_below(post["uri"].as_str().expect("an address"))
                .await,
            ["Good news"]
        );
    })
    .await;
}
