//! How posts looked before they were edited.

use kindred_storage::{
    Json, PostId, VersionId, polls,
    posts::Post,
    versions::{self, Version},
};

use crate::{
    Kindred, Ledger, Refusal, Result, sight,
    views::{PostView, Viewer},
};

/// So many earlier versions of a post are kept: the first ones. Whoever edits all day does not fill the disk.
const MOST_VERSIONS: i64 = 100;

/// Keeps a post as it looks now, since it is about to change.
pub(crate) fn keep(ledger: &mut Ledger<'_>, post: &Post) -> Result<()> {
    if post.edited_at.is_some() && versions::count(ledger.db, post.id)? >= MOST_VERSIONS {
        return Ok(());
    }
    let options = polls::find(ledger.db, post.id)?
        .map(|poll| poll.options.0)
        .unwrap_or_default();
    let version = Version {
        id: VersionId(ledger.next_id()),
        post_id: post.id,
        written_at: post.edited_at.unwrap_or(post.published_at),
        title: post.title.clone(),
        warning: post.warning.clone(),
        sensitive: post.sensitive,
        attachments: post.attachments.clone(),
        options: Json(options.into_iter().map(|option| option.title).collect()),
        content: post.content.clone(),
    };
    Ok(versions::insert(ledger.db, &version)?)
}

/// A post as it looks now, and as it looked before: oldest first.
pub async fn history(
    kindred: &Kindred,
    viewer: &Viewer,
    id: PostId,
) -> Result<(PostView, Vec<Version>)> {
    let viewer = viewer.clone();
    kindred
        .read(move |db| {
            let post = super::meant(db, id)?.ok_or(Refusal::NoSuchPost)?;
            let post = sight::of_post(db, &viewer, post)?;
            let versions = versions::of_post(db, post.id)?;
            Ok((sight::view(db, &viewer, post)?, versions))
        })
        .await
}
