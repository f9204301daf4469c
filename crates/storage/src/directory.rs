//! The directory: people and groups elsewhere that can be found here, as they or their company told us.
//!
//! It is a copy that may be thrown away: what is in it came from other servers and is theirs to take back.

pub mod numbers;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::groups::sought::Sought;
use crate::one_of::one_of;
use crate::schema::{directory, directory_topics, topics};
use crate::types::{ActorKind, Circle, JoinPolicy, ListingId, Moment, TopicId};
use crate::{Conn, like, on};

/// Somebody or a group elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = directory, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Listing {
    /// Our number for it.
    pub id: ListingId,
    /// Its address.
    pub uri: String,
    /// The server it lives on.
    pub host: String,
    /// Person or group.
    pub kind: ActorKind,
    /// Who may find it here: everyone, or only our own people because a partner told us.
    pub circle: Circle,
    /// The handle, without host.
    pub handle: String,
    /// The name for people.
    pub name: String,
    /// Its picture.
    pub icon_url: Option<String>,
    /// What it says of itself, as plain text.
    pub summary: String,
    /// The language of a group.
    pub language: Option<String>,
    /// How one becomes a member of a group.
    pub join_policy: Option<JoinPolicy>,
    /// How many belong to a group, as far as it says.
    pub members: i32,
    /// When something was last said in a group, as far as it says: to the day.
    pub lively_at: Option<Moment>,
    /// When we were last told.
    pub seen_at: Moment,
    /// Whether people whom they do not know can say hello to them.
    pub greetable: bool,
}

/// Writes a listing, with its topics and the words said about each; answers the number under which it stands.
pub fn record(
    db: &mut Conn,
    listing: &Listing,
    topics: &[(TopicId, String)],
) -> QueryResult<ListingId> {
    let known = find(db, &listing.uri)?;
    let id = known.as_ref().map_or(listing.id, |known| known.id);
    if known.is_some() {
        let same = Listing {
            id,
            ..listing.clone()
        };
        on!(db, |conn| diesel::update(
            directory::table.filter(directory::id.eq(id))
        )
        .set(&same)
        .execute(conn))?;
    } else {
        on!(db, |conn| diesel::insert_into(directory::table)
            .values(listing)
            .execute(conn))?;
    }
    on!(db, |conn| diesel::delete(
        directory_topics::table.filter(directory_topics::entry_id.eq(id))
    )
    .execute(conn))?;
    let rows: Vec<_> = topics
        .iter()
        .map(|(topic, words)| {
            (
                directory_topics::topic_id.eq(*topic),
                directory_topics::entry_id.eq(id),
                directory_topics::words.eq(words),
            )
        })
        .collect();
    if !rows.is_empty() {
        on!(db, |conn| diesel::insert_into(directory_topics::table)
            .values(&rows)
            .on_conflict_do_nothing()
            .execute(conn))?;
    }
    Ok(id)
}

/// The listing of this address.
pub fn find(db: &mut Conn, uri: &str) -> QueryResult<Option<Listing>> {
    on!(db, |conn| Listing::query()
        .filter(directory::uri.eq(uri))
        .first(conn)
        .optional())
}

/// Takes a listing out. Whether it was there.
pub fn remove(db: &mut Conn, uri: &str) -> QueryResult<bool> {
    match find(db, uri)? {
        Some(listing) => erase(db, &[listing.id]).map(|()| true),
        None => Ok(false),
    }
}

/// Takes everything out that a server told us as a partner, at most `limit` at a time; how many went.
pub fn remove_of_partner(db: &mut Conn, host: &str, limit: i64) -> QueryResult<usize> {
    let ids: Vec<ListingId> = on!(db, |conn| directory::table
        .filter(directory::host.eq(host))
        .filter(directory::circle.eq(Circle::Partners))
        .select(directory::id)
        .limit(limit)
        .load(conn))?;
    erase(db, &ids)?;
    Ok(ids.len())
}

