//! A letter becomes a use case.
//!
//! [`accept`] keeps the letter as a job and lets the door answer 202; [`apply`] works through it later, in the order of its lane. What
//! a letter may do is judged by what we know, never by what it says of itself, and the same letter twice is once.

mod announced;
mod asked;
mod knocked;
mod moderated;
mod reacted;
mod relayed;
mod undone;

use kindred_protocol::{
    Uri, read,
    vocabulary::{Document, Envelope, Incoming, Note, PostKind, Ref},
};
use kindred_storage::{
    ActivityId, ActorKind, Direction, Moment, ReactionKind, Visibility,
    activities::{self, Activity},
    actors::{self, Actor},
    instances, jobs as queue, posts, tombstones,
};
use serde_json::Value;

use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    announce::Ask,
    directory,
    jobs::{Job, lane_from, lane_to},
    letters::Letter,
    moderation::Sentence,
    partners, people,
    posts::{retract, take_in},
    quotes, remote, servers,
};

/// Keeps a letter, so that it is worked through whatever happens next. A letter that is known already is not kept again.
///
/// What can be refused by looking alone is refused here, so that the sender learns of it.
pub async fn accept(kindred: &Kindred, letter: Letter) -> Result<()> {
    let envelope = read::envelope(letter.body.as_bytes())
        .map_err(|error| Refusal::NotUnderstood(error.to_string()))?;
    if !envelope.is_consistent() || claims_what_is_ours(kindred, &envelope) {
        return Err(Refusal::NotYours.into());
    }
    if let Incoming::Create { .. } | Incoming::Update { .. } = &envelope.activity
        && brings_foreign_words(&envelope)
    {
        return Err(Refusal::NotYours.into());
    }
    kindred
        .write(move |ledger| {
            let activity = ActivityId(ledger.next_id());
            let mut heard = Activity {
                id: activity,
                // What has no id of its own is known by its words.
                uri: envelope
                    .id
                    .as_ref()
                    .map_or_else(|| fingerprint(&letter.body), |id| id.as_str().to_owned()),
                direction: Direction::Heard,
                kind: envelope.kind.clone(),
                actor_id: Some(letter.sender),
                object_uri: None,
                group_id: None,
                visibility: Visibility::Direct,
                host: Some(letter.host.clone()),
                created_at: ledger.now,
                body: Some(letter.body),
            };
            instances::note_heard(ledger.db, &letter.host, ledger.now)?;
            instances::note_reached(ledger.db, &letter.host)?;
            queue::wake(ledger.db, &lane_to(&letter.host), ledger.now)?;
            let mut new = activities::hear(ledger.db, &heard)?;
            if !new {
                // Who knows an id early must not be able to take it: it is taken only for the one who said it.
                let known = activities::by_uri(ledger.db, &heard.uri)?;
                if known.is_some_and(|known| known.actor_id != heard.actor_id) {
                    heard.uri = own_name(&letter.sender_uri, &heard.uri);
                    new = activities::hear(ledger.db, &heard)?;
                }
            }
            if new {
                ledger.enqueue(lane_from(&letter.host), &Job::Receive { activity });
            }
            Ok(())
        })
        .await
}

/// Whole objects that the sender may not speak for.
fn brings_foreign_words(envelope: &Envelope) -> bool {
    // Video servers name a person and a channel as authors: such a post is asked for at its own address instead.
    let one_of_several = |note: &Note| {
        note.kind != PostKind::Note
            && note.id.same_origin(&envelope.actor)
            && note.attributed_to.len() > 1
            && note.attributed_to.contains(&envelope.actor)
    };
    let foreign = |note: &Note| !note.is_vouched_by(&envelope.actor) && !one_of_several(note);
    match &envelope.activity {
        Incoming::Create { objects } => objects.iter().filter_map(Ref::whole).any(foreign),
        Incoming::Update {
            object: Ref::Whole(document),
        } => match document.as_ref() {
            Document::Note(note) => foreign(note),
            Document::Actor(actor) => !actor.id.same_origin(&envelope.actor),
            _ => false,
        },
        _ => false,
    }
}

