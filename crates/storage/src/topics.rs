//! What groups and posts are about.

pub mod names;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::one_of::one_of;
use crate::page::page;
use crate::posts::Post;
use crate::schema::{group_topics, groups, memberships, passions, post_topics, posts, topics};
use crate::types::{ActorId, Circle, MembershipState, Moment, PostId, TopicId, Visibility};
use crate::{Conn, Page, on};

/// A subject.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = topics, treat_none_as_default_value = false)]
pub struct Topic {
    /// Our number for it.
    pub id: TopicId,
    /// Its name as it stands in addresses: lower case, no spaces.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// When it was first named.
    pub created_at: Moment,
}

/// The topic of this slug, or the one that it has become. If there is none, this one becomes it.
pub fn ensure(db: &mut Conn, topic: &Topic) -> QueryResult<Topic> {
    if let Some(known) = by_slug(db, &topic.slug)? {
        return Ok(known);
    }
    on!(db, |conn| diesel::insert_into(topics::table)
        .values(topic)
        .on_conflict(topics::slug)
        .do_nothing()
        .execute(conn))?;
    by_slug(db, &topic.slug)?.ok_or(diesel::NotFound)
}

/// The topic of this slug, or the one that it has become.
pub fn by_slug(db: &mut Conn, slug: &str) -> QueryResult<Option<Topic>> {
    let found: Option<(Topic, Option<TopicId>)> = on!(db, |conn| topics::table
        .filter(topics::slug.eq(slug))
        .select((Topic::as_select(), topics::merged_into))
        .first(conn)
        .optional())?;
    match found {
        Some((_, Some(successor))) => find(db, successor),
        found => Ok(found.map(|(topic, _)| topic)),
    }
}

/// The topic with this number.
pub fn find(db: &mut Conn, id: TopicId) -> QueryResult<Option<Topic>> {
    on!(db, |conn| Topic::query()
        .filter(topics::id.eq(id))
        .first(conn)
        .optional())
}

/// The topics of these slugs, or those that they have become, in no particular order. Two may have become the same.
pub fn by_slugs(db: &mut Conn, slugs: &[String]) -> QueryResult<Vec<Topic>> {
    let mut found: Vec<(Topic, Option<TopicId>)> = on!(db, |conn| topics::table
        .filter(topics::slug.eq_any(slugs))
        .select((Topic::as_select(), topics::merged_into))
        .load(conn))?;
    let became: Vec<TopicId> = found.iter().filter_map(|(_, became)| *became).collect();
    if !became.is_empty() {
        let successors = find_many(db, &became)?;
        for (topic, became) in &mut found {
            if let Some(successor) = successors.iter().find(|it| Some(it.id) == *became) {
                *topic = successor.clone();
            }
        }
    }
    Ok(found.into_iter().map(|(topic, _)| topic).collect())
}

/// The topics with these numbers, in no particular order.
pub fn find_many(db: &mut Conn, ids: &[TopicId]) -> QueryResult<Vec<Topic>> {
    on!(db, |conn| Topic::query()
        .filter(one_of(topics::id, ids))
        .load(conn))
}

/// What makes a topic known to everybody: a post that everybody may read names it, or a group for everybody is about it.
const SPOKEN_OF_IN_PUBLIC: &str = "(EXISTS (SELECT 1 FROM post_topics AS t JOIN posts AS p ON p.id = t.post_id \
     WHERE t.topic_id = topics.id AND p.visibility = 'public' AND p.deleted_at IS NULL AND p.removed_at IS NULL) \
     OR EXISTS (SELECT 1 FROM group_topics AS t JOIN groups AS g ON g.actor_id = t.group_id \
     WHERE t.topic_id = topics.id AND g.visibility = 'public'))";

/// What makes a topic known to those who keep order here: more than one person's word to themselves.
const SPOKEN_OF: &str = "(topics.uses > 0 OR topics.forbidden_at IS NOT NULL \
     OR EXISTS (SELECT 1 FROM group_topics AS g WHERE g.topic_id = topics.id) \
     OR EXISTS (SELECT 1 FROM directory_topics AS d WHERE d.topic_id = topics.id) \
     OR EXISTS (SELECT 1 FROM directory_numbers AS n WHERE n.topic_id = topics.id))";

