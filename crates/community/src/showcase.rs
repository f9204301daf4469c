//! Finding what one did not look for: the directory, suggestions, what is talked about.
//!
//! Trends are slow on purpose: they are counted every few minutes, and what only a handful of people said is not among them.

use std::{collections::HashSet, time::Duration};

pub use kindred_storage::showcase::{Link, Order};
use kindred_storage::{
    ActorId, Conn, Moment, PostId, TopicId,
    actors::{self, Actor},
    posts, showcase as store, topics,
};

use crate::{
    Kindred, Result, first_id_of,
    interests::{self, TopicView},
    policy::Place,
    sections, sight,
    timelines::{MOST_BY_NUMBER, entries_of},
    views::{PostView, Viewer},
};

/// The most that one question answers.
const MOST: usize = 80;
/// How far one can page.
const DEEPEST: usize = 2_000;

/// People and groups that may be listed, as far as the viewer may know of them.
pub async fn directory(
    kindred: &Kindred,
    viewer: &Viewer,
    order: Order,
    here_only: bool,
    offset: usize,
    limit: usize,
) -> Result<Vec<Actor>> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    let offset = i64::try_from(offset.min(DEEPEST)).unwrap_or(0);
    let limit = i64::try_from(limit.min(MOST)).unwrap_or(0);
    kindred
        .read_apart(move |db| {
            let listed = store::directory(db, order, here_only, offset, limit)?;
            shown(db, &viewer, now, listed)
        })
        .await
}

/// Those whom the viewer may know of and has nothing against.
fn shown(db: &mut Conn, viewer: &Viewer, now: Moment, found: Vec<Actor>) -> Result<Vec<Actor>> {
    let ids: Vec<ActorId> = found.iter().map(|actor| actor.id).collect();
    let mut away = sections::kept_away(db, viewer, now, Place::Open, &ids)?;
    away.extend(sections::silenced(db, viewer, &ids)?);
    let mut seen = Vec::with_capacity(found.len());
    for actor in found {
        if !away.contains(&actor.id) && sight::of_actor(db, viewer, &actor)? {
            seen.push(actor);
        }
    }
    Ok(seen)
}

/// Why somebody is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// The group is about what one cares about.
    TopicsInCommon,
    /// People whom one follows follow them.
    FriendsFollow,
    /// Many people here follow them.
    ManyFollow,
}

/// Whom somebody may like to follow: groups with topics in common first, whoever follows them; then friends of friends; then those whom
/// most people here follow.
pub async fn suggestions(
    kindred: &Kindred,
    who: &Actor,
    offset: usize,
    limit: usize,
) -> Result<Vec<(Because, Actor)>> {
    let (who, now) = (who.id, kindred.now());
    let limit = limit.min(MOST);
    let wanted = offset.min(DEEPEST) + limit;
    kindred
        .read_apart(move |db| {
            let reach = i64::try_from(wanted).unwrap_or(i64::MAX);
            let mut seen = HashSet::from([who]);
            let mut ranked = Vec::new();
            for (because, found) in [
                (
                    Because::TopicsInCommon,
                    store::groups_in_common(db, who, reach)?,
                ),
                (
                    Because::FriendsFollow,
                    store::friends_of_friends(db, who, reach)?,
                ),
                (Because::ManyFollow, store::most_followed(db, who, reach)?),
            ] {
                let fresh = found.into_iter().filter(|id| seen.insert(*id));
                ranked.extend(fresh.map(|id| (because, id)));
            }
            let ids: Vec<ActorId> = ranked.iter().map(|(_, id)| *id).collect();
            let mut faces = actors::find_many(db, &ids)?;
            faces.retain(|face| {
                face.deleted_at.is_none() && face.suspended_at.is_none() && face.discoverable
            });
            let faces = shown(db, &Viewer::Local(who), now, faces)?;
            let known = ranked.into_iter().filter_map(|(because, id)| {
                let face = faces.iter().find(|face| face.id == id)?;
                Some((because, face.clone()))
            });
            Ok(known.skip(offset).take(limit).collect())
        })
        .await
}

/// Somebody does not want to be shown another again.
pub async fn dismiss(kindred: &Kindred, who: &Actor, target: ActorId) -> Result<()> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            let target = ledger.actor(target)?;
            Ok(store::dismiss(ledger.db, who, target.id)?)
        })
        .await
}

