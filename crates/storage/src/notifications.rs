//! Notices for those who can sign in here.
//!
//! Who deserves one, and how gently, is decided elsewhere.

use diesel::prelude::*;

use crate::page::page;
use crate::schema::notifications;
use crate::types::{ActorId, Moment, NotificationId, NotificationKind, PostId};
use crate::{Conn, Page, on};

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = notifications, treat_none_as_default_value = false)]
pub struct Notification {
    /// Our number for it.
    pub id: NotificationId,
    /// Whom it tells.
    pub owner_id: ActorId,
    /// What it is about.
    pub kind: NotificationKind,
    /// Who did it.
    pub actor_id: ActorId,
    /// With which post.
    pub post_id: Option<PostId>,
    /// In which group.
    pub group_id: Option<ActorId>,
    /// When.
    pub created_at: Moment,
    /// When it was read.
    pub read_at: Option<Moment>,
}

/// Adds a notice.
pub fn add(db: &mut Conn, notification: &Notification) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(notifications::table)
        .values(notification)
        .execute(conn))
    .map(drop)
}

/// Adds several notices at once.
pub fn add_many(db: &mut Conn, notifications: &[Notification]) -> QueryResult<()> {
    for batch in notifications.chunks(500) {
        on!(db, |conn| diesel::insert_into(notifications::table)
            .values(batch)
            .execute(conn))?;
    }
    Ok(())
}

/// Somebody's notices, the latest first.
pub fn page(db: &mut Conn, owner: ActorId, page: &Page) -> QueryResult<Vec<Notification>> {
    on!(db, |conn| page!(
        conn,
        Notification::query().filter(notifications::owner_id.eq(owner)),
        notifications::id,
        page
    ))
}

/// One of somebody's notices. Nobody else's, whatever the number.
pub fn find(
    db: &mut Conn,
    owner: ActorId,
    id: NotificationId,
) -> QueryResult<Option<Notification>> {
    on!(db, |conn| Notification::query()
        .filter(notifications::id.eq(id))
        .filter(notifications::owner_id.eq(owner))
        .first(conn)
        .optional())
}

/// How many notices somebody has not read, counted up to `limit`.
pub fn unread(db: &mut Conn, owner: ActorId, limit: i64) -> QueryResult<i64> {
    let unread: Vec<NotificationId> = on!(db, |conn| notifications::table
        .filter(notifications::owner_id.eq(owner))
        .filter(notifications::read_at.is_null())
        .select(notifications::id)
        .limit(limit)
        .load(conn))?;
    Ok(i64::try_from(unread.len()).unwrap_or(limit))
}

/// Notes that somebody has read everything up to this notice.
pub fn mark_read(
    db: &mut Conn,
    owner: ActorId,
    up_to: NotificationId,
    at: Moment,
) -> QueryResult<usize> {
    on!(db, |conn| diesel::update(
        notifications::table
            .filter(notifications::owner_id.eq(owner))
            .filter(notifications::id.le(up_to))
            .filter(notifications::read_at.is_null())
    )
    .set(notifications::read_at.eq(at))
    .execute(conn))
}

/// Throws one of somebody's notices away. `false` when there is none.
pub fn dismiss(db: &mut Conn, owner: ActorId, id: NotificationId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        notifications::table
            .filter(notifications::id.eq(id))
            .filter(notifications::owner_id.eq(owner))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}

/// Throws all of somebody's notices away.
pub fn clear(db: &mut Conn, owner: ActorId) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        notifications::table.filter(notifications::owner_id.eq(owner))
    )
    .execute(conn))
}

/// Takes back the notices of this kind about somebody: what they told no longer holds.
pub fn take_back(
    db: &mut Conn,
    owner: ActorId,
    kind: NotificationKind,
    actor: ActorId,
    post: Option<PostId>,
) -> QueryResult<usize> {
    let notices = notifications::table
        .filter(notifications::owner_id.eq(owner))
        .filter(notifications::kind.eq(kind))
        .filter(notifications::actor_id.eq(actor));
    on!(db, |conn| match post {
        Some(post) => diesel::delete(notices.filter(notifications::post_id.eq(post))).execute(conn),
        None => diesel::delete(notices.filter(notifications::post_id.is_null())).execute(conn),
    })
}
