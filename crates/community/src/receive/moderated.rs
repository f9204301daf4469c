//! Acts of moderators that arrive from elsewhere, and reports.
//!
//! Whoever acts must stand in our own table as a moderator of the group; what they act on must belong to that group. Everything that
//! happens leaves a line in the audit and is passed on to the group.

use kindred_protocol::Uri;
use kindred_storage::{
    ActorId, GroupRole,
    actors::{self, Actor},
    blocks::{self, Block},
    groups, posts,
    posts::Post,
};
use serde_json::Value;

use crate::{
    Kindred, Ledger, Refusal, Result,
    moderation::{self, Act, Complaint, Sentence, Word},
    posts::room_of,
    roles::{self, Step},
    site,
};

/// An act of a moderator elsewhere, in a group of ours.
pub(super) fn act<'a>(who: &'a Actor, group: &'a Actor, raw: &'a Value) -> Act<'a> {
    Act {
        who,
        group,
        word: Word::Heard(raw),
    }
}

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
pub(super) fn blocked(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    target: Option<&Uri>,
    sentence: &Sentence,
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
            Some(group) => moderation::shut_out(ledger, act(sender, &group, raw), &whom, sentence),
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
            Some(group) => moderation::take_in_again(ledger, act(sender, &group, raw), &whom),
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
            moderation::highlight(ledger, act(sender, &group, raw), &post, added)
        }
        "moderators" => {
            let Some(whom) = actors::by_uri(ledger.db, object.as_str())? else {
                return Ok(());
            };
            let change = if added {
                (Step::Up, GroupRole::Moderator)
            } else {
                (Step::Down, GroupRole::Member)
            };
            roles::give(ledger, act(sender, &group, raw), &whom, change)
        }
        _ => Ok(()),
    }
}

/// A thread is closed.
pub(super) fn locked(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    reason: Option<&str>,
    raw: &Value,
) -> Result<()> {
    lock(ledger, sender, object, true, reason, raw)
}

/// A thread is opened again.
pub(super) fn unlocked(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    raw: &Value,
) -> Result<()> {
    lock(ledger, sender, object, false, None, raw)
}

fn lock(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    closed: bool,
    reason: Option<&str>,
    raw: &Value,
) -> Result<()> {
    let Some((post, group)) = post_and_group(ledger, object)? else {
        return Ok(());
    };
    moderation::close(ledger, act(sender, &group, raw), &post, closed, reason)
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
    moderation::take_down(ledger, act(sender, &group, raw), post, reason)
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
    moderation::bring_back(ledger, act(sender, &group, raw), &post)
}

fn post_and_group(ledger: &mut Ledger<'_>, uri: &Uri) -> Result<Option<(Post, Actor)>> {
    let Some(post) = posts::by_uri(ledger.db, uri.as_str())? else {
        return Ok(None);
    };
    Ok(room_of(ledger, &post)?.map(|group| (post, group)))
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
            if site::refuses_reports(ledger.db, &sender.host)? {
                return Ok(());
            }
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
            let complaint = Complaint {
                uri: id.as_ref().map(|id| id.as_str().to_owned()),
                target: person,
                about: reported,
                comment: reason.unwrap_or_default(),
                ..Complaint::by(&sender)
            };
            moderation::note_complaint(ledger, complaint).map(drop)
        })
        .await
}

/// The most things that one report may name.
const MOST_REPORTED: usize = 50;
