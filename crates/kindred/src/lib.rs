//! The switch: reads the settings and the command line, and starts what they ask for.
//!
//! What people do and what other servers say is not decided here; the other crates do that.

pub mod cli;
pub mod commands;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod failure;
pub mod house;
pub mod open;
pub mod serve;
