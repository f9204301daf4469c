//! Lemmy 1.0: reads as 0.19 does, and knows groups that are private or on no list.
//!
//! A group that approves its followers is private: whatever is said in it names the group and its followers and never the public. A group
//! that is not discoverable never answers a question to follow.

use serde_json::{Value, json};

use super::{
    Fault, Known, Letter, Make, Manners, Peer, Somebody, Taken,
    lemmy::{self, check},
    letters::{id, kind, recipients, words},
    shapes::is_public,
    somebody::PUBLIC,
    threadiverse,
};

/// A Lemmy of the 1.0 series.
#[derive(Clone, Copy, Debug, Default)]
pub struct LemmyOne {
    /// Its groups are private: moderators approve, and what is said stays inside.
    pub private: bool,
    /// Its groups are on no list, and never say yes.
    pub unlisted: bool,
}

impl Make for LemmyOne {
    const MANNERS: Manners = lemmy::MANNERS;

    fn person_path(name: &str) -> String {
        format!("/u/{name}")
    }

    fn group_path(name: &str) -> Option<String> {
        Some(format!("/c/{name}"))
    }

    fn dress(card: &mut Value) {
        lemmy::dress(card);
    }

    fn actor(document: &Value) -> Result<Known, Fault> {
        lemmy::read_actor(document)
    }

    fn key_fits(key_id: &str, _activity: &Value) -> Result<(), Fault> {
        lemmy::key_has_fragment(key_id)
    }

    async fn take(peer: &Peer<Self>, letter: &Letter) -> Result<Taken, Fault> {
        let activity = &letter.activity;
        // Unlike its elder it knows its own question by the id alone, too.
        if !(letter.kind() == "Accept" && activity["object"].is_string()) {
            check(activity)?;
        }
        let make = *peer.make();
        if letter.kind() == "Follow" && (make.private || make.unlisted) {
            peer.actor(&letter.signer).await?;
            return Ok(Taken::Applied);
        }
        stays_inside(peer, activity)?;
        threadiverse::take(peer, letter).await
    }
}

/// What is said in a private group names the group and its followers alone; elsewhere it is for everybody.
fn stays_inside(peer: &Peer<LemmyOne>, activity: &Value) -> Result<(), Fault> {
    if !matches!(kind(activity), "Create" | "Update" | "Announce")
        || !activity["object"]["preferredUsername"].is_null()
    {
        return Ok(());
    }
    let Some(group) = threadiverse::group_of(peer, activity) else {
        return Ok(());
    };
    let ours = group.starts_with(&peer.uri("/"));
    let known = peer.known(&group).unwrap_or_default();
    let private = if ours {
        peer.make().private
    } else {
        known.locked
    };
    for document in [activity, &activity["object"], &activity["object"]["object"]] {
        let posts = !recipients(document).is_empty();
        if !posts {
            continue;
        }
        let inside = words(document, "to")
            .iter()
            .any(|who| who.ends_with("/followers"));
        if private && (is_public(document) || !inside) {
            return Err(Fault::new(
                400,
                format!("{} leaves its group", id(document)),
            ));
        }
        if !private && matches!(kind(document), "Create" | "Update") && !is_public(document) {
            return Err(Fault::new(400, format!("{} is not public", id(document))));
        }
    }
    Ok(())
}

impl Somebody<LemmyOne> {
    /// A post to a group that is open.
    pub fn page(&self, group: &str, title: &str, words: &str) -> Value {
        lemmy::page(self, group, title, words)
    }

    /// A post to a group that is private: for the group and its followers, and never for the public.
    pub fn private_page(&self, group: &str, title: &str, words: &str) -> Value {
        let mut page = lemmy::page(self, group, title, words);
        page["to"] = json!([group, format!("{group}/followers")]);
        page
    }

    /// An answer within a group that is open.
    pub fn comment(&self, group: &str, parent: (&str, &Known), words: &str) -> Value {
        lemmy::comment(self, group, parent, words)
    }

    /// An answer within a group that is private.
    pub fn private_comment(&self, group: &str, parent: (&str, &Known), words: &str) -> Value {
        let mut comment = lemmy::comment(self, group, parent, words);
        comment["to"] = json!([group, format!("{group}/followers")]);
        comment["cc"] = json!([]);
        comment
    }

    /// Reads a group with all its lists.
    pub async fn reads_group(&self, group: &Known) -> Result<(), Fault> {
        lemmy::read_group(self.peer(), group).await
    }

    /// As a group that is private or on no list: shows so.
    pub fn is_set_apart(&self) {
        let mut card = self.peer().standing_at(self.uri());
        card["manuallyApprovesFollowers"] = json!(self.peer().make().private);
        card["discoverable"] = json!(false);
        self.peer().show(&card);
    }

    /// As a private group: lets nobody but servers with a follower read a post.
    pub fn keeps_inside(&self, post: &Value) {
        self.peer().close(id(post), self.uri());
    }
}

/// Whether anything in a letter names the public.
pub fn names_the_public(letter: &Value) -> bool {
    letter.to_string().contains(PUBLIC)
}
