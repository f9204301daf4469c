//! Coming in and going: following is hearing, joining is belonging, and each peer has its own words for them.

use kindred_community::{GroupRole, JoinPolicy, MembershipState, Visibility};
use serde_json::{Value, json};

use super::{new_of, stage};
use crate::support::{Fediverse, Instance, Peer, Somebody, on_both, on_sqlite};

const MEMBER: Option<(MembershipState, GroupRole)> =
    Some((MembershipState::Active, GroupRole::Member));

/// Nadia's group, which lets people in like this, and somebody on a server of this software.
async fn door(
    fediverse: &Fediverse,
    join: JoinPolicy,
    software: &str,
) -> (Instance, Peer, Somebody) {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_group_like("rust", Visibility::Public, join)
        .start()
        .await;
    let far = fediverse.peer("far.example", software);
    let bo = far.person("bo");
    (ours, far, bo)
}

#[tokio::test]
async fn groups_programs_and_servers_that_follow_hear_and_do_not_belong() {
    on_both(async |fediverse| {
        let (ours, far, bo) = door(fediverse, JoinPolicy::Open, "nodebb").await;
        let group = ours.group("rust");
        for (kind, handle) in [
            ("Group", "crabs"),
            ("Application", "relay"),
            ("Service", "bot"),
        ] {
            let actor = far.actor(kind, handle);
            let follow = actor.activity("Follow", json!(group.actor.uri));
            actor.tells(&ours, &follow).await;
            fediverse.settle().await;
            let answers = new_of(&far, "Accept");
            assert_eq!(answers.len(), 1, "{kind}: {answers:?}");
            assert_eq!(answers[0]["object"]["id"], follow["id"]);
            assert!(group.followers().await.contains(&actor.uri), "{kind} hears");
            assert_eq!(
                group.standing(&actor.uri).await,
                None,
                "{kind} is no member"
            );
        }
        let follow = bo.activity("Follow", json!(group.actor.uri));
        bo.tells(&ours, &follow).await;
        fediverse.settle().await;
        assert_eq!(group.standing(&bo.uri).await, MEMBER);
    })
    .await;
}

