//! Why a command did not do what it was asked for: one clear sentence for whoever typed it.

use std::{error::Error, fmt};

/// A command that was refused or failed. It ends the program with status 1.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure in these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// Says what could not be done, and the reason after it.
    pub fn because<E: Error>(what: &str) -> impl FnOnce(E) -> Self {
        move |error| Self(format!("{what}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl From<kindred_community::Error> for Failure {
    fn from(error: kindred_community::Error) -> Self {
        Self(error.to_string())
    }
}
