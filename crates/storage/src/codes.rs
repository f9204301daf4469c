//! What a program gets in exchange for somebody's consent, to be swapped for a token.
//!
//! Only hashes are kept; nothing here makes one, or says whether a program may have the token.

use diesel::prelude::*;

use crate::schema::codes;
use crate::types::{AccountId, AppId, Moment};
use crate::{Conn, on};

/// A code that waits to be swapped.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = codes, treat_none_as_default_value = false)]
pub struct Code {
    /// What it is compared with.
    pub code_hash: String,
    /// The program that it is for.
    pub app_id: AppId,
    /// Who consented.
    pub account_id: AccountId,
    /// Where it was sent to.
    pub redirect_uri: String,
    /// To what they consented, separated by spaces.
    pub scopes: String,
    /// What the program's verifier is compared with, when it sent one ahead (PKCE, S256).
    pub challenge: Option<String>,
    /// When it ends.
    pub expires_at: Moment,
}

/// Adds a code.
pub fn insert(db: &mut Conn, code: &Code) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(codes::table)
        .values(code)
        .execute(conn))
    .map(drop)
}

/// The code with this hash, ended or not.
pub fn by_hash(db: &mut Conn, hash: &str) -> QueryResult<Option<Code>> {
    on!(db, |conn| Code::query()
        .filter(codes::code_hash.eq(hash))
        .first(conn)
        .optional())
}

/// Takes a code away: `false` when somebody else was quicker.
pub fn take(db: &mut Conn, hash: &str) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        codes::table.filter(codes::code_hash.eq(hash))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}

/// Forgets codes that have ended by `now`.
pub fn sweep(db: &mut Conn, now: Moment) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        codes::table.filter(codes::expires_at.le(now))
    )
    .execute(conn))
}
