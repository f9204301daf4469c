//! How far somebody has read, so that each of their devices knows.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::schema::markers;
use crate::types::{ActorId, Marked, Moment};
use crate::{Conn, on};

/// How far somebody has read in one timeline.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = markers, primary_key(owner_id, timeline))]
pub struct Marker {
    /// Who.
    pub owner_id: ActorId,
    /// In which timeline.
    pub timeline: Marked,
    /// Up to which line.
    pub last_read_id: i64,
    /// How often it was moved.
    pub version: i32,
    /// When it was last moved.
    pub updated_at: Moment,
}

/// Moves a marker on, and never back: what was read stays read.
pub fn advance(
    db: &mut Conn,
    owner: ActorId,
    timeline: Marked,
    to: i64,
    at: Moment,
) -> QueryResult<Option<Marker>> {
    let marker = Marker {
        owner_id: owner,
        timeline,
        last_read_id: to,
        version: 1,
        updated_at: at,
    };
    on!(db, |conn| {
        let insert = diesel::insert_into(markers::table)
            .values(&marker)
            .on_conflict((markers::owner_id, markers::timeline))
            .do_update()
            .set((
                markers::last_read_id.eq(excluded(markers::last_read_id)),
                markers::version.eq(markers::version + 1),
                markers::updated_at.eq(excluded(markers::updated_at)),
            ));
        diesel::query_dsl::methods::FilterDsl::filter(
            insert,
            markers::last_read_id.lt(excluded(markers::last_read_id)),
        )
        .execute(conn)
    })?;
    find(db, owner, timeline)
}

/// How far somebody has read in a timeline, when they ever said.
pub fn find(db: &mut Conn, owner: ActorId, timeline: Marked) -> QueryResult<Option<Marker>> {
    on!(db, |conn| Marker::query()
        .filter(markers::owner_id.eq(owner))
        .filter(markers::timeline.eq(timeline))
        .first(conn)
        .optional())
}
