//! What is left to do, in lanes.
//!
//! A lane is a queue: its jobs run one after the other, while lanes run side by side. `to:host` carries what is said
//! to a server, `from:host` what it told us, `look:host` what is to be looked up there, `out:actor` what somebody of
//! ours says. So a server that sleeps delays nobody but itself.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::one_of::one_of;
use crate::schema::{jobs, lanes};
use crate::statement::Statement;
use crate::types::{JobId, Moment};
use crate::{Conn, QueryError, on};

/// Something left to do.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, QueryableByName, Insertable)]
#[diesel(table_name = jobs, treat_none_as_default_value = false)]
pub struct Job {
    /// Our number for it; jobs of a lane run in this order.
    pub id: JobId,
    /// The queue it stands in.
    pub lane: String,
    /// What it is, for those who look at the queue.
    pub kind: String,
    /// How often it has failed.
    pub attempts: i32,
    /// Not to be begun earlier.
    pub not_before: Option<Moment>,
    /// When it was enqueued.
    pub created_at: Moment,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// Since when it is out of the way, because it failed too often.
    pub set_aside_at: Option<Moment>,
    /// What to do, as JSON.
    pub payload: String,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, QueryableByName, Insertable)]
#[diesel(table_name = lanes, primary_key(name), treat_none_as_default_value = false)]
pub struct Lane {
    /// `to:host`, `from:host`, `out:actor` or `look:host`.
    pub name: String,
    /// When its first job may run; [`Moment::NEVER`] when it is empty.
    pub due_at: Moment,
    /// Until when somebody works on it.
    pub leased_until: Moment,
    /// Counts what was enqueued, so that an end can tell whether something came meanwhile.
    pub version: i64,
    /// How often its first job has failed in a row.
    pub failures: i32,
    /// Since when.
    pub failing_since: Option<Moment>,
    /// Why.
    pub last_error: Option<String>,
}

/// How full the queues are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Counts {
    /// Jobs that will run.
    #[diesel(sql_type = BigInt)]
    pub waiting: i64,
    /// Jobs that failed too often.
    #[diesel(sql_type = BigInt)]
    pub set_aside: i64,
    /// When the oldest waiting job was enqueued; [`Moment::NEVER`] when there is none.
    #[diesel(sql_type = BigInt)]
    pub oldest: Moment,
}

impl Job {
    /// A job as it is when it is new.
    pub fn new(
        id: JobId,
        lane: impl Into<String>,
        kind: impl Into<String>,
        payload: String,
        at: Moment,
    ) -> Self {
        Self {
            id,
            lane: lane.into(),
            kind: kind.into(),
            attempts: 0,
            not_before: None,
            created_at: at,
            last_error: None,
            set_aside_at: None,
            payload,
        }
    }

    /// The same job, not to be begun before `moment`. Jobs behind it in the lane do not wait for it.
    #[must_use]
    pub fn not_before(self, moment: Moment) -> Self {
        Self {
            not_before: Some(moment),
            ..self
        }
    }
}

/// How many rows go into one statement: SQLite takes at most 32,766 values, and more rows would save nothing.
const BATCH: usize = 500;

/// Enqueues jobs, and makes their lanes due.
///
/// A lane that is failing keeps waiting until its time has come: new work must not hammer a server that is down.
pub fn enqueue(db: &mut Conn, jobs: &[Job]) -> QueryResult<()> {
    // In the order of their names: on PostgreSQL two writers that lock the same lanes then never wait for each other
    // in a circle.
    let mut due: BTreeMap<&str, Moment> = BTreeMap::new();
    for job in jobs {
        let at = job.not_before.unwrap_or(job.created_at);
        due.entry(&job.lane)
            .and_modify(|earliest| *earliest = at.min(*earliest))
            .or_insert(at);
    }
    if let [job] = jobs {
        on!(db, |conn| diesel::insert_into(jobs::table)
            .values(job)
            .execute(conn))?;
    } else {
        for batch in jobs.chunks(BATCH) {
            on!(db, |conn| diesel::insert_into(jobs::table)
                .values(batch)
                .execute(conn))?;
        }
    }
    make_due(db, &due)
}

