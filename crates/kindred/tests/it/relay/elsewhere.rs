//! Groups on servers of other makes: what they pass on is checked, and what their moderators do is seen here.

use kindred_community::{GroupRole, MembershipState};
use kindred_storage::{ActorId, MembershipId, memberships};
use serde_json::{Value, json};

use super::{gists, group_of, publish};
use crate::support::{Fediverse, Instance, Peer, Somebody, on_both, on_sqlite, words};

struct Stage {
    ours: Instance,
    far: Peer,
    near: Peer,
    group: Somebody,
    bo: Somebody,
    /// Moderates the group, and is known to.
    maya: Somebody,
}

/// Mei follows a group on a server that calls itself by this name; Bo and Maya, who moderates, live on a third one.
async fn followed_by_mei(fediverse: &Fediverse, software: &str) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("mei")
        .with_person("tomas")
        .start()
        .await;
    let far = fediverse.peer("far.example", software);
    let near = fediverse.peer("near.example", "lemmy");
    let group = group_of(&far, "rust");
    let (bo, maya) = (near.person("bo"), near.person("maya"));
    ours.person("mei").follows("@rust@far.example").await;
    fediverse.settle().await;
    let follow = far
        .letters()
        .into_iter()
        .find(|letter| letter["type"] == "Follow")
        .expect("a question");
    group.tells(&ours, &group.activity("Accept", follow)).await;
    // She speaks once, so that she is known; that she moderates is known to whoever reads the group's list.
    maya.tells(
        &ours,
        &maya.activity("Like", json!(format!("{}/o/1", ours.origin()))),
    )
    .await;
    fediverse.settle().await;
    appoint(&ours, &group.uri, &maya.uri).await;
    Stage {
        ours,
        far,
        near,
        group,
        bo,
        maya,
    }
}

/// Writes down that somebody moderates a group elsewhere.
async fn appoint(ours: &Instance, group: &str, whom: &str) {
    let (group, whom) = (
        ours.actor_at(group).await.expect("the group").id,
        ours.actor_at(whom).await.expect("the moderator").id,
    );
    ours.kindred()
        .write(move |ledger| {
            let id: ActorId = whom;
            let membership = memberships::Membership {
                id: MembershipId(ledger.next_id()),
                group_id: group,
                actor_id: id,
                role: GroupRole::Moderator,
                state: MembershipState::Active,
                reason: None,
                invited_by: None,
                since: ledger.now,
                updated_at: ledger.now,
                uri: None,
                answer: None,
                role_since: ledger.now,
            };
            memberships::record(ledger.db, &membership)?;
            Ok(())
        })
        .await
        .expect("a moderator");
}

impl Stage {
    /// Bo writes in the group, and the group passes it on.
    async fn bo_writes(&self, fediverse: &Fediverse, words: &str) -> Value {
        let mut note = self.bo.note(words, &[&self.group.uri]);
        note["audience"] = json!(self.group.uri);
        publish(&self.near, &note);
        self.passes_on(self.bo.create(&note)).await;
        fediverse.settle().await;
        note
    }

    async fn passes_on(&self, what: Value) {
        self.group
            .tells(&self.ours, &self.group.activity("Announce", what))
            .await;
    }

    async fn likes(&self, note: &Value) -> Value {
        let mei = self.ours.person("mei");
        let seen = mei.post_at(note["id"].as_str().expect("an id")).await;
        seen.expect("the post")["favourites_count"].clone()
    }

    async fn post(&self, note: &Value) -> kindred_community::Post {
        let uri = note["id"].as_str().expect("an id");
        self.ours.post_at(uri).await.expect("the post")
    }
}

#[tokio::test]
async fn the_words_of_a_post_are_those_that_its_own_server_shows() {
    on_both(async |fediverse| {
        let stage = followed_by_mei(fediverse, "lemmy").await;
        let note = stage.bo.note("What Bo wrote", &[&stage.group.uri]);
        publish(&stage.near, &note);
        let mut forged = stage.bo.create(&note);
        forged["object"]["content"] = json!("What Bo never wrote");
        stage.passes_on(forged).await;
        fediverse.settle().await;

        let mei = stage.ours.person("mei");
        let home = mei.home().await;
        assert_eq!(
            home,
            ["What Bo wrote by bo@near.example, from rust@far.example"]
        );

        stage
            .passes_on(stage.bo.activity("Create", note["id"].clone()))
            .await;
        fediverse.settle().await;
        assert_eq!(mei.home().await.len(), 1, "passed on twice is there once");
    })
    .await;
}

