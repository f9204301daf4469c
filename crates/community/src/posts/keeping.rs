//! What somebody does with a post for themself: keeping it, hearing no more of its conversation, putting it at the top of their page.

use kindred_storage::{ActorId, Moment, PostId, TieId, actors::Actor, bookmarks, mutes, posts};

use super::reactions::changed;
use crate::{Kindred, Ledger, Refusal, Result, policy, views::PostView};

/// The most posts that somebody can put at the top of their page.
const MOST_PINS: usize = 5;

/// Keeps a post. Nobody else learns of it.
pub async fn keep(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    changed(kindred, who, id, |ledger, who, post| {
        let tie = TieId(ledger.next_id());
        Ok(bookmarks::keep(
            ledger.db, tie, who.id, post.id, ledger.now,
        )?)
    })
    .await
}

/// Keeps it no longer.
pub async fn let_go(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    changed(kindred, who, id, |ledger, who, post| {
        Ok(bookmarks::let_go(ledger.db, who.id, post.id)?)
    })
    .await
}

/// Lets somebody hear no more of the conversation in which a post stands.
pub async fn mute(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    changed(kindred, who, id, |ledger, who, post| {
        Ok(mutes::mute_thread(
            ledger.db,
            who.id,
            post.root_id,
            ledger.now,
        )?)
    })
    .await
}

/// Lets them hear of it again.
pub async fn unmute(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    changed(kindred, who, id, |ledger, who, post| {
        Ok(mutes::unmute_thread(ledger.db, who.id, post.root_id)?)
    })
    .await
}

/// Puts a post of one's own at the top of one's page. What stands in a group is pinned there, by those who look after it.
pub async fn pin(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    changed(kindred, who, id, |ledger, who, post| {
        policy::may_pin(post, who.id)?;
        if post.pinned_at.is_none() && pins_of(ledger, who.id)? >= MOST_PINS {
            return Err(Refusal::TooManyPins(MOST_PINS).into());
        }
        set_pin(ledger, post.id, Some(post.pinned_at.unwrap_or(ledger.now)))
    })
    .await
}

/// Puts it back in line.
pub async fn unpin(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    changed(kindred, who, id, |ledger, who, post| {
        policy::may_pin(post, who.id)?;
        set_pin(ledger, post.id, None)
    })
    .await
}

fn pins_of(ledger: &mut Ledger<'_>, who: ActorId) -> Result<usize> {
    Ok(posts::pinned_by_author(ledger.db, who)?.len())
}

fn set_pin(ledger: &mut Ledger<'_>, post: PostId, at: Option<Moment>) -> Result<()> {
    Ok(posts::pin(ledger.db, post, at)?)
}
