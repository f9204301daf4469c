//! Posts that will be published later.

use diesel::prelude::*;

use crate::page::page;
use crate::schema::scheduled_posts;
use crate::types::{ActorId, Moment, ScheduledId};
use crate::{Conn, Page, on};

/// A post that will be published later.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = scheduled_posts)]
pub struct Scheduled {
    /// Our number for it.
    pub id: ScheduledId,
    /// Who wrote it.
    pub owner_id: ActorId,
    /// When it is to be published.
    pub due_at: Moment,
    /// When it was written.
    pub created_at: Moment,
    /// The draft, as the heart writes it.
    pub draft: String,
}

/// Keeps a post for later.
pub fn insert(db: &mut Conn, scheduled: &Scheduled) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(scheduled_posts::table)
        .values(scheduled)
        .execute(conn))
    .map(drop)
}

/// The one with this number.
pub fn find(db: &mut Conn, id: ScheduledId) -> QueryResult<Option<Scheduled>> {
    on!(db, |conn| Scheduled::query()
        .filter(scheduled_posts::id.eq(id))
        .first(conn)
        .optional())
}

/// What somebody will publish, the latest written first.
pub fn of_owner(db: &mut Conn, owner: ActorId, page: &Page) -> QueryResult<Vec<Scheduled>> {
    on!(db, |conn| page!(
        conn,
        Scheduled::query().filter(scheduled_posts::owner_id.eq(owner)),
        scheduled_posts::id,
        page
    ))
}

/// How much somebody will publish.
pub fn count(db: &mut Conn, owner: ActorId) -> QueryResult<i64> {
    on!(db, |conn| scheduled_posts::table
        .filter(scheduled_posts::owner_id.eq(owner))
        .count()
        .get_result(conn))
}

/// Publishes it at another time.
pub fn move_to(db: &mut Conn, id: ScheduledId, due_at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        scheduled_posts::table.filter(scheduled_posts::id.eq(id))
    )
    .set(scheduled_posts::due_at.eq(due_at))
    .execute(conn))
    .map(drop)
}

/// Forgets it. `false` when it was not there.
pub fn erase(db: &mut Conn, id: ScheduledId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        scheduled_posts::table.filter(scheduled_posts::id.eq(id))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}
