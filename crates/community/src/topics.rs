//! Topics: what people and groups have in common. One topic has one address and many names.
//!
//! Who may see what is tied to a topic is not decided here; see [`crate::discovery`].

mod spelling;

pub use spelling::{LONGEST, checked, fold, hashtag, slug, spelling};

use kindred_storage::{
    Conn, TopicId,
    actors::Actor,
    directory, passions, reports,
    topics::{
        self as store, Topic,
        names::{self, TopicName},
    },
};
use serde_json::json;

use crate::{
    Kindred, Ledger, Refusal, Result, audit,
    moderation::{LineView, with_faces},
    site,
};

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
        Some(known) => known,
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

/// Gives a topic another name, in any language. Where another topic is called so already, the two have to be merged instead.
pub async fn also_called(
    kindred: &Kindred,
    who: &Actor,
    topic: &str,
    name: &str,
    language: Option<String>,
) -> Result<NamedTopic> {
    let (topic, name, who) = (topic.to_owned(), checked(name)?, who.clone());
    kindred
        .write(move |ledger| {
            site::must_administer(ledger, &who)?;
            let topic = find(ledger.db, &topic)?.ok_or(Refusal::NoSuchTopic)?;
            let folded = fold(&name).ok_or_else(|| no_topic(&name))?;
            let address = slug(&name).ok_or_else(|| no_topic(&name))?;
            if let Some(other) = find(ledger.db, &name)? {
                if other.id != topic.id {
                    return Err(Refusal::NotUnderstood(format!(
                        "{} is a topic of its own: merge the two",
                        other.name
                    ))
                    .into());
                }
            } else {
                // The address of the other name leads here, too: hashtags know no more of a topic than that.
                let alias = Topic {
                    id: TopicId(ledger.next_id()),
                    slug: address,
                    name: name.clone(),
                    created_at: ledger.now,
                };
                let alias = store::ensure(ledger.db, &alias)?;
                store::merge(ledger.db, alias.id, topic.id)?;
            }
            let more = TopicName {
                id: ledger.next_id(),
                topic_id: topic.id,
                name: name.clone(),
                language: language.map(|tag| tag.chars().take(35).collect()),
                folded,
            };
            names::add(ledger.db, &more, &spelling::entries(&more.folded))?;
            audit::note(
                ledger,
                Some(who.id),
                None,
                "topic.name",
                &topic.slug,
                json!({ "name": name }),
            )?;
            named(ledger.db, topic)
        })
        .await
}

/// Gives a topic another first name. Its address stays, and so do its other names.
pub async fn rename(kindred: &Kindred, who: &Actor, topic: &str, name: &str) -> Result<NamedTopic> {
    let named_so = also_called(kindred, who, topic, name, None).await?;
    let (name, by) = (checked(name)?, who.id);
    kindred
        .write(move |ledger| {
            store::rename(ledger.db, named_so.topic.id, &name)?;
            audit::note(
                ledger,
                Some(by),
                None,
                "topic.rename",
                &named_so.topic.slug,
                json!({ "to": name }),
            )?;
            let renamed = store::find(ledger.db, named_so.topic.id)?.ok_or(Refusal::NoSuchTopic)?;
            named(ledger.db, renamed)
        })
        .await
}

/// Lets one topic become another: who cared about it cares about the other one, and its address and names lead there.
pub async fn merge(kindred: &Kindred, who: &Actor, from: &str, to: &str) -> Result<NamedTopic> {
    let (from, to, who) = (from.to_owned(), to.to_owned(), who.clone());
    kindred
        .write(move |ledger| {
            site::must_administer(ledger, &who)?;
            let from = find(ledger.db, &from)?.ok_or(Refusal::NoSuchTopic)?;
            let to = find(ledger.db, &to)?.ok_or(Refusal::NoSuchTopic)?;
            if from.id == to.id {
                return Err(Refusal::NotUnderstood("that is the same topic".into()).into());
            }
            passions::hand_over(ledger.db, from.id, to.id)?;
            directory::hand_over(ledger.db, from.id, to.id)?;
            store::merge(ledger.db, from.id, to.id)?;
            store::count_uses(ledger.db, to.id)?;
            audit::note(
                ledger,
                Some(who.id),
                None,
                "topic.merge",
                &from.slug,
                json!({ "into": to.slug }),
            )?;
            named(ledger.db, to)
        })
        .await
}

/// Forbids a topic, or allows it again. What was tied to it stays, unseen.
pub async fn forbid(
    kindred: &Kindred,
    who: &Actor,
    topic: &str,
    forbidden: bool,
    reason: &str,
) -> Result<()> {
    let (topic, who) = (topic.to_owned(), who.clone());
    let reason: String = reason.chars().take(500).collect();
    kindred
        .write(move |ledger| {
            site::must_administer(ledger, &who)?;
            let topic = find(ledger.db, &topic)?.ok_or(Refusal::NoSuchTopic)?;
            store::forbid(ledger.db, topic.id, forbidden.then_some(ledger.now))?;
            let action = if forbidden {
                "topic.forbid"
            } else {
                "topic.allow"
            };
            audit::note(
                ledger,
                Some(who.id),
                None,
                action,
                &topic.slug,
                json!({ "reason": reason }),
            )
        })
        .await
}

/// What admins do with topics, as the record calls it.
const ACTS: [&str; 5] = [
    "topic.name",
    "topic.rename",
    "topic.merge",
    "topic.forbid",
    "topic.allow",
];

/// How many lines of its history are shown of a topic.
const HISTORY: i64 = 100;

/// A topic as admins see it, also when nobody else does.
#[derive(Clone, Debug)]
pub struct TopicFile {
    /// The topic with its names.
    pub named: NamedTopic,
    /// Nobody may choose it.
    pub forbidden: bool,
    /// What was done with it, the latest first.
    pub history: Vec<LineView>,
}

/// A topic with its history, for admins.
pub async fn file(kindred: &Kindred, who: &Actor, topic: &str) -> Result<TopicFile> {
    site::admins_only(kindred, who).await?;
    let topic = topic.to_owned();
    kindred
        .read(move |db| {
            let topic = find(db, &topic)?.ok_or(Refusal::NoSuchTopic)?;
            let lines = reports::record_of_subject(db, &topic.slug, &ACTS, HISTORY)?;
            Ok(TopicFile {
                forbidden: store::is_forbidden(db, topic.id)?,
                history: with_faces(db, lines)?,
                named: named(db, topic)?,
            })
        })
        .await
}

/// Topics that nobody may choose any more, for admins.
pub async fn forbidden(kindred: &Kindred, who: &Actor) -> Result<Vec<Topic>> {
    site::admins_only(kindred, who).await?;
    kindred.read(|db| Ok(store::forbidden(db, HISTORY)?)).await
}
