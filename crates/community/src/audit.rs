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
    let line = AuditLine {
        id: AuditId(ledger.next_id()),
        at: ledger.now,
        actor_id: by,
        action: action.to_owned(),
        subject: subject.to_owned(),
        group_id: group,
        detail: Json(detail),
    };
    Ok(reports::record(ledger.db, &line)?)
}
