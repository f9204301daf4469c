//! "One of these numbers" (or words), said so that the statement is the same however many there are.
//!
//! diesel writes a `?` per number for SQLite, and such a statement is parsed every time it is used. Here the whole list
//! is one value, and the statement is prepared once like any other.

use std::fmt::Display;

use diesel::QueryResult;
use diesel::expression::{
    AppearsOnTable, Expression, MixedAggregates, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Bool, Text};
use diesel::sqlite::Sqlite;

/// A column whose value is in a list.
#[derive(Clone, Debug)]
pub(crate) struct OneOf<C> {
    column: C,
    /// The values as a list in JSON, which both databases can take apart.
    list: String,
    /// What PostgreSQL makes of the list.
    array: &'static str,
}

/// Whether the column is one of these words, which are none but letters, digits and underscores.
pub(crate) fn one_of_words<C>(column: C, words: &[&str]) -> OneOf<C> {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    OneOf {
        column,
        list: format!("[{}]", quoted.join(",")),
        array: "text[]",
    }
}

/// Whether the column is one of these numbers.
pub(crate) fn one_of<C, N: Display>(column: C, numbers: &[N]) -> OneOf<C> {
    let mut list = String::with_capacity(2 + numbers.len() * 20);
    list.push('[');
    for (i, number) in numbers.iter().enumerate() {
        if i > 0 {
            list.push(',');
        }
        list.push_str(&number.to_string());
    }
    list.push(']');
    OneOf {
        column,
        list,
        array: "bigint[]",
    }
}

impl<C> Expression for OneOf<C> {
    type SqlType = Bool;
}

impl<C: QueryId> QueryId for OneOf<C> {
    type QueryId = OneOf<C::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<C, T> AppearsOnTable<T> for OneOf<C> where C: AppearsOnTable<T> {}

impl<C, T> SelectableExpression<T> for OneOf<C> where C: SelectableExpression<T> {}

impl<C, G> ValidGrouping<G> for OneOf<C>
where
    C: ValidGrouping<G>,
    C::IsAggregate: MixedAggregates<is_aggregate::Never>,
{
    type IsAggregate = <C::IsAggregate as MixedAggregates<is_aggregate::Never>>::Output;
}

impl<C: QueryFragment<Sqlite>> QueryFragment<Sqlite> for OneOf<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, String>(&self.list)?;
        out.push_sql("))");
        Ok(())
    }
}

impl<C: QueryFragment<Pg>> QueryFragment<Pg> for OneOf<C> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        // An array rather than a sub-select: the planner then looks the numbers up in the index one by one. A list of
        // numbers in JSON is an array's own notation but for its brackets.
        out.push_sql(" = ANY(CAST(translate(");
        out.push_bind_param::<Text, String>(&self.list)?;
        out.push_sql(", '[]', '{}') AS ");
        out.push_sql(self.array);
        out.push_sql("))");
        Ok(())
    }
}
