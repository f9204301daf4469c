//! Asking to come in: who waits at a door, who is let in, who is invited.
//!
//! A person answers for their own door, a group's moderators for the group's. Asking itself is [`crate::membership::follow`].

use kindred_storage::{
    ActorId, FollowState, GroupRole, MembershipId, MembershipState, NotificationKind, Page,
    Visibility, activities,
    actors::Actor,
    follows::{self, Follow},
    groups,
    memberships::{self, Membership},
};

use crate::{
    Kindred, Ledger, Refusal, Result,
    announce::{self, Ask},
    membership, notify, policy,
    views::Relationship,
};

/// An answer at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Come in.
    Welcome,
    /// No.
    Decline,
}

/// Those who wait at a door that `who` answers for: their own, or that of a group they moderate.
pub async fn waiting(
    kindred: &Kindred,
    who: &Actor,
    door: ActorId,
    page: Page,
) -> Result<Vec<Actor>> {
    let who = who.id;
    let page = crate::timelines::bounded(page);
    kindred
        .write(move |ledger| {
            may_answer(ledger, who, door)?;
            Ok(follows::requests(ledger.db, door, &page)?
                .into_iter()
                .map(|(_, asker)| asker)
                .collect())
        })
        .await
}

/// Answers somebody who waits at a door that `who` answers for.
pub async fn answer(
    kindred: &Kindred,
    who: &Actor,
    door: ActorId,
    asker: ActorId,
    answer: Answer,
) -> Result<Relationship> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            may_answer(ledger, who, door)?;
            let question = follows::find(ledger.db, asker, door)?
                .filter(|follow| follow.state == FollowState::Pending)
                .ok_or(Refusal::NoSuchPerson)?;
            let (door, asker) = (ledger.actor(door)?, ledger.actor(asker)?);
            match answer {
                Answer::Welcome => let_in(ledger, &door, &asker, &question)?,
                Answer::Decline => {
                    let ask = how_asked(ledger, &question)?;
                    membership::part(ledger, &asker, &door)?;
                    announce::turned_away(ledger, &door, &asker, &question.uri, ask)?;
                }
            }
            membership::standing_of(ledger.db, who, asker.id)
        })
        .await
}

/// Lets somebody in who waits.
fn let_in(ledger: &mut Ledger<'_>, door: &Actor, asker: &Actor, question: &Follow) -> Result<()> {
    let ask = how_asked(ledger, question)?;
    membership::accepted(ledger, question)?;
    memberships::set_state(
        ledger.db,
        door.id,
        asker.id,
        MembershipState::Active,
        ledger.now,
    )?;
    notify::tell(
        ledger,
        asker,
        NotificationKind::Welcome,
        door.id,
        None,
        None,
    )?;
    announce::welcomed(ledger, door, asker, &question.uri, ask)
}

/// The door was opened: whoever waits at it comes in.
pub(crate) fn let_all_in(ledger: &mut Ledger<'_>, door: &Actor) -> Result<()> {
    loop {
        let waiting = follows::requests(ledger.db, door.id, &Page::first(AT_ONCE))?;
        if waiting.is_empty() {
            return Ok(());
        }
        for (question, asker) in waiting {
            let_in(ledger, door, &asker, &question)?;
        }
    }
}

/// How many of those who wait are taken up at a time.
const AT_ONCE: i64 = 100;

/// Invites somebody to a group: whoever was invited comes in without asking.
pub async fn invite(kindred: &Kindred, who: &Actor, group: ActorId, guest: ActorId) -> Result<()> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let (group_row, room) = groups::find(ledger.db, group)?.ok_or(Refusal::NoSuchGroup)?;
            policy::may_moderate(memberships::standing(ledger.db, group, who.id)?.as_ref())?;
            if membership::is_banned(ledger, group, guest)? {
                return Err(Refusal::NotWelcome(room.name).into());
            }
            let guest = ledger.actor(guest)?;
            if group_row.visibility == Visibility::Company && !guest.host.is_empty() {
                return Err(Refusal::NoSuchPerson.into());
            }
            let standing = memberships::standing(ledger.db, group, guest.id)?;
            if standing
                .as_ref()
                .is_some_and(|standing| standing.state == MembershipState::Active)
            {
                return Ok(());
            }
            let invitation = Membership {
                id: standing.map_or_else(|| MembershipId(ledger.next_id()), |standing| standing.id),
                group_id: group,
                actor_id: guest.id,
                role: GroupRole::Member,
                state: MembershipState::Invited,
                reason: None,
                invited_by: Some(who.id),
                since: ledger.now,
                updated_at: ledger.now,
                uri: None,
                answer: None,
                role_since: ledger.now,
            };
            memberships::record(ledger.db, &invitation)?;
            notify::tell(
                ledger,
                &guest,
                NotificationKind::Invitation,
                who.id,
                None,
                Some(group),
            )?;
            announce::invited(ledger, &who, &room, &guest)
        })
        .await
}

/// Whose door it is: one's own, or that of a group one moderates.
fn may_answer(ledger: &mut Ledger<'_>, who: ActorId, door: ActorId) -> Result<()> {
    if who == door {
        return Ok(());
    }
    groups::find(ledger.db, door)?.ok_or(Refusal::NoSuchGroup)?;
    Ok(policy::may_moderate(
        memberships::standing(ledger.db, door, who)?.as_ref(),
    )?)
}

/// By which word somebody elsewhere asked, so that the answer repeats it.
fn how_asked(ledger: &mut Ledger<'_>, question: &Follow) -> Result<Ask> {
    let heard = activities::by_uri(ledger.db, &question.uri)?;
    Ok(if heard.is_some_and(|heard| heard.kind == "Join") {
        Ask::Join
    } else {
        Ask::Follow
    })
}
