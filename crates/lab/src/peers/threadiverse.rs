//! What group servers share: posts stand in groups, the group passes on whole activities, moderators are listed.
//!
//! [`super::lemmy`] and its neighbours check shapes first and come here for the effect. Groups of their own pass on what they are sent.

use serde_json::{Value, json};

use super::{
    Fault, Letter, Make, Peer, Report, Somebody, Taken, dropped,
    letters::{host_of, id, kind, recipients, same_host, text, words},
    microblog::{agree, asked},
    shapes::{self, is_public},
    somebody::PUBLIC,
};

/// Works through a letter as a group server does.
pub(super) async fn take<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let activity = &letter.activity;
    let object = &activity["object"];
    match (letter.kind(), kind(object)) {
        ("Follow", _) => agree(peer, letter).await,
        ("Accept", _) => accepted(peer, letter).await,
        ("Reject", _) => {
            let pair = asked(peer, object)?;
            peer.memory().follows.remove(&pair);
            Ok(Taken::Applied)
        }
        ("Undo", "Follow") => {
            let pair = (letter.signer.clone(), id(&object["object"]).to_owned());
            peer.memory().follows.remove(&pair);
            Ok(Taken::Applied)
        }
        ("Announce", _) => announced(peer, letter).await,
        ("Create" | "Update", "ChatMessage") => {
            let message = shapes::shown(object)?;
            peer.memory().keep(id(object), message);
            Ok(Taken::Applied)
        }
        ("Flag", _) => Ok(flagged(peer, letter)),
        ("Update", "Group" | "Person" | "Service") => {
            if id(object) != letter.signer {
                return Err(Fault::new(403, "somebody else's profile"));
            }
            let known = M::actor(object)?;
            peer.memory().actors.insert(known.uri.clone(), known);
            Ok(Taken::Applied)
        }
        ("Delete", _) if id(object) == letter.signer => {
            let mut memory = peer.memory();
            memory.posts.retain(|_, post| post.author != letter.signer);
            memory
                .follows
                .retain(|(who, whom)| *who != letter.signer && *whom != letter.signer);
            Ok(Taken::Applied)
        }
        _ => {
            let Some(group) = group_of(peer, activity) else {
                return Err(Fault::new(400, "no group is named"));
            };
            if host_of(&group) != peer.host() && !peer.memory().heard_here(peer.host(), &group) {
                return dropped(format!("nobody here follows {group}"));
            }
            let taken = apply(peer, &group, activity).await?;
            if host_of(&group) == peer.host() && taken == Taken::Applied {
                Somebody::new(peer.clone(), group)
                    .passes_on(activity)
                    .await?;
            }
            Ok(taken)
        }
    }
}

/// A group says yes: to a question that was asked of it.
async fn accepted<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let pair = asked(peer, &letter.activity["object"])?;
    if pair.1 != letter.signer {
        return Err(Fault::new(403, "somebody else was asked"));
    }
    if peer.actor(&letter.signer).await?.kind != "Group" {
        return Err(Fault::new(400, "only groups are followed here"));
    }
    peer.memory().follows.insert(pair);
    Ok(Taken::Applied)
}

/// A group passes something on. Its followers believe it, as long as the inner things belong together.
async fn announced<M: Make>(peer: &Peer<M>, letter: &Letter) -> Result<Taken, Fault> {
    let group = &letter.signer;
    if !peer.memory().heard_here(peer.host(), group) {
        return Err(Fault::new(400, format!("nobody here follows {group}")));
    }
    let inner = &letter.activity["object"];
    if !inner.is_object() || !inner["actor"].is_string() {
        return Err(Fault::new(400, format!("{} is no activity", id(inner))));
    }
    let inner = &M::opened(peer, inner).await?;
    if let Some(named) = group_of(peer, inner)
        && named != *group
    {
        return Err(Fault::new(400, format!("{group} speaks for {named}")));
    }
    apply(peer, group, inner).await
}

/// The group that an activity belongs to: named by it or its object, or that of the post it is about.
pub(super) fn group_of<M: Make>(peer: &Peer<M>, activity: &Value) -> Option<String> {
    let memory = peer.memory();
    let is_group = |uri: &str| {
        memory
            .actors
            .get(uri)
            .is_some_and(|known| known.kind == "Group")
            || (host_of(uri) == peer.host()
                && M::group_path("x").is_some_and(|path| {
                    uri.contains(path.trim_end_matches('x'))
                        && !uri.ends_with("/followers")
                        && !uri.contains("/comment/")
                }))
    };
    let mut inner = activity;
    loop {
        let mut named = vec![text(inner, "audience")];
        named.extend(recipients(inner));
        named.push(id(&inner["target"]));
        if let Some(group) = named.into_iter().find(|uri| is_group(uri)) {
            return Some(group.to_owned());
        }
        for uri in [id(inner), text(inner, "inReplyTo"), id(&inner["object"])] {
            let known = memory.posts.get(uri).or(memory.hidden.get(uri));
            if let Some(group) = known.and_then(|post| post.group.clone()) {
                return Some(group);
            }
        }
        inner = inner.get("object")?;
    }
}

