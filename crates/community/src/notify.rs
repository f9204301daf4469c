//! Who should hear of it, and how gently: one line in a list that is read when it suits.

use std::time::Duration;

use kindred_storage::{
    ActorId, FollowState, NoticeRequestId, NotificationId, NotificationKind, PostId, Reception,
    Visibility, actors,
    actors::Actor,
    follows, mine,
    notice_policies::{self, Policy, Request},
    notifications,
    notifications::Notification,
    posts, sanctions,
};

use crate::{
    Ledger, Result,
    happenings::Happening,
    policy::{self, Place, Teller},
    push,
};

/// How long somebody counts as new.
const NEW: Duration = Duration::from_hours(30 * 24);

/// Leaves a notice for somebody of ours. Others are told by their own server; nobody is told of what they did themselves, nor by
/// somebody whom they keep at a distance, nor of a conversation of which they have heard enough. A notice by a stranger may be set apart.
pub(crate) fn tell(
    ledger: &mut Ledger<'_>,
    whom: &Actor,
    kind: NotificationKind,
    by: ActorId,
    post: Option<PostId>,
    group: Option<ActorId>,
) -> Result<()> {
    if !whom.host.is_empty() || whom.id == by {
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
    let distances = mine::distances(ledger.db, whom.id, &[by], ledger.now)?;
    if distances
        .iter()
        .any(|(distance, _)| !policy::reaches(Place::Notices, by, *distance))
    {
        return Ok(());
    }
    if let Some(post) = post
        && notifications::heard_enough(ledger.db, whom.id, post)?
    {
        return Ok(());
    }
    let reception = reception(ledger, whom.id, kind, by, post)?;
    if reception == Reception::Drop {
        return Ok(());
    }
    let set_apart = reception == Reception::Filter;
    if set_apart {
        let request = Request {
            id: NoticeRequestId(ledger.next_id()),
            owner_id: whom.id,
            actor_id: by,
            post_id: post,
            notices: 1,
            created_at: ledger.now,
            updated_at: ledger.now,
        };
        notice_policies::set_apart(ledger.db, &request)?;
    }
    let notification = Notification {
        id: NotificationId(ledger.next_entry()),
        owner_id: whom.id,
        kind,
        actor_id: by,
        post_id: post,
        group_id: group,
        created_at: ledger.now,
        read_at: None,
        set_apart,
    };
    notifications::add(ledger.db, &notification)?;
    if !set_apart {
        push::leave(ledger, whom.id, kind, notification.id)?;
        ledger.happened(Happening::Notified {
            owner: whom.id,
            notice: notification.id,
        });
    }
    Ok(())
}

/// How a notice is received. Most people have no policy, and then only one thing is asked.
fn reception(
    ledger: &mut Ledger<'_>,
    whom: ActorId,
    kind: NotificationKind,
    by: ActorId,
    post: Option<PostId>,
) -> Result<Reception> {
    let limited = !sanctions::silenced(ledger.db, &[by], Some(whom))?.is_empty();
    let policy = match notice_policies::find(ledger.db, whom)? {
        Some(policy) => policy,
        None if limited => Policy::usual(whom),
        None => return Ok(Reception::Accept),
    };
    let accepted = |follow: Option<follows::Follow>| {
        follow.is_some_and(|follow| follow.state == FollowState::Accepted)
    };
    let face = actors::find(ledger.db, by)?;
    let teller = Teller {
        permitted: notice_policies::is_permitted(ledger.db, whom, by)?,
        followed: accepted(follows::find(ledger.db, whom, by)?),
        follower: accepted(follows::find(ledger.db, by, whom)?),
        new: face.is_some_and(|face| ledger.now.since(face.published_at) < NEW),
        private: speaks_in_private(ledger, whom, post)?,
        limited,
    };
    Ok(policy::reception(&policy, kind, teller))
}

/// Whether a post is a private word to somebody that does not answer one of theirs.
fn speaks_in_private(ledger: &mut Ledger<'_>, whom: ActorId, post: Option<PostId>) -> Result<bool> {
    let Some(post) = post
        .map(|id| posts::find(ledger.db, id))
        .transpose()?
        .flatten()
    else {
        return Ok(false);
    };
    let answers = match post.parent_id {
        Some(parent) => posts::find(ledger.db, parent)?.is_some_and(|it| it.author_id == whom),
        None => false,
    };
    Ok(post.visibility == Visibility::Direct && !answers)
}
