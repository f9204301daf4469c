//! From a file on somebody's phone to a picture in a post, and who gets to see it.

use std::time::Duration;

use image::ImageFormat;
use kindred_storage::{JoinPolicy, Visibility};
use serde_json::{Value, json};

use super::{contains, picture, snapshot};
use crate::support::{http::Request, on_both_and_in_a_store};

fn url(attachment: &Value) -> String {
    attachment["url"].as_str().expect("an address").to_owned()
}

#[tokio::test]
async fn a_picture_is_uploaded_posted_and_told_to_other_servers() {
    on_both_and_in_a_store(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let nadia = ours.person("nadia");
        assert!(contains(&snapshot(), b"Nadia's kitchen"));
        let upload = nadia.uploads(&snapshot(), "Two colours").await;
        assert_eq!(upload["type"], "image");
        assert_eq!(upload["meta"]["original"]["size"], "64x32");
        assert_eq!(upload["meta"]["original"]["aspect"], 2.0);
        assert_eq!(upload["meta"]["small"]["width"], 64);
        assert_eq!(upload["description"], "Two colours");
        assert_eq!(upload["remote_url"], json!(null));
        assert!(upload["blurhash"].as_str().is_some_and(|hash| hash.len() > 10));

        for which in ["url", "preview_url"] {
            let file = ours.shows(upload[which].as_str().expect("an address")).await;
            assert_eq!(file.status, 200);
            assert_eq!(file.header("content-type"), "image/jpeg");
            assert_eq!(file.header("x-content-type-options"), "nosniff");
            assert_eq!(file.header("access-control-allow-origin"), "*");
            assert!(file.header("content-security-policy").contains("sandbox"));
            assert!(!contains(&file.body, b"Nadia") && !contains(&file.body, b"Exif"));
        }

        let id = upload["id"].clone();
        let path = format!("/api/v1/media/{}", id.as_str().expect("an id"));
        let said = json!({ "description": "Red and blue", "focus": "-0.5,1" });
        let described = nadia.does("PUT", &path, Some(&said)).await;
        assert_eq!(described["meta"]["focus"], json!({ "x": -0.5, "y": 1.0 }));
        let post = nadia
            .publishes(json!({ "status": "", "media_ids": [id] }))
            .await;
        let shown = &post["media_attachments"][0];
        assert_eq!((&shown["id"], &shown["description"]), (&upload["id"], &json!("Red and blue")));
        assert_eq!(nadia.sees("/api/v1/timelines/home").await[0]["media_attachments"][0], *shown);

        let uri = post["uri"].as_str().expect("an address");
        let document = ours.document(uri.strip_prefix(ours.origin()).expect("ours")).await.json();
        let file = &document["attachment"][0];
        assert_eq!(
            *file,
            json!({
                "type": "Image", "url": upload["url"], "mediaType": "image/jpeg", "name": "Red and blue",
                "summary": "Red and blue", "width": 64, "height": 32, "blurhash": upload["blurhash"],
                "focalPoint": [-0.5, 1.0]
            })
        );
        let whole = ours.shows(&url(&upload)).await;
        assert!(whole.header("cache-control").starts_with("public"));
        assert_eq!(nadia.calls("DELETE", &path, None).await.status, 422, "a post has it");
        assert_eq!(nadia.calls("PUT", &path, Some(&said)).await.status, 404);
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_part_of_a_film_is_served_to_a_player() {
    on_both_and_in_a_store(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let mut film = b"\0\0\0\x18ftypisom\0\0\0\0isommp42".to_vec();
        film.extend((0..200_000_u32).flat_map(u32::to_be_bytes));
        let upload = nadia.uploads(&film, "").await;
        assert_eq!(
            (&upload["type"], &upload["preview_url"]),
            (&json!("video"), &json!(null))
        );
        let path = url(&upload).replace(ours.origin(), "");
        let part = |range: &str| {
            Request::new("GET", &path)
                .with("host", ours.host())
                .with("range", range)
        };
        let whole = ours.shows(&url(&upload)).await;
        assert_eq!((whole.status, whole.body.len()), (200, film.len()));
        assert!(whole.body == film, "it is kept as it is");
        let some = part("bytes=100-65635").send(ours.address()).await;
        assert_eq!(some.status, 206);
        assert_eq!(
            some.header("content-range"),
            format!("bytes 100-65635/{}", film.len())
        );
        assert!(some.body == film[100..=65635]);
        let beyond = part("bytes=9999999-").send(ours.address()).await;
        assert_eq!(beyond.status, 416);
        let head = Request::new("HEAD", &path).with("host", ours.host());
        let head = head.send(ours.address()).await;
        assert_eq!(head.header("content-length"), film.len().to_string());
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_picture_is_shown_to_whoever_may_see_its_post_and_to_nobody_else() {
    on_both_and_in_a_store(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("mei")
            .with_person("tomas")
            .with_group_like("den", Visibility::Members, JoinPolicy::Open)
            .start()
            .await;
        let (nadia, mei, tomas) = (
            ours.person("nadia"),
            ours.person("mei"),
            ours.person("tomas"),
        );
        let upload = nadia.uploads(&snapshot(), "For Mei").await;
        let picture = url(&upload);
        let direct = nadia
            .publishes(json!({
                "status": "@mei look", "visibility": "direct", "media_ids": [upload["id"]]
            }))
            .await;
        assert_eq!(ours.shows(&picture).await.status, 404);
        assert_eq!(tomas.looks_at(&picture).await.status, 404);
        let seen = mei.looks_at(&picture).await;
        assert_eq!(
            (seen.status, seen.header("cache-control")),
            (200, "private, no-store")
        );
        assert_eq!(nadia.looks_at(&picture).await.status, 200);

        let gone = nadia.deletes(&direct).await;
        assert_eq!(
            gone["media_attachments"][0]["id"], upload["id"],
            "to write it anew"
        );
        assert_eq!(
            mei.looks_at(&picture).await.status,
            404,
            "it is off the post"
        );
        assert_eq!(nadia.looks_at(&picture).await.status, 200);
        let again = nadia
            .publishes(json!({ "status": "@den look", "media_ids": [upload["id"]] }))
            .await;
        assert_eq!(again["visibility"], "private");
        assert_eq!(
            ours.shows(&picture).await.status,
            404,
            "a closed group has it"
        );
        assert_eq!(tomas.looks_at(&picture).await.status, 404);
        tomas.follows("@den@kindred.example").await;
        fediverse.settle().await;
        assert_eq!(
            tomas.looks_at(&picture).await.status,
            200,
            "he belongs to it now"
        );
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn what_nobody_uses_for_a_day_is_forgotten() {
    on_both_and_in_a_store(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let (used, loose) = (
            nadia.uploads(&picture(8, 8, ImageFormat::Png), "").await,
            nadia.uploads(&picture(9, 9, ImageFormat::WebP), "").await,
        );
        let post = nadia
            .publishes(json!({ "status": "used", "media_ids": [used["id"]] }))
            .await;
        fediverse.turn(Duration::from_hours(25));
        fediverse.settle().await;
        assert_eq!(ours.shows(&url(&used)).await.status, 200);
        assert_eq!(ours.shows(&url(&loose)).await.status, 404);
        let path = format!("/api/v1/media/{}", loose["id"].as_str().expect("an id"));
        assert_eq!(nadia.calls("GET", &path, None).await.status, 404);
        nadia.deletes(&post).await;
        fediverse.settle().await;
        assert_eq!(nadia.looks_at(&url(&used)).await.status, 200);
        fediverse.turn(Duration::from_hours(25));
        fediverse.settle().await;
        assert_eq!(nadia.looks_at(&url(&used)).await.status, 404);
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn an_edit_changes_the_words_under_a_picture_and_takes_pictures_off() {
    on_both_and_in_a_store(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let mut ids = Vec::new();
        for size in 5..8 {
            let upload = nadia.uploads(&picture(size, size, ImageFormat::Png), "").await;
            ids.push(upload["id"].clone());
        }
        let post = nadia
            .publishes(json!({ "status": "Three", "media_ids": ids }))
            .await;
        let order = |post: &Value| -> Vec<Value> {
            let files = post["media_attachments"].as_array().expect("a list");
            files.iter().map(|file| file["id"].clone()).collect()
        };
        assert_eq!(order(&post), ids);
        let path = format!("/api/v1/statuses/{}", post["id"].as_str().expect("an id"));
        let edited = nadia.does("PUT", &path, Some(&json!({ "status": "Still three" }))).await;
        assert_eq!(order(&edited), ids, "nothing was said of them");
        let edited = nadia
            .does(
                "PUT",
                &path,
                Some(&json!({
                    "status": "Two", "media_ids": [ids[2], ids[0]],
                    "media_attributes": [{ "id": ids[0], "description": "Small", "focus": "0.1,0.2" }]
                })),
            )
            .await;
        assert_eq!(order(&edited), [ids[2].clone(), ids[0].clone()]);
        assert_eq!(edited["media_attachments"][1]["description"], "Small");
        assert_eq!(edited["media_attachments"][1]["meta"]["focus"]["x"], 0.1);
        let other = nadia
            .publishes(json!({ "status": "The third", "media_ids": [ids[1]] }))
            .await;
        assert_eq!(order(&other), [ids[1].clone()], "it was free again");
        let none = nadia
            .does("PUT", &path, Some(&json!({ "status": "None", "media_ids": [] })))
            .await;
        assert_eq!(none["media_attachments"], json!([]));
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_group_wears_the_pictures_that_its_organiser_sends() {
    on_both_and_in_a_store(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("mei")
            .with_group("rust")
            .start()
            .await;
        let path = format!("/api/v1/groups/{}", ours.group("rust").actor.id);
        let square = picture(30, 30, ImageFormat::Png);
        let send = async |who: &str, name: &str, file: &[u8]| {
            let parts = [
                ("note", None, &b"New words"[..]),
                (name, Some("a file"), file),
            ];
            ours.person(who).sends_form("PATCH", &path, &parts).await
        };
        assert_eq!(send("mei", "avatar", &square).await.status, 403);
        assert_eq!(send("nadia", "avatar", b"no picture").await.status, 422);
        let first = send("nadia", "avatar", &square).await.json();
        let worn = first["avatar"].as_str().expect("an address").to_owned();
        assert!(worn.contains("/media/"), "{worn}");
        assert_eq!(ours.shows(&worn).await.header("content-type"), "image/png");
        let second = send("nadia", "header", &square).await.json();
        assert_eq!(second["avatar"], first["avatar"]);
        assert_ne!(second["header"], first["header"]);
        let third = send("nadia", "avatar", &picture(31, 31, ImageFormat::Png))
            .await
            .json();
        fediverse.settle().await;
        assert_eq!(
            ours.shows(&worn).await.status,
            404,
            "nobody wears it any more"
        );
        fediverse.turn(Duration::from_hours(25));
        fediverse.settle().await;
        assert_eq!(
            ours.shows(third["avatar"].as_str().expect("an address"))
                .await
                .status,
            200
        );
    })
    .await;
}
