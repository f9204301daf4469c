//! First posts of newcomers that wait for a moderator of the group that they are meant for.
//!
//! The post itself stands among the others, seen by its author alone; here is what is needed to let it into the group.

use diesel::prelude::*;

use crate::actors::Actor;
use crate::page::page;
use crate::posts::Post;
use crate::schema::{actors, held_posts, posts};
use crate::types::{ActorId, Json, Moment, PostId, Visibility};
use crate::{Conn, Page, on};

/// A post that waits.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = held_posts, primary_key(post_id), treat_none_as_default_value = false)]
pub struct Held {
    /// The post.
    pub post_id: PostId,
    /// The group that it is meant for.
    pub group_id: ActorId,
    /// Who wrote it.
    pub author_id: ActorId,
    /// Who may see it once it is let in.
    pub visibility: Visibility,
    /// Whom it names.
    pub mentions: Json<Vec<ActorId>>,
    /// The activity that brought it, when it came from elsewhere.
    pub said: Option<String>,
    /// The latest activity that changed it since.
    pub changed: Option<String>,
    /// Since when it waits.
    pub created_at: Moment,
}

/// Lets a post wait.
pub fn hold(db: &mut Conn, held: &Held) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(held_posts::table)
        .values(held)
        .execute(conn))
    .map(drop)
}

/// How this post waits, if it does.
pub fn find(db: &mut Conn, post: PostId) -> QueryResult<Option<Held>> {
    on!(db, |conn| Held::query()
        .filter(held_posts::post_id.eq(post))
        .first(conn)
        .optional())
}

/// Notes how the post was changed while it waits: whom it names now, and the activity that changed it. `false` when it does not wait.
pub fn note_change(
    db: &mut Conn,
    post: PostId,
    mentions: &[ActorId],
    activity: Option<&str>,
) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        held_posts::table.filter(held_posts::post_id.eq(post))
    )
    .set((
        held_posts::mentions.eq(Json(mentions.to_vec())),
        held_posts::changed.eq(activity)
    ))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Ends the waiting. `false` when there was none.
pub fn release(db: &mut Conn, post: PostId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        held_posts::table.filter(held_posts::post_id.eq(post))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}

/// What waits for the moderators of a group, the latest first, each with its author.
pub fn page(db: &mut Conn, group: ActorId, page: &Page) -> QueryResult<Vec<(Held, Post, Actor)>> {
    on!(db, |conn| page!(
        conn,
        held_posts::table
            .inner_join(posts::table.on(posts::id.eq(held_posts::post_id)))
            .inner_join(actors::table.on(actors::id.eq(held_posts::author_id)))
            .filter(held_posts::group_id.eq(group))
            .filter(posts::deleted_at.is_null())
            .select((Held::as_select(), Post::as_select(), Actor::as_select())),
        held_posts::post_id,
        page
    ))
}

/// How many posts of somebody wait for the moderators of a group.
pub fn count_of(db: &mut Conn, group: ActorId, author: ActorId) -> QueryResult<i64> {
    on!(db, |conn| held_posts::table
        .filter(held_posts::author_id.eq(author))
        .filter(held_posts::group_id.eq(group))
        .count()
        .get_result(conn))
}
