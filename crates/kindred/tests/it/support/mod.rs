//! What every story needs: a fediverse, instances in it, people with their clients, and servers of other makes.

mod browser;
mod fediverse;
pub(crate) mod http;
mod instance;
mod peer;
mod person;

pub(crate) use browser::{Browser, form};
pub(crate) use fediverse::{Fediverse, on_both, on_both_and_in_a_store, on_postgres, on_sqlite};
pub(crate) use http::{find, read_body, read_head};
pub(crate) use instance::Instance;
pub(crate) use peer::{PUBLIC, Peer, Somebody, card, must_be_signed_by_its_actor};
pub(crate) use person::{Person, words};
