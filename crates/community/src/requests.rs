//! Asking to come in: who waits at a door, and the answers.
//!
//! A person answers for their own door, a group's moderators for the group's. Asking itself is [`crate::membership::join`] and
//! [`crate::membership::follow`], being asked is [`crate::invitations`].

use kindred_storage::{
    ActorId, Conn, FollowState, GroupRole, MembershipState, NotificationKind, Page,
    actors::Actor,
    follows::{self, Follow},
    memberships::{self, Membership},
};
use serde_json::json;

use crate::{
    Kindred, Ledger, Refusal, Result, announce, audit,
    membership::{self, how_asked, worded},
    moderation, notify, sections,
    views::{Relationship, Section},
};

/// An answer at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Come in.
    Welcome,
    /// No, in these words.
    Decline(Option<String>),
}

/// Somebody who waits at a door.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Who it is.
    pub asker: Actor,
    /// Why they would like to come in, in their words.
    pub reason: Option<String>,
}

/// Those who wait at a door that `who` answers for: their own, or that of a group they moderate.
pub async fn waiting(
    kindred: &Kindred,
    who: &Actor,
    door: ActorId,
    page: Page,
) -> Result<Section<Waiting>> {
    let who = who.clone();
    kindred
        .read(move |db| {
            may_answer(db, &who, door)?;
            if who.id == door {
                let waiting = sections::whole(
                    db,
                    page,
                    |(follow, _): &(Follow, Actor)| follow.id.0,
                    |db, page| Ok(follows::requests(db, door, page)?),
                )?;
                return Ok(waiting.map(|(_, asker)| Waiting {
                    asker,
                    reason: None,
                }));
            }
            let requested = MembershipState::Requested;
            let waiting = sections::whole(
                db,
                page,
                |(standing, _): &(Membership, Actor)| standing.id.0,
                |db, page| Ok(memberships::members(db, door, requested, page)?),
            )?;
            Ok(waiting.map(|(standing, asker)| Waiting {
                asker,
                reason: standing.reason,
            }))
        })
        .await
}

/// Answers somebody who asks to follow, or to join a group that `who` moderates: clients show both alike, and name only the asker.
pub async fn answer_anywhere(
    kindred: &Kindred,
    who: &Actor,
    asker: ActorId,
    given: Answer,
) -> Result<Relationship> {
    let me = who.id;
    let door = kindred
        .read(move |db| {
            if Question::find(db, me, asker)?.is_some() {
                return Ok(me);
            }
            for standing in memberships::of_actor(db, me)? {
                let group = standing.group_id;
                // Whether they may answer there is asked when they do.
                if standing.role != GroupRole::Member && Question::find(db, group, asker)?.is_some()
                {
                    return Ok(group);
                }
            }
            Ok(me)
        })
        .await?;
    answer(kindred, who, door, asker, given).await
}

/// Answers somebody who waits at a door that `who` answers for.
pub async fn answer(
    kindred: &Kindred,
    who: &Actor,
    door: ActorId,
    asker: ActorId,
    answer: Answer,
) -> Result<Relationship> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            may_answer(ledger.db, &who, door)?;
            let question = Question::find(ledger.db, door, asker)?.ok_or(Refusal::NoSuchPerson)?;
            let (door, asker) = (ledger.actor(door)?, ledger.actor(asker)?);
            let word = match answer {
                Answer::Welcome => {
                    let_in(ledger, &door, &asker, &question)?;
                    "request.accept"
                }
                Answer::Decline(reason) => {
                    let reason = reason.and_then(|reason| worded(&reason));
                    turn_away(ledger, &door, &asker, &question, reason.as_deref())?;
                    "request.decline"
                }
            };
            if who.id != door.id {
                let subject = asker.uri.clone();
                audit::note(
                    ledger,
                    Some(who.id),
                    Some(door.id),
                    word,
                    &subject,
                    json!({}),
                )?;
            }
            membership::standing_of(ledger.db, ledger.now, who.id, asker.id)
        })
        .await
}

/// What somebody waits for: to hear, to belong, or both.
struct Question {
    follow: Option<Follow>,
    standing: Option<Membership>,
}

impl Question {
    fn find(db: &mut Conn, door: ActorId, asker: ActorId) -> Result<Option<Self>> {
        let follow =
            follows::find(db, asker, door)?.filter(|follow| follow.state == FollowState::Pending);
        let standing = memberships::standing(db, door, asker)?
            .filter(|standing| standing.state == MembershipState::Requested);
        let waits = follow.is_some() || standing.is_some();
        Ok(waits.then_some(Self { follow, standing }))
    }

    /// The activities that asked: one, or two where somebody used both words.
    fn uris(&self) -> Vec<String> {
        let mut uris: Vec<String> = self
            .follow
            .iter()
            .map(|follow| follow.uri.clone())
            .chain(
                self.standing
                    .iter()
                    .filter_map(|standing| standing.uri.clone()),
            )
            .collect();
        uris.dedup();
        uris
    }
}

/// Lets somebody in who waits.
fn let_in(ledger: &mut Ledger<'_>, door: &Actor, asker: &Actor, question: &Question) -> Result<()> {
    match (&question.follow, &question.standing) {
        (Some(follow), _) => membership::granted(ledger, follow)?,
        // They asked to belong while they heard already, or do not hear at all: who belongs hears.
        (None, Some(standing)) => {
            if follows::find(ledger.db, asker.id, door.id)?.is_none() {
                let uri = standing
                    .uri
                    .clone()
                    .unwrap_or_else(|| announce::fresh(ledger));
                membership::hear_from_now_on(
                    ledger,
                    asker.id,
                    door.id,
                    uri,
                    FollowState::Accepted,
                )?;
            }
        }
        (None, None) => {}
    }
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
    for uri in question.uris() {
        let ask = how_asked(ledger, &uri)?;
        announce::welcomed(ledger, door, asker, &uri, ask)?;
    }
    Ok(())
}

fn turn_away(
    ledger: &mut Ledger<'_>,
    door: &Actor,
    asker: &Actor,
    question: &Question,
    reason: Option<&str>,
) -> Result<()> {
    if question.follow.is_some() {
        membership::part(ledger, asker, door)?;
    }
    membership::declined(ledger, asker, door, reason)?;
    for uri in question.uris() {
        let ask = how_asked(ledger, &uri)?;
        announce::turned_away(ledger, door, asker, &uri, ask, reason)?;
    }
    Ok(())
}

/// The door was opened: whoever waits at it comes in.
pub(crate) fn let_all_in(ledger: &mut Ledger<'_>, door: &Actor) -> Result<()> {
    loop {
        let requested = MembershipState::Requested;
        let waiting = memberships::members(ledger.db, door.id, requested, &Page::first(AT_ONCE))?;
        if waiting.is_empty() {
            return Ok(());
        }
        for (_, asker) in waiting {
            if let Some(question) = Question::find(ledger.db, door.id, asker.id)? {
                let_in(ledger, door, &asker, &question)?;
            }
        }
    }
}

/// How many of those who wait are taken up at a time.
const AT_ONCE: i64 = 100;

/// Whose door it is: one's own, or that of a group one moderates.
fn may_answer(db: &mut Conn, who: &Actor, door: ActorId) -> Result<()> {
    if who.id == door {
        return Ok(());
    }
    moderation::kept_by(db, who, door).map(drop)
}
