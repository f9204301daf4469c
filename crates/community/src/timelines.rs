//! Timelines: home, what is for everybody, what is about a topic, what somebody wrote and passed on.
//!
//! Who may see a post is [`sight`]'s question; whose words reach the reader is asked here, once for each page.

use std::collections::{HashMap, HashSet};

use kindred_storage::{
    ActorId, BoostId, Conn, Moment, Page, PostId, ReactionKind, TopicId,
    actors::{self, Actor},
    bookmarks,
    boosts::{self, Boost},
    groups, posts, reactions,
    timelines::{self, AboutTopics, Line},
    topics as store,
};

pub use kindred_storage::timelines::Scope;

use crate::{
    Kindred, Refusal, Result,
    policy::Place,
    posts::meant,
    sections::{self, section},
    sight, topics,
    views::{Entry, PostView, Section, Viewer},
};

/// How many entries a page has when nobody says.
pub const USUAL: i64 = 20;

/// What of an actor's timeline is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Only what names this topic.
    pub tagged: Option<String>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            replies: true,
            boosts: true,
            only_media: false,
            pinned: false,
            tagged: None,
        }
    }
}

/// What somebody of ours finds at home, newest first.
pub async fn home(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<Entry>> {
    let (owner, now) = (who.id, kindred.now());
    let viewer = Viewer::Local(owner);
    let page = kindred.settled(page);
    kindred
        .read(move |db| {
            walk(db, &viewer, now, Place::Home, page, |db, page| {
                Ok(timelines::home(db, owner, page)?)
            })
        })
        .await
}

/// What was written for everybody, here or elsewhere, newest first.
pub async fn public(
    kindred: &Kindred,
    viewer: &Viewer,
    scope: Scope,
    only_media: bool,
    page: Page,
) -> Result<Section<Entry>> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    let page = kindred.settled(page);
    kindred
        .read(move |db| {
            walk(db, &viewer, now, Place::Open, page, |db, page| {
                Ok(timelines::public(db, scope, only_media, page)?)
            })
        })
        .await
}

/// What was written for everybody about a page somewhere, newest first.
pub async fn about_link(
    kindred: &Kindred,
    viewer: &Viewer,
    url: String,
    page: Page,
) -> Result<Section<Entry>> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    let page = kindred.settled(page);
    kindred
        .read(move |db| {
            walk(db, &viewer, now, Place::Open, page, |db, page| {
                Ok(timelines::about_link(db, &url, page)?)
            })
        })
        .await
}

/// Which posts about topics are wanted, by the names of the topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// About at least one of these.
    pub any: Vec<String>,
    /// And about all of these.
    pub all: Vec<String>,
    /// And about none of these.
    pub none: Vec<String>,
    /// By whom.
    pub scope: Scope,
    /// Only what comes with pictures and the like.
    pub only_media: bool,
}

/// The most topics of each kind that one question may name.
const MOST_TOPICS: usize = 10;

/// What was written about topics for everybody, newest first. About a topic that nobody ever named there is nothing.
pub async fn about(
    kindred: &Kindred,
    viewer: &Viewer,
    about: About,
    page: Page,
) -> Result<Section<Entry>> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    let page = kindred.settled(page);
    kindred
        .read(move |db| {
            let all = known_topics(db, &about.all)?;
            if all.len() < distinct(&about.all) {
                return Ok(Section::default());
            }
            let wanted = AboutTopics {
                any: known_topics(db, &about.any)?,
                all,
                none: known_topics(db, &about.none)?,
                scope: about.scope,
                media: about.only_media,
            };
            walk(db, &viewer, now, Place::Open, page, |db, page| {
                Ok(timelines::about_topics(db, &wanted, page)?)
            })
        })
        .await
}

fn slugs(names: &[String]) -> HashSet<String> {
    let slugs = names
        .iter()
        .take(MOST_TOPICS)
        .map(|name| topics::slug(name));
    slugs.map(Option::unwrap_or_default).collect()
}

fn distinct(names: &[String]) -> usize {
    slugs(names).len()
}

fn known_topics(db: &mut Conn, names: &[String]) -> Result<Vec<TopicId>> {
    let slugs: Vec<String> = slugs(names).into_iter().collect();
    let known = store::by_slugs(db, &slugs)?;
    Ok(known.into_iter().map(|topic| topic.id).collect())
}

