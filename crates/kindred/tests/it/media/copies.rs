//! What other servers show, seen through our copies.

use image::ImageFormat;
use serde_json::{Value, json};

use super::picture;
use crate::support::{http::Request, on_both_and_in_a_store};

#[tokio::test]
async fn a_picture_from_elsewhere_is_seen_here_and_fetched_once() {
    on_both_and_in_a_store(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .start()
            .await;
        let far = fediverse.peer("far.example", "mastodon");
        let bo = far.person("bo");
        let nadia = ours.person("nadia");
        let real = picture(40, 20, ImageFormat::Png);
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>".to_vec();
        let attached = [
            far.show("/files/1.png", "text/html", real.clone()),
            far.show("/files/2.png", "image/png", svg),
            far.uri("/files/3.png"),
        ];
        let mut note = bo.note("Look", &[&nadia.actor.uri]);
        note["attachment"] = attached
            .iter()
            .map(|url| {
                json!({
                    "type": "Document", "mediaType": "image/png", "url": url, "name": "A field", "width": 40,
                    "height": 20, "focalPoint": [0.5, -0.5], "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj"
                })
            })
            .collect();
        bo.tells(&ours, &bo.create(&note)).await;
        fediverse.settle().await;
        let uri = note["id"].as_str().expect("an address");
        let post = nadia.post_at(uri).await.expect("the post");
        let shown: Vec<&Value> = post["media_attachments"].as_array().expect("a list").iter().collect();
        assert_eq!(shown.len(), 3);
        assert_eq!((&shown[0]["remote_url"], &shown[0]["description"]), (&json!(attached[0]), &json!("A field")));
        assert_eq!(shown[0]["meta"]["focus"], json!({ "x": 0.5, "y": -0.5 }));
        assert_eq!(shown[0]["meta"]["original"]["width"], 40);
        let address = shown[0]["url"].as_str().expect("an address");
        assert!(address.starts_with(&format!("{}/media/remote/", ours.origin())), "{address}");
        assert_eq!(shown[0]["preview_url"], address);

        for _ in 0..2 {
            let copy = ours.shows(address).await;
            assert_eq!((copy.status, copy.header("content-type")), (200, "image/png"));
            assert!(copy.body == real);
        }
        let asked = far.got().iter().filter(|got| got.target == "/files/1.png").count();
        assert_eq!(asked, 1, "the second time the copy was shown");
        for wrong in &shown[1..] {
            let answer = ours.shows(wrong["url"].as_str().expect("an address")).await;
            assert_eq!(answer.status, 404);
        }

        // Nobody else's address under our seal, and none that was changed.
        let (start, _) = address.rsplit_once('/').expect("parts");
        for forged in [
            format!("{start}/aHR0cDovL2Zhci5leGFtcGxlL2FueXRoaW5n"),
            format!("{address}A"),
            format!("{}/media/remote/AAAAAAAAAAAAAAAAAAAAAA/aHR0cDovL2Zhci5leGFtcGxlLw", ours.origin()),
            format!("{}/media/remote/x/%00", ours.origin()),
            format!("{}/media/..%2f..%2fetc%2fpasswd", ours.origin()),
        ] {
            let path = forged.replace(ours.origin(), "");
            let request = Request::new("GET", &path).with("host", ours.host());
            assert_eq!(request.send(ours.address()).await.status, 404, "{forged}");
        }
        fediverse.settle().await;
    })
    .await;
}
