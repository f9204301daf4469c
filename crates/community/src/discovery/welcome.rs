//! The first evening: what one could care about, and what others have begun to care about lately.

use std::{collections::BTreeMap, time::Duration};

use kindred_storage::{
    ActorId, Circle, PostId, TopicId,
    actors::{self, Actor},
    hellos, passions,
    topics::{self as store, Topic},
};

use super::{FEWEST_TO_COUNT, Glance, circles, glance_at, is_spoken_of};
use crate::{Kindred, Result, app::first_id_of, topics, views::Viewer};

/// A topic to pick, with its numbers and a few faces of people here.
#[derive(Clone, Debug)]
pub struct Pick {
    /// In numbers.
    pub glance: Glance,
    /// People here who said so.
    pub faces: Vec<Actor>,
}

/// What somebody has picked so far, and what they could pick.
#[derive(Clone, Debug, Default)]
pub struct Cloud {
    /// What they care about, with what it has to offer.
    pub mine: Vec<Pick>,
    /// What others care about, or what was typed.
    pub others: Vec<Pick>,
    /// What was typed is no topic yet, and could become one.
    pub new: Option<String>,
}

/// How many topics the cloud has.
const CLOUD: i64 = 24;

/// How many faces are shown beside a topic.
const FACES: usize = 4;

/// How many ties are looked at to find faces.
const REACH: i64 = 2_000;

/// What one of ours cares about, and what others do; with something `typed`, what may be meant by it.
pub async fn cloud(kindred: &Kindred, who: &Actor, typed: &str) -> Result<Cloud> {
    let typed = typed.trim().to_owned();
    let meant = if typed.is_empty() {
        None
    } else {
        let limit = usize::try_from(CLOUD / 2).unwrap_or(12);
        Some(topics::beginning_with(kindred, &typed, limit).await?)
    };
    let who = who.id;
    kindred
        .read(move |db| {
            let viewer = Viewer::Local(who);
            let mine: Vec<Topic> = passions::of_person(db, who, Circle::ALL)?
                .into_iter()
                .map(|(_, topic)| topic)
                .collect();
            let new = match &meant {
                Some(meant) if topics::checked(&typed).is_ok() => {
                    let known = topics::find(db, &typed)?;
                    known
                        .is_none_or(|known| !meant.contains(&known) && !mine.contains(&known))
                        .then(|| topics::spelling(&typed))
                }
                _ => None,
            };
            let mut others = match meant {
                Some(meant) => meant,
                None => store::most_used(db, CLOUD)?,
            };
            others.retain(|topic| !mine.contains(topic));
            let picks = |db: &mut kindred_storage::Conn, all: Vec<Topic>| -> Result<Vec<Pick>> {
                let mut faces = faces(db, &viewer, &all)?;
                let mut picks = Vec::new();
                for glance in glance_at(db, &viewer, all)? {
                    if is_spoken_of(db, &viewer, &glance)? {
                        picks.push(Pick {
                            faces: faces.remove(&glance.topic.id).unwrap_or_default(),
                            glance,
                        });
                    }
                }
                Ok(picks)
            };
            Ok(Cloud {
                mine: picks(db, mine)?,
                others: picks(db, others)?,
                new,
            })
        })
        .await
}

/// Some of those who say that they care about these topics.
fn faces(
    db: &mut kindred_storage::Conn,
    viewer: &Viewer,
    about: &[Topic],
) -> Result<BTreeMap<TopicId, Vec<Actor>>> {
    let ids: Vec<TopicId> = about.iter().map(|topic| topic.id).collect();
    let circles = circles(db, viewer)?;
    let mut chosen: BTreeMap<TopicId, Vec<ActorId>> = BTreeMap::new();
    for (topic, person) in passions::about_any(db, &ids, &circles, REACH)? {
        let some = chosen.entry(topic).or_default();
        if some.len() < FACES {
            some.push(person);
        }
    }
    let wanted: Vec<ActorId> = chosen.values().flatten().copied().collect();
    let actors = actors::find_many(db, &wanted)?;
    Ok(chosen
        .into_iter()
        .map(|(topic, people)| {
            let faces = people
                .iter()
                .filter_map(|id| actors.iter().find(|actor| actor.id == *id))
                .filter(|actor| actor.deleted_at.is_none() && actor.suspended_at.is_none())
                .cloned()
                .collect();
            (topic, faces)
        })
        .collect())
}

/// Whether somebody has not been asked yet what they care about.
pub async fn is_new(kindred: &Kindred, who: &Actor) -> Result<bool> {
    let (who, uri) = (who.id, welcome_uri(kindred));
    kindred
        .read(move |db| {
            Ok(passions::of_person(db, who, Circle::ALL)?.is_empty()
                && !hellos::dismissed(db, who)?.contains(&uri))
        })
        .await
}

/// They were asked, and are not asked again by themselves.
pub async fn welcomed(kindred: &Kindred, who: &Actor) -> Result<()> {
    let uri = welcome_uri(kindred);
    super::dismiss(kindred, who, &uri).await
}

fn welcome_uri(kindred: &Kindred) -> String {
    format!("{}/welcome", kindred.settings().origin)
}

/// How far back one looks for what stirs.
const LATELY: Duration = Duration::from_hours(28 * 24);

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// How many topics stir at most.
const STIRRING: usize = 12;

/// What several people have begun to care about or talked of in public within four weeks, as far as this viewer may know. It is
/// slow, says no numbers, and leaves out what only one or two have done.
pub async fn stirring(kindred: &Kindred, viewer: &Viewer) -> Result<Vec<Topic>> {
    let viewer = viewer.clone();
    let now = kindred.now();
    let today = kindred_storage::Moment(now.0 - now.0.rem_euclid(DAY));
    let since = today.minus(LATELY);
    kindred
        .read_apart(move |db| {
            let circles = circles(db, &viewer)?;
            let limit = i64::try_from(2 * STIRRING).unwrap_or(24);
            let mut ranking: BTreeMap<TopicId, i64> = BTreeMap::new();
            for (topic, n) in passions::chosen_since(db, since, &circles, FEWEST_TO_COUNT, limit)? {
                *ranking.entry(topic).or_default() += n;
            }
            let first = PostId(first_id_of(since));
            for (topic, n) in store::named_since(db, first, FEWEST_TO_COUNT, limit)? {
                *ranking.entry(topic).or_default() += n;
            }
            let mut ids: Vec<TopicId> = ranking.keys().copied().collect();
            ids.sort_by_key(|id| (std::cmp::Reverse(ranking[id]), *id));
            ids.truncate(STIRRING);
            let found = store::allowed(db, &ids)?;
            Ok(ids
                .iter()
                .filter_map(|id| found.iter().find(|topic| topic.id == *id).cloned())
                .collect())
        })
        .await
}
