//! Moving to another address, and being known by an old one.
//!
//! A move is believed only because the new address names the old one, so that comes first. Then everybody who hears of the old address
//! is told; those here follow along. What was written stays where it was written.

use std::time::Duration;

use kindred_storage::{
    ActorId, ActorKind, Json, NotificationKind, activities,
    actors::{self, Actor},
    follows,
};
use serde_json::Value;

use super::profile::rewrite;
use crate::{
    Error, Kindred, Ledger, Refusal, Result, accounts, announce, audit, directory,
    jobs::{Job, lane_out},
    membership::{self, FollowWish},
    notify, policy, remote,
    search::{self, Resolve},
    views::{Viewer, Visitor},
};

/// The most old addresses that somebody is known by.
pub const MOST_ALIASES: usize = 10;

/// So long nobody moves again. Others do not follow any sooner either.
const SETTLED: Duration = Duration::from_hours(24 * 7);

/// Lets somebody of ours be known by an old address as well (`@name@host` or its address on the web), so that whoever follows that one
/// can be sent here.
pub async fn be_known_as(kindred: &Kindred, who: &Actor, old: &str) -> Result<Actor> {
    let old = somebody_at(kindred, who, old).await?;
    if old.id == who.id {
        return Err(Refusal::NotOneself.into());
    }
    change_aliases(kindred, who, move |aliases| {
        if !aliases.contains(&old.uri) {
            aliases.push(old.uri);
        }
    })
    .await
}

/// Lets go of an old address.
pub async fn be_known_no_more_as(kindred: &Kindred, who: &Actor, old: String) -> Result<Actor> {
    change_aliases(kindred, who, move |aliases| {
        aliases.retain(|alias| *alias != old);
    })
    .await
}

async fn change_aliases<F>(kindred: &Kindred, who: &Actor, change: F) -> Result<Actor>
where
    F: FnOnce(&mut Vec<String>) + Send + 'static,
{
    let who = who.id;
    kindred
        .write(move |ledger| {
            let before = ledger.actor(who)?;
            let mut aliases = before.also_known_as.0.clone();
            change(&mut aliases);
            if aliases == before.also_known_as.0 {
                return Ok(before);
            }
            if aliases.len() > MOST_ALIASES {
                return Err(Refusal::TooMany("old addresses", MOST_ALIASES).into());
            }
            look(
                ledger,
                Actor {
                    also_known_as: Json(aliases),
                    ..before
                },
            )
        })
        .await
}

/// Somebody of ours goes on under another address. Their password is asked for once more: a browser that was left open must not be
/// enough to take somebody's followers away. Answers who they are now.
///
/// Refuses an address that does not name the old one, and whoever has moved not long ago.
pub async fn move_away(
    kindred: &Kindred,
    me: &Visitor,
    password: String,
    address: &str,
) -> Result<Actor> {
    accounts::must_know_password(kindred, me, password).await?;
    let found = somebody_at(kindred, &me.actor, address).await?;
    if !found.is_local() {
        // What the new address says is asked for now.
        remote::refresh(kindred, &found.uri).await?;
    }
    let (who, new) = (me.actor.id, found.id);
    kindred
        .write(move |ledger| {
            let (before, new) = (ledger.actor(who)?, ledger.actor(new)?);
            let settled = activities::about(ledger.db, who, "Move", &before.uri)?
                .first()
                .is_none_or(|last| last.created_at + SETTLED <= ledger.now);
            policy::may_move(&before, &new, settled)?;
            let after = look(
                ledger,
                Actor {
                    moved_to: Some(new.uri.clone()),
                    ..before
                },
            )?;
            announce::moved(ledger, &after, &new)?;
            directory::tell_of_person(ledger, who, false)?;
            audit::note(
                ledger,
                Some(who),
                None,
                "person.move",
                &new.uri,
                Value::Null,
            )?;
            let job = Job::FollowAlong {
                old: who,
                new: new.id,
            };
            ledger.enqueue(lane_out(who), &job);
            Ok(new)
        })
        .await
}

/// Somebody of ours is here again. Followers who went along stay where they are.
pub async fn come_back(kindred: &Kindred, who: &Actor) -> Result<Actor> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            let before = ledger.actor(who)?;
            if before.moved_to.is_none() {
                return Ok(before);
            }
            let after = look(
                ledger,
                Actor {
                    moved_to: None,
                    ..before
                },
            )?;
            directory::tell_of_person(ledger, who, false)?;
            Ok(after)
        })
        .await
}

/// Writes down how somebody looks now, and tells everybody who hears of them.
fn look(ledger: &mut Ledger<'_>, face: Actor) -> Result<Actor> {
    let face = rewrite(ledger, face)?;
    announce::looks_different(ledger, &face, None)?;
    Ok(face)
}

async fn somebody_at(kindred: &Kindred, who: &Actor, address: &str) -> Result<Actor> {
    let viewer = Viewer::Local(who.id);
    let found = Box::pin(search::find(
        kindred,
        &viewer,
        address,
        Resolve::Elsewhere,
        1,
    ));
    let exact = address.trim().contains(['@', '/']);
    let found = found.await?.actors.into_iter().find(|_| exact);
    Ok(found
        .filter(|found| found.kind != ActorKind::Group)
        .ok_or(Refusal::NoSuchPerson)?)
}

/// Those here who follow the old address follow the new one instead, and are told.
pub(crate) async fn follow_along(kindred: &Kindred, old: ActorId, new: ActorId) -> Result<()> {
    let followers: Vec<Actor> = kindred
        .read(move |db| {
            let ids: Vec<ActorId> = follows::local_followers(db, old)?
                .into_iter()
                .map(|follow| follow.follower_id)
                .collect();
            Ok(actors::find_many(db, &ids)?)
        })
        .await?;
    for follower in followers
        .into_iter()
        .filter(|follower| follower.kind == ActorKind::Person && follower.id != new)
    {
        let whom = follower.clone();
        kindred
            .write(move |ledger| {
                notify::tell(ledger, &whom, NotificationKind::Moved, new, None, None)
            })
            .await?;
        let wish = FollowWish::default();
        Box::pin(membership::follow(kindred, &follower, new, wish))
            .await
            .map(drop)
            .or_else(let_refusals_go)?;
        membership::unfollow(kindred, &follower, old)
            .await
            .map(drop)
            .or_else(let_refusals_go)?;
    }
    Ok(())
}

/// Whoever cannot follow along stays behind.
fn let_refusals_go(error: Error) -> Result<()> {
    match error {
        Error::Refused(refusal) => {
            tracing::debug!(%refusal, "A follower could not follow along");
            Ok(())
        }
        other => Err(other),
    }
}
