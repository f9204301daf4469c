//! The language of Kindred: ActivityPub on the wire, signatures, fetching and delivering.
//!
//! Everything that is said to another server or heard from one goes through this crate. It knows no tables and decides
//! nothing about people or groups: it tells what was said and by whom, and carries answers out.

pub mod alternate;
pub mod deliver;
pub mod fetch;
pub mod html;
pub mod keys;
pub mod limits;
pub mod network;
pub mod nodeinfo;
pub mod read;
pub mod signature;
pub mod uri;
pub mod vocabulary;
pub mod webfinger;
pub mod write;

pub use uri::Uri;

/// What can be wrong with a single value that came from outside: an address, a key, a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is not an address that this server would use.
    #[error("not an address we use: {0}")]
    Address(&'static str),
    /// The address is sound, but we do not go there.
    #[error("we do not go there: {0}")]
    OutOfReach(&'static str),
    /// The key cannot be read, or is not of a kind or size that we use.
    #[error("not a key we use: {0}")]
    Key(&'static str),
}
