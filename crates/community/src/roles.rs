//! Who leads a group: organisers, moderators, members, and how roles are given and taken.
//!
//! There may be several organisers, also from other instances. Who may give and take which role is
//! [`policy::may_set_role`]; what happens when nobody is left is [`crate::succession`].

use kindred_storage::{
    AccountRole, ActorId, GroupRole, MembershipState, NotificationKind,
    actors::{self, Actor},
    follows,
    memberships::{self, Membership},
};
use serde_json::json;

use crate::{
    Kindred, Ledger, Refusal, Result,
    announce::{self, Ask},
    audit,
    membership::{self, worded},
    notify, policy, succession,
};

/// Which way a role is to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To more. Whoever has more already keeps it.
    Up,
    /// To less. Whoever has less already gets no more by it.
    Down,
}

impl Step {
    fn leads(self, from: GroupRole, to: GroupRole) -> bool {
        match self {
            Self::Up => to > from,
            Self::Down => to < from,
        }
    }
}

/// The most people whose role is changed at once.
const MOST_AT_ONCE: usize = 40;

/// Gives members of a group a role, or takes it from them. Answers how they stand now.
///
/// An admin may appoint an organiser when the group has nobody left who could.
pub async fn appoint(
    kindred: &Kindred,
    who: &Actor,
    office: AccountRole,
    group: ActorId,
    whom: Vec<ActorId>,
    (step, role): (Step, GroupRole),
) -> Result<Vec<(Membership, Actor)>> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let (_, face) = crate::groups::living(ledger, group)?;
            let mut changed = Vec::new();
            for whom in actors::find_many(ledger.db, &bounded(whom)?)? {
                let before = member(ledger, &face, &whom)?;
                if !step.leads(before.role, role) {
                    changed.push((before, whom));
                    continue;
                }
                if rescues(ledger, &face, office, role)? {
                    set(ledger, &who, &face, &whom, role)?;
                } else {
                    give(ledger, &who, &face, &whom, (step, role))?;
                }
                let after = member(ledger, &face, &whom)?;
                match (before.role, after.role) {
                    (GroupRole::Member, GroupRole::Member) => {}
                    (GroupRole::Member, _) => announce::leads_now(ledger, &who, &face, &whom)?,
                    (_, GroupRole::Member) => announce::leads_no_more(ledger, &who, &face, &whom)?,
                    _ => {}
                }
                changed.push((after, whom));
            }
            Ok(changed)
        })
        .await
}

fn bounded(whom: Vec<ActorId>) -> Result<Vec<ActorId>, Refusal> {
    if whom.is_empty() || whom.len() > MOST_AT_ONCE {
        Err(Refusal::NotUnderstood(format!(
            "please name 1 to {MOST_AT_ONCE} members"
        )))
    } else {
        Ok(whom)
    }
}

/// Whether an admin steps in for a group that has lost its last organiser.
fn rescues(
    ledger: &mut Ledger<'_>,
    group: &Actor,
    office: AccountRole,
    role: GroupRole,
) -> Result<bool> {
    if role != GroupRole::Organiser || office != AccountRole::Admin {
        return Ok(false);
    }
    let orphaned = succession::is_orphaned(ledger, group.id)?;
    Ok(policy::may_appoint(Some(office), orphaned).is_ok())
}

/// Gives a member of a group a role, or takes it from them. Only a member can lead: nobody is made to belong from outside.
///
/// Saying what holds already changes nothing: to name an organiser as moderator takes nothing away from them.
pub(crate) fn give(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    whom: &Actor,
    (step, role): (Step, GroupRole),
) -> Result<()> {
    let own = memberships::standing(ledger.db, group.id, who.id)?;
    policy::may_moderate(own.as_ref())?;
    let theirs = member(ledger, group, whom)?;
    if !step.leads(theirs.role, role) {
        return Ok(());
    }
    policy::may_set_role(own.as_ref(), &theirs, role)?;
    set(ledger, who, group, whom, role)
}

fn member(ledger: &mut Ledger<'_>, group: &Actor, whom: &Actor) -> Result<Membership> {
    memberships::standing(ledger.db, group.id, whom.id)?
        .filter(|standing| standing.state == MembershipState::Active)
        .ok_or_else(|| Refusal::NoSuchPerson.into())
}

fn set(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    group: &Actor,
    whom: &Actor,
    role: GroupRole,
) -> Result<()> {
    memberships::set_role(ledger.db, group.id, whom.id, role, ledger.now)?;
    notify::tell(
        ledger,
        whom,
        NotificationKind::Role,
        who.id,
        None,
        Some(group.id),
    )?;
    audit::note(
        ledger,
        Some(who.id),
        Some(group.id),
        "role",
        &whom.uri,
        json!({ "role": role }),
    )?;
    succession::see_to(ledger, group)
}

/// Sends members away from a group. They may ask again: to keep them out they are banned.
pub async fn send_away(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    whom: Vec<ActorId>,
    reason: Option<String>,
) -> Result<()> {
    let who = who.clone();
    let reason = reason.and_then(|reason| worded(&reason));
    kindred
        .write(move |ledger| {
            let (_, face) = crate::groups::living(ledger, group)?;
            let own = memberships::standing(ledger.db, face.id, who.id)?;
            for whom in actors::find_many(ledger.db, &bounded(whom)?)? {
                let theirs = member(ledger, &face, &whom)?;
                policy::may_send_away(own.as_ref(), &theirs)?;
                if theirs.role != GroupRole::Member {
                    announce::leads_no_more(ledger, &who, &face, &whom)?;
                }
                let asked = follows::find(ledger.db, whom.id, face.id)?.map(|follow| follow.uri);
                membership::part(ledger, &whom, &face)?;
                membership::declined(ledger, &whom, &face, reason.as_deref())?;
                if let Some(asked) = asked {
                    // Or their server would go on believing that they belong here.
                    let (ask, why) = (Ask::Follow, reason.as_deref());
                    announce::turned_away(ledger, &face, &whom, &asked, ask, why)?;
                }
                let detail = json!({ "reason": reason });
                audit::note(
                    ledger,
                    Some(who.id),
                    Some(face.id),
                    "member.send_away",
                    &whom.uri,
                    detail,
                )?;
            }
            Ok(())
        })
        .await
}
