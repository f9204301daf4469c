//! Statements that are written out, for what diesel's builder cannot say or says too slowly.
//!
//! Unlike `sql_query`, which is parsed by the database every time, such a statement is prepared once per connection.
//! Its text is fixed when the program is built: values only ever enter through `?`.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text, Untyped};
use diesel::{PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

/// A statement with a value for each `?` in it. Type it out for both databases; in it, `?` means nothing else.
pub(crate) struct Statement<'a> {
    sql: &'static str,
    values: Vec<Value<'a>>,
}

/// A value that takes the place of a `?`.
pub(crate) enum Value<'a> {
    Integer(i64),
    Text(&'a str),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl<'a> Statement<'a> {
    pub(crate) const fn new(sql: &'static str) -> Self {
        Self {
            sql,
            values: Vec::new(),
        }
    }

    /// Gives the next `?` its value.
    pub(crate) fn with(mut self, value: impl Into<Value<'a>>) -> Self {
        self.values.push(value.into());
        self
    }
}

impl QueryId for Statement<'_> {
    type QueryId = ();
    // Statements are then told apart by their text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for Statement<'_>
where
    DB: Backend + HasSqlType<BigInt> + HasSqlType<Text>,
    i64: ToSql<BigInt, DB>,
    str: ToSql<Text, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut values = self.values.iter();
        for (i, piece) in self.sql.split('?').enumerate() {
            if i > 0 {
                match values.next() {
                    Some(Value::Integer(value)) => out.push_bind_param::<BigInt, i64>(value)?,
                    Some(Value::Text(value)) => out.push_bind_param::<Text, str>(value)?,
                    None => {
                        return Err(diesel::result::Error::QueryBuilderError(
                            "a ? has no value".into(),
                        ));
                    }
                }
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

impl Query for Statement<'_> {
    type SqlType = Untyped;
}

impl RunQueryDsl<SqliteConnection> for Statement<'_> {}
impl RunQueryDsl<PgConnection> for Statement<'_> {}
