//! What microblogs share: a timeline of posts by people, and boosts. They know no groups but as accounts that boost.
//!
//! [`super::mastodon`] and [`super::gotosocial`] differ in what they demand, not in what they make of it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    Fault, Known, Letter, Make, Peer, Report, Somebody, Taken, dropped,
    letters::{host_of, id, kind, recipients, same_host, text, words},
    shapes::{self, is_public, moment},
};

/// The types that are shown as they are; of others a microblog shows title, abstract and link.
pub(super) const POSTS: [&str; 8] = [
    "Note", "Question", "Page", "Article", "Event", "Video", "Audio", "Image",
];

/// A boost that is older than this is kept and shown to nobody.
const FRESH: Duration = Duration::from_hours(6);

/// Works through a letter as a microblog does.
pub(super) async fn take<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let activity = &letter.activity;
    let object = &activity["object"];
    match letter.kind() {
        "Follow" => agree(peer, letter).await,
        "Accept" => accepted(peer, letter),
        "Reject" => {
            let (asker, _) = asked(peer, object)?;
            let pair = (asker, letter.signer.clone());
            peer.memory().follows.remove(&pair);
            Ok(Taken::Applied)
        }
        "Create" => created(peer, letter),
        "Update" => updated(peer, letter),
        "Delete" => deleted(peer, letter),
        "Like" => {
            let who = letter.signer.clone();
            peer.memory().post(id(object))?.likes.insert(who);
            Ok(Taken::Applied)
        }
        "Announce" => boosted(peer, letter).await,
        "Undo" => undone(peer, letter),
        "Flag" => flagged(peer, letter),
        "Block" => {
            let pair = (letter.signer.clone(), id(object).to_owned());
            peer.memory().blocks.insert(pair);
            Ok(Taken::Applied)
        }
        other => dropped(format!("{other} means nothing here")),
    }
}

/// People here let everybody follow.
pub(super) async fn agree<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let activity = &letter.activity;
    let whom = id(&activity["object"]).to_owned();
    if host_of(&whom) != peer.host() {
        return Err(Fault::new(400, format!("{whom} does not live here")));
    }
    peer.actor(&letter.signer).await?;
    Somebody::new(peer.clone(), whom).welcomes(activity).await?;
    Ok(Taken::Applied)
}

/// Who asked whom, by a question that is told whole or by its id.
pub(super) fn asked<M: Make>(peer: &Peer<M>, question: &Value) -> Result<(String, String), Fault> {
    peer.memory()
        .asked
        .get(id(question))
        .cloned()
        .ok_or_else(|| Fault::new(400, format!("nobody asked {question}")))
}

fn accepted<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let pair = asked(peer, &letter.activity["object"])?;
    if pair.1 != letter.signer {
        return Err(Fault::new(403, "somebody else was asked"));
    }
    peer.memory().follows.insert(pair);
    Ok(Taken::Applied)
}

fn created<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let object = &letter.activity["object"];
    if !object.is_object() || text(object, "attributedTo") != letter.signer {
        return Err(Fault::new(403, "somebody else's words"));
    }
    if !same_host(id(object), &letter.signer) {
        return Err(Fault::new(403, "words from elsewhere"));
    }
    if !POSTS.contains(&kind(object)) {
        return dropped(format!("{} is shown to nobody", kind(object)));
    }
    if object["name"].is_string() && object["content"].is_null() && object["inReplyTo"].is_string()
    {
        return voted(peer, object);
    }
    let shown = shapes::shown(object)?;
    let named = recipients(object)
        .iter()
        .any(|who| host_of(who) == peer.host());
    let answers = shown
        .parent
        .as_ref()
        .is_some_and(|parent| peer.memory().posts.contains_key(parent));
    let followed = peer.memory().heard_here(peer.host(), &letter.signer);
    if !(named || answers || followed) {
        return dropped(format!("{} is of interest to nobody", id(object)));
    }
    peer.memory().keep(id(object), shown);
    Ok(Taken::Applied)
}

