//! Who leads a group: roles given and taken, told to group servers, and a group that outlives its founder.

use kindred_community::{
    AccountRole, GroupRole, MembershipState, accounts,
    people::{self, Newcomer, Words},
};
use kindred_storage::{NotificationKind, Page, notifications};
use serde_json::{Value, json};

use super::{Stage, new_of, stage};
use crate::support::{Instance, Person, on_both};

impl Stage {
    async fn steps(&self, who: &Person, step: &str, whom: &str, role: &str) -> u16 {
        let path = format!("/api/v1/groups/{}/{step}", self.group_id());
        who.calls(
            "POST",
            &path,
            Some(&json!({ "account_ids": [whom], "role": role })),
        )
        .await
        .status
    }

    async fn role_of(&self, uri: &str) -> Option<GroupRole> {
        self.ours
            .group("rust")
            .standing(uri)
            .await
            .filter(|(state, _)| *state == MembershipState::Active)
            .map(|(_, role)| role)
    }

    async fn moderators(&self) -> Vec<Value> {
        let list = self.ours.document("/g/rust/moderators").await.json();
        list["orderedItems"].as_array().expect("a list").clone()
    }
}

/// An admin of this instance.
async fn admin(ours: &Instance) -> Person {
    let newcomer = Newcomer {
        handle: "ines".into(),
        name: None,
        email: "ines@kindred.example".into(),
        password: None,
        role: AccountRole::Admin,
    };
    let (_, actor) = people::arrive(ours.kindred(), newcomer)
        .await
        .expect("an admin");
    let token = accounts::issue_token(ours.kindred(), "ines", "read write follow")
        .await
        .expect("a token");
    Person {
        instance: ours.clone(),
        actor,
        token,
    }
}

/// The kinds of notices that somebody has.
async fn notices(who: &Person) -> Vec<NotificationKind> {
    let id = who.actor.id;
    who.instance
        .asks(move |db| {
            Ok(notifications::page(
                db,
                id,
                &notifications::Sieve::default(),
                &Page::first(50),
            )?)
        })
        .await
        .into_iter()
        .map(|notice| notice.kind)
        .collect()
}

#[tokio::test]
async fn a_new_moderator_is_announced_to_group_servers_in_the_name_of_whoever_chose_them() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia");
        let lea = stage.id_of(&stage.lea).await;
        assert_eq!(stage.steps(&nadia, "promote", &lea, "moderator").await, 200);
        fediverse.settle().await;

        let told = new_of(&stage.near, "Announce");
        let [announce] = told.as_slice() else {
            panic!("{told:?}");
        };
        let add = &announce["object"];
        assert_eq!(add["type"], "Add");
        assert_eq!(add["actor"], json!(nadia.actor.uri));
        assert_eq!(add["object"], json!(stage.lea.uri));
        assert_eq!(
            add["target"],
            json!("http://kindred.example/g/rust/moderators")
        );
        assert!(add["to"].is_array() && add["cc"].is_array(), "{add}");
        let id = add["id"].as_str().expect("an id");
        assert_eq!(
            stage.ours.document(id).await.status,
            200,
            "it can be fetched"
        );
        assert!(
            stage.far.new_letters().is_empty(),
            "microblogs know no moderators"
        );
        assert!(stage.moderators().await.contains(&json!(stage.lea.uri)));

        assert_eq!(stage.steps(&nadia, "demote", &lea, "user").await, 200);
        fediverse.settle().await;
        let told = new_of(&stage.near, "Announce");
        assert_eq!(told[0]["object"]["type"], "Remove");
        assert!(!stage.moderators().await.contains(&json!(stage.lea.uri)));
    })
    .await;
}

