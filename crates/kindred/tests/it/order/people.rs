//! People whom the keepers of the server hold back.

use serde_json::{Value, json};

use super::stage;
use crate::support::{Person, on_both, on_sqlite};

fn admin(id: &str, word: &str) -> String {
    format!("/api/v1/admin/accounts/{id}{word}")
}

async fn acts(keeper: &Person, id: &str, kind: &str) {
    let body = json!({ "type": kind, "text": "because" });
    keeper
        .does("POST", &admin(id, "/action"), Some(&body))
        .await;
}

#[tokio::test]
async fn whoever_is_suspended_cannot_sign_in_and_what_they_wrote_is_hidden_until_it_ends() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let ines = stage.ours.person("ines");
        let eve = stage.eve.activity("Follow", json!(stage.tomas.actor.uri));
        stage.eve.tells(&stage.ours, &eve).await;
        let post = stage.tomas.says("@rust Mine").await;
        fediverse.settle().await;
        stage.near.new_letters();
        let (uri, tomas) = (
            post["uri"].as_str().unwrap(),
            stage.tomas.actor.id.to_string(),
        );

        acts(&ines, &tomas, "suspend").await;
        fediverse.settle().await;
        let told = stage.near.new_letters();
        assert_eq!(super::gists(&told), ["Update of Person"]);
        assert_eq!(told[0]["object"]["suspended"], json!(true));
        let answer = stage
            .tomas
            .calls("GET", "/api/v1/timelines/home", None)
            .await;
        assert!(matches!(answer.status, 401 | 403), "{}", answer.text());
        assert!(stage.nadia.post_at(uri).await.is_none());
        assert_eq!(stage.ours.document(uri).await.status, 410);
        assert!(stage.ours.group("rust").statuses().await.is_empty());
        let card = stage.ours.document(&stage.tomas.actor.uri).await.json();
        assert_eq!(card["suspended"], json!(true));
        assert_eq!(stage.ours.page("/p/tomas").await.status, 403);
        let shown = ines.sees(&admin(&tomas, "")).await;
        assert_eq!(
            (&shown["suspended"], &shown["disabled"], &shown["email"]),
            (&json!(true), &json!(false), &json!("tomas@kindred.example"))
        );
        // No group shows it before those do who hid it.
        let own = stage.at(&format!(
            "/statuses/{}/restore",
            post["id"].as_str().unwrap()
        ));
        assert_eq!(stage.nadia.calls("POST", &own, None).await.status, 404);

        let back = ines.does("POST", &admin(&tomas, "/unsuspend"), None).await;
        assert_eq!(back["suspended"], json!(false));
        fediverse.settle().await;
        assert!(stage.nadia.post_at(uri).await.is_some());
        assert_eq!(stage.ours.document(uri).await.status, 200);
        assert_eq!(stage.ours.page("/p/tomas").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_suspended_elsewhere_is_neither_heard_nor_told_by_any_way() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let ines = stage.ours.person("ines");
        let (note, _) = stage.bo_writes(fediverse, "Before").await;
        stage.tomas.follows("@bo@far.example").await;
        fediverse.settle().await;
        stage.far.new_letters();
        let bo = stage
            .ours
            .actor_at(&stage.bo.uri)
            .await
            .unwrap()
            .id
            .to_string();

        acts(&ines, &bo, "suspend").await;
        fediverse.settle().await;
        let mut told = super::gists(&stage.far.new_letters());
        told.sort();
        assert_eq!(told, ["Reject of Follow", "Undo of Follow"]);
        let before = note["id"].as_str().unwrap();
        assert!(stage.tomas.post_at(before).await.is_none());

        let after = stage
            .bo
            .note("After", &[&stage.group(), &stage.tomas.actor.uri]);
        stage.bo.tells(&stage.ours, &stage.bo.create(&after)).await;
        let follow = stage.bo.activity("Follow", json!(stage.group()));
        stage.bo.tells(&stage.ours, &follow).await;
        // Somebody else passes it on.
        let id = after["id"].as_str().unwrap();
        stage
            .far
            .publish(id.strip_prefix("http://far.example").unwrap(), &after);
        stage.tomas.follows("@eve@near.example").await;
        fediverse.settle().await;
        let question = stage.near.new_letters().pop().unwrap();
        stage
            .eve
            .tells(&stage.ours, &stage.eve.activity("Accept", question))
            .await;
        stage
            .eve
            .tells(&stage.ours, &stage.eve.activity("Announce", json!(id)))
            .await;
        fediverse.settle().await;
        assert!(stage.ours.post_at(id).await.is_none());
        stage
            .tomas
            .says("@rust @bo@far.example Are you there?")
            .await;
        fediverse.settle().await;
        assert_eq!(super::gists(&stage.far.new_letters()), [""; 0]);
        let refused = stage
            .tomas
            .calls("POST", &format!("/api/v1/accounts/{bo}/follow"), None)
            .await;
        assert_eq!(refused.status, 404);

        ines.does("POST", &admin(&bo, "/unsuspend"), None).await;
        assert!(stage.tomas.post_at(before).await.is_some());
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_is_deleted_says_farewell_and_leaves_nothing_but_a_name() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let ines = stage.ours.person("ines");
        let follow = stage.eve.activity("Follow", json!(stage.tomas.actor.uri));
        stage.eve.tells(&stage.ours, &follow).await;
        let post = stage.tomas.says("Mine").await;
        fediverse.settle().await;
        stage.near.new_letters();
        let tomas = stage.tomas.actor.id.to_string();
        let early = ines.calls("DELETE", &admin(&tomas, ""), None).await;
        assert_eq!(early.status, 403, "only who is suspended: {}", early.text());
        acts(&ines, &tomas, "suspend").await;
        fediverse.settle().await;
        stage.near.new_letters();
        ines.does("DELETE", &admin(&tomas, ""), None).await;
        fediverse.settle().await;
        let told = stage.near.new_letters();
        assert_eq!(super::gists(&told), ["Delete of an id"]);
        assert_eq!(told[0]["object"], json!(stage.tomas.actor.uri));
        assert_eq!(
            stage.ours.document(&stage.tomas.actor.uri).await.status,
            410
        );
        let gone = stage
            .ours
            .post_at(post["uri"].as_str().unwrap())
            .await
            .unwrap();
        assert!(gone.deleted_at.is_some() && gone.content.is_empty());
        assert_eq!(
            ines.calls("GET", &admin(&tomas, ""), None).await.status,
            404
        );
    })
    .await;
}