/// What becomes of a lane's time when something is added to it.
macro_rules! due_with_more {
    () => {
        "CASE WHEN lanes.due_at <= excluded.due_at THEN lanes.due_at \
         WHEN lanes.failures > 0 AND lanes.due_at < 9223372036854775807 THEN lanes.due_at \
         ELSE excluded.due_at END"
    };
}

/// Makes lanes due at these moments or earlier, and counts that something was added to them.
fn make_due(db: &mut Conn, due: &BTreeMap<&str, Moment>) -> QueryResult<()> {
    if let (1, Some((lane, at))) = (due.len(), due.iter().next()) {
        // By far the most common case, so it is prepared once.
        let statement = Statement::new(concat!(
            "INSERT INTO lanes (name, due_at, version) VALUES (?, ?, 1) \
             ON CONFLICT (name) DO UPDATE SET version = lanes.version + 1, due_at = ",
            due_with_more!(),
        ));
        return on!(db, |conn| statement.with(*lane).with(at.0).execute(conn)).map(drop);
    }
    let rows: Vec<_> = due
        .iter()
        .map(|(lane, at)| {
            (
                lanes::name.eq(*lane),
                lanes::due_at.eq(*at),
                lanes::version.eq(1),
            )
        })
        .collect();
    for batch in rows.chunks(BATCH) {
        on!(db, |conn| diesel::insert_into(lanes::table)
            .values(batch)
            .on_conflict(lanes::name)
            .do_update()
            .set((
                lanes::version.eq(lanes::version + 1),
                lanes::due_at.eq(sql::<BigInt>(due_with_more!()))
            ))
            .execute(conn))?;
    }
    Ok(())
}

/// How a lane has been doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Its last job was done.
    Well,
    /// Its first job failed at least once.
    Failing,
}

/// Takes the right to work on lanes that are due and have been doing well, or have not. The longest due come first. What
/// is claimed is nobody else's until `lease_until`.
pub fn claim_lanes(
    db: &mut Conn,
    now: Moment,
    lease_until: Moment,
    limit: i64,
    health: Health,
) -> QueryResult<Vec<Lane>> {
    let (fewest, most) = match health {
        Health::Well => (0, 0),
        Health::Failing => (1, i64::from(i32::MAX)),
    };
    match db {
        // Nobody else writes meanwhile.
        Conn::Sqlite(conn) => Statement::new(
            "UPDATE lanes SET leased_until = ? WHERE name IN (SELECT name FROM lanes \
             WHERE due_at <= ? AND leased_until <= ? AND failures BETWEEN ? AND ? ORDER BY due_at LIMIT ?) RETURNING *",
        )
        .with(lease_until.0)
        .with(now.0)
        .with(now.0)
        .with(fewest)
        .with(most)
        .with(limit)
        .load(conn),
        // Others may claim at the same moment: what they have locked is passed over rather than waited for. The rows
        // are picked before anything is joined to them, or the limit might be applied more than once.
        Conn::Postgres(conn) => Statement::new(
            "WITH picked AS MATERIALIZED (SELECT name FROM lanes \
             WHERE due_at <= ? AND leased_until <= ? AND failures BETWEEN ? AND ? \
             ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED) \
             UPDATE lanes SET leased_until = ? FROM picked WHERE lanes.name = picked.name RETURNING lanes.*",
        )
        .with(now.0)
        .with(now.0)
        .with(fewest)
        .with(most)
        .with(limit)
        .with(lease_until.0)
        .load(conn),
    }
}

/// When the next lane can be claimed; [`Moment::NEVER`] when nothing waits.
pub fn next_due(db: &mut Conn) -> QueryResult<Moment> {
    #[derive(QueryableByName)]
    struct Next {
        #[diesel(sql_type = BigInt)]
        at: Moment,
    }
    // Those that somebody works on come first in the index, but they are few.
    let statement = Statement::new(
        "SELECT coalesce(min(CASE WHEN due_at > leased_until THEN due_at ELSE leased_until END), \
         9223372036854775807) AS at FROM (SELECT due_at, leased_until FROM lanes \
         WHERE due_at < 9223372036854775807 ORDER BY due_at LIMIT 1000) AS soon",
    );
    on!(db, |conn| statement.get_result::<Next>(conn)).map(|next| next.at)
}

