//! What is left to do, in lanes.
//!
//! A lane is a queue: its jobs run one after the other, while lanes run side by side. `to:host` carries what is said
//! to a server, `from:host` what it told us, `local` the rest. So a server that sleeps delays nobody but itself.

use diesel::prelude::*;

use crate::schema::{jobs, lanes};
use crate::types::{JobId, Moment};

/// Something left to do.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
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
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = lanes, primary_key(name), treat_none_as_default_value = false)]
pub struct Lane {
    /// `to:host`, `from:host` or `local`.
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
