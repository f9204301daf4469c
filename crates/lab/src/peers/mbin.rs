//! Mbin: wants key, activity and actor on one host, and files posts under a magazine.
//!
//! A `Page` is a thread, a `Note` a post of its microblog side. It knows no events.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    ACTIVITY_JSON, Fault, Known, Letter, Make, Manners, Peer, Somebody, Taken, dropped,
    either_type, lemmy,
    letters::{id, kind, same_host, text},
    microblog::mentions,
    somebody::PUBLIC,
    threadiverse,
};

/// An Mbin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mbin;

impl Make for Mbin {
    const MANNERS: Manners = Manners {
        software: "mbin",
        accept: ACTIVITY_JSON,
        reads: either_type,
        key: "#main-key",
        signs: &["(request-target)", "host", "date", "digest"],
        algorithm: "rsa-sha256",
        covered: &["(request-target)", "host", "date"],
        past: Duration::from_hours(24),
        ahead: Duration::from_hours(24),
        unsigned: 401,
        signed_gets: false,
        plain_keys: false,
        shared_inbox: true,
        loops_back: false,
    };

    fn person_path(name: &str) -> String {
        format!("/u/{name}")
    }

    fn group_path(name: &str) -> Option<String> {
        Some(format!("/m/{name}"))
    }

    fn dress(card: &mut Value) {
        let id = text(card, "id").to_owned();
        if kind(card) == "Group" {
            card["attributedTo"] = json!(format!("{id}/moderators"));
            card["featured"] = json!(format!("{id}/pinned"));
            card["postingRestrictedToMods"] = json!(false);
        }
    }

    fn actor(document: &Value) -> Result<Known, Fault> {
        let known = Known::read(document)?;
        let listed = &document["attributedTo"];
        if known.kind == "Group" && !listed.is_string() {
            return Err(Fault::new(400, format!("moderators listed as {listed}")));
        }
        Ok(known)
    }

    fn key_fits(key_id: &str, activity: &Value) -> Result<(), Fault> {
        if same_host(key_id, id(activity)) && same_host(key_id, text(activity, "actor")) {
            Ok(())
        } else {
            Err(Fault::new(401, format!("{key_id} lives elsewhere")))
        }
    }

    async fn take(peer: &Peer<Self>, letter: &Letter) -> Result<Taken, Fault> {
        let object = &letter.activity["object"];
        if letter.kind() == "Announce" {
            if kind(&object["object"]) == "Event" {
                return dropped("an event");
            }
            if object.is_object() && object["actor"].is_null() {
                return dropped(format!("a {} passed on as it is", kind(object)));
            }
        }
        threadiverse::take(peer, letter).await
    }
}

impl Somebody<Mbin> {
    /// A thread in a magazine.
    pub fn page(&self, group: &str, title: &str, words: &str) -> Value {
        let mut page = lemmy::page(self, group, title, words);
        if let Some(fields) = page.as_object_mut() {
            fields.remove("language");
            fields.remove("source");
        }
        page["commentsEnabled"] = json!(true);
        page["to"] = json!([group, PUBLIC]);
        page["cc"] = json!([format!("{}/followers", self.uri())]);
        page
    }

    /// A post on the microblog side of a magazine.
    pub fn note(&self, group: &Known, words: &str) -> Value {
        let peer = self.peer();
        json!({
            "type": "Note", "id": peer.fresh("m/rust/p"), "attributedTo": self.uri(), "inReplyTo": null,
            "to": [PUBLIC, group.uri], "cc": [format!("{}/followers", self.uri())], "audience": group.uri,
            "content": format!("<p>{words}</p>"), "mediaType": "text/html", "summary": "", "sensitive": false,
            "published": peer.world().timestamp(), "tag": mentions(&[group]), "commentsEnabled": true,
        })
    }

    /// An answer within a magazine.
    pub fn comment(&self, group: &str, parent: (&str, &Known), words: &str) -> Value {
        let mut comment = lemmy::comment(self, group, parent, words);
        if let Some(fields) = comment.as_object_mut() {
            fields.remove("language");
            fields.remove("source");
        }
        comment["to"] = json!([PUBLIC, group]);
        comment
    }
}
