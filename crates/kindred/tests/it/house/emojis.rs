//! Pictures of the house that stand for words, here and on the wire.

use image::ImageFormat;
use serde_json::{Value, json};

use crate::{
    client_api::ALL_SCOPES,
    media::picture,
    support::{Fediverse, Person, on_both, on_both_and_in_a_store, on_sqlite},
};

const OURS: &str = "/api/kindred/v1/emojis";

/// An admin adds a picture that has to be taken.
async fn adds(ines: &Person, shortcode: &str, format: ImageFormat) -> Value {
    let file = picture(8, 8, format);
    let answer = ines
        .sends_form(
            "POST",
            OURS,
            &[
                ("shortcode", None, shortcode.as_bytes()),
                ("category", None, b"Animals"),
                ("image", Some("a.bin"), &file),
            ],
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[actix_web::test]
async fn a_picture_of_the_house_stands_for_its_word_everywhere() {
    on_both_and_in_a_store(async |fediverse: &Fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_admin("ines")
            .start()
            .await;
        let theirs = fediverse
            .instance("acme.example")
            .with_person("mei")
            .start()
            .await;
        let (nadia, mei) = (
            ours.person_who_may("nadia", ALL_SCOPES).await,
            theirs.person("mei"),
        );
        let ines = ours.person_who_may("ines", ALL_SCOPES).await;
        mei.follows("nadia@kindred.example").await;
        fediverse.settle().await;
        let crab = adds(&ines, "crab", ImageFormat::Png).await;
        adds(&ines, "party", ImageFormat::Gif).await;
        let offered = nadia.sees("/api/v1/custom_emojis").await;
        assert_eq!(offered.as_array().map(Vec::len), Some(2));
        assert_eq!(offered[0]["shortcode"], "crab");
        assert_eq!(offered[0]["category"], "Animals");
        assert_eq!(offered[0]["visible_in_picker"], true);
        for which in ["url", "static_url"] {
            for emoji in [&offered[0], &offered[1]] {
                let path = emoji[which]
                    .as_str()
                    .and_then(|url| url.strip_prefix("http://kindred.example"))
                    .expect("an address of ours");
                let shown = ours.page(path).await;
                assert_eq!(shown.status, 200, "{path}");
                assert!(shown.header("content-type").starts_with("image/"));
                assert_eq!(shown.header("access-control-allow-origin"), "*");
            }
        }

        let said = nadia
            .publishes(json!({ "status": "A :crab: at 12:crab:30 and :nobody: :crab:", "spoiler_text": ":party:" }))
            .await;
        let names = |of: &Value| -> Vec<String> {
            let list = of["emojis"].as_array().expect("a list").iter();
            list.map(|emoji| emoji["shortcode"].as_str().expect("a word").to_owned())
                .collect()
        };
        let mut used = names(&said);
        used.sort();
        assert_eq!(used, ["crab", "party"]);
        assert!(said["emojis"][0]["url"].is_string());
        nadia
            .does(
                "PATCH",
                "/api/v1/accounts/update_credentials",
                Some(&json!({ "display_name": "Nadia :crab:", "fields_attributes": [{ "name": "Mood", "value": ":party:" }] })),
            )
            .await;
        let me = nadia.sees("/api/v1/accounts/verify_credentials").await;
        let mut used = names(&me);
        used.sort();
        assert_eq!(used, ["crab", "party"]);

        fediverse.settle().await;
        let there = mei.post_at(said["uri"].as_str().expect("an address")).await.expect("it came");
        let mut used = names(&there);
        used.sort();
        assert_eq!(used, ["crab", "party"]);
        assert!(names(&there["account"]).contains(&"crab".to_owned()));
        let document = ours
            .document(said["uri"].as_str().and_then(|uri| uri.strip_prefix("http://kindred.example")).expect("ours"))
            .await
            .json();
        let tag = document["tag"]
            .as_array()
            .and_then(|tags| tags.iter().find(|tag| tag["name"] == ":crab:"))
            .expect("a tag")
            .clone();
        assert_eq!(tag["type"], "Emoji");
        assert_eq!(tag["icon"]["type"], "Image");
        assert_eq!(tag["icon"]["url"], crab["url"]);
        assert!(tag["id"].is_string());
    })
    .await;
}

#[actix_web::test]
async fn a_picture_that_is_switched_off_is_used_no_more_and_one_that_is_removed_is_gone() {
    on_both(async |fediverse: &Fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_admin("ines")
            .start()
            .await;
        let ines = ours.person_who_may("ines", ALL_SCOPES).await;
        let nadia = ours.person("nadia");
        let crab = adds(&ines, "crab", ImageFormat::Png).await;
        let path = format!("{OURS}/{}", crab["id"].as_str().expect("a number"));
        let hidden = json!({ "visible_in_picker": false, "category": "" });
        let hidden = ines.does("PUT", &path, Some(&hidden)).await;
        assert_eq!(
            (&hidden["visible_in_picker"], &hidden["category"]),
            (&json!(false), &Value::Null)
        );
        let before = nadia.says(":crab:").await;
        assert_eq!(before["emojis"][0]["shortcode"], "crab");
        let off = json!({ "disabled": true });
        let off = ines.does("PUT", &path, Some(&off)).await;
        assert_eq!(off["disabled"], true);
        assert_eq!(nadia.sees("/api/v1/custom_emojis").await, json!([]));
        assert_eq!(nadia.says("again :crab:").await["emojis"], json!([]));
        let kept = format!(
            "/api/v1/statuses/{}",
            before["id"].as_str().expect("a number")
        );
        assert_eq!(nadia.sees(&kept).await["emojis"][0]["shortcode"], "crab");
        assert_eq!(ines.sees(OURS).await.as_array().map(Vec::len), Some(1));
        ines.does("DELETE", &path, None).await;
        fediverse.settle().await;
        assert_eq!(ines.sees(OURS).await, json!([]));
        let file = crab["url"]
            .as_str()
            .and_then(|url| url.strip_prefix("http://kindred.example"))
            .expect("an address");
        let gone = ours.page(file).await;
        assert_eq!(gone.status, 404);
        assert_eq!(gone.header("access-control-allow-origin"), "*");
        adds(&ines, "crab", ImageFormat::WebP).await;
    })
    .await;
}

