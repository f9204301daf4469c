//! Removing and restoring posts, closing and opening threads, pinning.

use kindred_storage::{
    ActorId, NotificationKind, PostId,
    actors::Actor,
    posts::{self, Post},
    sanctions,
};
use serde_json::json;

use super::{Act, Word, must_moderate, note, room, shortened};
use crate::{
    Kindred, Ledger, Refusal, Result,
    announce::{self, order},
    happenings::Happening,
    notify,
    posts::{clear_away, count_again, relay},
};

/// The most posts that stand at the top of a group: what is always on top is read by nobody.
const MOST_PINNED: usize = 20;

/// Somebody of ours takes a post down. Its author is told, and everybody who had it, as far as their server has a word for it.
///
/// Refuses whoever does not keep order in the group, and posts that stand elsewhere.
pub async fn remove(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    post: PostId,
    reason: Option<String>,
) -> Result<()> {
    acting(kindred, who, group, post, move |ledger, act, post| {
        take_down(ledger, act, post, reason.as_deref())
    })
    .await
}

/// Somebody of ours brings back what was taken down.
pub async fn restore(kindred: &Kindred, who: &Actor, group: ActorId, post: PostId) -> Result<()> {
    acting(kindred, who, group, post, bring_back).await
}

/// Somebody of ours closes a thread for new answers: a moderator, or whoever began it.
pub async fn lock(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    post: PostId,
    reason: Option<String>,
) -> Result<()> {
    acting(kindred, who, group, post, move |ledger, act, post| {
        close(ledger, act, post, true, reason.as_deref())
    })
    .await
}

/// Somebody of ours opens a thread again.
pub async fn unlock(kindred: &Kindred, who: &Actor, group: ActorId, post: PostId) -> Result<()> {
    acting(kindred, who, group, post, |ledger, act, post| {
        close(ledger, act, post, false, None)
    })
    .await
}

/// Somebody of ours puts a post at the top of a group.
pub async fn pin(kindred: &Kindred, who: &Actor, group: ActorId, post: PostId) -> Result<()> {
    acting(kindred, who, group, post, |ledger, act, post| {
        highlight(ledger, act, post, true)
    })
    .await
}

/// Somebody of ours takes a post down from the top of a group.
pub async fn unpin(kindred: &Kindred, who: &Actor, group: ActorId, post: PostId) -> Result<()> {
    acting(kindred, who, group, post, |ledger, act, post| {
        highlight(ledger, act, post, false)
    })
    .await
}

/// One act of somebody of ours on one post, in one unit of work.
async fn acting<F>(
    kindred: &Kindred,
    who: &Actor,
    group: ActorId,
    post: PostId,
    act: F,
) -> Result<()>
where
    F: FnOnce(&mut Ledger<'_>, Act<'_>, &Post) -> Result<()> + Send + 'static,
{
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let (_, face) = room(ledger.db, &who, group)?;
            let post = posts::find(ledger.db, post)?
                .filter(|post| post.deleted_at.is_none())
                .ok_or(Refusal::NoSuchPost)?;
            let by = Act {
                who: &who,
                group: &face,
                word: Word::Ours,
            };
            act(ledger, by, &post)
        })
        .await
}

/// Whether a post stands in this group: a moderator's word reaches no further.
fn must_stand_in(post: &Post, group: &Actor) -> Result<(), Refusal> {
    if post.group_id == Some(group.id) {
        Ok(())
    } else {
        Err(Refusal::NoSuchPost)
    }
}

/// Takes a post down. It stays in the tables, with who did it and why, and can be brought back.
pub(crate) fn take_down(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    post: &Post,
    reason: Option<&str>,
) -> Result<()> {
    must_moderate(ledger.db, act.who, act.group)?;
    let reason = shortened(reason);
    let reason = reason.as_deref();
    let detail = json!({ "post": post.id.to_string(), "reason": reason });
    let group = Some(act.group.id);
    // What a group heard of another group stands in that one: here it is only taken out again.
    if act.group.is_local() && relay::take_out(ledger, act.group, post)? {
        return note(ledger, act.who, group, "post.take_out", &post.uri, detail).map(drop);
    }
    must_stand_in(post, act.group)?;
    if post.removed_at.is_some() {
        return Ok(());
    }
    posts::mark_removed(ledger.db, post.id, Some(act.who.id), reason, ledger.now)?;
    ledger.happened(Happening::Deleted { post: post.id });
    clear_away(ledger, post)?;
    let line = note(ledger, act.who, group, "post.remove", &post.uri, detail)?;
    let author = ledger.actor(post.author_id)?;
    notify::tell(
        ledger,
        &author,
        NotificationKind::Removed,
        act.who.id,
        Some(post.id),
        Some(act.group.id),
    )?;
    let told = order::words(ledger, act, &post.uri, order::removal(&post.uri, reason))?;
    let boost = relay::withdrawn_boost(ledger, act.group, post)?;
    let microblog = announce::boost_undone(ledger, act.group, post, boost.as_ref())?;
    relay::withdraw_echoes(ledger, post, None)?;
    order::spread(ledger, act, line, told, microblog, &[author.id])
}