fn voted<M: Make>(peer: &Peer<M>, vote: &Value) -> Result<Taken, Fault> {
    let mut memory = peer.memory();
    let poll = memory.post(text(vote, "inReplyTo"))?;
    let choice = poll
        .options
        .iter_mut()
        .find(|(name, _)| name == text(vote, "name"))
        .ok_or_else(|| Fault::new(400, "there is no such choice"))?;
    choice.1 += 1;
    Ok(Taken::Applied)
}

fn updated<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let object = &letter.activity["object"];
    if !POSTS.contains(&kind(object)) {
        if id(object) != letter.signer {
            return Err(Fault::new(403, "somebody else's profile"));
        }
        let known = M::actor(object)?;
        peer.memory().actors.insert(known.uri.clone(), known);
        return Ok(Taken::Applied);
    }
    let new = shapes::shown(object)?;
    let changed = moment(object, "updated")?.is_some();
    let mut memory = peer.memory();
    let Some(known) = memory.posts.get_mut(id(object)) else {
        return dropped(format!("{} was changed and is not known", id(object)));
    };
    if known.author != letter.signer {
        return Err(Fault::new(403, "somebody else's words"));
    }
    known.options.clone_from(&new.options);
    if changed {
        known.edited = true;
        known.content = new.content;
        known.title = new.title;
    }
    Ok(Taken::Applied)
}

fn deleted<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let object = id(&letter.activity["object"]).to_owned();
    let mut memory = peer.memory();
    if object == letter.signer {
        memory.posts.retain(|_, post| post.author != object);
        memory
            .follows
            .retain(|(who, whom)| *who != object && *whom != object);
        return Ok(Taken::Applied);
    }
    match memory.posts.get(&object) {
        None => dropped(format!("{object} was not known")),
        // Nobody but the author is believed.
        Some(post) if post.author != letter.signer => {
            dropped(format!("{object} is not {}'s", letter.signer))
        }
        Some(_) => {
            memory.posts.remove(&object);
            memory.gone.insert(object);
            Ok(Taken::Applied)
        }
    }
}

async fn boosted<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let activity = &letter.activity;
    let object = id(&activity["object"]).to_owned();
    let ours = host_of(&object) == peer.host();
    if !ours && !peer.memory().heard_here(peer.host(), &letter.signer) {
        return dropped(format!("nobody here hears of {}", letter.signer));
    }
    if peer.memory().gone.contains(id(activity)) {
        return dropped("this boost was taken back before");
    }
    if !ours && !peer.memory().posts.contains_key(&object) {
        let document = peer.document(&object).await?;
        if !POSTS.contains(&kind(&document)) {
            return dropped(format!("{} {object} was boosted", kind(&document)));
        }
        if !is_public(&document) {
            return dropped(format!("{object} is not for everybody"));
        }
        peer.actor(text(&document, "attributedTo")).await?;
        peer.memory().keep(&object, shapes::shown(&document)?);
    }
    let published =
        moment(activity, "published")?.ok_or_else(|| Fault::new(400, "a boost of no time"))?;
    let age = DateTime::<Utc>::from(peer.world().now()).signed_duration_since(published);
    if age.to_std().unwrap_or_default() > FRESH {
        return dropped("a boost of long ago");
    }
    let mut memory = peer.memory();
    let post = memory.post(&object)?;
    if post.boosts.values().any(|by| *by == letter.signer) {
        return dropped(format!("{object} was boosted before"));
    }
    let (boost, by) = (id(activity).to_owned(), letter.signer.clone());
    post.boosts.insert(boost, by);
    Ok(Taken::Applied)
}

fn undone<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let undone = &letter.activity["object"];
    if text(undone, "actor") != letter.signer {
        return Err(Fault::new(403, "somebody else's act"));
    }
    let mut memory = peer.memory();
    if kind(undone) == "Announce" && memory.gone.contains(id(&undone["object"])) {
        // Its author was quicker to take the post away.
        return Ok(Taken::Applied);
    }
    if !memory.undo_of(&letter.signer, undone) {
        return dropped(format!("{} {} was not known", kind(undone), id(undone)));
    }
    if kind(undone) == "Announce" {
        memory.gone.insert(id(undone).to_owned());
        let object = id(&undone["object"]).to_owned();
        let lonely = memory.posts.get(&object).is_some_and(|post| {
            post.boosts.is_empty()
                && host_of(&post.author) != peer.host()
                && !memory.heard_here(peer.host(), &post.author)
        });
        if lonely {
            // It is kept there, but stands in nobody's home any more.
            memory.posts.remove(&object);
        }
    }
    Ok(Taken::Applied)
}

