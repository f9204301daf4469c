//! Complaints, and the record of what those who keep order did.
//!
//! The record only grows: there is no way to change or remove a line of it.

use diesel::prelude::*;

use crate::page::page;
use crate::schema::{audit, reports};
use crate::types::{ActorId, AuditId, Json, Moment, PostId, ReportCategory, ReportId, ReportState};
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
    /// What it is about.
    pub category: ReportCategory,
    /// The rules of the house that were broken, by their numbers.
    pub rules: Json<Vec<String>>,
    /// Whether it was told to the server where the person, or the group, is at home.
    pub forwarded: bool,
    /// Who looks after it.
    pub assigned_to: Option<ActorId>,
    /// Since when the keepers of the whole server look at it too; never, when it is a group's own affair.
    pub site_since: Option<Moment>,
}

/// Which complaints are looked for. What is `None` does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// In which group; without one, those that the whole server looks at.
    pub group: Option<ActorId>,
    /// Dealt with or not.
    pub state: Option<ReportState>,
    /// About whom.
    pub target: Option<ActorId>,
    /// By whom.
    pub reporter: Option<ActorId>,
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

/// The complaints that are looked for, the latest first.
pub fn page(db: &mut Conn, sought: Sought, page: &Page) -> QueryResult<Vec<Report>> {
    on!(db, |conn| {
        let mut query = Report::query().into_boxed();
        query = match sought.group {
            Some(group) => query.filter(reports::group_id.eq(group)),
            None => query.filter(reports::site_since.is_not_null()),
        };
        if let Some(state) = sought.state {
            query = query.filter(reports::state.eq(state));
        }
        if let Some(target) = sought.target {
            query = query.filter(reports::target_id.eq(target));
        }
        if let Some(reporter) = sought.reporter {
            query = query.filter(reports::reporter_id.eq(reporter));
        }
        page!(conn, query, reports::id, page)
    })
}

/// How many complaints somebody has made since a moment.
pub fn count_by(db: &mut Conn, reporter: ActorId, since: Moment) -> QueryResult<i64> {
    on!(db, |conn| reports::table
        .filter(reports::reporter_id.eq(reporter))
        .filter(reports::created_at.gt(since))
        .count()
        .get_result(conn))
}

/// Lets the keepers of the whole server look at a complaint that nobody has dealt with. `false` when they do already, or somebody has.
pub fn hand_to_site(db: &mut Conn, id: ReportId, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        reports::table
            .filter(reports::id.eq(id))
            .filter(reports::state.eq(ReportState::Open))
            .filter(reports::site_since.is_null())
    )
    .set(reports::site_since.eq(at))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Notes who looks after a complaint, or that nobody does.
pub fn assign(db: &mut Conn, id: ReportId, to: Option<ActorId>) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        reports::table.filter(reports::id.eq(id))
    )
    .set(reports::assigned_to.eq(to))
    .execute(conn))
    .map(drop)
}

/// Changes what a complaint is about.
pub fn file_under(
    db: &mut Conn,
    id: ReportId,
    category: ReportCategory,
    rules: &Json<Vec<String>>,
) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        reports::table.filter(reports::id.eq(id))
    )
    .set((reports::category.eq(category), reports::rules.eq(rules)))
    .execute(conn))
    .map(drop)
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

/// Notes that a complaint has to be dealt with again. `false` when it still had to be.
pub fn reopen(db: &mut Conn, id: ReportId) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        reports::table
            .filter(reports::id.eq(id))
            .filter(reports::state.eq(ReportState::Resolved))
    )
    .set((
        reports::state.eq(ReportState::Open),
        reports::handled_at.eq(None::<Moment>),
        reports::handled_by.eq(None::<ActorId>)
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

/// The line with this number.
pub fn line(db: &mut Conn, id: AuditId) -> QueryResult<Option<AuditLine>> {
    on!(db, |conn| AuditLine::query()
        .filter(audit::id.eq(id))
        .first(conn)
        .optional())
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

/// The record of one subject, as far as these acts go, the latest first.
pub fn record_of_subject(
    db: &mut Conn,
    subject: &str,
    actions: &[&str],
    limit: i64,
) -> QueryResult<Vec<AuditLine>> {
    on!(db, |conn| AuditLine::query()
        .filter(audit::subject.eq(subject))
        .filter(audit::action.eq_any(actions))
        .order(audit::id.desc())
        .limit(limit)
        .load(conn))
}

/// The whole record, the latest first.
pub fn whole_record(db: &mut Conn, page: &Page) -> QueryResult<Vec<AuditLine>> {
    on!(db, |conn| page!(conn, AuditLine::query(), audit::id, page))
}
