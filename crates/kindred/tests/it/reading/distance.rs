//! Blocks, mutes, shunned servers: what they keep away, and what the other side is told.

use std::time::Duration;

use serde_json::{Value, json};

use super::{each, follows, house, id, said};
use crate::support::{Person, on_both};

async fn stance(person: &Person, other: &str) -> Value {
    let path = format!("/api/v1/accounts/relationships?id[]={other}");
    person.sees(&path).await[0].clone()
}

#[tokio::test]
async fn a_block_ends_everything_between_two_and_is_told_to_the_other_server() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let far = fediverse.peer("far.example", "mastodon");
        let robert = far.person("robert");
        let nadia = house.person("nadia");
        follows(fediverse, &house, &nadia, &robert, "robert@far.example").await;
        robert
            .tells(&house, &robert.activity("Follow", json!(nadia.actor.uri)))
            .await;
        fediverse.settle().await;
        robert
            .tells(
                &house,
                &robert.create(&robert.note("Hello", &[&nadia.actor.uri])),
            )
            .await;
        fediverse.settle().await;
        assert_eq!(nadia.home().await.len(), 1);
        far.new_letters();

        let him = nadia.finds("robert@far.example").await;
        let stands = nadia
            .does("POST", &format!("/api/v1/accounts/{him}/block"), None)
            .await;
        assert_eq!(
            (
                &stands["blocking"],
                &stands["following"],
                &stands["followed_by"]
            ),
            (&json!(true), &json!(false), &json!(false))
        );
        assert_eq!(nadia.home().await, [""; 0]);
        assert_eq!(nadia.sees("/api/v1/notifications").await, json!([]));
        fediverse.settle().await;
        let letters = far.new_letters();
        let kinds: Vec<&str> = letters
            .iter()
            .filter_map(|it| it["type"].as_str())
            .collect();
        assert_eq!(kinds, ["Undo", "Reject", "Block"]);
        assert_eq!(letters[2]["object"], json!(robert.uri));
        assert_eq!(letters[2].get("target"), None, "it is no ban");

        // He comes back: not heard, not followed.
        robert
            .tells(
                &house,
                &robert.create(&robert.note("Hello again", &[&nadia.actor.uri])),
            )
            .await;
        fediverse.settle().await;
        assert_eq!(nadia.sees("/api/v1/notifications").await, json!([]));
        assert_eq!(
            each(&nadia.sees("/api/v1/blocks").await, "username"),
            ["robert"]
        );

        let stands = nadia
            .does("POST", &format!("/api/v1/accounts/{him}/unblock"), None)
            .await;
        assert_eq!(stands["blocking"], json!(false));
        fediverse.settle().await;
        let letters = far.new_letters();
        let undone = letters
            .iter()
            .find(|it| it["type"] == "Undo")
            .expect("an Undo");
        assert_eq!(undone["object"]["type"], json!("Block"));
    })
    .await;
}

#[tokio::test]
async fn who_is_shut_out_finds_nothing_of_the_other() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let post = nadia.says("My word").await;
        let him = tomas.actor.id.to_string();
        nadia
            .does("POST", &format!("/api/v1/accounts/{him}/block"), None)
            .await;
        let her = nadia.actor.id.to_string();
        assert_eq!(stance(&tomas, &her).await["blocked_by"], json!(true));
        assert_eq!(
            tomas
                .calls("GET", &format!("/api/v1/statuses/{}", id(&post)), None)
                .await
                .status,
            404
        );
        let like = format!("/api/v1/statuses/{}/favourite", id(&post));
        assert_eq!(tomas.calls("POST", &like, None).await.status, 404);
        assert_eq!(
            tomas
                .calls("POST", &format!("/api/v1/accounts/{her}/follow"), None)
                .await
                .status,
            404
        );
        assert_eq!(said(&tomas.sees("/api/v1/timelines/public").await), [""; 0]);
        assert_eq!(
            said(
                &tomas
                    .sees(&format!("/api/v1/accounts/{her}/statuses"))
                    .await
            ),
            [""; 0]
        );
        assert_eq!(
            nadia
                .calls("POST", &format!("/api/v1/accounts/{her}/block"), None)
                .await
                .status,
            422
        );
        assert_eq!(
            nadia
                .calls("POST", "/api/v1/accounts/77/block", None)
                .await
                .status,
            404
        );
    })
    .await;
}

