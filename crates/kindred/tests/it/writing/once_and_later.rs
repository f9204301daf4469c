//! A post that is asked for twice, and one whose time comes.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Person, http::Request, on_both};

async fn posts_with(who: &Person, key: &str, said: &Value) -> Value {
    let answer = Request::new("POST", "/api/v1/statuses")
        .with("host", who.instance.host())
        .with("authorization", format!("Bearer {}", who.token))
        .with("idempotency-key", key)
        .with("content-type", "application/json")
        .body(said.to_string())
        .send(who.instance.address())
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The noon at which every story begins, and so many minutes more.
fn in_minutes(minutes: u32) -> String {
    format!(
        "2026-01-31T{:02}:{:02}:00.000Z",
        12 + minutes / 60,
        minutes % 60
    )
}

#[tokio::test]
async fn the_same_key_posts_once_an_hour() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("mei")
            .start()
            .await;
        let (nadia, mei) = (ours.person("nadia"), ours.person("mei"));
        let said = json!({ "status": "Once" });
        let first = posts_with(&nadia, "a key", &said).await;
        let again = posts_with(&nadia, "a key", &said).await;
        assert_eq!(first["id"], again["id"]);
        let at_once = futures_util::future::join_all(
            (0..4).map(|_| posts_with(&nadia, "another key", &said)),
        )
        .await;
        assert!(at_once.iter().all(|post| post["id"] == at_once[0]["id"]));
        assert_ne!(first["id"], at_once[0]["id"]);
        let hers = posts_with(&mei, "a key", &said).await;
        assert_ne!(first["id"], hers["id"], "keys are one's own");
        assert_eq!(nadia.home().await.len(), 2);
        fediverse.turn(Duration::from_mins(61));
        let later = posts_with(&nadia, "a key", &said).await;
        assert_ne!(first["id"], later["id"], "after an hour it is forgotten");
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_post_is_published_when_its_time_comes_and_not_before() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("mei")
            .start()
            .await;
        let (nadia, mei) = (ours.person("nadia"), ours.person("mei"));
        let picture = super::super::media::picture(8, 8, image::ImageFormat::Png);
        let upload = nadia.uploads(&picture, "A dot").await;
        let said = json!({
            "status": "Later", "scheduled_at": in_minutes(30), "media_ids": [upload["id"]], "visibility": "unlisted"
        });
        let waits = posts_with(&nadia, "later", &said).await;
        assert_eq!(waits["scheduled_at"], in_minutes(30));
        assert_eq!(waits["params"]["text"], "Later");
        assert_eq!(waits["params"]["visibility"], "unlisted");
        assert_eq!(waits["media_attachments"][0]["id"], upload["id"]);
        assert_eq!(posts_with(&nadia, "later", &said).await["id"], waits["id"]);
        let path = format!("/api/v1/scheduled_statuses/{}", waits["id"].as_str().expect("an id"));
        assert_eq!(nadia.sees(&path).await, waits);
        assert_eq!(nadia.sees("/api/v1/scheduled_statuses").await, json!([waits]));
        for method in ["GET", "PUT", "DELETE"] {
            assert_eq!(mei.calls(method, &path, None).await.status, 404, "{method}");
        }
        let used = json!({ "status": "now", "media_ids": [upload["id"]] });
        assert_eq!(nadia.calls("POST", "/api/v1/statuses", Some(&used)).await.status, 422);

        let put_off = json!({ "scheduled_at": in_minutes(40) });
        assert_eq!(nadia.does("PUT", &path, Some(&put_off)).await["scheduled_at"], in_minutes(40));
        fediverse.turn(Duration::from_mins(31));
        fediverse.settle().await;
        assert_eq!(nadia.home().await, [""; 0], "the earlier time does not hold any more");
        fediverse.turn(Duration::from_mins(10));
        fediverse.settle().await;
        assert_eq!(nadia.home().await, ["Later by nadia"]);
        fediverse.settle().await;
        let home = nadia.sees("/api/v1/timelines/home").await;
        assert_eq!(home.as_array().map(Vec::len), Some(1));
        assert_eq!(home[0]["media_attachments"][0]["id"], upload["id"]);
        assert_eq!(nadia.calls("GET", &path, None).await.status, 404);

        for (when, expected) in [
            (json!(in_minutes(42)), 422),
            (json!("2020-01-01T00:00:00Z"), 422),
            (json!("soon"), 422),
        ] {
            let said = json!({ "status": "Too soon", "scheduled_at": when });
            let answer = nadia.calls("POST", "/api/v1/statuses", Some(&said)).await;
            assert_eq!(answer.status, expected, "{when}");
        }
        let said = json!({ "status": "Never", "scheduled_at": "2026-01-31T14:00:00+01:00" });
        let never = nadia.publishes(said).await;
        let path = format!("/api/v1/scheduled_statuses/{}", never["id"].as_str().expect("an id"));
        assert_eq!(nadia.does("DELETE", &path, None).await, json!({}));
        fediverse.turn(Duration::from_hours(2));
        fediverse.settle().await;
        assert_eq!(nadia.home().await.len(), 1);
        fediverse.settle().await;
    })
    .await;
}
