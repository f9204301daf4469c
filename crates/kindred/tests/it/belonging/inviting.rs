//! Invitations and links, here and elsewhere, honest and forged.

use std::time::Duration;

use kindred_community::{GroupRole, JoinPolicy, MembershipState, Visibility};
use serde_json::json;

use super::new_of;
use crate::support::{Fediverse, Instance, Peer, Somebody, on_both, on_sqlite};

const MEMBER: Option<(MembershipState, GroupRole)> =
    Some((MembershipState::Active, GroupRole::Member));

/// A group that takes people in by invitation only, and somebody on a server of this software whom we know.
async fn room(fediverse: &Fediverse, software: &str) -> (Instance, Peer, Somebody, String) {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .with_group_like("pilots", Visibility::Public, JoinPolicy::Invite)
        .start()
        .await;
    let far = fediverse.peer("far.example", software);
    let bo = far.person("bo");
    let id = ours.person("nadia").finds("@bo@far.example").await;
    fediverse.settle().await;
    far.new_letters();
    (ours, far, bo, id)
}

async fn invites(ours: &Instance, guest: &str) {
    let path = format!(
        "/api/kindred/v1/groups/{}/invitations",
        ours.group("pilots").actor.id
    );
    ours.person("nadia")
        .does("POST", &path, Some(&json!({ "account_id": guest })))
        .await;
}

#[tokio::test]
async fn a_guest_whose_server_knows_no_invitations_gets_a_message() {
    on_both(async |fediverse| {
        let (ours, far, bo, id) = room(fediverse, "mastodon").await;
        let group = ours.group("pilots");
        invites(&ours, &id).await;
        fediverse.settle().await;

        let letters = far.new_letters();
        let [create] = letters.as_slice() else {
            panic!("{letters:?}");
        };
        assert_eq!(create["type"], "Create");
        let note = &create["object"];
        assert_eq!(note["attributedTo"], json!(ours.person("nadia").actor.uri));
        assert!(
            !create.to_string().contains("#Public") && note["audience"].is_null(),
            "{create}"
        );
        let words = note["content"].as_str().unwrap_or_default();
        assert!(words.contains("/g/pilots"), "{words}");
        let named: Vec<_> = note["tag"]
            .as_array()
            .expect("tags")
            .iter()
            .map(|tag| tag["href"].as_str().unwrap_or_default().to_owned())
            .collect();
        assert!(
            named.contains(&bo.uri) && named.contains(&group.actor.uri),
            "{named:?}"
        );
        assert!(
            group.statuses().await.is_empty(),
            "it is no post of the group"
        );

        bo.tells(&ours, &bo.activity("Follow", json!(group.actor.uri)))
            .await;
        fediverse.settle().await;
        assert_eq!(new_of(&far, "Accept").len(), 1);
        assert_eq!(group.standing(&bo.uri).await, MEMBER);
    })
    .await;
}

#[tokio::test]
async fn a_guest_who_accepts_belongs_and_nobody_accepts_for_others() {
    on_both(async |fediverse| {
        let (ours, far, bo, id) = room(fediverse, "mobilizon").await;
        let group = ours.group("pilots");
        invites(&ours, &id).await;
        fediverse.settle().await;
        let letters = new_of(&far, "Invite");
        let [invite] = letters.as_slice() else {
            panic!("{letters:?}");
        };
        assert_eq!(invite["object"], json!(group.actor.uri));
        assert_eq!(invite["target"], json!(bo.uri));

        let carl = far.person("carl");
        carl.tells(&ours, &carl.activity("Accept", invite.clone()))
            .await;
        carl.tells(&ours, &carl.activity("Accept", json!(invite["id"])))
            .await;
        fediverse.settle().await;
        assert_eq!(group.standing(&carl.uri).await, None);
        assert_eq!(
            group.standing(&bo.uri).await.map(|(state, _)| state),
            Some(MembershipState::Invited)
        );

        bo.tells(&ours, &bo.activity("Accept", invite.clone()))
            .await;
        fediverse.settle().await;
        assert_eq!(group.standing(&bo.uri).await, MEMBER);
        assert!(group.followers().await.contains(&bo.uri));
    })
    .await;
}

