//! How somebody stands to others: hearing, keeping at a distance, recommending, remembering. Nothing is changed here.

use std::collections::HashMap;

use kindred_storage::{
    ActorId, Conn, FollowState, Moment,
    actors::{self, Actor},
    follows,
    mine::{self, Distance},
    mutes, regards,
};

use crate::{Kindred, Refusal, Result, views::Relationship};

/// The most relationships that one question may ask for.
pub(crate) const MOST_AT_ONCE: usize = 100;

/// How somebody of ours stands to others, in the order asked for. Unknown ones are left out.
pub async fn relationships(
    kindred: &Kindred,
    who: &Actor,
    others: Vec<ActorId>,
) -> Result<Vec<Relationship>> {
    let (who, now) = (who.id, kindred.now());
    kindred
        .read(move |db| {
            let mut asked = Vec::new();
            for id in others.into_iter().take(MOST_AT_ONCE) {
                if !asked.contains(&id) {
                    asked.push(id);
                }
            }
            standings_of(db, now, who, &asked)
        })
        .await
}

/// How one stands to another.
pub(crate) fn standing_of(
    db: &mut Conn,
    now: Moment,
    who: ActorId,
    other: ActorId,
) -> Result<Relationship> {
    standings_of(db, now, who, &[other])?
        .pop()
        .ok_or_else(|| Refusal::NoSuchPerson.into())
}

/// How one stands to each of these, in the order asked for, in a handful of questions however many they are. Unknown ones are left out.
fn standings_of(
    db: &mut Conn,
    now: Moment,
    who: ActorId,
    others: &[ActorId],
) -> Result<Vec<Relationship>> {
    let known: HashMap<ActorId, Actor> = actors::find_many(db, others)?
        .into_iter()
        .map(|actor| (actor.id, actor))
        .collect();
    let follows = follows::find_many(db, who, others)?;
    let back = follows::find_back(db, who, others)?;
    let distances = mine::distances(db, who, others, now)?;
    let mutes = mutes::among(db, who, others)?;
    let endorsed = regards::endorsed_among(db, who, others)?;
    let notes = regards::notes(db, who, others)?;
    let stands = |id: ActorId| {
        let follow = follows.iter().find(|follow| follow.target_id == id);
        let back = back.iter().find(|follow| follow.follower_id == id);
        let at = |distance: Distance| distances.contains(&(distance, id));
        let state = follow.map(|follow| follow.state);
        let back_state = back.map(|back| back.state);
        Relationship {
            id,
            following: state == Some(FollowState::Accepted),
            requested: state == Some(FollowState::Pending),
            followed_by: back_state == Some(FollowState::Accepted),
            requested_by: back_state == Some(FollowState::Pending),
            show_boosts: follow.is_some_and(|follow| follow.show_boosts),
            notifying: follow.is_some_and(|follow| follow.notify),
            languages: follow
                .and_then(|follow| follow.languages.as_ref())
                .map(|languages| languages.0.clone()),
            blocking: at(Distance::Blocks),
            blocked_by: at(Distance::BlockedBy),
            muting: mutes
                .iter()
                .find(|mute| mute.target_id == id && mute.holds(now))
                .cloned(),
            shunning: at(Distance::Shuns),
            endorsed: endorsed.contains(&id),
            note: notes
                .iter()
                .find(|(of, _)| *of == id)
                .map(|(_, words)| words.clone())
                .unwrap_or_default(),
        }
    };
    let asked = others.iter().filter(|id| known.contains_key(id));
    Ok(asked.map(|id| stands(*id)).collect())
}
