//! GoToSocial: answers nobody who does not sign, has no inbox for everybody, and calls its keys by an address of their own.
//!
//! It boosts by id alone: an `Announce` of an activity is looked up as a post and given up. Lists of one it writes as the bare thing.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    Fault, Known, Letter, Make, Manners, Peer, Somebody, Taken, dropped, either_type,
    letters::kind, microblog, somebody::PUBLIC,
};

/// A GoToSocial.
#[derive(Clone, Copy, Debug, Default)]
pub struct GoToSocial;

impl Make for GoToSocial {
    const MANNERS: Manners = Manners {
        software: "gotosocial",
        accept: "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\",application/activity+json",
        reads: either_type,
        key: "/main-key",
        signs: &["(request-target)", "host", "date", "digest"],
        algorithm: "rsa-sha256",
        covered: &["(request-target)", "host", "date", "digest"],
        past: Duration::from_hours(1),
        ahead: Duration::from_hours(1),
        unsigned: 401,
        signed_gets: true,
        plain_keys: false,
        shared_inbox: false,
        loops_back: true,
    };

    fn person_path(name: &str) -> String {
        format!("/users/{name}")
    }

    fn dress(card: &mut Value) {
        card["manuallyApprovesFollowers"] = json!(false);
        card["discoverable"] = json!(true);
        // What is alone is not listed here.
        card["tag"] = json!([]);
    }

    fn actor(document: &Value) -> Result<Known, Fault> {
        Known::read(document)
    }

    async fn take(peer: &Peer<Self>, letter: &Letter) -> Result<Taken, Fault> {
        let object = &letter.activity["object"];
        if letter.kind() == "Announce" && object["object"].is_object() {
            return dropped(format!("an Announce of {}", kind(object)));
        }
        microblog::take(peer, letter).await
    }
}

impl Somebody<GoToSocial> {
    /// A public post that names these actors, as GoToSocial writes it: a list of one is the thing itself, and a policy says who may do
    /// what.
    pub fn note(&self, words: &str, named: &[&Known], parent: Option<&str>) -> Value {
        let peer = self.peer();
        let note = peer.fresh("users/statuses");
        let mut cc = vec![format!("{}/followers", self.uri())];
        cc.extend(named.iter().map(|known| known.uri.clone()));
        let content = format!("<p>{}{words}</p>", microblog::marked_up(named));
        let bare = |mut list: Vec<Value>| match list.len() {
            1 => list.remove(0),
            _ => Value::Array(list),
        };
        let mut document = json!({
            "id": note, "type": "Note", "attributedTo": self.uri(), "to": PUBLIC,
            "cc": bare(cc.iter().map(|uri| json!(uri)).collect()), "content": content,
            "contentMap": { "en": content }, "published": peer.world().timestamp(), "sensitive": false, "summary": "",
            "tag": bare(microblog::mentions(named)), "attachment": [], "url": note.replace("/users/", "/@"),
            "interactionPolicy": {
                "canLike": { "automaticApproval": PUBLIC }, "canReply": { "automaticApproval": PUBLIC },
                "canAnnounce": { "automaticApproval": PUBLIC }
            },
            "replies": { "id": format!("{note}/replies"), "type": "Collection", "first": format!("{note}/replies?page=true") },
        });
        if let Some(parent) = parent {
            document["inReplyTo"] = json!(parent);
        }
        document
    }

    /// Likes a post: tells its author.
    pub async fn likes(&self, post: &str, author: &Known) -> Result<Value, Fault> {
        let mut like = self.activity("Like", &json!(post));
        like["to"] = json!(author.uri);
        self.tells(&author.inbox, &like).await?;
        Ok(like)
    }

    /// Boosts a post to everybody, letter by letter to each inbox.
    pub async fn boosts(&self, post: &str, author: &Known) -> Result<Value, Fault> {
        let mut boost = self.activity("Announce", &json!(post));
        boost["to"] = json!(PUBLIC);
        boost["cc"] = json!([format!("{}/followers", self.uri()), author.uri]);
        boost["published"] = json!(self.peer().world().timestamp());
        self.tells(&author.inbox, &boost).await?;
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
        let mut block = self.activity("Block", &json!(whom.uri));
        block["to"] = json!(whom.uri);
        self.tells(&whom.inbox, &block).await?;
        Ok(block)
    }
}
