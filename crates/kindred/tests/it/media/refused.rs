//! What is not taken in, and what is said then.

use image::ImageFormat;
use serde_json::json;

use super::{form, picture, snapshot};
use crate::support::{http::Request, on_sqlite};

#[tokio::test]
async fn what_cannot_be_shown_is_refused_in_words() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let whole = picture(64, 64, ImageFormat::Png);
        let mut enormous = whole.clone();
        // It says that it is 16,384 pixels wide and high.
        enormous[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        for (what, file) in [
            ("a drawing with a script", &svg[..]),
            ("a page", b"<!DOCTYPE html><script>alert(1)</script>"),
            ("an archive", b"PK\x03\x04\x14\0\0\0\x08\0"),
            ("words", b"just words"),
            ("nothing", b""),
            ("half a picture", &whole[..whole.len() / 2]),
            ("the beginning of a picture", &whole[..12]),
            ("an enormous picture", &enormous),
        ] {
            let answer = nadia
                .sends_form("POST", "/api/v2/media", &[("file", Some("a.png"), file)])
                .await;
            assert_eq!(answer.status, 422, "{what}: {}", answer.text());
            assert!(answer.json()["error"].is_string(), "{what}");
        }
        let hidden = [&snapshot()[..], b"<script>alert(1)</script>PK\x03\x04"].concat();
        let upload = nadia.uploads(&hidden, "").await;
        let shown = ours
            .shows(upload["url"].as_str().expect("an address"))
            .await;
        assert!(
            !super::contains(&shown.body, b"<script>"),
            "only the picture is kept"
        );
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn broken_forms_and_strangers_are_refused() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let whole = form(&[("file", None, &snapshot())]);
        let send = async |request: Request| {
            let answer = request.with("host", ours.host()).send(ours.address()).await;
            assert!(answer.json()["error"].is_string(), "{}", answer.text());
            answer.status
        };
        let post = |token: &str| {
            Request::new("POST", "/api/v2/media").with("authorization", format!("Bearer {token}"))
        };
        let multipart = "multipart/form-data; boundary=line";
        for (kind, body, expected) in [
            (multipart, &whole[..whole.len() - 40], 400),
            (multipart, &b"--line\r\n"[..], 400),
            (multipart, b"words", 400),
            ("multipart/form-data", &whole, 400),
            ("application/json", b"{}", 422),
            ("application/json", b"{", 400),
            ("text/plain", b"words", 415),
        ] {
            let request = post(&nadia.token).with("content-type", kind).body(body);
            assert_eq!(send(request).await, expected, "{kind} {}", body.len());
        }
        let request = post("nobody")
            .with("content-type", multipart)
            .body(whole.clone());
        assert_eq!(send(request).await, 401);
        let taken = post(&nadia.token)
            .with("content-type", multipart)
            .with("host", ours.host())
            .body(whole)
            .send(ours.address())
            .await;
        assert_eq!(taken.status, 200, "a file needs no name: {}", taken.text());
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_attaches_what_is_not_theirs_or_is_used_already() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("mei")
            .start()
            .await;
        let (nadia, mei) = (ours.person("nadia"), ours.person("mei"));
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(nadia.uploads(&snapshot(), "").await["id"].clone());
        }
        nadia
            .publishes(json!({ "status": "one", "media_ids": [ids[0]] }))
            .await;
        let theirs = mei.uploads(&snapshot(), "").await["id"].clone();
        for (what, media) in [
            ("used already", json!([ids[0]])),
            ("somebody else's", json!([theirs])),
            ("one of them somebody else's", json!([ids[1], theirs])),
            ("the same twice", json!([ids[1], ids[1]])),
            ("too many", json!([ids[1], ids[2], ids[3], ids[4], ids[0]])),
            ("nothing", json!(["7"])),
            ("no number", json!(["x", null, {}])),
        ] {
            let said = json!({ "status": "two", "media_ids": media });
            let answer = nadia.calls("POST", "/api/v1/statuses", Some(&said)).await;
            assert_eq!(answer.status, 422, "{what}: {}", answer.text());
        }
        let path = format!("/api/v1/media/{}", ids[1].as_str().expect("an id"));
        for method in ["GET", "PUT", "DELETE"] {
            assert_eq!(mei.calls(method, &path, None).await.status, 404, "{method}");
        }
        for (said, expected) in [
            (json!({ "focus": "somewhere" }), 422),
            (json!({ "focus": "-7,9" }), 200),
            (json!({ "description": "x".repeat(5_001) }), 422),
            (json!({ "description": ["no", "words"] }), 200),
            (json!({ "description": "x".repeat(1_500) }), 200),
        ] {
            let answer = nadia.calls("PUT", &path, Some(&said)).await;
            assert_eq!(answer.status, expected, "{said}");
        }
        assert_eq!(nadia.does("DELETE", &path, None).await, json!({}));
        fediverse.settle().await;
    })
    .await;
}
