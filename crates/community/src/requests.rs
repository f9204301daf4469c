//! Asking to come in: who waits at a door, and the answers.
//!
//! A person answers for their own door, a group's moderators for the group's. Asking itself is [`crate::membership::join`] and
//! [`crate::membership::follow`], being asked is [`crate::invitations`].

use kindred_storage::{
    ActorId, FollowState, MembershipState, NotificationKind, Page,
    actors::Actor,
    follows::{self, Follow},
    groups,
    memberships::{self, Membership},
};
use serde_json::json;

use crate::{
    Kindred, Ledger, Refusal, Result, announce, audit,
    membership::{self, how_asked, worded},
    moderation, notify,
    views::Relationship,
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
    /// Pages the list.
    pub cursor: i64,
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
) -> Result<Vec<Waiting>> {
    let who = who.clone();
    let page = crate::timelines::bounded(page);
    kindred
        .write(move |ledger| {
            may_answer(ledger, &who, door)?;
            if who.id == door {
                return Ok(follows::requests(ledger.db, door, &page)?
                    .into_iter()
                    .map(|(follow, asker)| Waiting {
                        cursor: follow.id.0,
                        asker,
                        reason: None,
                    })
                    .collect());
            }
            let requested = MembershipState::Requested;
            Ok(memberships::members(ledger.db, door, requested, &page)?
                .into_iter()
                .map(|(standing, asker)| Waiting {
                    cursor: standing.id.0,
                    asker,
                    reason: standing.reason,
                })
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
    let who = who.clone();
    kindred
        .write(move |ledger| {
            may_answer(ledger, &who, door)?;
            let question = Question::find(ledger, door, asker)?.ok_or(Refusal::NoSuchPerson)?;
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
            membership::standing_of(ledger.db, who.id, asker.id)
        })
        .await
}

/// What somebody waits for: to hear, to belong, or both.
struct Question {
    follow: Option<Follow>,
    standing: Option<Membership>,
}

impl Question {
    fn find(ledger: &mut Ledger<'_>, door: ActorId, asker: ActorId) -> Result<Option<Self>> {
        let follow = follows::find(ledger.db, asker, door)?
            .filter(|follow| follow.state == FollowState::Pending);
        let standing = memberships::standing(ledger.db, door, asker)?
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
            if let Some(question) = Question::find(ledger, door.id, asker.id)? {
                let_in(ledger, door, &asker, &question)?;
            }
        }
    }
}

/// How many of those who wait are taken up at a time.
const AT_ONCE: i64 = 100;

/// Whose door it is: one's own, or that of a group one moderates.
fn may_answer(ledger: &mut Ledger<'_>, who: &Actor, door: ActorId) -> Result<()> {
    if who.id == door {
        return Ok(());
    }
    let (_, face) = groups::find(ledger.db, door)?.ok_or(Refusal::NoSuchGroup)?;
    moderation::must_moderate(ledger.db, who, &face)
}
