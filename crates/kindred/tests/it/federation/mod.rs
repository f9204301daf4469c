//! Companies that meet.

mod journey;
