//! Complaints: by whom, shown to whom, told to which servers, dealt with by whom.

use std::time::Duration;

use kindred_storage::{GroupRole, actors, memberships};
use serde_json::{Value, json};

use super::stage;
use crate::support::{Somebody, on_both, on_sqlite};

/// Longer than a group has for a complaint before others look at it too.
const TWO_DAYS: Duration = Duration::from_hours(49);

fn ids(list: &Value) -> Vec<&str> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["id"].as_str().expect("an id"))
        .collect()
}

#[tokio::test]
async fn a_complaint_goes_to_the_group_first_and_to_the_whole_server_when_nobody_deals_with_it() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (_, post) = stage.bo_writes(fediverse, "Rude words").await;
        let bo = stage.ours.actor_at(&stage.bo.uri).await.unwrap().id.to_string();
        let made = stage
            .tomas
            .does(
                "POST",
                "/api/v1/reports",
                Some(&json!({ "account_id": bo, "status_ids": [post], "comment": "rude", "rule_ids": ["2"] })),
            )
            .await;
        assert_eq!(
            (&made["category"], &made["forwarded"], &made["action_taken"], &made["status_ids"]),
            (&json!("violation"), &json!(false), &json!(false), &json!([post]))
        );
        assert_eq!(made["target_account"]["acct"], "bo@far.example");
        assert_eq!(made["action_taken_at"], Value::Null);
        let report = made["id"].as_str().unwrap().to_owned();

        let in_group = stage.nadia.sees(&stage.at("/reports")).await;
        assert_eq!(ids(&in_group), [report.as_str()]);
        assert!(
            !in_group.to_string().contains("tomas"),
            "who complains stays unnamed: {in_group}"
        );
        assert_eq!(in_group[0]["statuses"][0]["id"], json!(post));
        let mei = stage.ours.person("mei");
        let on_site = mei.sees("/api/v1/admin/reports").await;
        assert!(ids(&on_site).is_empty(), "the group comes first");

        fediverse.turn(TWO_DAYS);
        fediverse.settle().await;
        let on_site = mei.sees("/api/v1/admin/reports").await;
        assert_eq!(ids(&on_site), [report.as_str()]);
        assert_eq!(
            (&on_site[0]["account"]["username"], &on_site[0]["target_account"]["domain"]),
            (&json!("tomas"), &json!("far.example"))
        );
        let told = mei.actor.id;
        let notices = stage
            .ours
            .asks(move |db| {
                Ok(kindred_storage::notifications::page(
                    db,
                    told,
                    &kindred_storage::notifications::Sieve::default(),
                    &kindred_storage::Page::first(9),
                )?)
            })
            .await;
        assert_eq!(notices.len(), 1);

        let answered = stage
            .nadia
            .does("POST", &stage.at(&format!("/reports/{report}/resolve")), None)
            .await;
        assert_eq!(
            (&answered["action_taken"], &answered["action_taken_by_account"]["username"]),
            (&json!(true), &json!("nadia"))
        );
        assert!(ids(&stage.nadia.sees(&stage.at("/reports")).await).is_empty());
        let done = stage.nadia.sees(&stage.at("/reports?resolved=true")).await;
        assert_eq!(ids(&done), [report.as_str()]);
        for (word, taken, by) in [
            ("reopen", false, Value::Null),
            ("assign_to_self", false, json!("mei")),
            ("resolve", true, json!("mei")),
            ("unassign", true, Value::Null),
        ] {
            let path = format!("/api/v1/admin/reports/{report}/{word}");
            let view = mei.does("POST", &path, None).await;
            assert_eq!(
                (&view["action_taken"], &view["assigned_account"]["username"]),
                (&json!(taken), &by),
                "{word}"
            );
        }
        let filed = mei
            .does("PUT", &format!("/api/v1/admin/reports/{report}"), Some(&json!({ "category": "spam" })))
            .await;
        assert_eq!(filed["category"], "spam");
    })
    .await;
}

