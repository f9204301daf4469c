//! Groups for members alone: which servers their people may come from, who reads, and what is carried when somebody has left.

use kindred_community::{GroupRole, JoinPolicy, MembershipState, Visibility, invitations};
use kindred_storage::{AgreementState, Json, Moment, agreements};
use serde_json::{Value, json};

use super::{gists, publish};
use crate::support::{Fediverse, Instance, Peer, Somebody, on_both, on_sqlite, words};

async fn a_den(fediverse: &Fediverse) -> Instance {
    fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_group_like("den", Visibility::Members, JoinPolicy::Open)
        .start()
        .await
}

async fn knocks(who: &Somebody, at: &Instance) {
    who.tells(
        at,
        &who.activity("Follow", json!(at.group("den").actor.uri)),
    )
    .await;
}

/// A server of the threadiverse whose people are trusted, with a member.
async fn with_a_member(fediverse: &Fediverse, ours: &Instance) -> (Peer, Somebody) {
    let far = fediverse.peer("far.example", "lemmy");
    let bo = far.person("bo");
    knocks(&bo, ours).await;
    fediverse.settle().await;
    assert_eq!(gists(&far.new_letters()), ["Accept of Follow"]);
    (far, bo)
}

#[tokio::test]
async fn servers_that_cannot_keep_a_secret_are_told_so_once() {
    for software in [
        "mastodon",
        "piefed",
        "mbin",
        "nodebb",
        "discourse",
        "brandnew",
    ] {
        on_sqlite(async |fediverse| {
            let ours = a_den(fediverse).await;
            let far = fediverse.peer("far.example", software);
            let bo = far.person("bo");
            knocks(&bo, &ours).await;
            fediverse.settle().await;
            let told = far.new_letters();
            let mut said = gists(&told);
            said.sort();
            assert_eq!(said, ["Create of Note", "Reject of Follow"], "{software}");
            let note = told
                .iter()
                .find(|letter| letter["type"] == "Create")
                .expect("an explanation");
            assert_eq!(note["actor"], json!(format!("{}/actor", ours.origin())));
            assert_eq!(note["to"], json!([bo.uri]), "it is for one alone");
            assert_eq!(note["object"]["tag"][0]["href"], json!(bo.uri));
            assert!(words(&note["object"]).contains("cannot keep it"));
            assert_eq!(ours.group("den").standing(&bo.uri).await, None);
            let path = note["object"]["id"].as_str().unwrap();
            assert_eq!(ours.document(path).await.status, 404);
            assert_eq!(bo.reads(&ours, path).await.status, 200);

            knocks(&bo, &ours).await;
            fediverse.settle().await;
            assert_eq!(gists(&far.new_letters()), ["Reject of Follow"]);
        })
        .await;
    }
}

