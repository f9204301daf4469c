//! What was said to other servers and heard from them, by id: so that nothing is taken twice.

use diesel::dsl::{exists, select, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::one_of::one_of;
use crate::page::page;
use crate::schema::activities;
use crate::types::{ActivityId, ActorId, Direction, Moment, Visibility};
use crate::{Conn, Page, on};

/// Something said or heard.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = activities, treat_none_as_default_value = false)]
pub struct Activity {
    /// Our number for it.
    pub id: ActivityId,
    /// Its id on the wire.
    pub uri: String,
    /// Whether it left here or came here.
    pub direction: Direction,
    /// What it is: `Create`, `Follow`, …
    pub kind: String,
    /// Whose it is, when we know them.
    pub actor_id: Option<ActorId>,
    /// What it is about.
    pub object_uri: Option<String>,
    /// The group it happened in.
    pub group_id: Option<ActorId>,
    /// Who may see it.
    pub visibility: Visibility,
    /// The server it came from.
    pub host: Option<String>,
    /// When it was said or heard.
    pub created_at: Moment,
    /// The JSON, as long as somebody may still need it.
    pub body: Option<String>,
}

/// Takes note of something heard. `false` when it was known already: then nothing changes.
pub fn hear(db: &mut Conn, activity: &Activity) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(activities::table)
        .values(activity)
        .on_conflict_do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}

/// Keeps something said.
pub fn say(db: &mut Conn, activity: &Activity) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(activities::table)
        .values(activity)
        .execute(conn))
    .map(drop)
}

/// The activity with this number.
pub fn find(db: &mut Conn, id: ActivityId) -> QueryResult<Option<Activity>> {
    on!(db, |conn| Activity::query()
        .filter(activities::id.eq(id))
        .first(conn)
        .optional())
}

/// The activity with this id on the wire.
pub fn by_uri(db: &mut Conn, uri: &str) -> QueryResult<Option<Activity>> {
    on!(db, |conn| Activity::query()
        .filter(activities::uri.eq(uri))
        .first(conn)
        .optional())
}

/// Whether an activity with this id on the wire was said or heard before.
pub fn is_known(db: &mut Conn, uri: &str) -> QueryResult<bool> {
    on!(db, |conn| select(exists(
        activities::table.filter(activities::uri.eq(uri))
    ))
    .get_result(conn))
}

/// Lets go of the JSON of these. That they were said or heard stays known.
pub fn forget_body(db: &mut Conn, ids: &[ActivityId]) -> QueryResult<()> {
    let nothing = activities::body.eq(None::<String>);
    match ids {
        [] => Ok(()),
        [id] => on!(db, |conn| diesel::update(
            activities::table.filter(activities::id.eq(id))
        )
        .set(nothing)
        .execute(conn))
        .map(drop),
        _ => on!(db, |conn| diesel::update(
            activities::table.filter(activities::id.eq_any(ids))
        )
        .set(nothing)
        .execute(conn))
        .map(drop),
    }
}

/// Lets go of the JSON of those of these that pass something on.
pub fn forget_announced(db: &mut Conn, ids: &[ActivityId]) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        activities::table
            .filter(one_of(activities::id, ids))
            .filter(activities::kind.eq("Announce"))
    )
    .set(activities::body.eq(None::<String>))
    .execute(conn))
    .map(drop)
}

/// Lets go of the JSON of everything heard before `than`, that was kept for some reason. Answers how many those were.
pub fn forget_bodies(db: &mut Conn, than: ActivityId) -> QueryResult<usize> {
    on!(db, |conn| diesel::update(
        activities::table
            .filter(activities::id.lt(than))
            .filter(activities::direction.eq(Direction::Heard))
            .filter(activities::body.is_not_null())
    )
    .set(activities::body.eq(None::<String>))
    .execute(conn))
}

/// What somebody here has told everybody: posts and what they passed on, newest first.
pub fn outbox(db: &mut Conn, actor: ActorId, page: &Page) -> QueryResult<Vec<Activity>> {
    on!(db, |conn| page!(
        conn,
        Activity::query()
            .filter(activities::actor_id.eq(actor))
            // Written out: only so do the databases see that the index of what was said will do.
            .filter(sql::<Bool>("direction = 'said'"))
            .filter(
                activities::kind
                    .eq("Create")
                    .or(activities::kind.eq("Announce"))
            )
            .filter(
                activities::visibility
                    .eq(Visibility::Public)
                    .or(activities::visibility.eq(Visibility::Unlisted))
            )
            .filter(activities::body.is_not_null()),
        activities::id,
        page
    ))
}

/// The activities of one kind that somebody said about this object, newest first.
pub fn about(
    db: &mut Conn,
    actor: ActorId,
    kind: &str,
    object_uri: &str,
) -> QueryResult<Vec<Activity>> {
    on!(db, |conn| Activity::query()
        .filter(activities::actor_id.eq(actor))
        .filter(sql::<Bool>("direction = 'said'"))
        .filter(activities::kind.eq(kind))
        .filter(activities::object_uri.eq(object_uri))
        .order(activities::id.desc())
        .load(conn))
}
