//! Writing: once, later, again, with a card; and what people say about themselves.

mod once_and_later;
mod profiles;
mod words;
