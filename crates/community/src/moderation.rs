//! Keeping a group a good place: removing, locking, pinning, banning, naming moderators, and what people complain about.
//!
//! There is one function for each act, whoever acts: somebody of ours through a client, or a moderator elsewhere by a letter. Every act
//! is judged by the actor's own standing in the group, takes effect at once, leaves a line in the record, and is told to the group: by
//! the group itself when it lives here, to its home when it lives elsewhere.

mod people;
mod posts;
mod record;
mod reports;

pub use people::{Sentence, ban, banned, kick, unban};
pub(crate) use people::{shut_out, take_content, take_in_again};
pub(crate) use posts::{bring_back, close, highlight, take_down};
pub use posts::{lock, pin, remove, restore, unlock, unpin};
pub(crate) use record::with_faces;
pub use record::{LineView, receipts, record};
pub use reports::{
    Answer, LONGEST, NewReport, ReportView, Room, answer, complaint, complaints, report,
};
pub(crate) use reports::{Complaint, complain, hand_over, note_complaint};

pub use kindred_storage::{
    AuditId, ReportCategory, ReportId, ReportState, memberships::Ban, receipts::Receipt,
    reports::Sought,
};

use kindred_storage::{
    ActorId, Conn, GroupRole, accounts,
    actors::{self, Actor},
    acts_heard::{self, ActHeard},
    groups::{self, Group},
    memberships,
};
use serde_json::Value;

use crate::{
    Ledger, Refusal, Result, audit, policy,
    roles::{self, Step},
    sight,
    views::Viewer,
};

/// Who acts where, and in whose words it is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Act<'a> {
    /// Who acts.
    pub who: &'a Actor,
    /// The group, here or elsewhere.
    pub group: &'a Actor,
    /// How we know of it.
    pub word: Word<'a>,
}

impl Act<'_> {
    /// The same, where something follows from it that nobody has said yet.
    fn in_our_words(self) -> Self {
        Self {
            word: Word::Ours,
            ..self
        }
    }
}

/// In whose words an act is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Word<'a> {
    /// Somebody of ours acts: we find the words.
    Ours,
    /// Somebody elsewhere acted, and said so in this activity, which a group of ours passes on as it is.
    Heard(&'a Value),
}

/// The group as somebody of ours sees it; one that they may not see does not exist.
fn room(db: &mut Conn, who: &Actor, group: ActorId) -> Result<(Group, Actor)> {
    let (group, face) = groups::find(db, group)?.ok_or(Refusal::NoSuchGroup)?;
    if face.deleted_at.is_some() || !sight::of_group(db, &Viewer::Local(who.id), &group)? {
        return Err(Refusal::NoSuchGroup.into());
    }
    Ok((group, face))
}

/// The group, for somebody of ours who keeps order in it.
pub(crate) fn kept_by(db: &mut Conn, who: &Actor, group: ActorId) -> Result<Actor> {
    let (_, face) = room(db, who, group)?;
    must_moderate(db, who, &face)?;
    Ok(face)
}

/// Refuses whoever does not keep order in the group. Those who keep order on this server do so in its groups too.
pub(crate) fn must_moderate(db: &mut Conn, who: &Actor, group: &Actor) -> Result<()> {
    if who.is_local() && group.is_local() {
        let account = accounts::by_actor(db, who.id)?;
        if account.is_some_and(|account| policy::may_keep_order(account.role).is_ok()) {
            return Ok(());
        }
    }
    let standing = memberships::standing(db, group.id, who.id)?;
    Ok(policy::may_moderate(group, standing.as_ref())?)
}

/// Takes back an act of which only the id was named. Whoever keeps order in its group may, whoever it was that did it.
pub(crate) fn reverse(ledger: &mut Ledger<'_>, act: Act<'_>, done: &ActHeard) -> Result<()> {
    // A moderator's word reaches no further than their group.
    if done.group_id != act.group.id {
        return Err(Refusal::NotYours.into());
    }
    let post = kindred_storage::posts::by_uri(ledger.db, &done.subject)?
        .filter(|post| post.deleted_at.is_none());
    let whom = actors::by_uri(ledger.db, &done.subject)?;
    match (done.kind.as_str(), post, whom) {
        ("Delete", Some(post), _) => bring_back(ledger, act, &post)?,
        ("Lock", Some(post), _) => close(ledger, act, &post, false, None)?,
        ("Add", Some(post), _) => highlight(ledger, act, &post, false)?,
        ("Remove", Some(post), _) => highlight(ledger, act, &post, true)?,
        ("Block", _, Some(whom)) => take_in_again(ledger, act, &whom)?,
        ("Add", None, Some(whom)) => {
            roles::give(ledger, act, &whom, (Step::Down, GroupRole::Member))?;
        }
        ("Remove", None, Some(whom)) => {
            roles::give(ledger, act, &whom, (Step::Up, GroupRole::Moderator))?;
        }
        _ => return Ok(()),
    }
    Ok(acts_heard::forget(ledger.db, &done.uri)?)
}

/// Writes a line into the record.
pub(crate) fn note(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: Option<ActorId>,
    action: &str,
    subject: &str,
    detail: Value,
) -> Result<AuditId> {
    audit::act(ledger, Some(who.id), group, action, subject, detail)
}

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 500;

/// A reason of bearable length, if it says anything.
fn shortened(reason: Option<&str>) -> Option<String> {
    reason
        .map(str::trim)
        .filter(|reason| !reason.is_empty())
        .map(|reason| reason.chars().take(LONGEST_REASON).collect())
}
