//! How people and groups look, that every server hears of a change, and that gone is gone.

use kindred_community::{
    GroupRole, MembershipState,
    groups::{self, Change},
    people::{self, Profile, Words},
};
use serde_json::json;

use super::{new_of, stage};
use crate::support::{PUBLIC, on_both, on_sqlite};

#[tokio::test]
async fn a_new_name_reaches_everybody_who_hears_of_somebody() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia").actor;
        stage
            .bo
            .tells(&stage.ours, &stage.bo.activity("Follow", json!(nadia.uri)))
            .await;
        fediverse.settle().await;
        stage.far.new_letters();

        let wish = Profile {
            name: Some("Nadia Rahimi".into()),
            note: Some("Crabs <3 https://kindred.example/crabs".into()),
            fields: Some(vec![
                ("Company".into(), "Acme & Sons".into()),
                (" ".into(), String::new()),
            ]),
            topics: Some(vec!["#Rust".into(), "rust".into()]),
            ..Profile::default()
        };
        let changed = people::change_profile(stage.ours.kindred(), &nadia, wish.clone())
            .await
            .expect("a profile");
        fediverse.settle().await;

        let told = new_of(&stage.far, "Update");
        let [update] = told.as_slice() else {
            panic!("{told:?}");
        };
        assert_eq!(update["actor"], json!(nadia.uri));
        assert_eq!(update["to"], json!([PUBLIC]));
        let card = &update["object"];
        assert_eq!(card["type"], "Person");
        assert_eq!(card["name"], "Nadia Rahimi");
        assert!(
            card["summary"]
                .as_str()
                .is_some_and(|html| html.contains("Crabs &lt;3") && html.contains("<a href=")),
            "{card}"
        );
        assert_eq!(
            card["attachment"],
            json!([{ "type": "PropertyValue", "name": "Company", "value": "Acme &amp; Sons" }])
        );
        assert_eq!(card["tag"].as_array().map(Vec::len), Some(1), "{card}");
        assert!(card["publicKey"]["publicKeyPem"].is_string());
        assert!(card["updated"].as_str() > card["published"].as_str());
        assert!(
            new_of(&stage.near, "Update").is_empty(),
            "nobody there follows her"
        );
        let seen = stage.ours.document("/p/nadia").await.json();
        assert_eq!(seen["name"], "Nadia Rahimi");

        people::change_profile(stage.ours.kindred(), &changed, wish)
            .await
            .expect("the same profile");
        fediverse.settle().await;
        assert!(new_of(&stage.far, "Update").is_empty(), "nothing is new");
    })
    .await;
}

#[tokio::test]
async fn a_profile_has_its_bounds() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia").actor;
        let pair = |n: usize| ("x".to_owned(), "y".repeat(n));
        for wish in [
            Profile {
                name: Some("n".repeat(101)),
                ..Profile::default()
            },
            Profile {
                note: Some("n".repeat(people::LONGEST_NOTE + 1)),
                ..Profile::default()
            },
            Profile {
                fields: Some(vec![pair(1); people::MOST_FIELDS + 1]),
                ..Profile::default()
            },
            Profile {
                fields: Some(vec![pair(people::LONGEST_FIELD + 1)]),
                ..Profile::default()
            },
            Profile {
                topics: Some(vec!["?!".into()]),
                ..Profile::default()
            },
        ] {
            let refused = people::change_profile(stage.ours.kindred(), &nadia, wish.clone()).await;
            assert!(
                refused.is_err_and(|error| error.refusal().is_some()),
                "{wish:?}"
            );
        }
        let nameless = Profile {
            name: Some(" ".into()),
            ..Profile::default()
        };
        let seen = people::change_profile(stage.ours.kindred(), &nadia, nameless)
            .await
            .expect("a profile");
        assert_eq!(
            seen.name, "nadia",
            "who gives no name is called by the handle"
        );
    })
    .await;
}

