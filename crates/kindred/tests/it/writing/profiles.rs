//! What people say about themselves through a client, and who hears of it.

use image::ImageFormat;
use serde_json::{Value, json};

use super::super::media::picture;
use crate::support::{Fediverse, Person, on_both};

#[tokio::test]
async fn a_profile_is_changed_in_every_part_and_told_to_followers() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let far = fediverse.peer("far.example", "mastodon");
        let bo = far.person("bo");
        let nadia = ours.person("nadia");
        bo.tells(&ours, &bo.activity("Follow", json!(nadia.actor.uri)))
            .await;
        fediverse.settle().await;
        far.new_letters();
        let page = format!("<a rel=\"me\" href=\"{}\">me</a>", nadia.actor.uri);
        let home = far.show("/home", "text/html", page.into_bytes());
        let other = far.show("/other", "text/html", b"<a href=\"x\">me</a>".to_vec());
        let face = picture(900, 600, ImageFormat::Jpeg);
        let wide = picture(900, 600, ImageFormat::Png);
        let answer = nadia
            .sends_form(
                "PATCH",
                "/api/v1/accounts/update_credentials",
                &[
                    ("display_name", None, "Nadia B.".as_bytes()),
                    ("note", None, b"I like #crabs"),
                    ("avatar", Some("me.jpg"), &face),
                    ("header", Some("sea.png"), &wide),
                    ("locked", None, b"true"),
                    ("bot", None, b"1"),
                    ("discoverable", None, b"false"),
                    ("indexable", None, b"true"),
                    ("hide_collections", None, b"true"),
                    ("fields_attributes[0][name]", None, b"Home"),
                    ("fields_attributes[0][value]", None, home.as_bytes()),
                    ("fields_attributes[1][name]", None, b"Other"),
                    ("fields_attributes[1][value]", None, other.as_bytes()),
                    ("source[privacy]", None, b"unlisted"),
                    ("source[sensitive]", None, b"true"),
                    ("source[language]", None, b"de"),
                    ("source[quote_policy]", None, b"followers"),
                ],
            )
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let me = answer.json();
        assert_eq!(me["display_name"], "Nadia B.");
        assert_eq!(me["source"]["note"], "I like #crabs");
        for yes in ["locked", "bot", "indexable", "hide_collections"] {
            assert_eq!(me[yes], true, "{yes}");
        }
        assert_eq!(me["discoverable"], false);
        assert_eq!(me["source"]["fields"][0]["value"], home);
        assert_eq!(
            (
                &me["source"]["privacy"],
                &me["source"]["sensitive"],
                &me["source"]["language"]
            ),
            (&json!("unlisted"), &json!(true), &json!("de"))
        );
        assert_eq!(me["source"]["quote_policy"], "followers");
        let shown = ours.shows(me["avatar"].as_str().expect("an address")).await;
        let shown = image::load_from_memory(&shown.body).expect("a picture");
        assert_eq!((shown.width(), shown.height()), (400, 400));

        fediverse.settle().await;
        let told = far.letters();
        let update = told
            .iter()
            .find(|letter| letter["type"] == "Update")
            .expect("an update");
        assert_eq!(update["object"]["name"], "Nadia B.");
        assert_eq!(update["object"]["icon"]["url"], me["avatar"]);
        assert_eq!(update["object"]["type"], "Service");
        let now = nadia.sees("/api/v1/accounts/verify_credentials").await;
        assert_eq!(
            now["fields"][0]["verified_at"], "2026-01-31T12:00:01.000Z",
            "{now}"
        );
        assert_eq!(now["fields"][1]["verified_at"], json!(null));

        let post = nadia.publishes(json!({ "status": "As usual" })).await;
        assert_eq!(
            (&post["visibility"], &post["sensitive"], &post["language"]),
            (&json!("unlisted"), &json!(true), &json!("de"))
        );
        takes_pictures_down(fediverse, &nadia, &me).await;
    })
    .await;
}

/// Nadia takes her picture down, and changes her name in the newer way.
async fn takes_pictures_down(fediverse: &Fediverse, nadia: &Person, me: &Value) {
    let avatar = me["avatar"].as_str().expect("an address").to_owned();
    let less = nadia.does("DELETE", "/api/v1/profile/avatar", None).await;
    assert_ne!(less["avatar"], me["avatar"]);
    assert_eq!(less["header"], me["header"]);
    fediverse.settle().await;
    assert_eq!(
        nadia.instance.shows(&avatar).await.status,
        404,
        "nobody wears it any more"
    );
    let profile = nadia
        .does(
            "PUT",
            "/api/v1/profile",
            Some(&json!({ "display_name": "N." })),
        )
        .await;
    assert_eq!(
        (&profile["display_name"], &profile["avatar"]),
        (&json!("N."), &json!(null))
    );
    fediverse.settle().await;
}

#[tokio::test]
async fn what_does_not_fit_a_profile_is_refused_in_words() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let nadia = ours.person("nadia");
        let path = "/api/v1/accounts/update_credentials";
        let before = nadia.sees("/api/v1/accounts/verify_credentials").await;
        for said in [
            json!({ "display_name": "x".repeat(101) }),
            json!({ "note": "x".repeat(5_001) }),
            json!({ "source": { "privacy": "secret" } }),
            json!({ "source": { "language": "no language at all" } }),
            json!({ "fields_attributes": vec![json!({ "name": "a", "value": "b" }); 5] }),
            json!({ "fields_attributes": [{ "name": "a", "value": "x".repeat(256) }] }),
        ] {
            let answer = nadia.calls("PATCH", path, Some(&said)).await;
            assert_eq!(answer.status, 422, "{said}: {}", answer.text());
            assert!(answer.json()["error"].is_string());
        }
        for said in [
            json!({ "display_name": ["x"], "locked": {}, "source": 7, "fields_attributes": "x", "avatar": "x" }),
            json!({}),
            json!({ "fields_attributes": { "0": { "name": "Team", "value": "Crabs" }, "1": "x" } }),
        ] {
            assert_eq!(nadia.calls("PATCH", path, Some(&said)).await.status, 200, "{said}");
        }
        let script = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>";
        let answer = nadia.sends_form("PATCH", path, &[("avatar", Some("a.svg"), script)]).await;
        assert_eq!(answer.status, 422);
        let after = nadia.sees("/api/v1/accounts/verify_credentials").await;
        let same = |part: &str| -> (Value, Value) { (before[part].clone(), after[part].clone()) };
        for part in ["display_name", "note", "avatar", "header"] {
            let (before, after) = same(part);
            assert_eq!(before, after, "{part}");
        }
        assert_eq!(after["fields"][0]["name"], "Team");
        fediverse.settle().await;
    })
    .await;
}
