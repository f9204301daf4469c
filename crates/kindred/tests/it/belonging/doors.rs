//! The group doors of the client API: found, find, change, list, close, and who may see whom.

use kindred_community::{JoinPolicy, Visibility};
use serde_json::{Value, json};

use super::stage;
use crate::support::{on_both, on_sqlite};

#[tokio::test]
async fn a_group_lives_its_life_through_the_api() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let (nadia, tomas) = (stage.ours.person("nadia"), stage.ours.person("tomas"));
        let founded = tomas
            .does(
                "POST",
                "/api/v1/groups",
                Some(&json!({
                    "display_name": "Board Games", "note": "We *play*.", "topics": ["Games"], "join": "ask",
                    "rules": "Be fair.", "language": "en", "hold_newcomers": true
                })),
            )
            .await;
        let id = founded["id"].as_str().expect("a number").to_owned();
        for (field, expected) in [
            ("username", json!("board_games")),
            ("display_name", json!("Board Games")),
            ("group", json!(true)),
            ("locked", json!(true)),
            ("members_count", json!(1)),
            ("statuses_visibility", json!("public")),
            ("owner", json!({ "id": tomas.actor.id.to_string() })),
            ("source", json!({ "note": "We *play*." })),
        ] {
            assert_eq!(founded[field], expected, "{field}");
        }
        assert_eq!(founded["kindred"]["hold_newcomers"], json!(true));
        assert_eq!(founded["kindred"]["join"], "ask");
        assert_eq!(founded["tags"][0]["name"], "Games");

        let path = format!("/api/v1/groups/{id}");
        let changed = tomas
            .does(
                "PUT",
                &path,
                Some(&json!({
                    "display_name": "Games", "locked": false,
                    "fields_attributes": [{ "name": "Chat", "value": "https://chat.example" }]
                })),
            )
            .await;
        assert_eq!((&changed["display_name"], &changed["locked"]), (&json!("Games"), &json!(false)));
        assert_eq!(changed["fields"][0]["name"], "Chat");
        assert_eq!(nadia.calls("PUT", &path, Some(&json!({ "name": "Mine" }))).await.status, 403);
        assert_eq!(tomas.calls("PUT", &path, Some(&json!({ "join": "never" }))).await.status, 400);
        assert_eq!(
            tomas.calls("PUT", &path, Some(&json!({ "visibility": "company" }))).await.status,
            422
        );

        let ids = |list: &Value| -> Vec<String> {
            let all = list.as_array().expect("a list").iter();
            all.map(|group| group["id"].as_str().unwrap_or_default().to_owned())
                .collect()
        };
        assert_eq!(ids(&tomas.sees("/api/v1/groups").await), [id.as_str()]);
        assert_eq!(ids(&nadia.sees("/api/v1/groups").await), [stage.group_id()]);
        assert_eq!(ids(&nadia.sees("/api/v1/groups/search?q=games").await), [id.as_str()]);
        let looked = nadia.sees("/api/v1/groups/lookup?name=board_games").await;
        assert_eq!(looked["id"], json!(id));
        assert_eq!(nadia.calls("GET", "/api/v1/groups/lookup?name=nadia", None).await.status, 404);
        assert_eq!(
            nadia.calls("GET", &format!("/api/v1/groups/{}", tomas.actor.id), None).await.status,
            404,
            "a person is no group"
        );

        let archived = tomas.does("PATCH", &path, Some(&json!({ "archived": true }))).await;
        assert!(archived["kindred"]["archived_at"].is_string());
        let refused = tomas
            .calls("POST", "/api/v1/statuses", Some(&json!({ "status": "@board_games Anybody?" })))
            .await;
        assert_eq!(refused.status, 403, "nobody posts in an archived group");

        assert_eq!(nadia.calls("DELETE", &path, None).await.status, 403);
        tomas.does("DELETE", &path, None).await;
        assert_eq!(tomas.calls("GET", &path, None).await.status, 404);
        assert_eq!(ids(&tomas.sees("/api/v1/groups").await), [""; 0]);
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn who_belongs_is_told_to_those_who_may_know() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_group("rust")
            .with_group_like("pilots", Visibility::Members, JoinPolicy::Invite)
            .start()
            .await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        let members =
            |group: &str| format!("/api/v1/groups/{}/memberships", ours.group(group).actor.id);
        let (open, closed) = (members("rust"), members("pilots"));
        assert_eq!(tomas.sees(&open).await[0]["role"], "admin");
        assert_eq!(nadia.sees(&closed).await[0]["account"]["username"], "nadia");
        assert_eq!(
            tomas.calls("GET", &closed, None).await.status,
            404,
            "he does not belong"
        );
        assert_eq!(
            ours.page(&open).await.status,
            401,
            "strangers see no list of members"
        );
        let lead = ours.page(&format!("{open}?role=admin")).await;
        assert_eq!(lead.status, 200, "but who looks after it");
        assert_eq!(lead.json()[0]["account"]["username"], "nadia");
        assert_eq!(
            tomas
                .calls("GET", &format!("{open}?role=king"), None)
                .await
                .status,
            400
        );
        let stranger = ours
            .page(&format!("/api/v1/groups/{}", ours.group("pilots").actor.id))
            .await;
        assert_eq!(stranger.status, 404);
        for path in ["membership_requests", "links", "held"] {
            let kindred = if path == "membership_requests" {
                ""
            } else {
                "kindred/"
            };
            let path = format!(
                "/api/{kindred}v1/groups/{}/{path}",
                ours.group("rust").actor.id
            );
            assert_eq!(tomas.calls("GET", &path, None).await.status, 403, "{path}");
        }
    })
    .await;
}
