//! One topic, many names.

use serde_json::{Value, json};

use super::{cares, glance, two_companies};
use crate::support::{on_both, on_sqlite};

fn slugs(topics: &Value) -> Vec<&str> {
    topics
        .as_array()
        .expect("a list")
        .iter()
        .map(|topic| topic["slug"].as_str().expect("a slug"))
        .collect()
}

#[tokio::test]
async fn a_topic_is_found_by_any_of_its_names_and_words_in_any_language() {
    on_both(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let (nadia, ines) = (ours.person("nadia"), ours.person("ines"));
        cares(&ines, "Statistical process control", "company", "").await;
        cares(&ines, "Stadtgärten", "company", "").await;
        cares(&ines, "統計学", "company", "").await;
        let more = json!({ "name": "statistische Prozesskontrolle", "language": "de" });
        let named = nadia
            .does(
                "POST",
                "/api/kindred/v1/topics/statistical-process-control/names",
                Some(&more),
            )
            .await;
        assert_eq!(named["names"][1], more);
        nadia
            .does(
                "POST",
                "/api/kindred/v1/topics/statistical-process-control/names",
                Some(&json!({ "name": "SPC" })),
            )
            .await;
        for (typed, found) in [
            ("stat", vec!["statistical-process-control"]),
            ("st", vec!["stadtgärten", "statistical-process-control"]),
            ("process", vec!["statistical-process-control"]),
            ("Prozess", vec!["statistical-process-control"]),
            ("spc", vec!["statistical-process-control"]),
            ("ＳＰＣ", vec!["statistical-process-control"]),
            ("stadtgar", vec!["stadtgärten"]),
            ("計", vec!["統計学"]),
            ("xyz", vec![]),
        ] {
            let typed: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
            let topics = ines
                .sees(&format!("/api/kindred/v1/topics?q={typed}"))
                .await;
            let mut slugs = slugs(&topics);
            slugs.sort_unstable();
            assert_eq!(slugs, found, "{typed}");
        }
        // Who says it by another name says the same.
        cares(&nadia, "#SPC", "company", "").await;
        let page = ines.sees("/api/kindred/v1/topics/spc").await;
        assert_eq!(page["topic"]["slug"], "statistical-process-control");
        assert_eq!(page["people"], json!({ "count": null, "few": true }));
    })
    .await;
}

#[tokio::test]
async fn two_topics_become_one_and_everybody_goes_along() {
    on_both(async |fediverse| {
        let (ours, theirs) = two_companies(fediverse).await;
        let (nadia, ines) = (ours.person("nadia"), ours.person("ines"));
        cares(&ines, "Sourdough", "company", "my third year").await;
        cares(&ines, "Sour dough", "company", "").await;
        cares(&nadia, "Sour dough", "company", "").await;
        let merged = nadia
            .does(
                "POST",
                "/api/kindred/v1/topics/sour-dough/merge",
                Some(&json!({ "into": "sourdough" })),
            )
            .await;
        assert_eq!(merged["slug"], "sourdough");
        let own = ines.sees("/api/kindred/v1/passions").await;
        assert_eq!(own.as_array().map(Vec::len), Some(1));
        assert_eq!(own[0]["words"], "my third year");
        assert_eq!(
            glance(&ines, "sour dough").await["topic"]["slug"],
            "sourdough"
        );
        let people = ines.sees("/api/kindred/v1/topics/sour-dough/people").await;
        assert_eq!(people.as_array().map(Vec::len), Some(2));
        nadia
            .does(
                "POST",
                "/api/kindred/v1/topics/sourdough/forbid",
                Some(&json!({ "reason": "crumbs" })),
            )
            .await;
        for gone in ["sourdough", "sour-dough", "SourDough"] {
            let refused = ines
                .calls(
                    "POST",
                    "/api/kindred/v1/passions",
                    Some(&json!({ "topic": gone })),
                )
                .await;
            assert_eq!(refused.status, 422, "{gone}");
            let page = ines
                .calls("GET", &format!("/api/kindred/v1/topics/{gone}"), None)
                .await;
            assert_eq!(page.status, 404, "{gone}");
        }
        drop(theirs);
    })
    .await;
}

#[tokio::test]
async fn names_that_are_none_are_refused_in_words() {
    on_sqlite(async |fediverse| {
        let (ours, _) = two_companies(fediverse).await;
        let ines = ours.person("ines");
        for topic in [
            "a".repeat(300),
            "r\u{443}st".to_owned(),
            "\u{202e}tsur".to_owned(),
            "#!".to_owned(),
            String::new(),
        ] {
            let answer = ines
                .calls(
                    "POST",
                    "/api/kindred/v1/passions",
                    Some(&json!({ "topic": topic })),
                )
                .await;
            assert_eq!(answer.status, 400, "{topic}");
            assert!(answer.json()["error"].is_string());
        }
        for body in [
            json!({ "topic": "rust", "circle": "nobody" }),
            json!({ "topic": "rust", "words": "x".repeat(281) }),
            json!({ "topic": { "a": 1 } }),
        ] {
            let answer = ines
                .calls("POST", "/api/kindred/v1/passions", Some(&body))
                .await;
            assert_eq!(answer.status, 400, "{body}");
        }
        let unknown = ines
            .calls("DELETE", "/api/kindred/v1/passions/nothing", None)
            .await;
        assert_eq!(unknown.status, 404);
        for n in 0..100 {
            cares(&ines, &format!("topic number {n}"), "company", "").await;
        }
        let one_more = ines
            .calls(
                "POST",
                "/api/kindred/v1/passions",
                Some(&json!({ "topic": "one more" })),
            )
            .await;
        assert_eq!(one_more.status, 400);
        assert!(
            ines.sees("/api/kindred/v1/topics?q=topic&limit=5")
                .await
                .as_array()
                .is_some_and(|all| all.len() == 5)
        );
    })
    .await;
}
