//! A group never dies with its founder: who looks after it when the last organiser is gone.
//!
//! The moderator who has kept order for longest takes over. Where there is none, the admins are asked to find somebody. The rule is
//! [`policy::heir`].

use kindred_storage::{
    AccountRole, AccountState, ActorId, GroupRole, MembershipState, NotificationKind, accounts,
    actors::Actor,
    groups,
    memberships::{self, Membership},
};
use serde_json::{Value, json};

use crate::{Ledger, Result, audit, notify, policy};

/// The groups of ours that somebody organises.
pub(crate) fn organised_by(ledger: &mut Ledger<'_>, who: ActorId) -> Result<Vec<Actor>> {
    let led: Vec<ActorId> = memberships::of_actor(ledger.db, who)?
        .into_iter()
        .filter(|standing| policy::role_of(Some(standing)) == Some(GroupRole::Organiser))
        .map(|standing| standing.group_id)
        .collect();
    Ok(groups::find_many(ledger.db, &led)?
        .into_iter()
        .map(|(_, face)| face)
        .filter(|face| face.host.is_empty())
        .collect())
}

/// Sees to it that somebody looks after a group of ours. To be called after everything that may take an organiser away: leaving,
/// stepping down, a suspension, the end of an account.
pub(crate) fn see_to(ledger: &mut Ledger<'_>, group: &Actor) -> Result<()> {
    if !group.host.is_empty() || group.deleted_at.is_some() {
        return Ok(());
    }
    let able = able_leaders(ledger, group.id)?;
    if able
        .iter()
        .any(|(standing, _)| standing.role == GroupRole::Organiser)
    {
        return Ok(());
    }
    match policy::heir(able.iter().map(|(standing, _)| standing)) {
        Some(heir) => {
            let chosen = able
                .iter()
                .find(|(standing, _)| standing.actor_id == heir)
                .map(|(_, actor)| actor.clone());
            match chosen {
                Some(chosen) => inherit(ledger, group, &chosen),
                None => Ok(()),
            }
        }
        None => ask_admins(ledger, group),
    }
}

/// Whether nobody who can act organises this group.
pub(crate) fn is_orphaned(ledger: &mut Ledger<'_>, group: ActorId) -> Result<bool> {
    Ok(able_leaders(ledger, group)?
        .iter()
        .all(|(standing, _)| standing.role != GroupRole::Organiser))
}

/// Organisers and moderators who can act: neither gone nor suspended.
fn able_leaders(ledger: &mut Ledger<'_>, group: ActorId) -> Result<Vec<(Membership, Actor)>> {
    let mut able = Vec::new();
    for (standing, actor) in memberships::moderators(ledger.db, group)? {
        let signs_in = match actor.host.as_str() {
            "" => accounts::by_actor(ledger.db, actor.id)?
                .is_none_or(|account| account.state == AccountState::Active),
            _ => true,
        };
        if signs_in && actor.suspended_at.is_none() && standing.state == MembershipState::Active {
            able.push((standing, actor));
        }
    }
    Ok(able)
}

fn inherit(ledger: &mut Ledger<'_>, group: &Actor, heir: &Actor) -> Result<()> {
    memberships::set_role(
        ledger.db,
        group.id,
        heir.id,
        GroupRole::Organiser,
        ledger.now,
    )?;
    notify::tell(
        ledger,
        heir,
        NotificationKind::Role,
        group.id,
        None,
        Some(group.id),
    )?;
    let detail = json!({ "role": GroupRole::Organiser, "by": "succession" });
    audit::note(
        ledger,
        None,
        Some(group.id),
        "role.inherit",
        &heir.uri,
        detail,
    )
}

fn ask_admins(ledger: &mut Ledger<'_>, group: &Actor) -> Result<()> {
    for (_, admin) in accounts::with_role(ledger.db, AccountRole::Admin)? {
        notify::tell(
            ledger,
            &admin,
            NotificationKind::Orphaned,
            group.id,
            None,
            Some(group.id),
        )?;
    }
    audit::note(
        ledger,
        None,
        Some(group.id),
        "group.orphaned",
        &group.uri,
        Value::Null,
    )
}
