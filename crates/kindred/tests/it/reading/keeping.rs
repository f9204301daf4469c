//! What somebody does with a post for themself: bookmarks, muted conversations, pins.

use serde_json::json;

use super::{each, house, id, pages, said};
use crate::support::on_both;

#[tokio::test]
async fn what_somebody_keeps_and_likes_is_theirs_and_in_the_order_of_keeping() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let mut ids = Vec::new();
        for n in 0..3 {
            ids.push(id(&nadia.says(&format!("Word {n}")).await));
        }
        for n in [2, 0, 1] {
            let path = format!("/api/v1/statuses/{}/bookmark", ids[n]);
            let kept = tomas.does("POST", &path, None).await;
            assert_eq!(kept["bookmarked"], json!(true));
            tomas.does("POST", &path, None).await;
            tomas
                .does(
                    "POST",
                    &format!("/api/v1/statuses/{}/favourite", ids[n]),
                    None,
                )
                .await;
        }
        for list in ["bookmarks", "favourites"] {
            let down = pages(&tomas, &format!("/api/v1/{list}?limit=2"), "next").await;
            let found: Vec<String> = down.iter().flat_map(said).collect();
            assert_eq!(found, ["Word 1", "Word 0", "Word 2"], "{list}");
            assert_eq!(nadia.sees(&format!("/api/v1/{list}")).await, json!([]));
        }
        let path = format!("/api/v1/statuses/{}/unbookmark", ids[0]);
        assert_eq!(
            tomas.does("POST", &path, None).await["bookmarked"],
            json!(false)
        );
        assert_eq!(
            said(&tomas.sees("/api/v1/bookmarks").await),
            ["Word 1", "Word 2"]
        );
        let secret = nadia
            .publishes(json!({ "status": "Secret", "visibility": "direct" }))
            .await;
        let path = format!("/api/v1/statuses/{}/bookmark", id(&secret));
        assert_eq!(tomas.calls("POST", &path, None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn who_liked_and_passed_on_is_told() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let post = nadia.says("A crab").await;
        let uri = post["uri"].as_str().unwrap();
        tomas.reacts(uri, "favourite").await;
        tomas.reacts(uri, "reblog").await;
        for list in ["favourited_by", "reblogged_by"] {
            let found = nadia
                .sees(&format!("/api/v1/statuses/{}/{list}", id(&post)))
                .await;
            assert_eq!(super::each(&found, "username"), ["tomas"], "{list}");
        }
        let secret = nadia
            .publishes(json!({ "status": "Secret", "visibility": "direct" }))
            .await;
        let path = format!("/api/v1/statuses/{}/favourited_by", id(&secret));
        assert_eq!(tomas.calls("GET", &path, None).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn of_a_muted_conversation_nobody_is_told_more() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let post = nadia.says("A crab").await;
        let uri = post["uri"].as_str().unwrap();
        let muted = nadia
            .does(
                "POST",
                &format!("/api/v1/statuses/{}/mute", id(&post)),
                None,
            )
            .await;
        assert_eq!(muted["muted"], json!(true));
        let answer = tomas.answers(uri, "@nadia well").await;
        tomas.reacts(uri, "favourite").await;
        assert_eq!(nadia.sees("/api/v1/notifications").await, json!([]));
        let seen = nadia
            .sees(&format!("/api/v1/statuses/{}", id(&answer)))
            .await;
        assert_eq!(seen["muted"], json!(true), "the whole conversation");
        nadia
            .does(
                "POST",
                &format!("/api/v1/statuses/{}/unmute", id(&answer)),
                None,
            )
            .await;
        tomas.answers(uri, "@nadia again").await;
        let told = nadia.sees("/api/v1/notifications").await;
        assert_eq!(told.as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn somebody_pins_their_own_open_posts_and_no_others() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let post = nadia.says("My best").await;
        nadia.says("Another").await;
        let pin = |post: &serde_json::Value| format!("/api/v1/statuses/{}/pin", id(post));
        assert_eq!(
            nadia.does("POST", &pin(&post), None).await["pinned"],
            json!(true)
        );
        let path = format!("/api/v1/accounts/{}/statuses?pinned=true", nadia.actor.id);
        assert_eq!(said(&tomas.sees(&path).await), ["My best"]);
        assert_eq!(tomas.calls("POST", &pin(&post), None).await.status, 403);
        let secret = nadia
            .publishes(json!({ "status": "Secret", "visibility": "direct" }))
            .await;
        assert_eq!(nadia.calls("POST", &pin(&secret), None).await.status, 422);
        for n in 0..4 {
            let more = nadia.says(&format!("More {n}")).await;
            nadia.does("POST", &pin(&more), None).await;
        }
        let sixth = nadia.says("Too many").await;
        assert_eq!(nadia.calls("POST", &pin(&sixth), None).await.status, 422);
        nadia
            .does(
                "POST",
                &format!("/api/v1/statuses/{}/unpin", id(&post)),
                None,
            )
            .await;
        nadia.does("POST", &pin(&sixth), None).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_acts_on_what_was_passed_on_means_the_post_inside() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas, ines) = (
            house.person("nadia"),
            house.person("tomas"),
            house.person("ines"),
        );
        let said = id(&nadia.says("Worth passing on").await);
        let passed = tomas
            .does("POST", &format!("/api/v1/statuses/{said}/reblog"), None)
            .await;
        let wrapper = id(&passed);
        assert_ne!(wrapper, said);
        let at = |what: &str| format!("/api/v1/statuses/{wrapper}{what}");
        let shown = ines.sees(&at("")).await;
        assert_eq!(
            (&shown["id"], &shown["reblog"]["id"]),
            (&passed["id"], &passed["reblog"]["id"])
        );
        assert_eq!(shown["account"]["username"], "tomas");
        for act in [
            "/favourite",
            "/unfavourite",
            "/bookmark",
            "/unbookmark",
            "/mute",
            "/unmute",
        ] {
            let done = ines.does("POST", &at(act), None).await;
            assert_eq!(id(&done), said, "{act}");
        }
        ines.does("POST", &at("/favourite"), None).await;
        let fans = ines.sees(&at("/favourited_by")).await;
        assert_eq!(each(&fans, "username"), ["ines"]);
        for path in ["/context", "/history", "/source"] {
            ines.sees(&at(path)).await;
        }
        let again = ines.does("POST", &at("/reblog"), None).await;
        assert_eq!(id(&again["reblog"]), said);
        let back = ines.does("POST", &at("/unreblog"), None).await;
        assert_eq!(
            (id(&back), &back["reblogged"]),
            (said.clone(), &json!(false))
        );
        // Whose it is takes it back by deleting it; others cannot.
        assert_eq!(ines.calls("DELETE", &at(""), None).await.status, 403);
        tomas.does("DELETE", &at(""), None).await;
        assert_eq!(tomas.calls("GET", &at(""), None).await.status, 404);
        let left = nadia.sees(&format!("/api/v1/statuses/{said}")).await;
        assert_eq!(left["reblogs_count"], 0);
        fediverse.settle().await;
    })
    .await;
}
