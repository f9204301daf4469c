//! Activities: who does what to whom.
//!
//! `to` and `cc` are always there and always lists; several servers refuse an activity that leaves one out.
//! Whether somebody may do it is not asked here.

use super::{Fields, document, embedded};
use serde_json::{Value, json};

/// What every activity says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityCard {
    /// Its id; while public it can be fetched there.
    pub id: String,
    /// Who does it.
    pub actor: String,
    /// When, in milliseconds since the epoch.
    pub published: Option<i64>,
    /// Direct recipients.
    pub to: Vec<String>,
    /// Further recipients.
    pub cc: Vec<String>,
    /// The group it is meant for: one, never a list.
    pub audience: Option<String>,
}

fn start(card: &ActivityCard, kind: &str) -> Fields {
    let mut fields = Fields::default();
    fields
        .put("id", card.id.as_str())
        .put("type", kind)
        .put("actor", card.actor.as_str())
        .time("published", card.published)
        .put("to", card.to.clone())
        .put("cc", card.cc.clone())
        .text("audience", card.audience.as_ref());
    fields
}

fn about(card: &ActivityCard, kind: &str, object: impl Into<Value>) -> Value {
    let mut fields = start(card, kind);
    fields.put("object", object);
    document(fields.0)
}

/// Publishes a post, which is embedded.
pub fn create(card: &ActivityCard, object: &Value) -> Value {
    about(card, "Create", embedded(object))
}

/// Tells how something looks now, all of it.
pub fn update(card: &ActivityCard, object: &Value) -> Value {
    about(card, "Update", embedded(object))
}

/// Says that something is gone. An author gives no reason; a moderator always gives one, because peers tell the
/// two apart by it.
pub fn delete(card: &ActivityCard, object: &str, reason: Option<&str>) -> Value {
    let mut fields = start(card, "Delete");
    fields.put("object", object).maybe("summary", reason);
    document(fields.0)
}

/// Passes on a post by its id, as microblogs understand it.
pub fn announce_object(card: &ActivityCard, object: &str) -> Value {
    about(card, "Announce", object)
}

/// Passes on a whole activity, as group servers understand it. It is embedded exactly as it was received.
pub fn announce_activity(card: &ActivityCard, activity: &Value) -> Value {
    about(card, "Announce", embedded(activity))
}

/// Asks to follow.
pub fn follow(card: &ActivityCard, object: &str) -> Value {
    about(card, "Follow", object)
}

/// Says yes to an activity, which is embedded whole: some peers find it by nothing else.
pub fn accept(card: &ActivityCard, activity: &Value) -> Value {
    about(card, "Accept", embedded(activity))
}

/// Says yes to an activity, and hands over the stamp that proves it.
pub fn accept_with(card: &ActivityCard, activity: &Value, stamp: &str) -> Value {
    let mut fields = start(card, "Accept");
    fields
        .put("object", embedded(activity))
        .put("result", stamp);
    document(fields.0)
}

/// Asks whether a post may be quoted by another, which is embedded (FEP-044f).
pub fn quote_request(card: &ActivityCard, object: &str, quoting: &Value) -> Value {
    let mut fields = start(card, "QuoteRequest");
    fields
        .put("object", object)
        .put("instrument", embedded(quoting));
    document(fields.0)
}

/// The stamp by which an author allows one post to quote another of theirs (FEP-044f).
pub fn quote_authorization(id: &str, author: &str, quoting: &str, quoted: &str) -> Value {
    let mut fields = Fields::default();
    fields
        .put("id", id)
        .put("type", "QuoteAuthorization")
        .put("attributedTo", author)
        .put("interactingObject", quoting)
        .put("interactionTarget", quoted);
    document(fields.0)
}

/// Says no to an activity, or takes back an earlier yes.
pub fn reject(card: &ActivityCard, activity: &Value) -> Value {
    about(card, "Reject", embedded(activity))
}

/// The same activity with a few words, in plain text, for whoever reads it: why somebody asks, or why the answer is no. Some peers
/// read them from one field, some from the other; `content` is always HTML.
pub fn in_words(mut activity: Value, words: Option<&str>) -> Value {
    if let (Some(fields), Some(words)) = (activity.as_object_mut(), words) {
        fields.insert("summary".into(), json!(words));
        let html = crate::html::from_plain(words, &crate::html::NoLinks).html;
        fields.insert("content".into(), json!(html));
    }
    activity
}

