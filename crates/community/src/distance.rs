//! Keeping people and servers at a distance, and thinking well of others: blocking, muting, notes, recommendations.
//!
//! What a distance means for what somebody reads is [`policy::reaches`](crate::policy::reaches).

use std::time::Duration;

use kindred_storage::{
    ActorId, ActorKind, FollowState, Page, TieId,
    actors::{self, Actor},
    blocks::{self, Block},
    follows,
    mutes::{self, Mute},
    notifications, regards,
};

use crate::{
    Kindred, Ledger, Refusal, Result,
    announce::{self, Ask},
    membership, sections, sight, timelines,
    views::{Relationship, Section, Viewer},
};

/// Wants nothing to do with somebody any more: nobody of the two hears the other, and their server is told so.
///
/// Blocking a group is leaving it; it is told nothing but that.
pub async fn block(kindred: &Kindred, who: &Actor, target: ActorId) -> Result<Relationship> {
    about(kindred, who, target, |ledger, who, target| {
        part_for_good(ledger, who, target)?;
        let uri = announce::fresh(ledger);
        let block = Block {
            actor_id: who.id,
            target_id: target.id,
            uri: Some(uri.clone()),
            created_at: ledger.now,
        };
        if blocks::record(ledger.db, &block)? && target.kind != ActorKind::Group {
            announce::shut_out(ledger, who, target, &uri)?;
        }
        notifications::clear_of(ledger.db, who.id, target.id)?;
        kindred_storage::timelines::drop_from_home(ledger.db, who.id, target.id)?;
        Ok(())
    })
    .await
}

/// Ends every tie between two, both ways.
fn part_for_good(ledger: &mut Ledger<'_>, who: &Actor, target: &Actor) -> Result<()> {
    if let Some(follow) = membership::part(ledger, who, target)?
        && !target.host.is_empty()
    {
        announce::asked_no_more(ledger, who, target, &follow.uri)?;
    }
    send_away(ledger, who, target)
}

/// Somebody is no follower of another any more.
fn send_away(ledger: &mut Ledger<'_>, who: &Actor, follower: &Actor) -> Result<()> {
    if let Some(follow) = membership::part(ledger, follower, who)? {
        announce::turned_away(ledger, who, follower, &follow.uri, Ask::Follow, None)?;
    }
    Ok(())
}

/// Has nothing against them any more. What was ended stays ended.
pub async fn unblock(kindred: &Kindred, who: &Actor, target: ActorId) -> Result<Relationship> {
    about(kindred, who, target, |ledger, who, target| {
        if let Some(block) = blocks::remove(ledger.db, who.id, target.id)?
            && target.kind != ActorKind::Group
        {
            announce::shut_out_no_more(ledger, who, target, &block.uri.unwrap_or_default())?;
        }
        Ok(())
    })
    .await
}

/// Would rather not hear somebody: for good or for a while, in notices as well or not. They do not learn of it.
pub async fn mute(
    kindred: &Kindred,
    who: &Actor,
    target: ActorId,
    notices: bool,
    lasting: Option<Duration>,
) -> Result<Relationship> {
    about(kindred, who, target, move |ledger, who, target| {
        let mute = Mute {
            id: TieId(ledger.next_id()),
            actor_id: who.id,
            target_id: target.id,
            notices,
            until: lasting.map(|span| ledger.now.plus(span)),
            created_at: ledger.now,
        };
        Ok(mutes::record(ledger.db, &mute)?)
    })
    .await
}

/// Would like to hear them again.
pub async fn unmute(kindred: &Kindred, who: &Actor, target: ActorId) -> Result<Relationship> {
    about(kindred, who, target, |ledger, who, target| {
        Ok(mutes::remove(ledger.db, who.id, target.id)?)
    })
    .await
}

/// Takes somebody off those who follow one, without a block.
pub async fn remove_follower(
    kindred: &Kindred,
    who: &Actor,
    target: ActorId,
) -> Result<Relationship> {
    about(kindred, who, target, send_away).await
}

/// The longest note about somebody, in characters.
const LONGEST_NOTE: usize = 2_000;

/// Notes something about somebody, for oneself.
pub async fn note(
    kindred: &Kindred,
    who: &Actor,
    target: ActorId,
    words: String,
) -> Result<Relationship> {
    if words.chars().count() > LONGEST_NOTE {
        return Err(Refusal::TooLong("a note", LONGEST_NOTE).into());
    }
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let target = known(ledger, &who, target)?;
            regards::note(ledger.db, who.id, target.id, words.trim())?;
            membership::standing_of(ledger.db, ledger.now, who.id, target.id)
        })
        .await
}

/// Recommends somebody whom one follows on one's own page.
pub async fn endorse(kindred: &Kindred, who: &Actor, target: ActorId) -> Result<Relationship> {
    about(kindred, who, target, |ledger, who, target| {
        let follows = follows::find(ledger.db, who.id, target.id)?
            .is_some_and(|follow| follow.state == FollowState::Accepted);
        if !follows {
            return Err(Refusal::FollowFirst.into());
        }
        let tie = TieId(ledger.next_id());
        Ok(regards::endorse(
            ledger.db, tie, who.id, target.id, ledger.now,
        )?)
    })
    .await
}