#[tokio::test]
async fn nobody_is_put_out_by_whom_they_brought_in() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (nadia, tomas) = (stage.ours.person("nadia"), stage.ours.person("tomas"));
        tomas.follows("@rust@kindred.example").await;
        let (bo, his) = (stage.id_of(&stage.bo).await, tomas.actor.id.to_string());
        let hers = nadia.actor.id.to_string();

        assert_eq!(stage.steps(&tomas, "promote", &bo, "moderator").await, 403);
        assert_eq!(stage.steps(&nadia, "promote", &his, "moderator").await, 200);
        fediverse.settle().await;
        assert_eq!(stage.steps(&tomas, "promote", &bo, "moderator").await, 200);
        assert_eq!(stage.steps(&tomas, "promote", &bo, "admin").await, 403);
        assert_eq!(stage.steps(&tomas, "demote", &hers, "user").await, 403);
        fediverse.settle().await;
        let add = |by: &crate::support::Somebody, kind: &str, whom: &str| {
            let mut act = by.activity(kind, json!(whom));
            act["target"] = json!("http://kindred.example/g/rust/moderators");
            act
        };
        // The junior moderator may not put out the senior one, nor the organiser, also not from elsewhere.
        for whom in [&tomas.actor.uri, &nadia.actor.uri] {
            let remove = add(&stage.bo, "Remove", whom);
            stage.bo.tells(&stage.ours, &remove).await;
        }
        // A member names nobody, and nobody names a stranger.
        stage
            .lea
            .tells(&stage.ours, &add(&stage.lea, "Add", &stage.lea.uri))
            .await;
        let carl = stage.far.person("carl");
        stage
            .bo
            .tells(&stage.ours, &add(&stage.bo, "Add", &carl.uri))
            .await;
        fediverse.settle().await;
        assert_eq!(
            stage.role_of(&tomas.actor.uri).await,
            Some(GroupRole::Moderator)
        );
        assert_eq!(
            stage.role_of(&nadia.actor.uri).await,
            Some(GroupRole::Organiser)
        );
        assert_eq!(stage.role_of(&stage.lea.uri).await, Some(GroupRole::Member));
        assert_eq!(stage.role_of(&carl.uri).await, None);

        // To name an organiser as moderator takes nothing away; the moderator from elsewhere may name others.
        stage
            .bo
            .tells(&stage.ours, &add(&stage.bo, "Add", &nadia.actor.uri))
            .await;
        stage
            .bo
            .tells(&stage.ours, &add(&stage.bo, "Add", &stage.lea.uri))
            .await;
        fediverse.settle().await;
        assert_eq!(
            stage.role_of(&nadia.actor.uri).await,
            Some(GroupRole::Organiser)
        );
        assert_eq!(
            stage.role_of(&stage.lea.uri).await,
            Some(GroupRole::Moderator)
        );
        assert_eq!(
            stage.steps(&tomas, "demote", &bo, "user").await,
            200,
            "the senior may"
        );
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn the_moderator_who_has_served_longest_takes_over() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (nadia, tomas) = (stage.ours.person("nadia"), stage.ours.person("tomas"));
        tomas.follows("@rust@kindred.example").await;
        for whom in [stage.id_of(&stage.lea).await, tomas.actor.id.to_string()] {
            assert_eq!(
                stage.steps(&nadia, "promote", &whom, "moderator").await,
                200
            );
            fediverse.settle().await;
        }
        stage.near.new_letters();
        nadia
            .does(
                "POST",
                &format!("/api/v1/groups/{}/leave", stage.group_id()),
                None,
            )
            .await;
        fediverse.settle().await;

        assert_eq!(
            stage.role_of(&stage.lea.uri).await,
            Some(GroupRole::Organiser)
        );
        assert_eq!(
            stage.role_of(&tomas.actor.uri).await,
            Some(GroupRole::Moderator)
        );
        let told = new_of(&stage.near, "Announce");
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["object"]["type"], "Remove");
        assert_eq!(told[0]["object"]["actor"], json!(nadia.actor.uri));

        // Lea's server says that she is gone.
        stage
            .lea
            .tells(
                &stage.ours,
                &stage.lea.activity("Delete", json!(stage.lea.uri)),
            )
            .await;
        fediverse.settle().await;
        assert_eq!(
            stage.role_of(&tomas.actor.uri).await,
            Some(GroupRole::Organiser)
        );
        assert!(notices(&tomas).await.contains(&NotificationKind::Role));
    })
    .await;
}

#[tokio::test]
async fn where_nobody_is_left_the_admins_are_asked_and_may_choose() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let ines = admin(&stage.ours).await;
        let tomas = stage.ours.person("tomas");
        tomas.follows("@rust@kindred.example").await;
        let his = tomas.actor.id.to_string();
        assert_eq!(
            stage.steps(&ines, "promote", &his, "admin").await,
            403,
            "not while somebody leads"
        );

        people::leave_company(stage.ours.kindred(), "nadia", Words::Keep)
            .await
            .expect("a farewell");
        fediverse.settle().await;
        assert_eq!(notices(&ines).await, [NotificationKind::Orphaned]);
        assert_eq!(stage.moderators().await, [] as [Value; 0]);
        assert_eq!(
            stage.steps(&tomas, "promote", &his, "admin").await,
            403,
            "nobody crowns himself"
        );
        assert_eq!(stage.steps(&ines, "promote", &his, "admin").await, 200);
        assert_eq!(
            stage.role_of(&tomas.actor.uri).await,
            Some(GroupRole::Organiser)
        );
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn who_is_sent_away_is_told_so_and_may_ask_again() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia");
        let kick = format!("/api/v1/groups/{}/kick", stage.group_id());
        let (bo, hers) = (stage.id_of(&stage.bo).await, nadia.actor.id.to_string());
        let tomas = stage.ours.person("tomas");
        tomas.follows("@rust@kindred.example").await;
        for whom in [&bo, &hers] {
            let tried = tomas
                .calls("POST", &kick, Some(&json!({ "account_ids": [whom] })))
                .await;
            assert_eq!(tried.status, 403);
        }
        nadia
            .does(
                "POST",
                &kick,
                Some(&json!({ "account_ids": [bo], "reason": "Rude" })),
            )
            .await;
        fediverse.settle().await;
        let told = new_of(&stage.far, "Reject");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["summary"], "Rude");
        assert_eq!(stage.role_of(&stage.bo.uri).await, None);

        let group = stage.ours.group("rust").actor.uri;
        stage
            .bo
            .tells(&stage.ours, &stage.bo.activity("Follow", json!(group)))
            .await;
        fediverse.settle().await;
        assert_eq!(stage.role_of(&stage.bo.uri).await, Some(GroupRole::Member));
        assert_eq!(
            nadia.calls("POST", &kick, Some(&json!({}))).await.status,
            400
        );
    })
    .await;
}
