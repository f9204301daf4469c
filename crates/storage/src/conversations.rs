//! Talks in private: one line for each who takes part and lives here.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::page::page;
use crate::schema::conversations;
use crate::types::{ActorId, ConversationId, PostId};
use crate::{Conn, Page, on};

/// A talk in private, as one of those who take part sees it.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = conversations, treat_none_as_default_value = false)]
pub struct Conversation {
    /// Our number for it.
    pub id: ConversationId,
    /// Who sees it.
    pub owner_id: ActorId,
    /// The post that began it.
    pub root_id: PostId,
    /// The latest post in it.
    pub last_id: PostId,
    /// Whether there is something new in it.
    pub unread: bool,
}

/// Notes that a talk went on, or began.
pub fn go_on(db: &mut Conn, conversation: &Conversation) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(conversations::table)
        .values(conversation)
        .on_conflict((conversations::owner_id, conversations::root_id))
        .do_update()
        .set((
            conversations::last_id.eq(excluded(conversations::last_id)),
            conversations::unread.eq(excluded(conversations::unread)),
        ))
        .execute(conn))
    .map(drop)
}

/// Somebody's talks, those that went on latest first. Pages go by the latest post.
pub fn page(db: &mut Conn, owner: ActorId, page: &Page) -> QueryResult<Vec<Conversation>> {
    on!(db, |conn| page!(
        conn,
        Conversation::query().filter(conversations::owner_id.eq(owner)),
        conversations::last_id,
        page
    ))
}

/// Notes that somebody has read a talk, and answers it as it is then.
pub fn mark_read(
    db: &mut Conn,
    owner: ActorId,
    id: ConversationId,
) -> QueryResult<Option<Conversation>> {
    on!(db, |conn| diesel::update(
        conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::owner_id.eq(owner))
    )
    .set(conversations::unread.eq(false))
    .returning(Conversation::as_returning())
    .get_result(conn)
    .optional())
}

/// Takes a talk off somebody's list; it comes back when it goes on. `false` when there is none of this number.
pub fn put_away(db: &mut Conn, owner: ActorId, id: ConversationId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        conversations::table
            .filter(conversations::id.eq(id))
            .filter(conversations::owner_id.eq(owner))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}
