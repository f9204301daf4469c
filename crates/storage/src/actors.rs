//! Everybody and everything with an inbox: persons, groups, programs, servers; here and elsewhere.
//!
//! Who can sign in is told in [`accounts`](crate::accounts), what makes a group a group in [`groups`](crate::groups).

use diesel::dsl::{exists, select, sql};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::upsert::excluded;
use serde::{Deserialize, Serialize};

use crate::one_of::one_of;
use crate::schema::actors;
use crate::types::{ActorId, ActorKind, Json, Moment};
use crate::{Conn, on};

/// An actor.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = actors, treat_none_as_default_value = false)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are columns, each with a meaning of its own"
)]
pub struct Actor {
    /// Our number for it.
    pub id: ActorId,
    /// What it is.
    pub kind: ActorKind,
    /// The part before the `@`, in lower case.
    pub handle: String,
    /// The part after it; empty when it lives here.
    pub host: String,
    /// Its id on the wire.
    pub uri: String,
    /// Its page for people.
    pub url: Option<String>,
    /// Where it takes letters.
    pub inbox: String,
    /// Where its server takes letters for everybody there.
    pub shared_inbox: Option<String>,
    /// Where it lists what it said.
    pub outbox: Option<String>,
    /// Where it lists its followers.
    pub followers_uri: Option<String>,
    /// Where it lists whom it follows.
    pub following_uri: Option<String>,
    /// Where it lists what it has pinned.
    pub featured_uri: Option<String>,
    /// Where a group lists who keeps order.
    pub moderators_uri: Option<String>,
    /// What it is called.
    pub name: String,
    /// A small picture.
    pub icon_url: Option<String>,
    /// A wide picture.
    pub image_url: Option<String>,
    /// The id of its key.
    pub key_id: String,
    /// The public half of its key.
    pub public_key_pem: String,
    /// The private half, for those who live here.
    pub private_key_pem: Option<String>,
    /// Whether it decides itself who may follow it.
    pub locked: bool,
    /// Whether it may be shown in directories.
    pub discoverable: bool,
    /// Whether its posts may be found by searching.
    pub indexable: bool,
    /// Whether the person has died.
    pub memorial: bool,
    /// Since when it is shut out.
    pub suspended_at: Option<Moment>,
    /// The id of the actor that it has become.
    pub moved_to: Option<String>,
    /// How many follow it.
    pub followers_count: i32,
    /// How many it follows.
    pub following_count: i32,
    /// How many posts it has written; for a group, how many it has passed on.
    pub posts_count: i32,
    /// When it last posted.
    pub last_post_at: Option<Moment>,
    /// When it came to be.
    pub published_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// When its server was last asked about it.
    pub fetched_at: Option<Moment>,
    /// Since when it is gone.
    pub deleted_at: Option<Moment>,
    /// The ids of actors that are the same person.
    pub also_known_as: Json<Vec<String>>,
    /// What it says about itself in pairs.
    pub fields: Json<Vec<Field>>,
    /// What it is about, or cares about.
    pub topics: Json<Vec<String>>,
    /// What it says about itself, as clean HTML.
    pub summary: String,
    /// The same as it was written.
    pub summary_source: Option<String>,
    /// The pictures that stand for `:name:` in its name and in what it says about itself.
    pub emojis: Json<Vec<Emoji>>,
    /// Whether whom it follows and who follows it is kept to itself.
    pub hide_collections: bool,
}

/// A picture used as a letter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Emoji {
    /// The word that it stands for, without colons.
    pub name: String,
    /// The picture.
    pub url: String,
}

/// A pair that somebody says about themself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Field {
    /// What it is.
    pub name: String,
    /// What they say, as clean HTML.
    pub value: String,
    /// The same as it was typed; only of people here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When the page that it leads to was seen to lead back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Moment>,
}

impl Actor {
    /// Whether it lives here.
    pub fn is_local(&self) -> bool {
        self.host.is_empty()
    }
}