#[tokio::test]
async fn people_of_two_companies_invite_each_other() {
    on_both(async |fediverse| {
        let (ours, _far, _bo, _) = room(fediverse, "mastodon").await;
        let theirs = fediverse
            .instance("acme.example")
            .with_person("mei")
            .with_person("robert")
            .start()
            .await;
        let (nadia, group) = (ours.person("nadia"), ours.group("pilots"));
        for guest in ["mei", "robert"] {
            let id = nadia.finds(&format!("@{guest}@acme.example")).await;
            invites(&ours, &id).await;
        }
        fediverse.settle().await;

        let (mei, robert) = (theirs.person("mei"), theirs.person("robert"));
        let open = mei.sees("/api/kindred/v1/invitations").await;
        assert_eq!(open[0]["group"]["acct"], "pilots@kindred.example", "{open}");
        assert_eq!(open[0]["by"]["acct"], "nadia@kindred.example");
        let id = open[0]["group"]["id"]
            .as_str()
            .expect("a number")
            .to_owned();
        let answer = format!("/api/kindred/v1/groups/{id}/invitation");
        mei.does("POST", &format!("{answer}/accept"), None).await;
        robert
            .does(
                "POST",
                &format!("{answer}/decline"),
                Some(&json!({ "reason": "No time" })),
            )
            .await;
        fediverse.settle().await;

        assert_eq!(group.standing(&mei.actor.uri).await, MEMBER);
        assert_eq!(
            group
                .standing(&robert.actor.uri)
                .await
                .map(|(state, _)| state),
            Some(MembershipState::Left)
        );
        let stands = mei
            .sees(&format!("/api/v1/groups/relationships?id[]={id}"))
            .await;
        assert_eq!(
            (&stands[0]["member"], &stands[0]["following"]),
            (&json!(true), &json!(true)),
            "{stands}"
        );
        let again = robert
            .calls("POST", &format!("{answer}/accept"), None)
            .await;
        assert_eq!(again.status, 404, "what was declined is over");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_by_somebody_who_has_no_say_has_no_effect() {
    on_both(async |fediverse| {
        let (ours, far, bo, _) = room(fediverse, "mobilizon").await;
        let (nadia, tomas) = (ours.person("nadia").actor, ours.person("tomas"));
        let near = fediverse.peer("near.example", "mobilizon");
        let crabs = near.actor("Group", "crabs");
        let bo_invites = |group: &str, guest: &str| {
            let mut invite = bo.activity("Invite", json!(group));
            invite["target"] = json!(guest);
            invite["to"] = json!([guest]);
            invite
        };
        let group = ours.group("pilots");
        let cases = [
            (
                "to a group of somebody else",
                crabs.uri.clone(),
                tomas.actor.uri.clone(),
            ),
            (
                "to a group of ours",
                group.actor.uri.clone(),
                tomas.actor.uri.clone(),
            ),
            ("of themselves", group.actor.uri.clone(), bo.uri.clone()),
            ("to a person", nadia.uri.clone(), tomas.actor.uri.clone()),
        ];
        for (what, to, guest) in cases {
            bo.tells(&ours, &bo_invites(&to, &guest)).await;
            fediverse.settle().await;
            let open = tomas.sees("/api/kindred/v1/invitations").await;
            assert_eq!(open, json!([]), "{what}");
            assert_eq!(group.standing(&guest).await, None, "{what}");
        }
        assert!(near.got().is_empty(), "nobody was sent to a third server");

        let club = far.actor("Group", "club");
        bo.tells(&ours, &bo_invites(&club.uri, &tomas.actor.uri))
            .await;
        fediverse.settle().await;
        let open = tomas.sees("/api/kindred/v1/invitations").await;
        assert_eq!(
            open[0]["group"]["acct"], "club@far.example",
            "an honest one counts"
        );
        let id = open[0]["group"]["id"].as_str().expect("a number");
        far.new_letters();
        tomas
            .does(
                "POST",
                &format!("/api/kindred/v1/groups/{id}/invitation/accept"),
                None,
            )
            .await;
        fediverse.settle().await;
        let letters = far.new_letters();
        let kinds: Vec<_> = letters
            .iter()
            .map(|letter| letter["type"].clone())
            .collect();
        assert_eq!(kinds, ["Accept", "Follow"], "{letters:?}");
        assert_eq!(letters[0]["object"]["type"], "Invite");
        assert_eq!(letters[0]["object"]["target"], json!(tomas.actor.uri));
        let stands = tomas
            .sees(&format!("/api/v1/groups/relationships?id[]={id}"))
            .await;
        assert_eq!(
            stands[0]["member"],
            json!(false),
            "until the group says yes"
        );
    })
    .await;
}

#[tokio::test]
async fn a_link_lets_in_as_many_and_as_long_as_it_was_made_for() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_person("ines")
            .with_group_like("pilots", Visibility::Members, JoinPolicy::Invite)
            .start()
            .await;
        let (nadia, tomas, ines) = (
            ours.person("nadia"),
            ours.person("tomas"),
            ours.person("ines"),
        );
        let group = ours.group("pilots");
        let links = format!("/api/kindred/v1/groups/{}/links", group.actor.id);
        assert_eq!(tomas.calls("POST", &links, None).await.status, 403);
        let made = nadia
            .does("POST", &links, Some(&json!({ "max_uses": 1 })))
            .await;
        let url = made["url"].as_str().expect("an address").to_owned();
        let come_in = format!(
            "/api/kindred/v1/invitations/{}",
            made["token"].as_str().expect("a token")
        );
        let page = ours.page(&url).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("The pilots group"));
        assert!(
            !page.text().contains("Everything about pilots"),
            "no more than the name"
        );
        let kept = nadia.sees(&links).await;
        assert_eq!(kept[0]["uses"], 0);
        assert!(
            kept[0]["token"].is_null() && kept[0]["url"].is_null(),
            "{kept}"
        );

        assert_eq!(
            tomas.does("POST", &come_in, None).await["member"],
            json!(true)
        );
        tomas.does("POST", &come_in, None).await;
        assert_eq!(group.standing(&tomas.actor.uri).await, MEMBER);
        assert_eq!(
            ines.calls("POST", &come_in, None).await.status,
            404,
            "it is used up"
        );
        assert_eq!(ours.page(&url).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_link_that_is_over_or_void_lets_nobody_in() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_person("ines")
            .with_group_like("pilots", Visibility::Members, JoinPolicy::Invite)
            .start()
            .await;
        let (nadia, tomas, ines) = (
            ours.person("nadia"),
            ours.person("tomas"),
            ours.person("ines"),
        );
        let group = ours.group("pilots");
        let links = format!("/api/kindred/v1/groups/{}/links", group.actor.id);
        let short = nadia
            .does("POST", &links, Some(&json!({ "expires_in": 60 })))
            .await;
        let second = nadia.does("POST", &links, None).await;
        fediverse.turn(Duration::from_secs(61));
        let path = |link: &serde_json::Value| {
            format!(
                "/api/kindred/v1/invitations/{}",
                link["token"].as_str().unwrap_or_default()
            )
        };
        assert_eq!(
            ines.calls("POST", &path(&short), None).await.status,
            404,
            "it is over"
        );
        let number = second["id"].as_str().expect("a number");
        assert_eq!(
            tomas
                .calls("DELETE", &format!("{links}/{number}"), None)
                .await
                .status,
            403
        );
        nadia
            .does("DELETE", &format!("{links}/{number}"), None)
            .await;
        assert_eq!(
            ines.calls("POST", &path(&second), None).await.status,
            404,
            "it is void"
        );
        assert_eq!(
            ines.calls("POST", "/api/kindred/v1/invitations/guess", None)
                .await
                .status,
            404
        );
        for nonsense in [
            json!({ "max_uses": 0 }),
            json!({ "expires_in": 0 }),
            json!({ "expires_in": 99_999_999_999u64 }),
        ] {
            assert_eq!(
                nadia.calls("POST", &links, Some(&nonsense)).await.status,
                400,
                "{nonsense}"
            );
        }
        assert_eq!(group.standing(&ines.actor.uri).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_link_into_a_room_of_the_company_shows_strangers_nothing() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_group_like("pilots", Visibility::Company, JoinPolicy::Ask)
            .start()
            .await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        let links = format!(
            "/api/kindred/v1/groups/{}/links",
            ours.group("pilots").actor.id
        );
        let made = nadia.does("POST", &links, None).await;
        let token = made["token"].as_str().expect("a token");
        assert_eq!(
            ours.page(made["url"].as_str().expect("an address"))
                .await
                .status,
            404
        );
        assert_eq!(
            ours.page(&format!("/api/kindred/v1/invitations/{token}"))
                .await
                .status,
            404
        );
        let seen = tomas
            .sees(&format!("/api/kindred/v1/invitations/{token}"))
            .await;
        assert_eq!(seen["display_name"], "The pilots group");
    })
    .await;
}
