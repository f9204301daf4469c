//! Who leads a group: organisers, moderators, members, and how roles are given and taken.
//!
//! There may be several organisers, also from other instances. Who may give and take which role is
//! [`policy::may_set_role`]; what happens when nobody is left is [`crate::succession`].

use kindred_storage::{
    AccountRole, ActorId, AuditId, GroupRole, MembershipState, NotificationKind,
    actors::{self, Actor},
    memberships::{self, Membership},
};
use serde_json::json;

use crate::{
    Kindred, Ledger, Refusal, Result,
    announce::order,
    moderation::{self, Act, Word},
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
                let act = Act {
                    who: &who,
                    group: &face,
                    word: Word::Ours,
                };
                if rescues(ledger, &face, office, role)? {
                    set(ledger, act, &before, &whom, role)?;
                } else {
                    give(ledger, act, &whom, (step, role))?;
                }
                let after = member(ledger, &face, &whom)?;
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
    act: Act<'_>,
    whom: &Actor,
    (step, role): (Step, GroupRole),
) -> Result<()> {
    let own = memberships::standing(ledger.db, act.group.id, act.who.id)?;
    policy::may_moderate(act.group, own.as_ref())?;
    let theirs = member(ledger, act.group, whom)?;
    if !step.leads(theirs.role, role) {
        return Ok(());
    }
    policy::may_set_role(act.group, own.as_ref(), &theirs, role)?;
    set(ledger, act, &theirs, whom, role)
}

fn member(ledger: &mut Ledger<'_>, group: &Actor, whom: &Actor) -> Result<Membership> {
    memberships::standing(ledger.db, group.id, whom.id)?
        .filter(|standing| standing.state == MembershipState::Active)
        .ok_or_else(|| Refusal::NoSuchPerson.into())
}

/// Writes down a role, tells whoever has it now, and everybody else when the list of moderators changes by it.
fn set(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    theirs: &Membership,
    whom: &Actor,
    role: GroupRole,
) -> Result<()> {
    memberships::set_role(ledger.db, act.group.id, whom.id, role, ledger.now)?;
    notify::tell(
        ledger,
        whom,
        NotificationKind::Role,
        act.who.id,
        None,
        Some(act.group.id),
    )?;
    match (theirs.role, role) {
        (GroupRole::Member, GroupRole::Member) => {}
        (GroupRole::Member, _) => enlist(ledger, act, whom, role, true)?,
        (_, GroupRole::Member) => enlist(ledger, act, whom, role, false)?,
        _ => note(ledger, act, whom, role).map(drop)?,
    }
    succession::see_to(ledger, act.group)
}

/// Takes somebody off the list of moderators who will not belong to the group any more.
pub(crate) fn leads_no_more(ledger: &mut Ledger<'_>, act: Act<'_>, whom: &Actor) -> Result<()> {
    enlist(ledger, act, whom, GroupRole::Member, false)
}

/// Tells everybody who has to know that somebody is on the list of moderators now, or is not any more.
fn enlist(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    whom: &Actor,
    role: GroupRole,
    added: bool,
) -> Result<()> {
    let line = note(ledger, act, whom, role)?;
    let Some(list) = &act.group.moderators_uri else {
        return Ok(());
    };
    let told = order::words(
        ledger,
        act,
        &whom.uri,
        order::listed(&whom.uri, list, added),
    )?;
    order::spread(ledger, act, line, told, None, &[whom.id])
}

fn note(ledger: &mut Ledger<'_>, act: Act<'_>, whom: &Actor, role: GroupRole) -> Result<AuditId> {
    let detail = json!({ "role": role });
    moderation::note(
        ledger,
        act.who,
        Some(act.group.id),
        "role",
        &whom.uri,
        detail,
    )
}