/// Says that there will be neither yes nor no.
pub fn ignore(card: &ActivityCard, activity: &Value) -> Value {
    about(card, "Ignore", embedded(activity))
}

/// Takes back an activity of the same actor, which is embedded whole.
pub fn undo(card: &ActivityCard, activity: &Value) -> Value {
    about(card, "Undo", embedded(activity))
}

/// Likes something.
pub fn like(card: &ActivityCard, object: &str) -> Value {
    about(card, "Like", object)
}

/// Votes in a poll: an answer that has a name instead of a text, for the one who asks.
pub fn vote(card: &ActivityCard, poll: &str, choice: &str) -> Value {
    let mut answer = Fields::default();
    answer
        .put("id", format!("{}#vote", card.id))
        .put("type", "Note")
        .put("attributedTo", card.actor.as_str())
        .put("name", choice)
        .put("inReplyTo", poll)
        .put("to", card.to.clone())
        .put("cc", card.cc.clone());
    about(card, "Create", answer.into_value())
}

/// Votes something down.
pub fn dislike(card: &ActivityCard, object: &str) -> Value {
    about(card, "Dislike", object)
}

/// Adds something to a collection.
pub fn add(card: &ActivityCard, object: &str, target: &str) -> Value {
    let mut fields = start(card, "Add");
    fields.put("object", object).put("target", target);
    document(fields.0)
}

/// Takes something out of a collection.
pub fn remove(card: &ActivityCard, object: &str, target: &str) -> Value {
    let mut fields = start(card, "Remove");
    fields.put("object", object).put("target", target);
    document(fields.0)
}

/// Closes a thread.
pub fn lock(card: &ActivityCard, object: &str, reason: Option<&str>) -> Value {
    let mut fields = start(card, "Lock");
    fields.put("object", object).maybe("summary", reason);
    document(fields.0)
}

/// Bans somebody from a group or from the whole server (`target`), for good or until a moment; with `removes_data` everything that they
/// wrote there goes too.
pub fn block(
    card: &ActivityCard,
    object: &str,
    target: &str,
    removes_data: bool,
    until: Option<i64>,
    reason: Option<&str>,
) -> Value {
    let mut fields = start(card, "Block");
    fields
        .put("object", object)
        .put("target", target)
        .put("removeData", removes_data)
        .time("endTime", until)
        .maybe("summary", reason);
    document(fields.0)
}

/// One person wants nothing to do with another. That is between the two: unlike a ban it has no target.
pub fn shut_out(card: &ActivityCard, object: &str) -> Value {
    about(card, "Block", object)
}

/// Reports somebody and their posts. With a single object it is not made a list: group servers want one.
pub fn flag(card: &ActivityCard, objects: &[String], reason: &str) -> Value {
    let object = match objects {
        [one] => json!(one),
        many => json!(many),
    };
    // Some peers drop a report that gives no reason; some read it from one field, some from the other.
    let reason = if reason.trim().is_empty() {
        "no reason given"
    } else {
        reason
    };
    let mut fields = start(card, "Flag");
    fields
        .put("object", object)
        .put("content", reason)
        .put("summary", reason);
    document(fields.0)
}

/// Asks to take part in an event or to be a member of a group.
pub fn join(card: &ActivityCard, object: &str, message: Option<&str>) -> Value {
    let mut fields = start(card, "Join");
    fields
        .put("object", object)
        .maybe("participationMessage", message);
    document(fields.0)
}

/// Does not take part any more.
pub fn leave(card: &ActivityCard, object: &str) -> Value {
    about(card, "Leave", object)
}

/// Invites somebody (`target`) to a group or an event.
pub fn invite(card: &ActivityCard, object: &str, target: &str) -> Value {
    let mut fields = start(card, "Invite");
    fields.put("object", object).put("target", target);
    document(fields.0)
}

/// Says that an actor lives at another address from now on.
pub fn moved(card: &ActivityCard, object: &str, target: &str) -> Value {
    let mut fields = start(card, "Move");
    fields.put("object", object).put("target", target);
    document(fields.0)
}
