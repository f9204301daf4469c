//! Lists: timelines of chosen people and groups. A list with one group on it is that group's own tab in every client.
//!
//! Lists are their owner's alone; those who stand on them do not learn of it.

use std::collections::HashSet;

use kindred_storage::{
    ActorId, Conn, FollowState, ListId, Page, RepliesShown, TieId,
    actors::Actor,
    follows,
    lists::{self, List},
    timelines::{self, Line},
};

use crate::{
    Kindred, Refusal, Result,
    policy::Place,
    sections,
    timelines::entries_of,
    views::{Entry, Section, Viewer},
};

/// How somebody would like a list to be. What is not said stays as it is; a new list has a title, shows answers to others on it, and
/// takes nothing away from home.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListWish {
    /// What it is called.
    pub title: Option<String>,
    /// Which answers it shows.
    pub replies: Option<RepliesShown>,
    /// Whether what it shows is left out at home.
    pub exclusive: Option<bool>,
}

/// The longest title, in characters.
const LONGEST_TITLE: usize = 255;
/// The most lists of one person.
const MOST_LISTS: usize = 50;
/// The most people on one list.
const MOST_MEMBERS: i64 = 500;
/// The most people that one question may put on a list.
const MOST_AT_ONCE: usize = 100;

fn title(title: &str) -> Result<String> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Refusal::Needed("a title").into());
    }
    if title.chars().count() > LONGEST_TITLE {
        return Err(Refusal::TooLong("a title", LONGEST_TITLE).into());
    }
    Ok(title.to_owned())
}

/// All lists of somebody.
pub async fn mine(kindred: &Kindred, who: &Actor) -> Result<Vec<List>> {
    let who = who.id;
    kindred.read(move |db| Ok(lists::of_owner(db, who)?)).await
}

/// One of somebody's lists.
pub async fn one(kindred: &Kindred, who: &Actor, id: ListId) -> Result<List> {
    let who = who.id;
    kindred.read(move |db| own(db, who, id)).await
}

fn own(db: &mut Conn, who: ActorId, id: ListId) -> Result<List> {
    Ok(lists::find(db, who, id)?.ok_or(Refusal::NoSuch("list"))?)
}

/// Makes a list.
pub async fn make(kindred: &Kindred, who: &Actor, wish: ListWish) -> Result<List> {
    let title = title(wish.title.as_deref().unwrap_or_default())?;
    let who = who.id;
    kindred
        .write(move |ledger| {
            if lists::of_owner(ledger.db, who)?.len() >= MOST_LISTS {
                return Err(Refusal::TooMany("lists", MOST_LISTS).into());
            }
            let list = List {
                id: ListId(ledger.next_id()),
                owner_id: who,
                title,
                replies: wish.replies.unwrap_or(RepliesShown::List),
                exclusive: wish.exclusive.unwrap_or(false),
                created_at: ledger.now,
            };
            lists::insert(ledger.db, &list)?;
            Ok(list)
        })
        .await
}

/// Changes a list.
pub async fn change(kindred: &Kindred, who: &Actor, id: ListId, wish: ListWish) -> Result<List> {
    let title = wish.title.as_deref().map(title).transpose()?;
    let who = who.id;
    kindred
        .write(move |ledger| {
            let known = own(ledger.db, who, id)?;
            let list = List {
                title: title.unwrap_or_else(|| known.title.clone()),
                replies: wish.replies.unwrap_or(known.replies),
                exclusive: wish.exclusive.unwrap_or(known.exclusive),
                ..known
            };
            lists::update(ledger.db, &list)?;
            Ok(list)
        })
        .await
}

/// Throws a list away.
pub async fn remove(kindred: &Kindred, who: &Actor, id: ListId) -> Result<()> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            if lists::remove(ledger.db, who, id)? {
                Ok(())
            } else {
                Err(Refusal::NoSuch("list").into())
            }
        })
        .await
}

/// Who stands on a list.
pub async fn members(
    kindred: &Kindred,
    who: &Actor,
    id: ListId,
    page: Page,
) -> Result<Section<Actor>> {
    let who = who.id;
    kindred
        .read(move |db| {
            own(db, who, id)?;
            let found = sections::whole(
                db,
                page,
                |(tie, _): &(TieId, Actor)| tie.0,
                |db, page| Ok(lists::members(db, id, page)?),
            )?;
            Ok(found.map(|(_, actor)| actor))
        })
        .await
}

