//! Topics as clients of microblogs know them: those that bring posts home, those on somebody's page, how much is said about one.
//!
//! What stands on somebody's page is what they care about and say to everybody, see [`crate::passions`]; it is kept nowhere else.

use std::time::Duration;

use kindred_storage::{
    ActorId, Circle, Conn, Moment, Page, PassionId, TieId, TopicId,
    actors::Actor,
    interests,
    passions::{self as ties, Passion},
    posts::{self, TagKind},
    showcase::{self, Day},
    topics::{self as store, Topic},
};

use crate::{
    Kindred, Ledger, Refusal, Result, passions, people, sections, topics,
    views::{Section, Viewer},
};

/// A topic as clients show it: how much was said about it on each of the last days, and how the viewer stands to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicView {
    /// Its number; nothing when nobody ever named it in public.
    pub id: Option<TopicId>,
    /// Its name.
    pub name: String,
    /// How much was said, the latest day first: the beginning of the day, posts, people.
    pub days: Vec<(Moment, i64, i64)>,
    /// Whether the viewer follows it.
    pub following: bool,
    /// Whether the viewer shows it on their page.
    pub featuring: bool,
}

/// A topic on somebody's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Featured {
    /// Our number for that; for a group, that of the topic.
    pub id: i64,
    /// The name of the topic.
    pub name: String,
    /// How many posts of theirs name it.
    pub posts: i64,
    /// When the latest was written.
    pub last: Option<Moment>,
}

/// How many days a topic tells of.
const DAYS: i64 = 7;
const DAY: i64 = 86_400_000;
/// The most topics that are suggested.
const MOST_SUGGESTED: usize = 10;
/// The most topics that one person follows.
const MOST_FOLLOWED: i64 = 500;

fn no_topic() -> Refusal {
    Refusal::NotUnderstood("a topic has letters or digits, and at most a hundred of them".into())
}

/// A topic by its name, whether anybody ever named it or not.
pub async fn topic(kindred: &Kindred, viewer: &Viewer, name: &str) -> Result<TopicView> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    let name = topics::spelling(name);
    let slug = topics::slug(&name).ok_or(Refusal::NoSuchTopic)?;
    kindred
        .read(move |db| match store::by_slug(db, &slug)? {
            Some(topic) => one(db, &viewer, now, topic, name),
            None => Ok(TopicView {
                id: None,
                name,
                days: quiet_days(now),
                following: false,
                featuring: false,
            }),
        })
        .await
}

/// A topic for which somebody asked by this name. One that is named behind closed doors alone looks as if nobody had ever named it.
fn one(
    db: &mut Conn,
    viewer: &Viewer,
    now: Moment,
    topic: Topic,
    asked: String,
) -> Result<TopicView> {
    let id = topic.id;
    let mut views = views(db, now, vec![topic])?;
    let mut view = views.pop().ok_or(Refusal::NoSuchTopic)?;
    if view.id.is_none() {
        view.name = asked;
    }
    if let Some(who) = viewer.actor() {
        view.following = interests::is_followed(db, who, id)?;
        view.featuring =
            ties::find(db, who, id)?.is_some_and(|passion| passion.circle == Circle::Everyone);
    }
    Ok(view)
}

fn quiet_days(now: Moment) -> Vec<(Moment, i64, i64)> {
    let today = now.0 / DAY;
    (0..DAYS)
        .map(|ago| (Moment((today - ago) * DAY), 0, 0))
        .collect()
}

/// Topics with how much was said about them, in the same order, by two questions however many they are. How somebody spelled one
/// behind closed doors stays there.
pub(crate) fn views(db: &mut Conn, now: Moment, topics: Vec<Topic>) -> Result<Vec<TopicView>> {
    let ids: Vec<TopicId> = topics.iter().map(|topic| topic.id).collect();
    let since = now.minus(Duration::from_hours(24 * 7));
    let days = showcase::days_of(db, &ids, since)?;
    let known = store::known_in_public(db, &ids)?;
    Ok(topics
        .into_iter()
        .map(|topic| TopicView {
            id: known.contains(&topic.id).then_some(topic.id),
            days: quiet_days(now)
                .into_iter()
                .map(|(day, ..)| said_on(&days, topic.id, day))
                .collect(),
            name: if known.contains(&topic.id) {
                topic.name
            } else {
                topic.slug
            },
            following: false,
            featuring: false,
        })
        .collect())
}

