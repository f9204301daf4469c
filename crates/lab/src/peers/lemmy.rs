//! Lemmy 0.19: reads every letter into a closed type, and what does not fit is lost.
//!
//! It compares the whole content type, wants `cc` on nearly everything, the whole `Follow` in an `Accept`, one word as `audience`, an
//! object as `language`, and files that are links, images or documents. What a group passes on it believes, if somebody here follows.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    ACTIVITY_JSON, Fault, Known, LD_JSON, Letter, Make, Manners, Peer, Somebody, Taken,
    letters::{id, kind, text},
    shapes::{
        Field,
        Is::{
            self, Address, Anything, Bool, Either, List, Number, OneOf, Text, Time, Typed, Whole,
        },
        Need::{May, Must},
        fits,
    },
    somebody::PUBLIC,
    threadiverse,
};

/// A Lemmy of the 0.19 series.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lemmy;

/// The whole header, not the type in it.
pub(super) fn exact_type(content_type: &str) -> bool {
    [
        ACTIVITY_JSON,
        "application/activity+json; charset=utf-8",
        LD_JSON,
    ]
    .iter()
    .any(|known| known.eq_ignore_ascii_case(content_type))
}

pub(super) const MANNERS: Manners = Manners {
    software: "lemmy",
    accept: ACTIVITY_JSON,
    reads: exact_type,
    key: "#main-key",
    signs: &["(request-target)", "content-type", "date", "digest", "host"],
    algorithm: "hs2019",
    covered: &["(request-target)", "digest"],
    past: Duration::from_hours(1),
    ahead: Duration::from_hours(1),
    unsigned: 400,
    signed_gets: false,
    plain_keys: false,
    shared_inbox: true,
    loops_back: false,
};

impl Make for Lemmy {
    const MANNERS: Manners = MANNERS;

    fn person_path(name: &str) -> String {
        format!("/u/{name}")
    }

    fn group_path(name: &str) -> Option<String> {
        Some(format!("/c/{name}"))
    }

    fn dress(card: &mut Value) {
        dress(card);
    }

    fn actor(document: &Value) -> Result<Known, Fault> {
        read_actor(document)
    }

    fn key_fits(key_id: &str, _activity: &Value) -> Result<(), Fault> {
        key_has_fragment(key_id)
    }

    async fn take(peer: &Peer<Self>, letter: &Letter) -> Result<Taken, Fault> {
        check(&letter.activity)?;
        threadiverse::take(peer, letter).await
    }
}

pub(super) fn dress(card: &mut Value) {
    let id = text(card, "id").to_owned();
    if kind(card) == "Group" {
        card["attributedTo"] = json!(format!("{id}/moderators"));
        card["featured"] = json!(format!("{id}/featured"));
        card["postingRestrictedToMods"] = json!(false);
        card["language"] = json!([{ "identifier": "en", "name": "English" }]);
        card["sensitive"] = json!(false);
    }
    card["source"] = json!({ "content": "Somebody from elsewhere.", "mediaType": "text/markdown" });
}

pub(super) fn key_has_fragment(key_id: &str) -> Result<(), Fault> {
    if key_id.contains('#') {
        Ok(())
    } else {
        Err(Fault::new(400, format!("{key_id} is no part of an actor")))
    }
}

const ADDRESSES: Is = List(&Address);

const IMAGE: Is = Whole(&[("type", Must, OneOf(&["Image"])), ("url", Must, Address)]);

const MARKDOWN: Is = Whole(&[
    ("content", Must, Text),
    ("mediaType", Must, OneOf(&["text/markdown"])),
]);

const LANGUAGE: Is = Whole(&[("identifier", Must, Text), ("name", Must, Text)]);

const ACTOR: &[Field] = &[
    (
        "type",
        Must,
        OneOf(&["Person", "Service", "Organization", "Application", "Group"]),
    ),
    ("id", Must, Address),
    ("preferredUsername", Must, Text),
    ("inbox", Must, Address),
    ("outbox", Must, Address),
    ("name", May, Text),
    ("summary", May, Text),
    ("source", May, MARKDOWN),
    ("icon", May, IMAGE),
    ("image", May, IMAGE),
    ("endpoints", May, Whole(&[("sharedInbox", Must, Address)])),
    ("published", May, Time),
    ("updated", May, Time),
];

const GROUP: &[Field] = &[
    ("followers", Must, Address),
    ("attributedTo", May, Address),
    ("featured", May, Address),
    ("sensitive", May, Bool),
    ("postingRestrictedToMods", May, Bool),
    ("language", May, List(&LANGUAGE)),
];

/// What a post and an answer share.
const WRITTEN: &[Field] = &[
    ("id", Must, Address),
    ("to", Must, ADDRESSES),
    ("cc", May, ADDRESSES),
    ("mediaType", May, OneOf(&["text/html", "text/markdown"])),
    ("source", May, MARKDOWN),
    ("attachment", May, List(&FILE)),
    ("published", May, Time),
    ("updated", May, Time),
    ("language", May, LANGUAGE),
    ("audience", May, Address),
    ("tag", May, List(&Whole(&[]))),
];

