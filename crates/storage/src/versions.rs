//! How posts looked before they were edited.

use diesel::prelude::*;

use crate::posts::Attachment;
use crate::schema::post_versions;
use crate::types::{Json, Moment, PostId, VersionId};
use crate::{Conn, on};

/// A post as it was once.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = post_versions, treat_none_as_default_value = false)]
pub struct Version {
    /// Our number for it.
    pub id: VersionId,
    /// The post.
    pub post_id: PostId,
    /// Since when it looked like this.
    pub written_at: Moment,
    /// Its title.
    pub title: Option<String>,
    /// What was shown instead until somebody asked for more.
    pub warning: Option<String>,
    /// Whether its pictures were covered at first.
    pub sensitive: bool,
    /// What came with it.
    pub attachments: Json<Vec<Attachment>>,
    /// What could be chosen in its poll.
    pub options: Json<Vec<String>>,
    /// Its text as clean HTML.
    pub content: String,
}

/// Keeps a version.
pub fn insert(db: &mut Conn, version: &Version) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(post_versions::table)
        .values(version)
        .execute(conn))
    .map(drop)
}

/// The versions of a post, oldest first.
pub fn of_post(db: &mut Conn, post: PostId) -> QueryResult<Vec<Version>> {
    on!(db, |conn| Version::query()
        .filter(post_versions::post_id.eq(post))
        .order(post_versions::id)
        .load(conn))
}

/// How many versions of a post are kept.
pub fn count(db: &mut Conn, post: PostId) -> QueryResult<i64> {
    on!(db, |conn| post_versions::table
        .filter(post_versions::post_id.eq(post))
        .count()
        .get_result(conn))
}

/// Forgets how a post looked before.
pub fn erase(db: &mut Conn, post: PostId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        post_versions::table.filter(post_versions::post_id.eq(post))
    )
    .execute(conn))
    .map(drop)
}
