//! Which post is meant by a number.
//!
//! Timelines show what was passed on under a number of its own, and some programs act on that number: they mean the post inside.

use kindred_storage::{
    BoostId, Conn, PostId,
    actors::{self, Actor},
    boosts::{self, Boost},
    posts::{self, Post},
};

use crate::{
    Kindred, Refusal, Result, sight,
    views::{Entry, Viewer},
};

/// The post with this number, or the one that was passed on under it. It may be gone.
pub(crate) fn meant(db: &mut Conn, id: PostId) -> Result<Option<Post>> {
    if let Some(post) = posts::find(db, id)? {
        return Ok(Some(post));
    }
    match passed_on(db, id)? {
        Some((boost, _)) => Ok(posts::find(db, boost.post_id)?),
        None => Ok(None),
    }
}

/// How a post was passed on under this number, and by whom, if that still holds.
pub(super) fn passed_on(db: &mut Conn, id: PostId) -> Result<Option<(Boost, Actor)>> {
    let boost = boosts::find_by_id(db, BoostId(id.0))?.filter(|boost| boost.undone_at.is_none());
    let Some(boost) = boost else {
        return Ok(None);
    };
    let by = actors::find(db, boost.actor_id)?.filter(|by| by.deleted_at.is_none());
    Ok(by.map(|by| (boost, by)))
}

/// The entry of timelines with this number: a post, or a post as somebody passed it on.
pub async fn entry(kindred: &Kindred, viewer: &Viewer, id: PostId) -> Result<Entry> {
    let viewer = viewer.clone();
    kindred
        .read(move |db| {
            let post = meant(db, id)?.ok_or(Refusal::NoSuchPost)?;
            let passed_on = if post.id == id {
                None
            } else {
                passed_on(db, id)?
            };
            if let Some((_, by)) = &passed_on
                && !sight::of_actor(db, &viewer, by)?
            {
                return Err(Refusal::NoSuchPost.into());
            }
            let post = sight::of_post(db, &viewer, post)?;
            Ok(Entry {
                id: id.0,
                view: sight::view(db, &viewer, post)?,
                boost: passed_on,
            })
        })
        .await
}