#[actix_web::test]
async fn what_is_no_small_picture_with_a_plain_word_is_refused() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_admin("ines")
            .start()
            .await;
        let ines = ours.person_who_may("ines", ALL_SCOPES).await;
        let nadia = ours.person_who_may("nadia", ALL_SCOPES).await;
        adds(&ines, "crab", ImageFormat::Png).await;
        let small = picture(4, 4, ImageFormat::Png);
        let large = vec![0x89; 300 * 1024];
        let large = [&small[..], &large[..]].concat();
        for (word, file, status) in [
            ("crab", &small[..], 422),
            ("c", &small[..], 422),
            ("two words", &small[..], 422),
            ("krabbe-ß", &small[..], 422),
            (&"x".repeat(51)[..], &small[..], 422),
            ("loaf", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422),
            ("loaf", &large[..], 422),
            ("loaf", b"", 422),
        ] {
            let answer = ines
                .sends_form(
                    "POST",
                    OURS,
                    &[
                        ("shortcode", None, word.as_bytes()),
                        ("image", Some("x"), file),
                    ],
                )
                .await;
            assert_eq!(answer.status, status, "{word}: {}", answer.text());
        }
        let parts: [(&str, Option<&str>, &[u8]); 2] =
            [("shortcode", None, b"loaf"), ("image", Some("x"), &small)];
        assert_eq!(nadia.sends_form("POST", OURS, &parts).await.status, 403);
        assert_eq!(nadia.calls("GET", OURS, None).await.status, 403);
        assert_eq!(
            nadia
                .sees("/api/v1/custom_emojis")
                .await
                .as_array()
                .map(Vec::len),
            Some(1)
        );
    })
    .await;
}
