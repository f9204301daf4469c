//! Domains that the admins block, and those that they let in.

use serde_json::json;

use super::stage;
use crate::support::{on_both, on_sqlite};

#[tokio::test]
async fn a_blocked_domain_is_gone_at_once_with_everything_that_was_there() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let ines = stage.ours.person("ines");
        let (note, _) = stage.bo_writes(fediverse, "Before").await;
        let uri = note["id"].as_str().unwrap();
        stage.tomas.follows("@bo@far.example").await;
        fediverse.settle().await;
        let question = stage.far.new_letters().pop().unwrap();
        stage.bo.tells(&stage.ours, &stage.bo.activity("Accept", question)).await;
        fediverse.settle().await;
        // Something is on its way there, and something of theirs waits to be worked through.
        stage.nadia.says("@rust On its way").await;
        let late = stage.bo.note("Too late", &[&stage.group()]);
        stage.bo.tells(&stage.ours, &stage.bo.create(&late)).await;

        let body = json!({
            "domain": "EXAMPLE.", "severity": "suspend", "private_comment": "all of them", "obfuscate": true
        });
        let refused = ines.calls("POST", "/api/v1/admin/domain_blocks", Some(&body)).await;
        assert_eq!(refused.status, 422, "no top level: {}", refused.text());
        let body = json!({
            "domain": " FAR.example ", "severity": "suspend", "private_comment": "spam", "obfuscate": true
        });
        let block = ines.does("POST", "/api/v1/admin/domain_blocks", Some(&body)).await;
        assert_eq!(
            (&block["domain"], &block["severity"], &block["private_comment"], &block["obfuscate"]),
            (&json!("far.example"), &json!("suspend"), &json!("spam"), &json!(true))
        );
        assert_eq!(block["digest"].as_str().unwrap().len(), 64);
        let answer = stage.bo.sends(&stage.ours, &stage.bo.create(&late)).await;
        assert_eq!(answer.status, 403);
        fediverse.settle().await;
        assert_eq!(stage.far.new_letters(), [json!(null); 0]);
        assert!(stage.ours.post_at(late["id"].as_str().unwrap()).await.is_none());
        assert!(stage.tomas.post_at(uri).await.is_none(), "what was there is hidden");
        let followers = stage.ours.group("rust").followers().await;
        assert!(!followers.contains(&stage.bo.uri), "{followers:?}");
        let bo = stage.ours.actor_at(&stage.bo.uri).await.unwrap();
        assert!(bo.suspended_at.is_some());
        let (who, whom) = (stage.tomas.actor.id, bo.id);
        let follow = stage
            .ours
            .asks(move |db| Ok(kindred_storage::follows::find(db, who, whom)?))
            .await;
        assert_eq!(follow, None);

        let twice = ines.calls("POST", "/api/v1/admin/domain_blocks", Some(&body)).await;
        assert_eq!(twice.status, 422, "{}", twice.text());
        let id = block["id"].as_str().unwrap();
        let path = format!("/api/v1/admin/domain_blocks/{id}");
        assert_eq!(ines.sees(&path).await["domain"], "far.example");
        let changed = ines.does("PUT", &path, Some(&json!({ "severity": "noop", "reject_reports": true }))).await;
        assert_eq!(
            (&changed["severity"], &changed["reject_reports"], &changed["private_comment"]),
            (&json!("noop"), &json!(true), &json!("spam"))
        );
        fediverse.settle().await;
        assert!(stage.tomas.post_at(uri).await.is_some(), "it is back");
        let flag = stage.bo.activity("Flag", json!(stage.tomas.actor.uri));
        stage.bo.tells(&stage.ours, &flag).await;
        fediverse.settle().await;
        assert_eq!(stage.ours.traces().await.of("reports"), 0, "their complaints are not taken");
        assert_eq!(ines.does("DELETE", &path, None).await, json!({}));
        assert_eq!(ines.calls("GET", &path, None).await.status, 404);
        assert_eq!(ines.sees("/api/v1/admin/domain_blocks").await, json!([]));
        let follow = stage.bo.activity("Follow", json!(stage.group()));
        stage.bo.tells(&stage.ours, &follow).await;
        fediverse.settle().await;
        assert_eq!(super::gists(&stage.far.new_letters()), ["Accept of Follow"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_was_suspended_by_themselves_does_not_come_back_with_their_domain() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let ines = stage.ours.person("ines");
        let bo = stage
            .ours
            .actor_at(&stage.bo.uri)
            .await
            .unwrap()
            .id
            .to_string();
        let action = format!("/api/v1/admin/accounts/{bo}/action");
        ines.does("POST", &action, Some(&json!({ "type": "suspend" })))
            .await;
        fediverse.settle().await;
        let body = json!({ "domain": "far.example", "severity": "suspend" });
        let block = ines
            .does("POST", "/api/v1/admin/domain_blocks", Some(&body))
            .await;
        fediverse.settle().await;
        let path = format!(
            "/api/v1/admin/domain_blocks/{}",
            block["id"].as_str().unwrap()
        );
        ines.does("DELETE", &path, None).await;
        fediverse.settle().await;
        let bo = stage.ours.actor_at(&stage.bo.uri).await.unwrap();
        assert!(bo.suspended_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn what_is_no_domain_is_refused_and_so_is_our_own() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let ines = stage.ours.person("ines");
        for domain in [
            "",
            " ",
            "kindred.example",
            "a b",
            "far.example/x",
            "@far.example",
            "127.0.0.1",
            "localhost",
        ] {
            for list in ["domain_blocks", "domain_allows"] {
                let path = format!("/api/v1/admin/{list}");
                let answer = ines
                    .calls("POST", &path, Some(&json!({ "domain": domain })))
                    .await;
                assert_eq!(answer.status, 422, "{list} {domain:?}: {}", answer.text());
            }
        }
        let odd = json!({ "domain": "evil.example", "severity": "mild" });
        let answer = ines
            .calls("POST", "/api/v1/admin/domain_blocks", Some(&odd))
            .await;
        assert_eq!(answer.status, 400);
        let allow = ines
            .does(
                "POST",
                "/api/v1/admin/domain_allows",
                Some(&json!({ "domain": "*.Near.example" })),
            )
            .await;
        assert_eq!(allow["domain"], "*.near.example");
        let path = format!(
            "/api/v1/admin/domain_allows/{}",
            allow["id"].as_str().unwrap()
        );
        assert_eq!(ines.sees(&path).await, allow);
        assert_eq!(ines.does("DELETE", &path, None).await, allow);
        assert_eq!(ines.calls("GET", &path, None).await.status, 404);
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_silenced_domain_is_heard_by_those_who_follow_and_by_nobody_else() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (ines, tomas, nadia) = (stage.ours.person("ines"), &stage.tomas, &stage.nadia);
        let (note, _) = stage.bo_writes(fediverse, "Quiet words").await;
        let uri = note["id"].as_str().unwrap();
        let sees = async |who: &crate::support::Person| {
            let page = who.sees("/api/v1/timelines/public").await;
            page.to_string().contains("Quiet words")
        };
        assert!(sees(nadia).await);
        tomas.follows("@bo@far.example").await;
        fediverse.settle().await;
        let question = stage.far.new_letters().pop().unwrap();
        stage
            .bo
            .tells(&stage.ours, &stage.bo.activity("Accept", question))
            .await;
        fediverse.settle().await;

        let body = json!({ "domain": "far.example", "severity": "silence" });
        let block = ines
            .does("POST", "/api/v1/admin/domain_blocks", Some(&body))
            .await;
        assert!(!sees(nadia).await);
        assert!(sees(tomas).await, "he follows them");
        let shown = stage.ours.page("/api/v1/timelines/public").await;
        assert!(!shown.text().contains("Quiet words"));
        assert!(
            nadia.post_at(uri).await.is_some(),
            "it can still be gone to"
        );

        let greeting = stage.bo.note("Buy my crab", &[&nadia.actor.uri]);
        stage
            .bo
            .tells(&stage.ours, &stage.bo.create(&greeting))
            .await;
        fediverse.settle().await;
        let notices = nadia.sees("/api/v1/notifications?types[]=mention").await;
        assert!(!notices.to_string().contains("Buy my crab"), "{notices}");
        let apart = nadia.sees("/api/v1/notifications/requests").await;
        assert_eq!(apart[0]["account"]["acct"], "bo@far.example", "{apart}");

        let path = format!(
            "/api/v1/admin/domain_blocks/{}",
            block["id"].as_str().unwrap()
        );
        ines.does("DELETE", &path, None).await;
        assert!(sees(nadia).await);
    })
    .await;
}
