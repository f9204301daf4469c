//! Doing something once, however often a client asks: it chooses a key, and asking again with the same key answers the same.
//!
//! Keys are kept in the database, so that also a client whose connection broke while we fell over does not post twice.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kindred_storage::{
    ActorId, Conn, PostId, ScheduledId,
    idempotency::{self, Key},
};

use crate::{Kindred, Ledger, Result};

/// A key counts for so long.
const COUNTS_FOR: Duration = Duration::from_hours(1);

/// What was done under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// Nothing yet.
    Nothing,
    /// This was published.
    Published(PostId),
    /// This will be published.
    Scheduled(ScheduledId),
}

impl From<Option<Key>> for Before {
    fn from(key: Option<Key>) -> Self {
        match key.map(|key| (key.post_id, key.scheduled_id)) {
            Some((Some(id), _)) => Self::Published(id),
            Some((None, Some(id))) => Self::Scheduled(id),
            _ => Self::Nothing,
        }
    }
}

/// A key may be as long as a client likes.
fn shortened(key: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(openssl::sha::sha256(key.as_bytes()))
}

/// What was done under this key: a first look, before anything is gathered.
pub(crate) async fn done(kindred: &Kindred, who: ActorId, key: Option<&str>) -> Result<Before> {
    let Some(key) = key.map(shortened) else {
        return Ok(Before::Nothing);
    };
    let since = kindred.now() - COUNTS_FOR;
    kindred.read(move |db| found(db, who, &key, since)).await
}

fn found(db: &mut Conn, who: ActorId, key: &str, since: kindred_storage::Moment) -> Result<Before> {
    Ok(idempotency::find(db, who, key, since)?.into())
}

/// Takes a key, or finds out what was done under it.
pub(crate) fn take(ledger: &mut Ledger<'_>, who: ActorId, key: Option<&str>) -> Result<Before> {
    let Some(key) = key.map(shortened) else {
        return Ok(Before::Nothing);
    };
    let since = ledger.now - COUNTS_FOR;
    let row = Key {
        actor_id: who,
        key,
        post_id: None,
        scheduled_id: None,
        created_at: ledger.now,
    };
    if idempotency::take(ledger.db, &row, since)? {
        Ok(Before::Nothing)
    } else {
        found(ledger.db, who, &row.key, since)
    }
}

/// Notes what was done under a key that was taken.
pub(crate) fn note(
    ledger: &mut Ledger<'_>,
    who: ActorId,
    key: Option<&str>,
    post: Option<PostId>,
    scheduled: Option<ScheduledId>,
) -> Result<()> {
    if let Some(key) = key.map(shortened) {
        idempotency::note(ledger.db, who, &key, post, scheduled)?;
    }
    Ok(())
}