const FILE: Is = Typed(&[
    ("Link", &[("href", Must, Address)]),
    ("Image", &[("url", Must, Address), ("name", May, Text)]),
    (
        "Document",
        &[
            ("url", Must, Address),
            ("mediaType", May, Text),
            ("name", May, Text),
        ],
    ),
]);

const POST: &[Field] = &[
    (
        "type",
        Must,
        OneOf(&["Page", "Article", "Note", "Video", "Event"]),
    ),
    (
        "attributedTo",
        Must,
        Either(
            &Address,
            &List(&Whole(&[("type", Must, Text), ("id", Must, Address)])),
        ),
    ),
    ("name", May, Text),
    ("content", May, Text),
    ("image", May, IMAGE),
    ("sensitive", May, Bool),
];

const ANSWER: &[Field] = &[
    ("type", Must, OneOf(&["Note"])),
    ("attributedTo", Must, Address),
    ("content", Must, Text),
    ("inReplyTo", Must, Address),
];

/// What one person writes to another.
const MESSAGE: &[Field] = &[
    ("id", Must, Address),
    ("attributedTo", Must, Address),
    ("to", Must, ADDRESSES),
    ("content", Must, Text),
    ("mediaType", May, OneOf(&["text/html", "text/markdown"])),
    ("source", May, MARKDOWN),
    ("published", May, Time),
    ("updated", May, Time),
];

const ACTIVITY: &[Field] = &[
    ("id", Must, Address),
    ("actor", Must, Address),
    ("audience", May, Address),
];

/// What those have that are told to a group.
const TOLD: &[Field] = &[("to", Must, ADDRESSES), ("cc", Must, ADDRESSES)];

const FOLLOW: &[Field] = &[
    ("type", Must, OneOf(&["Follow"])),
    ("id", Must, Address),
    ("actor", Must, Address),
    ("object", Must, Address),
];

const ABOUT: &[Field] = &[("object", Must, Address)];

const ABOUT_OR_WHOLE: &[Field] = &[(
    "object",
    Must,
    Either(&Address, &Whole(&[("id", Must, Address)])),
)];

const BLOCK: &[Field] = &[
    ("object", Must, Address),
    ("target", Must, Address),
    ("removeData", May, Bool),
    ("endTime", May, Time),
    ("summary", May, Text),
];

const COLLECTED: &[Field] = &[("object", Must, Address), ("target", Must, Address)];

const REPORT: &[Field] = &[("object", Must, Address), ("to", Must, ADDRESSES)];

const LIST: &[Field] = &[
    ("type", Must, OneOf(&["OrderedCollection"])),
    ("id", Must, Address),
    ("orderedItems", Must, List(&Anything)),
];

const FOLLOWERS: &[Field] = &[
    ("type", Must, OneOf(&["Collection"])),
    ("id", Must, Address),
    ("totalItems", Must, Number),
    ("items", Must, List(&Anything)),
];

pub(super) fn read_actor(document: &Value) -> Result<Known, Fault> {
    fits(document, ACTOR)?;
    if kind(document) == "Group" {
        fits(document, GROUP)?;
    }
    Known::read(document)
}

/// Reads a post or an answer; the one has no `inReplyTo`, the other has.
pub(super) fn read_post(object: &Value) -> Result<(), Fault> {
    fits(object, WRITTEN)?;
    if !object["inReplyTo"].is_null() {
        return fits(object, ANSWER);
    }
    fits(object, POST)?;
    if text(object, "name").is_empty() && text(object, "content").is_empty() {
        return Err(Fault::new(400, "neither title nor text"));
    }
    Ok(())
}