/// Puts people and groups on a list whom its owner follows, or themselves; all or nobody.
pub async fn put_on(
    kindred: &Kindred,
    who: &Actor,
    id: ListId,
    mut whom: Vec<ActorId>,
) -> Result<()> {
    whom.truncate(MOST_AT_ONCE);
    let who = who.id;
    kindred
        .write(move |ledger| {
            let list = own(ledger.db, who, id)?;
            let followed = follows::find_many(ledger.db, who, &whom)?;
            let hears = |other: ActorId| {
                other == who
                    || followed.iter().any(|follow| {
                        follow.target_id == other && follow.state == FollowState::Accepted
                    })
            };
            if !whom.iter().all(|other| hears(*other)) {
                return Err(Refusal::FollowFirst.into());
            }
            let room = MOST_MEMBERS - lists::size(ledger.db, id)?;
            if i64::try_from(whom.len()).unwrap_or(i64::MAX) > room {
                return Err(Refusal::TooMany("people on one list", 500).into());
            }
            for other in whom {
                let tie = TieId(ledger.next_id());
                lists::add(ledger.db, tie, &list, other)?;
            }
            Ok(())
        })
        .await
}

/// Takes people off a list.
pub async fn take_off(
    kindred: &Kindred,
    who: &Actor,
    id: ListId,
    mut whom: Vec<ActorId>,
) -> Result<()> {
    whom.truncate(MOST_AT_ONCE);
    let who = who.id;
    kindred
        .write(move |ledger| {
            own(ledger.db, who, id)?;
            for other in whom {
                lists::take_off(ledger.db, id, other)?;
            }
            Ok(())
        })
        .await
}

/// The lists of somebody on which another stands.
pub async fn with(kindred: &Kindred, who: &Actor, member: ActorId) -> Result<Vec<List>> {
    let who = who.id;
    kindred
        .read(move |db| Ok(lists::with_member(db, who, member)?))
        .await
}

/// What those on a list wrote and passed on, newest first.
pub async fn timeline(
    kindred: &Kindred,
    who: &Actor,
    id: ListId,
    page: Page,
) -> Result<Section<Entry>> {
    let (who, now) = (who.id, kindred.now());
    let viewer = Viewer::Local(who);
    let page = kindred.settled(page);
    kindred
        .read(move |db| {
            let list = own(db, who, id)?;
            let members: HashSet<ActorId> = lists::member_ids(db, id)?.into_iter().collect();
            sections::section(
                db,
                page,
                |line: &lists::ListLine| line.entry_id.0,
                |db, page| Ok(lists::timeline(db, id, page)?),
                |db, lines| {
                    let places: Vec<timelines::Entry> = lines
                        .iter()
                        .map(|line| timelines::Entry {
                            entry_id: line.entry_id,
                            post_id: line.post_id,
                            by_id: line.by_id,
                        })
                        .collect();
                    let mut lines = timelines::with_posts(db, &places)?;
                    // Answers in a group are read below what they answer.
                    lines.retain(|line| {
                        line.by.is_none()
                            || line.post.group_id != line.by
                            || line.post.parent_uri.is_none()
                    });
                    let lines = keep_answers(db, &list, &members, lines)?;
                    let entries = entries_of(db, &viewer, now, Place::List, lines)?;
                    Ok(entries.into_iter().map(|entry| (entry.id, entry)).collect())
                },
            )
        })
        .await
}

/// Leaves out the answers that the list does not show. Answers to oneself are no answers.
fn keep_answers(
    db: &mut Conn,
    list: &List,
    members: &HashSet<ActorId>,
    lines: Vec<Line>,
) -> Result<Vec<Line>> {
    let is_answer = |line: &Line| line.by.is_none() && line.post.parent_uri.is_some();
    if !lines.iter().any(is_answer) {
        return Ok(lines);
    }
    let parents: Vec<_> = lines
        .iter()
        .filter_map(|line| line.post.parent_id)
        .collect();
    let authors = kindred_storage::posts::authors_of(db, &parents)?;
    let answered = |line: &Line| {
        let parent = line.post.parent_id?;
        authors
            .iter()
            .find(|(id, _)| *id == parent)
            .map(|(_, author)| *author)
    };
    let heard: HashSet<ActorId> = if list.replies == RepliesShown::Followed {
        let whom: Vec<ActorId> = authors.iter().map(|(_, author)| *author).collect();
        follows::find_many(db, list.owner_id, &whom)?
            .into_iter()
            .filter(|follow| follow.state == FollowState::Accepted)
            .map(|follow| follow.target_id)
            .chain([list.owner_id])
            .collect()
    } else {
        HashSet::new()
    };
    Ok(lines
        .into_iter()
        .filter(|line| {
            let Some(other) = answered(line).filter(|_| is_answer(line)) else {
                return !is_answer(line);
            };
            other == line.post.author_id
                || match list.replies {
                    RepliesShown::None => false,
                    RepliesShown::List => members.contains(&other) || other == list.owner_id,
                    RepliesShown::Followed => heard.contains(&other),
                }
        })
        .collect())
}
