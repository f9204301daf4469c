//! Announcements and pictures by an admin with a browser alone.

use serde_json::json;

use crate::{
    finding::browser,
    support::{Fediverse, on_sqlite},
};

#[actix_web::test]
async fn an_admin_announces_changes_and_takes_back_with_a_browser() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_admin("ines")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let (ines, _) = browser(&ours, "ines").await;
        let page = ines.opens("/admin/announcements").await;
        let announced = ines
            .submits(
                &page,
                "/admin/announcements",
                &[("text", "We *move*"), ("ends_at", "2026-12-31T20:00")],
            )
            .await;
        assert_eq!(announced.status, 303, "{}", announced.text());
        let seen = nadia.sees("/api/v1/announcements").await[0].clone();
        assert_eq!(seen["ends_at"], "2026-12-31T20:00:00.000Z");
        let page = ines.opens("/admin/announcements").await;
        assert!(page.text().contains("<em>move</em>"), "{}", page.text());
        let path = format!(
            "/admin/announcements/{}",
            seen["id"].as_str().expect("a number")
        );
        let changed = ines
            .submits(&page, &format!("{path}/change"), &[("text", "We stay")])
            .await;
        assert_eq!(changed.status, 303, "{}", changed.text());
        let seen = nadia.sees("/api/v1/announcements").await[0].clone();
        assert_eq!(seen["content"], "<p>We stay</p>");
        let wrong = ines
            .submits(
                &page,
                "/admin/announcements",
                &[("text", " "), ("ends_at", "")],
            )
            .await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("role=\"alert\""));
        let page = ines.opens("/admin/announcements").await;
        let gone = ines.submits(&page, &format!("{path}/remove"), &[]).await;
        assert_eq!(gone.status, 303);
        assert_eq!(nadia.sees("/api/v1/announcements").await, json!([]));

        let (nadias, _) = browser(&ours, "nadia").await;
        for page in ["/admin/announcements", "/admin/emojis"] {
            assert_eq!(nadias.opens(page).await.status, 403, "{page}");
            assert_eq!(ines.opens(page).await.status, 200, "{page}");
        }
    })
    .await;
}
