//! Where programs want to be told of notifications.
//!
//! One place per token, so that it ends with the token. Nothing here sends anything.

use diesel::prelude::*;

use crate::schema::{push_subscriptions, tokens};
use crate::types::{ActorId, Moment, PushId, TokenId};
use crate::{Conn, on};

/// A place to push to.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = push_subscriptions, treat_none_as_default_value = false)]
pub struct PushSubscription {
    /// Our number for it.
    pub id: PushId,
    /// The token of the program that wants it.
    pub token_id: TokenId,
    /// Whose notifications they are.
    pub owner_id: ActorId,
    /// The token as its program knows it, which goes back to it inside every sealed message: by it, clients tell accounts apart. The
    /// only place where one is kept as it is.
    pub access_token: String,
    /// Where to send them.
    pub endpoint: String,
    /// The receiver's public key: a point on P-256 in base64url.
    pub p256dh: String,
    /// The secret that sender and receiver share, in base64url.
    pub auth: String,
    /// Encrypted by RFC 8291; otherwise by the draft before it, for older relays.
    pub standard: bool,
    /// Of which kinds of notification to tell, as a JSON object of booleans.
    pub alerts: String,
    /// Of whom to tell: `all`, `followed`, `follower` or `none`.
    pub policy: String,
    /// When it was asked for first.
    pub created_at: Moment,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// Adds a place, instead of the one that this token had.
pub fn record(db: &mut Conn, subscription: &PushSubscription) -> QueryResult<()> {
    remove(db, subscription.token_id)?;
    on!(db, |conn| diesel::insert_into(push_subscriptions::table)
        .values(subscription)
        .execute(conn))
    .map(drop)
}

/// The place with this number, while its token is good.
pub fn find(db: &mut Conn, id: PushId) -> QueryResult<Option<PushSubscription>> {
    on!(db, |conn| push_subscriptions::table
        .inner_join(tokens::table.on(tokens::id.eq(push_subscriptions::token_id)))
        .filter(push_subscriptions::id.eq(id))
        .filter(tokens::revoked_at.is_null())
        .select(PushSubscription::as_select())
        .first(conn)
        .optional())
}

/// The place of this token.
pub fn of_token(db: &mut Conn, token: TokenId) -> QueryResult<Option<PushSubscription>> {
    on!(db, |conn| PushSubscription::query()
        .filter(push_subscriptions::token_id.eq(token))
        .first(conn)
        .optional())
}

/// The places where somebody wants to be told, while their tokens are good.
pub fn of_owner(db: &mut Conn, owner: ActorId) -> QueryResult<Vec<PushSubscription>> {
    on!(db, |conn| push_subscriptions::table
        .inner_join(tokens::table.on(tokens::id.eq(push_subscriptions::token_id)))
        .filter(push_subscriptions::owner_id.eq(owner))
        .filter(tokens::revoked_at.is_null())
        .order(push_subscriptions::id)
        .select(PushSubscription::as_select())
        .load(conn))
}

/// Changes of what and of whom to tell.
pub fn change(
    db: &mut Conn,
    id: PushId,
    alerts: &str,
    policy: &str,
    at: Moment,
) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        push_subscriptions::table.filter(push_subscriptions::id.eq(id))
    )
    .set((
        push_subscriptions::alerts.eq(alerts),
        push_subscriptions::policy.eq(policy),
        push_subscriptions::updated_at.eq(at),
    ))
    .execute(conn))
    .map(drop)
}

/// Forgets the place of this token. `false` when it had none.
pub fn remove(db: &mut Conn, token: TokenId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        push_subscriptions::table.filter(push_subscriptions::token_id.eq(token))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}
