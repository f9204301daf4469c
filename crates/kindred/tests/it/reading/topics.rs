//! Topics: their timelines, following them, showing them on one's page.

use serde_json::json;

use super::{each, house, id, pages, said};
use crate::support::on_both;

#[tokio::test]
async fn the_timeline_of_a_topic_takes_further_topics_in_and_out() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        for text in [
            "#crab one",
            "#Crab and #shell",
            "#shell only",
            "#lobster #crab",
            "@rust #crab in a group",
        ] {
            nadia.says(text).await;
        }
        nadia
            .publishes(json!({ "status": "#crab quietly", "visibility": "unlisted" }))
            .await;
        for (query, expected) in [
            ("crab", 4),
            ("CRAB?all[]=shell", 1),
            ("crab?none[]=shell&none[]=lobster", 2),
            ("crab?any[]=shell", 5),
            ("crab?all[]=nothing", 0),
            ("nothing", 0),
            ("nothing?any[]=shell", 2),
            ("crab?local=true", 4),
            ("crab?remote=true", 0),
            ("crab?only_media=true", 0),
            ("%F0%9F%A6%80", 0),
        ] {
            let found = tomas.sees(&format!("/api/v1/timelines/tag/{query}")).await;
            assert_eq!(said(&found).len(), expected, "{query}");
        }
        let down = pages(
            &tomas,
            "/api/v1/timelines/tag/crab?any[]=shell&limit=2",
            "next",
        )
        .await;
        let sizes: Vec<usize> = down.iter().map(|page| said(page).len()).collect();
        assert_eq!(sizes, [2, 2, 1]);
    })
    .await;
}

#[tokio::test]
async fn a_followed_topic_brings_posts_home() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        let tag = tomas.does("POST", "/api/v1/tags/Crab/follow", None).await;
        assert_eq!(tag["following"], json!(true));
        assert_eq!(tag["history"].as_array().unwrap().len(), 7);
        assert!(tag["history"][0]["uses"].is_string());
        nadia.says("A #crab walks").await;
        nadia.says("Nothing of it").await;
        nadia
            .publishes(json!({ "status": "#crab quietly", "visibility": "unlisted" }))
            .await;
        assert_eq!(tomas.home().await, ["A #crab walks by nadia"]);
        let followed = tomas.sees("/api/v1/followed_tags").await;
        assert_eq!(each(&followed, "name"), ["Crab"]);
        assert_eq!(followed[0]["history"][0]["uses"], json!("1"));
        assert_eq!(
            tomas.sees("/api/v1/tags/crab").await["following"],
            json!(true)
        );
        let stranger = house.page("/api/v1/tags/crab").await.json();
        assert_eq!(stranger.get("following"), None);
        tomas.does("POST", "/api/v1/tags/crab/unfollow", None).await;
        nadia.says("Another #crab").await;
        assert_eq!(tomas.home().await.len(), 1);
        assert_eq!(
            tomas.sees("/api/v1/tags/neverheard").await["following"],
            json!(false)
        );
        let nonsense = tomas.calls("POST", "/api/v1/tags/!!/follow", None).await;
        assert!((400..500).contains(&nonsense.status));
    })
    .await;
}

#[tokio::test]
async fn topics_stand_on_ones_page_and_on_that_of_a_group() {
    on_both(async |fediverse| {
        let house = house(fediverse).await;
        let (nadia, tomas) = (house.person("nadia"), house.person("tomas"));
        nadia.says("About #crab and #crab again").await;
        let suggested = nadia.sees("/api/v1/featured_tags/suggestions").await;
        assert_eq!(each(&suggested, "name"), ["crab"]);
        let line = nadia
            .does(
                "POST",
                "/api/v1/featured_tags",
                Some(&json!({ "name": "crab" })),
            )
            .await;
        assert_eq!(line["statuses_count"], json!("1"));
        assert_eq!(line["last_status_at"], json!("2026-01-31"));
        let page = format!("/api/v1/accounts/{}/featured_tags", nadia.actor.id);
        assert_eq!(tomas.sees(&page).await, json!([line]));
        let path = format!("/api/v1/featured_tags/{}", id(&line));
        assert_eq!(tomas.calls("DELETE", &path, None).await.status, 404);
        nadia.does("DELETE", &path, None).await;
        assert_eq!(tomas.sees(&page).await, json!([]));
        assert_eq!(
            nadia.does("POST", "/api/v1/tags/crab/feature", None).await["featuring"],
            json!(true)
        );
        nadia
            .does("POST", "/api/v1/tags/crab/unfeature", None)
            .await;
        let group = format!(
            "/api/v1/accounts/{}/featured_tags",
            house.group("rust").actor.id
        );
        assert_eq!(each(&tomas.sees(&group).await, "name"), ["rust"]);
    })
    .await;
}