#[tokio::test]
async fn a_group_that_changes_tells_both_kinds_of_servers_and_throws_nobody_out() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia").actor;
        let group = stage.ours.group("rust");
        let wish = Change {
            name: Some("Rust lovers".into()),
            rules: Some("Be **kind**.".into()),
            topics: Some(vec!["Rust".into(), "Systems programming".into()]),
            language: Some("en".into()),
            links: Some(vec![("Chat".into(), "https://chat.example".into())]),
            join_policy: Some(kindred_community::JoinPolicy::Invite),
            ..Change::default()
        };
        groups::change(stage.ours.kindred(), &nadia, group.actor.id, wish)
            .await
            .expect("a changed group");
        fediverse.settle().await;

        for peer in [&stage.far, &stage.near] {
            let told = new_of(peer, "Update");
            let [update] = told.as_slice() else {
                panic!("{}: {told:?}", peer.host);
            };
            assert_eq!(update["actor"], json!(group.actor.uri));
            let card = &update["object"];
            assert_eq!(card["id"], json!(group.actor.uri));
            assert_eq!(card["name"], "Rust lovers");
            assert!(
                card["summary"]
                    .as_str()
                    .is_some_and(|html| html.ends_with("<p>Be <strong>kind</strong>.</p>")),
                "{card}"
            );
            assert_eq!(
                card["language"],
                json!([{ "identifier": "en", "name": "en" }])
            );
            assert_eq!(card["openness"], "invite_only");
            assert_eq!(card["tag"].as_array().map(Vec::len), Some(2));
            assert_eq!(card["attachment"][0]["name"], "Chat");
        }
        assert_eq!(group.followers().await.len(), 3, "whoever is in stays in");
        assert_eq!(
            group.standing(&stage.bo.uri).await,
            Some((MembershipState::Active, GroupRole::Member))
        );
        let refused = groups::change(
            stage.ours.kindred(),
            &stage.ours.person("tomas").actor,
            group.actor.id,
            Change {
                name: Some("Mine".into()),
                ..Change::default()
            },
        )
        .await;
        assert!(refused.is_err(), "only organisers change a group");
        let secret = groups::change(
            stage.ours.kindred(),
            &nadia,
            group.actor.id,
            Change {
                visibility: Some(kindred_community::Visibility::Members),
                ..Change::default()
            },
        )
        .await;
        assert!(
            secret.is_err(),
            "what was said in the open cannot be made a secret"
        );
    })
    .await;
}

#[tokio::test]
async fn a_group_that_is_closed_is_gone_everywhere_and_its_name_stays_taken() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let nadia = stage.ours.person("nadia");
        nadia.says("@rust What stays?").await;
        fediverse.settle().await;
        stage.far.new_letters();
        stage.near.new_letters();

        let group = stage.ours.group("rust");
        groups::close(stage.ours.kindred(), &nadia.actor, group.actor.id)
            .await
            .expect("the end of a group");
        fediverse.settle().await;

        for peer in [&stage.far, &stage.near] {
            let told = new_of(peer, "Delete");
            let [delete] = told.as_slice() else {
                panic!("{}: {told:?}", peer.host);
            };
            assert_eq!(delete["actor"], json!(group.actor.uri));
            assert_eq!(delete["object"], json!(group.actor.uri));
        }
        let gone = stage.ours.document("/g/rust").await;
        assert_eq!(
            (gone.status, &gone.json()["type"]),
            (410, &json!("Tombstone"))
        );
        assert_eq!(stage.ours.page("/g/rust").await.status, 410);
        assert_eq!(
            stage
                .ours
                .document("/.well-known/webfinger?resource=acct:rust@kindred.example")
                .await
                .status,
            404
        );
        assert!(group.followers().await.is_empty());
        let again = groups::found(
            stage.ours.kindred(),
            &nadia.actor,
            groups::Founding {
                handle: "rust".into(),
                name: "Rust again".into(),
                summary: String::new(),
                topics: Vec::new(),
                visibility: kindred_community::Visibility::Public,
                join_policy: kindred_community::JoinPolicy::Open,
            },
        )
        .await;
        assert!(again.is_err(), "a name is never given twice");
        assert_eq!(nadia.home().await.len(), 1, "what she wrote stays hers");
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_the_company_is_gone_for_all_and_their_group_goes_on() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (nadia, group) = (stage.ours.person("nadia"), stage.ours.group("rust"));
        let post = nadia.says("@rust Good bye").await;
        fediverse.settle().await;
        stage.far.new_letters();

        people::leave_company(stage.ours.kindred(), "@nadia", Words::Keep)
            .await
            .expect("a farewell");
        fediverse.settle().await;

        for peer in [&stage.far, &stage.near] {
            let told = new_of(peer, "Delete");
            assert_eq!(told.len(), 1, "{}: {told:?}", peer.host);
            assert_eq!(told[0]["object"], json!(nadia.actor.uri));
        }
        let gone = stage.ours.document("/p/nadia").await;
        assert_eq!(
            (gone.status, &gone.json()["type"]),
            (410, &json!("Tombstone"))
        );
        let call = nadia
            .calls("GET", "/api/v1/accounts/verify_credentials", None)
            .await;
        assert_eq!(call.status, 401, "her tokens are void");
        assert_eq!(
            group
                .standing(&nadia.actor.uri)
                .await
                .map(|(state, _)| state),
            Some(MembershipState::Left)
        );
        let uri = post["uri"].as_str().expect("an address");
        assert_eq!(
            stage.ours.page(uri).await.status,
            200,
            "what she wrote stays"
        );
        let twice = people::leave_company(stage.ours.kindred(), "nadia", Words::Keep).await;
        assert!(twice.is_err());
    })
    .await;
}

#[tokio::test]
async fn whoever_takes_their_words_along_leaves_none_behind() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let post = stage.ours.person("nadia").says("@rust Good bye").await;
        fediverse.settle().await;

        people::leave_company(stage.ours.kindred(), "nadia", Words::Erase)
            .await
            .expect("a farewell");
        fediverse.settle().await;

        let uri = post["uri"].as_str().expect("an address");
        assert_eq!(stage.ours.document(uri).await.status, 410);
        assert!(stage.ours.group("rust").statuses().await.is_empty());
    })
    .await;
}