/// Reads an activity, with what is in it.
pub(super) fn check(activity: &Value) -> Result<(), Fault> {
    fits(activity, ACTIVITY)?;
    let object = &activity["object"];
    match kind(activity) {
        "Accept" | "Reject" => fits(object, FOLLOW),
        "Follow" => fits(activity, FOLLOW),
        "Create" | "Update" if kind(object) == "ChatMessage" => {
            if activity["to"].as_array().map(Vec::len) != Some(1) {
                return Err(Fault::new(400, "a private message to several"));
            }
            fits(object, MESSAGE)
        }
        "Create" | "Update" if object["preferredUsername"].is_null() => {
            fits(activity, TOLD)?;
            if text(activity, "actor") != text(object, "attributedTo") {
                return Err(Fault::new(400, "somebody else's words"));
            }
            read_post(object)
        }
        "Update" => {
            fits(activity, TOLD)?;
            read_actor(object).map(drop)
        }
        "Announce" => {
            fits(activity, TOLD)?;
            if object.is_string() {
                return Ok(());
            }
            check(object)
        }
        "Block" => fits(activity, TOLD).and_then(|()| fits(activity, BLOCK)),
        "Add" | "Remove" => fits(activity, TOLD).and_then(|()| fits(activity, COLLECTED)),
        "Lock" => fits(activity, TOLD).and_then(|()| fits(activity, ABOUT)),
        "Delete" => fits(activity, ABOUT_OR_WHOLE),
        "Like" | "Dislike" => fits(activity, ABOUT),
        "Undo" => {
            if matches!(kind(object), "Delete" | "Lock" | "Block") {
                fits(activity, TOLD)?;
            }
            check(object)
        }
        "Flag" => {
            fits(activity, REPORT)?;
            if activity["to"].as_array().map(Vec::len) != Some(1) {
                return Err(Fault::new(400, "a report to several"));
            }
            if text(activity, "summary").is_empty() && text(activity, "content").is_empty() {
                return Err(Fault::new(400, "a report without a reason"));
            }
            Ok(())
        }
        other => Err(Fault::new(400, format!("{other} is not known"))),
    }
}

impl Somebody<Lemmy> {
    /// Reads a group with all its lists, as Lemmy does when somebody looks at it for the first time.
    pub async fn reads_group(&self, group: &Known) -> Result<(), Fault> {
        read_group(self.peer(), group).await
    }
}

pub(super) async fn read_group<M: Make>(peer: &Peer<M>, group: &Known) -> Result<(), Fault> {
    fits(&peer.document(&group.followers).await?, FOLLOWERS)?;
    for who in list(peer, &group.moderators).await? {
        let pair = (group.uri.clone(), id(&who).to_owned());
        peer.memory().moderators.insert(pair);
    }
    for announce in list(peer, &group.outbox).await? {
        check(&announce)?;
        if announce["object"].is_object() {
            threadiverse::apply(peer, &group.uri, &announce["object"]).await?;
        }
    }
    for page in list(peer, &group.featured).await? {
        read_post(&page)?;
        peer.memory().post(id(&page))?.pinned = true;
    }
    Ok(())
}

async fn list<M: Make>(peer: &Peer<M>, uri: &str) -> Result<Vec<Value>, Fault> {
    let document = peer.document(uri).await?;
    fits(&document, LIST)?;
    Ok(document["orderedItems"]
        .as_array()
        .cloned()
        .unwrap_or_default())
}

/// A post to a group as Lemmy writes it: a `Page` with a title.
pub(super) fn page<M: Make>(who: &Somebody<M>, group: &str, title: &str, words: &str) -> Value {
    let peer = who.peer();
    json!({
        "type": "Page", "id": peer.fresh("post"), "attributedTo": who.uri(), "to": [group, PUBLIC], "cc": [],
        "audience": group, "name": title, "content": format!("<p>{words}</p>\n"), "mediaType": "text/html",
        "source": { "content": words, "mediaType": "text/markdown" },
        "attachment": [], "sensitive": false, "published": peer.world().timestamp(),
        "language": { "identifier": "en", "name": "English" },
        "tag": [{ "type": "Hashtag", "name": "#rust", "href": peer.fresh("post") }],
    })
}

/// An answer as Lemmy writes it: a `Note` to everybody, with its group and whom it answers in `cc`.
pub(super) fn comment<M: Make>(
    who: &Somebody<M>,
    group: &str,
    parent: (&str, &Known),
    words: &str,
) -> Value {
    let peer = who.peer();
    let (post, author) = parent;
    let host = super::letters::host_of(&author.uri);
    json!({
        "type": "Note", "id": peer.fresh("comment"), "attributedTo": who.uri(), "to": [PUBLIC], "cc": [group, author.uri],
        "audience": group, "content": format!("<p>{words}</p>\n"), "mediaType": "text/html", "inReplyTo": post,
        "source": { "content": words, "mediaType": "text/markdown" }, "published": peer.world().timestamp(),
        "tag": [{ "type": "Mention", "href": author.uri, "name": format!("@{}@{host}", author.handle) }],
        "distinguished": false, "language": { "identifier": "en", "name": "English" }, "attachment": [],
    })
}

impl Somebody<Lemmy> {
    /// A post to a group.
    pub fn page(&self, group: &str, title: &str, words: &str) -> Value {
        page(self, group, title, words)
    }

    /// An answer within a group.
    pub fn comment(&self, group: &str, parent: (&str, &Known), words: &str) -> Value {
        comment(self, group, parent, words)
    }

    /// Reports a post to its group.
    pub async fn reports(&self, post: &str, group: &Known, why: &str) -> Result<(), Fault> {
        let mut flag = self.activity("Flag", &json!(post));
        flag["to"] = json!([group.uri]);
        flag["summary"] = json!(why);
        flag["audience"] = json!(group.uri);
        self.tells(group.nearest_inbox(), &flag).await
    }
}
