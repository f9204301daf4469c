//! Complaints, and the record of what those who keep order did.
//!
//! The record only grows: there is no way to change or remove a line of it.

use diesel::prelude::*;

use crate::page::page;
use crate::schema::{audit, reports};
use crate::types::{ActorId, AuditId, Json, Moment, PostId, ReportId, ReportState};
use crate::{Conn, Page, on};

/// A complaint.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = reports, treat_none_as_default_value = false)]
pub struct Report {
    /// Our number for it.
    pub id: ReportId,
    /// Its id on the wire, when it came from another server.
    pub uri: Option<String>,
    /// Who complains.
    pub reporter_id: ActorId,
    /// About whom.
    pub target_id: Option<ActorId>,
    /// In which group.
    pub group_id: Option<ActorId>,
    /// About which posts.
    pub posts: Json<Vec<PostId>>,
    /// In their words.
    pub comment: String,
    /// Whether it has been dealt with.
    pub state: ReportState,
    /// When it was made.
    pub created_at: Moment,
    /// When it was dealt with.
    pub handled_at: Option<Moment>,
    /// By whom.
    pub handled_by: Option<ActorId>,
}

/// A line of the record.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub struct AuditLine {
    /// Our number for it.
    pub id: AuditId,
    /// When.
    pub at: Moment,
    /// Who; nobody, when the server did it by itself.
    pub actor_id: Option<ActorId>,
    /// What they did: `remove_post`, `ban`, …
    pub action: String,
    /// To what: an address or a name.
    pub subject: String,
    /// In which group.
    pub group_id: Option<ActorId>,
    /// What else is worth knowing.
    pub detail: Json<serde_json::Value>,
}

/// Adds a complaint. `false` when it is known already.
pub fn insert(db: &mut Conn, report: &Report) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(reports::table)
        .values(report)
        .on_conflict_do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}

/// The complaint with this number.
pub fn find(db: &mut Conn, id: ReportId) -> QueryResult<Option<Report>> {
    on!(db, |conn| Report::query()
        .filter(reports::id.eq(id))
        .first(conn)
        .optional())
}

/// Complaints about what happened in one group, the latest first.
pub fn page_of_group(
    db: &mut Conn,
    group: ActorId,
    state: ReportState,
    page: &Page,
) -> QueryResult<Vec<Report>> {
    on!(db, |conn| page!(
        conn,
        Report::query()
            .filter(reports::group_id.eq(group))
            .filter(reports::state.eq(state)),
        reports::id,
        page
    ))
}

/// All complaints, the latest first.
pub fn page(db: &mut Conn, state: ReportState, page: &Page) -> QueryResult<Vec<Report>> {
    on!(db, |conn| page!(
        conn,
        Report::query().filter(reports::state.eq(state)),
        reports::id,
        page
    ))
}

/// Notes that a complaint has been dealt with. `false` when it had been already.
pub fn resolve(db: &mut Conn, id: ReportId, by: ActorId, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        reports::table
            .filter(reports::id.eq(id))
            .filter(reports::state.eq(ReportState::Open))
    )
    .set((
        reports::state.eq(ReportState::Resolved),
        reports::handled_at.eq(at),
        reports::handled_by.eq(by)
    ))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Writes a line into the record.
pub fn record(db: &mut Conn, line: &AuditLine) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(audit::table)
        .values(line)
        .execute(conn))
    .map(drop)
}

/// The record of one group, the latest first.
pub fn record_of_group(db: &mut Conn, group: ActorId, page: &Page) -> QueryResult<Vec<AuditLine>> {
    on!(db, |conn| page!(
        conn,
        AuditLine::query().filter(audit::group_id.eq(group)),
        audit::id,
        page
    ))
}

/// The whole record, the latest first.
pub fn whole_record(db: &mut Conn, page: &Page) -> QueryResult<Vec<AuditLine>> {
    on!(db, |conn| page!(conn, AuditLine::query(), audit::id, page))
}
