//! What people care about: declared in a minute, in their own words, for the circle that they choose.
//!
//! There is no level and no score here, and nothing that could become one.

use kindred_storage::{
    ActorId, Circle, Conn, Json, Moment, PassionId,
    actors::{self, Actor, ActorPatch},
    passions, receipts, reports, topics as store,
};
pub use kindred_storage::{ReceiptState, passions::Passion, receipts::Receipt, topics::Topic};

use crate::{
    Kindred, Ledger, Refusal, Result, announce, directory, policy, sight, topics, views::Viewer,
};

/// The longest line about a passion, in characters.
pub const LONGEST_WORDS: usize = 280;

/// How many things one person can care about here.
pub const MOST: usize = 100;

/// Says that somebody of ours cares about a topic, or says it differently from now on.
pub async fn declare(
    kindred: &Kindred,
    who: &Actor,
    topic: &str,
    words: &str,
    circle: Circle,
) -> Result<(Passion, Topic)> {
    let words = checked_words(words)?;
    let (who, topic) = (who.id, topic.to_owned());
    kindred
        .write(move |ledger| {
            let topic = topics::ensure(ledger, &topic)?;
            let known = passions::find(ledger.db, who, topic.id)?;
            let mine = passions::of_person(ledger.db, who, Circle::ALL)?;
            if known.is_none() && mine.len() >= MOST {
                return Err(Refusal::NotUnderstood(format!(
                    "{MOST} passions are enough for one person; give one up first"
                ))
                .into());
            }
            let passion = Passion {
                id: known
                    .as_ref()
                    .map_or_else(|| PassionId(ledger.next_id()), |known| known.id),
                actor_id: who,
                topic_id: topic.id,
                words,
                circle,
                created_at: known.as_ref().map_or(ledger.now, |known| known.created_at),
                updated_at: ledger.now,
            };
            let before = directory::is_told_of(ledger.db, who)?;
            passions::record(ledger.db, &passion)?;
            changed(ledger, who, &topic, before)?;
            Ok((passion, topic))
        })
        .await
}

/// Says to everybody that somebody of ours cares about a topic. What they said of it before stays as it was worded.
pub async fn say_in_public(
    kindred: &Kindred,
    who: &Actor,
    topic: &str,
) -> Result<(Passion, Topic)> {
    let words = said_of(kindred, who, topic).await?.unwrap_or_default();
    declare(kindred, who, topic, &words, Circle::Everyone).await
}

/// Says it to everybody no more. What they put in words of their own stays, for themselves; the rest is given up.
pub async fn no_longer_in_public(kindred: &Kindred, who: &Actor, topic: &str) -> Result<()> {
    match said_of(kindred, who, topic).await? {
        None => Ok(()),
        Some(words) if words.is_empty() => give_up(kindred, who, topic).await,
        Some(words) => declare(kindred, who, topic, &words, Circle::Me)
            .await
            .map(drop),
    }
}

/// In which words somebody cares about a topic, if they do.
async fn said_of(kindred: &Kindred, who: &Actor, topic: &str) -> Result<Option<String>> {
    let (who, topic) = (who.id, topic.to_owned());
    kindred
        .read(move |db| {
            let Some(topic) = topics::find(db, &topic)? else {
                return Ok(None);
            };
            Ok(passions::find(db, who, topic.id)?.map(|passion| passion.words))
        })
        .await
}

fn checked_words(words: &str) -> Result<String, Refusal> {
    let words: String = words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    if words.chars().any(topics::turns_writing) {
        return Err(Refusal::NotUnderstood(
            "a line about what you care about has no marks that turn the writing around".into(),
        ));
    }
    if words.chars().count() > LONGEST_WORDS {
        return Err(Refusal::NotUnderstood(format!(
            "a line about what you care about has at most {LONGEST_WORDS} characters"
        )));
    }
    Ok(words)
}

