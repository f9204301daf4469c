//! Posts that somebody keeps, for themself alone.

use diesel::prelude::*;

use crate::page::page;
use crate::posts::Post;
use crate::schema::{bookmarks, posts};
use crate::types::{ActorId, Moment, PostId, TieId};
use crate::{Conn, Page, on};

/// Keeps a post. Keeping twice is keeping once.
pub fn keep(db: &mut Conn, id: TieId, actor: ActorId, post: PostId, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(bookmarks::table)
        .values((
            bookmarks::id.eq(id),
            bookmarks::actor_id.eq(actor),
            bookmarks::post_id.eq(post),
            bookmarks::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// Keeps it no longer.
pub fn let_go(db: &mut Conn, actor: ActorId, post: PostId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        bookmarks::table
            .filter(bookmarks::actor_id.eq(actor))
            .filter(bookmarks::post_id.eq(post))
    )
    .execute(conn))
    .map(drop)
}

/// What somebody keeps, the latest first. Pages go by the number of the bookmark.
pub fn page(db: &mut Conn, actor: ActorId, page: &Page) -> QueryResult<Vec<(TieId, Post)>> {
    on!(db, |conn| page!(
        conn,
        bookmarks::table
            .inner_join(posts::table.on(posts::id.eq(bookmarks::post_id)))
            .filter(bookmarks::actor_id.eq(actor))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .select((bookmarks::id, Post::as_select())),
        bookmarks::id,
        page
    ))
}
