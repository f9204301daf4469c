//! Friendica: takes a signature for five minutes, and really expands JSON-LD: a term that no context explains is not there.
//!
//! Somebody who follows a thread sends a `Follow` of the post, which nobody has to answer. Of a passed-on `Create` it keeps the post, as
//! shared by the group.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Fault, Known, LD_JSON, Letter, Make, Manners, Peer, Somebody, Taken, either_type,
    letters::{id, same_host},
    microblog::{marked_up, mentions},
    somebody::PUBLIC,
    threadiverse,
};

/// A Friendica.
#[derive(Clone, Copy, Debug, Default)]
pub struct Friendica;

impl Make for Friendica {
    const MANNERS: Manners = Manners {
        software: "friendica",
        accept: LD_JSON,
        reads: either_type,
        key: "#main-key",
        signs: &[
            "(request-target)",
            "date",
            "digest",
            "host",
            "content-length",
        ],
        algorithm: "rsa-sha256",
        covered: &["(request-target)", "host", "date", "digest"],
        past: Duration::from_mins(5),
        ahead: Duration::from_mins(1),
        unsigned: 401,
        signed_gets: false,
        plain_keys: false,
        shared_inbox: true,
        loops_back: false,
    };

    fn person_path(name: &str) -> String {
        format!("/profile/{name}")
    }

    fn group_path(name: &str) -> Option<String> {
        Some(format!("/profile/{name}"))
    }

    fn actor(document: &Value) -> Result<Known, Fault> {
        terms_are_defined(document)?;
        Known::read(document)
    }

    async fn take(peer: &Peer<Self>, letter: &Letter) -> Result<Taken, Fault> {
        let object = &letter.activity["object"];
        // What comes from here or from others, passed on, was explained by its own server.
        if letter.kind() != "Announce" || same_host(id(object), &letter.signer) {
            terms_are_defined(&letter.activity)?;
        }
        threadiverse::take(peer, letter).await
    }
}

/// What the contexts of ActivityStreams and of its security extension explain, as far as servers use it.
const KNOWN_TERMS: &[&str] = &[
    "@context",
    "id",
    "type",
    "actor",
    "object",
    "target",
    "origin",
    "result",
    "instrument",
    "to",
    "cc",
    "bto",
    "bcc",
    "audience",
    "attributedTo",
    "attachment",
    "tag",
    "name",
    "nameMap",
    "content",
    "contentMap",
    "summary",
    "summaryMap",
    "mediaType",
    "source",
    "published",
    "updated",
    "deleted",
    "formerType",
    "startTime",
    "endTime",
    "url",
    "href",
    "rel",
    "hreflang",
    "width",
    "height",
    "icon",
    "image",
    "preview",
    "location",
    "inReplyTo",
    "replies",
    "context",
    "generator",
    "first",
    "last",
    "next",
    "prev",
    "partOf",
    "items",
    "orderedItems",
    "totalItems",
    "current",
    "startIndex",
    "oneOf",
    "anyOf",
    "closed",
    "likes",
    "shares",
    "liked",
    "inbox",
    "outbox",
    "followers",
    "following",
    "streams",
    "endpoints",
    "sharedInbox",
    "preferredUsername",
    "publicKey",
    "publicKeyPem",
    "owner",
    "subject",
    "relationship",
    "describes",
    "longitude",
    "latitude",
    "accuracy",
    "altitude",
    "radius",
    "units",
    "duration",
];

/// Fields of values that have a context of their own, or that nobody needs to understand.
const OPAQUE: &[&str] = &[
    "@context",
    "contentMap",
    "nameMap",
    "summaryMap",
    "source",
    "interactionPolicy",
    "language",
    "endpoints",
];

/// Terms of others that are sent for their readers only and may get lost here.
const FOR_OTHERS: &[&str] = &["conversation", "webfinger", "language"];

/// Fails for a term that would vanish in the expansion, although this reader would have had use for it.
fn terms_are_defined(document: &Value) -> Result<(), Fault> {
    let mut defined: Vec<&str> = Vec::new();
    for context in document["@context"].as_array().into_iter().flatten() {
        if let Some(terms) = context.as_object() {
            defined.extend(terms.keys().map(String::as_str));
        }
    }
    match undefined_in(document, &defined) {
        Some(term) => Err(Fault::new(
            400,
            format!("{term} is defined nowhere: {document}"),
        )),
        None => Ok(()),
    }
}

fn undefined_in(value: &Value, defined: &[&str]) -> Option<String> {
    match value {
        Value::Array(list) => list.iter().find_map(|each| undefined_in(each, defined)),
        Value::Object(fields) => fields.iter().find_map(|(term, inner)| {
            let term = term.as_str();
            let fine = KNOWN_TERMS.contains(&term)
                || OPAQUE.contains(&term)
                || FOR_OTHERS.contains(&term)
                || defined.contains(&term);
            if !fine {
                return Some(term.to_owned());
            }
            if OPAQUE.contains(&term) {
                return None;
            }
            undefined_in(inner, defined)
        }),
        _ => None,
    }
}

impl Somebody<Friendica> {
    /// A post for a group, which it names with its own sign; followers of the author see it too.
    pub fn note(&self, group: &Known, words: &str, parent: Option<&str>) -> Value {
        let peer = self.peer();
        let note = peer.fresh("objects");
        let content = format!("{}{words}", marked_up(&[group]).replace(">@<", ">!<"));
        let mut document = json!({
            "id": note, "diaspora:guid": "0b1f2c3d", "type": "Note", "attributedTo": self.uri(), "context": peer.fresh("contexts"),
            "conversation": peer.fresh("contexts"), "sensitive": false, "summary": null, "audience": group.uri,
            "to": [PUBLIC, group.uri], "cc": [format!("{}/followers", self.uri())], "content": content,
            "contentMap": { "en": content }, "source": { "content": words, "mediaType": "text/bbcode" },
            "published": peer.world().timestamp(), "updated": peer.world().timestamp(), "url": note,
            "attachment": [], "tag": mentions(&[group]), "generator": { "type": "Application", "name": "Friendica" },
            "directMessage": false,
        });
        if let Some(parent) = parent {
            document["inReplyTo"] = json!(parent);
        }
        document
    }

    /// Follows a thread: a question to which there is no answer.
    pub async fn follows_thread(&self, post: &str, author: &Known) -> Result<(), Fault> {
        let follow = self.activity("Follow", &json!(post));
        self.tells(&author.inbox, &follow).await
    }
}