/// Whether anybody speaks of a topic: people to their company at least, groups, companies elsewhere, or a post for everybody.
pub fn is_spoken_of(db: &mut Conn, id: TopicId) -> QueryResult<bool> {
    on!(db, |conn| diesel::select(diesel::dsl::exists(
        topics::table
            .filter(topics::id.eq(id))
            .filter(sql::<Bool>(SPOKEN_OF).or(sql::<Bool>(SPOKEN_OF_IN_PUBLIC)))
    ))
    .get_result(conn))
}

/// The people and groups here that are tied to a topic, page by page in the order of their numbers.
pub fn tied_to(
    db: &mut Conn,
    topic: TopicId,
    after: ActorId,
    limit: i64,
) -> QueryResult<Vec<ActorId>> {
    let mut tied: Vec<ActorId> = on!(db, |conn| passions::table
        .filter(passions::topic_id.eq(topic))
        .filter(passions::actor_id.gt(after))
        .order(passions::actor_id)
        .select(passions::actor_id)
        .limit(limit)
        .load(conn))?;
    let groups: Vec<ActorId> = on!(db, |conn| group_topics::table
        .filter(group_topics::topic_id.eq(topic))
        .filter(group_topics::group_id.gt(after))
        .order(group_topics::group_id)
        .select(group_topics::group_id)
        .limit(limit)
        .load(conn))?;
    tied.extend(groups);
    tied.sort_unstable();
    tied.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(tied)
}

/// Those of these topics that are known to everybody.
pub fn known_in_public(db: &mut Conn, of: &[TopicId]) -> QueryResult<Vec<TopicId>> {
    on!(db, |conn| topics::table
        .filter(one_of(topics::id, of))
        .filter(sql::<Bool>(SPOKEN_OF_IN_PUBLIC))
        .select(topics::id)
        .load(conn))
}

/// The topics known to everybody whose slug begins so, those that were named first first.
pub fn beginning_with(db: &mut Conn, prefix: &str, limit: i64) -> QueryResult<Vec<Topic>> {
    // A range is found in the index on both databases; a LIKE is not.
    let end = format!("{prefix}\u{10ffff}");
    on!(db, |conn| Topic::query()
        .filter(topics::slug.ge(prefix))
        .filter(topics::slug.lt(&end))
        .filter(topics::forbidden_at.is_null())
        .filter(topics::merged_into.is_null())
        .filter(sql::<Bool>(SPOKEN_OF_IN_PUBLIC))
        .order(topics::slug)
        .limit(limit)
        .load(conn))
}

/// Those of these topics that may be chosen.
pub fn allowed(db: &mut Conn, ids: &[TopicId]) -> QueryResult<Vec<Topic>> {
    on!(db, |conn| Topic::query()
        .filter(one_of(topics::id, ids))
        .filter(topics::forbidden_at.is_null())
        .load(conn))
}

/// Whether nobody may choose this topic any more.
pub fn is_forbidden(db: &mut Conn, id: TopicId) -> QueryResult<bool> {
    on!(db, |conn| diesel::select(diesel::dsl::exists(
        topics::table
            .filter(topics::id.eq(id))
            .filter(topics::forbidden_at.is_not_null())
    ))
    .get_result(conn))
}

/// Forbids a topic, or allows it again.
pub fn forbid(db: &mut Conn, id: TopicId, at: Option<Moment>) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        topics::table.filter(topics::id.eq(id))
    )
    .set(topics::forbidden_at.eq(at))
    .execute(conn))
    .map(drop)
}

/// Gives a topic another name for people; its address stays.
pub fn rename(db: &mut Conn, id: TopicId, name: &str) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        topics::table.filter(topics::id.eq(id))
    )
    .set(topics::name.eq(name))
    .execute(conn))
    .map(drop)
}

/// Lets one topic become another: its address leads there from now on, and so do all that had become this one before.
/// What had been tied to it is tied to the other.
pub fn merge(db: &mut Conn, from: TopicId, to: TopicId) -> QueryResult<()> {
    on!(db, |conn| diesel::update(topics::table.filter(
        topics::id.eq(from).or(topics::merged_into.eq(from))
    ))
    .set((topics::merged_into.eq(to), topics::uses.eq(0)))
    .execute(conn))?;
    names::hand_over(db, from, to)?;
    let groups = groups_about(db, from, i64::MAX)?;
    let ties: Vec<_> = groups
        .iter()
        .map(|group| {
            (
                group_topics::group_id.eq(*group),
                group_topics::topic_id.eq(to),
            )
        })
        .collect();
    if !ties.is_empty() {
        on!(db, |conn| diesel::insert_into(group_topics::table)
            .values(&ties)
            .on_conflict_do_nothing()
            .execute(conn))?;
    }
    on!(db, |conn| diesel::delete(
        group_topics::table.filter(group_topics::topic_id.eq(from))
    )
    .execute(conn))
    .map(drop)
}