/// Nothing on our own host is ever taken from outside.
fn claims_what_is_ours(kindred: &Kindred, envelope: &Envelope) -> bool {
    envelope
        .id
        .as_ref()
        .is_some_and(|id| kindred.settings().is_ours(id.as_str()))
}

fn fingerprint(body: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    format!(
        "urn:sha256:{}",
        BASE64_URL_SAFE_NO_PAD.encode(openssl::sha::sha256(body.as_bytes()))
    )
}

/// A name for something at this address that only this actor can give it.
pub(crate) fn own_name(actor: &str, uri: &str) -> String {
    fingerprint(&format!("{actor} {uri}"))
}

/// Works through a letter that was kept.
pub(crate) async fn apply(kindred: &Kindred, id: ActivityId) -> Result<()> {
    let heard = kindred
        .read(move |db| {
            let Some(heard) = activities::find(db, id)? else {
                return Ok(None);
            };
            let Some(sender) = heard.actor_id else {
                return Ok(None);
            };
            // Nobody speaks after their own farewell.
            let sender = actors::find(db, sender)?.filter(|sender| sender.deleted_at.is_none());
            Ok(heard.body.zip(sender))
        })
        .await?;
    let Some((body, sender)) = heard else {
        return Ok(());
    };
    // It may have waited while we stopped talking to its server.
    servers::welcome(kindred, &sender.host).await?;
    if let Ok(envelope) = read::envelope(body.as_bytes()) {
        if sender.suspended_at.is_some() && !says_farewell(&sender, &envelope) {
            return Ok(());
        }
        Box::pin(understand(kindred, sender, envelope))
            .await
            .or_else(let_refusals_go)?;
    }
    Ok(())
}

/// Whoever is suspended is not heard any more, except when they go for good.
fn says_farewell(sender: &Actor, envelope: &Envelope) -> bool {
    matches!(&envelope.activity, Incoming::Delete { object, .. } if object.as_str() == sender.uri)
}

/// What a server may not do is refused silently: it has had its answer.
fn let_refusals_go(error: Error) -> Result<()> {
    match error {
        Error::Refused(refusal) => {
            tracing::debug!(%refusal, "a letter had no effect");
            Ok(())
        }
        other => Err(other),
    }
}

/// Does what an activity of this sender says, as far as it may.
pub(crate) async fn understand(kindred: &Kindred, sender: Actor, envelope: Envelope) -> Result<()> {
    if sender.kind == ActorKind::Application {
        if partners::is_about(&envelope.raw) {
            return partners::heard(kindred, sender, envelope.raw).await;
        }
        if directory::is_about(&sender, &envelope.raw) {
            return directory::heard(kindred, sender, envelope.raw).await;
        }
    }
    match envelope.activity {
        Incoming::Create { objects } => created(kindred, sender, objects, envelope.raw).await,
        Incoming::Update { object } => updated(kindred, sender, object, envelope.raw).await,
        Incoming::Announce { objects } => {
            Box::pin(announced::announced(kindred, sender, envelope.id, objects)).await
        }
        Incoming::Flag { objects, reason } => {
            moderated::flagged(kindred, sender, envelope.id, objects, reason).await
        }
        Incoming::Follow { object, message } => {
            let asked = (object, envelope.id, Ask::Follow, message);
            knocked::knocked(kindred, sender, asked).await
        }
        Incoming::Join { object, message } => {
            let asked = (object, envelope.id, Ask::Join, message);
            knocked::knocked(kindred, sender, asked).await
        }
        Incoming::Invite { object, target } => {
            Box::pin(asked::invited(
                kindred,
                sender,
                object,
                target,
                envelope.id,
                envelope.to,
            ))
            .await
        }
        Incoming::Add { object, target } if on_its_wall(&sender, target.as_ref()) => {
            let things = vec![object];
            Box::pin(announced::announced(kindred, sender, envelope.id, things)).await
        }
        Incoming::Undo(done) => Box::pin(undone::undone(kindred, sender, done, envelope.raw)).await,
        Incoming::QuoteRequest { object, instrument } => {
            let asked = quotes::requested(kindred, sender, envelope.id, object, instrument);
            Box::pin(asked).await
        }
        Incoming::Move { object, target, .. } => {
            Box::pin(moved(kindred, sender, object, target)).await
        }
        other => {
            kindred
                .write(move |ledger| {
                    at_once(ledger, &sender, envelope.id.as_ref(), other, &envelope.raw)
                })
                .await
        }
    }
}

