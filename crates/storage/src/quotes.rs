//! Quotes: which post quotes which, and whether the other side agrees.
//!
//! How many quote a post is kept there: see [`posts::adjust`](crate::posts::adjust).

use diesel::prelude::*;

use crate::one_of::one_of;
use crate::page::page;
use crate::posts::Post;
use crate::schema::{posts, quotes};
use crate::types::{Moment, PostId, QuoteState};
use crate::{Conn, Page, on};

/// A quote.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = quotes, primary_key(post_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Quote {
    /// The post that quotes.
    pub post_id: PostId,
    /// The post that is quoted, when we have it.
    pub quoted_id: Option<PostId>,
    /// The id of the post that is quoted.
    pub quoted_uri: String,
    /// Whether the other side agrees.
    pub state: QuoteState,
    /// The id of the question whether it may be quoted.
    pub request_uri: Option<String>,
    /// The id of the stamp that says yes.
    pub stamp_uri: Option<String>,
    /// Since when it is known.
    pub created_at: Moment,
}

/// Writes down a quote, or what has become of it.
pub fn record(db: &mut Conn, quote: &Quote) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(quotes::table)
        .values(quote)
        .on_conflict(quotes::post_id)
        .do_update()
        .set(quote)
        .execute(conn))
    .map(drop)
}

/// What a post quotes.
pub fn find(db: &mut Conn, post: PostId) -> QueryResult<Option<Quote>> {
    on!(db, |conn| Quote::query()
        .filter(quotes::post_id.eq(post))
        .first(conn)
        .optional())
}

/// What these posts quote.
pub fn of_posts(db: &mut Conn, posts: &[PostId]) -> QueryResult<Vec<Quote>> {
    on!(db, |conn| Quote::query()
        .filter(one_of(quotes::post_id, posts))
        .load(conn))
}

/// The quote that was asked for by this question.
pub fn by_request(db: &mut Conn, uri: &str) -> QueryResult<Option<Quote>> {
    on!(db, |conn| Quote::query()
        .filter(quotes::request_uri.eq(uri))
        .first(conn)
        .optional())
}

/// The quote that was allowed by this stamp.
pub fn by_stamp(db: &mut Conn, uri: &str) -> QueryResult<Option<Quote>> {
    on!(db, |conn| Quote::query()
        .filter(quotes::stamp_uri.eq(uri))
        .first(conn)
        .optional())
}

/// The posts that quote a post and are agreed to, the latest first.
pub fn page_of(db: &mut Conn, quoted: PostId, page: &Page) -> QueryResult<Vec<Post>> {
    on!(db, |conn| page!(
        conn,
        posts::table
            .inner_join(quotes::table.on(quotes::post_id.eq(posts::id)))
            .filter(quotes::quoted_id.eq(quoted))
            .filter(quotes::state.eq(QuoteState::Accepted))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .select(Post::as_select()),
        posts::id,
        page
    ))
}
