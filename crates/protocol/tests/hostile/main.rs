//! Servers that are slow, endless, lying or pointing inward: nothing of it gets through the one outgoing door.
//!
//! Every peer here is a real listener on loopback that is known to the door under a made-up name. The door is otherwise set
//! up as in production, so everything that leads to loopback by another way is refused.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod documents;
mod letters;
mod limits;
mod names;
mod peer;
mod places;
