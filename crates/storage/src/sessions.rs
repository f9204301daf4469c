//! Signed-in browsers.
//!
//! What the browser shows is only kept as a hash; nothing here makes one.

use diesel::prelude::*;

use crate::accounts::Account;
use crate::actors::Actor;
use crate::schema::{accounts, actors, sessions};
use crate::types::{AccountId, Moment, SessionId};
use crate::{Conn, on};

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub struct Session {
    /// Our number for it.
    pub id: SessionId,
    /// Who signed in.
    pub account_id: AccountId,
    /// What its cookie is compared with.
    pub token_hash: String,
    /// When they signed in.
    pub created_at: Moment,
    /// When it was last used.
    pub last_seen_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
}

/// Adds a session.
pub fn insert(db: &mut Conn, session: &Session) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(sessions::table)
        .values(session)
        .execute(conn))
    .map(drop)
}

/// The session with this hash and who signed in, unless it has ended by `now`.
pub fn by_hash(
    db: &mut Conn,
    hash: &str,
    now: Moment,
) -> QueryResult<Option<(Session, Account, Actor)>> {
    on!(db, |conn| sessions::table
        .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
        .inner_join(actors::table.on(actors::id.eq(accounts::actor_id)))
        .filter(sessions::token_hash.eq(hash))
        .filter(sessions::expires_at.gt(now))
        .select((
            Session::as_select(),
            Account::as_select(),
            Actor::as_select()
        ))
        .first(conn)
        .optional())
}

/// Notes when a session was last used, and when it ends now.
pub fn touch(db: &mut Conn, id: SessionId, at: Moment, expires_at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        sessions::table.filter(sessions::id.eq(id))
    )
    .set((
        sessions::last_seen_at.eq(at),
        sessions::expires_at.eq(expires_at)
    ))
    .execute(conn))
    .map(drop)
}

/// Ends a session. `false` when there is none.
pub fn end(db: &mut Conn, id: SessionId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        sessions::table.filter(sessions::id.eq(id))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}

/// Ends every session of somebody, but the one they want to keep.
pub fn end_all(db: &mut Conn, account: AccountId, but: Option<SessionId>) -> QueryResult<usize> {
    let keep = but.unwrap_or(SessionId(i64::MIN));
    on!(db, |conn| diesel::delete(
        sessions::table
            .filter(sessions::account_id.eq(account))
            .filter(sessions::id.ne(keep))
    )
    .execute(conn))
}

/// The sessions of somebody, the latest used first.
pub fn of_account(db: &mut Conn, account: AccountId) -> QueryResult<Vec<Session>> {
    on!(db, |conn| Session::query()
        .filter(sessions::account_id.eq(account))
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .load(conn))
}

/// Forgets sessions that have ended by `now`.
pub fn sweep(db: &mut Conn, now: Moment) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        sessions::table.filter(sessions::expires_at.le(now))
    )
    .execute(conn))
}