fn said_on(days: &[Day], topic: TopicId, day: Moment) -> (Moment, i64, i64) {
    days.iter()
        .find(|found| found.topic_id == topic && found.day == day.0 / DAY)
        .map_or((day, 0, 0), |found| (day, found.uses, found.people))
}

/// Lets a topic bring posts home.
pub async fn follow(kindred: &Kindred, who: &Actor, name: &str) -> Result<TopicView> {
    with_topic(kindred, who, name, |ledger, who, topic| {
        let so_far = interests::followed(ledger.db, who, &Page::first(MOST_FOLLOWED))?;
        if i64::try_from(so_far.len()).unwrap_or(MOST_FOLLOWED) >= MOST_FOLLOWED {
            return Err(Refusal::TooMany("followed topics", 500).into());
        }
        let tie = TieId(ledger.next_id());
        Ok(interests::follow(ledger.db, tie, who, topic, ledger.now)?)
    })
    .await
}

/// Lets it bring no more.
pub async fn unfollow(kindred: &Kindred, who: &Actor, name: &str) -> Result<TopicView> {
    with_topic(kindred, who, name, |ledger, who, topic| {
        Ok(interests::unfollow(ledger.db, who, topic)?)
    })
    .await
}

/// Shows a topic on one's page: whoever does so cares about it and says that to everybody.
pub async fn feature(kindred: &Kindred, who: &Actor, name: &str) -> Result<TopicView> {
    add_featured(kindred, who, name).await?;
    topic(kindred, &Viewer::Local(who.id), name).await
}

/// Shows it no longer.
pub async fn unfeature(kindred: &Kindred, who: &Actor, name: &str) -> Result<TopicView> {
    passions::no_longer_in_public(kindred, who, name).await?;
    topic(kindred, &Viewer::Local(who.id), name).await
}

