//! Parts of long lists: as full as they can be, though some lines are not for the viewer, and with ends that paging can rely on.

use std::collections::HashSet;

use kindred_storage::{ActorId, Conn, Moment, Page, mine, sanctions};

use crate::{
    Result,
    policy::{self, Place},
    timelines::USUAL,
    views::{Section, Viewer},
};

/// The longest part that anybody gets at once.
pub const MOST: i64 = 80;

/// How often a part is filled up with what lies beyond it before the viewer has to ask again.
const ROUNDS: usize = 4;

/// A page that can be served: nonsense in its limit becomes the usual, too much becomes the most.
pub(crate) fn bounded(page: Page) -> Page {
    let limit = if page.limit <= 0 {
        USUAL
    } else {
        page.limit.min(MOST)
    };
    Page { limit, ..page }
}

/// One part of a list. `load` gives its lines, `cursor` tells where a line lies, `keep` what of the lines the viewer is shown. Both are
/// handed what they ask, which is the database.
pub(crate) fn section<C, L, T>(
    db: &mut C,
    page: Page,
    cursor: impl Fn(&L) -> i64,
    mut load: impl FnMut(&mut C, &Page) -> Result<Vec<L>>,
    mut keep: impl FnMut(&mut C, Vec<L>) -> Result<Vec<(i64, T)>>,
) -> Result<Section<T>> {
    let page = bounded(page);
    let wanted = usize::try_from(page.limit).unwrap_or(0);
    let upward = page.above.is_some();
    // One more than wanted, to know whether there is any.
    let mut ask = Page {
        limit: page.limit + 1,
        ..page
    };
    let mut found: Vec<(i64, T)> = Vec::new();
    let mut ends: Option<(i64, i64)> = None;
    let mut more = false;
    for _ in 0..ROUNDS {
        let mut lines = load(db, &ask)?;
        more = lines.len() > wanted;
        if more && upward {
            lines.drain(..lines.len() - wanted);
        }
        lines.truncate(wanted);
        let (Some(newest), Some(oldest)) = (lines.first().map(&cursor), lines.last().map(&cursor))
        else {
            break;
        };
        ends = Some(ends.map_or((newest, oldest), |(top, bottom)| {
            (top.max(newest), bottom.min(oldest))
        }));
        let kept = keep(db, lines)?;
        if upward {
            found.splice(0..0, kept);
            ask.above = Some(newest);
        } else {
            found.extend(kept);
            ask.before = Some(oldest);
        }
        if !more || found.len() >= wanted {
            break;
        }
    }
    if found.len() > wanted {
        more = true;
        if upward {
            found.drain(..found.len() - wanted);
            ends = ends.map(|(_, bottom)| (found[0].0, bottom));
        } else {
            found.truncate(wanted);
            ends = ends.map(|(top, _)| (top, found[wanted - 1].0));
        }
    }
    Ok(Section {
        items: found.into_iter().map(|(_, item)| item).collect(),
        ends,
        more,
    })
}

/// A list of which the viewer is shown every line.
pub(crate) fn whole<L>(
    db: &mut Conn,
    page: Page,
    cursor: impl Fn(&L) -> i64,
    load: impl FnMut(&mut Conn, &Page) -> Result<Vec<L>>,
) -> Result<Section<L>> {
    section(db, page, &cursor, load, |_, lines| {
        Ok(lines
            .into_iter()
            .map(|line| (cursor(&line), line))
            .collect())
    })
}

/// Those of `whom` whose words do not reach the viewer in this place.
pub(crate) fn kept_away(
    db: &mut Conn,
    viewer: &Viewer,
    now: Moment,
    place: Place,
    whom: &[ActorId],
) -> Result<HashSet<ActorId>> {
    let Some(who) = viewer.actor() else {
        return Ok(HashSet::new());
    };
    Ok(mine::distances(db, who, whom, now)?
        .into_iter()
        .filter(|(distance, other)| *other != who && !policy::reaches(place, *other, *distance))
        .map(|(_, other)| other)
        .collect())
}

/// Those of `whom` whom the keepers of this server let only their followers hear. Where everybody reads, nobody else does.
pub(crate) fn silenced(
    db: &mut Conn,
    viewer: &Viewer,
    whom: &[ActorId],
) -> Result<HashSet<ActorId>> {
    if matches!(viewer, Viewer::Server(_)) {
        // What another server is told does not depend on whom we like.
        return Ok(HashSet::new());
    }
    let mut silenced = sanctions::silenced(db, whom, viewer.actor())?;
    silenced.retain(|whom| viewer.actor() != Some(*whom));
    Ok(silenced.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for a part of the numbers 1 to 20, of which only some are shown.
    fn part(page: Page, shown: impl Fn(i64) -> bool) -> Section<i64> {
        section(
            &mut (),
            page,
            |n| *n,
            |(), page| {
                let mut lines: Vec<i64> = (1..=20).rev().collect();
                lines.retain(|n| page.before.is_none_or(|before| *n < before));
                lines.retain(|n| page.since.is_none_or(|since| *n > since));
                lines.retain(|n| page.above.is_none_or(|above| *n > above));
                let limit = usize::try_from(page.limit).unwrap();
                if page.above.is_some() {
                    lines.drain(..lines.len().saturating_sub(limit));
                }
                lines.truncate(limit);
                Ok(lines)
            },
            |(), lines| {
                Ok(lines
                    .into_iter()
                    .filter(|n| shown(*n))
                    .map(|n| (n, n))
                    .collect())
            },
        )
        .unwrap()
    }

    #[test]
    fn a_part_is_filled_up_with_what_lies_beyond_it() {
        let even = |n: i64| n % 2 == 0;
        let top = part(Page::first(4), even);
        assert_eq!(
            (top.items, top.ends, top.more),
            (vec![20, 18, 16, 14], Some((20, 13)), true)
        );
        let next = part(Page::before(13, 4), even);
        assert_eq!((next.items, next.ends), (vec![12, 10, 8, 6], Some((12, 5))));
        let above = part(Page::above(5, 4), even);
        assert_eq!(
            (above.items, above.ends, above.more),
            (vec![12, 10, 8, 6], Some((13, 6)), true)
        );
        let last = part(Page::before(5, 4), even);
        assert_eq!((last.items, last.more), (vec![4, 2], false));
    }

    #[test]
    fn too_many_of_two_rounds_are_cut_off_again() {
        let all_but_two = |n: i64| n != 19 && n != 18;
        let top = part(Page::first(4), all_but_two);
        assert_eq!(
            (top.items, top.ends, top.more),
            (vec![20, 17, 16, 15], Some((20, 15)), true)
        );
    }

    #[test]
    fn a_part_of_which_nothing_is_shown_still_says_where_it_goes_on() {
        let none = part(Page::first(4), |_| false);
        assert_eq!(
            (none.items, none.ends, none.more),
            (vec![], Some((20, 5)), true)
        );
        let end = part(Page::before(1, 4), |_| true);
        assert_eq!((end.items, end.ends, end.more), (vec![], None, false));
    }
}
