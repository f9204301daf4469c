//! The record of what those who keep order did, and what became of it at other servers.
//!
//! It only grows. Those who keep order in a group read its part, those who keep order on the server all of it.

use kindred_storage::{
    ActorId, AuditId, Page,
    actors::{self, Actor},
    receipts::{self as store, Receipt},
    reports::{self, AuditLine},
};

use super::kept_by;
use crate::{Kindred, Refusal, Result, sections, views::Section};

/// A line of the record, and who it tells of.
#[derive(Clone, Debug)]
pub struct LineView {
    /// The line.
    pub line: AuditLine,
    /// Who did it; nobody, when the server did it by itself.
    pub by: Option<Actor>,
}

/// The record of a group, the latest first.
pub async fn record(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    page: Page,
) -> Result<Section<LineView>> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            kept_by(ledger.db, &who, group)?;
            let lines = sections::whole(
                ledger.db,
                page,
                |line: &AuditLine| line.id.0,
                |db, page| Ok(reports::record_of_group(db, group, page)?),
            )?;
            lines.dressed(|lines| with_faces(ledger.db, lines))
        })
        .await
}

/// Each line with the face of whoever did it.
pub(crate) fn with_faces(
    db: &mut kindred_storage::Conn,
    lines: Vec<AuditLine>,
) -> Result<Vec<LineView>> {
    let ids: Vec<ActorId> = lines.iter().filter_map(|line| line.actor_id).collect();
    let faces = actors::find_many(db, &ids)?;
    Ok(lines
        .into_iter()
        .map(|line| LineView {
            by: faces
                .iter()
                .find(|face| Some(face.id) == line.actor_id)
                .cloned(),
            line,
        })
        .collect())
}

/// The most receipts on a page.
const MOST: i64 = 100;

/// What became of an act at each other server, by the names of the servers, from behind `after`.
pub async fn receipts(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    line: AuditId,
    after: String,
) -> Result<Vec<Receipt>> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            kept_by(ledger.db, &who, group)?;
            let line = reports::line(ledger.db, line)?
                .filter(|line| line.group_id == Some(group))
                .ok_or(Refusal::NoSuchLine)?;
            Ok(store::of_line(ledger.db, line.id, &after, MOST)?)
        })
        .await
}
