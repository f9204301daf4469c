//! What the house tells everybody: by an admin, to everybody here, until it is over.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    client_api::ALL_SCOPES,
    sign_in::streams::Line,
    support::{Fediverse, Instance, Person, on_both, on_sqlite},
};

const OURS: &str = "/api/kindred/v1/announcements";

async fn a_house(fediverse: &Fediverse) -> (Instance, Person, Person) {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .with_admin("ines")
        .start()
        .await;
    let ines = ours.person_who_may("ines", ALL_SCOPES).await;
    let nadia = ours.person_who_may("nadia", ALL_SCOPES).await;
    (ours, ines, nadia)
}

fn id(of: &Value) -> &str {
    of["id"].as_str().expect("a number")
}

#[actix_web::test]
async fn an_admin_tells_everybody_and_each_reads_it_puts_it_away_and_answers_in_one_picture() {
    on_both(async |fediverse: &Fediverse| {
        let (ours, ines, nadia) = a_house(fediverse).await;
        let tomas = ours.person("tomas");
        let told = ines
            .does(
                "POST",
                OURS,
                Some(&json!({
                    "text": "**Soon** @tomas shows his #bread", "starts_at": "2026-01-30T18:00:00Z", "ends_at": "2026-12-31T20:00:00Z"
                })),
            )
            .await;
        let all = nadia.sees("/api/v1/announcements").await;
        let seen = &all[0];
        assert_eq!(all.as_array().map(Vec::len), Some(1));
        assert!(seen["content"].as_str().is_some_and(|html| html.contains("<strong>Soon</strong>")));
        assert_eq!(seen["mentions"][0]["username"], "tomas");
        assert_eq!(seen["tags"][0]["name"], "bread");
        assert_eq!(seen["ends_at"], "2026-12-31T20:00:00.000Z");
        assert_eq!((&seen["read"], &seen["text"]), (&json!(false), &Value::Null));

        let path = format!("/api/v1/announcements/{}", id(&told));
        nadia.does("POST", &format!("{path}/dismiss"), None).await;
        nadia.does("POST", &format!("{path}/dismiss"), None).await;
        assert_eq!(nadia.sees("/api/v1/announcements").await[0]["read"], true);
        assert_eq!(nadia.sees("/api/v1/announcements?with_dismissed=false").await, json!([]));
        assert_eq!(tomas.sees("/api/v1/announcements").await[0]["read"], false);

        let rocket = format!("{path}/reactions/%F0%9F%9A%80");
        for who in [&nadia, &tomas, &nadia] {
            who.does("PUT", &rocket, None).await;
        }
        let reactions = |who: Person| async move { who.sees("/api/v1/announcements").await[0]["reactions"].clone() };
        assert_eq!(
            reactions(nadia.clone()).await,
            json!([{ "name": "🚀", "count": 2, "me": true }])
        );
        assert_eq!(reactions(ines.clone()).await[0]["me"], false);
        for nonsense in ["words", "%F0%9F%9A%80%F0%9F%9A%80", "nosuchpicture", &"x".repeat(5_000)] {
            let answer = nadia.calls("PUT", &format!("{path}/reactions/{nonsense}"), None).await;
            assert_eq!(answer.status, 422, "{nonsense:.20}: {}", answer.text());
        }
        nadia.does("DELETE", &rocket, None).await;
        nadia.does("DELETE", &rocket, None).await;
        assert_eq!(reactions(nadia.clone()).await, json!([{ "name": "🚀", "count": 1, "me": false }]));
        fediverse.settle().await;
    })
    .await;
}

