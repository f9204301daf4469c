//! The ways in which remembering can fail.
//!
//! They are accidents, not answers: that something is not there is an `Option`, and whether somebody may see it is
//! decided elsewhere.

use diesel::result::{DatabaseErrorKind, Error as QueryError};

/// What went wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A query failed.
    #[error("a query failed: {0}")]
    Database(#[source] QueryError),
    /// Somebody else held a lock, or all connections, for too long. Trying again may help.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database could not be opened or has gone away.
    #[error("the database cannot be reached: {0}")]
    Connection(String),
    /// The work was done but could not be kept; nothing of it remains.
    #[error("the change could not be kept: {0}")]
    Commit(String),
    /// The work ended in a panic; nothing of it remains.
    #[error("a panic while using the database: {0}")]
    Panicked(String),
    /// The tables could not be brought up to date.
    #[error("the tables cannot be brought up to date: {0}")]
    Migration(String),
    /// The database was made by a later release.
    #[error(
        "the database is newer than this program: it has migration {found}, this program ends at {known}; \
         run the release that made it, or restore a backup"
    )]
    NewerSchema {
        /// The newest migration that this program has.
        known: String,
        /// The migration that it does not know.
        found: String,
    },
    /// The address is not one of a database.
    #[error(
        "\"{0}\" is not the address of a database; write sqlite://path/to/file or postgres://user@host/name"
    )]
    Url(String),
}

impl Error {
    /// Whether a row could not be added because there is one like it already.
    pub fn is_duplicate(&self) -> bool {
        matches!(
            self,
            Self::Database(QueryError::DatabaseError(
                DatabaseErrorKind::UniqueViolation,
                _
            ))
        )
    }

    /// Whether trying again later may help.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    /// The same failure for somebody else who suffered it; the cause is kept as text.
    pub(crate) fn retold(&self) -> Self {
        match self {
            Self::Busy(text) => Self::Busy(text.clone()),
            Self::Connection(text) => Self::Connection(text.clone()),
            Self::Panicked(text) => Self::Panicked(text.clone()),
            other => Self::Commit(other.to_string()),
        }
    }
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        match &error {
            QueryError::DatabaseError(DatabaseErrorKind::SerializationFailure, info) => {
                Self::Busy(info.message().to_owned())
            }
            QueryError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
                Self::Connection(info.message().to_owned())
            }
            // Neither has a kind of its own in diesel: SQLITE_BUSY, and a deadlock on PostgreSQL.
            QueryError::DatabaseError(_, info)
                if info.message().contains("database is locked")
                    || info.message().contains("database table is locked")
                    || info.message().contains("deadlock detected") =>
            {
                Self::Busy(info.message().to_owned())
            }
            _ => Self::Database(error),
        }
    }
}

/// Whether a row could not be added because there is one like it already: the same question to a query's own error.
pub fn is_duplicate(error: &QueryError) -> bool {
    matches!(
        error,
        QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
    )
}
