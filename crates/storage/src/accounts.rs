//! Those who can sign in here.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::actors::Actor;
use crate::page::page;
use crate::schema::{accounts, actors};
use crate::types::{AccountId, AccountOwner, AccountRole, AccountState, ActorId, Json, Moment};
use crate::{Conn, Page, on};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false)]
pub struct Account {
    /// Our number for it.
    pub id: AccountId,
    /// The person.
    pub actor_id: ActorId,
    /// Where they are written to.
    pub email: String,
    /// What their password is compared with, when they have one.
    pub password_hash: Option<String>,
    /// What they may do on this server.
    pub role: AccountRole,
    /// Who looks after the account.
    pub owner: AccountOwner,
    /// Their number with the owner.
    pub external_id: Option<String>,
    /// Whether it can be used.
    pub state: AccountState,
    /// The language they read.
    pub locale: Option<String>,
    /// When it was made.
    pub created_at: Moment,
    /// When they were last here.
    pub last_seen_at: Option<Moment>,
    /// What they usually choose.
    pub habits: Json<Habits>,
}

/// What somebody usually chooses when they write. The words are those of the client API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Habits {
    /// Who may see it: `public`, `unlisted`, `private` or `direct`.
    pub privacy: String,
    /// Whether pictures are covered at first.
    pub sensitive: bool,
    /// The language they write in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Who may quote it: `public`, `followers` or `nobody`.
    pub quote_policy: String,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            privacy: "public".to_owned(),
            sensitive: false,
            language: None,
            quote_policy: "public".to_owned(),
        }
    }
}

/// What may change about an account. What is `None` stays as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = accounts)]
pub struct AccountPatch {
    /// Where they are written to.
    pub email: Option<String>,
    /// What their password is compared with.
    pub password_hash: Option<Option<String>>,
    /// What they may do on this server.
    pub role: Option<AccountRole>,
    /// Who looks after the account.
    pub owner: Option<AccountOwner>,
    /// Their number with the owner.
    pub external_id: Option<Option<String>>,
    /// Whether it can be used.
    pub state: Option<AccountState>,
    /// The language they read.
    pub locale: Option<Option<String>>,
    /// When they were last here.
    pub last_seen_at: Option<Option<Moment>>,
    /// What they usually choose.
    pub habits: Option<Json<Habits>>,
}

/// Adds an account: its actor is there already.
pub fn insert(db: &mut Conn, account: &Account) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(accounts::table)
        .values(account)
        .execute(conn))
    .map(drop)
}

/// The account with this number.
pub fn find(db: &mut Conn, id: AccountId) -> QueryResult<Option<Account>> {
    on!(db, |conn| Account::query()
        .filter(accounts::id.eq(id))
        .first(conn)
        .optional())
}

/// The account of this person.
pub fn by_actor(db: &mut Conn, actor: ActorId) -> QueryResult<Option<Account>> {
    on!(db, |conn| Account::query()
        .filter(accounts::actor_id.eq(actor))
        .first(conn)
        .optional())
}

/// The account of the person with this handle, which is in lower case.
pub fn by_handle(db: &mut Conn, handle: &str) -> QueryResult<Option<(Account, Actor)>> {
    on!(db, |conn| accounts::table
        .inner_join(actors::table.on(actors::id.eq(accounts::actor_id)))
        .filter(actors::handle.eq(handle))
        .filter(actors::host.eq(""))
        .select((Account::as_select(), Actor::as_select()))
        .first(conn)
        .optional())
}

/// The account with this address. Addresses are kept as the caller writes them.
pub fn by_email(db: &mut Conn, email: &str) -> QueryResult<Option<(Account, Actor)>> {
    on!(db, |conn| accounts::table
        .inner_join(actors::table.on(actors::id.eq(accounts::actor_id)))
        .filter(accounts::email.eq(email))
        .select((Account::as_select(), Actor::as_select()))
        .first(conn)
        .optional())
}

/// The account that its owner knows by this number.
pub fn by_external_id(
    db: &mut Conn,
    owner: AccountOwner,
    external_id: &str,
) -> QueryResult<Option<(Account, Actor)>> {
    on!(db, |conn| accounts::table
        .inner_join(actors::table.on(actors::id.eq(accounts::actor_id)))
        .filter(accounts::owner.eq(owner))
        .filter(accounts::external_id.eq(external_id))
        .select((Account::as_select(), Actor::as_select()))
        .first(conn)
        .optional())
}

/// Changes what the patch names. A patch that names nothing changes nothing.
pub fn update(db: &mut Conn, id: AccountId, patch: &AccountPatch) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        accounts::table.filter(accounts::id.eq(id))
    )
    .set(patch)
    .execute(conn)
    .optional_empty_changeset())
    .map(drop)
}

/// All accounts with their persons, the latest first.
pub fn page(db: &mut Conn, page: &Page) -> QueryResult<Vec<(Account, Actor)>> {
    on!(db, |conn| page!(
        conn,
        accounts::table
            .inner_join(actors::table.on(actors::id.eq(accounts::actor_id)))
            .select((Account::as_select(), Actor::as_select())),
        accounts::id,
        page
    ))
}

/// Those who can sign in and have this role, the longest here first.
pub fn with_role(db: &mut Conn, role: AccountRole) -> QueryResult<Vec<(Account, Actor)>> {
    on!(db, |conn| accounts::table
        .inner_join(actors::table.on(actors::id.eq(accounts::actor_id)))
        .filter(accounts::role.eq(role))
        .filter(accounts::state.eq(AccountState::Active))
        .order(accounts::id)
        .select((Account::as_select(), Actor::as_select()))
        .load(conn))
}

/// Those who keep order on this server: moderators and admins whose accounts can be used.
pub fn keepers(db: &mut Conn) -> QueryResult<Vec<Actor>> {
    on!(db, |conn| accounts::table
        .inner_join(actors::table.on(actors::id.eq(accounts::actor_id)))
        .filter(accounts::role.ne(AccountRole::Member))
        .filter(accounts::state.eq(AccountState::Active))
        .filter(actors::deleted_at.is_null())
        .order(accounts::id)
        .select(Actor::as_select())
        .load(conn))
}

/// How many accounts can be used.
pub fn count(db: &mut Conn) -> QueryResult<i64> {
    on!(db, |conn| accounts::table
        .filter(accounts::state.eq(AccountState::Active))
        .count()
        .get_result(conn))
}

/// How many accounts were used since `since`.
pub fn count_seen(db: &mut Conn, since: Moment) -> QueryResult<i64> {
    on!(db, |conn| accounts::table
        .filter(accounts::last_seen_at.ge(since))
        .count()
        .get_result(conn))
}
