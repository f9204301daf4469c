//! What moderators of a group here do, and who hears of it in which words.

use kindred_storage::{GroupRole, MembershipState, actors, memberships};
use serde_json::{Value, json};

use super::{Stage, stage};
use crate::support::{PUBLIC, on_both, on_sqlite, words};

#[tokio::test]
async fn a_removed_post_is_withdrawn_in_the_words_of_each_server_and_comes_back_the_same_way() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (note, post) = stage.bo_writes(fediverse, "Buy my crab").await;
        let uri = note["id"].as_str().unwrap();

        let path = format!("/api/v1/groups/{}/statuses/{post}", stage.id());
        let body = json!({ "reason": "advertising" });
        stage.nadia.does("DELETE", &path, Some(&body)).await;
        fediverse.settle().await;
        let (far, near) = (stage.far.new_letters(), stage.near.new_letters());
        assert_eq!(far.len(), 1, "{far:?}");
        assert_eq!((&far[0]["type"], &far[0]["actor"]), (&json!("Announce"), &json!(stage.group())));
        let removal = &far[0]["object"];
        let mut expected = json!({
            "id": removal["id"], "type": "Delete", "actor": stage.nadia.actor.uri, "published": removal["published"],
            "to": [PUBLIC], "cc": [stage.group()], "audience": stage.group(), "object": uri, "summary": "advertising"
        });
        assert_eq!(removal, &expected);
        assert_eq!(super::gists(&near), ["Undo of Announce"]);
        let withdrawn = near[0]["object"]["id"].clone();
        assert_eq!(stage.receipts().await, ["far.example applied", "near.example applied"]);
        assert!(stage.tomas.post_at(uri).await.is_none());
        let said = stage.ours.document(removal["id"].as_str().unwrap()).await;
        assert_eq!(said.json()["summary"], "advertising", "it can be fetched");

        stage
            .nadia
            .does("POST", &stage.at(&format!("/statuses/{post}/restore")), None)
            .await;
        fediverse.settle().await;
        let (far, near) = (stage.far.new_letters(), stage.near.new_letters());
        assert_eq!(super::gists(&far), ["Announce of Undo"]);
        expected["summary"] = json!("removed");
        let undone = &far[0]["object"]["object"];
        assert_eq!(
            (&undone["type"], &undone["object"], &undone["actor"]),
            (&json!("Delete"), &json!(uri), &json!(stage.nadia.actor.uri))
        );
        assert_eq!(super::gists(&near), ["Announce of an id"]);
        assert_ne!(near[0]["id"], withdrawn, "a boost that was undone is never said again");
        assert_eq!(stage.receipts().await, ["far.example applied", "near.example applied"]);
        assert!(stage.tomas.post_at(uri).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn locks_and_pins_are_told_to_those_who_know_them_and_the_receipts_say_who_does_not() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (note, post) = stage.bo_writes(fediverse, "A question").await;
        let nothing: Vec<String> = Vec::new();
        for (act, told) in [
            ("lock", "Announce of Lock"),
            ("unlock", "Announce of Undo"),
            ("pin", "Announce of Add"),
            ("unpin", "Announce of Remove"),
        ] {
            let path = stage.at(&format!("/statuses/{post}/{act}"));
            stage.nadia.does("POST", &path, None).await;
            assert_eq!(
                stage.told(fediverse).await,
                (vec![told.to_owned()], nothing.clone()),
                "{act}"
            );
            assert_eq!(
                stage.receipts().await,
                ["far.example applied", "near.example unspeakable"],
                "{act}"
            );
            // Doing it again is doing it once.
            stage.nadia.does("POST", &path, None).await;
            assert_eq!(
                stage.told(fediverse).await,
                (nothing.clone(), nothing.clone()),
                "{act} twice"
            );
        }
        let lock = stage.at(&format!("/statuses/{post}/lock"));
        stage.nadia.does("POST", &lock, None).await;
        let pin = stage.at(&format!("/statuses/{post}/pin"));
        stage.nadia.does("POST", &pin, None).await;
        let answer = json!({ "status": "Too late", "in_reply_to_id": post });
        let refused = stage
            .tomas
            .calls("POST", "/api/v1/statuses", Some(&answer))
            .await;
        assert_eq!(refused.status, 403, "{}", refused.text());
        let featured = stage
            .ours
            .document(&format!("{}/featured", stage.group()))
            .await;
        assert_eq!(featured.json()["orderedItems"][0]["id"], note["id"]);
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_does_not_answer_has_an_open_receipt_until_it_does() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let (_, post) = stage.bo_writes(fediverse, "A question").await;
        stage.far.answer_with("/inbox", 503);
        let path = stage.at(&format!("/statuses/{post}/lock"));
        stage.nadia.does("POST", &path, None).await;
        fediverse.settle().await;
        assert_eq!(
            stage.receipts().await,
            ["far.example waiting", "near.example unspeakable"]
        );
        stage.far.answer_with("/inbox", 202);
        fediverse.turn(std::time::Duration::from_mins(2));
        fediverse.settle().await;
        assert_eq!(
            stage.receipts().await,
            ["far.example applied", "near.example unspeakable"]
        );

        stage.far.answer_with("/inbox", 400);
        let path = stage.at(&format!("/statuses/{post}/unlock"));
        stage.nadia.does("POST", &path, None).await;
        fediverse.settle().await;
        assert_eq!(
            stage.receipts().await,
            ["far.example gave_up", "near.example unspeakable"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_banned_member_is_told_goes_with_what_they_wrote_and_does_not_come_back() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (first, _) = stage.bo_writes(fediverse, "One").await;
        let (second, _) = stage.bo_writes(fediverse, "Two").await;
        let bo = stage
            .ours
            .actor_at(&stage.bo.uri)
            .await
            .expect("Bo")
            .id
            .to_string();
        let blocks = format!("/api/v1/groups/{}/blocks", stage.id());
        let sentence = json!({
            "account_ids": [bo], "reason": "spam", "expires_in": 86_400, "remove_content": true
        });
        stage.nadia.does("POST", &blocks, Some(&sentence)).await;
        fediverse.settle().await;

        let far = stage.far.new_letters();
        let block = far
            .iter()
            .map(|letter| &letter["object"])
            .find(|inner| inner["type"] == "Block")
            .expect("his server is told, though nobody there belongs to the group any more");
        assert_eq!(
            (
                &block["object"],
                &block["target"],
                &block["removeData"],
                &block["summary"]
            ),
            (
                &json!(stage.bo.uri),
                &json!(stage.group()),
                &json!(true),
                &json!("spam")
            )
        );
        assert!(
            block["endTime"].is_string() && block["cc"].is_array(),
            "{block}"
        );
        assert!(
            far.iter().any(|letter| letter["type"] == "Reject"),
            "{far:?}"
        );
        let near = super::gists(&stage.near.new_letters());
        assert_eq!(
            near,
            ["Undo of Announce", "Undo of Announce"],
            "never a Block to a microblog"
        );
        for note in [&first, &second] {
            let gone = stage
                .ours
                .post_at(note["id"].as_str().unwrap())
                .await
                .unwrap();
            assert!(gone.removed_at.is_some());
        }
        let shown = stage.nadia.sees(&blocks).await;
        assert_eq!(
            (&shown[0]["id"], &shown[0]["ban"]["reason"]),
            (&json!(bo), &json!("spam"))
        );

        let again = stage.bo.note("Three", &[&stage.group()]);
        stage.bo.tells(&stage.ours, &stage.bo.create(&again)).await;
        let follow = stage.bo.activity("Follow", json!(stage.group()));
        stage.bo.tells(&stage.ours, &follow).await;
        fediverse.settle().await;
        assert!(
            stage
                .far
                .new_letters()
                .iter()
                .all(|letter| letter["type"] == "Reject")
        );

        stage
            .nadia
            .does("DELETE", &blocks, Some(&json!({ "account_ids": [bo] })))
            .await;
        fediverse.settle().await;
        assert_eq!(super::gists(&stage.far.new_letters()), ["Announce of Undo"]);
        let follow = stage.bo.activity("Follow", json!(stage.group()));
        stage.bo.tells(&stage.ours, &follow).await;
        fediverse.settle().await;
        assert_eq!(super::gists(&stage.far.new_letters()), ["Accept of Follow"]);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_sent_away_may_come_back() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let tomas = stage.tomas.actor.id.to_string();
        let kick = format!("/api/v1/groups/{}/kick", stage.id());
        stage
            .nadia
            .does("POST", &kick, Some(&json!({ "account_ids": [tomas] })))
            .await;
        let standing = stage
            .ours
            .group("rust")
            .standing(&stage.tomas.actor.uri)
            .await;
        assert_eq!(standing, Some((MembershipState::Left, GroupRole::Member)));
        assert_eq!(
            stage.tomas.stands_to("@rust@kindred.example").await,
            (true, false)
        );
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn only_those_who_keep_order_do_so_and_are_told_that_in_a_sentence() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (_, post) = stage.bo_writes(fediverse, "A question").await;
        let bo = stage
            .ours
            .actor_at(&stage.bo.uri)
            .await
            .unwrap()
            .id
            .to_string();
        let group = format!("/api/v1/groups/{}", stage.id());
        let whom = json!({ "account_ids": [bo] });
        let own = stage.at("");
        let refused = [
            ("DELETE", format!("{group}/statuses/{post}"), None),
            ("POST", format!("{group}/kick"), Some(&whom)),
            ("POST", format!("{group}/blocks"), Some(&whom)),
            ("DELETE", format!("{group}/blocks"), Some(&whom)),
            ("GET", format!("{group}/blocks"), None),
            ("POST", format!("{own}/statuses/{post}/lock"), None),
            ("POST", format!("{own}/statuses/{post}/pin"), None),
            ("GET", format!("{own}/reports"), None),
            ("GET", format!("{own}/audit"), None),
            ("GET", format!("{own}/audit/1/receipts"), None),
        ];
        for (method, path, body) in refused {
            let answer = stage.tomas.calls(method, &path, body).await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
            assert_eq!(
                answer.json()["error"],
                "only organisers and moderators of The rust group can do that"
            );
        }
        // Who began a thread may close it, and no more.
        let mine = stage.tomas.says("@rust My own").await;
        let mine = mine["id"].as_str().unwrap();
        stage
            .tomas
            .does("POST", &format!("{own}/statuses/{mine}/lock"), None)
            .await;
        let open = stage
            .tomas
            .calls("POST", &format!("{own}/statuses/{mine}/unlock"), None)
            .await;
        assert_eq!(open.status, 403);
        // Those who keep order on the server do so in its groups.
        let mei = stage.ours.person("mei");
        mei.does("POST", &format!("{own}/statuses/{mine}/unlock"), None)
            .await;
        fediverse.settle().await;
        let record = stage.nadia.sees(&stage.at("/audit")).await;
        let told: Vec<(&Value, &Value)> = record
            .as_array()
            .unwrap()
            .iter()
            .map(|line| (&line["action"], &line["account"]["username"]))
            .collect();
        assert_eq!(
            told,
            [
                (&json!("post.unlock"), &json!("mei")),
                (&json!("post.lock"), &json!("tomas"))
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn rank_decides_who_shuts_out_whom() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let (group, tomas) = (stage.ours.group("rust").actor.id, stage.tomas.actor.id);
        stage
            .ours
            .kindred()
            .write(move |ledger| {
                memberships::set_role(ledger.db, group, tomas, GroupRole::Moderator, ledger.now)?;
                Ok(())
            })
            .await
            .unwrap();
        let blocks = format!("/api/v1/groups/{}/blocks", stage.id());
        let nadia = json!({ "account_ids": [stage.nadia.actor.id.to_string()] });
        let answer = stage.tomas.calls("POST", &blocks, Some(&nadia)).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
        for wrong in [
            json!({}),
            json!({ "account_ids": ["abc"] }),
            json!({ "account_ids": ["99"] }),
        ] {
            let answer = stage.nadia.calls("POST", &blocks, Some(&wrong)).await;
            assert!(
                (400..500).contains(&answer.status),
                "{wrong}: {}",
                answer.status
            );
        }
        let tomas = json!({ "account_ids": [stage.tomas.actor.id.to_string()] });
        stage.nadia.does("POST", &blocks, Some(&tomas)).await;
        let answer = stage.tomas.calls("GET", &blocks, None).await;
        assert_eq!(answer.status, 403, "he keeps order no longer");
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_moderator_of_one_group_has_no_say_about_a_post_in_another() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_group("rust")
            .start()
            .await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        let founding = kindred_community::groups::Founding {
            handle: "chess".into(),
            name: "Chess".into(),
            summary: String::new(),
            topics: Vec::new(),
            visibility: kindred_community::Visibility::Public,
            join_policy: kindred_community::JoinPolicy::Open,
        };
        let (_, chess) = kindred_community::groups::found(ours.kindred(), &tomas.actor, founding)
            .await
            .unwrap();
        let post = nadia.says("@rust About rust").await;
        let post = post["id"].as_str().unwrap();
        for act in ["remove", "lock", "pin", "restore"] {
            let path = format!("/api/kindred/v1/groups/{}/statuses/{post}/{act}", chess.id);
            let answer = tomas.calls("POST", &path, None).await;
            assert_eq!(answer.status, 404, "{act}: {}", answer.text());
        }
        fediverse.settle().await;
        assert_eq!(ours.group("rust").statuses().await.len(), 1);
    })
    .await;
}

/// Makes Bo, who lives elsewhere, a moderator of the group.
async fn let_bo_keep_order(stage: &Stage) {
    let (group, uri) = (stage.ours.group("rust").actor.id, stage.bo.uri.clone());
    stage
        .ours
        .kindred()
        .write(move |ledger| {
            let bo = actors::by_uri(ledger.db, &uri)?.expect("Bo");
            memberships::set_role(ledger.db, group, bo.id, GroupRole::Moderator, ledger.now)?;
            Ok(())
        })
        .await
        .expect("a change of the role");
}

#[tokio::test]
async fn a_moderator_elsewhere_is_obeyed_with_everything_they_say() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let carl = stage.near.person("carl");
        let note = carl.note("Spam", &[&stage.group()]);
        carl.tells(&stage.ours, &carl.create(&note)).await;
        fediverse.settle().await;
        stage.far.new_letters();
        stage.near.new_letters();
        let mut block = stage.bo.activity("Block", json!(carl.uri));
        block["target"] = json!(stage.group());
        block["removeData"] = json!(true);
        block["summary"] = json!("spam");

        stage.bo.tells(&stage.ours, &block).await;
        fediverse.settle().await;
        assert_eq!(
            super::gists(&stage.far.new_letters()),
            [""; 0],
            "he is no moderator"
        );
        let spam = note["id"].as_str().unwrap();
        assert!(stage.ours.post_at(spam).await.unwrap().removed_at.is_none());

        let_bo_keep_order(&stage).await;
        block["id"] = json!(stage.bo.fresh("activities"));
        stage.bo.tells(&stage.ours, &block).await;
        fediverse.settle().await;
        let far = stage.far.new_letters();
        assert_eq!(far.len(), 1, "{far:?}");
        block.as_object_mut().unwrap().remove("@context");
        assert_eq!(far[0]["object"], block, "as it was said");
        assert!(stage.ours.post_at(spam).await.unwrap().removed_at.is_some());
        assert_eq!(
            super::gists(&stage.near.new_letters()),
            ["Undo of Announce"]
        );
        let record = stage.nadia.sees(&stage.at("/audit")).await;
        assert_eq!(
            (&record[0]["action"], &record[0]["account"]["acct"]),
            (&json!("ban"), &json!("bo@far.example"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_moderator_elsewhere_may_undo_what_another_moderator_did() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (note, post) = stage.bo_writes(fediverse, "A question").await;
        let uri = note["id"].as_str().unwrap();
        for act in ["lock", "remove"] {
            let path = stage.at(&format!("/statuses/{post}/{act}"));
            stage.nadia.does("POST", &path, None).await;
        }
        fediverse.settle().await;
        let said = stage.far.new_letters();
        let undo_all = async |keeps_order: bool| {
            for announced in &said {
                let undo = stage.bo.activity("Undo", announced["object"].clone());
                stage.bo.tells(&stage.ours, &undo).await;
            }
            fediverse.settle().await;
            let post = stage.ours.post_at(uri).await.expect("the post");
            assert_eq!(post.locked_at.is_none(), keeps_order);
            assert_eq!(post.removed_at.is_none(), keeps_order);
        };
        undo_all(false).await;
        assert_eq!(super::gists(&stage.far.new_letters()), [""; 0]);
        let_bo_keep_order(&stage).await;
        undo_all(true).await;
        assert_eq!(
            super::gists(&stage.far.new_letters()),
            ["Announce of Undo", "Announce of Undo"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_moderator_whose_server_is_blocked_is_obeyed_no_more() {
    on_sqlite(async |fediverse| {
        let stage = stage(fediverse).await;
        let_bo_keep_order(&stage).await;
        let post = stage.tomas.says("@rust Mine").await;
        fediverse.settle().await;
        let ines = stage.ours.person("ines");
        let block = json!({ "domain": "far.example", "severity": "suspend" });
        ines.does("POST", "/api/v1/admin/domain_blocks", Some(&block))
            .await;
        fediverse.settle().await;
        let removal = stage.bo.activity("Delete", post["uri"].clone());
        let answer = stage.bo.sends(&stage.ours, &removal).await;
        assert_eq!(answer.status, 403);
        fediverse.settle().await;
        let mine = stage
            .tomas
            .post_at(post["uri"].as_str().unwrap())
            .await
            .unwrap();
        assert_eq!(words(&mine), "@rust Mine");
    })
    .await;
}
