//! Invitations that arrive from elsewhere, and answers to ours.

use kindred_protocol::{
    Uri,
    vocabulary::{Answer, Incoming},
};
use kindred_storage::{
    ActorKind, FollowState, MembershipState, NotificationKind,
    actors::{self, Actor},
    groups,
    memberships::{self, Membership},
};

use super::{ask_in, not_coming, record};
use crate::{
    Ledger, Refusal, Result, announce,
    membership::{self, heard},
    notify,
};

/// Somebody elsewhere invites: one of ours to a group elsewhere, or anybody to a group here that they help to run.
///
/// An invitation to a group elsewhere counts when it comes from the group's own server: nobody invites to what is not theirs.
pub(crate) fn arrived(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    group: &Uri,
    guest: &Actor,
    id: Option<&Uri>,
) -> Result<()> {
    let Some(room) = actors::by_uri(ledger.db, group.as_str())?
        .filter(|room| room.kind == ActorKind::Group && room.deleted_at.is_none())
    else {
        return Ok(());
    };
    let uri = id.map_or_else(
        || crate::receive::own_name(&sender.uri, &format!("{group} {}", guest.uri)),
        |id| id.as_str().to_owned(),
    );
    if room.host.is_empty() {
        let (group, room) = crate::groups::living(ledger, room.id)?;
        return ask_in(ledger, sender, (&group, &room), guest, &uri).map(drop);
    }
    let theirs = Uri::parse(&sender.uri).is_ok_and(|home| home.same_origin(group));
    if !theirs || !guest.host.is_empty() {
        return Err(Refusal::NotYours.into());
    }
    groups::find(ledger.db, room.id)?.ok_or(Refusal::NoSuchGroup)?;
    let standing = memberships::standing(ledger.db, room.id, guest.id)?;
    let state = standing.as_ref().map(|standing| standing.state);
    if matches!(
        state,
        Some(MembershipState::Active | MembershipState::Invited)
    ) || kindred_storage::blocks::find(ledger.db, guest.id, sender.id)?.is_some()
    {
        return Ok(());
    }
    record(ledger, room.id, guest.id, sender.id, standing, &uri)?;
    notify::tell(
        ledger,
        guest,
        NotificationKind::Invitation,
        sender.id,
        None,
        Some(room.id),
    )
}

/// Whether this answers an invitation to a group here; if so, what was said takes effect. Only the guest can answer.
pub(crate) fn answered(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    answer: &Answer,
    yes: bool,
) -> Result<bool> {
    let Some((standing, room)) = asked(ledger, sender, answer)? else {
        return Ok(false);
    };
    if standing.actor_id != sender.id {
        return Err(Refusal::NotYours.into());
    }
    if !yes {
        let words = answer.reason.as_deref().and_then(heard);
        not_coming(ledger, sender, &room, &standing, words.as_deref())?;
        return Ok(true);
    }
    if membership::is_banned(ledger, room.id, sender.id)? {
        return Err(Refusal::NotWelcome(room.name).into());
    }
    memberships::set_state(
        ledger.db,
        room.id,
        sender.id,
        MembershipState::Active,
        ledger.now,
    )?;
    // Who belongs hears, whether or not a Follow comes as well.
    if kindred_storage::follows::find(ledger.db, sender.id, room.id)?
        .is_none_or(|follow| follow.state == FollowState::Pending)
    {
        let uri = standing
            .uri
            .clone()
            .unwrap_or_else(|| announce::fresh(ledger));
        membership::hear_from_now_on(ledger, sender.id, room.id, uri, FollowState::Accepted)?;
    }
    Ok(true)
}

/// The invitation to a group here that is answered: by its id, or by the copy of it that came along.
fn asked(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    answer: &Answer,
) -> Result<Option<(Membership, Actor)>> {
    let by_id = match answer.object.id() {
        Some(id) => memberships::by_uri(ledger.db, id.as_str())?,
        None => None,
    };
    let standing = match (by_id, answer.object.whole()) {
        (Some(standing), _) => Some(standing),
        (None, Some(copy)) => match &copy.activity {
            Incoming::Invite { object, .. } => match actors::by_uri(ledger.db, object.as_str())? {
                Some(room) => memberships::standing(ledger.db, room.id, sender.id)?,
                None => None,
            },
            _ => None,
        },
        (None, None) => None,
    };
    let Some(standing) = standing.filter(|standing| standing.state == MembershipState::Invited)
    else {
        return Ok(None);
    };
    let room = ledger.actor(standing.group_id)?;
    Ok((room.host.is_empty() && room.deleted_at.is_none()).then_some((standing, room)))
}