/// Counts anew how often a topic is used: by groups that are not for their members alone, and by people who say so to their company at least.
pub fn count_uses(db: &mut Conn, id: TopicId) -> QueryResult<()> {
    let groups: i64 = on!(db, |conn| group_topics::table
        .inner_join(groups::table.on(groups::actor_id.eq(group_topics::group_id)))
        .filter(group_topics::topic_id.eq(id))
        .filter(groups::visibility.ne(Visibility::Members))
        .count()
        .get_result(conn))?;
    let people: i64 = on!(db, |conn| passions::table
        .filter(passions::topic_id.eq(id))
        .filter(passions::circle.ne(Circle::Me))
        .count()
        .get_result(conn))?;
    let uses = i32::try_from(groups.saturating_add(people)).unwrap_or(i32::MAX);
    on!(db, |conn| diesel::update(
        topics::table.filter(topics::id.eq(id))
    )
    .set(topics::uses.eq(uses))
    .execute(conn))
    .map(drop)
}

/// The topics that so many people at least named in public posts since the post `since`, and how many did; the most first.
pub fn named_since(
    db: &mut Conn,
    since: PostId,
    fewest: i64,
    limit: i64,
) -> QueryResult<Vec<(TopicId, i64)>> {
    let authors = || diesel::dsl::count(posts::author_id).aggregate_distinct();
    on!(db, |conn| post_topics::table
        .inner_join(posts::table.on(posts::id.eq(post_topics::post_id)))
        .filter(post_topics::post_id.gt(since))
        .filter(posts::visibility.eq(Visibility::Public))
        .filter(posts::deleted_at.is_null())
        .filter(posts::removed_at.is_null())
        .group_by(post_topics::topic_id)
        .having(authors().ge(fewest))
        .order((authors().desc(), post_topics::topic_id))
        .select((post_topics::topic_id, authors()))
        .limit(limit)
        .load(conn))
}

/// The topics that are used most, whoever may see by whom.
pub fn most_used(db: &mut Conn, limit: i64) -> QueryResult<Vec<Topic>> {
    on!(db, |conn| Topic::query()
        .filter(topics::uses.gt(0))
        .filter(topics::forbidden_at.is_null())
        .order((topics::uses.desc(), topics::id.desc()))
        .limit(limit)
        .load(conn))
}

/// Topics that nobody may choose any more, by name.
pub fn forbidden(db: &mut Conn, limit: i64) -> QueryResult<Vec<Topic>> {
    on!(db, |conn| Topic::query()
        .filter(topics::forbidden_at.is_not_null())
        .order(topics::name)
        .limit(limit)
        .load(conn))
}

/// The topics of a group, by name.
pub fn of_group(db: &mut Conn, group: ActorId) -> QueryResult<Vec<Topic>> {
    on!(db, |conn| topics::table
        .inner_join(group_topics::table.on(group_topics::topic_id.eq(topics::id)))
        .filter(group_topics::group_id.eq(group))
        .order(topics::name)
        .select(Topic::as_select())
        .load(conn))
}

/// The topics of several groups.
pub fn of_groups(db: &mut Conn, groups: &[ActorId]) -> QueryResult<Vec<(ActorId, Topic)>> {
    on!(db, |conn| topics::table
        .inner_join(group_topics::table.on(group_topics::topic_id.eq(topics::id)))
        .filter(one_of(group_topics::group_id, groups))
        .filter(topics::forbidden_at.is_null())
        .order((group_topics::group_id, topics::name))
        .select((group_topics::group_id, Topic::as_select()))
        .load(conn))
}

/// Gives a group these topics and no others.
pub fn set_group(db: &mut Conn, group: ActorId, topics: &[TopicId]) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        group_topics::table.filter(group_topics::group_id.eq(group))
    )
    .execute(conn))?;
    let rows: Vec<_> = topics
        .iter()
        .map(|topic| {
            (
                group_topics::group_id.eq(group),
                group_topics::topic_id.eq(*topic),
            )
        })
        .collect();
    match rows.as_slice() {
        [] => Ok(()),
        rows => on!(db, |conn| diesel::insert_into(group_topics::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(conn))
        .map(drop),
    }
}

