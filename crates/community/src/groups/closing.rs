//! The end of a group. What people wrote in it stays theirs; the room itself is gone, and its name stays taken for ever.

use kindred_storage::{
    ActorId,
    actors::{self, Actor},
    follows, memberships, timelines, tombstones,
};
use serde_json::json;

use crate::{Kindred, Result, announce, audit, directory, people::leaving::untie, policy};

/// Closes a group for good and tells every server that had to do with it. Only its organisers may; to keep what was said and only
/// stop talking, a group is archived.
pub async fn close(kindred: &Kindred, who: &Actor, group: ActorId) -> Result<()> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let (group, face) = super::living(ledger, group)?;
            policy::may_lead(memberships::standing(ledger.db, face.id, who.id)?.as_ref())?;
            let mut inboxes = follows::inboxes_of_followers(ledger.db, face.id)?;
            inboxes.extend(follows::inboxes_of_members(ledger.db, face.id)?);
            announce::closed(ledger, &face, &group, &who, inboxes)?;
            untie(ledger, face.id)?;
            memberships::end_all_in(ledger.db, face.id, ledger.now)?;
            timelines::drop_from_all_homes(ledger.db, face.id)?;
            audit::note(
                ledger,
                Some(who.id),
                Some(face.id),
                "group.close",
                &face.uri,
                json!({ "name": face.name }),
            )?;
            actors::mark_deleted(ledger.db, face.id, ledger.now)?;
            tombstones::add(ledger.db, &face.uri, ledger.now)?;
            directory::tell_of_group(ledger, face.id)
        })
        .await
}
