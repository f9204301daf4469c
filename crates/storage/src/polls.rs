//! The question part of a post, and who chose what.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::one_of::one_of;
use crate::schema::{poll_votes, polls};
use crate::types::{ActorId, Json, Moment, PostId};
use crate::{Conn, on};

/// The question part of a post.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = polls, primary_key(post_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Poll {
    /// The post.
    pub post_id: PostId,
    /// What can be chosen.
    pub options: Json<Vec<PollOption>>,
    /// Whether more than one may be.
    pub multiple: bool,
    /// When it will end.
    pub closes_at: Option<Moment>,
    /// When it ended.
    pub closed_at: Option<Moment>,
    /// How many have voted.
    pub voters: i32,
}

/// What can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PollOption {
    /// In words.
    pub title: String,
    /// How many chose it.
    pub votes: i32,
}

/// Writes down a poll, or what has become of it.
pub fn record(db: &mut Conn, poll: &Poll) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(polls::table)
        .values(poll)
        .on_conflict(polls::post_id)
        .do_update()
        .set(poll)
        .execute(conn))
    .map(drop)
}

/// The poll of a post.
pub fn find(db: &mut Conn, post: PostId) -> QueryResult<Option<Poll>> {
    on!(db, |conn| Poll::query()
        .filter(polls::post_id.eq(post))
        .first(conn)
        .optional())
}

/// The polls of these posts.
pub fn of_posts(db: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<Poll>> {
    on!(db, |conn| Poll::query()
        .filter(one_of(polls::post_id, posts))
        .load(conn))
}

/// Adds a vote. `false` when somebody has chosen that already.
pub fn vote(db: &mut Conn, post: PostId, actor: ActorId, choice: i32) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(poll_votes::table)
        .values((
            poll_votes::post_id.eq(post),
            poll_votes::actor_id.eq(actor),
            poll_votes::choice.eq(choice),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}

/// What somebody chose in a poll.
pub fn choices(db: &mut Conn, post: PostId, actor: ActorId) -> QueryResult<Vec<i32>> {
    on!(db, |conn| poll_votes::table
        .filter(poll_votes::post_id.eq(post))
        .filter(poll_votes::actor_id.eq(actor))
        .order(poll_votes::choice)
        .select(poll_votes::choice)
        .load(conn))
}

/// What somebody chose in these polls.
pub fn choices_in(
    db: &mut Conn,
    posts: &[PostId],
    actor: ActorId,
) -> QueryResult<Vec<(PostId, i32)>> {
    on!(db, |conn| poll_votes::table
        .filter(one_of(poll_votes::post_id, posts))
        .filter(poll_votes::actor_id.eq(actor))
        .order((poll_votes::post_id, poll_votes::choice))
        .select((poll_votes::post_id, poll_votes::choice))
        .load(conn))
}

/// Those who voted in a poll.
pub fn voters(db: &mut Conn, post: PostId) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| poll_votes::table
        .filter(poll_votes::post_id.eq(post))
        .select(poll_votes::actor_id)
        .distinct()
        .order(poll_votes::actor_id)
        .load(conn))
}

/// Polls whose time is over by `now` and that nobody has closed yet.
pub fn overdue(db: &mut Conn, now: Moment, limit: i64) -> QueryResult<Vec<Poll>> {
    on!(db, |conn| Poll::query()
        .filter(polls::closed_at.is_null())
        .filter(polls::closes_at.le(now))
        .order(polls::closes_at)
        .limit(limit)
        .load(conn))
}

/// Closes a poll. `false` when it is closed already.
pub fn close(db: &mut Conn, post: PostId, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        polls::table
            .filter(polls::post_id.eq(post))
            .filter(polls::closed_at.is_null())
    )
    .set(polls::closed_at.eq(at))
    .execute(conn))
    .map(|changed| changed > 0)
}
