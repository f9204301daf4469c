//! The record of what those who keep order did, and of what the house did by itself. It only grows.

use kindred_storage::{
    ActorId, AuditId, Json,
    reports::{self, AuditLine},
};
use serde_json::Value;

use crate::{Ledger, Result};

/// Writes a line. Without `by` the house did it by itself.
pub(crate) fn note(
    ledger: &mut Ledger<'_>,
    by: Option<ActorId>,
    group: Option<ActorId>,
    action: &str,
    subject: &str,
    detail: Value,
) -> Result<()> {
    act(ledger, by, group, action, subject, detail).map(drop)
}

/// Writes a line of which more is to be told: its number is answered.
pub(crate) fn act(
    ledger: &mut Ledger<'_>,
    by: Option<ActorId>,
    group: Option<ActorId>,
    action: &str,
    subject: &str,
    detail: Value,
) -> Result<AuditId> {
    let line = AuditLine {
        id: AuditId(ledger.next_id()),
        at: ledger.now,
        actor_id: by,
        action: action.to_owned(),
        subject: subject.to_owned(),
        group_id: group,
        detail: Json(detail),
    };
    reports::record(ledger.db, &line)?;
    Ok(line.id)
}
