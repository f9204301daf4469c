//! What the house tells everybody, who has put it away, and what people say to it in one picture.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;

use crate::one_of::one_of;
use crate::posts::Tag;
use crate::schema::{announcement_reactions, announcement_reads, announcements};
use crate::types::{ActorId, AnnouncementId, Json, Moment};
use crate::{Conn, on};

/// Something that the house tells everybody.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = announcements, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Announcement {
    /// Our number for it.
    pub id: AnnouncementId,
    /// As it was typed.
    pub source: String,
    /// As clean HTML.
    pub content: String,
    /// Who is named in it.
    pub mentions: Json<Vec<ActorId>>,
    /// Subjects that it names, and pictures used as letters.
    pub tags: Json<Vec<Tag>>,
    /// When what it tells of begins.
    pub starts_at: Option<Moment>,
    /// When what it tells of ends; nobody is told any more then.
    pub ends_at: Option<Moment>,
    /// Whether only the days count, not the hours.
    pub all_day: bool,
    /// When it was first told.
    pub published_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// Adds an announcement.
pub fn insert(db: &mut Conn, announcement: &Announcement) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(announcements::table)
        .values(announcement)
        .execute(conn))
    .map(drop)
}

/// Writes down how an announcement reads now.
pub fn rewrite(db: &mut Conn, announcement: &Announcement) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        announcements::table.filter(announcements::id.eq(announcement.id))
    )
    .set(announcement)
    .execute(conn))
    .map(drop)
}

/// The announcement with this number.
pub fn find(db: &mut Conn, id: AnnouncementId) -> QueryResult<Option<Announcement>> {
    on!(db, |conn| Announcement::query()
        .filter(announcements::id.eq(id))
        .first(conn)
        .optional())
}

/// Those that are not over at this moment, the first one first; at most so many.
pub fn current(db: &mut Conn, now: Moment, most: i64) -> QueryResult<Vec<Announcement>> {
    on!(db, |conn| Announcement::query()
        .filter(
            announcements::ends_at
                .is_null()
                .or(announcements::ends_at.gt(now))
        )
        .order(announcements::id.asc())
        .limit(most)
        .load(conn))
}

/// All there are, the latest first; at most so many.
pub fn all(db: &mut Conn, most: i64) -> QueryResult<Vec<Announcement>> {
    on!(db, |conn| Announcement::query()
        .order(announcements::id.desc())
        .limit(most)
        .load(conn))
}

/// How many there are.
pub fn count(db: &mut Conn) -> QueryResult<i64> {
    on!(db, |conn| announcements::table
        .select(count_star())
        .first(conn))
}

/// Takes an announcement away, with everything that was said to it.
pub fn erase(db: &mut Conn, id: AnnouncementId) -> QueryResult<()> {
    on!(db, |conn| {
        diesel::delete(
            announcement_reactions::table.filter(announcement_reactions::announcement_id.eq(id)),
        )
        .execute(conn)?;
        diesel::delete(
            announcement_reads::table.filter(announcement_reads::announcement_id.eq(id)),
        )
        .execute(conn)?;
        diesel::delete(announcements::table.filter(announcements::id.eq(id))).execute(conn)
    })
    .map(drop)
}

/// Somebody has put an announcement away. Twice is once.
pub fn read(db: &mut Conn, id: AnnouncementId, who: ActorId, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(announcement_reads::table)
        .values((
            announcement_reads::announcement_id.eq(id),
            announcement_reads::actor_id.eq(who),
            announcement_reads::at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// Which of these somebody has put away.
pub fn read_by(
    db: &mut Conn,
    ids: &[AnnouncementId],
    who: ActorId,
) -> QueryResult<Vec<AnnouncementId>> {
    on!(db, |conn| announcement_reads::table
        .filter(one_of(announcement_reads::announcement_id, ids))
        .filter(announcement_reads::actor_id.eq(who))
        .select(announcement_reads::announcement_id)
        .load(conn))
}

/// Somebody says something to an announcement in one picture. `false` when they had said it already.
pub fn react(
    db: &mut Conn,
    id: AnnouncementId,
    name: &str,
    who: ActorId,
    at: Moment,
) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(
        announcement_reactions::table
    )
    .values((
        announcement_reactions::announcement_id.eq(id),
        announcement_reactions::name.eq(name),
        announcement_reactions::actor_id.eq(who),
        announcement_reactions::at.eq(at),
    ))
    .on_conflict_do_nothing()
    .execute(conn))
    .map(|added| added > 0)
}

/// Somebody takes back what they said. `false` when they had not said it.
pub fn unreact(db: &mut Conn, id: AnnouncementId, name: &str, who: ActorId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        announcement_reactions::table
            .filter(announcement_reactions::announcement_id.eq(id))
            .filter(announcement_reactions::name.eq(name))
            .filter(announcement_reactions::actor_id.eq(who))
    )
    .execute(conn))
    .map(|taken| taken > 0)
}

/// How many people say what to these: to which, what, how many; what was said first comes first.
pub fn reactions(
    db: &mut Conn,
    ids: &[AnnouncementId],
) -> QueryResult<Vec<(AnnouncementId, String, i64)>> {
    on!(db, |conn| announcement_reactions::table
        .filter(one_of(announcement_reactions::announcement_id, ids))
        .group_by((
            announcement_reactions::announcement_id,
            announcement_reactions::name
        ))
        .order((
            announcement_reactions::announcement_id.asc(),
            min(announcement_reactions::at).asc(),
            announcement_reactions::name.asc(),
        ))
        .select((
            announcement_reactions::announcement_id,
            announcement_reactions::name,
            count_star()
        ))
        .load(conn))
}

/// What somebody says to these.
pub fn reactions_by(
    db: &mut Conn,
    ids: &[AnnouncementId],
    who: ActorId,
) -> QueryResult<Vec<(AnnouncementId, String)>> {
    on!(db, |conn| announcement_reactions::table
        .filter(one_of(announcement_reactions::announcement_id, ids))
        .filter(announcement_reactions::actor_id.eq(who))
        .select((
            announcement_reactions::announcement_id,
            announcement_reactions::name
        ))
        .load(conn))
}
