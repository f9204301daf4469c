//! What somebody would rather not read: filters, the words and the single posts by which they know it.
//!
//! What a filter does to a timeline is decided elsewhere.

use diesel::prelude::*;

use crate::schema::{filter_keywords, filter_posts, filters};
use crate::types::{
    ActorId, FilterAction, FilterId, FilterPlace, FilterPostId, Json, KeywordId, Moment, PostId,
};
use crate::{Conn, on};

/// A filter.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = filters, treat_none_as_default_value = false)]
pub struct Filter {
    /// Our number for it.
    pub id: FilterId,
    /// Whose it is.
    pub owner_id: ActorId,
    /// What it is called.
    pub title: String,
    /// Where it is in force.
    pub places: Json<Vec<FilterPlace>>,
    /// What it does.
    pub action: FilterAction,
    /// When it ends by itself.
    pub expires_at: Option<Moment>,
    /// Since when there is one.
    pub created_at: Moment,
}

/// A word of a filter.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = filter_keywords, treat_none_as_default_value = false)]
pub struct Keyword {
    /// Our number for it.
    pub id: KeywordId,
    /// The filter.
    pub filter_id: FilterId,
    /// Whose it is.
    pub owner_id: ActorId,
    /// The word, or several.
    pub keyword: String,
    /// Whether it counts only where it does not continue in other letters.
    pub whole_word: bool,
}

/// A single post of a filter.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = filter_posts, treat_none_as_default_value = false)]
pub struct FilterPost {
    /// Our number for it.
    pub id: FilterPostId,
    /// The filter.
    pub filter_id: FilterId,
    /// Whose it is.
    pub owner_id: ActorId,
    /// The post.
    pub post_id: PostId,
}

/// Adds a filter.
pub fn insert(db: &mut Conn, filter: &Filter) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(filters::table)
        .values(filter)
        .execute(conn))
    .map(drop)
}

/// Changes a filter.
pub fn update(db: &mut Conn, filter: &Filter) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        filters::table.filter(filters::id.eq(filter.id))
    )
    .set((
        filters::title.eq(&filter.title),
        filters::places.eq(&filter.places),
        filters::action.eq(filter.action),
        filters::expires_at.eq(filter.expires_at),
    ))
    .execute(conn))
    .map(drop)
}

/// Throws one of somebody's filters away, with its words and posts. `false` when they have none of this number.
pub fn remove(db: &mut Conn, owner: ActorId, id: FilterId) -> QueryResult<bool> {
    on!(db, |conn| {
        diesel::delete(
            filter_keywords::table
                .filter(filter_keywords::filter_id.eq(id))
                .filter(filter_keywords::owner_id.eq(owner)),
        )
        .execute(conn)?;
        diesel::delete(
            filter_posts::table
                .filter(filter_posts::filter_id.eq(id))
                .filter(filter_posts::owner_id.eq(owner)),
        )
        .execute(conn)?;
        diesel::delete(
            filters::table
                .filter(filters::id.eq(id))
                .filter(filters::owner_id.eq(owner)),
        )
        .execute(conn)
    })
    .map(|gone| gone > 0)
}

/// One of somebody's filters. Nobody else's, whatever the number.
pub fn find(db: &mut Conn, owner: ActorId, id: FilterId) -> QueryResult<Option<Filter>> {
    on!(db, |conn| Filter::query()
        .filter(filters::id.eq(id))
        .filter(filters::owner_id.eq(owner))
        .first(conn)
        .optional())
}

/// All filters of somebody, ended ones as well, in the order in which they were made.
pub fn of_owner(db: &mut Conn, owner: ActorId) -> QueryResult<Vec<Filter>> {
    on!(db, |conn| Filter::query()
        .filter(filters::owner_id.eq(owner))
        .order(filters::id)
        .load(conn))
}

/// All words of somebody's filters.
pub fn keywords_of_owner(db: &mut Conn, owner: ActorId) -> QueryResult<Vec<Keyword>> {
    on!(db, |conn| Keyword::query()
        .filter(filter_keywords::owner_id.eq(owner))
        .order(filter_keywords::id)
        .load(conn))
}

/// All single posts of somebody's filters.
pub fn posts_of_owner(db: &mut Conn, owner: ActorId) -> QueryResult<Vec<FilterPost>> {
    on!(db, |conn| FilterPost::query()
        .filter(filter_posts::owner_id.eq(owner))
        .order(filter_posts::id)
        .load(conn))
}

/// Adds a word, or changes the one with its number.
pub fn put_keyword(db: &mut Conn, keyword: &Keyword) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(filter_keywords::table)
        .values(keyword)
        .on_conflict(filter_keywords::id)
        .do_update()
        .set((
            filter_keywords::keyword.eq(&keyword.keyword),
            filter_keywords::whole_word.eq(keyword.whole_word),
        ))
        .execute(conn))
    .map(drop)
}

/// One word of somebody's filters.
pub fn keyword(db: &mut Conn, owner: ActorId, id: KeywordId) -> QueryResult<Option<Keyword>> {
    on!(db, |conn| Keyword::query()
        .filter(filter_keywords::id.eq(id))
        .filter(filter_keywords::owner_id.eq(owner))
        .first(conn)
        .optional())
}

/// Throws a word away. `false` when there is none of this number.
pub fn remove_keyword(db: &mut Conn, owner: ActorId, id: KeywordId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        filter_keywords::table
            .filter(filter_keywords::id.eq(id))
            .filter(filter_keywords::owner_id.eq(owner))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}

/// Adds a single post. Twice is once: the answer is the line that stands there.
pub fn add_post(db: &mut Conn, line: &FilterPost) -> QueryResult<FilterPost> {
    on!(db, |conn| {
        diesel::insert_into(filter_posts::table)
            .values(line)
            .on_conflict_do_nothing()
            .execute(conn)?;
        FilterPost::query()
            .filter(filter_posts::filter_id.eq(line.filter_id))
            .filter(filter_posts::post_id.eq(line.post_id))
            .first(conn)
    })
}

/// One single post of somebody's filters.
pub fn post(db: &mut Conn, owner: ActorId, id: FilterPostId) -> QueryResult<Option<FilterPost>> {
    on!(db, |conn| FilterPost::query()
        .filter(filter_posts::id.eq(id))
        .filter(filter_posts::owner_id.eq(owner))
        .first(conn)
        .optional())
}

/// Throws a single post away. `false` when there is none of this number.
pub fn remove_post(db: &mut Conn, owner: ActorId, id: FilterPostId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        filter_posts::table
            .filter(filter_posts::id.eq(id))
            .filter(filter_posts::owner_id.eq(owner))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}
