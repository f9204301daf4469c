//! What people read, line by line: home, a group, a person, everybody.
//!
//! Only home timelines are kept as lists of their own; every other is read off the posts and boosts themselves. Each is
//! a walk along an index, as long as the page is and no longer. Who may see a line is not asked here.

use std::cmp::Reverse;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use crate::page::page;
use crate::posts::Post;
use crate::schema::{accounts, actors, boosts, follows, home_entries, posts};
use crate::types::{ActorId, EntryId, FollowState, PostId, Visibility};
use crate::{Conn, Page, on};

/// A line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Line {
    /// Where it stands: the number of the post, or of the boost that brought it.
    pub entry_id: EntryId,
    /// Who passed the post on, when that is why it stands here.
    pub by: Option<ActorId>,
    /// The post.
    pub post: Post,
}

/// What is put into home timelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands: the number of the post, or of the boost that brought it.
    pub entry_id: EntryId,
    /// The post.
    pub post_id: PostId,
    /// Who passed the post on, when that is why it stands there.
    pub by_id: Option<ActorId>,
}

/// Whose posts are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    Everywhere,
    /// Only those of people here.
    Here,
}

/// Puts a line into the home timeline of everybody here who hears of `of`. A post stands in a timeline once: whoever
/// has it already gets no second line. Answers how many got it.
pub fn put_home(db: &mut Conn, entry: Entry, of: ActorId) -> QueryResult<usize> {
    on!(db, |conn| {
        // A boost is only for those who want what the other passes on.
        let all = entry.by_id.is_none();
        follows::table
            .inner_join(accounts::table.on(accounts::actor_id.eq(follows::follower_id)))
            .filter(follows::target_id.eq(of))
            .filter(follows::state.eq(FollowState::Accepted))
            .filter(
                follows::show_boosts
                    .eq(true)
                    .or(all.into_sql::<diesel::sql_types::Bool>()),
            )
            .select((
                follows::follower_id,
                entry.entry_id.into_sql::<BigInt>(),
                entry.post_id.into_sql::<BigInt>(),
                entry.by_id.into_sql::<Nullable<BigInt>>(),
            ))
            .insert_into(home_entries::table)
            .into_columns((
                home_entries::owner_id,
                home_entries::entry_id,
                home_entries::post_id,
                home_entries::by_id,
            ))
            .on_conflict_do_nothing()
            .execute(conn)
    })
}

/// Puts a line into the home timeline of everybody here who hears of both: an answer interests those who follow the whole
/// conversation. Answers how many got it.
pub fn put_home_of_both(
    db: &mut Conn,
    entry: Entry,
    one: ActorId,
    other: ActorId,
) -> QueryResult<usize> {
    let also = diesel::alias!(follows as also);
    on!(db, |conn| follows::table
        .inner_join(accounts::table.on(accounts::actor_id.eq(follows::follower_id)))
        .filter(follows::target_id.eq(one))
        .filter(follows::state.eq(FollowState::Accepted))
        .filter(
            follows::follower_id.eq(other).or(exists(
                also.filter(also.field(follows::follower_id).eq(follows::follower_id))
                    .filter(also.field(follows::target_id).eq(other))
                    .filter(also.field(follows::state).eq(FollowState::Accepted))
            ))
        )
        .select((
            follows::follower_id,
            entry.entry_id.into_sql::<BigInt>(),
            entry.post_id.into_sql::<BigInt>(),
            entry.by_id.into_sql::<Nullable<BigInt>>(),
        ))
        .insert_into(home_entries::table)
        .into_columns((
            home_entries::owner_id,
            home_entries::entry_id,
            home_entries::post_id,
            home_entries::by_id
        ))
        .on_conflict_do_nothing()
        .execute(conn))
}

