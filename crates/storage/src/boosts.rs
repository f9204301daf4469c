//! Posts passed on. What a group relays is passed on by the group.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{actors, boosts};
use crate::types::{ActorId, ActorKind, BoostId, Moment, PostId};
use crate::{Conn, Page, on};

/// A post passed on.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = boosts, treat_none_as_default_value = false)]
pub struct Boost {
    /// Our number for it.
    pub id: BoostId,
    /// Who passed it on.
    pub actor_id: ActorId,
    /// The post.
    pub post_id: PostId,
    /// The id of the activity that announced the post.
    pub uri: String,
    /// The id of the activity that announced its creation, when a group passed it on.
    pub relay_uri: Option<String>,
    /// Since when it no longer holds.
    pub undone_at: Option<Moment>,
    /// When it was passed on.
    pub created_at: Moment,
}

/// Writes down that a post was passed on. `false` when it had been by this actor already: then nothing changes.
///
/// What was undone before begins anew, with the new number and addresses.
pub fn record(db: &mut Conn, boost: &Boost) -> QueryResult<bool> {
    on!(db, |conn| {
        let insert = diesel::insert_into(boosts::table)
            .values(boost)
            .on_conflict((boosts::actor_id, boosts::post_id))
            .do_update()
            .set((
                boosts::id.eq(excluded(boosts::id)),
                boosts::uri.eq(excluded(boosts::uri)),
                boosts::relay_uri.eq(excluded(boosts::relay_uri)),
                boosts::undone_at.eq(excluded(boosts::undone_at)),
                boosts::created_at.eq(excluded(boosts::created_at)),
            ));
        diesel::query_dsl::methods::FilterDsl::filter(insert, boosts::undone_at.is_not_null())
            .execute(conn)
    })
    .map(|changed| changed > 0)
}

/// The boost with this number.
pub fn find_by_id(db: &mut Conn, id: BoostId) -> QueryResult<Option<Boost>> {
    on!(db, |conn| Boost::query()
        .filter(boosts::id.eq(id))
        .first(conn)
        .optional())
}

/// How an actor passed on a post, also when that was undone.
pub fn find(db: &mut Conn, actor: ActorId, post: PostId) -> QueryResult<Option<Boost>> {
    on!(db, |conn| Boost::query()
        .filter(boosts::actor_id.eq(actor).and(boosts::post_id.eq(post)))
        .first(conn)
        .optional())
}

/// The boosts of these posts by one actor, without those that were undone.
pub fn find_many(db: &mut Conn, actor: ActorId, posts: &[PostId]) -> QueryResult<Vec<Boost>> {
    on!(db, |conn| QueryDsl::filter(
        Boost::query(),
        boosts::actor_id
            .eq(actor)
            .and(one_of(boosts::post_id, posts))
            .and(boosts::undone_at.is_null())
    )
    .load(conn))
}

/// The boost that the activity with this id announced.
pub fn by_uri(db: &mut Conn, uri: &str) -> QueryResult<Option<Boost>> {
    on!(db, |conn| Boost::query()
        .filter(boosts::uri.eq(uri))
        .first(conn)
        .optional())
}

/// Ends a boost. `false` when it had ended already.
pub fn undo(db: &mut Conn, id: BoostId, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(QueryDsl::filter(
        boosts::table,
        boosts::id.eq(id).and(boosts::undone_at.is_null())
    ))
    .set(boosts::undone_at.eq(at))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// What an actor has passed on, newest first.
pub fn page_of_actor(db: &mut Conn, actor: ActorId, page: &Page) -> QueryResult<Vec<Boost>> {
    on!(db, |conn| page!(
        conn,
        QueryDsl::filter(
            Boost::query(),
            boosts::actor_id.eq(actor).and(boosts::undone_at.is_null())
        ),
        boosts::id,
        page
    ))
}

/// Those who passed on a post, the latest first.
pub fn of_post(db: &mut Conn, post: PostId, page: &Page) -> QueryResult<Vec<(Boost, Actor)>> {
    on!(db, |conn| page!(
        conn,
        QueryDsl::filter(
            boosts::table.inner_join(actors::table.on(actors::id.eq(boosts::actor_id))),
            boosts::post_id.eq(post).and(boosts::undone_at.is_null())
        )
        .select((Boost::as_select(), Actor::as_select())),
        boosts::id,
        page
    ))
}

/// How groups of this server passed on a post, each with the group.
pub fn by_groups_here(db: &mut Conn, post: PostId) -> QueryResult<Vec<(Boost, Actor)>> {
    on!(db, |conn| QueryDsl::filter(
        boosts::table.inner_join(actors::table.on(actors::id.eq(boosts::actor_id))),
        boosts::post_id
            .eq(post)
            .and(boosts::undone_at.is_null())
            .and(actors::host.eq(""))
            .and(actors::kind.eq(ActorKind::Group))
            .and(actors::deleted_at.is_null())
    )
    .select((Boost::as_select(), Actor::as_select()))
    .load(conn))
}

/// The latest ways in which a post was passed on: the boosts, and by whom; at most so many.
pub fn ways(db: &mut Conn, post: PostId, most: i64) -> QueryResult<Vec<(BoostId, ActorId)>> {
    on!(db, |conn| boosts::table
        .filter(boosts::post_id.eq(post))
        .filter(boosts::undone_at.is_null())
        .order(boosts::id.desc())
        .limit(most)
        .select((boosts::id, boosts::actor_id))
        .load(conn))
}

/// These boosts.
pub fn by_ids(db: &mut Conn, ids: &[BoostId]) -> QueryResult<Vec<Boost>> {
    on!(db, |conn| Boost::query()
        .filter(one_of(boosts::id, ids))
        .load(conn))
}
