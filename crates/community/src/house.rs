//! The house as a whole, for whoever looks at it from outside: who answers for it, whom it knows, what happens in it.
//!
//! Nothing here is about single people or posts.

use std::{collections::HashMap, sync::Arc};

use kindred_storage::{
    Moment, Page, Severity,
    actors::{self, Actor},
    domains, instances, weeks,
};

use crate::{Kindred, Result, site};

/// So many weeks are told of.
const WEEKS: i64 = 12;
/// So many other servers are named at most.
const MOST_NAMES: i64 = 5_000;
/// So many domains that are held back are named at most.
const MOST_BLOCKS: i64 = 1_000;

/// What happened here in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// When it began.
    pub began: Moment,
    /// How much was written.
    pub posts: i64,
    /// How many people visited in it and not since: no more is known than when somebody was here last.
    pub visits: i64,
    /// How many people arrived.
    pub arrivals: i64,
}

/// Whoever answers questions about this house, if somebody of ours was named.
pub async fn contact(kindred: &Kindred) -> Result<Option<Actor>> {
    let Some(handle) = kindred.settings().house.contact.clone() else {
        return Ok(None);
    };
    kindred
        .read(move |db| Ok(actors::by_handle(db, &handle.to_lowercase(), "")?))
        .await
        .map(|actor| actor.filter(|actor| actor.deleted_at.is_none()))
}

/// The servers that are known here and not blocked, by name.
pub async fn neighbours(kindred: &Kindred) -> Result<Vec<String>> {
    kindred
        .read(|db| Ok(instances::names(db, MOST_NAMES)?))
        .await
}

/// The last twelve weeks, the latest first. Counting takes time, so the sums may be an hour old.
pub async fn weeks(kindred: &Kindred) -> Result<Arc<Vec<Week>>> {
    if let Some(known) = kindred.keys().weeks.get(&()) {
        return Ok(known);
    }
    let latest = weeks::of(kindred.now());
    let since = weeks::begins(latest - WEEKS + 1);
    let (posts, visits, arrivals) = kindred
        .read_apart(move |db| {
            Ok((
                by_week(weeks::posts(db, since)?),
                by_week(weeks::last_visits(db, since)?),
                by_week(weeks::arrivals(db, since)?),
            ))
        })
        .await?;
    let told = (0..WEEKS).map(|back| latest - back).map(|week| {
        let of = |counts: &HashMap<i64, i64>| counts.get(&week).copied().unwrap_or(0);
        Week {
            began: weeks::begins(week),
            posts: of(&posts),
            visits: of(&visits),
            arrivals: of(&arrivals),
        }
    });
    let told: Arc<Vec<Week>> = Arc::new(told.collect());
    kindred.keys().weeks.insert((), Arc::clone(&told));
    Ok(told)
}

fn by_week(counts: Vec<weeks::Week>) -> HashMap<i64, i64> {
    counts
        .into_iter()
        .map(|counted| (counted.week, counted.count))
        .collect()
}

/// A domain that is held back, as everybody who lives here may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBack {
    /// Its name, perhaps half hidden.
    pub domain: String,
    /// SHA-256 of its whole name.
    pub digest: String,
    /// How far.
    pub severity: Severity,
    /// Why, if that is told.
    pub comment: Option<String>,
}

/// The domains that are held back, the latest first. Who may ask is the door's business: whoever lives here, nobody else.
pub async fn held_back(kindred: &Kindred) -> Result<Vec<HeldBack>> {
    let blocks = kindred
        .read(|db| Ok(domains::blocks(db, &Page::first(MOST_BLOCKS))?))
        .await?;
    Ok(blocks
        .into_iter()
        .filter(|block| block.severity != Severity::Noop)
        .map(|block| HeldBack {
            digest: site::digest(&block.domain),
            domain: if block.obfuscate {
                half_hidden(&block.domain)
            } else {
                block.domain
            },
            severity: block.severity,
            comment: block.public_comment,
        })
        .collect())
}

/// A name with its middle starred out; the dots stay.
fn half_hidden(domain: &str) -> String {
    let length = domain.chars().count();
    let shown = length / 4;
    domain
        .chars()
        .enumerate()
        .map(|(place, letter)| {
            let middle = place >= shown && place + shown < length;
            if middle && letter != '.' { '*' } else { letter }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_half_hidden_so_that_who_knows_it_recognises_it() {
        assert_eq!(half_hidden("spam.example"), "spa*.****ple");
        assert_eq!(half_hidden("a.b"), "*.*");
    }
}
