//! Timelines: home, and what somebody wrote and passed on.

use std::collections::{HashMap, HashSet};

use kindred_storage::{
    ActorId, BoostId, Conn, Page, PostId,
    actors::{self, Actor},
    boosts::{self, Boost},
    groups, posts,
    timelines::{self, Line},
};

use crate::{
    Kindred, Refusal, Result, sight,
    views::{Entry, PostView, Viewer},
};

/// How many entries a page has when nobody says.
pub const USUAL: i64 = 20;

/// The most entries of a page: 40, and one more by which a door sees whether anything is left.
pub const MOST: i64 = 41;

/// What of an actor's timeline is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent wish of the reader"
)]
pub struct Wanted {
    /// Answers to others.
    pub replies: bool,
    /// What was passed on.
    pub boosts: bool,
    /// Only what comes with pictures and the like.
    pub only_media: bool,
    /// Only what is pinned.
    pub pinned: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            replies: true,
            boosts: true,
            only_media: false,
            pinned: false,
        }
    }
}

/// A page with a limit that can be served: nonsense becomes the usual, too much becomes the most.
pub fn bounded(page: Page) -> Page {
    let limit = if page.limit <= 0 {
        USUAL
    } else {
        page.limit.min(MOST)
    };
    Page { limit, ..page }
}

/// What somebody of ours finds at home, newest first.
pub async fn home(kindred: &Kindred, who: &Actor, page: Page) -> Result<Vec<Entry>> {
    let viewer = Viewer::Local(who.id);
    let page = bounded(page);
    kindred
        .read(move |db| {
            let Viewer::Local(owner) = viewer else {
                return Ok(Vec::new());
            };
            let lines = timelines::home(db, owner, &page)?;
            entries_of(db, &viewer, lines)
        })
        .await
}

/// What an actor wrote and passed on, newest first. A group's timeline is what it passed on.
pub async fn of_actor(
    kindred: &Kindred,
    viewer: &Viewer,
    actor: ActorId,
    page: Page,
    wanted: Wanted,
) -> Result<Vec<Entry>> {
    let viewer = viewer.clone();
    let page = bounded(page);
    kindred
        .read(move |db| page_of_actor(db, &viewer, actor, page, wanted))
        .await
}

pub(crate) fn page_of_actor(
    db: &mut Conn,
    viewer: &Viewer,
    actor: ActorId,
    page: Page,
    wanted: Wanted,
) -> Result<Vec<Entry>> {
    let group = groups::find(db, actor)?;
    if let Some((group, _)) = &group
        && !sight::of_group(db, viewer, group)?
    {
        return Err(Refusal::NoSuchGroup.into());
    }
    // Clients that leave out boosts on profiles would show an empty group: its boosts are its content.
    let lines = match (&group, wanted) {
        (_, Wanted { pinned: true, .. }) => pinned(db, actor, group.is_some())?,
        (Some(_), _) => timelines::boosted_by(db, actor, &page)?,
        (
            None,
            Wanted {
                boosts: true,
                replies: true,
                ..
            },
        ) => timelines::author_page(db, actor, &page)?,
        (None, Wanted { boosts, .. }) => timelines::starters_page(db, actor, &page, boosts)?,
    };
    let mut entries = entries_of(db, viewer, lines)?;
    if group.is_some() {
        entries.retain(|entry| entry.view.post.parent_uri.is_none());
    }
    if wanted.only_media {
        entries.retain(|entry| !entry.view.post.attachments.is_empty());
    }
    Ok(entries)
}

fn pinned(db: &mut Conn, actor: ActorId, group: bool) -> Result<Vec<Line>> {
    let posts = if group {
        posts::pinned_in_group(db, actor)?
    } else {
        posts::pinned_by_author(db, actor)?
    };
    Ok(posts
        .into_iter()
        .map(|post| Line {
            entry_id: post.id.into(),
            by: None,
            post,
        })
        .collect())
}

/// One post, if the viewer may see it.
pub async fn one(kindred: &Kindred, viewer: &Viewer, id: PostId) -> Result<PostView> {
    let viewer = viewer.clone();
    kindred
        .read(move |db| {
            let post = posts::find(db, id)?.ok_or(Refusal::NoSuchPost)?;
            let post = sight::of_post(db, &viewer, post)?;
            sight::view(db, &viewer, post)
        })
        .await
}

/// The lines with everything beside them, as far as the viewer may see them.
pub(crate) fn entries_of(db: &mut Conn, viewer: &Viewer, lines: Vec<Line>) -> Result<Vec<Entry>> {
    let places: Vec<(i64, Option<ActorId>, PostId)> = lines
        .iter()
        .map(|line| (line.entry_id.0, line.by, line.post.id))
        .collect();
    let posts = sight::of_posts(
        db,
        viewer,
        lines.into_iter().map(|line| line.post).collect(),
    )?;
    let views: HashMap<PostId, PostView> = sight::views(db, viewer, posts)?
        .into_iter()
        .map(|view| (view.post.id, view))
        .collect();
    let boost_ids: Vec<BoostId> = places
        .iter()
        .filter(|(_, by, _)| by.is_some())
        .map(|(id, ..)| BoostId(*id))
        .collect();
    let boosts: HashMap<i64, Boost> = if boost_ids.is_empty() {
        HashMap::new()
    } else {
        boosts::by_ids(db, &boost_ids)?
            .into_iter()
            .map(|boost| (boost.id.0, boost))
            .collect()
    };
    let boosters: Vec<ActorId> = boosts
        .values()
        .map(|boost| boost.actor_id)
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    let faces: HashMap<ActorId, Actor> = if boosters.is_empty() {
        HashMap::new()
    } else {
        actors::find_many(db, &boosters)?
            .into_iter()
            .map(|actor| (actor.id, actor))
            .collect()
    };
    let mut page = Vec::with_capacity(places.len());
    for (id, by, post) in places {
        let Some(view) = views.get(&post).cloned() else {
            continue;
        };
        let boost = boosts
            .get(&id)
            .filter(|_| by.is_some())
            .and_then(|boost| Some((boost.clone(), faces.get(&boost.actor_id)?.clone())));
        if by.is_none() || boost.is_some() {
            page.push(Entry { id, view, boost });
        }
    }
    Ok(page)
}
