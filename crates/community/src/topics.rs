//! Topics: what people and groups have in common. One topic has one address and many names.
//!
//! Who may see what is tied to a topic is not decided here; see [`crate::discovery`].

mod cards;
mod keeping;
mod spelling;

pub(crate) use cards::redraw as redraw_cards;
pub use keeping::{TopicFile, also_called, file, forbid, forbidden, merge, rename};
pub use spelling::{LONGEST, checked, fold, hashtag, slug, spelling};
pub(crate) use spelling::{mixes_alphabets, turns_writing};

use kindred_storage::{
    Conn, TopicId,
    topics::{
        self as store, Topic,
        names::{self, TopicName},
    },
};

use crate::{Kindred, Ledger, Refusal, Result};

/// A topic with all its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedTopic {
    /// The topic.
    pub topic: Topic,
    /// All its names, the first one first, with the language where somebody said so.
    pub names: Vec<(String, Option<String>)>,
}

/// The topic of this name, made when there is none. Refuses what is no name, and what an admin has forbidden.
pub(crate) fn ensure(ledger: &mut Ledger<'_>, name: &str) -> Result<Topic> {
    let name = checked(name)?;
    let topic = match find(ledger.db, &name)? {
        Some(known) => respelled(ledger, known, &name)?,
        None => store::ensure(
            ledger.db,
            &Topic {
                id: TopicId(ledger.next_id()),
                slug: slug(&name).ok_or_else(|| no_topic(&name))?,
                name: name.clone(),
                created_at: ledger.now,
            },
        )?,
    };
    if store::is_forbidden(ledger.db, topic.id)? {
        return Err(Refusal::ForbiddenTopic(topic.name).into());
    }
    // One that was known from hashtags alone is found by its name from now on.
    let folded = fold(&topic.name).ok_or_else(|| no_topic(&name))?;
    let first = TopicName {
        id: topic.id.0,
        topic_id: topic.id,
        name: topic.name.clone(),
        language: None,
        folded,
    };
    names::add(ledger.db, &first, &spelling::entries(&first.folded))?;
    Ok(topic)
}

/// A topic that nobody speaks of is spelled as whoever speaks of it first spells it: how somebody spelled it to themselves is theirs.
fn respelled(ledger: &mut Ledger<'_>, known: Topic, name: &str) -> Result<Topic> {
    if known.name == name
        || fold(&known.name) != fold(name)
        || store::is_spoken_of(ledger.db, known.id)?
    {
        return Ok(known);
    }
    store::rename(ledger.db, known.id, name)?;
    names::respell(ledger.db, known.id, &known.name, name)?;
    Ok(Topic {
        name: name.to_owned(),
        ..known
    })
}

/// Names as they are written, each topic once.
pub(crate) fn distinct(names: &[String]) -> Vec<String> {
    let mut kept: Vec<(Option<String>, String)> = Vec::new();
    for name in names {
        let folded = fold(name);
        if kept.iter().all(|(known, _)| *known != folded) {
            kept.push((folded, spelling(name)));
        }
    }
    kept.into_iter().map(|(_, name)| name).collect()
}

fn no_topic(name: &str) -> Refusal {
    Refusal::NotUnderstood(format!("{name:?} is no topic"))
}

/// The topic that somebody means by a name or an address, if there is one.
pub(crate) fn find(db: &mut Conn, name: &str) -> Result<Option<Topic>> {
    if let Some(folded) = fold(name)
        && let Some(meant) = names::meant_by(db, &folded)?
    {
        return Ok(Some(meant));
    }
    Ok(match slug(name) {
        Some(slug) => store::by_slug(db, &slug)?,
        None => None,
    })
}

/// The topic at this address, with all its names.
pub async fn at(kindred: &Kindred, name: &str) -> Result<NamedTopic> {
    let name = name.to_owned();
    kindred
        .read(move |db| {
            let topic = find(db, &name)?.ok_or(Refusal::NoSuchTopic)?;
            if store::is_forbidden(db, topic.id)? {
                return Err(Refusal::NoSuchTopic.into());
            }
            named(db, topic)
        })
        .await
}

pub(crate) fn named(db: &mut Conn, topic: Topic) -> Result<NamedTopic> {
    let mut all: Vec<_> = names::of_topic(db, topic.id)?
        .into_iter()
        .map(|name| (name.name, name.language))
        .collect();
    if all.is_empty() {
        all.push((topic.name.clone(), None));
    }
    Ok(NamedTopic { topic, names: all })
}

/// How many places of the index are looked at for one prefix.
const REACH: i64 = 300;

/// What somebody may be about to type, in any language: topics of which a word begins like this, the most used first.
pub async fn beginning_with(kindred: &Kindred, prefix: &str, limit: usize) -> Result<Vec<Topic>> {
    let Some(prefix) = fold(prefix) else {
        return Ok(Vec::new());
    };
    let limit = i64::try_from(limit.clamp(1, 40)).unwrap_or(40);
    kindred
        .read(move |db| {
            // Half of all topics have a word that begins with an "s": then the used ones are asked first.
            let mut found = if prefix.chars().count() < 3 {
                names::used_beginning_with(db, &prefix, limit)?
            } else {
                Vec::new()
            };
            if i64::try_from(found.len()).unwrap_or(limit) < limit {
                for topic in names::beginning_with(db, &prefix, REACH, limit)? {
                    if !found.contains(&topic) {
                        found.push(topic);
                    }
                }
            }
            found.truncate(usize::try_from(limit).unwrap_or(40));
            Ok(found)
        })
        .await
}