/// Puts a line into the home timeline of one person: their own posts stand there as well.
pub fn put_home_of(db: &mut Conn, entry: Entry, owner: ActorId) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(home_entries::table)
        .values((
            home_entries::owner_id.eq(owner),
            home_entries::entry_id.eq(entry.entry_id),
            home_entries::post_id.eq(entry.post_id),
            home_entries::by_id.eq(entry.by_id),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// A page of somebody's home timeline.
pub fn home(db: &mut Conn, owner: ActorId, page: &Page) -> QueryResult<Vec<Line>> {
    on!(db, |conn| page!(
        conn,
        home_entries::table
            .inner_join(posts::table.on(posts::id.eq(home_entries::post_id)))
            .filter(home_entries::owner_id.eq(owner))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .select((
                home_entries::entry_id,
                home_entries::by_id,
                Post::as_select()
            )),
        home_entries::entry_id,
        page
    ))
}

/// A page of what an actor passed on. For a group that is its timeline.
pub fn boosted_by(db: &mut Conn, actor: ActorId, page: &Page) -> QueryResult<Vec<Line>> {
    on!(db, |conn| page!(
        conn,
        boosts::table
            .inner_join(posts::table.on(posts::id.eq(boosts::post_id)))
            .filter(boosts::actor_id.eq(actor))
            .filter(boosts::undone_at.is_null())
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .select((boosts::id, boosts::actor_id.nullable(), Post::as_select())),
        boosts::id,
        page
    ))
}

/// A page of what somebody wrote, newest first.
pub fn written_by(db: &mut Conn, author: ActorId, page: &Page) -> QueryResult<Vec<Line>> {
    on!(db, |conn| page!(
        conn,
        posts::table
            .filter(posts::author_id.eq(author))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .select((
                posts::id,
                None::<i64>.into_sql::<Nullable<BigInt>>(),
                Post::as_select()
            )),
        posts::id,
        page
    ))
}

/// A page of what somebody wrote and passed on.
pub fn author_page(db: &mut Conn, author: ActorId, page: &Page) -> QueryResult<Vec<Line>> {
    let mut lines = written_by(db, author, page)?;
    lines.extend(boosted_by(db, author, page)?);
    Ok(one_page(lines, page))
}

/// A page of the threads that somebody started, with or without what they passed on.
pub fn starters_page(
    db: &mut Conn,
    author: ActorId,
    page: &Page,
    boosts: bool,
) -> QueryResult<Vec<Line>> {
    let mut lines = on!(db, |conn| page!(
        conn,
        posts::table
            .filter(posts::author_id.eq(author))
            .filter(posts::parent_uri.is_null())
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .select((
                posts::id,
                None::<i64>.into_sql::<Nullable<BigInt>>(),
                Post::as_select()
            )),
        posts::id,
        page
    ))?;
    if boosts {
        lines.extend(boosted_by(db, author, page)?);
    }
    Ok(one_page(lines, page))
}

/// The part of lines from two lists that makes one page.
fn one_page(mut lines: Vec<Line>, page: &Page) -> Vec<Line> {
    lines.sort_unstable_by_key(|line| Reverse(line.entry_id));
    let wanted = usize::try_from(page.limit).unwrap_or(0);
    if page.upward() {
        lines.drain(..lines.len().saturating_sub(wanted));
    } else {
        lines.truncate(wanted);
    }
    lines
}

/// A page of what was written for everybody to see.
pub fn public(db: &mut Conn, scope: Scope, page: &Page) -> QueryResult<Vec<Line>> {
    on!(db, |conn| match scope {
        Scope::Everywhere => page!(
            conn,
            posts::table
                .filter(posts::visibility.eq(Visibility::Public))
                .filter(posts::deleted_at.is_null())
                .filter(posts::removed_at.is_null())
                .select((
                    posts::id,
                    None::<i64>.into_sql::<Nullable<BigInt>>(),
                    Post::as_select()
                )),
            posts::id,
            page
        ),
        Scope::Here => page!(
            conn,
            posts::table
                .filter(posts::visibility.eq(Visibility::Public))
                .filter(posts::deleted_at.is_null())
                .filter(posts::removed_at.is_null())
                .filter(exists(
                    actors::table
                        .filter(actors::id.eq(posts::author_id))
                        .filter(actors::host.eq(""))
                ))
                .select((
                    posts::id,
                    None::<i64>.into_sql::<Nullable<BigInt>>(),
                    Post::as_select()
                )),
            posts::id,
            page
        ),
    })
}

/// Takes what somebody wrote or passed on out of one home timeline: they are no longer followed.
pub fn drop_from_home(db: &mut Conn, owner: ActorId, of: ActorId) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        home_entries::table
            .filter(home_entries::owner_id.eq(owner))
            .filter(
                home_entries::by_id
                    .eq(of)
                    .or(home_entries::by_id.is_null().and(
                        home_entries::post_id.eq_any(
                            posts::table
                                .filter(posts::author_id.eq(of))
                                .select(posts::id)
                        )
                    ))
            )
    )
    .execute(conn))
}

