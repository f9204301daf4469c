//! What endpoints of groups need before they are asked.

use serde_json::{Value, json};

use super::{Stage, id};
use crate::support::Person;

impl Stage<'_> {
    /// In the open group that Nadia leads; or, when she is the guest, in Mei's.
    #[expect(clippy::too_many_lines, reason = "a table of what each endpoint needs")]
    pub(super) async fn in_a_group(
        &self,
        who: &Person,
        method: &str,
        path: &str,
    ) -> (Vec<String>, Option<Value>) {
        let rust = self.ours.group("rust").actor.id.to_string();
        let mei = self.ours.person("mei");
        let link_of = async |leader: &Person, group: &str| {
            leader
                .does(
                    "POST",
                    &format!("/api/kindred/v1/groups/{group}/links"),
                    Some(&json!({ "max_uses": 3 })),
                )
                .await
        };
        match path {
            "/api/v1/groups" if method == "POST" => (
                Vec::new(),
                Some(json!({ "display_name": "Bees", "handle": "bees", "topics": ["bees"] })),
            ),
            "/api/v1/groups/:id" if method == "DELETE" => {
                let made = who
                    .does(
                        "POST",
                        "/api/v1/groups",
                        Some(&json!({ "display_name": "Wasps", "handle": "wasps" })),
                    )
                    .await;
                (vec![id(&made)], None)
            }
            "/api/v1/groups/:id" => (
                vec![rust],
                Some(json!({ "note": "All about it", "rules": "Be kind" }))
                    .filter(|_| method != "GET"),
            ),
            "/api/v1/groups/:id/join" | "/api/v1/groups/:id/leave" => {
                (vec![self.den.clone()], None)
            }
            path if path.contains("/membership_requests") => {
                let garden = self.ours.group("garden").actor.id.to_string();
                let stranger = self.stranger().await;
                stranger
                    .does("POST", &format!("/api/v1/groups/{garden}/join"), None)
                    .await;
                (vec![garden, stranger.actor.id.to_string()], None)
            }
            "/api/v1/groups/:id/promote" => (
                vec![rust],
                Some(json!({ "account_ids": [mei.actor.id.to_string()], "role": "moderator" })),
            ),
            "/api/v1/groups/:id/demote" => (
                vec![rust],
                Some(json!({ "account_ids": [mei.actor.id.to_string()], "role": "user" })),
            ),
            "/api/v1/groups/:id/kick" | "/api/v1/groups/:id/blocks" => {
                let stranger = self.stranger().await;
                stranger
                    .does("POST", &format!("/api/v1/groups/{rust}/join"), None)
                    .await;
                let whom =
                    json!({ "account_ids": [stranger.actor.id.to_string()], "reason": "Rude" });
                if path.ends_with("/blocks") && method != "POST" {
                    who.does(
                        "POST",
                        &format!("/api/v1/groups/{rust}/blocks"),
                        Some(&whom),
                    )
                    .await;
                }
                (vec![rust], Some(whom).filter(|_| method != "GET"))
            }
            path if path.contains("/statuses/:post") => {
                let said = mei.says("@rust listen").await;
                let post = id(&said);
                let before = match path.rsplit('/').next() {
                    Some("restore") => Some("remove"),
                    Some("unlock") => Some("lock"),
                    Some("unpin") => Some("pin"),
                    _ => None,
                };
                if let Some(act) = before {
                    who.does(
                        "POST",
                        &format!("/api/kindred/v1/groups/{rust}/statuses/{post}/{act}"),
                        None,
                    )
                    .await;
                }
                (vec![rust, post], None)
            }
            "/api/kindred/v1/groups/:id/follows" => {
                let other = json!({ "account_id": self.den });
                if method != "POST" {
                    who.does(
                        "POST",
                        &format!("/api/kindred/v1/groups/{rust}/follows"),
                        Some(&other),
                    )
                    .await;
                }
                (vec![rust], Some(other).filter(|_| method != "GET"))
            }
            "/api/kindred/v1/groups/:id/relay" => {
                (vec![rust], Some(json!({ "boosts_comments": true })))
            }
            "/api/kindred/v1/groups/:id/invitations" => (
                vec![rust],
                Some(json!({ "account_id": self.stranger().await.actor.id.to_string() })),
            ),
            path if path.contains("/invitation/") || path == "/api/kindred/v1/invitations" => {
                who.calls("POST", &format!("/api/v1/groups/{}/leave", self.den), None)
                    .await;
                let me = json!({ "account_id": who.actor.id.to_string() });
                mei.does(
                    "POST",
                    &format!("/api/kindred/v1/groups/{}/invitations", self.den),
                    Some(&me),
                )
                .await;
                (vec![self.den.clone()], None)
            }
            "/api/kindred/v1/groups/:id/links" if method == "POST" => {
                (vec![rust], Some(json!({ "max_uses": 3 })))
            }
            path if path.contains("/links") => {
                let link = link_of(who, &rust).await;
                (vec![rust, id(&link)], None)
            }
            "/api/kindred/v1/invitations/:token" => {
                who.calls("POST", &format!("/api/v1/groups/{}/leave", self.den), None)
                    .await;
                let link = link_of(&mei, &self.den).await;
                (
                    vec![link["token"].as_str().expect("a secret").to_owned()],
                    None,
                )
            }
            path if path.contains("/held") => {
                who.does(
                    "PATCH",
                    &format!("/api/v1/groups/{rust}"),
                    Some(&json!({ "hold_newcomers": true })),
                )
                .await;
                let stranger = self.stranger().await;
                stranger
                    .does("POST", &format!("/api/v1/groups/{rust}/join"), None)
                    .await;
                stranger.says("@rust my first words").await;
                let held = self
                    .first(who, &format!("/api/kindred/v1/groups/{rust}/held"))
                    .await;
                who.does(
                    "PATCH",
                    &format!("/api/v1/groups/{rust}"),
                    Some(&json!({ "hold_newcomers": false })),
                )
                .await;
                (vec![rust, held], None)
            }
            path if path.contains("/reports") => {
                let said = mei.says("@rust rude words").await;
                let complaint =
                    json!({ "account_id": mei.actor.id.to_string(), "status_ids": [said["id"]] });
                self.stranger()
                    .await
                    .does("POST", "/api/v1/reports", Some(&complaint))
                    .await;
                let report = self
                    .first(who, &format!("/api/kindred/v1/groups/{rust}/reports"))
                    .await;
                (vec![rust, report], None)
            }
            path if path.contains("/audit") => {
                let line = self
                    .first(who, &format!("/api/kindred/v1/groups/{rust}/audit"))
                    .await;
                (vec![rust, line], None)
            }
            _ => (vec![rust], None),
        }
    }
}
