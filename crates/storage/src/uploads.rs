//! What people have uploaded: pictures, films and recordings, and what became of them.
//!
//! The files themselves lie elsewhere; here stands what they are called, whose they are and which post they come with.

use diesel::prelude::*;

use crate::one_of::one_of;
use crate::posts::Attachment;
use crate::schema::uploads;
use crate::types::{ActorId, Json, Moment, PostId, Purpose, ScheduledId, UploadId};
use crate::{Conn, on};

/// An upload.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = uploads, treat_none_as_default_value = false)]
pub struct Upload {
    /// Our number for it.
    pub id: UploadId,
    /// Whose it is.
    pub owner_id: ActorId,
    /// The random part of the names of its files.
    pub name: String,
    /// The file.
    pub file: String,
    /// The file of the small picture.
    pub preview: Option<String>,
    /// What it is for.
    pub purpose: Purpose,
    /// How large the file is.
    pub bytes: i64,
    /// The post that it comes with.
    pub post_id: Option<PostId>,
    /// The post that it will come with.
    pub scheduled_id: Option<ScheduledId>,
    /// Since when it is off the post that it came with.
    pub freed_at: Option<Moment>,
    /// When it was uploaded.
    pub created_at: Moment,
    /// How it looks in a post.
    pub attachment: Json<Attachment>,
}

impl Upload {
    /// The names of its files.
    pub fn files(&self) -> Vec<String> {
        std::iter::once(self.file.clone())
            .chain(self.preview.clone())
            .collect()
    }

    /// Whether it neither comes with a post nor is meant for one.
    pub fn is_loose(&self) -> bool {
        self.post_id.is_none() && self.scheduled_id.is_none()
    }
}

/// Adds an upload.
pub fn insert(db: &mut Conn, upload: &Upload) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(uploads::table)
        .values(upload)
        .execute(conn))
    .map(drop)
}

/// The upload with this number.
pub fn find(db: &mut Conn, id: UploadId) -> QueryResult<Option<Upload>> {
    on!(db, |conn| Upload::query()
        .filter(uploads::id.eq(id))
        .first(conn)
        .optional())
}

/// Those of these uploads that belong to `owner`, in no particular order.
pub fn of_owner(db: &mut Conn, owner: ActorId, ids: &[UploadId]) -> QueryResult<Vec<Upload>> {
    on!(db, |conn| Upload::query()
        .filter(one_of(uploads::id, ids))
        .filter(uploads::owner_id.eq(owner))
        .load(conn))
}

/// The upload whose files have this random part in their names.
pub fn by_name(db: &mut Conn, name: &str) -> QueryResult<Option<Upload>> {
    on!(db, |conn| Upload::query()
        .filter(uploads::name.eq(name))
        .first(conn)
        .optional())
}

/// How many uploads of somebody neither come with a post nor are meant for one.
pub fn count_loose(db: &mut Conn, owner: ActorId) -> QueryResult<i64> {
    on!(db, |conn| uploads::table
        .filter(uploads::owner_id.eq(owner))
        .filter(uploads::purpose.eq(Purpose::Post))
        .filter(uploads::post_id.is_null())
        .filter(uploads::scheduled_id.is_null())
        .count()
        .get_result(conn))
}

/// What comes with a post, in no particular order.
pub fn of_post(db: &mut Conn, post: PostId) -> QueryResult<Vec<Upload>> {
    on!(db, |conn| Upload::query()
        .filter(uploads::post_id.eq(post))
        .load(conn))
}

/// What will come with a post that is published later, in no particular order.
pub fn of_scheduled(db: &mut Conn, scheduled: ScheduledId) -> QueryResult<Vec<Upload>> {
    on!(db, |conn| Upload::query()
        .filter(uploads::scheduled_id.eq(scheduled))
        .load(conn))
}

/// Says how it looks in a post, and where its small picture is.
pub fn describe(
    db: &mut Conn,
    id: UploadId,
    preview: Option<&str>,
    attachment: &Attachment,
) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        uploads::table.filter(uploads::id.eq(id))
    )
    .set((
        uploads::preview.eq(preview),
        uploads::attachment.eq(Json(attachment.clone()))
    ))
    .execute(conn))
    .map(drop)
}

/// Gives uploads to a post. Answers how many were free, or kept for it.
pub fn attach(
    db: &mut Conn,
    owner: ActorId,
    ids: &[UploadId],
    post: PostId,
    kept_for: Option<ScheduledId>,
) -> QueryResult<usize> {
    let kept = kept_for.unwrap_or(ScheduledId(0));
    on!(db, |conn| diesel::update(
        uploads::table
            .filter(one_of(uploads::id, ids))
            .filter(uploads::owner_id.eq(owner))
            .filter(uploads::purpose.eq(Purpose::Post))
            .filter(uploads::post_id.is_null().or(uploads::post_id.eq(post)))
            .filter(
                uploads::scheduled_id
                    .is_null()
                    .or(uploads::scheduled_id.eq(kept))
            )
    )
    .set((
        uploads::post_id.eq(post),
        uploads::scheduled_id.eq(None::<ScheduledId>),
        uploads::freed_at.eq(None::<Moment>),
    ))
    .execute(conn))
}

/// Keeps uploads for a post that is published later. Answers how many were free.
pub fn keep_for(
    db: &mut Conn,
    owner: ActorId,
    ids: &[UploadId],
    scheduled: ScheduledId,
) -> QueryResult<usize> {
    on!(db, |conn| diesel::update(
        uploads::table
            .filter(one_of(uploads::id, ids))
            .filter(uploads::owner_id.eq(owner))
            .filter(uploads::purpose.eq(Purpose::Post))
            .filter(uploads::post_id.is_null())
            .filter(uploads::scheduled_id.is_null())
    )
    .set(uploads::scheduled_id.eq(scheduled))
    .execute(conn))
}

/// Takes uploads off the post that they come with or were kept for; their owner may use them again for a while.
pub fn free(db: &mut Conn, ids: &[UploadId], at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        uploads::table.filter(one_of(uploads::id, ids))
    )
    .set((
        uploads::post_id.eq(None::<PostId>),
        uploads::scheduled_id.eq(None::<ScheduledId>),
        uploads::freed_at.eq(at),
    ))
    .execute(conn))
    .map(drop)
}

/// Forgets an upload.
pub fn erase(db: &mut Conn, id: UploadId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        uploads::table.filter(uploads::id.eq(id))
    )
    .execute(conn))
    .map(drop)
}