/// Recommends them no longer.
pub async fn unendorse(kindred: &Kindred, who: &Actor, target: ActorId) -> Result<Relationship> {
    about(kindred, who, target, |ledger, who, target| {
        Ok(regards::unendorse(ledger.db, who.id, target.id)?)
    })
    .await
}

/// Does something about another that stays between the two, and answers how one stands to them then.
async fn about(
    kindred: &Kindred,
    who: &Actor,
    target: ActorId,
    change: impl FnOnce(&mut Ledger<'_>, &Actor, &Actor) -> Result<()> + Send + 'static,
) -> Result<Relationship> {
    if who.id == target {
        return Err(Refusal::NotOneself.into());
    }
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let target = known(ledger, &who, target)?;
            change(ledger, &who, &target)?;
            membership::standing_of(ledger.db, ledger.now, who.id, target.id)
        })
        .await
}

/// Somebody whom the other may know of.
fn known(ledger: &mut Ledger<'_>, who: &Actor, target: ActorId) -> Result<Actor> {
    let target = actors::find(ledger.db, target)?
        .filter(|actor| actor.deleted_at.is_none() && actor.kind != ActorKind::Application)
        .ok_or(Refusal::NoSuchPerson)?;
    if sight::of_actor(ledger.db, &Viewer::Local(who.id), &target)? {
        Ok(target)
    } else {
        Err(Refusal::NoSuchPerson.into())
    }
}

/// Those with whom somebody wants nothing to do.
pub async fn blocked(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<Actor>> {
    let who = who.id;
    kindred
        .read(move |db| {
            let found = sections::whole(
                db,
                page,
                |(block, _): &(Block, Actor)| block.target_id.0,
                |db, page| Ok(blocks::page(db, who, page)?),
            )?;
            Ok(found.map(|(_, actor)| actor))
        })
        .await
}

/// Those whom somebody would rather not hear, and until when.
pub async fn muted(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<(Mute, Actor)>> {
    let (who, now) = (who.id, kindred.now());
    kindred
        .read(move |db| {
            sections::whole(
                db,
                page,
                |(mute, _): &(Mute, Actor)| mute.id.0,
                |db, page| Ok(mutes::page(db, who, now, page)?),
            )
        })
        .await
}

/// Those whom somebody recommends, as far as the viewer may know of them.
pub async fn endorsed(
    kindred: &Kindred,
    viewer: &Viewer,
    by: ActorId,
    page: Page,
) -> Result<Section<Actor>> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    kindred
        .read(move |db| {
            let found = sections::section(
                db,
                page,
                |(tie, _): &(TieId, Actor)| tie.0,
                |db, page| Ok(regards::endorsed(db, by, page)?),
                |db, rows| {
                    let mut seen = Vec::new();
                    for (tie, actor) in rows {
                        if sight::of_actor(db, &viewer, &actor)? {
                            seen.push((tie.0, actor));
                        }
                    }
                    Ok(seen)
                },
            )?;
            timelines::people_shown(db, &viewer, now, found)
        })
        .await
}

/// The longest name of a server.
const LONGEST_HOST: usize = 253;

fn host_name(kindred: &Kindred, text: &str) -> Result<String> {
    let host = text.trim().trim_end_matches('.').to_lowercase();
    let fits = !host.is_empty()
        && host.len() <= LONGEST_HOST
        && !host.contains(|c: char| c.is_whitespace() || c.is_control() || "/@?#".contains(c));
    if !fits || host == kindred.settings().host() {
        return Err(Refusal::BadHost(text.chars().take(100).collect()).into());
    }
    Ok(host)
}

/// Wants to hear nothing from a server: nobody there follows them any more, nor do they follow anybody there.
pub async fn shun(kindred: &Kindred, who: &Actor, host: &str) -> Result<()> {
    let host = host_name(kindred, host)?;
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let tie = TieId(ledger.next_id());
            mutes::shun(ledger.db, tie, who.id, &host, ledger.now)?;
            for other in follows::ties_with_host(ledger.db, who.id, &host)? {
                let other = ledger.actor(other)?;
                part_for_good(ledger, &who, &other)?;
            }
            Ok(())
        })
        .await
}

/// Would like to hear from it again.
pub async fn unshun(kindred: &Kindred, who: &Actor, host: &str) -> Result<()> {
    let host = host_name(kindred, host)?;
    let who = who.id;
    kindred
        .write(move |ledger| Ok(mutes::unshun(ledger.db, who, &host)?))
        .await
}

/// The servers from which somebody wants to hear nothing.
pub async fn shunned(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<String>> {
    let who = who.id;
    kindred
        .read(move |db| {
            let found = sections::whole(
                db,
                page,
                |(tie, _): &(TieId, String)| tie.0,
                |db, page| Ok(mutes::shunned(db, who, page)?),
            )?;
            Ok(found.map(|(_, host)| host))
        })
        .await
}

/// How many follows shunning a server would end: those who follow, those who are followed.
pub async fn ties_with(kindred: &Kindred, who: &Actor, host: &str) -> Result<(usize, usize)> {
    let host = host_name(kindred, host)?;
    let who = who.id;
    kindred
        .read(move |db| {
            let others = follows::ties_with_host(db, who, &host)?;
            let followed = follows::find_many(db, who, &others)?.len();
            let followers = follows::find_back(db, who, &others)?.len();
            Ok((followers, followed))
        })
        .await
}
