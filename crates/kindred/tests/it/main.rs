//! What Kindred promises, tried on running instances: real sockets, real databases, real signatures.
//!
//! A folder per story. Time stands still unless a test turns it, and nobody reaches the internet.

mod attacks;
mod belonging;
mod client_api;
mod elsewhere;
mod federation;
mod finding;
mod hostile;
mod house;
mod media;
mod order;
mod peers;
mod reading;
mod relay;
mod sign_in;
mod support;
mod writing;