#[tokio::test]
async fn a_complaint_about_a_person_goes_to_the_server_at_once_and_elsewhere_when_wished() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let note = stage.eve.note("@tomas rude", &[&stage.tomas.actor.uri]);
        stage.eve.tells(&stage.ours, &stage.eve.create(&note)).await;
        fediverse.settle().await;
        let uri = note["id"].as_str().unwrap();
        let post = stage.ours.post_at(uri).await.unwrap().id.to_string();
        let eve = stage
            .ours
            .actor_at(&stage.eve.uri)
            .await
            .unwrap()
            .id
            .to_string();
        let made = stage
            .tomas
            .does(
                "POST",
                "/api/v1/reports",
                Some(&json!({ "account_id": eve, "status_ids": [post], "forward": true })),
            )
            .await;
        assert_eq!(made["forwarded"], json!(true));
        fediverse.settle().await;
        let mei = stage.ours.person("mei");
        assert_eq!(ids(&mei.sees("/api/v1/admin/reports").await).len(), 1);

        let flags = stage.near.new_letters();
        assert_eq!(flags.len(), 1, "{flags:?}");
        let flag = &flags[0];
        assert_eq!(
            (&flag["type"], &flag["actor"]),
            (&json!("Flag"), &json!("http://kindred.example/p/reports"))
        );
        assert_eq!(
            flag["object"],
            json!([stage.eve.uri, uri]),
            "the person first"
        );
        assert_eq!(flag["content"], "no reason given");
        assert!(!flag.to_string().contains("tomas"), "{flag}");
        let actor = stage.ours.document("/p/reports").await.json();
        assert_eq!(actor["type"], "Service");
        assert_eq!(stage.far.new_letters(), [json!(null); 0]);
    })
    .await;
}

#[tokio::test]
async fn a_threadiverse_server_gets_one_thing_at_a_time_named_after_the_group() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (first, one) = stage.bo_writes(fediverse, "One").await;
        let (second, two) = stage.bo_writes(fediverse, "Two").await;
        let bo = stage.ours.actor_at(&stage.bo.uri).await.unwrap().id.to_string();
        stage
            .tomas
            .does(
                "POST",
                "/api/v1/reports",
                Some(&json!({ "account_id": bo, "status_ids": [one, two], "comment": "rude", "forward": true })),
            )
            .await;
        fediverse.settle().await;
        let flags = stage.far.new_letters();
        let mut objects: Vec<&Value> = flags.iter().map(|flag| &flag["object"]).collect();
        objects.sort_by_key(ToString::to_string);
        assert_eq!(objects, [&first["id"], &second["id"]]);
        for flag in &flags {
            assert_eq!((&flag["to"], &flag["cc"]), (&json!([stage.group()]), &json!([])));
            assert_eq!(flag["summary"], "rude");
        }
        fediverse.turn(TWO_DAYS);
        fediverse.settle().await;
    })
    .await;
}

/// A `Flag` in the shape of some server.
fn flag(by: &Somebody, object: Value, words: &[(&str, &str)]) -> Value {
    let mut flag = by.activity("Flag", object);
    for (name, text) in words {
        flag[*name] = json!(text);
    }
    flag
}

