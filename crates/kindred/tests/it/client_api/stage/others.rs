//! What filters, notifications, admins and those who look for each other need before they are asked.

use serde_json::{Value, json};

use super::{ALL_SCOPES, Stage, id};
use crate::{
    media::picture,
    support::{Person, http::Answer},
};

impl Stage<'_> {
    /// Does what a list tells of, before the list is asked for. Whether there was anything to do.
    pub(super) async fn happened(&self, who: &Person, path: &str) -> bool {
        let (mei, tomas) = (self.ours.person("mei"), self.ours.person("tomas"));
        let of = |whom: &Person, act: &str| format!("/api/v1/accounts/{}/{act}", whom.actor.id);
        let status = |act: &str| format!("/api/v1/statuses/{}/{act}", id(&self.post));
        let (asker, doing, said) = match path {
            "/api/v1/endorsements" => (who, of(&mei, "endorse"), None),
            "/api/v1/blocks" => (who, of(&tomas, "block"), None),
            "/api/v1/mutes" => (who, of(&tomas, "mute"), None),
            "/api/v1/bookmarks" => (who, status("bookmark"), None),
            "/api/v1/favourites" => (who, status("favourite"), None),
            "/api/v1/domain_blocks" => (
                who,
                path.to_owned(),
                Some(json!({ "domain": "spam.example" })),
            ),
            "/api/v1/featured_tags" => (who, path.to_owned(), Some(json!({ "name": "rust" }))),
            "/api/v1/followed_tags" => (who, "/api/v1/tags/rust/follow".to_owned(), None),
            "/api/v1/markers" => (
                who,
                path.to_owned(),
                Some(json!({ "home": { "last_read_id": id(&self.post) } })),
            ),
            "/api/v1/featured_tags/suggestions" => {
                let said = json!({ "status": "I learn #weaving" });
                (who, "/api/v1/statuses".to_owned(), Some(said))
            }
            "/api/v1/follow_requests" => {
                let locked = json!({ "locked": true });
                who.does(
                    "PATCH",
                    "/api/v1/accounts/update_credentials",
                    Some(&locked),
                )
                .await;
                let stranger = self.stranger().await;
                stranger.does("POST", &of(who, "follow"), None).await;
                return true;
            }
            "/api/v1/scheduled_statuses" => {
                let later = json!({ "status": "Later", "scheduled_at": "2026-02-10T12:00:00Z" });
                (who, "/api/v1/statuses".to_owned(), Some(later))
            }
            "/api/v1/instance/domain_blocks" => {
                let ines = self.ours.person("ines");
                let block = json!({ "domain": "trolls.example", "severity": "suspend" });
                ines.does("POST", "/api/v1/admin/domain_blocks", Some(&block))
                    .await;
                return true;
            }
            "/api/v1/announcements" | "/api/kindred/v1/announcements" => {
                self.announced().await;
                return true;
            }
            "/api/v1/custom_emojis" | "/api/kindred/v1/emojis" => {
                self.pictured().await;
                return true;
            }
            "/api/v1/instance/peers" => {
                self.ours.agrees_with("near.example").await;
                return true;
            }
            _ => return false,
        };
        asker.does("POST", &doing, said.as_ref()).await;
        true
    }

    /// Ines tells everybody something; its number.
    pub(super) async fn announced(&self) -> String {
        let ines = self.ours.person_who_may("ines", ALL_SCOPES).await;
        let (_, word) = self.pictured().await;
        let wish = json!({
            "text": format!("@mei bakes #bread :{word}:"), "starts_at": "2026-01-30T18:00:00Z", "ends_at": "2026-12-31T18:00:00Z"
        });
        let told = ines
            .does("POST", "/api/kindred/v1/announcements", Some(&wish))
            .await;
        let said = format!("/api/v1/announcements/{}/reactions/{word}", id(&told));
        ines.does("PUT", &said, None).await;
        id(&told)
    }

    /// A picture that can be used: its number, and the word that it stands for.
    async fn pictured(&self) -> (String, String) {
        let path = "/api/kindred/v1/emojis";
        let ines = self.ours.person_who_may("ines", ALL_SCOPES).await;
        let all = ines.sees(path).await;
        let usable = all
            .as_array()
            .and_then(|all| all.iter().find(|emoji| emoji["disabled"] == false));
        let emoji = match usable {
            Some(emoji) => emoji.clone(),
            None => self.sends_emoji(&ines, path).await.json(),
        };
        let word = emoji["shortcode"].as_str().expect("a word").to_owned();
        (id(&emoji), word)
    }

    /// A picture for a word that has none yet, sent as a form.
    pub(super) async fn sends_emoji(&self, who: &Person, path: &str) -> Answer {
        let word = format!("word{}", self.next.replace(self.next.get() + 1));
        let file = picture(4, 4, image::ImageFormat::Png);
        let parts: [(&str, Option<&str>, &[u8]); 3] = [
            ("shortcode", None, word.as_bytes()),
            ("category", None, b"Words"),
            ("image", None, &file),
        ];
        who.sends_form("POST", path, &parts).await
    }

    pub(super) async fn looking_after(
        &self,
        method: &str,
        path: &str,
    ) -> (Vec<String>, Option<Value>) {
        let said = match (method, path.contains("/emojis")) {
            ("POST" | "PUT", false) => Some(json!({ "text": "Something else" })),
            ("PUT", true) => Some(json!({ "visible_in_picker": true })),
            _ => None,
        };
        let numbers = match (path.contains(":id"), path.contains("/emojis")) {
            (false, _) => Vec::new(),
            (true, true) => vec![self.pictured().await.0],
            (true, false) => vec![self.announced().await],
        };
        (numbers, said)
    }

    /// What somebody's page shows is put there first.
    pub(super) async fn shown_by(&self, who: &Person, path: &str) {
        let (mei, tomas) = (self.ours.person("mei"), self.ours.person("tomas"));
        match path {
            "/api/v1/accounts/:id/endorsements" => {
                mei.follows("@tomas").await;
                let path = format!("/api/v1/accounts/{}/endorse", tomas.actor.id);
                mei.does("POST", &path, None).await;
            }
            "/api/v1/accounts/:id/featured_tags" => {
                let tag = json!({ "name": "rust" });
                mei.does("POST", "/api/v1/featured_tags", Some(&tag)).await;
            }
            "/api/v1/accounts/:id/lists" => {
                let title = json!({ "title": "Friends" });
                let list = who.does("POST", "/api/v1/lists", Some(&title)).await;
                let whom = json!({ "account_ids": [mei.actor.id.to_string()] });
                let path = format!("/api/v1/lists/{}/accounts", id(&list));
                who.does("POST", &path, Some(&whom)).await;
            }
            _ => {}
        }
    }

    pub(super) async fn filtering(
        who: &Person,
        method: &str,
        path: &str,
    ) -> (Vec<String>, Option<Value>) {
        let old = json!({ "phrase": "weather", "context": ["home"], "whole_word": true });
        if path.starts_with("/api/v1/") {
            if !path.contains(":id") {
                if method == "GET" {
                    who.does("POST", "/api/v1/filters", Some(&old)).await;
                }
                return (Vec::new(), Some(old).filter(|_| method == "POST"));
            }
            let made = who.does("POST", "/api/v1/filters", Some(&old)).await;
            return (vec![id(&made)], Some(old).filter(|_| method == "PUT"));
        }
        let wish = json!({
            "title": "Weather", "context": ["home", "public"], "filter_action": "hide", "keywords_attributes": [{ "keyword": "rain" }]
        });
        if method == "POST" && path == "/api/v2/filters" {
            return (Vec::new(), Some(wish));
        }
        let made = who.does("POST", "/api/v2/filters", Some(&wish)).await;
        let post = who.says("Rain").await;
        let said = json!({ "status_id": post["id"] });
        let line = who
            .does(
                "POST",
                &format!("/api/v2/filters/{}/statuses", id(&made)),
                Some(&said),
            )
            .await;
        let another = who.says("More rain").await;
        match path {
            "/api/v2/filters/keywords/:id" => (
                vec![id(&made["keywords"][0])],
                Some(json!({ "keyword": "snow" })).filter(|_| method == "PUT"),
            ),
            "/api/v2/filters/statuses/:id" => (vec![id(&line)], None),
            "/api/v2/filters/:filter_id/keywords" => (
                vec![id(&made)],
                Some(json!({ "keyword": "snow" })).filter(|_| method == "POST"),
            ),
            "/api/v2/filters/:filter_id/statuses" => (
                vec![id(&made)],
                Some(json!({ "status_id": another["id"] })).filter(|_| method == "POST"),
            ),
            _ => (
                vec![id(&made)],
                Some(json!({ "title": "Weather and wind" })).filter(|_| method == "PUT"),
            ),
        }
    }

    pub(super) async fn notified(
        &self,
        who: &Person,
        method: &str,
        path: &str,
    ) -> (Vec<String>, Option<Value>) {
        if path.ends_with("/policy") {
            return (
                Vec::new(),
                Some(json!({ "for_not_following": "filter" })).filter(|_| method != "GET"),
            );
        }
        if path.contains("/requests") {
            who.does(
                "PATCH",
                "/api/v2/notifications/policy",
                Some(&json!({ "for_not_following": "filter" })),
            )
            .await;
            self.stranger().await.says("@nadia hello").await;
            self.fediverse.settle().await;
            let request = self.first(who, "/api/v1/notifications/requests").await;
            return (
                vec![request.clone()],
                Some(json!({ "id": [request] }))
                    .filter(|_| method == "POST" && !path.contains(":id")),
            );
        }
        let fresh = who.says("Like this").await;
        self.ours
            .person("mei")
            .reacts(fresh["uri"].as_str().expect("an address"), "favourite")
            .await;
        self.fediverse.settle().await;
        if path.contains(":group_key") {
            let all = who.sees("/api/v2/notifications").await;
            let key = all["notification_groups"]
                .as_array()
                .expect("a list")
                .iter()
                .find_map(|group| {
                    group["group_key"]
                        .as_str()
                        .filter(|key| key.starts_with("favourite"))
                });
            return (vec![key.expect("a group").to_owned()], None);
        }
        if path.contains("/notifications/:id") || path.ends_with("/dismiss") {
            let first = self.first(who, "/api/v1/notifications").await;
            return (
                vec![first.clone()],
                Some(json!({ "id": first })).filter(|_| path == "/api/v1/notifications/dismiss"),
            );
        }
        (Vec::new(), None)
    }

    pub(super) async fn by_an_admin(
        &self,
        who: &Person,
        method: &str,
        path: &str,
    ) -> (Vec<String>, Option<Value>) {
        if path.contains("/domain_") {
            let (place, wish) = if path.contains("/domain_blocks") {
                (
                    "/api/v1/admin/domain_blocks",
                    json!({ "domain": format!("{}.example", self.next.replace(self.next.get() + 1)), "severity": "suspend" }),
                )
            } else {
                (
                    "/api/v1/admin/domain_allows",
                    json!({ "domain": "good.example" }),
                )
            };
            if method == "POST" {
                return (Vec::new(), Some(wish));
            }
            let made = who.does("POST", place, Some(&wish)).await;
            return (
                vec![id(&made)],
                Some(json!({ "severity": "silence" })).filter(|_| method == "PUT"),
            );
        }
        if path.contains("/reports") {
            let tomas = self.ours.person("tomas");
            let said = json!({ "account_id": tomas.actor.id.to_string(), "comment": "Rude", "category": "violation", "rule_ids": ["1"] });
            let mei = self.ours.person("mei");
            mei.does("POST", "/api/v1/reports", Some(&said)).await;
            self.fediverse.settle().await;
            let report = self.first(who, "/api/v1/admin/reports").await;
            return (
                vec![report],
                Some(json!({ "category": "spam" })).filter(|_| method == "PUT"),
            );
        }
        let stranger = self.stranger().await.actor.id.to_string();
        let action = format!("/api/v1/admin/accounts/{stranger}/action");
        let lifted = match path.rsplit('/').next() {
            Some("enable") => Some("disable"),
            Some("unsilence") => Some("silence"),
            Some("unsuspend") => Some("suspend"),
            Some("unsensitive") => Some("sensitive"),
            _ if method == "DELETE" => Some("suspend"),
            _ => None,
        };
        if let Some(act) = lifted {
            who.does("POST", &action, Some(&json!({ "type": act })))
                .await;
        }
        (
            vec![stranger],
            Some(json!({ "type": "silence" })).filter(|_| path.ends_with("/action")),
        )
    }

    /// The other company proposes to share, whatever was before.
    async fn proposed(&self, who: &Person) {
        let path = "/api/kindred/v1/partners/acme.example";
        who.calls("DELETE", path, None).await;
        self.fediverse.settle().await;
        let robert = self.theirs.person_who_may("robert", ALL_SCOPES).await;
        let wish = json!({ "host": "kindred.example", "flows": ["people"] });
        robert
            .does("POST", "/api/kindred/v1/partners", Some(&wish))
            .await;
        self.fediverse.settle().await;
    }

    pub(super) async fn finding(
        &self,
        who: &Person,
        method: &str,
        path: &str,
    ) -> (Vec<String>, Option<Value>) {
        let cares = json!({ "topic": "rust", "words": "for years", "circle": "everyone" });
        let max = || self.theirs.person("max").actor.uri;
        match path {
            "/api/kindred/v1/partners" if method == "POST" => {
                let wish = json!({ "host": "acme.example", "flows": ["groups", "people"] });
                (Vec::new(), Some(wish))
            }
            "/api/kindred/v1/partners" => {
                self.proposed(who).await;
                (Vec::new(), None)
            }
            "/api/kindred/v1/partners/:host/accept" => {
                self.proposed(who).await;
                (vec!["acme.example".into()], None)
            }
            "/api/kindred/v1/partners/:host" => (vec!["acme.example".into()], None),
            "/api/kindred/v1/passions" if method == "POST" => (Vec::new(), Some(cares)),
            path if path.contains("/accounts/:id/passions") => {
                let mei = self.ours.person("mei");
                mei.does("POST", "/api/kindred/v1/passions", Some(&cares))
                    .await;
                (vec![mei.actor.id.to_string()], None)
            }
            path if path.contains("/passions") => {
                who.does("POST", "/api/kindred/v1/passions", Some(&cares))
                    .await;
                (
                    vec!["rust".into()],
                    Some(json!({ "words": "still" })).filter(|_| matches!(method, "PUT" | "PATCH")),
                )
            }
            "/api/kindred/v1/discover/dismiss" => (Vec::new(), Some(json!({ "uri": max() }))),
            "/api/kindred/v1/hellos" => (
                Vec::new(),
                Some(
                    json!({ "uri": self.ours.person("mei").actor.uri, "topic": "rust", "words": "Hello" }),
                ),
            ),
            path if path.contains("/topics/:name/") => {
                // What admins do to a topic is not undone by the next one.
                let topic = format!("craft{}", self.next.replace(self.next.get() + 1));
                let cares = json!({ "topic": topic, "circle": "everyone" });
                let mei = self.ours.person("mei");
                mei.does("POST", "/api/kindred/v1/passions", Some(&cares))
                    .await;
                let said = match path.rsplit('/').next() {
                    Some("names") => Some(json!({ "name": format!("{topic}e"), "language": "fr" })),
                    Some("rename") => Some(json!({ "name": format!("{topic} of old") })),
                    Some("merge") => Some(json!({ "into": "rust" })),
                    Some("forbid" | "allow") => Some(json!({ "reason": "no" })),
                    _ => None,
                };
                (vec![topic], said)
            }
            _ => (vec!["rust".into()], None),
        }
    }
}