#[tokio::test]
async fn a_like_that_a_group_tells_of_counts_once_and_names_nobody() {
    on_both(async |fediverse| {
        let stage = followed_by_mei(fediverse, "lemmy").await;
        let note = stage.bo_writes(fediverse, "Likeable").await;
        let notices = stage.ours.traces().await.of("notifications");
        let like = stage.maya.activity("Like", note["id"].clone());

        for _ in 0..2 {
            stage.passes_on(like.clone()).await;
        }
        stage
            .passes_on(stage.maya.activity("Dislike", note["id"].clone()))
            .await;
        fediverse.settle().await;
        assert_eq!(stage.likes(&note).await, 1);
        let traces = stage.ours.traces().await;
        assert_eq!(
            (traces.of("reactions"), traces.of("notifications")),
            (0, notices)
        );

        stage
            .passes_on(stage.maya.activity("Undo", like.clone()))
            .await;
        fediverse.settle().await;
        assert_eq!(stage.likes(&note).await, 0);

        // Nobody takes back another's like.
        stage.passes_on(like.clone()).await;
        stage.passes_on(stage.bo.activity("Undo", like)).await;
        fediverse.settle().await;
        assert_eq!(stage.likes(&note).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_like_that_comes_by_itself_after_a_group_told_of_it_is_the_same_like() {
    on_both(async |fediverse| {
        let stage = followed_by_mei(fediverse, "lemmy").await;
        let note = stage.bo_writes(fediverse, "Likeable").await;
        let like = stage.maya.activity("Like", note["id"].clone());
        stage.passes_on(like.clone()).await;
        stage.maya.tells(&stage.ours, &like).await;
        fediverse.settle().await;
        assert_eq!(stage.likes(&note).await, 1);
        let undo = stage.maya.activity("Undo", like);
        stage.maya.tells(&stage.ours, &undo).await;
        fediverse.settle().await;
        assert_eq!(stage.likes(&note).await, 0);
    })
    .await;
}

#[tokio::test]
async fn whoever_takes_the_address_of_another_announcement_still_passes_their_post_on() {
    on_both(async |fediverse| {
        let stage = followed_by_mei(fediverse, "lemmy").await;
        let first = stage.bo_writes(fediverse, "One").await;
        let first = stage.post(&first).await;
        let note = stage.bo.note("Two", &[&stage.group.uri]);
        publish(&stage.near, &note);
        let mut announce = stage.group.activity("Announce", note["id"].clone());
        announce["id"] = json!(format!("{}#relay-{}", stage.group.uri, first.id));
        stage.group.tells(&stage.ours, &announce).await;
        fediverse.settle().await;
        assert_eq!(stage.ours.unfinished().await, [""; 0]);
        assert_eq!(stage.ours.person("mei").home().await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn several_things_may_come_in_one_announcement() {
    on_sqlite(async |fediverse| {
        let stage = followed_by_mei(fediverse, "piefed").await;
        let note = stage.bo_writes(fediverse, "Popular").await;
        let many: Vec<Somebody> = ["ada", "ben", "cleo", "dan"]
            .map(|name| stage.near.person(name))
            .into();
        let likes: Vec<Value> = many
            .iter()
            .map(|who| who.activity("Like", note["id"].clone()))
            .collect();

        stage.passes_on(json!(likes[..2])).await;
        let collection =
            json!({ "type": "OrderedCollection", "totalItems": 2, "orderedItems": likes[2..] });
        stage.passes_on(collection).await;
        fediverse.settle().await;
        assert_eq!(stage.likes(&note).await, 4);

        let mut crowd: Vec<Value> = Vec::new();
        for number in 0..150 {
            let who = format!("{}/users/crowd{number}", stage.near.uri(""));
            crowd.push(json!({
                "id": format!("{who}/like"), "type": "Like", "actor": who, "object": note["id"]
            }));
        }
        stage
            .passes_on(json!({ "type": "OrderedCollection", "orderedItems": crowd }))
            .await;
        fediverse.settle().await;
        assert_eq!(stage.likes(&note).await, 104, "a hundred things of each");
    })
    .await;
}

#[tokio::test]
async fn what_a_group_puts_on_its_wall_is_passed_on_by_it() {
    on_sqlite(async |fediverse| {
        let stage = followed_by_mei(fediverse, "smithereen").await;
        let wall = json!({
            "type": "Collection", "id": format!("{}/wall", stage.group.uri), "attributedTo": stage.group.uri
        });
        let featured = json!(format!("{}/featured", stage.group.uri));
        let adds = async |words: &str, target: &Value| {
            let mut note = stage.bo.note(words, &[]);
            note["target"] = wall.clone();
            publish(&stage.near, &note);
            let mut add = stage.group.activity("Add", note["id"].clone());
            add["target"] = target.clone();
            stage.group.tells(&stage.ours, &add).await;
            fediverse.settle().await;
            note
        };
        let note = adds("On the wall", &wall).await;
        let group = stage.ours.actor_at(&stage.group.uri).await.expect("it");
        assert_eq!(stage.post(&note).await.group_id, Some(group.id));
        assert_eq!(stage.ours.person("mei").home().await.len(), 1);
        // What is put at the top is not said anew by that, and other walls are not the group's.
        adds("At the top", &featured).await;
        let elsewhere = json!(stage.near.uri("/users/bo/wall"));
        adds("On Bo's wall", &elsewhere).await;
        assert_eq!(stage.ours.person("mei").home().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_moderators_of_a_group_elsewhere_do_is_seen_here() {
    on_both(async |fediverse| {
        let stage = followed_by_mei(fediverse, "lemmy").await;
        let note = stage.bo_writes(fediverse, "Debatable").await;
        let (id, maya) = (note["id"].clone(), &stage.maya);
        let featured = json!(format!("{}/featured", stage.group.uri));

        let lock = maya.activity("Lock", id.clone());
        let mut pin = maya.activity("Add", id.clone());
        pin["target"] = featured;
        let mut removal = maya.activity("Delete", id.clone());
        removal["summary"] = json!("off topic");
        for act in [&lock, &pin, &removal] {
            stage.passes_on(act.clone()).await;
        }
        fediverse.settle().await;
        let post = stage.post(&note).await;
        assert!(post.locked_at.is_some() && post.pinned_at.is_some());
        assert_eq!(post.removed_reason.as_deref(), Some("off topic"));
        assert!(post.deleted_at.is_none(), "it can come back");
        assert_eq!(stage.ours.person("mei").home().await, [""; 0]);

        let mut unpin = pin.clone();
        unpin["type"] = json!("Remove");
        unpin["id"] = json!(maya.fresh("activities"));
        for act in [
            maya.activity("Undo", removal),
            maya.activity("Undo", lock),
            unpin,
        ] {
            stage.passes_on(act).await;
        }
        fediverse.settle().await;
        let post = stage.post(&note).await;
        assert_eq!(
            (post.locked_at, post.pinned_at, post.removed_at),
            (None, None, None)
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_does_not_moderate_a_group_elsewhere_changes_nothing_through_it() {
    on_sqlite(async |fediverse| {
        let stage = followed_by_mei(fediverse, "lemmy").await;
        let note = stage.bo_writes(fediverse, "Untouchable").await;
        let eve = stage.near.person("eve");
        eve.tells(&stage.ours, &eve.activity("Like", note["id"].clone()))
            .await;
        fediverse.settle().await;

        let mut pin = eve.activity("Add", note["id"].clone());
        pin["target"] = json!(format!("{}/featured", stage.group.uri));
        let mut promotion = eve.activity("Add", json!(eve.uri));
        promotion["target"] = json!(format!("{}/moderators", stage.group.uri));
        let mut ban = eve.activity("Block", json!(stage.ours.person("mei").actor.uri));
        ban["target"] = json!(stage.group.uri);
        for act in [
            eve.activity("Lock", note["id"].clone()),
            eve.activity("Delete", note["id"].clone()),
            pin,
            promotion,
            ban,
        ] {
            stage.passes_on(act).await;
        }
        fediverse.settle().await;
        let post = stage.post(&note).await;
        assert_eq!(
            (
                post.locked_at,
                post.pinned_at,
                post.removed_at,
                post.deleted_at
            ),
            (None, None, None, None)
        );
        assert_eq!(
            words(
                &stage
                    .ours
                    .person("mei")
                    .post_at(&post.uri)
                    .await
                    .expect("it")
            ),
            "Untouchable"
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_here_is_made_to_belong_to_a_group_elsewhere() {
    on_sqlite(async |fediverse| {
        let stage = followed_by_mei(fediverse, "lemmy").await;
        let (mei, tomas) = (stage.ours.person("mei"), stage.ours.person("tomas"));
        let list = format!("{}/moderators", stage.group.uri);
        let keepers = json!([stage.maya.uri, mei.actor.uri, tomas.actor.uri]);
        publish(
            &stage.far,
            &json!({ "id": list, "type": "OrderedCollection", "orderedItems": keepers }),
        );
        for person in [&mei, &tomas] {
            let mut promotion = stage.maya.activity("Add", json!(person.actor.uri));
            promotion["target"] = json!(list);
            stage.passes_on(promotion).await;
        }
        fediverse.settle().await;
        let group = stage.ours.actor_at(&stage.group.uri).await.expect("it").id;
        let role = async |who: ActorId| {
            stage
                .ours
                .asks(move |db| Ok(memberships::standing(db, group, who)?))
                .await
                .map(|standing| standing.role)
        };
        assert_eq!(role(mei.actor.id).await, Some(GroupRole::Moderator));
        assert_eq!(
            role(tomas.actor.id).await,
            None,
            "he never asked to be there"
        );
    })
    .await;
}

#[tokio::test]
async fn a_deletion_that_a_group_tells_of_counts_once_the_post_is_gone_at_home() {
    on_both(async |fediverse| {
        let stage = followed_by_mei(fediverse, "lemmy").await;
        let note = stage.bo_writes(fediverse, "Regretted").await;
        let path = note["id"]
            .as_str()
            .unwrap()
            .replace(&stage.near.uri(""), "");
        stage.near.answer_with(&path, 410);
        stage
            .passes_on(stage.bo.activity("Delete", note["id"].clone()))
            .await;
        fediverse.settle().await;
        assert!(stage.post(&note).await.deleted_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_server_that_passes_on_activities_is_spoken_to_in_activities() {
    on_sqlite(async |fediverse| {
        let stage = followed_by_mei(fediverse, "brandnew").await;
        let note = stage.bo_writes(fediverse, "Hello").await;
        assert_eq!(stage.likes(&note).await, 0);
        let host = "far.example".to_owned();
        let dialect = stage
            .ours
            .asks(move |db| Ok(kindred_storage::instances::by_host(db, &host)?))
            .await
            .expect("it is known")
            .dialect;
        assert_eq!(dialect, kindred_storage::Dialect::Threadiverse);
    })
    .await;
}

#[tokio::test]
async fn a_stranger_may_not_fill_us_with_what_others_said() {
    on_sqlite(async |fediverse| {
        let stage = followed_by_mei(fediverse, "lemmy").await;
        let evil = fediverse.peer("evil.example", "lemmy");
        let trap = group_of(&evil, "trap");
        let ours = stage.ours.person("mei").says("Mine").await;
        let note = stage.bo.note("Somewhere else", &[]);
        publish(&stage.near, &note);
        let before = stage.ours.traces().await.of("posts");

        let mixed = json!([ours["uri"], stage.bo.create(&note)]);
        trap.tells(&stage.ours, &trap.activity("Announce", mixed))
            .await;
        fediverse.settle().await;
        assert_eq!(stage.ours.traces().await.of("posts"), before);
        assert_eq!(gists(&evil.letters()), [""; 0]);
    })
    .await;
}
