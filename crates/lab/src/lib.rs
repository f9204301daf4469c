//! Plays many other servers on loopback, for tests and load: each with its own address, actors, NodeInfo and inbox.
//!
//! It speaks the protocol by itself and shares no code with Kindred, so that a mistake on one side is not repeated on the
//! other. It keeps nothing on disk, never leaves the machine, and is not fit to be a server for anybody.

mod hosts;
mod http;
mod instance;
mod keys;
mod letters;
pub mod peers;
pub mod store;

pub use hosts::{Behaviour, Heard, Host, Lab, Plan, Software};
pub use http::{Answer, Sender};
pub use instance::{Database, Instance, Usage};
pub use keys::{Keys, Signed};
pub use letters::{Actor, Letter, PUBLIC};