/// Whether somebody may moderate a group: who lives with it, and who is on its list.
fn may_moderate<M: Make>(peer: &Peer<M>, group: &str, who: &str) -> Result<(), Fault> {
    let listed = peer.is_moderator(group, who);
    if listed || same_host(group, who) {
        Ok(())
    } else {
        Err(Fault::new(403, format!("{who} does not moderate {group}")))
    }
}

/// Does what an activity says within a group.
pub(super) async fn apply<M: Make>(
    peer: &Peer<M>,
    group: &str,
    activity: &Value,
) -> Result<Taken, Fault> {
    let actor = text(activity, "actor");
    let object = &activity["object"];
    let about = id(object).to_owned();
    if !same_host(id(activity), actor) {
        return Err(Fault::new(
            400,
            format!("{} is not {actor}'s", id(activity)),
        ));
    }
    match kind(activity) {
        "Update" if about == group => {
            let known = M::actor(object)?;
            peer.memory().actors.insert(known.uri.clone(), known);
        }
        "Delete" if about == group => {
            peer.memory().follows.retain(|(_, whom)| whom != group);
        }
        "Create" | "Update" => return written(peer, group, activity).await,
        "Like" | "Dislike" => {
            let mut memory = peer.memory();
            let post = memory.post(&about)?;
            post.likes.remove(actor);
            post.dislikes.remove(actor);
            let votes = if kind(activity) == "Like" {
                &mut post.likes
            } else {
                &mut post.dislikes
            };
            votes.insert(actor.to_owned());
        }
        "Delete" => {
            let author = peer.memory().post(&about)?.author.clone();
            if activity["summary"].is_string() {
                may_moderate(peer, group, actor)?;
            } else if author != actor {
                return Err(Fault::new(403, format!("{actor} gives no reason")));
            }
            let mut memory = peer.memory();
            if let Some(post) = memory.posts.remove(&about) {
                memory.hidden.insert(about, post);
            }
        }
        "Lock" => {
            may_moderate(peer, group, actor)?;
            peer.memory().post(&about)?.locked = true;
        }
        "Block" => {
            may_moderate(peer, group, actor)?;
            let pair = (group.to_owned(), about);
            peer.memory().banned.insert(pair);
        }
        "Add" | "Remove" => {
            may_moderate(peer, group, actor)?;
            collected(peer, group, activity)?;
        }
        "Undo" => return undone(peer, group, activity),
        other => return dropped(format!("{other} means nothing here")),
    }
    Ok(Taken::Applied)
}

async fn written<M: Make>(peer: &Peer<M>, group: &str, activity: &Value) -> Result<Taken, Fault> {
    let (actor, object) = (text(activity, "actor"), &activity["object"]);
    if kind(object) == "Tombstone" {
        let mut memory = peer.memory();
        let known = memory
            .posts
            .get(id(object))
            .is_some_and(|post| post.author == actor);
        if known {
            memory.posts.remove(id(object));
        }
        return Ok(Taken::Applied);
    }
    let mut shown = shapes::shown(object)?;
    if shown.author != actor || !same_host(id(object), actor) {
        return Err(Fault::new(403, "somebody else's words"));
    }
    if peer.is_banned(group, actor) {
        return Err(Fault::new(403, format!("{actor} is banned")));
    }
    // Whoever wrote it has to be a person.
    let author = peer.actor(actor).await?;
    if author.kind == "Group" {
        return Err(Fault::new(400, "groups write nothing"));
    }
    if let Some(parent) = &shown.parent {
        let mut memory = peer.memory();
        if memory.post(parent)?.locked && kind(activity) == "Create" {
            return Err(Fault::new(400, "the thread is closed"));
        }
    }
    shown.group = Some(group.to_owned());
    let mut memory = peer.memory();
    if kind(activity) == "Update" {
        shown.edited = true;
        if !memory.posts.contains_key(id(object)) {
            return dropped(format!("{} was changed and is not known", id(object)));
        }
        memory.keep(id(object), shown);
        memory.post(id(object))?.edited = true;
    } else {
        memory.keep(id(object), shown);
    }
    Ok(Taken::Applied)
}