/// What a person keeps, the latest kept first.
pub async fn kept(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<Entry>> {
    let who = who.id;
    collected(kindred, who, page, move |db, page| {
        Ok(bookmarks::page(db, who, page)?
            .into_iter()
            .map(|(tie, post)| (tie.0, post))
            .collect())
    })
    .await
}

/// What a person likes, the latest liked first.
pub async fn liked(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<Entry>> {
    let who = who.id;
    collected(kindred, who, page, move |db, page| {
        Ok(reactions::of_actor(db, who, ReactionKind::Like, page)?
            .into_iter()
            .map(|(reaction, post)| (reaction.id.0, post))
            .collect())
    })
    .await
}

/// Posts that somebody collected: whatever they think of their authors by now, as far as they may see them still.
async fn collected(
    kindred: &Kindred,
    who: ActorId,
    page: Page,
    mut load: impl FnMut(&mut Conn, &Page) -> Result<Vec<(i64, posts::Post)>> + Send + 'static,
) -> Result<Section<Entry>> {
    let viewer = Viewer::Local(who);
    kindred
        .read(move |db| {
            section(
                db,
                page,
                |(cursor, _)| *cursor,
                &mut load,
                |db, lines| {
                    let cursors: HashMap<PostId, i64> = lines
                        .iter()
                        .map(|(cursor, post)| (post.id, *cursor))
                        .collect();
                    let posts = lines.into_iter().map(|(_, post)| post).collect();
                    let posts = sight::of_posts(db, &viewer, posts)?;
                    Ok(sight::views(db, &viewer, posts)?
                        .into_iter()
                        .map(|view| (cursors[&view.post.id], Entry::of(view)))
                        .collect())
                },
            )
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
) -> Result<Section<Entry>> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    // What is pinned is one page, and the first one is known by having no end.
    let page = if wanted.pinned {
        page
    } else {
        kindred.settled(page)
    };
    kindred
        .read(move |db| page_of_actor(db, &viewer, now, actor, page, &wanted))
        .await
}

pub(crate) fn page_of_actor(
    db: &mut Conn,
    viewer: &Viewer,
    now: Moment,
    actor: ActorId,
    page: Page,
    wanted: &Wanted,
) -> Result<Section<Entry>> {
    let group = groups::find(db, actor)?;
    if let Some((group, _)) = &group
        && !sight::of_group(db, viewer, group)?
    {
        return Err(Refusal::NoSuchGroup.into());
    }
    let place = Place::PageOf(actor);
    if wanted.pinned {
        // They are few, and all of them are one page.
        let lines = pinned(db, actor, group.is_some())?;
        let first = page.before.is_none() && page.since.is_none() && page.above.is_none();
        return Ok(Section {
            items: if first {
                entries_of(db, viewer, now, place, lines)?
            } else {
                Vec::new()
            },
            ..Section::default()
        });
    }
    let room = group.is_some();
    let tagged = wanted.tagged.as_deref().map(topics::slug);
    let fits = |line: &Line| {
        // Answers in a group are read below what they answer.
        (!room || line.post.parent_uri.is_none())
            && (!wanted.only_media || !line.post.attachments.is_empty())
            && tagged
                .as_ref()
                .is_none_or(|slug| names(&line.post, slug.as_deref()))
    };
    let load = |db: &mut Conn, page: &Page| {
        // Clients that leave out boosts on profiles would show an empty group: its boosts are its content.
        Ok(match (room, wanted.boosts, wanted.replies) {
            (true, ..) | (false, true, true) => timelines::author_page(db, actor, page)?,
            (false, false, true) => timelines::written_by(db, actor, page)?,
            (false, boosts, false) => timelines::starters_page(db, actor, page, boosts)?,
        })
    };
    section(
        db,
        page,
        |line: &Line| line.entry_id.0,
        load,
        |db, mut lines| {
            lines.retain(fits);
            let entries = entries_of(db, viewer, now, place, lines)?;
            Ok(entries.into_iter().map(|entry| (entry.id, entry)).collect())
        },
    )
}

fn names(post: &posts::Post, slug: Option<&str>) -> bool {
    slug.is_some_and(|slug| {
        post.tags
            .iter()
            .filter(|tag| tag.kind == posts::TagKind::Hashtag)
            .any(|tag| topics::slug(&tag.name).as_deref() == Some(slug))
    })
}

/// The posts of a group as they were written, newest passed on first.
pub async fn of_group(
    kindred: &Kindred,
    viewer: &Viewer,
    group: ActorId,
    page: Page,
) -> Result<Section<Entry>> {
    kindred
        .read(move |db| groups::find(db, group).map_err(Into::into))
        .await?
        .ok_or(Refusal::NoSuchGroup)?;
    let section = of_actor(kindred, viewer, group, page, Wanted::default()).await?;
    Ok(section.map(|entry| Entry::of(entry.view)))
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
            let post = meant(db, id)?.ok_or(Refusal::NoSuchPost)?;
            let post = sight::of_post(db, &viewer, post)?;
            sight::view(db, &viewer, post)
        })
        .await
}

/// The most posts or people that one question may ask for by number.
pub const MOST_BY_NUMBER: usize = 40;

/// Those of these posts that the viewer may see, in the order asked for.
pub async fn several(
    kindred: &Kindred,
    viewer: &Viewer,
    mut ids: Vec<PostId>,
) -> Result<Vec<PostView>> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    ids.truncate(MOST_BY_NUMBER);
    kindred
        .read(move |db| {
            let mut found: HashMap<PostId, posts::Post> = posts::find_many(db, &ids)?
                .into_iter()
                .map(|post| (post.id, post))
                .collect();
            let lines = ids
                .iter()
                .filter_map(|id| found.remove(id))
                .map(|post| Line {
                    entry_id: post.id.into(),
                    by: None,
                    post,
                });
            let lines = lines.collect();
            let entries = entries_of(db, &viewer, now, Place::Open, lines)?;
            Ok(entries.into_iter().map(|entry| entry.view).collect())
        })
        .await
}