#[tokio::test]
async fn those_who_keep_order_find_people_and_the_record_tells_who_looked() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let mei = stage.ours.person("mei");
        let tomas = stage.tomas.actor.id.to_string();
        for kind in ["silence", "sensitive", "disable", "none"] {
            acts(&mei, &tomas, kind).await;
        }
        let shown = mei.sees(&admin(&tomas, "")).await;
        assert_eq!(
            (
                &shown["silenced"],
                &shown["sensitized"],
                &shown["disabled"],
                &shown["suspended"]
            ),
            (&json!(true), &json!(true), &json!(true), &json!(false))
        );
        let found = async |query: &str| {
            let list = mei.sees(&format!("/api/{query}")).await;
            let mut names: Vec<String> = list
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["username"].as_str().unwrap().to_owned())
                .collect();
            names.sort();
            names.join(" ")
        };
        assert_eq!(found("v1/admin/accounts?remote=true").await, "bo eve");
        assert_eq!(
            found("v1/admin/accounts?local=true&staff=true").await,
            "ines mei"
        );
        assert_eq!(found("v1/admin/accounts?silenced=true").await, "tomas");
        assert_eq!(found("v2/admin/accounts?status=disabled").await, "tomas");
        assert_eq!(found("v2/admin/accounts?status=suspended").await, "");
        assert_eq!(
            found("v2/admin/accounts?origin=remote&by_domain=far.example").await,
            "bo"
        );
        assert_eq!(found("v2/admin/accounts?username=nad").await, "nadia");
        assert_eq!(found("v2/admin/accounts?email=nadia@").await, "nadia");
        assert_eq!(
            found("v2/admin/accounts?origin=local&limit=1&max_id=0").await,
            ""
        );
        for word in ["unsilence", "unsensitive", "enable"] {
            mei.does("POST", &admin(&tomas, &format!("/{word}")), None)
                .await;
        }
        let again = mei.calls("POST", &admin(&tomas, "/unsuspend"), None).await;
        assert_eq!(again.status, 403, "{}", again.text());
        let waits = mei.calls("POST", &admin(&tomas, "/approve"), None).await;
        assert_eq!(waits.status, 403, "{}", waits.text());
        let record = mei.sees("/api/kindred/v1/admin/audit?limit=40").await;
        let lines = record.to_string();
        for action in [
            "account.read",
            "accounts.read",
            "account.silence",
            "account.enable",
        ] {
            assert!(lines.contains(action), "{action}: {lines}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_door_of_the_keepers_is_closed_to_everybody_else() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let (ines, mei) = (stage.ours.person("ines"), stage.ours.person("mei"));
        let tomas = stage.tomas.actor.id.to_string();
        let people: Vec<(&str, String, Option<Value>)> = vec![
            ("GET", "/api/v1/admin/accounts".into(), None),
            ("GET", "/api/v2/admin/accounts".into(), None),
            ("GET", admin(&tomas, ""), None),
            ("DELETE", admin(&tomas, ""), None),
            (
                "POST",
                admin(&tomas, "/action"),
                Some(json!({ "type": "silence" })),
            ),
            ("POST", admin(&tomas, "/approve"), None),
            ("POST", admin(&tomas, "/enable"), None),
            ("POST", admin(&tomas, "/unsuspend"), None),
            ("GET", "/api/v1/admin/reports".into(), None),
            ("GET", "/api/v1/admin/reports/1".into(), None),
            (
                "PUT",
                "/api/v1/admin/reports/1".into(),
                Some(json!({ "category": "spam" })),
            ),
            ("POST", "/api/v1/admin/reports/1/resolve".into(), None),
            ("GET", "/api/kindred/v1/admin/audit".into(), None),
        ];
        let servers: Vec<(&str, String, Option<Value>)> = vec![
            ("GET", "/api/v1/admin/domain_blocks".into(), None),
            (
                "POST",
                "/api/v1/admin/domain_blocks".into(),
                Some(json!({ "domain": "evil.example" })),
            ),
            ("GET", "/api/v1/admin/domain_blocks/1".into(), None),
            (
                "PUT",
                "/api/v1/admin/domain_blocks/1".into(),
                Some(json!({ "severity": "noop" })),
            ),
            ("DELETE", "/api/v1/admin/domain_blocks/1".into(), None),
            ("GET", "/api/v1/admin/domain_allows".into(), None),
            (
                "POST",
                "/api/v1/admin/domain_allows".into(),
                Some(json!({ "domain": "evil.example" })),
            ),
            ("GET", "/api/v1/admin/domain_allows/1".into(), None),
            ("DELETE", "/api/v1/admin/domain_allows/1".into(), None),
        ];
        // Nadia organises a group; that is no office of the server.
        for (method, path, body) in people.iter().chain(&servers) {
            for person in [&stage.nadia, &stage.tomas] {
                let answer = person.calls(method, path, body.as_ref()).await;
                assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
            }
        }
        for (method, path, body) in &servers {
            let answer = mei.calls(method, path, body.as_ref()).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
        }
        for whom in [&ines, &mei] {
            let path = admin(&whom.actor.id.to_string(), "/action");
            let answer = mei
                .calls("POST", &path, Some(&json!({ "type": "suspend" })))
                .await;
            assert_eq!(answer.status, 403, "a moderator holds back members only");
        }
        let oneself = admin(&ines.actor.id.to_string(), "/action");
        let answer = ines
            .calls("POST", &oneself, Some(&json!({ "type": "suspend" })))
            .await;
        assert!(
            (400..500).contains(&answer.status),
            "nobody shuts themselves out"
        );
        let unknown = ines
            .calls(
                "POST",
                &admin(&tomas, "/action"),
                Some(&json!({ "type": "shame" })),
            )
            .await;
        assert_eq!(unknown.status, 400);
        fediverse.settle().await;
    })
    .await;
}
