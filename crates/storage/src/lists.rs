//! Timelines of chosen people and groups: the lists themselves, who is on them, and what they show.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use crate::actors::Actor;
use crate::page::page;
use crate::schema::{actors, list_members, lists};
use crate::statement::Statement;
use crate::types::{ActorId, EntryId, ListId, Moment, PostId, RepliesShown, TieId};
use crate::{Conn, Page, on};

/// A list.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = lists, treat_none_as_default_value = false)]
pub struct List {
    /// Our number for it.
    pub id: ListId,
    /// Whose it is.
    pub owner_id: ActorId,
    /// What it is called.
    pub title: String,
    /// Which answers it shows.
    pub replies: RepliesShown,
    /// Whether what it shows is left out at home.
    pub exclusive: bool,
    /// Since when there is one.
    pub created_at: Moment,
}

/// Adds a list.
pub fn insert(db: &mut Conn, list: &List) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(lists::table)
        .values(list)
        .execute(conn))
    .map(drop)
}

/// Changes a list.
pub fn update(db: &mut Conn, list: &List) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        lists::table.filter(lists::id.eq(list.id))
    )
    .set((
        lists::title.eq(&list.title),
        lists::replies.eq(list.replies),
        lists::exclusive.eq(list.exclusive)
    ))
    .execute(conn))
    .map(drop)
}

/// Throws a list of somebody's away. `false` when they have none of this number.
pub fn remove(db: &mut Conn, owner: ActorId, id: ListId) -> QueryResult<bool> {
    on!(db, |conn| {
        diesel::delete(
            list_members::table
                .filter(list_members::list_id.eq(id))
                .filter(list_members::owner_id.eq(owner)),
        )
        .execute(conn)?;
        diesel::delete(
            lists::table
                .filter(lists::id.eq(id))
                .filter(lists::owner_id.eq(owner)),
        )
        .execute(conn)
    })
    .map(|gone| gone > 0)
}

/// One of somebody's lists. Nobody else's, whatever the number.
pub fn find(db: &mut Conn, owner: ActorId, id: ListId) -> QueryResult<Option<List>> {
    on!(db, |conn| List::query()
        .filter(lists::id.eq(id))
        .filter(lists::owner_id.eq(owner))
        .first(conn)
        .optional())
}

/// All lists of somebody, by title.
pub fn of_owner(db: &mut Conn, owner: ActorId) -> QueryResult<Vec<List>> {
    on!(db, |conn| List::query()
        .filter(lists::owner_id.eq(owner))
        .order((lists::title, lists::id))
        .load(conn))
}

/// The lists of somebody on which another stands, by title.
pub fn with_member(db: &mut Conn, owner: ActorId, member: ActorId) -> QueryResult<Vec<List>> {
    on!(db, |conn| lists::table
        .inner_join(list_members::table.on(list_members::list_id.eq(lists::id)))
        .filter(list_members::owner_id.eq(owner))
        .filter(list_members::actor_id.eq(member))
        .order((lists::title, lists::id))
        .select(List::as_select())
        .load(conn))
}

/// Puts somebody on a list. `false` when they stood there.
pub fn add(db: &mut Conn, id: TieId, list: &List, member: ActorId) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(list_members::table)
        .values((
            list_members::id.eq(id),
            list_members::list_id.eq(list.id),
            list_members::owner_id.eq(list.owner_id),
            list_members::actor_id.eq(member),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}

/// Takes somebody off a list.
pub fn take_off(db: &mut Conn, list: ListId, member: ActorId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        list_members::table
            .filter(list_members::list_id.eq(list))
            .filter(list_members::actor_id.eq(member))
    )
    .execute(conn))
    .map(drop)
}

/// Takes somebody off all lists of another, who follows them no longer.
pub fn take_off_all(db: &mut Conn, owner: ActorId, member: ActorId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        list_members::table
            .filter(list_members::owner_id.eq(owner))
            .filter(list_members::actor_id.eq(member))
    )
    .execute(conn))
    .map(drop)
}

/// How many stand on a list.
pub fn size(db: &mut Conn, list: ListId) -> QueryResult<i64> {
    on!(db, |conn| list_members::table
        .filter(list_members::list_id.eq(list))
        .count()
        .get_result(conn))
}