/// Those who passed a post on, the latest first.
pub async fn boosters(
    kindred: &Kindred,
    viewer: &Viewer,
    id: PostId,
    page: Page,
) -> Result<Section<Actor>> {
    fans(kindred, viewer, id, page, |db, post, page| {
        let found = boosts::of_post(db, post, page)?;
        Ok(found
            .into_iter()
            .map(|(boost, actor)| (boost.id.0, actor))
            .collect())
    })
    .await
}

/// Those who like a post, the latest first.
pub async fn likers(
    kindred: &Kindred,
    viewer: &Viewer,
    id: PostId,
    page: Page,
) -> Result<Section<Actor>> {
    fans(kindred, viewer, id, page, |db, post, page| {
        let found = reactions::of_post(db, post, ReactionKind::Like, page)?;
        Ok(found
            .into_iter()
            .map(|(reaction, actor)| (reaction.id.0, actor))
            .collect())
    })
    .await
}

async fn fans(
    kindred: &Kindred,
    viewer: &Viewer,
    id: PostId,
    page: Page,
    mut load: impl FnMut(&mut Conn, PostId, &Page) -> Result<Vec<(i64, Actor)>> + Send + 'static,
) -> Result<Section<Actor>> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    kindred
        .read(move |db| {
            let post = meant(db, id)?.ok_or(Refusal::NoSuchPost)?;
            let post = sight::of_post(db, &viewer, post)?;
            let load = |db: &mut Conn, page: &Page| load(db, post.id, page);
            let found = sections::whole(db, page, |(cursor, _)| *cursor, load)?;
            let found = found.map(|(_, actor)| actor);
            people_shown(db, &viewer, now, found)
        })
        .await
}

/// The same people without those whose words do not reach the viewer.
pub(crate) fn people_shown(
    db: &mut Conn,
    viewer: &Viewer,
    now: Moment,
    mut section: Section<Actor>,
) -> Result<Section<Actor>> {
    let ids: Vec<ActorId> = section.items.iter().map(|actor| actor.id).collect();
    let away = sections::kept_away(db, viewer, now, Place::Open, &ids)?;
    section
        .items
        .retain(|actor| actor.deleted_at.is_none() && !away.contains(&actor.id));
    Ok(section)
}

