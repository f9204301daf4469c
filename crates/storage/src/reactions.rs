//! Likes and dislikes.
//!
//! The number that is shown with a post is kept there: see [`posts::adjust`](crate::posts::adjust).

use diesel::prelude::*;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::posts::Post;
use crate::schema::{actors, posts, reactions};
use crate::types::{ActorId, Moment, PostId, ReactionId, ReactionKind};
use crate::{Conn, Page, on};

/// A like or a dislike.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = reactions, treat_none_as_default_value = false)]
pub struct Reaction {
    /// Our number for it.
    pub id: ReactionId,
    /// The post.
    pub post_id: PostId,
    /// Whose it is.
    pub actor_id: ActorId,
    /// What they think.
    pub kind: ReactionKind,
    /// A picture for it.
    pub emoji: Option<String>,
    /// The id of the activity.
    pub uri: Option<String>,
    /// When.
    pub created_at: Moment,
}

/// Adds a reaction. `false` when there was one of that kind already: then nothing changes.
pub fn record(db: &mut Conn, reaction: &Reaction) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(reactions::table)
        .values(reaction)
        .on_conflict((reactions::post_id, reactions::actor_id, reactions::kind))
        .do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}

/// Takes a reaction back, and answers with what it was.
pub fn remove(
    db: &mut Conn,
    post: PostId,
    actor: ActorId,
    kind: ReactionKind,
) -> QueryResult<Option<Reaction>> {
    on!(db, |conn| diesel::delete(
        reactions::table
            .filter(reactions::post_id.eq(post))
            .filter(reactions::actor_id.eq(actor))
            .filter(reactions::kind.eq(kind))
    )
    .returning(Reaction::as_returning())
    .get_result(conn)
    .optional())
}

/// The reaction that this activity made.
pub fn by_uri(db: &mut Conn, uri: &str) -> QueryResult<Option<Reaction>> {
    on!(db, |conn| Reaction::query()
        .filter(reactions::uri.eq(uri))
        .first(conn)
        .optional())
}

/// What somebody thinks of these posts.
pub fn by(db: &mut Conn, actor: ActorId, posts: &[PostId]) -> QueryResult<Vec<Reaction>> {
    on!(db, |conn| Reaction::query()
        .filter(one_of(reactions::post_id, posts))
        .filter(reactions::actor_id.eq(actor))
        .load(conn))
}

/// Those who think so of a post, the latest first.
pub fn of_post(
    db: &mut Conn,
    post: PostId,
    kind: ReactionKind,
    page: &Page,
) -> QueryResult<Vec<(Reaction, Actor)>> {
    on!(db, |conn| page!(
        conn,
        reactions::table
            .inner_join(actors::table.on(actors::id.eq(reactions::actor_id)))
            .filter(reactions::post_id.eq(post))
            .filter(reactions::kind.eq(kind))
            .select((Reaction::as_select(), Actor::as_select())),
        reactions::id,
        page
    ))
}

/// The posts of which somebody thinks so, the latest first.
pub fn of_actor(
    db: &mut Conn,
    actor: ActorId,
    kind: ReactionKind,
    page: &Page,
) -> QueryResult<Vec<(Reaction, Post)>> {
    on!(db, |conn| page!(
        conn,
        reactions::table
            .inner_join(posts::table.on(posts::id.eq(reactions::post_id)))
            .filter(reactions::actor_id.eq(actor))
            .filter(reactions::kind.eq(kind))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .select((Reaction::as_select(), Post::as_select())),
        reactions::id,
        page
    ))
}