/// Says it no more: it is forgotten here, and taken back from everybody who was told.
pub async fn give_up(kindred: &Kindred, who: &Actor, topic: &str) -> Result<()> {
    let (who, topic) = (who.id, topic.to_owned());
    kindred
        .write(move |ledger| {
            let topic = topics::find(ledger.db, &topic)?.ok_or(Refusal::NoSuchTopic)?;
            let before = directory::is_told_of(ledger.db, who)?;
            if passions::remove(ledger.db, who, topic.id)? {
                changed(ledger, who, &topic, before)?;
            }
            Ok(())
        })
        .await
}

/// What follows from a change: the public ones stand on the person's card, and partners hear what is for them.
fn changed(ledger: &mut Ledger<'_>, who: ActorId, topic: &Topic, before: bool) -> Result<()> {
    store::count_uses(ledger.db, topic.id)?;
    redraw_card(ledger, who)?;
    directory::tell_of_person(ledger, who, before)
}

/// Writes the topics that a person tells everybody on their card, and says so when that changes it.
pub(crate) fn redraw_card(ledger: &mut Ledger<'_>, who: ActorId) -> Result<()> {
    let public: Vec<String> = passions::of_person(ledger.db, who, &[Circle::Everyone])?
        .into_iter()
        .map(|(_, topic)| topic.name)
        .collect();
    let actor = ledger.actor(who)?;
    if *actor.topics == public || actor.deleted_at.is_some() {
        return Ok(());
    }
    let patch = ActorPatch {
        topics: Some(Json(public)),
        updated_at: Some(ledger.now),
        ..ActorPatch::default()
    };
    actors::update(ledger.db, who, &patch)?;
    let actor = ledger.actor(who)?;
    announce::looks_different(ledger, &actor, None)
}

/// Somebody leaves: what they cared about is forgotten, here and at partners.
pub(crate) fn forget(ledger: &mut Ledger<'_>, who: ActorId) -> Result<()> {
    let left = passions::of_person(ledger.db, who, Circle::ALL)?;
    let before = directory::is_told_of(ledger.db, who)?;
    passions::remove_all(ledger.db, who)?;
    for (_, topic) in left {
        store::count_uses(ledger.db, topic.id)?;
    }
    directory::tell_of_person(ledger, who, before)
}

/// Which partners have heard the last change of what somebody of ours lets them know, for themselves; nothing when there was none.
pub async fn heard_by(kindred: &Kindred, who: &Actor) -> Result<Option<(Moment, Vec<Receipt>)>> {
    let uri = who.uri.clone();
    kindred
        .read(move |db| {
            let last = reports::record_of_subject(db, &uri, &directory::CONSENT, 1)?;
            let Some(line) = last.first() else {
                return Ok(None);
            };
            let receipts = receipts::of_line(db, line.id, "", MOST_RECEIPTS)?;
            Ok(Some((line.at, receipts)))
        })
        .await
}

/// How many partners are named at most.
const MOST_RECEIPTS: i64 = 500;

/// Everything somebody of ours cares about, for themselves.
pub async fn mine(kindred: &Kindred, who: ActorId) -> Result<Vec<(Passion, Topic)>> {
    kindred
        .read(move |db| Ok(passions::of_person(db, who, Circle::ALL)?))
        .await
}

/// What somebody of ours cares about, as far as the viewer may know.
pub async fn of(kindred: &Kindred, viewer: &Viewer, who: ActorId) -> Result<Vec<(Passion, Topic)>> {
    let viewer = viewer.clone();
    kindred
        .read(move |db| {
            let actor = actors::find(db, who)?
                .filter(|actor| actor.deleted_at.is_none())
                .ok_or(Refusal::NoSuchPerson)?;
            if !sight::of_actor(db, &viewer, &actor)? {
                return Err(Refusal::NoSuchPerson.into());
            }
            let circles = circles_of(db, &viewer, who)?;
            Ok(passions::of_person(db, who, &circles)?)
        })
        .await
}

/// The circles of a person's passions that the viewer stands in.
pub(crate) fn circles_of(db: &mut Conn, viewer: &Viewer, owner: ActorId) -> Result<Vec<Circle>> {
    let eyes = sight::eyes(db, viewer)?;
    Ok(Circle::ALL
        .iter()
        .copied()
        .filter(|circle| policy::may_see_passion(eyes, *circle, viewer.actor() == Some(owner)))
        .collect())
}
