//! Mastodon: wants every name to lead back to its actor, every id to be the address it was fetched from, and fresh boosts.
//!
//! Groups are accounts that boost. Of titled posts it shows title, abstract and link.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Fault, Known, Letter, Make, Manners, Peer, Somebody, Taken, either_type, microblog,
    somebody::PUBLIC,
};

/// A Mastodon.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mastodon;

impl Make for Mastodon {
    const MANNERS: Manners = Manners {
        software: "mastodon",
        accept: "application/activity+json, application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
        reads: either_type,
        key: "#main-key",
        signs: &["(request-target)", "host", "date", "digest", "content-type"],
        algorithm: "rsa-sha256",
        covered: &["(request-target)", "date", "digest"],
        past: Duration::from_hours(12),
        ahead: Duration::from_hours(1),
        unsigned: 401,
        signed_gets: false,
        plain_keys: false,
        shared_inbox: true,
        loops_back: true,
    };

    fn person_path(name: &str) -> String {
        format!("/users/{name}")
    }

    fn dress(card: &mut Value) {
        let id = card["id"].as_str().unwrap_or_default().to_owned();
        card["featured"] = json!(format!("{id}/collections/featured"));
        card["manuallyApprovesFollowers"] = json!(false);
        card["discoverable"] = json!(true);
        card["indexable"] = json!(false);
        card["memorial"] = json!(false);
        card["published"] = json!("2024-05-01T00:00:00Z");
        card["tag"] = json!([]);
        card["attachment"] = json!([{ "type": "PropertyValue", "name": "Trains", "value": "yes" }]);
    }

    fn actor(document: &Value) -> Result<Known, Fault> {
        let known = Known::read(document)?;
        if known.handle.len() > 2_048 || known.name.len() > 2_048 || known.summary.len() > 20_480 {
            return Err(Fault::new(400, "a profile longer than it keeps"));
        }
        if known.kind == "Group" && known.followers.is_empty() {
            return Err(Fault::new(400, "whom its boosts are for cannot be told"));
        }
        Ok(known)
    }

    async fn take(peer: &Peer<Self>, letter: &Letter) -> Result<Taken, Fault> {
        microblog::take(peer, letter).await
    }
}

impl Somebody<Mastodon> {
    /// A public post that names these actors, as Mastodon writes it: with markup around names and empty lists where nothing is.
    pub fn note(&self, words: &str, named: &[&Known], parent: Option<&str>) -> Value {
        let peer = self.peer();
        let note = peer.fresh("users/statuses");
        let mut cc = vec![format!("{}/followers", self.uri())];
        for known in named {
            cc.push(known.uri.clone());
            // Since the followers of a group are to see it too.
            if known.kind == "Group" {
                cc.push(known.followers.clone());
            }
        }
        let content = format!("<p>{}{words}</p>", microblog::marked_up(named));
        json!({
            "id": note, "type": "Note", "summary": null, "inReplyTo": parent,
            "published": peer.world().timestamp(), "url": note, "attributedTo": self.uri(),
            "to": [PUBLIC], "cc": cc, "sensitive": false, "atomUri": note, "inReplyToAtomUri": parent,
            "conversation": "tag:far.example,2026-01-31:objectId=1:objectType=Conversation",
            "content": content, "contentMap": { "en": content }, "attachment": [], "tag": microblog::mentions(named),
            "replies": {
                "id": format!("{note}/replies"), "type": "Collection",
                "first": { "type": "CollectionPage", "next": format!("{note}/replies?page=true"), "partOf": format!("{note}/replies"), "items": [] }
            },
        })
    }

    /// Likes a post; microblogs tell nobody but its author.
    pub async fn likes(&self, post: &str, author: &Known) -> Result<Value, Fault> {
        let like = self.activity("Like", &json!(post));
        self.tells(&author.inbox, &like).await?;
        Ok(like)
    }

    /// Boosts a post to everybody.
    pub async fn boosts(&self, post: &str, author: &Known) -> Result<Value, Fault> {
        let mut boost = self.activity("Announce", &json!(post));
        boost["to"] = json!([PUBLIC]);
        boost["cc"] = json!([author.uri, format!("{}/followers", self.uri())]);
        boost["published"] = json!(self.peer().world().timestamp());
        self.tells(author.nearest_inbox(), &boost).await?;
        Ok(boost)
    }

    /// Reports somebody and their posts: the server does it in its own name.
    pub async fn reports(&self, whom: &Known, posts: &[&str], why: &str) -> Result<(), Fault> {
        let server = Somebody::new(self.peer().clone(), self.peer().own_actor());
        let mut about = vec![whom.uri.as_str()];
        about.extend(posts);
        let mut flag = server.activity("Flag", &json!(about));
        flag["content"] = json!(why);
        flag["to"] = json!(whom.uri);
        server.tells(&whom.inbox, &flag).await
    }

    /// Blocks somebody.
    pub async fn blocks(&self, whom: &Known) -> Result<Value, Fault> {
        let block = self.activity("Block", &json!(whom.uri));
        self.tells(&whom.inbox, &block).await?;
        Ok(block)
    }
}

/// A tombstone, which Mastodon tells deletions by.
pub fn tombstone(note: &Value) -> Value {
    json!({ "id": note["id"], "type": "Tombstone", "atomUri": note["id"] })
}
