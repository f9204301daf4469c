//! The words of posts, to be searched.
//!
//! How a text is cut into words is not decided here: both databases are given the same words and find the same posts. SQLite keeps
//! them in an FTS5 table, PostgreSQL in a `tsvector`; neither needs an extension.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::statement::Statement;
use crate::types::PostId;
use crate::{Conn, Page, on};

/// What a post is looked for by. A word has no blanks and no quotes in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// It has this word.
    Word(String),
    /// It has a word that begins so.
    Beginning(String),
    /// It has not this word.
    Not(String),
}

/// Writes down the words of a post, separated by blanks; what stood there before is forgotten.
pub fn put(db: &mut Conn, post: PostId, words: &str) -> QueryResult<()> {
    if words.is_empty() {
        return forget(db, post);
    }
    let statement = match db {
        Conn::Sqlite(_) => {
            Statement::new("INSERT OR REPLACE INTO post_words (rowid, words) VALUES (?, ?)")
        }
        Conn::Postgres(_) => Statement::new(
            "INSERT INTO post_words (post_id, words) VALUES (?, array_to_tsvector(string_to_array(?, ' '))) \
             ON CONFLICT (post_id) DO UPDATE SET words = excluded.words",
        ),
    };
    on!(db, |conn| statement.with(post.0).with(words).execute(conn)).map(drop)
}

/// Forgets the words of a post.
pub fn forget(db: &mut Conn, post: PostId) -> QueryResult<()> {
    let statement = match db {
        Conn::Sqlite(_) => Statement::new("DELETE FROM post_words WHERE rowid = ?"),
        Conn::Postgres(_) => Statement::new("DELETE FROM post_words WHERE post_id = ?"),
    };
    on!(db, |conn| statement.with(post.0).execute(conn)).map(drop)
}

/// The posts with all these words, the latest first. Nothing, when no word is asked for.
pub fn find(db: &mut Conn, terms: &[Term], page: &Page) -> QueryResult<Vec<PostId>> {
    if terms.iter().all(|term| matches!(term, Term::Not(_))) {
        return Ok(Vec::new());
    }
    match db {
        Conn::Sqlite(conn) => sqlite::find(conn, terms, page),
        Conn::Postgres(conn) => postgres::find(conn, terms, page),
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: PostId,
}

fn ids(found: Vec<Found>) -> Vec<PostId> {
    found.into_iter().map(|found| found.id).collect()
}

mod sqlite {
    //! FTS5 walks along the posts of a word from the latest on, and stops when the page is full. For the beginning of a word it would
    //! gather all posts of all words that begin so first, so the words are looked up, and asked for one by one.

    use diesel::prelude::*;
    use diesel::sql_types::Text;

    use super::{Found, Term, ids};
    use crate::Page;
    use crate::statement::Statement;
    use crate::types::PostId;

    /// How many words a beginning stands for, as long as they fill the page.
    const CONTINUATIONS: i64 = 32;

    pub(super) fn find(
        conn: &mut SqliteConnection,
        terms: &[Term],
        page: &Page,
    ) -> QueryResult<Vec<PostId>> {
        let mut all_known = true;
        let mut wanted = Vec::new();
        let mut unwanted = Vec::new();
        for term in terms {
            match term {
                Term::Word(word) => wanted.push(format!("\"{word}\"")),
                Term::Not(word) => unwanted.push(format!(" NOT \"{word}\"")),
                Term::Beginning(beginning) => {
                    let words = beginning_with(conn, beginning)?;
                    if words.is_empty() {
                        return Ok(Vec::new());
                    }
                    all_known &= i64::try_from(words.len()).unwrap_or(i64::MAX) < CONTINUATIONS;
                    wanted.push(format!("(\"{}\")", words.join("\" OR \"")));
                }
            }
        }
        let unwanted = unwanted.concat();
        let found = matching(conn, &format!("({}){unwanted}", wanted.join(" AND ")), page)?;
        let full = i64::try_from(found.len()).unwrap_or(i64::MAX) >= page.limit;
        if all_known || full {
            return Ok(found);
        }
        let wanted: Vec<String> = terms.iter().filter_map(whole).collect();
        matching(conn, &format!("({}){unwanted}", wanted.join(" AND ")), page)
    }

    /// A term with whatever its beginning may go on to.
    fn whole(term: &Term) -> Option<String> {
        match term {
            Term::Word(word) => Some(format!("\"{word}\"")),
            Term::Beginning(word) => Some(format!("\"{word}\"*")),
            Term::Not(_) => None,
        }
    }

    fn matching(
        conn: &mut SqliteConnection,
        wanted: &str,
        page: &Page,
    ) -> QueryResult<Vec<PostId>> {
        let statement = Statement::new(
            "SELECT rowid AS id FROM post_words WHERE post_words MATCH ? AND rowid < ? AND rowid > ? \
             ORDER BY rowid DESC LIMIT ?",
        );
        let found: Vec<Found> = statement
            .with(wanted)
            .with(page.ceiling())
            .with(page.floor())
            .with(page.limit)
            .load(conn)?;
        Ok(ids(found))
    }

    /// The first words of the index that begin like this, from one to the next without reading what lies between.
    fn beginning_with(conn: &mut SqliteConnection, beginning: &str) -> QueryResult<Vec<String>> {
        #[derive(QueryableByName)]
        struct Known {
            #[diesel(sql_type = Text)]
            term: String,
        }
        let end = format!("{beginning}\u{10FFFF}");
        let statement = Statement::new(
            "WITH RECURSIVE known (term) AS (\
             SELECT (SELECT term FROM post_words_vocabulary WHERE term >= ? LIMIT 1) \
             UNION ALL SELECT (SELECT term FROM post_words_vocabulary WHERE term >= known.term || char(1) LIMIT 1) \
             FROM known WHERE known.term < ?) SELECT term FROM known WHERE term < ? LIMIT ?",
        );
        let known: Vec<Known> = statement
            .with(beginning)
            .with(&end)
            .with(&end)
            .with(CONTINUATIONS)
            .load(conn)?;
        Ok(known.into_iter().map(|known| known.term).collect())
    }
}

mod postgres {
    use diesel::prelude::*;

    use super::{Found, Term, ids};
    use crate::Page;
    use crate::statement::Statement;
    use crate::types::PostId;

    pub(super) fn find(
        conn: &mut PgConnection,
        terms: &[Term],
        page: &Page,
    ) -> QueryResult<Vec<PostId>> {
        let wanted: Vec<String> = terms
            .iter()
            .map(|term| match term {
                Term::Word(word) => format!("'{word}'"),
                Term::Beginning(word) => format!("'{word}':*"),
                Term::Not(word) => format!("!'{word}'"),
            })
            .collect();
        let wanted = wanted.join(" & ");
        let statement = Statement::new(
            "SELECT post_id AS id FROM post_words WHERE words @@ CAST(? AS tsquery) AND post_id < ? AND post_id > ? \
             ORDER BY post_id DESC LIMIT ?",
        );
        let found: Vec<Found> = statement
            .with(&wanted)
            .with(page.ceiling())
            .with(page.floor())
            .with(page.limit)
            .load(conn)?;
        Ok(ids(found))
    }
}
