//! What is there to find: the directory, who might be of interest to somebody, what is talked about just now.
//!
//! These questions look at much and are asked rarely. Whether somebody may see what they answer is asked elsewhere.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::schema::actors;
use crate::statement::Statement;
use crate::types::{ActorId, ActorKind, Moment, PostId, TopicId};
use crate::{Conn, on};

/// In which order the directory is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Those who spoke latest first.
    Active,
    /// Those who came latest first.
    New,
}

/// People and groups that may be listed.
pub fn directory(
    db: &mut Conn,
    order: Order,
    here_only: bool,
    offset: i64,
    limit: i64,
) -> QueryResult<Vec<Actor>> {
    let everywhere = !here_only;
    on!(db, |conn| {
        let listed = Actor::query()
            .filter(actors::discoverable.eq(true))
            .filter(actors::deleted_at.is_null())
            .filter(actors::suspended_at.is_null())
            .filter(actors::moved_to.is_null())
            .filter(actors::kind.ne(ActorKind::Application))
            .filter(
                actors::host
                    .eq("")
                    .or(everywhere.into_sql::<diesel::sql_types::Bool>()),
            )
            .offset(offset)
            .limit(limit);
        match order {
            Order::Active => listed
                .order((
                    actors::last_post_at.is_null(),
                    actors::last_post_at.desc(),
                    actors::id.desc(),
                ))
                .load(conn),
            Order::New => listed.order(actors::id.desc()).load(conn),
        }
    })
}

#[derive(QueryableByName)]
struct Ranked {
    #[diesel(sql_type = BigInt)]
    id: ActorId,
}

/// Groups that share most topics with what somebody follows and where they belong; none that they hear of already.
pub fn groups_in_common(db: &mut Conn, who: ActorId, limit: i64) -> QueryResult<Vec<ActorId>> {
    let statement = Statement::new(
        "SELECT g.group_id AS id FROM group_topics AS g WHERE g.topic_id IN (\
         SELECT topic_id FROM followed_topics WHERE actor_id = ? UNION \
         SELECT t.topic_id FROM group_topics AS t JOIN memberships AS m ON m.group_id = t.group_id \
         WHERE m.actor_id = ? AND m.state = 'active') \
         AND g.group_id NOT IN (SELECT target_id FROM follows WHERE follower_id = ?) \
         AND g.group_id NOT IN (SELECT target_id FROM dismissed_suggestions WHERE actor_id = ?) \
         GROUP BY g.group_id ORDER BY count(*) DESC, g.group_id LIMIT ?",
    );
    ranked(
        db,
        statement.with(who.0).with(who.0).with(who.0).with(who.0),
        limit,
    )
}

/// Those whom most of the people follow whom somebody follows; none that they hear of already.
pub fn friends_of_friends(db: &mut Conn, who: ActorId, limit: i64) -> QueryResult<Vec<ActorId>> {
    let statement = Statement::new(
        "SELECT f.target_id AS id FROM follows AS mine JOIN follows AS f ON f.follower_id = mine.target_id \
         WHERE mine.follower_id = ? AND mine.state = 'accepted' AND f.state = 'accepted' AND f.target_id <> ? \
         AND f.target_id NOT IN (SELECT target_id FROM follows WHERE follower_id = ?) \
         AND f.target_id NOT IN (SELECT target_id FROM dismissed_suggestions WHERE actor_id = ?) \
         GROUP BY f.target_id ORDER BY count(*) DESC, f.target_id LIMIT ?",
    );
    ranked(
        db,
        statement.with(who.0).with(who.0).with(who.0).with(who.0),
        limit,
    )
}

/// Those here who are followed most; none that somebody hears of already.
pub fn most_followed(db: &mut Conn, who: ActorId, limit: i64) -> QueryResult<Vec<ActorId>> {
    let statement = Statement::new(
        "SELECT a.id AS id FROM actors AS a WHERE a.host = '' AND a.kind IN ('person', 'group', 'organization') \
         AND a.discoverable AND a.deleted_at IS NULL AND a.suspended_at IS NULL AND a.id <> ? \
         AND a.id NOT IN (SELECT target_id FROM follows WHERE follower_id = ?) \
         AND a.id NOT IN (SELECT target_id FROM dismissed_suggestions WHERE actor_id = ?) \
         ORDER BY a.followers_count DESC, a.id LIMIT ?",
    );
    ranked(db, statement.with(who.0).with(who.0).with(who.0), limit)
}