/// Brings a post back that was taken down.
pub(crate) fn bring_back(ledger: &mut Ledger<'_>, act: Act<'_>, post: &Post) -> Result<()> {
    must_moderate(ledger.db, act.who, act.group)?;
    must_stand_in(post, act.group)?;
    if post.removed_at.is_none() {
        return Ok(());
    }
    // Those who keep this server have hidden it together with its author; no group shows it before they do.
    if sanctions::is_withheld(ledger.db, post.id)? {
        return Err(Refusal::NoSuchPost.into());
    }
    posts::mark_restored(ledger.db, post.id)?;
    count_again(ledger, post)?;
    let line = note(
        ledger,
        act.who,
        Some(act.group.id),
        "post.restore",
        &post.uri,
        json!({ "post": post.id.to_string() }),
    )?;
    let told = order::words(
        ledger,
        act,
        &post.uri,
        order::undone(order::removal(&post.uri, None)),
    )?;
    let boost = if act.group.is_local() {
        relay::boost_again(ledger, act.group, post)?
    } else {
        None
    };
    let microblog = match boost {
        Some(boost) => Some(announce::boosted_again(ledger, act.group, post, &boost)?),
        None => None,
    };
    order::spread(ledger, act, line, told, microblog, &[post.author_id])
}

/// Closes a thread for new answers, or opens it again.
pub(crate) fn close(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    post: &Post,
    closed: bool,
    reason: Option<&str>,
) -> Result<()> {
    must_stand_in(post, act.group)?;
    // Whoever started a thread may close it too. Opening it might undo what a moderator did.
    if post.author_id != act.who.id || !closed {
        must_moderate(ledger.db, act.who, act.group)?;
    }
    if post.locked_at.is_some() == closed {
        return Ok(());
    }
    let reason = shortened(reason);
    posts::lock(ledger.db, post.id, closed.then_some(ledger.now))?;
    let action = if closed { "post.lock" } else { "post.unlock" };
    let line = note(
        ledger,
        act.who,
        Some(act.group.id),
        action,
        &post.uri,
        json!({ "post": post.id.to_string(), "reason": reason }),
    )?;
    let lock = order::lock(&post.uri, reason.as_deref());
    let told = if closed {
        order::words(ledger, act, &post.uri, lock)?
    } else {
        order::words(ledger, act, &post.uri, order::undone(lock))?
    };
    order::spread(ledger, act, line, told, None, &[post.author_id])
}

/// Puts a post at the top of its group, or takes it down from there.
pub(crate) fn highlight(
    ledger: &mut Ledger<'_>,
    act: Act<'_>,
    post: &Post,
    pinned: bool,
) -> Result<()> {
    must_moderate(ledger.db, act.who, act.group)?;
    must_stand_in(post, act.group)?;
    if post.pinned_at.is_some() == pinned {
        return Ok(());
    }
    if pinned {
        if post.parent_uri.is_some() || !post.is_standing() {
            return Err(Refusal::NotForPinning.into());
        }
        if act.group.is_local()
            && posts::pinned_in_group(ledger.db, act.group.id)?.len() >= MOST_PINNED
        {
            return Err(Refusal::TooManyPins(MOST_PINNED).into());
        }
    }
    posts::pin(ledger.db, post.id, pinned.then_some(ledger.now))?;
    let action = if pinned { "post.pin" } else { "post.unpin" };
    let line = note(
        ledger,
        act.who,
        Some(act.group.id),
        action,
        &post.uri,
        json!({ "post": post.id.to_string() }),
    )?;
    let featured = act
        .group
        .featured_uri
        .clone()
        .unwrap_or_else(|| format!("{}/featured", act.group.uri));
    let told = order::words(
        ledger,
        act,
        &post.uri,
        order::listed(&post.uri, &featured, pinned),
    )?;
    order::spread(ledger, act, line, told, None, &[])
}
