//! What people read, line by line: home, a group, a person, everybody.
//!
//! Only home timelines are kept as lists of their own; every other is read off the posts and boosts themselves. Each is
//! a walk along an index, as long as the page is and no longer. Who may see a line is not asked here.

use std::cmp::Reverse;
use std::collections::HashMap;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable};

use crate::one_of::one_of;
use crate::page::page;
use crate::posts::Post;
use crate::schema::{accounts, boosts, followed_topics, follows, home_entries, post_topics, posts};
use crate::types::{ActorId, EntryId, FollowState, PostId, TopicId, Visibility};
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
    /// Only those of people elsewhere.
    Elsewhere,
}

/// Puts a line into the home timeline of everybody here who hears of `of` in the language of the post. A post stands in a
/// timeline once: whoever has it already gets no second line. Answers how many got it.
pub fn put_home(
    db: &mut Conn,
    entry: Entry,
    of: ActorId,
    language: Option<&str>,
) -> QueryResult<usize> {
    // What says no language is for everybody.
    let wanted = language
        .and_then(|tag| tag.split('-').next())
        .map_or_else(|| "%".to_owned(), |tag| format!("%\"{tag}\"%"));
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
            .filter(
                follows::languages
                    .is_null()
                    .or(follows::languages.like(wanted)),
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

/// Puts a line into the home timeline of everybody here who follows one of these topics. Answers how many got it.
pub fn put_home_of_topics(db: &mut Conn, entry: Entry, topics: &[TopicId]) -> QueryResult<usize> {
    on!(db, |conn| followed_topics::table
        .inner_join(accounts::table.on(accounts::actor_id.eq(followed_topics::actor_id)))
        .filter(one_of(followed_topics::topic_id, topics))
        .select((
            followed_topics::actor_id,
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

/// A page of what was written for everybody to see, answers left out; with `media`, only what comes with pictures and the like.
pub fn public(db: &mut Conn, scope: Scope, media: bool, page: &Page) -> QueryResult<Vec<Line>> {
    let bare = !media;
    macro_rules! open {
        ($($filter:expr),*) => {
            posts::table
                .filter(posts::visibility.eq(Visibility::Public))
                .filter(posts::parent_uri.is_null())
                .filter(posts::deleted_at.is_null())
                .filter(posts::removed_at.is_null())
                .filter(posts::attachments.ne("[]").or(bare.into_sql::<Bool>()))
                $(.filter($filter))*
                .select((
                    posts::id,
                    None::<i64>.into_sql::<Nullable<BigInt>>(),
                    Post::as_select()
                ))
        };
    }
    on!(db, |conn| match scope {
        Scope::Everywhere => page!(conn, open!(), posts::id, page),
        Scope::Here => page!(conn, open!(posts::here), posts::id, page),
        Scope::Elsewhere => page!(conn, open!(not(posts::here)), posts::id, page),
    })
}

/// A page of what was written for everybody about the page at this address, newest first; answers are among it.
pub fn about_link(db: &mut Conn, url: &str, page: &Page) -> QueryResult<Vec<Line>> {
    on!(db, |conn| page!(
        conn,
        posts::table
            .filter(posts::link_url.eq(url))
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
    ))
}

/// Which posts about topics are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutTopics {
    /// About at least one of these.
    pub any: Vec<TopicId>,
    /// And about all of these.
    pub all: Vec<TopicId>,
    /// And about none of these.
    pub none: Vec<TopicId>,
    /// By whom.
    pub scope: Scope,
    /// Only what comes with pictures and the like.
    pub media: bool,
}

/// A page of what was written about topics for everybody to see, newest first.
pub fn about_topics(db: &mut Conn, wanted: &AboutTopics, page: &Page) -> QueryResult<Vec<Line>> {
    let mut lines: Vec<Line> = Vec::new();
    // Topic by topic, because the index is in the order of the posts of one topic.
    for topic in &wanted.any {
        lines.extend(about_topic(db, *topic, wanted, page)?);
    }
    lines.sort_unstable_by_key(|line| line.entry_id);
    lines.dedup_by_key(|line| line.entry_id);
    Ok(one_page(lines, page))
}

fn about_topic(
    db: &mut Conn,
    topic: TopicId,
    wanted: &AboutTopics,
    page: &Page,
) -> QueryResult<Vec<Line>> {
    let also = diesel::alias!(post_topics as also);
    let bare = !wanted.media;
    let (everywhere, here) = match wanted.scope {
        Scope::Everywhere => (true, false),
        Scope::Here => (false, true),
        Scope::Elsewhere => (false, false),
    };
    let as_many = i64::try_from(wanted.all.len()).unwrap_or(i64::MAX);
    on!(db, |conn| page!(
        conn,
        post_topics::table
            .inner_join(posts::table.on(posts::id.eq(post_topics::post_id)))
            .filter(post_topics::topic_id.eq(topic))
            .filter(posts::visibility.eq(Visibility::Public))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .filter(posts::attachments.ne("[]").or(bare.into_sql::<Bool>()))
            .filter(posts::here.eq(here).or(everywhere.into_sql::<Bool>()))
            .filter(
                also.filter(also.field(post_topics::post_id).eq(posts::id))
                    .filter(one_of(also.field(post_topics::topic_id), &wanted.all))
                    .count()
                    .single_value()
                    .eq(as_many)
            )
            .filter(not(exists(
                also.filter(also.field(post_topics::post_id).eq(posts::id))
                    .filter(one_of(also.field(post_topics::topic_id), &wanted.none))
            )))
            .select((
                posts::id,
                None::<i64>.into_sql::<Nullable<BigInt>>(),
                Post::as_select()
            )),
        posts::id,
        page
    ))
}

/// Notes that a post was written here.
pub fn note_here(db: &mut Conn, post: PostId) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        posts::table.filter(posts::id.eq(post))
    )
    .set(posts::here.eq(true))
    .execute(conn))
    .map(drop)
}

/// Lines with the posts that belong to them; without those that are gone.
pub fn with_posts(db: &mut Conn, places: &[Entry]) -> QueryResult<Vec<Line>> {
    let ids: Vec<PostId> = places.iter().map(|place| place.post_id).collect();
    let mut found: HashMap<PostId, Post> = crate::posts::find_many(db, &ids)?
        .into_iter()
        .filter(Post::is_standing)
        .map(|post| (post.id, post))
        .collect();
    // Taken out, so that a post stands once on a page whoever brought it.
    Ok(places
        .iter()
        .filter_map(|place| {
            Some(Line {
                entry_id: place.entry_id,
                by: place.by_id,
                post: found.remove(&place.post_id)?,
            })
        })
        .collect())
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