/// Takes everything out that is known of a server, whoever told it, at most `limit` at a time; how many went.
pub fn remove_of_host(db: &mut Conn, host: &str, limit: i64) -> QueryResult<usize> {
    let ids: Vec<ListingId> = on!(db, |conn| directory::table
        .filter(directory::host.eq(host))
        .select(directory::id)
        .limit(limit)
        .load(conn))?;
    erase(db, &ids)?;
    Ok(ids.len())
}

/// Takes out what a partner did not name any more when it told us everything at `since`.
pub fn remove_unseen(db: &mut Conn, host: &str, since: Moment) -> QueryResult<usize> {
    let ids: Vec<ListingId> = on!(db, |conn| directory::table
        .filter(directory::host.eq(host))
        .filter(directory::circle.eq(Circle::Partners))
        .filter(directory::seen_at.lt(since))
        .select(directory::id)
        .load(conn))?;
    erase(db, &ids)?;
    Ok(ids.len())
}

fn erase(db: &mut Conn, ids: &[ListingId]) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        directory_topics::table.filter(one_of(directory_topics::entry_id, ids))
    )
    .execute(conn))?;
    on!(db, |conn| diesel::delete(
        directory::table.filter(one_of(directory::id, ids))
    )
    .execute(conn))
    .map(drop)
}

/// How many listings a server has here.
pub fn count_of(db: &mut Conn, host: &str) -> QueryResult<i64> {
    on!(db, |conn| directory::table
        .filter(directory::host.eq(host))
        .count()
        .get_result(conn))
}

/// Who and what elsewhere is about a topic, by kind, those told last first.
pub fn about(
    db: &mut Conn,
    topic: TopicId,
    kind: ActorKind,
    circles: &[Circle],
    limit: i64,
) -> QueryResult<Vec<(Listing, String)>> {
    on!(db, |conn| directory::table
        .inner_join(directory_topics::table.on(directory_topics::entry_id.eq(directory::id)))
        .filter(directory_topics::topic_id.eq(topic))
        .filter(directory::kind.eq(kind))
        .filter(directory::circle.eq_any(circles))
        .order((directory::seen_at.desc(), directory::id.desc()))
        .limit(limit)
        .select((Listing::as_select(), directory_topics::words))
        .load(conn))
}

/// Groups elsewhere as somebody looks for them, at one server or anywhere, those in which something was said last first, from behind
/// the listing `after`.
pub fn groups_page(
    db: &mut Conn,
    sought: &Sought,
    host: Option<&str>,
    circles: &[Circle],
    after: Option<ListingId>,
    limit: i64,
) -> QueryResult<Vec<Listing>> {
    let place = match after {
        Some(after) => on!(db, |conn| Listing::query()
            .filter(directory::id.eq(after))
            .first(conn)
            .optional())?
        .map(|listing| (listing.lively_at.map_or(0, |last| last.0), after)),
        None => None,
    };
    on!(db, |conn| {
        let lively = || sql::<BigInt>("coalesce(directory.lively_at, 0)");
        let mut query = Listing::query()
            .filter(directory::kind.eq(ActorKind::Group))
            .filter(directory::circle.eq_any(circles))
            .into_boxed();
        if !sought.words.is_empty() {
            let words = like::anywhere(&sought.words);
            query = query.filter(
                sql::<Text>("lower(directory.name)")
                    .like(words.clone())
                    .escape('\\')
                    .or(directory::handle.like(words.clone()).escape('\\'))
                    .or(sql::<Text>("lower(directory.summary)")
                        .like(words)
                        .escape('\\')),
            );
        }
        if let Some(topic) = sought.topic {
            query = query.filter(
                directory::id.eq_any(
                    directory_topics::table
                        .filter(directory_topics::topic_id.eq(topic))
                        .select(directory_topics::entry_id),
                ),
            );
        }
        if let Some(host) = host {
            query = query.filter(directory::host.eq(host));
        }
        if let Some(language) = &sought.language {
            query = query.filter(directory::language.eq(language));
        }
        if let Some(policy) = sought.join_policy {
            query = query.filter(directory::join_policy.eq(policy));
        }
        if let Some((last, id)) = place {
            query = query.filter(
                lively()
                    .lt(last)
                    .or(lively().eq(last).and(directory::id.lt(id))),
            );
        }
        query
            .order((lively().desc(), directory::id.desc()))
            .limit(limit)
            .load(conn)
    })
}