/// For each of `whom`, those who follow them among the people that somebody follows.
pub async fn familiar(
    kindred: &Kindred,
    who: &Actor,
    mut whom: Vec<ActorId>,
) -> Result<Vec<(ActorId, Vec<Actor>)>> {
    let who = who.id;
    whom.truncate(MOST_BY_NUMBER);
    kindred
        .read(move |db| {
            let found = store::familiar(db, who, &whom)?;
            Ok(whom
                .into_iter()
                .map(|id| {
                    let of = found.iter().filter(|(target, _)| *target == id);
                    (id, of.map(|(_, actor)| actor.clone()).collect())
                })
                .collect())
        })
        .await
}

/// How many people must have said something before it is talked about.
const FEWEST_PEOPLE: i64 = 3;
/// How many are counted of each kind.
const COUNTED: i64 = 40;
const TOPIC_TIME: Duration = Duration::from_hours(24 * 7);
const POST_TIME: Duration = Duration::from_hours(24 * 3);

/// What is talked about, counted a few minutes ago.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trends {
    topics: Vec<TopicId>,
    posts: Vec<PostId>,
    links: Vec<Link>,
}

async fn trends(kindred: &Kindred) -> Result<Trends> {
    if let Some(known) = kindred.keys().trends.get(&()) {
        return Ok(known);
    }
    let now = kindred.now();
    let counted = kindred
        .read_apart(move |db| {
            let after = |span: Duration| PostId(first_id_of(now.minus(span)));
            Ok(Trends {
                topics: store::topics_since(db, after(TOPIC_TIME), FEWEST_PEOPLE, COUNTED)?,
                posts: store::posts_since(db, after(POST_TIME), FEWEST_PEOPLE, COUNTED)?,
                links: store::links_since(db, after(TOPIC_TIME), FEWEST_PEOPLE, COUNTED)?,
            })
        })
        .await?;
    kindred.keys().trends.insert((), counted.clone());
    Ok(counted)
}

fn part<T>(all: Vec<T>, offset: usize, limit: usize) -> Vec<T> {
    all.into_iter().skip(offset).take(limit).collect()
}

/// The topics that most people named within the week.
pub async fn trending_topics(
    kindred: &Kindred,
    offset: usize,
    limit: usize,
) -> Result<Vec<TopicView>> {
    let ids = part(trends(kindred).await?.topics, offset, limit);
    let now = kindred.now();
    kindred
        .read(move |db| {
            let found = topics::find_many(db, &ids)?;
            let ordered = ids
                .iter()
                .filter_map(|id| found.iter().find(|topic| topic.id == *id).cloned())
                .collect();
            interests::views(db, now, ordered)
        })
        .await
}

/// The posts that most people liked and passed on within the last days, by authors who agreed to be found.
pub async fn trending_posts(
    kindred: &Kindred,
    viewer: &Viewer,
    offset: usize,
    limit: usize,
) -> Result<Vec<PostView>> {
    let ids = part(trends(kindred).await?.posts, offset, limit);
    let (viewer, now) = (viewer.clone(), kindred.now());
    kindred
        .read(move |db| {
            let found = posts::find_many(db, &ids)?;
            let lines = ids
                .iter()
                .filter_map(|id| found.iter().find(|post| post.id == *id).cloned())
                .map(|post| kindred_storage::timelines::Line {
                    entry_id: post.id.into(),
                    by: None,
                    post,
                })
                .collect();
            let entries = entries_of(db, &viewer, now, Place::Open, lines)?;
            let views = entries.into_iter().map(|entry| entry.view);
            Ok(views
                .filter(|view| view.author.indexable || view.group.is_some())
                .collect())
        })
        .await
}

/// The links that most people wrote about within the week, each with a post about it.
pub async fn trending_links(
    kindred: &Kindred,
    offset: usize,
    limit: usize,
) -> Result<Vec<(Link, Option<String>)>> {
    let links = part(trends(kindred).await?.links, offset, limit);
    kindred
        .read(move |db| {
            let ids: Vec<PostId> = links.iter().map(|link| link.post_id).collect();
            let found = posts::find_many(db, &ids)?;
            Ok(links
                .into_iter()
                .map(|link| {
                    let about = found.iter().find(|post| post.id == link.post_id);
                    let title = about.and_then(|post| post.title.clone());
                    (link, title)
                })
                .collect())
        })
        .await
}
