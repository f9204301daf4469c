//! Likes and dislikes from elsewhere, and their taking back: once each, by those who may see the post.

use kindred_protocol::Uri;
use kindred_storage::{
    Dialect, PostId, ReactionKind,
    actors::Actor,
    blocks, instances,
    posts::{self, Post},
};
use serde_json::Value;

use crate::{Ledger, Refusal, Result, posts::reactions as react};

pub(super) fn undo_reaction(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    kind: ReactionKind,
    raw: &Value,
) -> Result<()> {
    match posts::by_uri(ledger.db, object.as_str())? {
        Some(post) => unreacted(ledger, sender, post.id, kind, raw),
        None => Ok(()),
    }
}

pub(super) fn unreacted(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    post: PostId,
    kind: ReactionKind,
    raw: &Value,
) -> Result<()> {
    let post = crate::posts::living(ledger, post)?;
    if react::take_back(ledger, sender, &post, kind)?.is_some() {
        relay_reaction(ledger, sender, &post, raw)?;
    }
    Ok(())
}

/// Somebody likes or dislikes a post that we have. Dislikes are kept and never shown.
pub(super) fn reacted(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    kind: ReactionKind,
    emoji: Option<String>,
    id: Option<&Uri>,
    raw: &Value,
) -> Result<()> {
    let Some(post) = posts::by_uri(ledger.db, object.as_str())?
        .filter(|post| post.deleted_at.is_none() && post.removed_at.is_none())
    else {
        return Ok(());
    };
    if !may_touch(ledger, sender, &post)? {
        return Err(Refusal::NoSuchPost.into());
    }
    let emoji = emoji.filter(|emoji| emoji.len() <= LONGEST_EMOJI);
    if react::record(
        ledger,
        sender,
        &post,
        kind,
        emoji,
        id.map(|id| id.as_str().to_owned()),
    )? {
        relay_reaction(ledger, sender, &post, raw)?;
    }
    Ok(())
}

/// A group passes on what its members think of a post, names and all. That is the custom among group servers; microblogs tell a
/// like to the author alone, so theirs only counts.
fn relay_reaction(ledger: &mut Ledger<'_>, sender: &Actor, post: &Post, raw: &Value) -> Result<()> {
    match instances::by_host(ledger.db, &sender.host)?.map(|instance| instance.dialect) {
        Some(Dialect::Threadiverse) => react::relay(ledger, post, raw),
        _ => Ok(()),
    }
}

/// The longest reaction that is kept, in bytes: an emoji of several parts, or `:name:`.
const LONGEST_EMOJI: usize = 100;

/// Whether the sender may see the post, and its author has not blocked them.
fn may_touch(ledger: &mut Ledger<'_>, sender: &Actor, post: &Post) -> Result<bool> {
    let seen = crate::sight::of_posts(
        ledger.db,
        &crate::views::Viewer::Server(sender.host.clone()),
        vec![post.clone()],
    )?;
    Ok(!seen.is_empty() && blocks::find(ledger.db, post.author_id, sender.id)?.is_none())
}