/// Whether a group elsewhere says that something stands on its wall now: the word of those who have collections rather than
/// announcements (FEP-400e, FEP-171b). What it puts at its top, and who keeps order in it, is told by other lists.
fn on_its_wall(sender: &Actor, target: Option<&Uri>) -> bool {
    let other_lists = [&sender.featured_uri, &sender.moderators_uri];
    sender.kind == ActorKind::Group
        && target.is_some_and(|wall| {
            lives_with(wall, sender)
                && !other_lists
                    .iter()
                    .any(|list| list.as_deref() == Some(wall.as_str()))
        })
}

/// Everything that needs no question to another server.
fn at_once(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    id: Option<&Uri>,
    activity: Incoming,
    raw: &Value,
) -> Result<()> {
    match activity {
        Incoming::Leave { object } => asked::left(ledger, sender, object.as_str()),
        Incoming::Accept(answer) => {
            if quotes::answered(ledger, sender, &answer, true)? {
                return Ok(());
            }
            asked::answered(ledger, sender, &answer, true)
        }
        Incoming::Reject(answer) => {
            if quotes::answered(ledger, sender, &answer, false)? {
                return Ok(());
            }
            asked::answered(ledger, sender, &answer, false)
        }
        Incoming::Delete { object, reason, .. } => {
            deleted(ledger, sender, &object, reason.as_deref(), raw)
        }
        Incoming::Like { object, emoji } => reacted::reacted(
            ledger,
            sender,
            &object,
            ReactionKind::Like,
            emoji.map(|emoji| emoji.name),
            id,
            raw,
        ),
        Incoming::Dislike { object } => reacted::reacted(
            ledger,
            sender,
            &object,
            ReactionKind::Dislike,
            None,
            id,
            raw,
        ),
        Incoming::Block {
            object,
            target,
            until,
            reason,
            removes_data,
        } => {
            let sentence = Sentence {
                until: until.map(Moment),
                reason,
                takes_content: removes_data,
            };
            moderated::blocked(ledger, sender, &object, target.as_ref(), &sentence, id, raw)
        }
        Incoming::Add { object, target } => {
            moderated::added(ledger, sender, object.id(), target.as_ref(), raw)
        }
        Incoming::Remove { object, target } => {
            moderated::removed(ledger, sender, object.id(), target.as_ref(), raw)
        }
        Incoming::Lock { object, reason } => {
            moderated::locked(ledger, sender, &object, reason.as_deref(), raw)
        }
        // What we have no word for: answered, and without effect.
        Incoming::Ignore(_)
        | Incoming::Invite { .. }
        | Incoming::QuoteRequest { .. }
        | Incoming::Other { .. }
        | Incoming::Undo(_)
        | Incoming::Create { .. }
        | Incoming::Update { .. }
        | Incoming::Announce { .. }
        | Incoming::Follow { .. }
        | Incoming::Join { .. }
        | Incoming::Flag { .. }
        | Incoming::Move { .. } => Ok(()),
    }
}

async fn created(
    kindred: &Kindred,
    sender: Actor,
    objects: Vec<Ref<Note>>,
    raw: Value,
) -> Result<()> {
    for object in objects.into_iter().take(MOST_OBJECTS) {
        let note = match object {
            Ref::Whole(note) if note.attributed_to.len() > 1 => {
                Box::pin(remote::fetch_note(kindred, &note.id)).await?
            }
            Ref::Whole(note) => *note,
            // Only its address was told: its own server tells the rest. What lies elsewhere cannot be the sender's, so nobody is
            // asked for it on a stranger's word.
            Ref::Id(uri) if uri.as_str() != sender.uri && lives_with(&uri, &sender) => {
                Box::pin(remote::fetch_note(kindred, &uri)).await?
            }
            Ref::Id(_) => continue,
        };
        let (sender, raw) = (sender.clone(), raw.clone());
        kindred
            .write(move |ledger| {
                if note
                    .author()
                    .is_none_or(|author| author.as_str() != sender.uri)
                {
                    return Err(Refusal::NotYours.into());
                }
                take_in::told(ledger, &sender, &note, &raw).map(drop)
            })
            .await?;
    }
    Ok(())
}

