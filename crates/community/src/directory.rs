//! The directory: whom and what one can find at other companies, and what they are told of ours.
//!
//! What is told is what people and groups let cross the border, and nothing else: an entry is made from the rows at the moment when
//! it is told. What is received is a copy that belongs to the other side. It never asks anybody at the moment when somebody here
//! looks something up.

mod entries;
mod exchange;

pub use entries::document;
pub use exchange::CONSENT;
pub(crate) use exchange::{
    forget, forget_soon, heard, introduce, is_about, met, read, read_soon, unlist,
};
pub use kindred_storage::{ListingId, directory::Listing};

use kindred_storage::{
    ActorId, ActorKind, Conn, Visibility,
    actors::{self, Actor},
    agreements, groups, passions, reports,
};

use crate::{Ledger, Result, jobs::Job, jobs::lane_out};

/// The most entries that one server may have here. A partner that tells more is not believed to be a company.
pub(crate) const MOST_ENTRIES: i64 = 20_000;

/// How many entries stand on one page.
pub(crate) const PAGE: usize = 500;

/// Whether there is anything about one of our people that partners may know.
pub(crate) fn is_told_of(db: &mut Conn, who: ActorId) -> Result<bool> {
    Ok(!passions::of_person(db, who, &entries::ACROSS)?.is_empty())
}

/// Whether partners may have heard something of one of our people, also of topics that nobody may choose any more or that have become
/// another one.
pub(crate) fn was_told_of(db: &mut Conn, who: ActorId) -> Result<bool> {
    if passions::says_to(db, who, &entries::ACROSS)? {
        return Ok(true);
    }
    let Some(actor) = actors::find(db, who)? else {
        return Ok(false);
    };
    let last = reports::record_of_subject(db, &actor.uri, &CONSENT, 1)?;
    Ok(last.first().is_some_and(|line| line.action == CONSENT[0]))
}

/// Somebody is hidden by those who keep order, or shown again: here at once, at partners as soon as they hear it.
pub(crate) fn look_again(ledger: &mut Ledger<'_>, actor: &Actor) -> Result<()> {
    match (actor.is_local(), actor.kind) {
        (true, ActorKind::Group) => tell_of_group(ledger, actor.id),
        (true, _) => tell_of_person(ledger, actor.id, false),
        (false, _) if actor.suspended_at.is_some() => unlist(ledger, &actor.uri),
        (false, _) => met(ledger, actor),
    }
}

/// Something about one of our people changed: partners are told what is for them, or that there is nothing any more when there was
/// something `before`. Of whoever never said anything to partners, they do not even hear that there is nothing.
pub(crate) fn tell_of_person(ledger: &mut Ledger<'_>, who: ActorId, before: bool) -> Result<()> {
    if before || is_told_of(ledger.db, who)? {
        tell_of(ledger, who, "people")?;
    }
    Ok(())
}

/// Something about one of our groups changed: partners are told, if it is one that they may know of.
pub(crate) fn tell_of_group(ledger: &mut Ledger<'_>, group: ActorId) -> Result<()> {
    let visibility = groups::visibility(ledger.db, group)?;
    if matches!(visibility, Some(Visibility::Public | Visibility::Partners)) {
        tell_of(ledger, group, "groups")?;
    }
    Ok(())
}

fn tell_of(ledger: &mut Ledger<'_>, actor: ActorId, flow: &str) -> Result<()> {
    let told = agreements::holding(ledger.db)?
        .iter()
        .any(|agreement| agreement.lets_flow(flow));
    if told {
        // What is said is found out when it is said, so that the last word is always the truth.
        ledger.enqueue(lane_out(actor), &Job::Introduce { actor });
    }
    Ok(())
}