/// The first `limit` jobs of a lane that may run now, in order.
pub fn next_in_lane(db: &mut Conn, lane: &str, now: Moment, limit: i64) -> QueryResult<Vec<Job>> {
    heads(db, &[lane], now, limit)
}

/// The first `limit` jobs of each of these lanes that may run now: lane by lane, each in order.
pub fn heads(db: &mut Conn, lanes: &[&str], now: Moment, limit: i64) -> QueryResult<Vec<Job>> {
    let names = serde_json::to_string(lanes)
        .map_err(|error| QueryError::SerializationError(error.into()))?;
    // The list travels as one value, so that the statement is the same for any number of lanes.
    let statement = match db {
        Conn::Sqlite(_) => Statement::new(
            "SELECT jobs.* FROM json_each(?) AS wanted CROSS JOIN jobs WHERE jobs.id IN \
             (SELECT id FROM jobs AS j WHERE j.lane = wanted.value AND j.set_aside_at IS NULL \
             AND (j.not_before IS NULL OR j.not_before <= ?) ORDER BY j.id LIMIT ?) ORDER BY jobs.lane, jobs.id",
        ),
        Conn::Postgres(_) => Statement::new(
            "SELECT head.* FROM json_array_elements_text(CAST(? AS json)) AS wanted(name) \
             CROSS JOIN LATERAL (SELECT * FROM jobs WHERE jobs.lane = wanted.name AND jobs.set_aside_at IS NULL \
             AND (jobs.not_before IS NULL OR jobs.not_before <= ?) ORDER BY jobs.id LIMIT ?) AS head \
             ORDER BY head.lane, head.id",
        ),
    };
    on!(db, |conn| statement
        .with(&names)
        .with(now.0)
        .with(limit)
        .load(conn))
}

/// Takes jobs that are done off their lane.
pub fn finish(db: &mut Conn, ids: &[JobId]) -> QueryResult<()> {
    match ids {
        [] => Ok(()),
        [id] => on!(db, |conn| diesel::delete(
            jobs::table.filter(jobs::id.eq(id))
        )
        .execute(conn))
        .map(drop),
        _ => on!(db, |conn| diesel::delete(
            jobs::table.filter(one_of(jobs::id, ids))
        )
        .execute(conn))
        .map(drop),
    }
}

/// Gives a claimed lane back after its jobs went well. It becomes due again at once if anything is left in it.
///
/// `lane` is what the claim answered: if something was enqueued since, the lane is looked at again, so nothing is
/// overlooked that was enqueued while it was being found empty. `false` when the claim had run out and somebody else
/// holds the lane now; then nothing changes.
pub fn lane_done(db: &mut Conn, lane: &Lane, now: Moment) -> QueryResult<bool> {
    let statement = Statement::new(
        "UPDATE lanes SET leased_until = 0, failures = 0, failing_since = NULL, last_error = NULL, due_at = CASE \
         WHEN version <> ? OR EXISTS (SELECT 1 FROM jobs \
         WHERE lane = lanes.name AND set_aside_at IS NULL AND not_before IS NULL) THEN ? \
         ELSE coalesce((SELECT min(not_before) FROM jobs \
         WHERE lane = lanes.name AND set_aside_at IS NULL AND not_before IS NOT NULL), 9223372036854775807) END \
         WHERE name = ? AND leased_until = ?",
    )
    .with(lane.version)
    .with(now.0)
    .with(&lane.name)
    .with(lane.leased_until.0);
    on!(db, |conn| statement.execute(conn)).map(|changed| changed > 0)
}

/// Gives a claimed lane back after its first job failed: all of it waits until `due`.
///
/// `false` when the claim had run out and somebody else holds the lane now; then nothing changes.
pub fn lane_failed(
    db: &mut Conn,
    lane: &Lane,
    due: Moment,
    error: &str,
    now: Moment,
) -> QueryResult<bool> {
    let statement = Statement::new(
        "UPDATE lanes SET leased_until = 0, failures = failures + 1, failing_since = coalesce(failing_since, ?), \
         last_error = ?, due_at = ? WHERE name = ? AND leased_until = ?",
    )
    .with(now.0)
    .with(error)
    .with(due.0)
    .with(&lane.name)
    .with(lane.leased_until.0);
    on!(db, |conn| statement.execute(conn)).map(|changed| changed > 0)
}

