//! Agreements between companies: what flows, since when, and by whose word.
//!
//! Whether there is one now is also kept with the server itself, where every read and every delivery looks.

use diesel::prelude::*;

use crate::schema::{agreements, instances};
use crate::types::{Agreement as Standing, AgreementState, Json, Moment};
use crate::{Conn, on};

/// What two companies have agreed, as both see it.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = agreements, primary_key(host), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Agreement {
    /// The other server.
    pub host: String,
    /// The address of the proposal.
    pub uri: String,
    /// The other company, as it calls itself.
    pub company: Option<String>,
    /// Whether the proposal was ours.
    pub ours: bool,
    /// What flows: `groups`, `counts`, `people`.
    pub flows: Json<Vec<String>>,
    /// How far it has come.
    pub state: AgreementState,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Moment,
    /// Who accepted it.
    pub accepted_by: Option<String>,
    /// When.
    pub agreed_at: Option<Moment>,
    /// Who ended or declined it.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<Moment>,
    /// What the other side's directory was when we last read all of it.
    pub digest: Option<String>,
    /// When that was.
    pub synced_at: Option<Moment>,
}

impl Agreement {
    /// Whether both said yes and nobody has ended it.
    pub fn holds(&self) -> bool {
        self.state == AgreementState::Agreed
    }

    /// Whether this flows under it.
    pub fn lets_flow(&self, what: &str) -> bool {
        self.holds() && self.flows.iter().any(|flow| flow == what)
    }
}

/// The agreement with a server, whatever has become of it.
pub fn with(db: &mut Conn, host: &str) -> QueryResult<Option<Agreement>> {
    on!(db, |conn| Agreement::query()
        .filter(agreements::host.eq(host))
        .first(conn)
        .optional())
}

/// All agreements that hold, were proposed or have ended, by host.
pub fn all(db: &mut Conn) -> QueryResult<Vec<Agreement>> {
    on!(db, |conn| Agreement::query()
        .order(agreements::host)
        .load(conn))
}

/// The agreements that hold.
pub fn holding(db: &mut Conn) -> QueryResult<Vec<Agreement>> {
    on!(db, |conn| Agreement::query()
        .filter(agreements::state.eq(AgreementState::Agreed))
        .order(agreements::host)
        .load(conn))
}

/// Writes an agreement down, also where every read and every delivery looks. The server has to be known.
pub fn record(db: &mut Conn, agreement: &Agreement) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(agreements::table)
        .values(agreement)
        .on_conflict(agreements::host)
        .do_update()
        .set(agreement)
        .execute(conn))?;
    let standing = match (agreement.state, agreement.ours) {
        (AgreementState::Proposed, true) => Standing::Proposed,
        (AgreementState::Proposed, false) => Standing::Asked,
        (AgreementState::Agreed, _) => Standing::Agreed,
        (AgreementState::Ended, _) => Standing::None,
    };
    on!(db, |conn| diesel::update(
        instances::table.filter(instances::host.eq(&agreement.host))
    )
    .set(instances::agreement.eq(standing))
    .execute(conn))
    .map(drop)
}

/// Notes how the other side's directory was when we read it.
pub fn note_synced(db: &mut Conn, host: &str, digest: Option<&str>, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        agreements::table.filter(agreements::host.eq(host))
    )
    .set((
        agreements::digest.eq(digest),
        agreements::synced_at.eq(Some(at))
    ))
    .execute(conn))
    .map(drop)
}