/// Takes everything out of all home timelines that was passed on by somebody who is gone.
pub fn drop_from_all_homes(db: &mut Conn, by: ActorId) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        home_entries::table
            .filter(home_entries::owner_id.eq_any(accounts::table.select(accounts::actor_id)))
            .filter(home_entries::by_id.eq(by))
    )
    .execute(conn))
}

/// Takes a post out of all home timelines.
pub fn forget_post(db: &mut Conn, post: PostId) -> QueryResult<usize> {
    // By owner, because that is how the list is sorted; an index by post would cost more with every post than this
    // saves with every deletion.
    on!(db, |conn| diesel::delete(
        home_entries::table
            .filter(home_entries::owner_id.eq_any(accounts::table.select(accounts::actor_id)))
            .filter(home_entries::post_id.eq(post))
    )
    .execute(conn))
}

/// Takes a line out of all home timelines: a boost that was undone.
pub fn forget_entry(db: &mut Conn, entry: EntryId) -> QueryResult<usize> {
    on!(db, |conn| diesel::delete(
        home_entries::table
            .filter(home_entries::owner_id.eq_any(accounts::table.select(accounts::actor_id)))
            .filter(home_entries::entry_id.eq(entry))
    )
    .execute(conn))
}

/// Puts the last `limit` things that somebody wrote and passed on into one home timeline: they are followed now.
///
/// Only what everybody or a follower may read; posts of groups come with the group's boosts.
pub fn backfill_home(db: &mut Conn, owner: ActorId, of: ActorId, limit: i64) -> QueryResult<usize> {
    let lines = author_page(db, of, &Page::first(limit))?;
    let rows: Vec<_> = lines
        .iter()
        .filter(|line| line.post.visibility != Visibility::Direct)
        .map(|line| {
            (
                home_entries::owner_id.eq(owner),
                home_entries::entry_id.eq(line.entry_id),
                home_entries::post_id.eq(line.post.id),
                home_entries::by_id.eq(line.by),
            )
        })
        .collect();
    match rows.as_slice() {
        [] => Ok(0),
        rows => on!(db, |conn| diesel::insert_into(home_entries::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(conn)),
    }
}

/// Shortens a home timeline to about the newest `keep` lines. Answers how many are gone.
pub fn trim_home(db: &mut Conn, owner: ActorId, keep: i64) -> QueryResult<usize> {
    on!(db, |conn| {
        let oldest: Option<EntryId> = home_entries::table
            .filter(home_entries::owner_id.eq(owner))
            .order(home_entries::entry_id.desc())
            .offset(keep)
            .select(home_entries::entry_id)
            .first(conn)
            .optional()?;
        match oldest {
            None => Ok(0),
            Some(oldest) => diesel::delete(
                home_entries::table
                    .filter(home_entries::owner_id.eq(owner))
                    .filter(home_entries::entry_id.le(oldest)),
            )
            .execute(conn),
        }
    })
}