fn collected<M: Make>(peer: &Peer<M>, group: &str, activity: &Value) -> Result<(), Fault> {
    let added = kind(activity) == "Add";
    let object = id(&activity["object"]).to_owned();
    let target = id(&activity["target"]);
    let known = peer.known(group).unwrap_or_default();
    let mut memory = peer.memory();
    if target == known.featured || target == format!("{group}/featured") {
        memory.post(&object)?.pinned = added;
    } else if target == known.moderators || target == format!("{group}/moderators") {
        let pair = (group.to_owned(), object);
        if added {
            memory.moderators.insert(pair);
        } else {
            memory.moderators.remove(&pair);
        }
    } else {
        return Err(Fault::new(400, format!("{target} is no list of {group}")));
    }
    Ok(())
}

fn undone<M: Make>(peer: &Peer<M>, group: &str, activity: &Value) -> Result<Taken, Fault> {
    let (actor, undone) = (text(activity, "actor"), &activity["object"]);
    let about = id(&undone["object"]).to_owned();
    match kind(undone) {
        "Delete" => {
            may_moderate(peer, group, actor)?;
            let mut memory = peer.memory();
            let post = memory
                .hidden
                .remove(&about)
                .ok_or_else(|| Fault::new(404, format!("{about} was not taken down")))?;
            memory.posts.insert(about, post);
        }
        "Lock" => {
            may_moderate(peer, group, actor)?;
            peer.memory().post(&about)?.locked = false;
        }
        "Block" => {
            may_moderate(peer, group, actor)?;
            let pair = (group.to_owned(), about);
            peer.memory().banned.remove(&pair);
        }
        _ => {
            if text(undone, "actor") != actor {
                return Err(Fault::new(403, "somebody else's act"));
            }
            if !peer.memory().undo_of(actor, undone) {
                return Err(Fault::new(404, format!("{} was not known", id(undone))));
            }
        }
    }
    Ok(Taken::Applied)
}

fn flagged<M: Make>(peer: &Peer<M>, letter: &Letter) -> Taken {
    let activity = &letter.activity;
    let reason = [text(activity, "summary"), text(activity, "content")];
    let report = Report {
        by: letter.signer.clone(),
        about: words(activity, "object")
            .into_iter()
            .map(str::to_owned)
            .collect(),
        reason: reason
            .into_iter()
            .find(|words| !words.is_empty())
            .unwrap_or_default()
            .to_owned(),
    };
    peer.memory().reports.push(report);
    Taken::Applied
}

impl<M: Make> Somebody<M> {
    /// As a group: passes an activity on to everybody elsewhere who follows.
    pub async fn passes_on(&self, activity: &Value) -> Result<(), Fault> {
        let mut inner = activity.clone();
        if let Some(fields) = inner.as_object_mut() {
            fields.remove("@context");
        }
        let mut announce = self.activity("Announce", &inner);
        announce["to"] = json!([PUBLIC]);
        announce["cc"] = json!([format!("{}/followers", self.uri())]);
        if !is_public(activity) && kind(activity) == "Create" {
            announce["to"] = json!([self.uri(), format!("{}/followers", self.uri())]);
            announce["cc"] = json!([]);
        }
        for inbox in self.inboxes_of_followers() {
            self.tells(&inbox, &announce).await?;
        }
        Ok(())
    }

    /// As a group: passes a post on by its address.
    pub async fn boosts_to_followers(&self, post: &str) -> Result<Value, Fault> {
        let mut announce = self.activity("Announce", &json!(post));
        announce["to"] = json!([PUBLIC]);
        announce["cc"] = json!([format!("{}/followers", self.uri())]);
        announce["published"] = json!(self.peer().world().timestamp());
        for inbox in self.inboxes_of_followers() {
            self.tells(&inbox, &announce).await?;
        }
        Ok(announce)
    }

    /// Where those live who follow, once for each server.
    fn inboxes_of_followers(&self) -> Vec<String> {
        let memory = self.peer().memory();
        let mut inboxes: Vec<String> = memory
            .follows
            .iter()
            .filter(|(_, whom)| whom == self.uri())
            .filter_map(|(who, _)| memory.actors.get(who))
            .map(|known| known.nearest_inbox().to_owned())
            .collect();
        inboxes.sort();
        inboxes.dedup();
        inboxes
    }

    /// Does something to a post or a person within a group, and tells the group.
    pub async fn acts(
        &self,
        what: &str,
        object: &Value,
        group: &super::Known,
    ) -> Result<Value, Fault> {
        self.acts_with(what, object, group, &json!({})).await
    }

    /// The same, with more to say: a reason, a list, an end.
    pub async fn acts_with(
        &self,
        what: &str,
        object: &Value,
        group: &super::Known,
        more: &Value,
    ) -> Result<Value, Fault> {
        let mut act = self.activity(what, object);
        act["to"] = json!([PUBLIC]);
        act["cc"] = json!([group.uri]);
        act["audience"] = json!(group.uri);
        for (name, value) in more.as_object().into_iter().flatten() {
            act[name] = value.clone();
        }
        self.tells(group.nearest_inbox(), &act).await?;
        Ok(act)
    }
}
