//! Talks in private: who speaks with whom, what was said last, what is new.
//!
//! A talk is a thread of posts that are only for those whom they name. Who may see its posts is asked of [`sight`] as ever.

use std::collections::{HashMap, HashSet};

use kindred_storage::{
    ActorId, Conn, ConversationId, Page, PostId,
    actors::{self, Actor},
    conversations::{self, Conversation},
    posts::{self, Post},
};

use crate::{
    Kindred, Ledger, Refusal, Result, sections, sight,
    views::{PostView, Section, Talk, Viewer},
};

/// Notes for everybody of ours who takes part that a talk went on.
pub(crate) fn went_on(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    post: &Post,
    mentions: &[ActorId],
) -> Result<()> {
    let mut part: Vec<Actor> = actors::find_many(ledger.db, mentions)?;
    part.retain(|actor| actor.host.is_empty() && actor.id != author.id);
    if author.host.is_empty() {
        part.push(author.clone());
    }
    for owner in part {
        let conversation = Conversation {
            id: ConversationId(ledger.next_id()),
            owner_id: owner.id,
            root_id: post.root_id,
            last_id: post.id,
            unread: owner.id != author.id,
        };
        conversations::go_on(ledger.db, &conversation)?;
    }
    Ok(())
}

/// Somebody's talks, those that went on latest first.
pub async fn mine(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<Talk>> {
    let who = who.id;
    kindred
        .read(move |db| {
            sections::section(
                db,
                page,
                |talk: &Conversation| talk.last_id.0,
                |db, page| Ok(conversations::page(db, who, page)?),
                |db, rows| {
                    let talks = talks(db, who, rows)?;
                    Ok(talks
                        .into_iter()
                        .map(|talk| (talk.row.last_id.0, talk))
                        .collect())
                },
            )
        })
        .await
}

/// Somebody has read a talk.
pub async fn read(kindred: &Kindred, who: &Actor, id: ConversationId) -> Result<Talk> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            let row = conversations::mark_read(ledger.db, who, id)?
                .ok_or(Refusal::NoSuch("conversation"))?;
            talks(ledger.db, who, vec![row])?
                .pop()
                .ok_or_else(|| Refusal::NoSuch("conversation").into())
        })
        .await
}

/// Somebody does not want to see a talk on their list until it goes on.
pub async fn put_away(kindred: &Kindred, who: &Actor, id: ConversationId) -> Result<()> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            if conversations::put_away(ledger.db, who, id)? {
                Ok(())
            } else {
                Err(Refusal::NoSuch("conversation").into())
            }
        })
        .await
}

fn talks(db: &mut Conn, who: ActorId, rows: Vec<Conversation>) -> Result<Vec<Talk>> {
    let viewer = Viewer::Local(who);
    let ids: Vec<PostId> = rows.iter().map(|row| row.last_id).collect();
    let posts = posts::find_many(db, &ids)?;
    let posts = sight::of_posts(db, &viewer, posts)?;
    let mut views: HashMap<PostId, PostView> = sight::views(db, &viewer, posts)?
        .into_iter()
        .map(|view| (view.post.id, view))
        .collect();
    Ok(rows
        .into_iter()
        .map(|row| {
            let last = views.remove(&row.last_id);
            let with = last
                .as_ref()
                .map(|last| others(last, who))
                .unwrap_or_default();
            Talk { row, with, last }
        })
        .collect())
}

/// With whom somebody speaks; those who speak to themselves speak with themselves.
fn others(last: &PostView, who: ActorId) -> Vec<Actor> {
    let mut seen = HashSet::new();
    let all: Vec<Actor> = std::iter::once(&last.author)
        .chain(&last.mentions)
        .filter(|actor| seen.insert(actor.id))
        .cloned()
        .collect();
    let others: Vec<Actor> = all
        .iter()
        .filter(|actor| actor.id != who)
        .cloned()
        .collect();
    if others.is_empty() { all } else { others }
}
