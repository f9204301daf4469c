//! Pictures of this house that stand for words between colons. The pictures themselves lie where all files lie.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::one_of::one_of_words;
use crate::schema::emojis;
use crate::types::{EmojiId, Moment};
use crate::{Conn, on};

/// A picture that stands for a word.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = emojis, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct CustomEmoji {
    /// Our number for it.
    pub id: EmojiId,
    /// The word, without colons.
    pub shortcode: String,
    /// Under which heading it is picked.
    pub category: Option<String>,
    /// The file of the picture.
    pub file: String,
    /// The file of the same picture when it does not move.
    pub still: String,
    /// What the picture is: `image/png`.
    pub media_type: String,
    /// Whether it is offered for picking.
    pub in_picker: bool,
    /// Since when nobody can use it any more; what was written with it keeps it.
    pub disabled_at: Option<Moment>,
    /// When it was added.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// Adds a picture.
pub fn insert(db: &mut Conn, emoji: &CustomEmoji) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(emojis::table)
        .values(emoji)
        .execute(conn))
    .map(drop)
}

/// Writes down how a picture is now.
pub fn rewrite(db: &mut Conn, emoji: &CustomEmoji) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        emojis::table.filter(emojis::id.eq(emoji.id))
    )
    .set(emoji)
    .execute(conn))
    .map(drop)
}

/// Takes a picture away.
pub fn erase(db: &mut Conn, id: EmojiId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        emojis::table.filter(emojis::id.eq(id))
    )
    .execute(conn))
    .map(drop)
}

/// The picture with this number.
pub fn find(db: &mut Conn, id: EmojiId) -> QueryResult<Option<CustomEmoji>> {
    on!(db, |conn| CustomEmoji::query()
        .filter(emojis::id.eq(id))
        .first(conn)
        .optional())
}

/// The picture that stands for this word, whether or not it can be used.
pub fn by_shortcode(db: &mut Conn, shortcode: &str) -> QueryResult<Option<CustomEmoji>> {
    on!(db, |conn| CustomEmoji::query()
        .filter(emojis::shortcode.eq(shortcode))
        .first(conn)
        .optional())
}

/// The picture whose file, or whose file that does not move, this is.
pub fn by_file(db: &mut Conn, file: &str) -> QueryResult<Option<CustomEmoji>> {
    on!(db, |conn| CustomEmoji::query()
        .filter(emojis::file.eq(file).or(emojis::still.eq(file)))
        .first(conn)
        .optional())
}

/// The pictures that can be used for these words, which are none but letters, digits and underscores.
pub fn usable(db: &mut Conn, shortcodes: &[&str]) -> QueryResult<Vec<CustomEmoji>> {
    on!(db, |conn| CustomEmoji::query()
        .filter(one_of_words(emojis::shortcode, shortcodes))
        .filter(emojis::disabled_at.is_null())
        .load(conn))
}

/// All there are, by heading and word.
pub fn all(db: &mut Conn) -> QueryResult<Vec<CustomEmoji>> {
    on!(db, |conn| CustomEmoji::query()
        .order((emojis::category.asc(), emojis::shortcode.asc()))
        .load(conn))
}

/// How many there are.
pub fn count(db: &mut Conn) -> QueryResult<i64> {
    on!(db, |conn| emojis::table.select(count_star()).first(conn))
}