#[tokio::test]
async fn complaints_from_elsewhere_arrive_in_any_shape_and_reach_remote_moderators() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let post = stage.tomas.says("@rust Rude words").await["uri"].clone();
        fediverse.settle().await;
        let li = stage.far.person("li");
        let follow = li.activity("Follow", json!(stage.group()));
        li.tells(&stage.ours, &follow).await;
        fediverse.settle().await;
        let (group, uri) = (stage.ours.group("rust").actor.id, li.uri.clone());
        stage
            .ours
            .kindred()
            .write(move |ledger| {
                let li = actors::by_uri(ledger.db, &uri)?.expect("Li");
                memberships::set_role(ledger.db, group, li.id, GroupRole::Moderator, ledger.now)?;
                Ok(())
            })
            .await
            .unwrap();
        stage.far.new_letters();
        let (eve, tomas) = (&stage.eve, json!(stage.tomas.actor.uri));
        let shapes = [
            flag(eve, post.clone(), &[("summary", "one")]),
            flag(eve, json!([tomas, post]), &[("content", "two")]),
            flag(eve, json!([{ "type": "Note", "id": post }]), &[]),
        ];
        for shape in &shapes {
            eve.tells(&stage.ours, shape).await;
            eve.tells(&stage.ours, shape).await;
        }
        fediverse.settle().await;
        let seen = stage.nadia.sees(&stage.at("/reports")).await;
        let comments: Vec<&str> = seen
            .as_array()
            .unwrap()
            .iter()
            .map(|report| report["comment"].as_str().unwrap())
            .collect();
        assert_eq!(comments, ["", "two", "one"]);
        assert_eq!(seen[0]["from"], "near.example");
        let passed: Vec<Value> = stage.far.new_letters();
        assert_eq!(passed.len(), 3, "{passed:?}");
        for flag in &passed {
            assert_eq!((&flag["type"], &flag["object"]), (&json!("Flag"), &post));
            assert_eq!(flag["to"], json!([stage.group()]));
        }

        let nothing = flag(eve, json!("http://near.example/unknown"), &[]);
        eve.tells(&stage.ours, &nothing).await;
        fediverse.settle().await;
        assert_eq!(ids(&stage.nadia.sees(&stage.at("/reports")).await).len(), 3);
        fediverse.turn(TWO_DAYS);
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_floods_those_who_keep_order() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let bo = stage
            .ours
            .actor_at(&stage.bo.uri)
            .await
            .unwrap()
            .id
            .to_string();
        let about = json!({ "account_id": bo, "comment": "again" });
        for _ in 0..20 {
            stage
                .tomas
                .does("POST", "/api/v1/reports", Some(&about))
                .await;
        }
        let answer = stage
            .tomas
            .calls("POST", "/api/v1/reports", Some(&about))
            .await;
        assert_eq!(answer.status, 429, "{}", answer.text());
        for _ in 0..110 {
            let flag = flag(
                &stage.eve,
                json!(stage.tomas.actor.uri),
                &[("content", "again")],
            );
            stage.eve.tells(&stage.ours, &flag).await;
        }
        fediverse.settle().await;
        assert_eq!(stage.ours.traces().await.of("reports"), 120);
        fediverse.turn(Duration::from_hours(2));
        stage
            .tomas
            .does("POST", "/api/v1/reports", Some(&about))
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_complaint_that_makes_no_sense_is_refused_politely() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let bo = stage.ours.actor_at(&stage.bo.uri).await.unwrap().id.to_string();
        let cases = [
            (json!({}), 404),
            (json!({ "account_id": "abc" }), 404),
            (json!({ "account_id": "9223372036854775807" }), 404),
            (json!({ "account_id": bo, "category": "ugly" }), 400),
            (json!({ "account_id": bo, "comment": "x".repeat(1_001) }), 422),
        ];
        for (body, status) in cases {
            let answer = stage.tomas.calls("POST", "/api/v1/reports", Some(&body)).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
            assert!(answer.json()["error"].is_string());
        }
        assert_eq!(stage.ours.traces().await.of("reports"), 0);
        let secret = stage
            .nadia
            .publishes(json!({ "status": "@mei secret", "visibility": "direct" }))
            .await;
        let made = stage
            .tomas
            .does(
                "POST",
                "/api/v1/reports",
                Some(&json!({
                    "account_id": stage.nadia.actor.id.to_string(), "status_ids": [secret["id"], "zzz"]
                })),
            )
            .await;
        assert_eq!(made["status_ids"], json!([]), "nobody learns of what they may not see");
        fediverse.settle().await;
    })
    .await;
}
