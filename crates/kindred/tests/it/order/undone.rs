//! Acts that are taken back by naming nothing but their id.

use kindred_storage::{Page, memberships};
use serde_json::{Value, json};

use super::{Stage, gists, stage};
use crate::support::{Somebody, on_both, on_sqlite};

impl Stage {
    async fn hears(&self, who: &Somebody, kind: &str, object: Value) -> Value {
        let activity = who.activity(kind, object);
        who.tells(&self.ours, &activity).await;
        activity["id"].clone()
    }

    /// Whether Carl is shut out; whether the post is closed, gone, on top.
    async fn state(&self, carl: &str, post: &Value) -> [bool; 4] {
        let (group, carl) = (
            self.ours.group("rust").actor.id,
            self.ours.actor_at(carl).await.expect("Carl").id,
        );
        let banned = self
            .ours
            .asks(move |db| {
                let all = memberships::bans(db, group, &Page::first(9))?;
                Ok(all.iter().any(|(ban, _)| ban.actor_id == carl))
            })
            .await;
        let uri = post.as_str().expect("an address");
        let post = self.ours.post_at(uri).await.expect("the post");
        [
            banned,
            post.locked_at.is_some(),
            post.removed_at.is_some(),
            post.pinned_at.is_some(),
        ]
    }
}

#[tokio::test]
async fn whoever_keeps_order_takes_back_an_act_by_its_id_alone_whoever_did_it() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let carl = stage.near.person("carl");
        stage.hears(&carl, "Follow", json!(stage.group())).await;
        fediverse.settle().await;
        let (note, _) = stage.bo_writes(fediverse, "A question").await;
        stage.ours.appoints("rust", &stage.bo.uri).await;
        let with_target = |kind: &str, object: &Value, target: String| {
            let mut act = stage.bo.activity(kind, object.clone());
            act["target"] = json!(target);
            act
        };
        let acts = [
            with_target("Block", &json!(carl.uri), stage.group()),
            stage.bo.activity("Lock", note["id"].clone()),
            with_target("Add", &note["id"], format!("{}/featured", stage.group())),
        ];
        for act in &acts {
            stage.bo.tells(&stage.ours, act).await;
            fediverse.settle().await;
        }
        assert_eq!(
            stage.state(&carl.uri, &note["id"]).await,
            [true, true, false, true]
        );
        stage.far.new_letters();

        // Eve belongs to the group and keeps no order in it.
        for act in &acts {
            stage.hears(&stage.eve, "Undo", act["id"].clone()).await;
        }
        fediverse.settle().await;
        assert_eq!(
            stage.state(&carl.uri, &note["id"]).await,
            [true, true, false, true]
        );
        assert_eq!(gists(&stage.far.new_letters()), [""; 0]);

        stage.ours.appoints("rust", &stage.eve.uri).await;
        for act in &acts {
            stage.hears(&stage.eve, "Undo", act["id"].clone()).await;
            fediverse.settle().await;
        }
        assert_eq!(stage.state(&carl.uri, &note["id"]).await, [false; 4]);
        assert_eq!(gists(&stage.far.new_letters()), vec!["Announce of Undo"; 3]);

        // Taken down, and brought back by the one who took it down.
        let mut removal = stage.bo.activity("Delete", note["id"].clone());
        removal["summary"] = json!("off topic");
        let tomas = stage.tomas.says("@rust Mine").await;
        removal["object"] = tomas["uri"].clone();
        stage.bo.tells(&stage.ours, &removal).await;
        fediverse.settle().await;
        assert!(stage.state(&carl.uri, &tomas["uri"]).await[2]);
        stage.hears(&stage.bo, "Undo", removal["id"].clone()).await;
        fediverse.settle().await;
        assert!(!stage.state(&carl.uri, &tomas["uri"]).await[2]);
        // Once more changes nothing: there is nothing left to take back.
        stage.far.new_letters();
        stage.hears(&stage.bo, "Undo", removal["id"].clone()).await;
        fediverse.settle().await;
        assert_eq!(gists(&stage.far.new_letters()), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn an_act_of_ours_is_taken_back_by_its_id_by_a_moderator_elsewhere() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (note, post) = stage.bo_writes(fediverse, "A question").await;
        let lock = stage.at(&format!("/statuses/{post}/lock"));
        stage.nadia.does("POST", &lock, None).await;
        fediverse.settle().await;
        let said = stage.far.new_letters()[0]["object"]["id"].clone();
        stage.hears(&stage.bo, "Undo", said.clone()).await;
        fediverse.settle().await;
        let uri = note["id"].as_str().unwrap();
        assert!(stage.ours.post_at(uri).await.unwrap().locked_at.is_some());
        stage.ours.appoints("rust", &stage.bo.uri).await;
        stage.hears(&stage.bo, "Undo", said).await;
        fediverse.settle().await;
        assert!(stage.ours.post_at(uri).await.unwrap().locked_at.is_none());
    })
    .await;
}