/// What these listings are about, by name.
pub fn topics_of(db: &mut Conn, ids: &[ListingId]) -> QueryResult<Vec<(ListingId, String)>> {
    on!(db, |conn| directory_topics::table
        .inner_join(topics::table.on(topics::id.eq(directory_topics::topic_id)))
        .filter(one_of(directory_topics::entry_id, ids))
        .filter(topics::forbidden_at.is_null())
        .order((directory_topics::entry_id, topics::name))
        .select((directory_topics::entry_id, topics::name))
        .load(conn))
}

/// What is said in their own words in these listings, with the name of the topic.
pub fn said_in(db: &mut Conn, ids: &[ListingId]) -> QueryResult<Vec<(ListingId, String, String)>> {
    on!(db, |conn| directory_topics::table
        .inner_join(topics::table.on(topics::id.eq(directory_topics::topic_id)))
        .filter(one_of(directory_topics::entry_id, ids))
        .filter(directory_topics::words.ne(""))
        .filter(topics::forbidden_at.is_null())
        .order((directory_topics::entry_id, topics::name))
        .select((
            directory_topics::entry_id,
            topics::name,
            directory_topics::words
        ))
        .load(conn))
}

/// How many of a kind are about each of these topics at each server.
pub fn counts(
    db: &mut Conn,
    topics: &[TopicId],
    kind: ActorKind,
    circles: &[Circle],
) -> QueryResult<Vec<(TopicId, String, i64)>> {
    on!(db, |conn| directory::table
        .inner_join(directory_topics::table.on(directory_topics::entry_id.eq(directory::id)))
        .filter(one_of(directory_topics::topic_id, topics))
        .filter(directory::kind.eq(kind))
        .filter(directory::circle.eq_any(circles))
        .group_by((directory_topics::topic_id, directory::host))
        .select((
            directory_topics::topic_id,
            directory::host,
            diesel::dsl::count_star()
        ))
        .load(conn))
}

/// Everything of a kind that is about one of these topics, with the topic.
pub fn about_any(
    db: &mut Conn,
    topics: &[TopicId],
    kind: ActorKind,
    circles: &[Circle],
    limit: i64,
) -> QueryResult<Vec<(TopicId, Listing)>> {
    on!(db, |conn| directory::table
        .inner_join(directory_topics::table.on(directory_topics::entry_id.eq(directory::id)))
        .filter(one_of(directory_topics::topic_id, topics))
        .filter(directory::kind.eq(kind))
        .filter(directory::circle.eq_any(circles))
        .order((directory::seen_at.desc(), directory::id.desc()))
        .limit(limit)
        .select((directory_topics::topic_id, Listing::as_select()))
        .load(conn))
}

/// Ties everything that is about one topic to another.
pub fn hand_over(db: &mut Conn, from: TopicId, to: TopicId) -> QueryResult<()> {
    numbers::hand_over(db, from, to)?;
    let both: Vec<ListingId> = on!(db, |conn| directory_topics::table
        .filter(directory_topics::topic_id.eq(to))
        .select(directory_topics::entry_id)
        .load(conn))?;
    on!(db, |conn| diesel::delete(
        directory_topics::table
            .filter(directory_topics::topic_id.eq(from))
            .filter(one_of(directory_topics::entry_id, &both))
    )
    .execute(conn))?;
    on!(db, |conn| diesel::update(
        directory_topics::table.filter(directory_topics::topic_id.eq(from))
    )
    .set(directory_topics::topic_id.eq(to))
    .execute(conn))
    .map(drop)
}