/// Gives a post these topics and no others.
pub fn set_post(db: &mut Conn, post: PostId, topics: &[TopicId]) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        post_topics::table.filter(post_topics::post_id.eq(post))
    )
    .execute(conn))?;
    let rows: Vec<_> = topics
        .iter()
        .map(|topic| {
            (
                post_topics::post_id.eq(post),
                post_topics::topic_id.eq(*topic),
            )
        })
        .collect();
    match rows.as_slice() {
        [] => Ok(()),
        rows => on!(db, |conn| diesel::insert_into(post_topics::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(conn))
        .map(drop),
    }
}

/// The groups that have chosen a topic.
pub fn groups_about(db: &mut Conn, topic: TopicId, limit: i64) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| group_topics::table
        .filter(group_topics::topic_id.eq(topic))
        .order(group_topics::group_id)
        .select(group_topics::group_id)
        .limit(limit)
        .load(conn))
}

/// How much somebody wrote about a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Queryable)]
pub struct Written {
    /// The topic.
    pub topic_id: TopicId,
    /// In how many posts for everybody to see.
    pub posts: i64,
    /// When the latest of them was published.
    pub last: Moment,
}

/// How much somebody wrote about each of these topics for everybody to see; for a group, what was written in it.
pub fn written_about(db: &mut Conn, who: ActorId, topics: &[TopicId]) -> QueryResult<Vec<Written>> {
    on!(db, |conn| post_topics::table
        .inner_join(posts::table.on(posts::id.eq(post_topics::post_id)))
        .filter(one_of(post_topics::topic_id, topics))
        .filter(posts::author_id.eq(who).or(posts::group_id.eq(who)))
        .filter(posts::visibility.eq_any([Visibility::Public, Visibility::Unlisted]))
        .filter(posts::deleted_at.is_null())
        .filter(posts::removed_at.is_null())
        .group_by(post_topics::topic_id)
        .select((
            post_topics::topic_id,
            diesel::dsl::count_star(),
            diesel::dsl::max(posts::published_at).assume_not_null()
        ))
        .load(conn))
}

/// What was written about a topic for one of these visibilities, or for the members of a group that `who` belongs to, newest first.
pub fn posts_about(
    db: &mut Conn,
    topic: TopicId,
    visibilities: &[Visibility],
    who: Option<ActorId>,
    page: &Page,
) -> QueryResult<Vec<Post>> {
    // Nobody has this number.
    let who = who.unwrap_or(ActorId(0));
    on!(db, |conn| page!(
        conn,
        post_topics::table
            .inner_join(posts::table.on(posts::id.eq(post_topics::post_id)))
            .filter(post_topics::topic_id.eq(topic))
            .filter(
                posts::visibility.eq_any(visibilities).or(posts::visibility
                    .eq(Visibility::Members)
                    .and(
                        posts::group_id.eq_any(
                            memberships::table
                                .filter(memberships::actor_id.eq(who))
                                .filter(memberships::state.eq(MembershipState::Active))
                                .select(memberships::group_id.nullable())
                        )
                    ))
            )
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .select(Post::as_select()),
        post_topics::post_id,
        page
    ))
}

/// The topics that groups have chosen most, and how many did.
pub fn popular(db: &mut Conn, limit: i64) -> QueryResult<Vec<(Topic, i64)>> {
    let ranking: Vec<(TopicId, i64)> = on!(db, |conn| group_topics::table
        .group_by(group_topics::topic_id)
        .order((diesel::dsl::count_star().desc(), group_topics::topic_id))
        .select((group_topics::topic_id, diesel::dsl::count_star()))
        .limit(limit)
        .load(conn))?;
    ranked(db, ranking)
}

/// The topics of a ranking, in its order.
fn ranked(db: &mut Conn, ranking: Vec<(TopicId, i64)>) -> QueryResult<Vec<(Topic, i64)>> {
    let ids: Vec<TopicId> = ranking.iter().map(|(id, _)| *id).collect();
    let found = find_many(db, &ids)?;
    Ok(ranking
        .into_iter()
        .filter_map(|(id, n)| {
            found
                .iter()
                .find(|topic| topic.id == id)
                .map(|topic| (topic.clone(), n))
        })
        .collect())
}

/// Which groups of this server have chosen which of these topics.
pub fn groups_about_any(
    db: &mut Conn,
    topics: &[TopicId],
    limit: i64,
) -> QueryResult<Vec<(TopicId, ActorId)>> {
    on!(db, |conn| group_topics::table
        .filter(one_of(group_topics::topic_id, topics))
        .select((group_topics::topic_id, group_topics::group_id))
        .limit(limit)
        .load(conn))
}