#[actix_web::test]
async fn only_admins_write_and_nonsense_is_refused_with_words() {
    on_sqlite(async |fediverse: &Fediverse| {
        let (_, ines, nadia) = a_house(fediverse).await;
        let text = json!({ "text": "Hello" });
        assert_eq!(nadia.calls("POST", OURS, Some(&text)).await.status, 403);
        assert_eq!(nadia.calls("GET", OURS, None).await.status, 403);
        for wish in [
            json!({}),
            json!({ "text": "  " }),
            json!({ "text": "x".repeat(5_001) }),
            json!({ "text": "Hello", "ends_at": "yesterday" }),
            json!({ "text": "Hello", "ends_at": "2020-01-01T00:00:00Z" }),
            json!({ "text": "Hello", "starts_at": "2027-02-01T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z" }),
        ] {
            let answer = ines.calls("POST", OURS, Some(&wish)).await;
            assert!(matches!(answer.status, 400 | 422), "{wish:.60}: {}", answer.text());
            assert!(answer.json()["error"].is_string());
        }
        for (method, path) in [
            ("PUT", "/api/kindred/v1/announcements/1"),
            ("DELETE", "/api/kindred/v1/announcements/x"),
            ("POST", "/api/v1/announcements/1/dismiss"),
        ] {
            assert_eq!(ines.calls(method, path, Some(&text)).await.status, 404, "{path}");
        }
        assert_eq!(nadia.sees("/api/v1/announcements").await, json!([]));
    })
    .await;
}

#[actix_web::test]
async fn whoever_looks_sees_announcements_come_change_and_go() {
    on_both(async |fediverse: &Fediverse| {
        let (ours, ines, nadia) = a_house(fediverse).await;
        let mut line = Line::socket(&ours, "?stream=user", &nadia.token).await;
        let told = ines
            .does("POST", OURS, Some(&json!({ "text": "We move" })))
            .await;
        let (stream, event, seen) = line.event().await;
        assert_eq!((stream, event.as_str()), (json!(["user"]), "announcement"));
        assert_eq!((&seen["id"], &seen["read"]), (&told["id"], &json!(false)));

        let path = format!("/api/v1/announcements/{}", id(&told));
        ines.does("PUT", &format!("{path}/reactions/%E2%9D%A4"), None)
            .await;
        let (_, event, said) = line.event().await;
        assert_eq!(event, "announcement.reaction");
        assert_eq!(
            said,
            json!({ "name": "❤", "count": 1, "announcement_id": told["id"] })
        );
        ines.does("DELETE", &format!("{path}/reactions/%E2%9D%A4"), None)
            .await;
        assert_eq!(line.event().await.2["count"], 0);

        let ours_path = format!("{OURS}/{}", id(&told));
        ines.does("PUT", &ours_path, Some(&json!({ "text": "We have moved" })))
            .await;
        let (_, event, seen) = line.event().await;
        assert_eq!(event, "announcement");
        assert_eq!(seen["content"], "<p>We have moved</p>");

        ines.does("DELETE", &ours_path, None).await;
        let (_, event, gone) = line.event().await;
        assert_eq!(event, "announcement.delete");
        assert_eq!(gone.to_string(), id(&told));
        assert_eq!(nadia.sees("/api/v1/announcements").await, json!([]));
        fediverse.settle().await;
    })
    .await;
}

#[actix_web::test]
async fn an_announcement_is_over_when_its_time_is() {
    on_both(async |fediverse: &Fediverse| {
        let (ours, ines, nadia) = a_house(fediverse).await;
        let mut line = Line::socket(&ours, "?stream=user", &nadia.token).await;
        let end = fediverse.now() + Duration::from_hours(1);
        let end = chrono::DateTime::<chrono::Utc>::from(end).to_rfc3339();
        let told = ines
            .does(
                "POST",
                OURS,
                Some(&json!({ "text": "For an hour", "ends_at": end })),
            )
            .await;
        assert_eq!(line.event().await.1, "announcement");
        fediverse.turn(Duration::from_secs(3_601));
        assert_eq!(nadia.sees("/api/v1/announcements").await, json!([]));
        fediverse.settle().await;
        let (_, event, gone) = line.event().await;
        assert_eq!(
            (event.as_str(), gone.to_string()),
            ("announcement.delete", id(&told).to_owned())
        );
        let path = format!("/api/v1/announcements/{}/reactions/%E2%9D%A4", id(&told));
        assert_eq!(nadia.calls("PUT", &path, None).await.status, 404);
        // Admins still find it, and give it more time.
        assert_eq!(ines.sees(OURS).await[0]["text"], "For an hour");
        ines.does(
            "PUT",
            &format!("{OURS}/{}", id(&told)),
            Some(&json!({ "ends_at": "" })),
        )
        .await;
        assert_eq!(
            nadia.sees("/api/v1/announcements").await[0]["id"],
            told["id"]
        );
    })
    .await;
}
