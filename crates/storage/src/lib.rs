//! The memory of Kindred: rows and queries on SQLite and PostgreSQL.
//!
//! A module per noun; in each the row as everybody uses it and the questions that can be asked about it. A query takes
//! a [`Conn`], does one thing, starts no transaction, reads no clock and knows no rule: [`Db::read`] gives a snapshot,
//! [`Db::write`] a unit of work, ids and moments come from the caller, and who may do what is decided above. Nothing
//! here knows the network or what an activity looks like.

pub mod accounts;
pub mod activities;
pub mod actors;
pub mod acts_heard;
pub mod agreements;
pub mod announcements;
pub mod apps;
pub mod blocks;
pub mod bookmarks;
pub mod boosts;
pub mod codes;
pub mod conversations;
mod db;
pub mod directory;
pub mod domains;
pub mod emojis;
mod error;
pub mod explanations;
pub mod filters;
pub mod follows;
pub mod group_follows;
pub mod groups;
pub mod hearsay;
pub mod held;
pub mod hellos;
pub mod house_keys;
pub mod idempotency;
pub mod instances;
pub mod interests;
pub mod invitations;
pub mod jobs;
mod like;
pub mod lists;
pub mod markers;
pub mod media_copies;
pub mod memberships;
pub mod mine;
pub mod mutes;
pub mod notice_policies;
pub mod notifications;
mod one_of;
mod page;
pub mod passions;
pub mod polls;
pub mod posts;
pub mod push_subscriptions;
pub mod quotes;
pub mod reactions;
pub mod receipts;
pub mod regards;
pub mod reports;
pub mod sanctions;
pub mod scheduled;
mod schema;
pub mod sessions;
pub mod showcase;
mod statement;
#[cfg(feature = "testing")]
pub mod testing;
pub mod timelines;
pub mod tombstones;
pub mod topics;
mod types;
pub mod uploads;
pub mod versions;
pub mod watchers;
pub mod weeks;
pub mod words;

pub use db::{Backend, Conn, Db, LONGEST_CALL, Options};
pub use diesel::QueryResult;
pub use diesel::result::Error as QueryError;
pub use error::{Error, is_duplicate};
pub use page::Page;
pub use types::*;
