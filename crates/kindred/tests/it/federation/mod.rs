//! Companies that meet.

mod dialects;
mod doors;
mod journey;
