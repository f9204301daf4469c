//! What became of the acts of those who keep order, at each other server.
//!
//! Only such acts have receipts: nothing else that is said costs a row for each server that hears it.

use diesel::prelude::*;

use crate::schema::receipts;
use crate::types::{AuditId, Moment, ReceiptState};
use crate::{Conn, on};

/// What became of one act at one server.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = receipts, primary_key(line_id, host), treat_none_as_default_value = false)]
pub struct Receipt {
    /// The line of the record that tells of the act.
    pub line_id: AuditId,
    /// The server.
    pub host: String,
    /// What became of it there.
    pub state: ReceiptState,
    /// Why it is not applied.
    pub why: Option<String>,
    /// When this last changed.
    pub changed_at: Moment,
}

/// How many rows go into one statement.
const BATCH: usize = 500;

/// Opens receipts. What is open already stays as it is.
pub fn open(db: &mut Conn, receipts: &[Receipt]) -> QueryResult<()> {
    for batch in receipts.chunks(BATCH) {
        on!(db, |conn| diesel::insert_into(receipts::table)
            .values(batch)
            .on_conflict_do_nothing()
            .execute(conn))?;
    }
    Ok(())
}

/// Writes down what became of an act. A server that took it once has taken it, whatever another of its inboxes says.
pub fn settle(
    db: &mut Conn,
    line: AuditId,
    host: &str,
    state: ReceiptState,
    why: Option<&str>,
    at: Moment,
) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        receipts::table
            .filter(receipts::line_id.eq(line))
            .filter(receipts::host.eq(host))
            .filter(receipts::state.ne(ReceiptState::Applied))
    )
    .set((
        receipts::state.eq(state),
        receipts::why.eq(why),
        receipts::changed_at.eq(at)
    ))
    .execute(conn))
    .map(drop)
}

/// Nothing more is said to a server: what was on its way there never arrives.
pub fn give_up_on(db: &mut Conn, host: &str, why: &str, at: Moment) -> QueryResult<usize> {
    on!(db, |conn| diesel::update(
        receipts::table
            .filter(receipts::host.eq(host))
            .filter(receipts::state.eq(ReceiptState::Waiting))
    )
    .set((
        receipts::state.eq(ReceiptState::GaveUp),
        receipts::why.eq(why),
        receipts::changed_at.eq(at)
    ))
    .execute(conn))
}

/// The receipts of one line, by the names of the servers, from behind `after`.
pub fn of_line(db: &mut Conn, line: AuditId, after: &str, limit: i64) -> QueryResult<Vec<Receipt>> {
    on!(db, |conn| Receipt::query()
        .filter(receipts::line_id.eq(line))
        .filter(receipts::host.gt(after))
        .order(receipts::host)
        .limit(limit)
        .load(conn))
}
