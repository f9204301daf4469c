//! Our people as moderators of groups on other servers.

use kindred_storage::{GroupRole, MembershipState};
use serde_json::{Value, json};

use crate::support::{
    Fediverse, Instance, PUBLIC, Peer, Somebody, card, must_be_signed_by_its_actor, on_both,
};

struct Stage {
    ours: Instance,
    far: Peer,
    room: Somebody,
    /// The number of the group here.
    id: String,
}

/// A group elsewhere that names these as its moderators, and that Nadia belongs to.
async fn stage(fediverse: &Fediverse, moderators: &[&str]) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .start()
        .await;
    let far = fediverse.peer("far.example", "lemmy");
    let room = far.actor("Group", "room");
    let list = far.uri("/users/room/moderators");
    let mut document = card("Group", "room", &room.uri, room.public_pem());
    document["attributedTo"] = json!(list);
    document["featured"] = json!(far.uri("/users/room/featured"));
    far.publish("/users/room", &document);
    name_moderators(&far, moderators);
    let nadia = ours.person("nadia");
    let id = nadia.finds("@room@far.example").await;
    nadia.follows("@room@far.example").await;
    fediverse.settle().await;
    let question = far.new_letters().pop().expect("a question");
    room.tells(&ours, &room.activity("Accept", question)).await;
    fediverse.settle().await;
    far.new_letters();
    Stage {
        ours,
        far,
        room,
        id,
    }
}

fn name_moderators(far: &Peer, moderators: &[&str]) {
    let list = far.uri("/users/room/moderators");
    far.publish(
        "/users/room/moderators",
        &json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": list, "type": "OrderedCollection", "orderedItems": moderators
        }),
    );
}

impl Stage {
    /// Somebody writes in the group elsewhere; answers address and number.
    async fn somebody_writes(&self, fediverse: &Fediverse) -> (Value, String) {
        let eve = self.far.person("eve");
        let mut note = eve.note("Buy my crab", &[&self.room.uri]);
        note["id"] = json!(self.far.uri("/notes/1"));
        note["audience"] = json!(self.room.uri);
        self.far.publish("/notes/1", &note);
        let announce = self.room.activity("Announce", eve.create(&note));
        self.room.tells(&self.ours, &announce).await;
        fediverse.settle().await;
        self.far.new_letters();
        let uri = note["id"].as_str().expect("an address");
        let post = self.ours.post_at(uri).await.expect("the post");
        (note, post.id.to_string())
    }

    async fn standing(&self, handle: &str) -> Option<(MembershipState, GroupRole)> {
        let (group, who) = (
            self.id.parse().expect("a number"),
            self.ours.person(handle).actor.id,
        );
        self.ours
            .asks(move |db| Ok(kindred_storage::memberships::standing(db, group, who)?))
            .await
            .map(|standing| (standing.state, standing.role))
    }
}

const NADIA: &str = "http://kindred.example/p/nadia";
const TOMAS: &str = "http://kindred.example/p/tomas";