/// Who stands on a list, the latest first. Pages go by the number of the place.
pub fn members(db: &mut Conn, list: ListId, page: &Page) -> QueryResult<Vec<(TieId, Actor)>> {
    on!(db, |conn| page!(
        conn,
        list_members::table
            .inner_join(actors::table.on(actors::id.eq(list_members::actor_id)))
            .filter(list_members::list_id.eq(list))
            .select((list_members::id, Actor::as_select())),
        list_members::id,
        page
    ))
}

/// The numbers of all who stand on a list.
pub fn member_ids(db: &mut Conn, list: ListId) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| list_members::table
        .filter(list_members::list_id.eq(list))
        .select(list_members::actor_id)
        .load(conn))
}

/// A line of the timeline of a list, without its post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct ListLine {
    /// Where it stands: the number of the post, or of the boost that brought it.
    #[diesel(sql_type = BigInt)]
    pub entry_id: EntryId,
    /// The post.
    #[diesel(sql_type = BigInt)]
    pub post_id: PostId,
    /// Who passed it on, when that is why it stands there.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub by_id: Option<ActorId>,
}

/// Takes the newest (or, upward, the oldest) lines of each member, and of those again: no index is in the order of the whole list.
macro_rules! lines {
    (sqlite, $way:literal) => {
        concat!(
            "SELECT entry_id, post_id, by_id FROM (\
             SELECT p.id AS entry_id, p.id AS post_id, NULL AS by_id FROM list_members AS m CROSS JOIN posts AS p \
             WHERE m.list_id = ? AND p.id IN (SELECT q.id FROM posts AS q WHERE q.author_id = m.actor_id \
             AND q.deleted_at IS NULL AND q.removed_at IS NULL AND q.id < ? AND q.id > ? ORDER BY q.id ", $way, " LIMIT ?) \
             UNION ALL \
             SELECT b.id, b.post_id, b.actor_id FROM list_members AS m CROSS JOIN boosts AS b \
             WHERE m.list_id = ? AND b.id IN (SELECT c.id FROM boosts AS c WHERE c.actor_id = m.actor_id \
             AND c.undone_at IS NULL AND c.id < ? AND c.id > ? ORDER BY c.id ", $way, " LIMIT ?)\
             ) AS found ORDER BY entry_id ", $way, " LIMIT ?"
        )
    };
    (postgres, $way:literal) => {
        concat!(
            "SELECT entry_id, post_id, by_id FROM (\
             SELECT p.id AS entry_id, p.id AS post_id, CAST(NULL AS bigint) AS by_id FROM list_members AS m \
             CROSS JOIN LATERAL (SELECT q.id FROM posts AS q WHERE m.list_id = ? AND q.author_id = m.actor_id \
             AND q.deleted_at IS NULL AND q.removed_at IS NULL AND q.id < ? AND q.id > ? ORDER BY q.id ", $way, " LIMIT ?) AS p \
             UNION ALL \
             SELECT b.id, b.post_id, b.actor_id FROM list_members AS m \
             CROSS JOIN LATERAL (SELECT c.id, c.post_id, c.actor_id FROM boosts AS c WHERE m.list_id = ? AND c.actor_id = m.actor_id \
             AND c.undone_at IS NULL AND c.id < ? AND c.id > ? ORDER BY c.id ", $way, " LIMIT ?) AS b\
             ) AS found ORDER BY entry_id ", $way, " LIMIT ?"
        )
    };
}

/// A page of what those on a list wrote and passed on.
pub fn timeline(db: &mut Conn, list: ListId, page: &Page) -> QueryResult<Vec<ListLine>> {
    let statement = match (&*db, page.upward()) {
        (Conn::Sqlite(_), false) => Statement::new(lines!(sqlite, "DESC")),
        (Conn::Sqlite(_), true) => Statement::new(lines!(sqlite, "ASC")),
        (Conn::Postgres(_), false) => Statement::new(lines!(postgres, "DESC")),
        (Conn::Postgres(_), true) => Statement::new(lines!(postgres, "ASC")),
    };
    let part = |statement: Statement<'static>| {
        statement
            .with(list.0)
            .with(page.ceiling())
            .with(page.floor())
            .with(page.limit)
    };
    let statement = part(part(statement)).with(page.limit);
    let mut lines: Vec<ListLine> = on!(db, |conn| statement.load(conn))?;
    if page.upward() {
        lines.reverse();
    }
    Ok(lines)
}
