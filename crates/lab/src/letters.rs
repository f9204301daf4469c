//! What played actors say: activities as Mastodon and Lemmy would write them, signed before they are needed.
//!
//! A letter is the bytes of a whole request, so that sending one costs nothing but sending. It can be sent again as it is.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{SecondsFormat, Utc};
use openssl::error::ErrorStack;
use serde_json::{Value, json};

use crate::Keys;

/// The address that means everybody.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

const CONTEXT: &str = "https://www.w3.org/ns/activitystreams";

/// What people say who have nothing else to say: two paragraphs and a link, as posts usually are.
const SENTENCE: &str = "<p>We moved the build to a smaller image last week, and it is twice as quick now. What we gave up \
    is the shell in it; has anybody found a good way to look into a container that has none? <a href=\"https://example.com/notes\" \
    rel=\"nofollow noopener\" target=\"_blank\">Our notes</a> are public.</p><p>Tomás asked the same in spring.</p>";

/// Somebody at a played server.
#[derive(Clone, Debug)]
pub struct Actor {
    pub(crate) origin: String,
    pub(crate) uri: String,
    pub(crate) keys: Arc<Keys>,
    pub(crate) count: Arc<AtomicU64>,
}

/// A signed request, ready to be sent, once or again.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The activity's id.
    pub id: String,
    /// The id of what it is about: the note it creates, the activity it takes back.
    pub object: String,
    /// The request as it stands on the wire.
    pub bytes: Vec<u8>,
}

impl Actor {
    /// The actor's address.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The name of its key.
    pub fn key_id(&self) -> String {
        format!("{}#main-key", self.uri)
    }

    fn fresh(&self, kind: &str) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{}/{kind}/{number}", self.origin)
    }

    fn activity(&self, kind: &str, object: &Value) -> Value {
        json!({
            "@context": CONTEXT,
            "id": self.fresh("activities"),
            "type": kind,
            "actor": self.uri,
            "object": object,
        })
    }

    /// Asks to hear of somebody, or to belong to a group.
    pub fn follow(&self, whom: &str) -> Value {
        self.activity("Follow", &json!(whom))
    }

    /// Agrees to a question.
    pub fn accept(&self, question: &Value) -> Value {
        self.activity("Accept", question)
    }

    /// Likes a post.
    pub fn like(&self, post: &str) -> Value {
        self.activity("Like", &json!(post))
    }

    /// Takes something back.
    pub fn undo(&self, activity: &Value) -> Value {
        self.activity("Undo", activity)
    }

    /// Says goodbye to a post.
    pub fn delete(&self, post: &str) -> Value {
        self.activity("Delete", &json!({ "id": post, "type": "Tombstone" }))
    }

    /// Says something to everybody, as microblogs do: to the followers too, and to those who are named.
    pub fn note(&self, named: &[&str]) -> Value {
        self.note_that(SENTENCE, named, None)
    }

    /// Says these words, naming some, perhaps as an answer.
    pub fn note_that(&self, html: &str, named: &[&str], in_reply_to: Option<&str>) -> Value {
        let id = self.fresh("notes");
        let mut cc = vec![json!(format!("{}/followers", self.uri))];
        cc.extend(named.iter().map(|uri| json!(uri)));
        let tags: Vec<Value> = named
            .iter()
            .map(|uri| json!({ "type": "Mention", "href": uri, "name": uri }))
            .collect();
        let note = json!({
            "id": id,
            "type": "Note",
            "attributedTo": self.uri,
            "content": html,
            "contentMap": { "en": html },
            "url": id,
            "published": now(),
            "to": [PUBLIC],
            "cc": cc,
            "tag": tags,
            "inReplyTo": in_reply_to,
            "sensitive": false,
            "attachment": [],
        });
        self.create(note, None)
    }

    /// Posts a page to a group, as the threadiverse does.
    pub fn page(&self, group: &str, title: &str) -> Value {
        let id = self.fresh("posts");
        let page = json!({
            "id": id,
            "type": "Page",
            "attributedTo": self.uri,
            "name": title,
            "content": SENTENCE,
            "mediaType": "text/html",
            "published": now(),
            "to": [group, PUBLIC],
            "cc": [],
            "audience": group,
            "sensitive": false,
        });
        self.create(page, Some(group))
    }

    fn create(&self, object: Value, audience: Option<&str>) -> Value {
        let mut create = self.activity("Create", &Value::Null);
        create["to"] = object["to"].clone();
        create["cc"] = object["cc"].clone();
        create["published"] = object["published"].clone();
        if let Some(audience) = audience {
            create["audience"] = json!(audience);
        }
        create["object"] = object;
        create
    }

    /// Signs an activity for an inbox, now: it is good for an hour.
    pub fn letter(&self, inbox: &str, activity: &Value) -> Result<Letter, ErrorStack> {
        let (host, path) = authority_and_path(inbox);
        let body = activity.to_string();
        let signature = self
            .keys
            .headers(&self.key_id(), host, path, body.as_bytes())?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/activity+json\r\n\
             content-length: {}\r\n{signature}\r\n",
            body.len()
        );
        let object = &activity["object"];
        let object = object["id"].as_str().or(object.as_str());
        Ok(Letter {
            id: activity["id"].as_str().unwrap_or_default().to_owned(),
            object: object.unwrap_or_default().to_owned(),
            bytes: (head + &body).into_bytes(),
        })
    }
}

pub(crate) fn authority_and_path(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, "/"),
    }
}

/// This moment as ActivityPub writes it, to the second.
fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}