/// What may change about an actor. What is `None` stays as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = actors)]
pub struct ActorPatch {
    /// What it is.
    pub kind: Option<ActorKind>,
    /// What it is called.
    pub name: Option<String>,
    /// What it says about itself, as clean HTML.
    pub summary: Option<String>,
    /// The same as it was written.
    pub summary_source: Option<Option<String>>,
    /// The pictures that stand for `:name:` in what it says.
    pub emojis: Option<Json<Vec<Emoji>>>,
    /// A small picture.
    pub icon_url: Option<Option<String>>,
    /// A wide picture.
    pub image_url: Option<Option<String>>,
    /// Whether it decides itself who may follow it.
    pub locked: Option<bool>,
    /// Whether it may be shown in directories.
    pub discoverable: Option<bool>,
    /// Whether its posts may be found by searching.
    pub indexable: Option<bool>,
    /// Whether whom it follows and who follows it is kept to itself.
    pub hide_collections: Option<bool>,
    /// Since when it is shut out.
    pub suspended_at: Option<Option<Moment>>,
    /// The id of the actor that it has become.
    pub moved_to: Option<Option<String>>,
    /// The ids of actors that are the same person.
    pub also_known_as: Option<Json<Vec<String>>>,
    /// What it says about itself in pairs.
    pub fields: Option<Json<Vec<Field>>>,
    /// What it is about, or cares about.
    pub topics: Option<Json<Vec<String>>>,
    /// The id of its key.
    pub key_id: Option<String>,
    /// The public half of its key.
    pub public_key_pem: Option<String>,
    /// The private half.
    pub private_key_pem: Option<Option<String>>,
    /// When it last changed.
    pub updated_at: Option<Moment>,
    /// When its server was last asked about it.
    pub fetched_at: Option<Option<Moment>>,
}

/// One of the numbers that are shown with an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// How many follow it.
    Followers,
    /// How many it follows.
    Following,
    /// How many posts it has.
    Posts,
}

/// The actor with this number.
pub fn find(db: &mut Conn, id: ActorId) -> QueryResult<Option<Actor>> {
    on!(db, |conn| Actor::query()
        .filter(actors::id.eq(id))
        .first(conn)
        .optional())
}

/// The actors with these numbers, in no particular order.
pub fn find_many(db: &mut Conn, ids: &[ActorId]) -> QueryResult<Vec<Actor>> {
    on!(db, |conn| Actor::query()
        .filter(one_of(actors::id, ids))
        .load(conn))
}

/// The actor with this id on the wire.
pub fn by_uri(db: &mut Conn, uri: &str) -> QueryResult<Option<Actor>> {
    on!(db, |conn| Actor::query()
        .filter(actors::uri.eq(uri))
        .first(conn)
        .optional())
}

/// The actors with these ids on the wire, in no particular order.
pub fn by_uris(db: &mut Conn, uris: &[String]) -> QueryResult<Vec<Actor>> {
    on!(db, |conn| Actor::query()
        .filter(actors::uri.eq_any(uris))
        .load(conn))
}

/// The actor called `handle@host`; an empty host means here. The handle is in lower case.
///
/// On other servers a person and a group may share a handle. Then one that is not gone comes first, and of those the
/// one that has been known for longest.
pub fn by_handle(db: &mut Conn, handle: &str, host: &str) -> QueryResult<Option<Actor>> {
    on!(db, |conn| Actor::query()
        .filter(actors::handle.eq(handle))
        .filter(actors::host.eq(host))
        .order((actors::deleted_at.is_not_null(), actors::id))
        .first(conn)
        .optional())
}

/// All actors called `handle@host`: a person and a group of another server may share it.
pub fn all_by_handle(db: &mut Conn, handle: &str, host: &str) -> QueryResult<Vec<Actor>> {
    on!(db, |conn| Actor::query()
        .filter(actors::handle.eq(handle))
        .filter(actors::host.eq(host))
        .order(actors::id)
        .load(conn))
}

/// The actor whose key has this id.
pub fn by_key_id(db: &mut Conn, key_id: &str) -> QueryResult<Option<Actor>> {
    on!(db, |conn| Actor::query()
        .filter(actors::key_id.eq(key_id))
        .first(conn)
        .optional())
}

/// Whether nobody here can be given this handle any more, because somebody has it or had it.
pub fn handle_taken(db: &mut Conn, handle: &str) -> QueryResult<bool> {
    on!(db, |conn| select(exists(
        actors::table
            .filter(actors::handle.eq(handle))
            .filter(actors::host.eq(""))
    ))
    .get_result(conn))
}

/// Actors whose handle or name begins with `prefix`, which is in lower case. Nobody who is gone or shut out.
pub fn names_like(db: &mut Conn, prefix: &str, limit: i64) -> QueryResult<Vec<Actor>> {
    // A range is found in the index on both databases; a LIKE is not.
    let end = format!("{prefix}\u{10ffff}");
    on!(db, |conn| Actor::query()
        .filter(
            actors::handle
                .ge(prefix)
                .and(actors::handle.lt(&end))
                .or(sql::<Text>("lower(actors.name)")
                    .ge(prefix)
                    .and(sql::<Text>("lower(actors.name)").lt(&end)))
        )
        .filter(actors::deleted_at.is_null())
        .filter(actors::suspended_at.is_null())
        .order((actors::followers_count.desc(), actors::id))
        .limit(limit)
        .load(conn))
}

/// Adds an actor.
pub fn insert(db: &mut Conn, actor: &Actor) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(actors::table)
        .values(actor)
        .execute(conn))
    .map(drop)
}

