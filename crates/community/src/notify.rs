//! Who should hear of it, and how gently: one line in a list that is read when it suits.

use kindred_storage::{
    ActorId, NotificationId, NotificationKind, PostId, actors::Actor, blocks, notifications,
    notifications::Notification,
};

use crate::{Ledger, Result, happenings::Happening, push};

/// Leaves a notice for somebody of ours. Others are told by their own server; nobody is told of what they did themselves, nor by
/// somebody they blocked.
pub(crate) fn tell(
    ledger: &mut Ledger<'_>,
    whom: &Actor,
    kind: NotificationKind,
    by: ActorId,
    post: Option<PostId>,
    group: Option<ActorId>,
) -> Result<()> {
    if !whom.host.is_empty() || whom.id == by || blocks::find(ledger.db, whom.id, by)?.is_some() {
        return Ok(());
    }
    remind(ledger, whom, kind, by, post, group)
}

/// Leaves a notice for somebody of ours about something that they know: the end of their own poll, for one.
pub(crate) fn remind(
    ledger: &mut Ledger<'_>,
    whom: &Actor,
    kind: NotificationKind,
    by: ActorId,
    post: Option<PostId>,
    group: Option<ActorId>,
) -> Result<()> {
    if !whom.host.is_empty() {
        return Ok(());
    }
    let notification = Notification {
        id: NotificationId(ledger.next_id()),
        owner_id: whom.id,
        kind,
        actor_id: by,
        post_id: post,
        group_id: group,
        created_at: ledger.now,
        read_at: None,
    };
    notifications::add(ledger.db, &notification)?;
    push::leave(ledger, whom.id, kind, notification.id)?;
    ledger.happened(Happening::Notified {
        owner: whom.id,
        notice: notification.id,
    });
    Ok(())
}
