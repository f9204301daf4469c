//! Whose notices somebody takes as they come, looks at apart, or does not want; and who waits apart.
//!
//! What a policy means for a notice is decided elsewhere.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::actors::Actor;
use crate::page::page;
use crate::schema::{actors, notice_permissions, notice_policies, notice_requests, notifications};
use crate::types::{ActorId, Moment, NoticeRequestId, PostId, Reception};
use crate::{Conn, Page, on};

/// How somebody receives notices from strangers.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = notice_policies, primary_key(owner_id))]
pub struct Policy {
    /// Whose it is.
    pub owner_id: ActorId,
    /// Of people whom they do not follow.
    pub not_following: Reception,
    /// Of people who do not follow them.
    pub not_followers: Reception,
    /// Of accounts that are new.
    pub new_accounts: Reception,
    /// Of people who name them in private without being asked.
    pub private_mentions: Reception,
    /// Of people whom the keepers of this server silenced, themselves or with their server.
    pub limited_accounts: Reception,
}

impl Policy {
    /// What holds for somebody who settled nothing: all are heard, but those whom the keepers of this server silenced wait apart.
    pub fn usual(owner_id: ActorId) -> Self {
        Self {
            owner_id,
            not_following: Reception::Accept,
            not_followers: Reception::Accept,
            new_accounts: Reception::Accept,
            private_mentions: Reception::Accept,
            limited_accounts: Reception::Filter,
        }
    }
}

/// Somebody whose notices were set apart.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = notice_requests, treat_none_as_default_value = false)]
pub struct Request {
    /// Our number for it.
    pub id: NoticeRequestId,
    /// For whom they were.
    pub owner_id: ActorId,
    /// Of whom.
    pub actor_id: ActorId,
    /// The latest post among them.
    pub post_id: Option<PostId>,
    /// How many there are.
    pub notices: i32,
    /// Since when.
    pub created_at: Moment,
    /// When the latest came.
    pub updated_at: Moment,
}

/// Somebody's policy, when they have one.
pub fn find(db: &mut Conn, owner: ActorId) -> QueryResult<Option<Policy>> {
    on!(db, |conn| Policy::query()
        .filter(notice_policies::owner_id.eq(owner))
        .first(conn)
        .optional())
}

/// Gives somebody this policy.
pub fn record(db: &mut Conn, policy: &Policy) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(notice_policies::table)
        .values(policy)
        .on_conflict(notice_policies::owner_id)
        .do_update()
        .set(policy)
        .execute(conn))
    .map(drop)
}

/// Whether somebody's notices are taken whatever the policy says.
pub fn is_permitted(db: &mut Conn, owner: ActorId, of: ActorId) -> QueryResult<bool> {
    on!(db, |conn| notice_permissions::table
        .filter(notice_permissions::owner_id.eq(owner))
        .filter(notice_permissions::actor_id.eq(of))
        .count()
        .get_result::<i64>(conn))
    .map(|n| n > 0)
}

/// Sets a notice apart: whoever it is of waits, or waits with one more.
pub fn set_apart(db: &mut Conn, request: &Request) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(notice_requests::table)
        .values(request)
        .on_conflict((notice_requests::owner_id, notice_requests::actor_id))
        .do_update()
        .set((
            notice_requests::post_id.eq(excluded(notice_requests::post_id)),
            notice_requests::notices.eq(notice_requests::notices + 1),
            notice_requests::updated_at.eq(excluded(notice_requests::updated_at)),
        ))
        .execute(conn))
    .map(drop)
}

/// Those who wait apart, the latest first.
pub fn requests(db: &mut Conn, owner: ActorId, page: &Page) -> QueryResult<Vec<(Request, Actor)>> {
    on!(db, |conn| page!(
        conn,
        notice_requests::table
            .inner_join(actors::table.on(actors::id.eq(notice_requests::actor_id)))
            .filter(notice_requests::owner_id.eq(owner))
            .select((Request::as_select(), Actor::as_select())),
        notice_requests::id,
        page
    ))
}

/// One of those who wait apart. Nobody else's, whatever the number.
pub fn request(
    db: &mut Conn,
    owner: ActorId,
    id: NoticeRequestId,
) -> QueryResult<Option<(Request, Actor)>> {
    on!(db, |conn| notice_requests::table
        .inner_join(actors::table.on(actors::id.eq(notice_requests::actor_id)))
        .filter(notice_requests::owner_id.eq(owner))
        .filter(notice_requests::id.eq(id))
        .select((Request::as_select(), Actor::as_select()))
        .first(conn)
        .optional())
}

/// How many wait apart, and with how many notices.
pub fn pending(db: &mut Conn, owner: ActorId) -> QueryResult<(i64, i64)> {
    let waiting: Vec<i32> = on!(db, |conn| notice_requests::table
        .filter(notice_requests::owner_id.eq(owner))
        .select(notice_requests::notices)
        .load(conn))?;
    let notices = waiting.iter().map(|n| i64::from(*n)).sum();
    Ok((i64::try_from(waiting.len()).unwrap_or(i64::MAX), notices))
}

/// Takes what was set apart in, and whatever comes of them from now on.
pub fn accept(db: &mut Conn, owner: ActorId, of: ActorId) -> QueryResult<()> {
    on!(db, |conn| {
        diesel::insert_into(notice_permissions::table)
            .values((
                notice_permissions::owner_id.eq(owner),
                notice_permissions::actor_id.eq(of),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
        diesel::update(
            notifications::table
                .filter(notifications::owner_id.eq(owner))
                .filter(notifications::actor_id.eq(of)),
        )
        .set(notifications::set_apart.eq(false))
        .execute(conn)
    })?;
    forget(db, owner, of)
}

/// Throws what was set apart away.
pub fn dismiss(db: &mut Conn, owner: ActorId, of: ActorId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        notifications::table
            .filter(notifications::owner_id.eq(owner))
            .filter(notifications::actor_id.eq(of))
            .filter(notifications::set_apart.eq(true))
    )
    .execute(conn))?;
    forget(db, owner, of)
}

fn forget(db: &mut Conn, owner: ActorId, of: ActorId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        notice_requests::table
            .filter(notice_requests::owner_id.eq(owner))
            .filter(notice_requests::actor_id.eq(of))
    )
    .execute(conn))
    .map(drop)
}