/// Remembers an actor of another server, or refreshes what is remembered of it by its id on the wire.
///
/// Its number, its private key, its counts and its suspension are ours and stay. An actor that lives here is never
/// overwritten: it is answered as it is.
pub fn remember(db: &mut Conn, actor: &Actor) -> QueryResult<Actor> {
    use diesel::query_dsl::methods::FilterDsl as _;
    let changed = on!(db, |conn| diesel::insert_into(actors::table)
        .values(actor)
        .on_conflict(actors::uri)
        .do_update()
        .set((
            (
                actors::kind.eq(excluded(actors::kind)),
                actors::handle.eq(excluded(actors::handle)),
                actors::url.eq(excluded(actors::url)),
                actors::inbox.eq(excluded(actors::inbox)),
                actors::shared_inbox.eq(excluded(actors::shared_inbox)),
                actors::outbox.eq(excluded(actors::outbox)),
                actors::followers_uri.eq(excluded(actors::followers_uri)),
                actors::following_uri.eq(excluded(actors::following_uri)),
                actors::featured_uri.eq(excluded(actors::featured_uri)),
                actors::moderators_uri.eq(excluded(actors::moderators_uri)),
                actors::name.eq(excluded(actors::name)),
                actors::icon_url.eq(excluded(actors::icon_url)),
                actors::image_url.eq(excluded(actors::image_url)),
                actors::key_id.eq(excluded(actors::key_id)),
                actors::public_key_pem.eq(excluded(actors::public_key_pem)),
            ),
            (
                actors::locked.eq(excluded(actors::locked)),
                actors::discoverable.eq(excluded(actors::discoverable)),
                actors::indexable.eq(excluded(actors::indexable)),
                actors::memorial.eq(excluded(actors::memorial)),
                actors::moved_to.eq(excluded(actors::moved_to)),
                actors::updated_at.eq(excluded(actors::updated_at)),
                actors::fetched_at.eq(excluded(actors::fetched_at)),
                actors::deleted_at.eq(excluded(actors::deleted_at)),
                actors::also_known_as.eq(excluded(actors::also_known_as)),
                actors::fields.eq(excluded(actors::fields)),
                actors::topics.eq(excluded(actors::topics)),
                actors::summary.eq(excluded(actors::summary)),
                actors::summary_source.eq(excluded(actors::summary_source)),
                actors::emojis.eq(excluded(actors::emojis)),
            ),
        ))
        .filter(actors::host.ne(""))
        .returning(Actor::as_returning())
        .get_result(conn)
        .optional())?;
    match changed {
        Some(actor) => Ok(actor),
        None => by_uri(db, &actor.uri)?.ok_or(diesel::NotFound),
    }
}

/// Changes what the patch names. A patch that names nothing changes nothing.
pub fn update(db: &mut Conn, id: ActorId, patch: &ActorPatch) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        actors::table.filter(actors::id.eq(id))
    )
    .set(patch)
    .execute(conn)
    .optional_empty_changeset())
    .map(drop)
}

/// Notes that an actor is gone, and forgets what it said about itself. Its handle stays taken.
pub fn mark_deleted(db: &mut Conn, id: ActorId, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        actors::table
            .filter(actors::id.eq(id))
            .filter(actors::deleted_at.is_null())
    )
    .set((
        actors::deleted_at.eq(at),
        actors::updated_at.eq(at),
        actors::name.eq(""),
        actors::summary.eq(""),
        actors::summary_source.eq(None::<String>),
        actors::emojis.eq("[]"),
        actors::icon_url.eq(None::<String>),
        actors::image_url.eq(None::<String>),
        actors::fields.eq("[]"),
        actors::topics.eq("[]"),
    ))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Adds `by` to one of the numbers that are shown with an actor.
pub fn adjust(db: &mut Conn, id: ActorId, count: Count, by: i32) -> QueryResult<()> {
    let actor = actors::table.filter(actors::id.eq(id));
    on!(db, |conn| match count {
        Count::Followers => diesel::update(actor)
            .set(actors::followers_count.eq(actors::followers_count + by))
            .execute(conn),
        Count::Following => diesel::update(actor)
            .set(actors::following_count.eq(actors::following_count + by))
            .execute(conn),
        Count::Posts => diesel::update(actor)
            .set(actors::posts_count.eq(actors::posts_count + by))
            .execute(conn),
    })
    .map(drop)
}

/// Counts one more post of an actor, made at `at`.
pub fn note_post(db: &mut Conn, id: ActorId, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        actors::table.filter(actors::id.eq(id))
    )
    .set((
        actors::posts_count.eq(actors::posts_count + 1),
        actors::last_post_at.eq(at)
    ))
    .execute(conn))
    .map(drop)
}
