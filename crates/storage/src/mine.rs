//! What somebody has to do with the posts and people of one page: one question each, however long the page.
//!
//! They are asked with every timeline that somebody of ours reads, so every part of them is a look into an index.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use crate::statement::Statement;
use crate::types::{ActorId, Moment, PostId};
use crate::{Conn, on};

/// What somebody did with a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// They like it.
    Liked,
    /// They passed it on.
    Boosted,
    /// They keep it.
    Kept,
    /// They have heard enough of the conversation that it began.
    Muted,
}

/// How somebody stands to another, as far as it keeps the other's words away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// They want nothing to do with the other.
    Blocks,
    /// The other wants nothing to do with them.
    BlockedBy,
    /// They would rather not hear the other.
    Mutes,
    /// They would rather not hear the other, and not be told of them either.
    MutesNotices,
    /// They want to hear nothing from the other's server.
    Shuns,
    /// They read the other on a list of its own.
    ReadsApart,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Integer)]
    what: i32,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

fn as_list(numbers: impl Iterator<Item = i64>) -> String {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    format!("[{}]", numbers.join(","))
}

macro_rules! deeds {
    ($among:literal) => {
        concat!(
            "SELECT 1 AS what, post_id AS id FROM reactions WHERE actor_id = ? AND kind = 'like' AND post_id ", $among,
            " UNION ALL SELECT 2, post_id FROM boosts WHERE actor_id = ? AND undone_at IS NULL AND post_id ", $among,
            " UNION ALL SELECT 3, post_id FROM bookmarks WHERE actor_id = ? AND post_id ", $among,
            " UNION ALL SELECT 4, root_id FROM thread_mutes WHERE actor_id = ? AND root_id ", $among,
        )
    };
}

/// What somebody did with these posts; with `roots`, which of the conversations that these began they have heard enough of.
pub fn deeds(
    db: &mut Conn,
    who: ActorId,
    posts: &[PostId],
    roots: &[PostId],
) -> QueryResult<Vec<(Deed, PostId)>> {
    let posts = as_list(posts.iter().map(|id| id.0));
    let roots = as_list(roots.iter().map(|id| id.0));
    let statement = match db {
        Conn::Sqlite(_) => Statement::new(deeds!("IN (SELECT value FROM json_each(?))")),
        Conn::Postgres(_) => {
            Statement::new(deeds!("= ANY(CAST(translate(?, '[]', '{}') AS bigint[]))"))
        }
    };
    let found: Vec<Found> = on!(db, |conn| statement
        .with(who.0)
        .with(&posts)
        .with(who.0)
        .with(&posts)
        .with(who.0)
        .with(&posts)
        .with(who.0)
        .with(&roots)
        .load(conn))?;
    Ok(found
        .into_iter()
        .map(|found| {
            let deed = match found.what {
                1 => Deed::Liked,
                2 => Deed::Boosted,
                3 => Deed::Kept,
                _ => Deed::Muted,
            };
            (deed, PostId(found.id))
        })
        .collect())
}

macro_rules! distances {
    ($among:literal) => {
        concat!(
            "SELECT 1 AS what, target_id AS id FROM blocks WHERE actor_id = ? AND target_id ", $among,
            " UNION ALL SELECT 2, actor_id FROM blocks WHERE target_id = ? AND actor_id ", $among,
            " UNION ALL SELECT CASE WHEN notices THEN 4 ELSE 3 END, target_id FROM mutes \
             WHERE actor_id = ? AND (until IS NULL OR until > ?) AND target_id ", $among,
            " UNION ALL SELECT 5, a.id FROM shunned_hosts AS s JOIN actors AS a ON a.host = s.host \
             WHERE s.actor_id = ? AND a.id ", $among,
            " UNION ALL SELECT 6, m.actor_id FROM list_members AS m JOIN lists AS l ON l.id = m.list_id AND l.exclusive \
             WHERE m.owner_id = ? AND m.actor_id ", $among,
        )
    };
}

/// How somebody stands to each of these, as far as it keeps their words away. Whoever is not named is at no distance.
pub fn distances(
    db: &mut Conn,
    who: ActorId,
    others: &[ActorId],
    now: Moment,
) -> QueryResult<Vec<(Distance, ActorId)>> {
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let others = as_list(others.iter().map(|id| id.0));
    let statement = match db {
        Conn::Sqlite(_) => Statement::new(distances!("IN (SELECT value FROM json_each(?))")),
        Conn::Postgres(_) => Statement::new(distances!(
            "= ANY(CAST(translate(?, '[]', '{}') AS bigint[]))"
        )),
    };
    let found: Vec<Found> = on!(db, |conn| statement
        .with(who.0)
        .with(&others)
        .with(who.0)
        .with(&others)
        .with(who.0)
        .with(now.0)
        .with(&others)
        .with(who.0)
        .with(&others)
        .with(who.0)
        .with(&others)
        .load(conn))?;
    Ok(found
        .into_iter()
        .map(|found| {
            let distance = match found.what {
                1 => Distance::Blocks,
                2 => Distance::BlockedBy,
                3 => Distance::Mutes,
                4 => Distance::MutesNotices,
                5 => Distance::Shuns,
                _ => Distance::ReadsApart,
            };
            (distance, ActorId(found.id))
        })
        .collect())
}
