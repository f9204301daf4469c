//! Whether everything is well: for probes, the doctor and admins.

use kindred_storage::jobs;

use crate::{Kindred, Result};

/// How the instance is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Jobs that are left to do.
    pub waiting: i64,
    /// For how long the oldest job that could run has been waiting, in seconds.
    pub oldest_seconds: i64,
    /// Jobs that were set aside because they kept failing.
    pub set_aside: i64,
}

/// Asks the database: an answer means that it can be read and written to.
pub async fn ready(kindred: &Kindred) -> Result<Health> {
    kindred
        .write(|ledger| {
            let counts = jobs::counts(ledger.db)?;
            Ok(Health {
                waiting: counts.waiting,
                oldest_seconds: i64::try_from(ledger.now.since(counts.oldest).as_secs())
                    .unwrap_or(i64::MAX),
                set_aside: counts.set_aside,
            })
        })
        .await
}
