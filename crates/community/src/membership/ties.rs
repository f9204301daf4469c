//! The rows of hearing and belonging: made, counted, ended. Nothing here asks whether somebody may.

use kindred_storage::{
    ActorId, ActorKind, FollowId, FollowState, GroupRole, MembershipState,
    actors::{self, Actor, Count},
    follows::{self, Follow},
    lists, memberships, regards, timelines,
};

use crate::{Ledger, Result, policy, succession};

/// How many earlier posts a new follower finds in the home timeline.
const BACKFILL: i64 = 20;

/// Records who hears of whom, and lays earlier posts into the home timeline of a follower of ours. What a follower wished to hear
/// before stays as it is.
pub(crate) fn hear_from_now_on(
    ledger: &mut Ledger<'_>,
    who: ActorId,
    target: ActorId,
    uri: String,
    state: FollowState,
) -> Result<Follow> {
    let before = follows::find(ledger.db, who, target)?;
    let heard = before
        .as_ref()
        .is_some_and(|follow| follow.state == FollowState::Accepted);
    let follow = Follow {
        id: FollowId(ledger.next_id()),
        follower_id: who,
        target_id: target,
        state,
        uri,
        show_boosts: before.as_ref().is_none_or(|follow| follow.show_boosts),
        notify: before.as_ref().is_some_and(|follow| follow.notify),
        created_at: ledger.now,
        languages: before.and_then(|follow| follow.languages),
    };
    let follow = follows::record(ledger.db, &follow)?;
    if state == FollowState::Accepted && !heard {
        count(ledger, who, target, 1)?;
        lay_earlier_posts(ledger, who, target)?;
    }
    Ok(follow)
}

/// Lays earlier posts into the home of somebody who hears of the author from now on. Groups that hear of groups have no home.
pub(super) fn lay_earlier_posts(ledger: &mut Ledger<'_>, who: ActorId, of: ActorId) -> Result<()> {
    if ledger.actor(who)?.kind != ActorKind::Group {
        timelines::backfill_home(ledger.db, who, of, BACKFILL)?;
    }
    Ok(())
}

/// Ends hearing and belonging together. Answers the follow that was, if there was one.
pub(crate) fn part(ledger: &mut Ledger<'_>, who: &Actor, target: &Actor) -> Result<Option<Follow>> {
    let led = end_membership(ledger, who, target)?;
    let follow = follows::remove(ledger.db, who.id, target.id)?;
    if let Some(follow) = &follow {
        if follow.state == FollowState::Accepted {
            count(ledger, who.id, target.id, -1)?;
        }
        // The rest belongs to people of ours alone.
        if who.host.is_empty() {
            timelines::drop_from_home(ledger.db, who.id, target.id)?;
            lists::take_off_all(ledger.db, who.id, target.id)?;
            regards::unendorse(ledger.db, who.id, target.id)?;
        }
    }
    if led == Led::Organised {
        succession::see_to(ledger, target)?;
    }
    Ok(follow)
}

/// Whether somebody's belonging, which just ended, leaves a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Led {
    /// They organised the group.
    Organised,
    /// They did not.
    Not,
}

/// Ends belonging, in whatever state it is.
pub(super) fn end_membership(ledger: &mut Ledger<'_>, who: &Actor, group: &Actor) -> Result<Led> {
    let Some(standing) = memberships::standing(ledger.db, group.id, who.id)?
        .filter(|standing| standing.state != MembershipState::Left)
    else {
        return Ok(Led::Not);
    };
    memberships::set_state(
        ledger.db,
        group.id,
        who.id,
        MembershipState::Left,
        ledger.now,
    )?;
    Ok(match policy::role_of(Some(&standing)) {
        Some(GroupRole::Organiser) => Led::Organised,
        _ => Led::Not,
    })
}

pub(super) fn count(ledger: &mut Ledger<'_>, who: ActorId, target: ActorId, by: i32) -> Result<()> {
    actors::adjust(ledger.db, target, Count::Followers, by)?;
    actors::adjust(ledger.db, who, Count::Following, by)?;
    Ok(())
}

/// Whether a ban that has not ended keeps somebody out.
pub(crate) fn is_banned(ledger: &mut Ledger<'_>, group: ActorId, who: ActorId) -> Result<bool> {
    let now = ledger.now;
    Ok(memberships::ban_of(ledger.db, group, who)?
        .is_some_and(|ban| ban.until.is_none_or(|until| until > now)))
}
