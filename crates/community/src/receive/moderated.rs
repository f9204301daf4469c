//! Acts of moderators that arrive from elsewhere, and reports.
//!
//! Whoever acts must stand in our own table as a moderator of the group; what they act on must belong to that group. Everything that
//! happens leaves a line in the audit and is passed on to the group.

use kindred_protocol::Uri;
use kindred_storage::{
    ActorId, GroupRole, Moment,
    actors::{self, Actor},
    blocks::{self, Block},
    groups, posts,
    posts::Post,
};
use serde_json::Value;

use crate::{Kindred, Ledger, Refusal, Result, announce, moderation, posts::room_of};

/// The group of ours at this address.
fn local_group(ledger: &mut Ledger<'_>, uri: &str) -> Result<Option<Actor>> {
    let Some(actor) = actors::by_uri(ledger.db, uri)?
        .filter(|actor| actor.host.is_empty() && actor.deleted_at.is_none())
    else {
        return Ok(None);
    };
    Ok(groups::find(ledger.db, actor.id)?.map(|(_, face)| face))
}

/// A person blocks a person, or a moderator bans somebody from a group.
#[expect(clippy::too_many_arguments, reason = "the parts of one activity")]
pub(super) fn blocked(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    target: Option<&Uri>,
    until: Option<i64>,
    reason: Option<String>,
    id: Option<&Uri>,
    raw: &Value,
) -> Result<()> {
    let Some(whom) = actors::by_uri(ledger.db, object.as_str())? else {
        return Ok(());
    };
    match target {
        None if whom.host.is_empty() => {
            let block = Block {
                actor_id: sender.id,
                target_id: whom.id,
                uri: id.map(|id| id.as_str().to_owned()),
                created_at: ledger.now,
            };
            blocks::record(ledger.db, &block)?;
            Ok(())
        }
        Some(target) => match local_group(ledger, target.as_str())? {
            Some(group) => {
                moderation::ban(ledger, sender, &group, &whom, until.map(Moment), reason)?;
                relay(ledger, &group, raw)
            }
            None => Ok(()),
        },
        None => Ok(()),
    }
}

pub(super) fn unblocked(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    target: Option<&Uri>,
    raw: &Value,
) -> Result<()> {
    let Some(whom) = actors::by_uri(ledger.db, object.as_str())? else {
        return Ok(());
    };
    match target {
        None => {
            blocks::remove(ledger.db, sender.id, whom.id)?;
            Ok(())
        }
        Some(target) => match local_group(ledger, target.as_str())? {
            Some(group) => {
                moderation::unban(ledger, sender, &group, &whom)?;
                relay(ledger, &group, raw)
            }
            None => Ok(()),
        },
    }
}

/// `Add`: a moderator, or a pinned post.
pub(super) fn added(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: Option<&Uri>,
    target: Option<&Uri>,
    raw: &Value,
) -> Result<()> {
    collected(ledger, sender, object, target, raw, true)
}

/// `Remove`: the same, taken back.
pub(super) fn removed(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: Option<&Uri>,
    target: Option<&Uri>,
    raw: &Value,
) -> Result<()> {
    collected(ledger, sender, object, target, raw, false)
}

fn collected(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: Option<&Uri>,
    target: Option<&Uri>,
    raw: &Value,
    added: bool,
) -> Result<()> {
    let (Some(object), Some(target)) = (object, target) else {
        return Ok(());
    };
    let Some((group, collection)) = target.as_str().rsplit_once('/') else {
        return Ok(());
    };
    let Some(group) = local_group(ledger, group)? else {
        return Ok(());
    };
    match collection {
        "featured" => {
            let Some(post) = posts::by_uri(ledger.db, object.as_str())? else {
                return Ok(());
            };
            moderation::pin(ledger, sender, &group, &post, added)?;
        }
        "moderators" => {
            let Some(whom) = actors::by_uri(ledger.db, object.as_str())? else {
                return Ok(());
            };
            let role = if added {
                GroupRole::Moderator
            } else {
                GroupRole::Member
            };
            moderation::set_role(ledger, sender, &group, &whom, role)?;
        }
        _ => return Ok(()),
    }
    relay(ledger, &group, raw)
}

pub(super) fn locked(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    raw: &Value,
) -> Result<()> {
    lock(ledger, sender, object, raw, true)
}

pub(super) fn unlocked(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    raw: &Value,
) -> Result<()> {
    lock(ledger, sender, object, raw, false)
}

fn lock(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    raw: &Value,
    closed: bool,
) -> Result<()> {
    let Some((post, group)) = post_and_group(ledger, object)? else {
        return Ok(());
    };
    moderation::lock(ledger, sender, &group, &post, closed)?;
    relay(ledger, &group, raw)
}

/// A moderator takes a post down.
pub(super) fn taken_down(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    post: &Post,
    reason: Option<&str>,
    raw: &Value,
) -> Result<()> {
    let group = room_of(ledger, post)?.ok_or(Refusal::AuthorOnly)?;
    moderation::remove_post(ledger, sender, &group, post, reason, raw)
}

/// A moderator brings a post back.
pub(super) fn restored(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    raw: &Value,
) -> Result<()> {
    let Some((post, group)) = post_and_group(ledger, object)? else {
        return Ok(());
    };
    moderation::restore_post(ledger, sender, &group, &post)?;
    relay(ledger, &group, raw)
}

fn post_and_group(ledger: &mut Ledger<'_>, uri: &Uri) -> Result<Option<(Post, Actor)>> {
    let Some(post) = posts::by_uri(ledger.db, uri.as_str())? else {
        return Ok(None);
    };
    Ok(room_of(ledger, &post)?.map(|group| (post, group)))
}

fn relay(ledger: &mut Ledger<'_>, group: &Actor, raw: &Value) -> Result<()> {
    announce::passed_on_act(ledger, group, raw)
}

/// A report: to the moderators of the group whose post it names, else to those of the instance.
pub(super) async fn flagged(
    kindred: &Kindred,
    sender: Actor,
    id: Option<Uri>,
    objects: Vec<Uri>,
    reason: Option<String>,
) -> Result<()> {
    kindred
        .write(move |ledger| {
            let mut reported: Vec<Post> = Vec::new();
            let mut person: Option<ActorId> = None;
            for object in objects.iter().take(MOST_REPORTED) {
                if let Some(post) = posts::by_uri(ledger.db, object.as_str())? {
                    reported.push(post);
                } else if let Some(actor) = actors::by_uri(ledger.db, object.as_str())? {
                    person = Some(actor.id);
                }
            }
            let person = person.or_else(|| reported.first().map(|post| post.author_id));
            if person.is_none() && reported.is_empty() {
                return Ok(());
            }
            moderation::report(
                ledger,
                &sender,
                id.as_ref().map(Uri::as_str),
                person,
                &reported,
                reason.as_deref().unwrap_or_default(),
            )
        })
        .await
}

/// The most things that one report may name.
const MOST_REPORTED: usize = 50;