/// Gives a claimed lane back as it was: for an orderly end of the program.
pub fn lane_released(db: &mut Conn, lane: &Lane) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        lanes::table
            .filter(lanes::name.eq(&lane.name))
            .filter(lanes::leased_until.eq(lane.leased_until))
    )
    .set(lanes::leased_until.eq(Moment::START))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Extends the claim of a lane. `false` when it had run out and somebody else holds the lane now.
pub fn renew(db: &mut Conn, lane: &Lane, lease_until: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        lanes::table
            .filter(lanes::name.eq(&lane.name))
            .filter(lanes::leased_until.eq(lane.leased_until))
    )
    .set(lanes::leased_until.eq(lease_until))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Notes that a job failed, and why, and lets those behind it go on: it is not to be begun again before `until`.
pub fn postpone(db: &mut Conn, id: JobId, error: &str, until: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        jobs::table.filter(jobs::id.eq(id))
    )
    .set((
        jobs::attempts.eq(jobs::attempts + 1),
        jobs::last_error.eq(error),
        jobs::not_before.eq(until),
    ))
    .execute(conn))
    .map(drop)
}

/// Takes a job that fails again and again out of the way of those behind it. It is kept for somebody to look at.
pub fn set_aside(db: &mut Conn, id: JobId, error: &str, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        jobs::table.filter(jobs::id.eq(id))
    )
    .set((
        jobs::attempts.eq(jobs::attempts + 1),
        jobs::last_error.eq(error),
        jobs::set_aside_at.eq(at),
    ))
    .execute(conn))
    .map(drop)
}

/// Lets a lane run now instead of later: its server has been heard from. An empty lane stays empty.
pub fn wake(db: &mut Conn, lane: &str, now: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        lanes::table
            .filter(lanes::name.eq(lane))
            .filter(lanes::due_at.gt(now))
            .filter(lanes::due_at.lt(Moment::NEVER))
    )
    .set(lanes::due_at.eq(now))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Drops everything that waits in a lane, and the lane. Answers how many jobs that were.
pub fn drop_lane(db: &mut Conn, lane: &str) -> QueryResult<usize> {
    on!(db, |conn| {
        diesel::delete(lanes::table.filter(lanes::name.eq(lane))).execute(conn)?;
        diesel::delete(
            jobs::table
                .filter(jobs::lane.eq(lane))
                .filter(jobs::set_aside_at.is_null()),
        )
        .execute(conn)
    })
}

/// The lane of this name, if anything was ever put in it.
pub fn lane(db: &mut Conn, name: &str) -> QueryResult<Option<Lane>> {
    on!(db, |conn| Lane::query()
        .filter(lanes::name.eq(name))
        .first(conn)
        .optional())
}

/// Lanes whose first job keeps failing, those that have failed longest first.
pub fn failing(db: &mut Conn, limit: i64) -> QueryResult<Vec<Lane>> {
    on!(db, |conn| Lane::query()
        .filter(lanes::failures.gt(0))
        .filter(lanes::due_at.lt(Moment::NEVER))
        .order(lanes::failing_since)
        .limit(limit)
        .load(conn))
}

/// Jobs that failed too often, the latest first.
pub fn aside(db: &mut Conn, limit: i64) -> QueryResult<Vec<Job>> {
    on!(db, |conn| Job::query()
        .filter(jobs::set_aside_at.is_not_null())
        .order((jobs::set_aside_at.desc(), jobs::id.desc()))
        .limit(limit)
        .load(conn))
}

/// How full the queues are.
pub fn counts(db: &mut Conn) -> QueryResult<Counts> {
    let statement = Statement::new(
        "SELECT count(*) - count(set_aside_at) AS waiting, count(set_aside_at) AS set_aside, \
         coalesce(min(CASE WHEN set_aside_at IS NULL THEN created_at END), 9223372036854775807) AS oldest FROM jobs",
    );
    on!(db, |conn| statement.get_result(conn))
}
