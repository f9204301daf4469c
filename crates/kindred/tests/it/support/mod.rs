//! What every story needs: a fediverse, instances in it, people with their clients, and servers of other makes.

mod fediverse;
pub(crate) mod http;
mod instance;
mod peer;
mod person;

pub(crate) use fediverse::{Fediverse, on_both, on_sqlite};
pub(crate) use instance::Instance;
pub(crate) use peer::{Peer, Somebody};
pub(crate) use person::{Person, words};