#[tokio::test]
async fn who_is_muted_is_not_heard_until_the_mute_ends_and_never_learns_of_it() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (
            house.person("nadia"),
            house.person("tomas"),
            house.person("ines"),
        );
        for acct in ["tomas@kindred.example", "ines@kindred.example"] {
            nadia.follows(acct).await;
        }
        let post = tomas.says("A loud word").await;
        ines.reacts(post["uri"].as_str().unwrap(), "reblog").await;
        tomas.says("Hey @nadia").await;
        let him = tomas.actor.id.to_string();
        let mute = format!("/api/v1/accounts/{him}/mute");
        let stands = nadia
            .does("POST", &mute, Some(&json!({ "duration": 3600 })))
            .await;
        assert_eq!(stands["muting"], json!(true));
        assert_eq!(stands["muting_notifications"], json!(true));
        assert_eq!(
            stands["muting_expires_at"],
            json!("2026-01-31T13:00:00.000Z")
        );
        assert_eq!(said(&nadia.sees("/api/v1/timelines/home").await), [""; 0]);
        assert_eq!(said(&nadia.sees("/api/v1/timelines/public").await), [""; 0]);
        assert_eq!(nadia.sees("/api/v1/notifications").await, json!([]));
        let page = nadia
            .sees(&format!("/api/v1/accounts/{him}/statuses"))
            .await;
        assert_eq!(said(&page).len(), 2, "she went to see his page");
        let muted = nadia.sees("/api/v1/mutes").await;
        assert_eq!(
            muted[0]["mute_expires_at"],
            json!("2026-01-31T13:00:00.000Z")
        );
        assert_eq!(
            stance(&tomas, &nadia.actor.id.to_string()).await["blocked_by"],
            json!(false)
        );

        fediverse.turn(Duration::from_secs(3601));
        assert_eq!(said(&nadia.sees("/api/v1/timelines/home").await).len(), 2);
        assert_eq!(stance(&nadia, &him).await["muting"], json!(false));
        assert_eq!(nadia.sees("/api/v1/mutes").await, json!([]));

        // A mute that lets notices through.
        nadia
            .does("POST", &mute, Some(&json!({ "notifications": "false" })))
            .await;
        assert_eq!(
            nadia
                .sees("/api/v1/notifications")
                .await
                .as_array()
                .unwrap()
                .len(),
            1
        );
        let stands = nadia
            .does("POST", &format!("/api/v1/accounts/{him}/unmute"), None)
            .await;
        assert_eq!(stands["muting"], json!(false));
    })
    .await;
}

#[tokio::test]
async fn from_a_shunned_server_nothing_is_heard() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let far = fediverse.peer("far.example", "mastodon");
        let robert = far.person("robert");
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        for person in [&nadia, &tomas] {
            follows(fediverse, &house, person, &robert, "robert@far.example").await;
        }
        robert
            .tells(&house, &robert.create(&robert.note("Hello", &[])))
            .await;
        fediverse.settle().await;
        let domain = json!({ "domain": "FAR.example" });
        assert_eq!(
            nadia
                .sees("/api/v1/domain_blocks/preview?domain=far.example")
                .await,
            json!({ "followers_count": 0, "following_count": 1 })
        );
        nadia
            .does("POST", "/api/v1/domain_blocks", Some(&domain))
            .await;
        assert_eq!(
            nadia.sees("/api/v1/domain_blocks").await,
            json!(["far.example"])
        );
        assert_eq!(said(&nadia.sees("/api/v1/timelines/public").await), [""; 0]);
        assert_eq!(nadia.home().await, [""; 0]);
        assert_eq!(tomas.home().await.len(), 1, "it is her wish alone");
        let him = nadia.finds("robert@far.example").await;
        let stands = stance(&nadia, &him).await;
        assert_eq!(
            (&stands["domain_blocking"], &stands["following"]),
            (&json!(true), &json!(false))
        );
        nadia
            .does("DELETE", "/api/v1/domain_blocks?domain=far.example", None)
            .await;
        assert_eq!(nadia.sees("/api/v1/domain_blocks").await, json!([]));
        for nonsense in ["", "kindred.example", "a b", "x/y"] {
            let domain = json!({ "domain": nonsense });
            let refused = nadia
                .calls("POST", "/api/v1/domain_blocks", Some(&domain))
                .await;
            assert_eq!(refused.status, 422, "{nonsense}");
        }
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn notes_recommendations_and_removed_followers_show_in_how_one_stands() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let (him, her) = (tomas.actor.id.to_string(), nadia.actor.id.to_string());
        let path = |deed: &str| format!("/api/v1/accounts/{him}/{deed}");
        let noted = nadia
            .does(
                "POST",
                &path("note"),
                Some(&json!({ "comment": "met in Lyon" })),
            )
            .await;
        assert_eq!(noted["note"], json!("met in Lyon"));
        assert_eq!(
            stance(&tomas, &her).await["note"],
            json!(""),
            "for herself alone"
        );
        assert_eq!(
            nadia.calls("POST", &path("endorse"), None).await.status,
            422,
            "follow first"
        );
        nadia.follows("tomas@kindred.example").await;
        assert_eq!(
            nadia.does("POST", &path("endorse"), None).await["endorsed"],
            json!(true)
        );
        let shown = tomas
            .sees(&format!("/api/v1/accounts/{her}/endorsements"))
            .await;
        assert_eq!(each(&shown, "username"), ["tomas"]);
        assert_eq!(
            each(&nadia.sees("/api/v1/endorsements").await, "username"),
            ["tomas"]
        );
        nadia.does("POST", &path("unfollow"), None).await;
        assert_eq!(nadia.sees("/api/v1/endorsements").await, json!([]));

        tomas.follows("nadia@kindred.example").await;
        assert_eq!(stance(&nadia, &him).await["followed_by"], json!(true));
        let stands = nadia
            .does("POST", &path("remove_from_followers"), None)
            .await;
        assert_eq!(stands["followed_by"], json!(false));
    })
    .await;
}

#[tokio::test]
async fn only_the_languages_that_somebody_asked_for_come_home() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let wish = json!({ "languages": ["de"], "reblogs": "true" });
        let path = format!("/api/v1/accounts/{}/follow", nadia.actor.id);
        let stands = tomas.does("POST", &path, Some(&wish)).await;
        assert_eq!(stands["languages"], json!(["de"]));
        for (text, language) in [("Hallo", "de-AT"), ("Hello", "en"), ("Salut", "fr")] {
            nadia
                .publishes(json!({ "status": text, "language": language }))
                .await;
        }
        assert_eq!(tomas.home().await, ["Hallo by nadia"]);
    })
    .await;
}
