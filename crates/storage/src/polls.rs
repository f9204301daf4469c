//! The question part of a post, and who chose what.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::one_of::one_of;
use crate::schema::{actors, poll_votes, polls};
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
    /// Whether the counts are shown only when it is over.
    pub hide_totals: bool,
    /// When those who wait for the counts are told next; `None` when they know.
    pub tell_at: Option<Moment>,
}

impl Poll {
    /// Whether nobody can vote any more.
    pub fn is_over(&self, now: Moment) -> bool {
        self.closed_at.is_some() || self.closes_at.is_some_and(|end| end <= now)
    }
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

/// The poll of a post, which nobody else changes until this unit of work is over: votes that come together are counted one by one.
pub fn find_to_change(db: &mut Conn, post: PostId) -> QueryResult<Option<Poll>> {
    match db {
        // There is one writer.
        Conn::Sqlite(_) => find(db, post),
        Conn::Postgres(conn) => Poll::query()
            .filter(polls::post_id.eq(post))
            .for_update()
            .first(conn)
            .optional(),
    }
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

/// Forgets what was chosen in a poll: its options are others now.
pub fn forget_votes(db: &mut Conn, post: PostId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        poll_votes::table.filter(poll_votes::post_id.eq(post))
    )
    .execute(conn))
    .map(drop)
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

/// Those who voted in a poll, here or elsewhere, in the order of their numbers; at most `limit`.
pub fn voters(db: &mut Conn, post: PostId, whose: Voters, limit: i64) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| {
        let voters = poll_votes::table
            .inner_join(actors::table.on(actors::id.eq(poll_votes::actor_id)))
            .filter(poll_votes::post_id.eq(post))
            .select(poll_votes::actor_id)
            .distinct()
            .order(poll_votes::actor_id)
            .limit(limit);
        match whose {
            Voters::Here => voters.filter(actors::host.eq("")).load(conn),
            Voters::Elsewhere => voters.filter(actors::host.ne("")).load(conn),
        }
    })
}

/// Whose votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voters {
    /// Of people here.
    Here,
    /// Of people on other servers.
    Elsewhere,
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
