//! Letters that are not signed, not by the right one, not for us, not now, or not over these bytes.

use std::time::Duration;

use serde_json::json;

use super::stage;
use crate::support::{http::Request, on_both, on_sqlite};

const HOURS: Duration = Duration::from_hours(2);

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
async fn a_letter_is_refused_unless_it_is_signed_now_for_us_over_these_bytes() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let group = stage.group();
        let note = stage.bo.note("Something", &[&group]);
        let good = stage.bo.letter(&stage.ours, &stage.bo.create(&note));
        let body = String::from_utf8(good.body.clone()).unwrap();
        let other = body.replace("Something", "Poetry??!");
        let digest = |body: &str| {
            use base64::{Engine as _, prelude::BASE64_STANDARD};
            let hash = openssl::sha::sha256(body.as_bytes());
            format!("SHA-256={}", BASE64_STANDARD.encode(hash))
        };
        let signature = good.header("signature").expect("a signature").to_owned();
        let (start, end) = signature.split_once("signature=\"").unwrap();
        let bent = format!(
            "{start}signature=\"{}{}",
            if end.starts_with('A') { 'B' } else { 'A' },
            &end[1..]
        );
        let in_front = {
            let mut request = good.clone().body(other.clone());
            request
                .headers
                .insert(0, ("digest".to_owned(), digest(&other)));
            request
        };
        let at = |target: &str| Request {
            target: target.to_owned(),
            ..good.clone()
        };
        let when = |now| {
            stage
                .bo
                .letter_at(&stage.ours, body.clone().into_bytes(), now)
        };
        let cases = [
            ("unsigned", good.clone().without("signature")),
            (
                "a bent signature",
                good.clone().without("signature").with("signature", bent),
            ),
            (
                "nonsense for a signature",
                good.clone()
                    .without("signature")
                    .with("signature", "nonsense"),
            ),
            ("another body", good.clone().body(other.clone())),
            (
                "another body with its own digest",
                good.clone()
                    .body(other.clone())
                    .without("digest")
                    .with("digest", digest(&other)),
            ),
            ("another body with its own digest in front", in_front),
            (
                "another body with its own digest behind",
                good.clone()
                    .body(other.clone())
                    .with("digest", digest(&other)),
            ),
            ("without a digest", good.clone().without("digest")),
            ("without a date", good.clone().without("date")),
            ("of yesterday", when(fediverse.now() - HOURS)),
            ("of tomorrow", when(fediverse.now() + HOURS)),
            ("for another inbox", at("/g/rust/inbox")),
            (
                "for another host",
                good.clone().without("host").with("host", "acme.example"),
            ),
            (
                "signed twice",
                good.clone().with("signature", signature.clone()),
            ),
            (
                "with a key that does not exist",
                good.clone()
                    .without("signature")
                    .with("signature", signature.replace("/users/bo", "/users/nobody")),
            ),
            (
                "with the key of our own group",
                good.clone().without("signature").with(
                    "signature",
                    signature.replace("http://far.example/users/bo", &group),
                ),
            ),
        ];
        for (what, request) in cases {
            stage.is_refused(fediverse, what, request, &[401]).await;
        }
        let answer = good.send(stage.ours.address()).await;
        assert_eq!(answer.status, 202, "the good one: {}", answer.text());
        fediverse.settle().await;
        assert!(
            stage
                .ours
                .post_at(note["id"].as_str().unwrap())
                .await
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn a_captured_letter_that_is_sent_again_happens_once() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let note = stage.bo.note("Once", &[&stage.group()]);
        let letter = stage.bo.letter(&stage.ours, &stage.bo.create(&note));
        let like = stage.bo.letter(
            &stage.ours,
            &stage.bo.activity("Like", stage.post["uri"].clone()),
        );
        for request in [&letter, &like] {
            assert_eq!(request.send(stage.ours.address()).await.status, 202);
        }
        fediverse.settle().await;
        let letters = stage.far.new_letters().len();
        assert_eq!(letters, 1, "the group told its followers");
        let before = stage.ours.traces().await;

        for request in [&letter, &like, &letter] {
            assert_eq!(request.send(stage.ours.address()).await.status, 202);
        }
        fediverse.settle().await;

        assert_eq!(stage.ours.traces().await, before);
        assert_eq!(stage.far.letters(), [json!(null); 0]);
        let seen = stage
            .ours
            .person("nadia")
            .post_at(stage.post["uri"].as_str().unwrap())
            .await;
        assert_eq!(seen.unwrap()["favourites_count"], 1);
    })
    .await;
}

#[tokio::test]
async fn a_key_that_claims_to_be_somebody_elses_is_not_believed() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let evil = fediverse.peer("evil.example", "mastodon");
        // The page of this key says that it is Bo's.
        let mallory = evil.person("mallory");
        let mut claim = crate::support::card("Person", "bo", &stage.bo.uri, "");
        claim["publicKey"]["id"] = json!(format!("{}#main-key", mallory.uri));
        evil.publish("/users/mallory", &claim);

        let note = stage.bo.note("Bo never said this", &[&stage.group()]);
        let create = stage.bo.create(&note);
        let letter = mallory.letter(&stage.ours, &create);
        let before = stage.facts().await;
        let answer = letter.send(stage.ours.address()).await;
        fediverse.settle().await;

        assert!(matches!(answer.status, 401 | 403), "{}", answer.text());
        assert_eq!(stage.facts().await, before);
        assert!(stage.ours.actor_at(&mallory.uri).await.is_none());
    })
    .await;
}
