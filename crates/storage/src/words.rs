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
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        id: PostId,
    }
    if terms.iter().all(|term| matches!(term, Term::Not(_))) {
        return Ok(Vec::new());
    }
    let (statement, wanted) = match db {
        Conn::Sqlite(_) => (
            Statement::new(
                "SELECT rowid AS id FROM post_words WHERE post_words MATCH ? AND rowid < ? AND rowid > ? \
                 ORDER BY rowid DESC LIMIT ?",
            ),
            for_sqlite(terms),
        ),
        Conn::Postgres(_) => (
            Statement::new(
                "SELECT post_id AS id FROM post_words WHERE words @@ CAST(? AS tsquery) AND post_id < ? AND post_id > ? \
                 ORDER BY post_id DESC LIMIT ?",
            ),
            for_postgres(terms),
        ),
    };
    let found: Vec<Found> = on!(db, |conn| statement
        .with(&wanted)
        .with(page.ceiling())
        .with(page.floor())
        .with(page.limit)
        .load(conn))?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

fn for_sqlite(terms: &[Term]) -> String {
    let mut wanted = Vec::new();
    let mut unwanted = Vec::new();
    for term in terms {
        match term {
            Term::Word(word) => wanted.push(format!("\"{word}\"")),
            Term::Beginning(word) => wanted.push(format!("\"{word}\"*")),
            Term::Not(word) => unwanted.push(format!(" NOT \"{word}\"")),
        }
    }
    format!("({}){}", wanted.join(" AND "), unwanted.concat())
}

fn for_postgres(terms: &[Term]) -> String {
    let terms: Vec<String> = terms
        .iter()
        .map(|term| match term {
            Term::Word(word) => format!("'{word}'"),
            Term::Beginning(word) => format!("'{word}':*"),
            Term::Not(word) => format!("!'{word}'"),
        })
        .collect();
    terms.join(" & ")
}