/// Whether something lies where the sender lives.
fn lives_with(uri: &Uri, sender: &Actor) -> bool {
    Uri::parse(&sender.uri).is_ok_and(|home| home.same_origin(uri))
}

/// Several votes may come in one letter; more than that is noise.
const MOST_OBJECTS: usize = 20;

async fn updated(
    kindred: &Kindred,
    sender: Actor,
    object: Ref<Document>,
    raw: Value,
) -> Result<()> {
    let document = match object {
        Ref::Whole(document) => *document,
        Ref::Id(uri) if lives_with(&uri, &sender) => {
            Box::pin(remote::fetch_document(kindred, &uri)).await?
        }
        Ref::Id(_) => return Err(Refusal::NotYours.into()),
    };
    match document {
        Document::Note(note) => {
            kindred
                .write(move |ledger| take_in::changed(ledger, &sender, &note, Some(&raw)))
                .await
        }
        Document::Actor(actor) if actor.id.as_str() == sender.uri => {
            remote::remember(kindred, *actor).await.map(drop)
        }
        // NodeBB tells that something is gone by showing its tombstone.
        Document::Tombstone(tombstone) => {
            kindred
                .write(move |ledger| deleted(ledger, &sender, &tombstone.id, None, &raw))
                .await
        }
        _ => Ok(()),
    }
}

fn local_actor(ledger: &mut Ledger<'_>, uri: &str) -> Result<Option<Actor>> {
    Ok(actors::by_uri(ledger.db, uri)?
        .filter(|actor| actor.host.is_empty() && actor.deleted_at.is_none()))
}

/// Something is gone: the sender themselves, or a post of theirs, or one that they moderate.
fn deleted(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    object: &Uri,
    reason: Option<&str>,
    raw: &Value,
) -> Result<()> {
    if object.as_str() == sender.uri {
        return people::forget(ledger, &sender.uri);
    }
    match posts::by_uri(ledger.db, object.as_str())? {
        Some(post) if post.deleted_at.is_some() => Ok(()),
        Some(post) if post.author_id == sender.id => retract(ledger, &post, Some(raw)),
        Some(post) => moderated::taken_down(ledger, sender, &post, reason, raw),
        // It may come after its own deletion. That keeps out what the sender says, and nobody else: who knows an address early must
        // not be able to bar it.
        None if quotes::stamp_gone(ledger, sender, object)? => Ok(()),
        None if lives_with(object, sender) => {
            let unseen = own_name(&sender.uri, object.as_str());
            Ok(tombstones::add(ledger.db, &unseen, ledger.now)?)
        }
        None => Ok(()),
    }
}

/// Somebody lives elsewhere now. Those here who follow them follow along, when the new address names the old one too.
async fn moved(kindred: &Kindred, sender: Actor, object: Uri, target: Option<Uri>) -> Result<()> {
    let Some(target) = target.filter(|_| object.as_str() == sender.uri) else {
        return Ok(());
    };
    if !kindred.settings().is_ours(target.as_str()) {
        remote::refresh(kindred, target.as_str()).await?;
    }
    let new = remote::actor(kindred, target.as_str()).await?;
    if !new.also_known_as.contains(&sender.uri) || new.id == sender.id {
        return Err(Refusal::NotYours.into());
    }
    let (old, there) = (sender.id, new.uri.clone());
    kindred
        .write(move |ledger| {
            let patch = actors::ActorPatch {
                moved_to: Some(Some(there)),
                ..actors::ActorPatch::default()
            };
            Ok(actors::update(ledger.db, old, &patch)?)
        })
        .await?;
    Box::pin(people::follow_along(kindred, old, new.id)).await
}
