//! What becomes of words: markup, earlier versions, cards of links.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{on_both, on_sqlite};

#[tokio::test]
async fn what_a_post_said_before_can_be_read() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("mei")
            .start()
            .await;
        let (nadia, mei) = (ours.person("nadia"), ours.person("mei"));
        let post = nadia
            .publishes(
                json!({ "status": "First", "spoiler_text": "crabs", "visibility": "direct" }),
            )
            .await;
        let path = format!("/api/v1/statuses/{}", post["id"].as_str().expect("an id"));
        let history = format!("{path}/history");
        assert_eq!(nadia.sees(&history).await.as_array().map(Vec::len), Some(1));
        fediverse.turn(Duration::from_secs(5));
        nadia
            .does(
                "PUT",
                &path,
                Some(&json!({ "status": "Second", "spoiler_text": "" })),
            )
            .await;
        let all = nadia.sees(&history).await;
        let words: Vec<&Value> = all
            .as_array()
            .expect("a list")
            .iter()
            .map(|edit| &edit["content"])
            .collect();
        assert_eq!(words, ["<p>First</p>", "<p>Second</p>"]);
        assert_eq!(
            (&all[0]["spoiler_text"], &all[1]["spoiler_text"]),
            (&json!("crabs"), &json!(""))
        );
        assert_eq!(all[0]["created_at"], post["created_at"]);
        assert_eq!(all[1]["created_at"], "2026-01-31T12:00:05.000Z");
        assert_eq!(all[1]["account"]["acct"], "nadia");
        assert_eq!(
            nadia.sees(&format!("{path}/source")).await["text"],
            "Second"
        );
        assert_eq!(mei.calls("GET", &history, None).await.status, 404);
        assert_eq!(
            nadia
                .calls("POST", &format!("{path}/translate"), None)
                .await
                .status,
            503
        );
        assert_eq!(
            mei.calls("POST", &format!("{path}/translate"), None)
                .await
                .status,
            404
        );
        let gone = nadia.deletes(&post).await;
        assert_eq!(gone["text"], "Second");
        assert_eq!(nadia.calls("GET", &history, None).await.status, 404);
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_text_is_what_its_author_says_it_is() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("mei")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let typed = "**Hi** <b>@mei</b> #rust <script>x</script>";
        for (kind, bold, link, shown) in [
            ("text/plain", false, true, "&lt;b&gt;"),
            ("text/markdown", true, true, "&lt;b&gt;"),
            ("text/html", false, true, "<b><span class=\"h-card\"><a"),
        ] {
            let post = nadia
                .publishes(json!({ "status": typed, "content_type": kind }))
                .await;
            let content = post["content"].as_str().expect("a text");
            assert_eq!(content.contains("<strong>Hi</strong>"), bold, "{content}");
            assert_eq!(
                content.contains("class=\"u-url mention\""),
                link,
                "{content}"
            );
            assert!(content.contains(shown), "{content}");
            assert!(!content.contains("<script>"), "{content}");
            assert_eq!(post["mentions"][0]["acct"], "mei");
            assert_eq!(post["tags"][0]["name"], "rust");
        }
        let link = format!("https://news.example/{}", "x".repeat(2_000));
        let text = format!("{} {link}", "y".repeat(9_900));
        let long = nadia.publishes(json!({ "status": text })).await;
        assert!(long["id"].is_string(), "a link counts as 23 letters");
        let most =
            nadia.sees("/api/v2/instance").await["configuration"]["statuses"]["max_characters"]
                .as_u64()
                .expect("a number");
        for (more, expected) in [(0, 200), (1, 422)] {
            let length = usize::try_from(most + more).expect("a length");
            let said = json!({ "status": "z".repeat(length) });
            let answer = nadia.calls("POST", "/api/v1/statuses", Some(&said)).await;
            assert_eq!(answer.status, expected);
        }
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_link_gets_a_card_with_what_its_page_says() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let far = fediverse.peer("far.example", "mastodon");
        let page = br#"<html><head><title>x</title><meta property="og:title" content="Crabs &amp; co">
            <meta property="og:description" content="All about them"><meta property="og:image" content="/crab.png">
            <meta property="og:site_name" content="The News"></head></html>"#;
        let link = far.show("/news/1", "text/html; charset=utf-8", page.to_vec());
        let file = far.show("/news/2", "application/pdf", b"<title>no page</title>".to_vec());
        let nadia = ours.person("nadia");
        let post = nadia.publishes(json!({ "status": format!("Read {link}") })).await;
        let plain = nadia.publishes(json!({ "status": format!("Read {file}") })).await;
        assert_eq!(post["card"], json!(null), "nobody waited for it");
        fediverse.settle().await;
        let path = |post: &Value| format!("/api/v1/statuses/{}", post["id"].as_str().expect("an id"));
        let card = nadia.sees(&path(&post)).await["card"].clone();
        assert_eq!(card["url"], link);
        assert_eq!(card["title"], "Crabs & co");
        assert_eq!(card["description"], "All about them");
        assert_eq!(card["provider_name"], "The News");
        assert_eq!(card["type"], "link");
        let image = card["image"].as_str().expect("an address");
        assert!(image.starts_with(&format!("{}/media/remote/", ours.origin())));
        assert_eq!(nadia.sees(&path(&plain)).await["card"], json!(null));
        fediverse.settle().await;
    })
    .await;
}
