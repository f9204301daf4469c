//! Who may go on under another address.

use kindred_storage::actors::Actor;

use crate::Refusal;

/// Whether somebody of ours may go on under another address: one that names theirs, and not too soon after the last time (`settled`).
pub fn may_move(old: &Actor, new: &Actor, settled: bool) -> Result<(), Refusal> {
    if new.id == old.id {
        return Err(Refusal::NotOneself);
    }
    if new.deleted_at.is_some() || new.suspended_at.is_some() {
        return Err(Refusal::NoSuchPerson);
    }
    let words = if old.moved_to.is_some() {
        "you have moved already; come back first"
    } else if !settled {
        "you have moved within the last week; please wait until it is over"
    } else if new.moved_to.is_some() {
        "whoever was at that address has moved on themself"
    } else if !new.also_known_as.contains(&old.uri) {
        "the new address does not say that it was yours: name this one there first, as an alias"
    } else {
        return Ok(());
    };
    Err(Refusal::Unfit(words.to_owned()))
}