fn ranked(db: &mut Conn, statement: Statement<'_>, limit: i64) -> QueryResult<Vec<ActorId>> {
    let rows: Vec<Ranked> = on!(db, |conn| statement.with(limit).load(conn))?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Notes that somebody does not want to be shown another again.
pub fn dismiss(db: &mut Conn, who: ActorId, target: ActorId) -> QueryResult<()> {
    let statement = Statement::new(
        "INSERT INTO dismissed_suggestions (actor_id, target_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
    );
    on!(db, |conn| statement
        .with(who.0)
        .with(target.0)
        .execute(conn))
    .map(drop)
}

/// For each of `whom`, those who follow them among the people that somebody follows.
pub fn familiar(
    db: &mut Conn,
    who: ActorId,
    whom: &[ActorId],
) -> QueryResult<Vec<(ActorId, Actor)>> {
    use crate::schema::follows;
    let mine = diesel::alias!(follows as mine);
    on!(db, |conn| follows::table
        .inner_join(mine.on(mine.field(follows::target_id).eq(follows::follower_id)))
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(mine.field(follows::follower_id).eq(who))
        .filter(mine.field(follows::state).eq(crate::FollowState::Accepted))
        .filter(follows::state.eq(crate::FollowState::Accepted))
        .filter(one_of(follows::target_id, whom))
        .order((follows::target_id, follows::id.desc()))
        .select((follows::target_id, Actor::as_select()))
        .load(conn))
}

/// How much a topic was named on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Day {
    /// The topic.
    #[diesel(sql_type = BigInt)]
    pub topic_id: TopicId,
    /// The day, counted from 1970.
    #[diesel(sql_type = BigInt)]
    pub day: i64,
    /// In how many posts.
    #[diesel(sql_type = BigInt)]
    pub uses: i64,
    /// By how many people.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
}

/// How much each of these topics was named for everybody to read since a moment, day by day.
pub fn days_of(db: &mut Conn, topics: &[TopicId], since: Moment) -> QueryResult<Vec<Day>> {
    if topics.is_empty() {
        return Ok(Vec::new());
    }
    macro_rules! days {
        ($among:literal) => {
            concat!(
                "SELECT t.topic_id AS topic_id, p.published_at / 86400000 AS day, count(*) AS uses, \
                 count(DISTINCT p.author_id) AS people FROM post_topics AS t JOIN posts AS p ON p.id = t.post_id \
                 WHERE t.topic_id ", $among, " AND p.published_at > ? AND p.visibility = 'public' \
                 AND p.deleted_at IS NULL AND p.removed_at IS NULL GROUP BY 1, 2"
            )
        };
    }
    let list: Vec<String> = topics.iter().map(ToString::to_string).collect();
    let list = format!("[{}]", list.join(","));
    let statement = match db {
        Conn::Sqlite(_) => Statement::new(days!("IN (SELECT value FROM json_each(?))")),
        Conn::Postgres(_) => {
            Statement::new(days!("= ANY(CAST(translate(?, '[]', '{}') AS bigint[]))"))
        }
    };
    on!(db, |conn| statement.with(&list).with(since.0).load(conn))
}

/// The topics that most people named for everybody to read in posts after this number; none that fewer than `least` named.
pub fn topics_since(
    db: &mut Conn,
    after: PostId,
    least: i64,
    limit: i64,
) -> QueryResult<Vec<TopicId>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        id: TopicId,
    }
    let statement = Statement::new(
        "SELECT t.topic_id AS id FROM posts AS p JOIN post_topics AS t ON t.post_id = p.id \
         WHERE p.id > ? AND p.visibility = 'public' AND p.deleted_at IS NULL AND p.removed_at IS NULL \
         GROUP BY t.topic_id HAVING count(DISTINCT p.author_id) >= ? \
         ORDER BY count(DISTINCT p.author_id) DESC, count(*) DESC, t.topic_id LIMIT ?",
    );
    let found: Vec<Found> = on!(db, |conn| statement
        .with(after.0)
        .with(least)
        .with(limit)
        .load(conn))?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// The posts after this number that most people liked and passed on; none that fewer than `least` did.
pub fn posts_since(
    db: &mut Conn,
    after: PostId,
    least: i64,
    limit: i64,
) -> QueryResult<Vec<PostId>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        id: PostId,
    }
    let statement = Statement::new(
        "SELECT p.id AS id FROM posts AS p WHERE p.id > ? AND p.visibility = 'public' AND p.parent_uri IS NULL \
         AND p.deleted_at IS NULL AND p.removed_at IS NULL AND p.likes_count + p.boosts_count >= ? \
         ORDER BY p.likes_count + p.boosts_count DESC, p.id DESC LIMIT ?",
    );
    let found: Vec<Found> = on!(db, |conn| statement
        .with(after.0)
        .with(least)
        .with(limit)
        .load(conn))?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// A link that posts are about.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Link {
    /// Where it leads.
    #[diesel(sql_type = Text)]
    pub url: String,
    /// One of the posts about it.
    #[diesel(sql_type = BigInt)]
    pub post_id: PostId,
    /// In how many posts.
    #[diesel(sql_type = BigInt)]
    pub uses: i64,
    /// By how many people.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
}

/// The links that most people wrote about for everybody to read in posts after this number; none that fewer than `least` did.
pub fn links_since(db: &mut Conn, after: PostId, least: i64, limit: i64) -> QueryResult<Vec<Link>> {
    let statement = Statement::new(
        "SELECT p.link_url AS url, max(p.id) AS post_id, count(*) AS uses, count(DISTINCT p.author_id) AS people \
         FROM posts AS p WHERE p.id > ? AND p.link_url IS NOT NULL AND p.visibility = 'public' \
         AND p.deleted_at IS NULL AND p.removed_at IS NULL GROUP BY p.link_url HAVING count(DISTINCT p.author_id) >= ? \
         ORDER BY count(DISTINCT p.author_id) DESC, count(*) DESC, max(p.id) DESC LIMIT ?",
    );
    on!(db, |conn| statement
        .with(after.0)
        .with(least)
        .with(limit)
        .load(conn))
}
