//! People of other servers: what all of them do in the same way. How they write posts is told by each make.

use serde_json::{Value, json};

use super::{Fault, Known, Make, Peer, letters::id};

/// The address that means everybody.
pub(crate) const PUBLIC: &str = crate::PUBLIC;

/// Somebody, or a group, on a server of another make.
#[derive(Debug)]
pub struct Somebody<M> {
    peer: Peer<M>,
    uri: String,
}

impl<M: Make> Somebody<M> {
    pub(crate) fn new(peer: Peer<M>, uri: String) -> Self {
        Self { peer, uri }
    }

    /// Their address.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Their server.
    pub fn peer(&self) -> &Peer<M> {
        &self.peer
    }

    /// An activity of theirs with a fresh id, addressed to nobody yet.
    pub fn activity(&self, kind: &str, object: &Value) -> Value {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": self.peer.fresh("activities"), "type": kind, "actor": self.uri, "object": object,
        })
    }

    /// Brings a letter to an inbox; it has to be taken.
    pub async fn tells(&self, inbox: &str, activity: &Value) -> Result<(), Fault> {
        let status = self.peer.post(&self.uri, inbox, activity).await?;
        if (200..300).contains(&status) {
            Ok(())
        } else {
            Err(Fault::new(status, format!("{inbox} refused {activity}")))
        }
    }

    /// Finds somebody by their name, as this make looks for names, and reads who they are.
    pub async fn finds(&self, handle: &str, host: &str) -> Result<Known, Fault> {
        let uri = self.peer.look_up(handle, host).await?;
        let known = self.peer.meet(&uri).await?;
        if known.handle == handle {
            Ok(known)
        } else {
            Err(Fault::new(
                400,
                format!("{handle} calls itself {}", known.handle),
            ))
        }
    }

    /// Asks to hear of them; answers the question.
    pub async fn follows(&self, whom: &Known) -> Result<Value, Fault> {
        let mut follow = self.activity("Follow", &json!(whom.uri));
        follow["to"] = json!([whom.uri]);
        let pair = (self.uri.clone(), whom.uri.clone());
        self.peer
            .memory()
            .asked
            .insert(id(&follow).to_owned(), pair);
        self.tells(&whom.inbox, &follow).await?;
        Ok(follow)
    }

    /// Reads a document elsewhere.
    pub async fn reads(&self, uri: &str) -> Result<Value, Fault> {
        self.peer.document(uri).await
    }

    /// As a group: counts somebody among those who hear of it, and does not tell them.
    pub fn counts_in(&self, who: &str) {
        let pair = (who.to_owned(), self.uri.clone());
        self.peer.memory().follows.insert(pair);
    }

    /// Says yes to a question, with the whole question in the answer.
    pub async fn welcomes(&self, question: &Value) -> Result<(), Fault> {
        let mut question = question.clone();
        if let Some(fields) = question.as_object_mut() {
            fields.remove("@context");
        }
        let asker = self
            .peer
            .actor(question["actor"].as_str().unwrap_or_default())
            .await?;
        let pair = (asker.uri.clone(), self.uri.clone());
        self.peer.memory().follows.insert(pair);
        let mut accept = self.activity("Accept", &question);
        accept["to"] = json!([asker.uri]);
        self.tells(&asker.inbox, &accept).await
    }

    /// Does not want to hear of them any more.
    pub async fn leaves(&self, whom: &Known, follow: &Value) -> Result<(), Fault> {
        let pair = (self.uri.clone(), whom.uri.clone());
        self.peer.memory().follows.remove(&pair);
        self.takes_back(&whom.inbox, follow).await
    }

    /// Takes back something they did.
    pub async fn takes_back(&self, inbox: &str, activity: &Value) -> Result<(), Fault> {
        let mut inner = activity.clone();
        if let Some(fields) = inner.as_object_mut() {
            fields.remove("@context");
        }
        let mut undo = self.activity("Undo", &inner);
        for list in ["to", "cc", "audience"] {
            if !activity[list].is_null() {
                undo[list] = activity[list].clone();
            }
        }
        self.tells(inbox, &undo).await
    }
}

impl Known {
    /// Where letters go that are not for this actor alone.
    pub fn nearest_inbox(&self) -> &str {
        self.shared_inbox.as_deref().unwrap_or(&self.inbox)
    }
}
