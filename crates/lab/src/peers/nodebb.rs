//! NodeBB: asks for keys without a signature, and believes nothing that another carries: it cuts what is passed on down to its id and
//! asks for it at its own server.
//!
//! What cannot be had there is answered 424. Its own activities are made up on the way: nobody can fetch them, their ids end in a
//! fragment. A group speaks in both dialects to everybody.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Fault, Known, LD_JSON, Letter, Make, Manners, Peer, Somebody, Taken, either_type,
    letters::{id, kind, required, same_host, text},
    microblog::mentions,
    somebody::PUBLIC,
    threadiverse,
};

/// A NodeBB.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeBb;

impl Make for NodeBb {
    const MANNERS: Manners = Manners {
        software: "nodebb",
        accept: LD_JSON,
        reads: either_type,
        key: "#key",
        signs: &["(request-target)", "host", "date", "digest"],
        algorithm: "rsa-sha256",
        covered: &["(request-target)", "host", "date"],
        past: Duration::from_hours(24),
        ahead: Duration::from_hours(24),
        unsigned: 400,
        signed_gets: false,
        plain_keys: true,
        shared_inbox: true,
        loops_back: true,
    };

    fn person_path(name: &str) -> String {
        format!("/uid/{name}")
    }

    fn group_path(name: &str) -> Option<String> {
        Some(format!("/category/{name}"))
    }

    fn dress(card: &mut Value) {
        card["following"] = json!(format!("{}/following", text(card, "id")));
    }

    fn actor(document: &Value) -> Result<Known, Fault> {
        let known = Known::read(document)?;
        let key = known.key_id.split('#').next().unwrap_or_default();
        if key != known.uri {
            return Err(Fault::new(
                401,
                format!("{} is no key of {key}", known.key_id),
            ));
        }
        Ok(known)
    }

    async fn opened(peer: &Peer<Self>, inner: &Value) -> Result<Value, Fault> {
        if same_host(id(inner), &peer.uri("")) {
            return Ok(inner.clone());
        }
        peer.document(id(inner)).await
    }

    async fn take(peer: &Peer<Self>, letter: &Letter) -> Result<Taken, Fault> {
        let object = &letter.activity["object"];
        if matches!(letter.kind(), "Create" | "Update") && object["preferredUsername"].is_null() {
            required(object, "attributedTo")?;
            required(object, "content")?;
        }
        if letter.kind() == "Announce" && object.is_string() {
            return boosted(peer, letter).await;
        }
        threadiverse::take(peer, letter).await
    }
}

/// A post that is told by its address is fetched and filed with the group that it names.
async fn boosted(peer: &Peer<NodeBb>, letter: &Letter) -> Result<Taken, Fault> {
    let document = peer.document(id(&letter.activity["object"])).await?;
    let mut shown = super::shapes::shown(&document)?;
    shown.group = shown.group.filter(|group| *group == letter.signer);
    peer.memory().keep(id(&document), shown);
    Ok(Taken::Applied)
}

impl Somebody<NodeBb> {
    /// A topic in a category, or an answer: a `Note`, with its category as `audience`.
    pub fn note(&self, group: &Known, parent: Option<&str>, words: &str) -> Value {
        let peer = self.peer();
        let note = peer.fresh("post");
        let mut document = json!({
            "id": note, "type": "Note", "attributedTo": self.uri(), "inReplyTo": parent,
            "to": [PUBLIC], "cc": [group.uri, format!("{}/followers", self.uri())], "audience": group.uri,
            "content": format!("<p>{words}</p>\n"), "source": { "content": words, "mediaType": "text/markdown" },
            "summary": null, "sensitive": false, "published": peer.world().timestamp(), "url": note,
            "context": peer.fresh("topic"), "tag": mentions(&[group]), "attachment": [],
        });
        if parent.is_none() {
            document["name"] = json!("A topic");
        }
        document
    }

    /// Brings a post: in a `Create` whose id is an address within the post, and stands nowhere.
    pub async fn brings(&self, note: &Value, inbox: &str) -> Result<Value, Fault> {
        let create = self.publishes(note, &[]).await?;
        let mut made_up = create.clone();
        made_up["id"] = json!(format!("{}#activity/create", id(note)));
        self.tells(inbox, &made_up).await?;
        Ok(made_up)
    }

    /// Takes a post out of sight: what is left is a tombstone, which an `Update` shows.
    pub async fn takes_away(&self, note: &Value, inbox: &str) -> Result<(), Fault> {
        let tombstone = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": id(note), "type": "Tombstone",
            "formerType": kind(note), "deleted": self.peer().world().timestamp(),
        });
        self.peer().show(&tombstone);
        self.peer().memory().posts.remove(id(note));
        let mut update = self.activity("Update", &tombstone);
        update["to"] = json!([PUBLIC]);
        update["cc"] = note["cc"].clone();
        self.tells(inbox, &update).await
    }
}