#[tokio::test]
async fn everything_else_is_taken_back_by_its_id_too_and_by_nobody_but_its_author() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let post = stage.tomas.says("@rust Mine").await;
        fediverse.settle().await;
        let uri = post["uri"].clone();
        let like = stage.hears(&stage.bo, "Like", uri.clone()).await;
        let boost = stage.hears(&stage.eve, "Announce", uri.clone()).await;
        let block = stage
            .hears(&stage.eve, "Block", json!(stage.tomas.actor.uri))
            .await;
        fediverse.settle().await;
        let counts = async || {
            let post = stage.ours.post_at(uri.as_str().unwrap()).await.unwrap();
            (post.likes_count, post.boosts_count)
        };
        let blocked = async || {
            let eve = stage.ours.actor_at(&stage.eve.uri).await.unwrap().id;
            let tomas = stage.tomas.actor.id;
            stage
                .ours
                .asks(move |db| Ok(kindred_storage::blocks::find(db, eve, tomas)?.is_some()))
                .await
        };
        assert_eq!((counts().await, blocked().await), ((1, 1), true));
        let all = [like, boost, block];
        let li = stage.far.person("li");
        for id in &all {
            stage.hears(&li, "Undo", id.clone()).await;
        }
        fediverse.settle().await;
        assert_eq!((counts().await, blocked().await), ((1, 1), true));
        for (who, id) in [&stage.bo, &stage.eve, &stage.eve].into_iter().zip(all) {
            stage.hears(who, "Undo", id).await;
        }
        fediverse.settle().await;
        assert_eq!((counts().await, blocked().await), ((0, 0), false));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_known_by_its_id_is_asked_for_at_home_and_nowhere_else() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let post = stage.tomas.says("@rust Mine").await;
        fediverse.settle().await;
        let uri = post["uri"].clone();
        stage.hears(&stage.bo, "Like", uri.clone()).await;
        fediverse.settle().await;
        // The same like under another id, as its server shows it.
        let shown = |origin: &str| {
            json!({
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": format!("{origin}/likes/9"), "type": "Like", "actor": stage.bo.uri, "object": uri
            })
        };
        stage.near.publish("/likes/9", &shown("http://near.example"));
        stage.far.publish("/likes/9", &shown("http://far.example"));
        stage
            .hears(&stage.bo, "Undo", json!("http://near.example/likes/9"))
            .await;
        fediverse.settle().await;
        let likes = async || {
            let post = stage.ours.post_at(uri.as_str().unwrap()).await.unwrap();
            post.likes_count
        };
        assert_eq!(likes().await, 1);
        assert!(
            stage.near.got().iter().all(|got| got.target != "/likes/9"),
            "nobody is asked about what cannot be the sender's"
        );
        // Nobody takes back somebody else's like, whatever their server shows.
        let li = stage.far.person("li");
        stage
            .hears(&li, "Undo", json!("http://far.example/likes/9"))
            .await;
        fediverse.settle().await;
        assert_eq!(likes().await, 1);
        stage
            .hears(&stage.bo, "Undo", json!("http://far.example/likes/9"))
            .await;
        fediverse.settle().await;
        assert_eq!(likes().await, 0);
    })
    .await;
}
