//! Those who can sign in here.

use diesel::prelude::*;

use crate::schema::accounts;
use crate::types::{AccountId, AccountOwner, AccountRole, AccountState, ActorId, Moment};

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
}