#[tokio::test]
async fn the_home_of_the_group_is_told_by_the_moderator_and_has_a_receipt() {
    on_both(async |fediverse| {
        let stage = stage(fediverse, &[NADIA]).await;
        let nadia = stage.ours.person("nadia");
        let (note, post) = stage.somebody_writes(fediverse).await;
        let eve = stage
            .ours
            .actor_at(&stage.far.uri("/users/eve"))
            .await
            .unwrap();
        let group = format!("/api/kindred/v1/groups/{}", stage.id);
        let blocks = format!("/api/v1/groups/{}/blocks", stage.id);
        let whom = json!({ "account_ids": [eve.id.to_string()], "reason": "spam" });
        let cases = [
            (
                "POST",
                format!("{group}/statuses/{post}/lock"),
                None,
                "Lock",
            ),
            ("POST", format!("{group}/statuses/{post}/pin"), None, "Add"),
            (
                "POST",
                format!("{group}/statuses/{post}/remove"),
                None,
                "Delete",
            ),
            (
                "POST",
                format!("{group}/statuses/{post}/restore"),
                None,
                "Undo",
            ),
            ("POST", blocks.clone(), Some(&whom), "Block"),
            ("DELETE", blocks, Some(&whom), "Undo"),
        ];
        for (method, path, body, kind) in cases {
            nadia.does(method, &path, body).await;
            fediverse.settle().await;
            let got: Vec<_> = stage
                .far
                .got()
                .into_iter()
                .filter(|got| got.method == "POST")
                .collect();
            assert_eq!(got.len(), 1, "{kind}");
            let letter = got[0].json();
            assert_eq!(got[0].target, "/users/room/inbox", "{kind}");
            assert_eq!(
                (&letter["type"], &letter["actor"], &letter["audience"]),
                (&json!(kind), &json!(NADIA), &json!(stage.room.uri))
            );
            assert_eq!(
                (&letter["to"], &letter["cc"]),
                (&json!([PUBLIC]), &json!([stage.room.uri]))
            );
            if kind == "Delete" {
                assert_eq!(
                    (&letter["object"], &letter["summary"]),
                    (&note["id"], &json!("removed"))
                );
            }
            if kind == "Add" {
                assert_eq!(
                    letter["target"],
                    json!(stage.far.uri("/users/room/featured"))
                );
            }
            must_be_signed_by_its_actor(
                &got[0],
                "far.example",
                fediverse.now(),
                &nadia.actor.public_key_pem,
            );
            stage.far.new_letters();
            let record = nadia.sees(&format!("{group}/audit")).await;
            let line = record[0]["id"].as_str().unwrap();
            let receipts = nadia.sees(&format!("{group}/audit/{line}/receipts")).await;
            assert_eq!(
                (&receipts[0]["host"], &receipts[0]["state"]),
                (&json!("far.example"), &json!("applied"))
            );
        }
        // There is no word for sending somebody away.
        let kick = format!("/api/v1/groups/{}/kick", stage.id);
        let answer = nadia.calls("POST", &kick, Some(&whom)).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
    })
    .await;
}

#[tokio::test]
async fn whoever_is_not_on_the_list_is_refused_here_and_nothing_is_said() {
    on_both(async |fediverse| {
        let stage = stage(fediverse, &[TOMAS]).await;
        let (_, post) = stage.somebody_writes(fediverse).await;
        assert_eq!(
            stage.standing("tomas").await,
            None,
            "he never came by himself"
        );
        for handle in ["nadia", "tomas"] {
            let path = format!("/api/kindred/v1/groups/{}/statuses/{post}/remove", stage.id);
            let answer = stage.ours.person(handle).calls("POST", &path, None).await;
            assert_eq!(answer.status, 403, "{handle}: {}", answer.text());
        }
        fediverse.settle().await;
        assert_eq!(stage.far.letters(), [json!(null); 0]);
    })
    .await;
}

#[tokio::test]
async fn the_list_is_read_again_when_the_group_says_that_it_changed() {
    on_both(async |fediverse| {
        let stage = stage(fediverse, &[]).await;
        let belongs = Some((MembershipState::Active, GroupRole::Member));
        assert_eq!(stage.standing("nadia").await, belongs);
        let changed = async |kind: &str, moderators: &[&str]| {
            name_moderators(&stage.far, moderators);
            let eve = stage.far.person("eve");
            let mut change = eve.activity(kind, json!(NADIA));
            change["target"] = json!(stage.far.uri("/users/room/moderators"));
            let announce = stage.room.activity("Announce", change);
            stage.room.tells(&stage.ours, &announce).await;
            fediverse.settle().await;
        };
        // What is said of it counts for nothing; what the list says does.
        changed("Add", &[]).await;
        assert_eq!(stage.standing("nadia").await, belongs);
        changed("Add", &[NADIA]).await;
        let moderates = Some((MembershipState::Active, GroupRole::Moderator));
        assert_eq!(stage.standing("nadia").await, moderates);
        changed("Remove", &[]).await;
        assert_eq!(stage.standing("nadia").await, belongs);
    })
    .await;
}
