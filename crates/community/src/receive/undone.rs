//! What is taken back: by the whole activity, or by nothing but its id.
//!
//! What we know of an act decides who may take it back, never what a letter says of it. What we do not know by its id is asked for at
//! its own server, when that is the sender's.

use kindred_protocol::{
    Uri, read,
    vocabulary::{Document, Envelope, Incoming, Ref},
};
use kindred_storage::{
    Direction, ReactionKind, activities, actors::Actor, acts_heard, blocks, boosts, follows,
    groups, memberships, posts, reactions,
};
use serde_json::Value;

use super::{announced, asked, lives_with, local_actor, moderated, reacted};
use crate::{Kindred, Ledger, Refusal, Result, membership, moderation, remote};

/// Takes back what the same sender did before; those who keep order in a group take back each other's acts, too.
pub(super) async fn undone(
    kindred: &Kindred,
    sender: Actor,
    done: Ref<Envelope>,
    raw: Value,
) -> Result<()> {
    let id = match done {
        Ref::Whole(inner) => {
            return kindred
                .write(move |ledger| {
                    let known = match &inner.id {
                        Some(id) => by_id(ledger, &sender, id, &raw)?,
                        None => false,
                    };
                    if known {
                        Ok(())
                    } else {
                        whole(ledger, &sender, &inner, &raw)
                    }
                })
                .await;
        }
        Ref::Id(id) => id,
    };
    let (who, word) = (sender.clone(), raw.clone());
    let known = kindred
        .write({
            let id = id.clone();
            move |ledger| by_id(ledger, &who, &id, &word)
        })
        .await?;
    if known || !lives_with(&id, &sender) {
        return Ok(());
    }
    match Box::pin(remote::fetch_document(kindred, &id)).await? {
        Document::Activity(inner) if inner.id.as_ref() == Some(&id) && inner.is_consistent() => {
            kindred
                .write(move |ledger| whole(ledger, &sender, &inner, &raw))
                .await
        }
        _ => Ok(()),
    }
}

/// Takes back what is known by this id. `false` when nothing is.
fn by_id(ledger: &mut Ledger<'_>, sender: &Actor, id: &Uri, raw: &Value) -> Result<bool> {
    let must_be_senders = |owner| {
        if owner == sender.id {
            Ok(())
        } else {
            Err(Refusal::NotYours)
        }
    };
    let uri = id.as_str();
    if let Some(follow) = follows::by_uri(ledger.db, uri)? {
        must_be_senders(follow.follower_id)?;
        let target = ledger.actor(follow.target_id)?;
        membership::part(ledger, sender, &target)?;
    } else if let Some(standing) = memberships::by_uri(ledger.db, uri)? {
        must_be_senders(standing.actor_id)?;
        let group = ledger.actor(standing.group_id)?;
        if !group.is_local() {
            return Err(Refusal::NotYours.into());
        }
        membership::left(ledger, sender, &group)?;
    } else if let Some(reaction) = reactions::by_uri(ledger.db, uri)? {
        must_be_senders(reaction.actor_id)?;
        reacted::unreacted(ledger, sender, reaction.post_id, reaction.kind, raw)?;
    } else if let Some(boost) = boosts::by_uri(ledger.db, uri)? {
        must_be_senders(boost.actor_id)?;
        let post = posts::find(ledger.db, boost.post_id)?.ok_or(Refusal::NoSuchPost)?;
        announced::unshared(ledger, sender, &post)?;
    } else if let Some(block) = blocks::by_uri(ledger.db, sender.id, uri)? {
        blocks::remove(ledger.db, sender.id, block.target_id)?;
    } else if let Some(done) = acts_heard::by_uri(ledger.db, uri)? {
        let group = groups::find(ledger.db, done.group_id)?.map(|(_, face)| face);
        // What was done in a group elsewhere is taken back through that group.
        let Some(group) = group.filter(Actor::is_local) else {
            return Err(Refusal::NotYours.into());
        };
        moderation::reverse(ledger, moderated::act(sender, &group, raw), &done)?;
    } else {
        return one_of_ours(ledger, sender, uri, raw);
    }
    Ok(true)
}

/// What somebody of ours said is known by its words. Whoever keeps order elsewhere may name it when they take back an act of ours.
fn one_of_ours(ledger: &mut Ledger<'_>, sender: &Actor, uri: &str, raw: &Value) -> Result<bool> {
    if !ledger.settings.is_ours(uri) {
        return Ok(false);
    }
    let said = activities::by_uri(ledger.db, uri)?
        .filter(|said| said.direction == Direction::Said)
        .and_then(|said| said.body);
    match said.map(|body| read::envelope(body.as_bytes())) {
        Some(Ok(inner)) => whole(ledger, sender, &inner, raw).map(|()| true),
        _ => Ok(false),
    }
}

/// Takes back what is shown whole.
fn whole(ledger: &mut Ledger<'_>, sender: &Actor, inner: &Envelope, raw: &Value) -> Result<()> {
    match &inner.activity {
        // Whoever keeps order may undo what another who keeps it has done: their own standing decides, not whose act it was.
        Incoming::Block { object, target, .. } => {
            moderated::unblocked(ledger, sender, object, target.as_ref(), raw)
        }
        Incoming::Lock { object, .. } => moderated::unlocked(ledger, sender, object, raw),
        Incoming::Delete { object, .. } => moderated::restored(ledger, sender, object, raw),
        Incoming::Add { object, target } => {
            moderated::removed(ledger, sender, object.id(), target.as_ref(), raw)
        }
        Incoming::Remove { object, target } => {
            moderated::added(ledger, sender, object.id(), target.as_ref(), raw)
        }
        _ if inner.actor.as_str() != sender.uri => Err(Refusal::NotYours.into()),
        // What was joined is left; what was followed is neither heard nor belonged to any more.
        Incoming::Join { object, .. } => asked::left(ledger, sender, object.as_str()),
        Incoming::Follow { object, .. } => match local_actor(ledger, object.as_str())? {
            Some(target) => membership::part(ledger, sender, &target).map(drop),
            None => Ok(()),
        },
        // A yes that is taken back is a no.
        Incoming::Accept(answer) => asked::answered(ledger, sender, answer, false),
        Incoming::Like { object, .. } => {
            reacted::undo_reaction(ledger, sender, object, ReactionKind::Like, raw)
        }
        Incoming::Dislike { object } => {
            reacted::undo_reaction(ledger, sender, object, ReactionKind::Dislike, raw)
        }
        Incoming::Announce { objects } => {
            let post = match objects.first().and_then(Ref::id) {
                Some(id) => posts::by_uri(ledger.db, id.as_str())?,
                None => None,
            };
            post.map_or(Ok(()), |post| announced::unshared(ledger, sender, &post))
        }
        _ => Ok(()),
    }
}