/// Walks along a list of lines.
pub(crate) fn walk(
    db: &mut Conn,
    viewer: &Viewer,
    now: Moment,
    place: Place,
    page: Page,
    load: impl FnMut(&mut Conn, &Page) -> Result<Vec<Line>>,
) -> Result<Section<Entry>> {
    section(
        db,
        page,
        |line: &Line| line.entry_id.0,
        load,
        |db, lines| {
            let entries = entries_of(db, viewer, now, place, lines)?;
            Ok(entries.into_iter().map(|entry| (entry.id, entry)).collect())
        },
    )
}

/// The lines with everything beside them, as far as the viewer may see them and would like to hear those who speak.
pub(crate) fn entries_of(
    db: &mut Conn,
    viewer: &Viewer,
    now: Moment,
    place: Place,
    mut lines: Vec<Line>,
) -> Result<Vec<Entry>> {
    keep_those_heard(db, viewer, now, place, &mut lines)?;
    if place == Place::Open {
        let authors: Vec<ActorId> = lines.iter().map(|line| line.post.author_id).collect();
        let silenced = sections::silenced(db, viewer, &authors)?;
        lines.retain(|line| !silenced.contains(&line.post.author_id));
    }
    let places: Vec<(i64, Option<ActorId>, PostId)> = lines
        .iter()
        .map(|line| (line.entry_id.0, line.by, line.post.id))
        .collect();
    let posts = sight::of_posts(
        db,
        viewer,
        lines.into_iter().map(|line| line.post).collect(),
    )?;
    let mut views: HashMap<PostId, PostView> = sight::views(db, viewer, posts)?
        .into_iter()
        .map(|view| (view.post.id, view))
        .collect();
    let boosts = boosts_of(db, &places)?;
    let mut page = Vec::with_capacity(places.len());
    for (id, by, post) in places {
        let boost = boosts.get(&id).filter(|_| by.is_some()).cloned();
        if by.is_some() && boost.is_none() {
            continue;
        }
        // Taken out: nobody reads the same post twice on one page.
        if let Some(view) = views.remove(&post) {
            page.push(Entry { id, view, boost });
        }
    }
    Ok(page)
}

/// Leaves out the lines of those whose words do not reach the viewer in this place.
fn keep_those_heard(
    db: &mut Conn,
    viewer: &Viewer,
    now: Moment,
    place: Place,
    lines: &mut Vec<Line>,
) -> Result<()> {
    let Some(who) = viewer.actor() else {
        return Ok(());
    };
    let speakers: HashSet<ActorId> = lines
        .iter()
        .flat_map(|line| [Some(line.post.author_id), line.by])
        .flatten()
        .filter(|speaker| *speaker != who)
        .collect();
    let speakers: Vec<ActorId> = speakers.into_iter().collect();
    let mut distances = kindred_storage::mine::distances(db, who, &speakers, now)?;
    distances.retain(|(distance, whom)| !crate::policy::reaches(place, *whom, *distance));
    if distances.is_empty() {
        return Ok(());
    }
    let apart =
        |whom: ActorId| distances.contains(&(kindred_storage::mine::Distance::ReadsApart, whom));
    let away = |whom: ActorId| distances.iter().any(|(_, other)| *other == whom);
    lines.retain(|line| match line.by {
        // A list of its own takes away what those on it bring, not what others pass on of them.
        Some(by) => !away(by) && (!away(line.post.author_id) || apart(line.post.author_id)),
        None => !away(line.post.author_id),
    });
    Ok(())
}

/// How and by whom posts were passed on, by the number of the boost.
fn boosts_of(
    db: &mut Conn,
    places: &[(i64, Option<ActorId>, PostId)],
) -> Result<HashMap<i64, (Boost, Actor)>> {
    let ids: Vec<BoostId> = places
        .iter()
        .filter(|(_, by, _)| by.is_some())
        .map(|(id, ..)| BoostId(*id))
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let boosts = boosts::by_ids(db, &ids)?;
    let boosters: HashSet<ActorId> = boosts.iter().map(|boost| boost.actor_id).collect();
    let boosters: Vec<ActorId> = boosters.into_iter().collect();
    let faces: HashMap<ActorId, Actor> = actors::find_many(db, &boosters)?
        .into_iter()
        .map(|actor| (actor.id, actor))
        .collect();
    Ok(boosts
        .into_iter()
        .filter_map(|boost| {
            let face = faces.get(&boost.actor_id)?.clone();
            Some((boost.id.0, (boost, face)))
        })
        .collect())
}
