//! Programs that people use to reach us, and what they show instead of a password.
//!
//! Secrets are only kept as hashes; nothing here makes or compares one.

use diesel::prelude::*;

use crate::accounts::Account;
use crate::actors::Actor;
use crate::schema::{accounts, actors, apps, codes, tokens};
use crate::types::{AccountId, AppId, Moment, TokenId};
use crate::{Conn, on};

/// A program.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = apps, treat_none_as_default_value = false)]
pub struct App {
    /// Our number for it.
    pub id: AppId,
    /// What it calls itself towards us.
    pub client_id: String,
    /// What its secret is compared with.
    pub secret_hash: String,
    /// What it calls itself towards people.
    pub name: String,
    /// Where one learns more.
    pub website: Option<String>,
    /// Where it may be sent back to, one address per line.
    pub redirect_uris: String,
    /// What it may ask for at most, separated by spaces.
    pub scopes: String,
    /// When it first asked.
    pub created_at: Moment,
    /// It can keep a secret, and has to show it.
    pub confidential: bool,
}

/// What a program shows instead of a password.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
pub struct Token {
    /// Our number for it.
    pub id: TokenId,
    /// Who gave it; nobody, when the program only speaks for itself.
    pub account_id: Option<AccountId>,
    /// To which program.
    pub app_id: Option<AppId>,
    /// What it is compared with.
    pub token_hash: String,
    /// What it allows, separated by spaces.
    pub scopes: String,
    /// When it was given.
    pub created_at: Moment,
    /// When it was last shown.
    pub last_used_at: Option<Moment>,
    /// Since when it is void.
    pub revoked_at: Option<Moment>,
}

/// Who gave a token: their account and their person.
pub type Holder = (Account, Actor);

/// Adds a program.
pub fn insert(db: &mut Conn, app: &App) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(apps::table)
        .values(app)
        .execute(conn))
    .map(drop)
}

/// The program with this number.
pub fn find(db: &mut Conn, id: AppId) -> QueryResult<Option<App>> {
    on!(db, |conn| App::query()
        .filter(apps::id.eq(id))
        .first(conn)
        .optional())
}

/// The program that calls itself so.
pub fn by_client_id(db: &mut Conn, client_id: &str) -> QueryResult<Option<App>> {
    on!(db, |conn| App::query()
        .filter(apps::client_id.eq(client_id))
        .first(conn)
        .optional())
}

/// Forgets programs that came before `before` and that nobody let in: they have no token and wait for none.
pub fn sweep(db: &mut Conn, before: Moment) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        apps::table
            .filter(apps::created_at.lt(before))
            .filter(diesel::dsl::not(diesel::dsl::exists(
                tokens::table.filter(tokens::app_id.eq(apps::id.nullable()))
            )))
            .filter(diesel::dsl::not(diesel::dsl::exists(
                codes::table.filter(codes::app_id.eq(apps::id))
            )))
    )
    .execute(conn))
}

/// The token with this number, if it is not void.
pub fn find_token(db: &mut Conn, id: TokenId) -> QueryResult<Option<Token>> {
    on!(db, |conn| Token::query()
        .filter(tokens::id.eq(id))
        .filter(tokens::revoked_at.is_null())
        .first(conn)
        .optional())
}

/// Adds a token.
pub fn insert_token(db: &mut Conn, token: &Token) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(tokens::table)
        .values(token)
        .execute(conn))
    .map(drop)
}

/// The token with this hash, and who gave it. None that is void.
pub fn token_by_hash(db: &mut Conn, hash: &str) -> QueryResult<Option<(Token, Option<Holder>)>> {
    let found: Option<(Token, Option<Account>, Option<Actor>)> = on!(db, |conn| tokens::table
        .left_join(accounts::table.on(tokens::account_id.eq(accounts::id.nullable())))
        .left_join(actors::table.on(accounts::actor_id.nullable().eq(actors::id.nullable())))
        .filter(tokens::token_hash.eq(hash))
        .filter(tokens::revoked_at.is_null())
        .select((
            Token::as_select(),
            Option::<Account>::as_select(),
            Option::<Actor>::as_select()
        ))
        .first(conn)
        .optional())?;
    Ok(found.map(|(token, account, actor)| (token, account.zip(actor))))
}

/// Notes when a token was last shown.
pub fn touch_token(db: &mut Conn, id: TokenId, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        tokens::table.filter(tokens::id.eq(id))
    )
    .set(tokens::last_used_at.eq(at))
    .execute(conn))
    .map(drop)
}

/// Makes a token void. `false` when it was so already.
pub fn revoke_token(db: &mut Conn, id: TokenId, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        tokens::table
            .filter(tokens::id.eq(id))
            .filter(tokens::revoked_at.is_null())
    )
    .set(tokens::revoked_at.eq(at))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Makes everything void that somebody gave to programs.
pub fn revoke_tokens_of(db: &mut Conn, account: AccountId, at: Moment) -> QueryResult<usize> {
    on!(db, |conn| diesel::update(
        tokens::table
            .filter(tokens::account_id.eq(account))
            .filter(tokens::revoked_at.is_null())
    )
    .set(tokens::revoked_at.eq(at))
    .execute(conn))
}

/// What somebody gave to programs and is not void, the latest first.
pub fn tokens_of(db: &mut Conn, account: AccountId) -> QueryResult<Vec<(Token, Option<App>)>> {
    on!(db, |conn| tokens::table
        .left_join(apps::table.on(tokens::app_id.eq(apps::id.nullable())))
        .filter(tokens::account_id.eq(account))
        .filter(tokens::revoked_at.is_null())
        .order(tokens::id.desc())
        .select((Token::as_select(), Option::<App>::as_select()))
        .load(conn))
}
