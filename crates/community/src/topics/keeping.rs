//! What admins do with topics: more names, another first name, two that become one, none at all any more. Each act is written down.
//!
//! A topic that somebody keeps to themselves does not exist for admins either; where an act meets one, it goes along in silence.

use kindred_storage::{
    ActorId, Conn, TopicId,
    actors::Actor,
    directory, passions, reports,
    topics::{
        self as store, Topic,
        names::{self, TopicName},
    },
};
use serde_json::json;

use super::{NamedTopic, checked, ensure, find, fold, named, no_topic, slug, spelling};
use crate::{
    Kindred, Ledger, Refusal, Result, audit,
    jobs::Job,
    moderation::{LineView, with_faces},
    site,
};

/// The topic that an admin means.
fn known_to(db: &mut Conn, who: &Actor, name: &str) -> Result<Topic> {
    let topic = find(db, name)?.ok_or(Refusal::NoSuchTopic)?;
    if store::is_spoken_of(db, topic.id)? || passions::find(db, who.id, topic.id)?.is_some() {
        Ok(topic)
    } else {
        Err(Refusal::NoSuchTopic.into())
    }
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
            let topic = known_to(ledger.db, &who, &topic)?;
            call(ledger, &who, &topic, &name, language)?;
            named(ledger.db, topic)
        })
        .await
}

/// Gives a topic one more name.
fn call(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    topic: &Topic,
    name: &str,
    language: Option<String>,
) -> Result<()> {
    let folded = fold(name).ok_or_else(|| no_topic(name))?;
    let address = slug(name).ok_or_else(|| no_topic(name))?;
    match find(ledger.db, name)? {
        Some(other) if other.id == topic.id => {}
        Some(other) if store::is_spoken_of(ledger.db, other.id)? => {
            return Err(Refusal::NotUnderstood(format!(
                "{} is a topic of its own: merge the two",
                other.name
            ))
            .into());
        }
        Some(unspoken) => bring_together(ledger, &unspoken, topic)?,
        None => {
            // The address of the other name leads here, too: hashtags know no more of a topic than that.
            let alias = Topic {
                id: TopicId(ledger.next_id()),
                slug: address,
                name: name.to_owned(),
                created_at: ledger.now,
            };
            let alias = store::ensure(ledger.db, &alias)?;
            store::merge(ledger.db, alias.id, topic.id)?;
        }
    }
    let more = TopicName {
        id: ledger.next_id(),
        topic_id: topic.id,
        name: name.to_owned(),
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
    )
}

/// Gives a topic another first name. Its address stays, and so do its other names.
pub async fn rename(kindred: &Kindred, who: &Actor, topic: &str, name: &str) -> Result<NamedTopic> {
    let (topic, name, who) = (topic.to_owned(), checked(name)?, who.clone());
    kindred
        .write(move |ledger| {
            site::must_administer(ledger, &who)?;
            let topic = known_to(ledger.db, &who, &topic)?;
            call(ledger, &who, &topic, &name, None)?;
            store::rename(ledger.db, topic.id, &name)?;
            audit::note(
                ledger,
                Some(who.id),
                None,
                "topic.rename",
                &topic.slug,
                json!({ "to": name }),
            )?;
            redraw(ledger, topic.id);
            let renamed = store::find(ledger.db, topic.id)?.ok_or(Refusal::NoSuchTopic)?;
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
            let from = known_to(ledger.db, &who, &from)?;
            let to = known_to(ledger.db, &who, &to)?;
            if from.id == to.id {
                return Err(Refusal::NotUnderstood("that is the same topic".into()).into());
            }
            bring_together(ledger, &from, &to)?;
            audit::note(
                ledger,
                Some(who.id),
                None,
                "topic.merge",
                &from.slug,
                json!({ "into": to.slug }),
            )?;
            audit::note(
                ledger,
                Some(who.id),
                None,
                "topic.merge",
                &to.slug,
                json!({ "from": from.slug }),
            )?;
            named(ledger.db, to)
        })
        .await
}

fn bring_together(ledger: &mut Ledger<'_>, from: &Topic, to: &Topic) -> Result<()> {
    passions::hand_over(ledger.db, from.id, to.id)?;
    directory::hand_over(ledger.db, from.id, to.id)?;
    store::merge(ledger.db, from.id, to.id)?;
    store::count_uses(ledger.db, to.id)?;
    redraw(ledger, to.id);
    Ok(())
}

/// What stands on cards and at partners follows.
fn redraw(ledger: &mut Ledger<'_>, topic: TopicId) {
    let after = ActorId(0);
    ledger.enqueue(
        super::cards::lane(topic),
        &Job::RedrawCards { topic, after },
    );
}

/// Forbids a topic, or allows it again. What was tied to it stays, unseen. One that nobody has named yet can be forbidden, too.
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
            let topic = if forbidden {
                match find(ledger.db, &topic)? {
                    Some(known) => known,
                    None => ensure(ledger, &topic)?,
                }
            } else {
                known_to(ledger.db, &who, &topic)?
            };
            store::forbid(ledger.db, topic.id, forbidden.then_some(ledger.now))?;
            redraw(ledger, topic.id);
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
    let (topic, who) = (topic.to_owned(), who.clone());
    kindred
        .read(move |db| {
            let topic = known_to(db, &who, &topic)?;
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
