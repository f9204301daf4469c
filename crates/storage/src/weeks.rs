//! What happened in each week: posts, arrivals, visits. Counted when somebody asks; nothing is kept about it.
//!
//! A week begins on Monday at midnight, UTC, and is named by how many weeks lie between it and the one in which 1970 began.

use diesel::RunQueryDsl as _;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::statement::Statement;
use crate::types::Moment;
use crate::{Conn, on};

/// How long a week is. Units: milliseconds.
pub const WEEK: i64 = 7 * 24 * 3_600_000;
/// 1970 began on a Thursday.
const MONDAY: i64 = 3 * 24 * 3_600_000;

/// A week, and how often something happened in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Week {
    /// Which week.
    #[diesel(sql_type = BigInt)]
    pub week: i64,
    /// How often.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

/// The week in which a moment lies.
pub fn of(moment: Moment) -> i64 {
    (moment.0 + MONDAY).div_euclid(WEEK)
}

/// When a week begins.
pub fn begins(week: i64) -> Moment {
    Moment(week * WEEK - MONDAY)
}

/// What people here wrote since a moment.
pub fn posts(db: &mut Conn, since: Moment) -> QueryResult<Vec<Week>> {
    counted(
        db,
        "SELECT (posts.published_at + 259200000) / 604800000 AS week, count(*) AS count FROM posts \
         JOIN actors ON actors.id = posts.author_id \
         WHERE actors.host = '' AND posts.deleted_at IS NULL AND posts.published_at >= ? GROUP BY 1",
        since,
    )
}

/// Who arrived since a moment.
pub fn arrivals(db: &mut Conn, since: Moment) -> QueryResult<Vec<Week>> {
    counted(
        db,
        "SELECT (created_at + 259200000) / 604800000 AS week, count(*) AS count FROM accounts \
         WHERE created_at >= ? GROUP BY 1",
        since,
    )
}

/// Whose latest visit was since a moment, in the week of that visit.
pub fn last_visits(db: &mut Conn, since: Moment) -> QueryResult<Vec<Week>> {
    counted(
        db,
        "SELECT (last_seen_at + 259200000) / 604800000 AS week, count(*) AS count FROM accounts \
         WHERE last_seen_at >= ? GROUP BY 1",
        since,
    )
}

fn counted(db: &mut Conn, sql: &'static str, since: Moment) -> QueryResult<Vec<Week>> {
    on!(db, |conn| Statement::new(sql).with(since.0).load(conn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday() {
        // The last Monday of January 2026, and the moment before it.
        let monday = Moment(1_769_385_600_000);
        assert_eq!(begins(of(monday)), monday);
        assert_eq!(of(Moment(monday.0 - 1)), of(monday) - 1);
        assert_eq!(of(Moment(monday.0 + WEEK - 1)), of(monday));
    }
}
