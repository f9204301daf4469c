//! Bodies that are too long, packed, too deep, or full of surprises.

use serde_json::{Value, json};

use super::stage;
use crate::support::{http::Request, on_both, on_sqlite};

#[tokio::test]
async fn a_body_of_two_megabytes_is_too_large_however_it_comes() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let note = stage
            .bo
            .note(&"a".repeat(2 * 1024 * 1024), &[&stage.group()]);
        let letter = stage.bo.letter(&stage.ours, &stage.bo.create(&note));
        let in_pieces = Request {
            in_pieces: true,
            ..letter.clone()
        };
        let only_said = letter.clone().body("{}").with("content-length", "2097152");
        for (what, request) in [
            ("at once", letter),
            ("in pieces", in_pieces),
            ("only said", only_said),
        ] {
            stage.is_refused(fediverse, what, request, &[413]).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_packed_or_no_activity_is_refused_by_its_headers() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let good = stage.bo.letter(
            &stage.ours,
            &stage.bo.create(&stage.bo.note("Hi", &[&stage.group()])),
        );
        for encoding in ["gzip", "br", "deflate", "identity, gzip", "nonsense"] {
            let request = good.clone().with("content-encoding", encoding);
            stage.is_refused(fediverse, encoding, request, &[415]).await;
        }
        for kind in ["text/html", "application/json", "multipart/form-data", ""] {
            let request = good
                .clone()
                .without("content-type")
                .with("content-type", kind);
            stage
                .is_refused(fediverse, kind, request, &[401, 415])
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_json_or_too_deep_is_refused() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let actor = &stage.bo.uri;
        let deep = |open: &str, close: &str| {
            format!(
                r#"{{"id":"{actor}/deep","type":"Create","actor":"{actor}","object":{}1{}}}"#,
                open.repeat(200),
                close.repeat(200)
            )
        };
        let cases = [
            ("nothing", String::new()),
            ("no json", "hello".to_owned()),
            ("half a letter", format!(r#"{{"actor":"{actor}","type":"#)),
            ("a list", format!(r#"[{{"actor":"{actor}","type":"Follow"}}]"#)),
            ("lists in lists", deep("[", "]")),
            ("objects in objects", deep(r#"{"object":"#, "}")),
            ("a number", "7".to_owned()),
            ("the actor twice", format!(r#"{{"id":"{actor}/twice","type":"Like","actor":"{actor}","actor":"http://far.example/users/carl","object":"x"}}"#)),
        ];
        for (what, body) in cases {
            let request = stage.bo.letter_at(&stage.ours, body.into_bytes(), fediverse.now());
            stage.is_refused(fediverse, what, request, &[400, 401, 403]).await;
        }
        let mut broken = stage.bo.create(&stage.bo.note("Hi", &[&stage.group()])).to_string().into_bytes();
        let at = broken.len() - 10;
        broken[at] = 0xff;
        let request = stage.bo.letter_at(&stage.ours, broken, fediverse.now());
        stage.is_refused(fediverse, "no UTF-8", request, &[400, 401, 403]).await;
    })
    .await;
}

#[tokio::test]
async fn a_context_is_never_fetched_and_never_in_the_way() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let evil = fediverse.peer("evil.example", "mastodon");
        let contexts: [Value; 6] = [
            json!(evil.uri("/context")),
            json!([evil.uri("/context"), { "Create": "https://www.w3.org/ns/activitystreams#Delete" }]),
            json!(7),
            json!(null),
            json!([[[["deep"]]]]),
            json!({ "@vocab": evil.uri("/") }),
        ];
        for (number, context) in contexts.into_iter().enumerate() {
            let note = stage.bo.note(&format!("Number {number}"), &[&stage.group()]);
            let mut create = stage.bo.create(&note);
            create["@context"] = context;
            stage.bo.tells(&stage.ours, &create).await;
            fediverse.settle().await;
            let kept = stage.ours.post_at(note["id"].as_str().unwrap()).await;
            assert!(kept.is_some(), "{}", create["@context"]);
        }
        assert!(evil.got().is_empty(), "nobody asked for a context");
    })
    .await;
}

#[tokio::test]
async fn markup_with_scripts_is_shown_without_them() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let markup = r#"<p onclick="steal()">Kind <script>steal()</script><b>words</b>
            <img src="x" onerror="steal()"><a href="javascript:steal()">here</a>
            <a href="https://good.example/" style="position:fixed">there</a><iframe src="https://evil.example"></iframe>
            <svg onload="steal()"></svg><style>body{display:none}</style><form action="https://evil.example"><input></form></p>"#;
        let mut note = stage.bo.note(markup, &[&stage.group()]);
        note["name"] = json!("<script>steal()</script>A title");
        note["summary"] = json!("<img src=x onerror=steal()>A warning");
        note["attachment"] = json!([{ "type": "Image", "url": "javascript:steal()", "name": "<script>steal()</script>" }]);
        note["url"] = json!("javascript:steal()");
        stage.bo.tells(&stage.ours, &stage.bo.create(&note)).await;
        let mut face = crate::support::card("Person", "bo", &stage.bo.uri, "");
        face["summary"] = json!("<script>steal()</script>");
        fediverse.settle().await;

        let nadia = stage.ours.person("nadia");
        let seen = nadia.post_at(note["id"].as_str().unwrap()).await.expect("the post");
        let id = seen["id"].as_str().unwrap().to_owned();
        let group = stage.ours.page("/g/rust").await;
        assert_eq!(group.status, 200);
        let thread = stage.ours.page(&format!("/o/{id}")).await;
        let api = seen.to_string();
        let content = seen["content"].as_str().unwrap();
        assert!(content.contains("<b>words</b>") || content.contains("<strong>words</strong>"), "{content}");
        assert!(content.contains("https://good.example/"), "{content}");
        for (where_, text) in [("the API", api), ("the group's page", group.text()), ("the thread's page", thread.text())] {
            for bad in ["<script", "onclick=", "onerror=\"", "<iframe", "<svg onload", "javascript:", "<form action=\"https://evil", "position:fixed", "display:none"] {
                assert!(!text.contains(bad), "{bad} in {where_}: {text}");
            }
        }
    })
    .await;
}