#[tokio::test]
async fn where_one_has_to_be_invited_servers_still_hear_what_is_public() {
    on_sqlite(async |fediverse| {
        let (ours, far, bo) = door(fediverse, JoinPolicy::Invite, "lemmy").await;
        let group = ours.group("rust");
        let crabs = far.actor("Group", "crabs");
        crabs
            .tells(&ours, &crabs.activity("Follow", json!(group.actor.uri)))
            .await;
        bo.tells(&ours, &bo.activity("Follow", json!(group.actor.uri)))
            .await;
        fediverse.settle().await;

        let letters = far.new_letters();
        let of = |kind: &str| -> Vec<&Value> {
            letters
                .iter()
                .filter(|letter| letter["type"] == json!(kind))
                .collect()
        };
        assert_eq!(of("Accept").len(), 1, "{letters:?}");
        let [refusal] = of("Reject")[..] else {
            panic!("{letters:?}");
        };
        assert_eq!(refusal["object"]["actor"], json!(bo.uri));
        assert!(
            refusal["summary"]
                .as_str()
                .is_some_and(|words| words.contains("invitation")),
            "{refusal}"
        );
        assert_eq!(group.standing(&bo.uri).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_knows_two_words_may_leave_and_go_on_hearing() {
    on_both(async |fediverse| {
        let (ours, far, bo) = door(fediverse, JoinPolicy::Open, "mobilizon").await;
        let group = ours.group("rust");
        let follow = bo.activity("Follow", json!(group.actor.uri));
        bo.tells(&ours, &follow).await;
        fediverse.settle().await;
        let mut join = bo.activity("Join", json!(group.actor.uri));
        join["participationMessage"] = json!("");
        bo.tells(&ours, &join).await;
        fediverse.settle().await;

        let answers = new_of(&far, "Accept");
        let answered: Vec<&Value> = answers.iter().map(|answer| &answer["object"]).collect();
        assert_eq!(answered.len(), 2);
        assert_eq!(
            (&answered[0]["type"], &answered[0]["id"]),
            (&json!("Follow"), &follow["id"])
        );
        assert_eq!(
            (&answered[1]["type"], &answered[1]["id"]),
            (&json!("Join"), &join["id"])
        );
        assert_eq!(group.standing(&bo.uri).await, MEMBER);

        bo.tells(&ours, &bo.activity("Leave", json!(group.actor.uri)))
            .await;
        fediverse.settle().await;
        assert_eq!(
            group.standing(&bo.uri).await,
            Some((MembershipState::Left, GroupRole::Member))
        );
        assert!(group.followers().await.contains(&bo.uri), "still hears");

        bo.tells(&ours, &bo.activity("Undo", follow)).await;
        fediverse.settle().await;
        assert!(!group.followers().await.contains(&bo.uri));
    })
    .await;
}

#[tokio::test]
async fn where_there_is_one_relation_leaving_ends_both() {
    on_both(async |fediverse| {
        let (ours, _far, bo) = door(fediverse, JoinPolicy::Open, "hubzilla").await;
        let group = ours.group("rust");
        for ending in ["Leave", "Undo"] {
            let join = bo.activity("Join", json!(group.actor.uri));
            bo.tells(&ours, &join).await;
            fediverse.settle().await;
            assert_eq!(group.standing(&bo.uri).await, MEMBER);
            assert!(
                group.followers().await.contains(&bo.uri),
                "who belongs hears"
            );
            let about = match ending {
                "Undo" => json!(join["id"]),
                _ => json!(group.actor.uri),
            };
            bo.tells(&ours, &bo.activity(ending, about)).await;
            fediverse.settle().await;
            assert_eq!(
                group.standing(&bo.uri).await.map(|(state, _)| state),
                Some(MembershipState::Left),
                "{ending}"
            );
            assert!(!group.followers().await.contains(&bo.uri), "{ending}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_says_why_and_is_told_why_not() {
    on_both(async |fediverse| {
        let (ours, far, bo) = door(fediverse, JoinPolicy::Ask, "hubzilla").await;
        let theirs = fediverse
            .instance("acme.example")
            .with_person("mei")
            .start()
            .await;
        let (nadia, mei, group) = (
            ours.person("nadia"),
            theirs.person("mei"),
            ours.group("rust"),
        );
        let here = mei.finds("@rust@kindred.example").await;
        let asked = mei
            .does(
                "POST",
                &format!("/api/v1/groups/{here}/join"),
                Some(&json!({ "reason": "I write <b>drivers</b>" })),
            )
            .await;
        assert_eq!(
            (&asked["member"], &asked["requested"]),
            (&json!(false), &json!(true)),
            "{asked}"
        );
        let mut join = bo.activity("Join", json!(group.actor.uri));
        join["participationMessage"] = json!("<p>Please!</p>");
        bo.tells(&ours, &join).await;
        fediverse.settle().await;
        assert!(
            far.new_letters().is_empty(),
            "nothing is said until somebody looked"
        );
        assert_eq!(group.followers().await.len(), 1);

        let requests = format!("/api/v1/groups/{}/membership_requests", group.actor.id);
        let waiting = nadia.sees(&requests).await;
        let mut said: Vec<(&str, &str)> = waiting
            .as_array()
            .expect("a list")
            .iter()
            .map(|asker| {
                (
                    asker["acct"].as_str().unwrap_or_default(),
                    asker["reason"].as_str().unwrap_or_default(),
                )
            })
            .collect();
        said.sort_unstable();
        assert_eq!(
            said,
            [
                ("bo@far.example", "Please!"),
                ("mei@acme.example", "I write <b>drivers</b>")
            ]
        );
        for asker in waiting.as_array().expect("a list") {
            let id = asker["id"].as_str().expect("a number");
            nadia
                .does(
                    "POST",
                    &format!("{requests}/{id}/reject"),
                    Some(&json!({ "reason": "We are full" })),
                )
                .await;
        }
        fediverse.settle().await;

        let refusals = new_of(&far, "Reject");
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0]["summary"], "We are full");
        assert_eq!(refusals[0]["object"]["type"], "Join");
        assert_eq!(refusals[0]["object"]["id"], join["id"]);
        let stands = mei
            .sees(&format!("/api/v1/groups/relationships?id[]={here}"))
            .await;
        assert_eq!(stands[0]["declined"], "We are full", "{stands}");
        assert_eq!(stands[0]["requested"], json!(false));
        assert!(
            nadia
                .sees(&requests)
                .await
                .as_array()
                .is_some_and(Vec::is_empty)
        );
    })
    .await;
}

#[tokio::test]
async fn a_door_that_opens_lets_in_whoever_waits() {
    on_both(async |fediverse| {
        let (ours, far, bo) = door(fediverse, JoinPolicy::Ask, "mastodon").await;
        let group = ours.group("rust");
        let follow = bo.activity("Follow", json!(group.actor.uri));
        bo.tells(&ours, &follow).await;
        fediverse.settle().await;
        assert_eq!(
            group.standing(&bo.uri).await.map(|(state, _)| state),
            Some(MembershipState::Requested)
        );

        ours.person("nadia")
            .does(
                "PATCH",
                &format!("/api/v1/groups/{}", group.actor.id),
                Some(&json!({ "join": "open" })),
            )
            .await;
        fediverse.settle().await;

        let answers = new_of(&far, "Accept");
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0]["object"]["id"], follow["id"]);
        assert_eq!(group.standing(&bo.uri).await, MEMBER);
        assert!(group.followers().await.contains(&bo.uri));
    })
    .await;
}

#[tokio::test]
async fn whoever_follows_again_is_answered_again() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let follow = stage
            .bo
            .activity("Follow", json!(stage.ours.group("rust").actor.uri));
        stage.bo.tells(&stage.ours, &follow).await;
        fediverse.settle().await;
        let answers = new_of(&stage.far, "Accept");
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0]["object"]["id"], follow["id"]);
        assert_eq!(stage.ours.group("rust").followers().await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn one_of_ours_may_leave_and_go_on_hearing() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (tomas, id) = (stage.ours.person("tomas"), stage.group_id());
        let joined = tomas
            .does("POST", &format!("/api/v1/groups/{id}/join"), None)
            .await;
        assert_eq!(
            (&joined["member"], &joined["following"], &joined["role"]),
            (&json!(true), &json!(true), &json!("user"))
        );
        tomas
            .does(
                "POST",
                &format!("/api/v1/groups/{id}/leave"),
                Some(&json!({ "keep_following": true })),
            )
            .await;
        let stands = tomas
            .sees(&format!("/api/v1/groups/relationships?id[]={id}"))
            .await;
        assert_eq!(
            (&stands[0]["member"], &stands[0]["following"]),
            (&json!(false), &json!(true))
        );
        stage.ours.person("nadia").says("@rust Still there?").await;
        fediverse.settle().await;
        assert_eq!(tomas.home().await.len(), 1, "he hears");
        tomas
            .does("POST", &format!("/api/v1/groups/{id}/leave"), None)
            .await;
        assert!(tomas.home().await.is_empty(), "he does not any more");
    })
    .await;
}