fn flagged<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let about: Vec<String> = words(&letter.activity, "object")
        .into_iter()
        .map(str::to_owned)
        .collect();
    let names_somebody = about.iter().any(|uri| {
        host_of(uri) == peer.host() && uri.contains("/users/") && !uri.contains("/statuses/")
    });
    if !names_somebody {
        return dropped("a report about nobody who lives here");
    }
    let report = Report {
        by: letter.signer.clone(),
        about,
        reason: text(&letter.activity, "content").to_owned(),
    };
    peer.memory().reports.push(report);
    Ok(Taken::Applied)
}

/// The names at the beginning of a text, as microblogs mark them up.
pub(super) fn marked_up(named: &[&Known]) -> String {
    let mark = |known: &&Known| {
        format!(
            "<span class=\"h-card\" translate=\"no\"><a href=\"{}\" class=\"u-url mention\">@<span>{}</span></a></span> ",
            known.uri, known.handle
        )
    };
    named.iter().map(mark).collect::<Vec<_>>().concat()
}

/// The tags for those names.
pub(super) fn mentions(named: &[&Known]) -> Vec<Value> {
    let name = |known: &Known| format!("@{}@{}", known.handle, host_of(&known.uri));
    named
        .iter()
        .map(|known| json!({ "type": "Mention", "href": known.uri, "name": name(known) }))
        .collect()
}

impl<M: Make> Somebody<M> {
    /// Puts a post of theirs at its address and brings its `Create` to inboxes; answers the `Create`.
    pub async fn publishes(&self, note: &Value, inboxes: &[&str]) -> Result<Value, Fault> {
        let mut standing = note.clone();
        standing["@context"] = json!("https://www.w3.org/ns/activitystreams");
        self.peer().show(&standing);
        self.peer()
            .memory()
            .posts
            .insert(id(note).to_owned(), shapes::shown(note)?);
        let mut create = self.activity("Create", note);
        for field in ["to", "cc", "audience", "published"] {
            if !note[field].is_null() {
                create[field] = note[field].clone();
            }
        }
        self.peer().show(&create);
        for inbox in inboxes {
            self.tells(inbox, &create).await?;
        }
        Ok(create)
    }

    /// Changes a post of theirs; answers it as it is now.
    pub async fn edits(
        &self,
        note: &Value,
        content: &str,
        inboxes: &[&str],
    ) -> Result<Value, Fault> {
        let mut new = note.clone();
        new["content"] = json!(content);
        new["updated"] = json!(self.peer().world().timestamp());
        let mut standing = new.clone();
        standing["@context"] = json!("https://www.w3.org/ns/activitystreams");
        self.peer().show(&standing);
        let mut update = self.activity("Update", &new);
        for field in ["to", "cc", "audience"] {
            if !note[field].is_null() {
                update[field] = note[field].clone();
            }
        }
        for inbox in inboxes {
            self.tells(inbox, &update).await?;
        }
        Ok(new)
    }

    /// Deletes a post of theirs, telling it by a tombstone or by its address alone.
    pub async fn deletes(
        &self,
        note: &Value,
        object: &Value,
        inboxes: &[&str],
    ) -> Result<(), Fault> {
        self.peer().hide(id(note));
        self.peer().memory().posts.remove(id(note));
        let mut delete = self.activity("Delete", object);
        for field in ["to", "cc", "audience"] {
            if !note[field].is_null() {
                delete[field] = note[field].clone();
            }
        }
        for inbox in inboxes {
            self.tells(inbox, &delete).await?;
        }
        Ok(())
    }
}