/// Does something with a topic, which comes to be when nobody has named it before.
async fn with_topic(
    kindred: &Kindred,
    who: &Actor,
    name: &str,
    change: impl FnOnce(&mut Ledger<'_>, ActorId, TopicId) -> Result<()> + Send + 'static,
) -> Result<TopicView> {
    let name = topics::spelling(name);
    let slug = topics::slug(&name).ok_or_else(no_topic)?;
    let who = who.id;
    kindred
        .write(move |ledger| {
            let topic = ensure(ledger, slug, name.clone())?;
            change(ledger, who, topic.id)?;
            one(ledger.db, &Viewer::Local(who), ledger.now, topic, name)
        })
        .await
}

fn ensure(ledger: &mut Ledger<'_>, slug: String, name: String) -> Result<Topic> {
    let topic = Topic {
        id: TopicId(ledger.next_id()),
        slug,
        name,
        created_at: ledger.now,
    };
    Ok(store::ensure(ledger.db, &topic)?)
}

/// The topics that somebody follows, the latest first.
pub async fn followed(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<TopicView>> {
    let (who, now) = (who.id, kindred.now());
    kindred
        .read(move |db| {
            sections::section(
                db,
                page,
                |(tie, _): &(TieId, Topic)| tie.0,
                |db, page| Ok(interests::followed(db, who, page)?),
                |db, rows| {
                    let (ties, topics): (Vec<TieId>, Vec<Topic>) = rows.into_iter().unzip();
                    let views = views(db, now, topics)?;
                    Ok(ties
                        .into_iter()
                        .zip(views)
                        .map(|(tie, view)| {
                            let following = TopicView {
                                following: true,
                                ..view
                            };
                            (tie.0, following)
                        })
                        .collect())
                },
            )
        })
        .await
}

/// The topics on somebody's page; for a group, those that it is about.
pub async fn featured(kindred: &Kindred, viewer: &Viewer, of: ActorId) -> Result<Vec<Featured>> {
    let actor = people::profile(kindred, viewer, of).await?;
    kindred
        .read(move |db| {
            let mut shown = in_public(db, actor.id)?;
            // A group's topics have no tie of their own to be taken away by.
            let about = store::of_group(db, actor.id)?;
            shown.extend(about.into_iter().map(|topic| (topic.id.0, topic)));
            lines(db, actor.id, shown)
        })
        .await
}

/// What somebody cares about and says to everybody, with the number of the tie.
fn in_public(db: &mut Conn, who: ActorId) -> Result<Vec<(i64, Topic)>> {
    let passions = ties::of_person(db, who, &[Circle::Everyone])?;
    Ok(passions
        .into_iter()
        .map(|(passion, topic)| (passion.id.0, topic))
        .collect())
}

/// Topics with how often somebody's posts name them.
fn lines(db: &mut Conn, of: ActorId, shown: Vec<(i64, Topic)>) -> Result<Vec<Featured>> {
    let topics: Vec<TopicId> = shown.iter().map(|(_, topic)| topic.id).collect();
    let written = store::written_about(db, of, &topics)?;
    let line = |(id, topic): (i64, Topic)| {
        let found = written.iter().find(|found| found.topic_id == topic.id);
        Featured {
            id,
            name: topic.name,
            posts: found.map_or(0, |found| found.posts),
            last: found.map(|found| found.last),
        }
    };
    Ok(shown.into_iter().map(line).collect())
}

/// Shows a topic on one's page, by name, and answers the line. What one said of it in one's own words stays.
pub async fn add_featured(kindred: &Kindred, who: &Actor, name: &str) -> Result<Featured> {
    let (passion, topic) = passions::say_in_public(kindred, who, name).await?;
    let who = who.id;
    kindred
        .read(move |db| {
            lines(db, who, vec![(passion.id.0, topic)])?
                .pop()
                .ok_or_else(|| Refusal::NoSuchTopic.into())
        })
        .await
}

/// Takes a topic off one's page by its number there.
pub async fn remove_featured(kindred: &Kindred, who: &Actor, id: PassionId) -> Result<()> {
    let mine = passions::mine(kindred, who.id).await?;
    let is_this = |passion: &Passion| passion.id == id && passion.circle == Circle::Everyone;
    let (_, topic) = mine
        .into_iter()
        .find(|(passion, _)| is_this(passion))
        .ok_or(Refusal::NoSuchTopic)?;
    passions::no_longer_in_public(kindred, who, &topic.slug).await
}

/// How many of the latest posts are looked through for topics to suggest.
const LOOKED_THROUGH: i64 = 100;

/// The topics that somebody's latest posts name most often and that are not on their page yet.
pub async fn suggested(kindred: &Kindred, who: &Actor) -> Result<Vec<TopicView>> {
    let (who, now) = (who.id, kindred.now());
    kindred
        .read(move |db| {
            let shown = in_public(db, who)?;
            let mut counted: Vec<(String, usize)> = Vec::new();
            for post in posts::page_of_author(db, who, &Page::first(LOOKED_THROUGH))? {
                let tags = post.tags.iter().filter(|tag| tag.kind == TagKind::Hashtag);
                for slug in tags.filter_map(|tag| topics::slug(&tag.name)) {
                    match counted.iter_mut().find(|(known, _)| *known == slug) {
                        Some((_, times)) => *times += 1,
                        None => counted.push((slug, 1)),
                    }
                }
            }
            counted.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
            let slugs: Vec<String> = counted
                .into_iter()
                .map(|(slug, _)| slug)
                .filter(|slug| !shown.iter().any(|(_, topic)| topic.slug == *slug))
                .take(MOST_SUGGESTED)
                .collect();
            let found = store::by_slugs(db, &slugs)?;
            let ordered = slugs
                .iter()
                .filter_map(|slug| found.iter().find(|topic| topic.slug == *slug).cloned())
                .collect();
            views(db, now, ordered)
        })
        .await
}