#[tokio::test]
async fn an_older_lemmy_knows_no_closed_groups() {
    on_sqlite(async |fediverse| {
        let ours = a_den(fediverse).await;
        let far = fediverse.peer("far.example", "lemmy");
        far.publish(
            "/nodeinfo/2.0",
            &json!({
                "version": "2.0", "software": { "name": "lemmy", "version": "0.19.20" }, "protocols": ["activitypub"],
                "services": { "inbound": [], "outbound": [] }, "openRegistrations": false, "usage": { "users": {} }, "metadata": {}
            }),
        );
        let bo = far.person("bo");
        knocks(&bo, &ours).await;
        fediverse.settle().await;
        assert!(gists(&far.new_letters()).contains(&"Reject of Follow".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn members_elsewhere_hear_and_read_what_nobody_else_does() {
    on_both(async |fediverse| {
        let ours = a_den(fediverse).await;
        let (far, bo) = with_a_member(fediverse, &ours).await;
        let near = fediverse.peer("near.example", "lemmy");
        let eve = near.person("eve");
        let post = ours.person("nadia").says("@den Between us").await;
        fediverse.settle().await;
        let told = far.new_letters();
        assert_eq!(gists(&told), ["Announce of Create"]);
        let den = ours.group("den").actor.uri;
        let room = json!([den, format!("{den}/followers")]);
        for letter in [&told[0], &told[0]["object"], &told[0]["object"]["object"]] {
            assert_eq!((&letter["to"], &letter["cc"]), (&room, &json!([])));
        }

        let uri = post["uri"].as_str().unwrap();
        let paths = [
            uri.to_owned(),
            told[0]["id"].as_str().unwrap().to_owned(),
            format!("{uri}/replies"),
            format!("{uri}/context"),
            format!("{den}/outbox"),
            format!("{den}/followers"),
            format!("{den}/moderators"),
            format!("{den}/featured"),
        ];
        for path in &paths {
            assert_eq!(bo.reads(&ours, path).await.status, 200, "{path}");
            assert_eq!(eve.reads(&ours, path).await.status, 404, "{path}");
            assert_eq!(ours.document(path).await.status, 404, "{path}");
        }

        // Leaving takes effect on the next question, and on what waits already.
        far.answer_with("/inbox", 503);
        ours.person("nadia").says("@den While Bo leaves").await;
        fediverse.settle().await;
        let follow = bo.activity("Follow", json!(den));
        bo.tells(&ours, &bo.activity("Undo", follow)).await;
        fediverse.settle().await;
        far.answer_with("/inbox", 202);
        far.new_letters();
        fediverse.turn(std::time::Duration::from_mins(5));
        fediverse.settle().await;
        assert_eq!(
            gists(&far.new_letters()),
            [""; 0],
            "nothing is carried any more"
        );
        for path in &paths {
            assert_eq!(bo.reads(&ours, path).await.status, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_with_a_member_may_ask_who_else_has_one() {
    on_sqlite(async |fediverse| {
        let ours = a_den(fediverse).await;
        let (_far, bo) = with_a_member(fediverse, &ours).await;
        let eve = fediverse.peer("near.example", "lemmy").person("eve");
        let question = |who: &str| {
            let who: String = url::form_urlencoded::byte_serialize(who.as_bytes()).collect();
            format!("/g/den/followers?is_follower={who}")
        };
        assert_eq!(bo.reads(&ours, &question(&bo.uri)).await.status, 200);
        assert_eq!(bo.reads(&ours, &question(&eve.uri)).await.status, 404);
        assert_eq!(bo.reads(&ours, &question("nonsense")).await.status, 404);
        assert_eq!(eve.reads(&ours, &question(&bo.uri)).await.status, 404);
        assert_eq!(ours.document(&question(&bo.uri)).await.status, 404);
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn three_companies_share_a_closed_room() {
    on_both(async |fediverse| {
        let ours = a_den(fediverse).await;
        let acme = fediverse
            .instance("acme.example")
            .with_person("mei")
            .start()
            .await;
        let globex = fediverse
            .instance("globex.example")
            .with_person("robert")
            .start()
            .await;
        let (mei, robert) = (acme.person("mei"), globex.person("robert"));
        for person in [&mei, &robert] {
            person.follows("@den@kindred.example").await;
        }
        fediverse.settle().await;
        let post = mei.says("@den@kindred.example Among three").await;
        fediverse.settle().await;
        let uri = post["uri"].as_str().unwrap();
        let home = robert.home().await;
        assert_eq!(home.len(), 1, "{home:?}");
        assert!(ours.person("nadia").post_at(uri).await.is_some());
        assert_eq!(acme.document(uri).await.status, 404);

        robert.leaves("@den@kindred.example").await;
        fediverse.settle().await;
        let next = mei.says("@den@kindred.example Among two").await;
        fediverse.settle().await;
        assert!(
            globex
                .post_at(next["uri"].as_str().unwrap())
                .await
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn an_invited_guest_on_a_microblog_speaks_into_the_room_and_hears_nothing() {
    on_sqlite(async |fediverse| {
        let ours = a_den(fediverse).await;
        let far = fediverse.peer("far.example", "mastodon");
        let bo = far.person("bo");
        bo.tells(&ours, &bo.activity("Like", json!(far.uri("/nothing"))))
            .await;
        fediverse.settle().await;
        let guest = ours.actor_at(&bo.uri).await.expect("Bo is known");
        let (nadia, den) = (ours.person("nadia"), ours.group("den"));
        invitations::invite(ours.kindred(), &nadia.actor, den.actor.id, guest.id)
            .await
            .expect("an invitation");
        knocks(&bo, &ours).await;
        fediverse.settle().await;
        assert_eq!(
            den.standing(&bo.uri).await,
            Some((MembershipState::Active, GroupRole::Member))
        );
        far.new_letters();

        let mut note = bo.note("A quiet word", &[&den.actor.uri]);
        note["to"] = json!([den.actor.uri]);
        note["cc"] = json!([]);
        publish(&far, &note);
        bo.tells(&ours, &bo.create(&note)).await;
        fediverse.settle().await;
        let seen = nadia
            .post_at(note["id"].as_str().unwrap())
            .await
            .expect("it stands in the room");
        assert_eq!(words(&seen), "A quiet word");
        let home = nadia.home().await;
        let heard = home.iter().filter(|line| line.starts_with("A quiet word"));
        assert_eq!(heard.count(), 1, "beside her own invitation: {home:?}");

        nadia.says("@den An answer to all").await;
        fediverse.settle().await;
        assert_eq!(far.new_letters(), [Value::Null; 0]);
    })
    .await;
}

#[tokio::test]
async fn who_asks_again_after_an_agreement_has_ended_belongs_no_more_and_is_told_so() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_partner("far.example")
            .with_group_like("den", Visibility::Partners, JoinPolicy::Open)
            .start()
            .await;
        let (far, bo) = with_a_member(fediverse, &ours).await;
        let ended = agreements::Agreement {
            host: "far.example".to_owned(),
            uri: far.uri("/agreements/1"),
            company: None,
            ours: false,
            flows: Json(vec!["groups".to_owned()]),
            state: AgreementState::Ended,
            proposed_by: "Ines".to_owned(),
            proposed_at: Moment(1),
            accepted_by: None,
            agreed_at: None,
            ended_by: Some("Ines".to_owned()),
            ended_at: Some(Moment(2)),
            digest: None,
            synced_at: None,
        };
        ours.kindred()
            .write(move |ledger| Ok(agreements::record(ledger.db, &ended)?))
            .await
            .expect("the end of the agreement");
        knocks(&bo, &ours).await;
        fediverse.settle().await;
        assert_eq!(gists(&far.new_letters()), ["Reject of Follow"]);
        let den = ours.group("den");
        assert_eq!(
            den.standing(&bo.uri).await,
            Some((MembershipState::Left, GroupRole::Member))
        );
        assert_eq!(
            den.followers().await,
            [ours.person("nadia").actor.uri.clone()]
        );
    })
    .await;
}
