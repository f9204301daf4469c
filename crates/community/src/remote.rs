//! People, groups and posts elsewhere: known, fresh, or asked for.
//!
//! Everything that is learned from other servers comes in here, after the checks that need no table. It decides nothing about what
//! they may do.

pub(crate) mod moderators;
pub(crate) mod tags;

use std::{sync::Arc, time::Duration};

use kindred_protocol::{
    Uri,
    fetch::{self, FetchError, Fetched, Gone},
    html,
    keys::PublicKey,
    network::{Get, Redirects},
    read,
    vocabulary::{ActorDoc, Document, Note, Tag},
};
use kindred_storage::{
    ActorId, ActorKind, JoinPolicy, Json, Posting, Visibility,
    actors::{self, Actor, Emoji, Field},
    groups::{self, Group},
    posts,
};

use crate::{
    Error, Kindred, Ledger, Refusal, Result, directory,
    jobs::{Job, lane_look},
    keys::KnownKey,
    servers,
};

/// What we know of an actor is fresh for a day; then it is used and asked for again.
const FRESH: Duration = Duration::from_hours(24);

/// The key with this id, as far as we know it.
pub(crate) async fn known_key(kindred: &Kindred, key_id: &str) -> Result<Option<Arc<KnownKey>>> {
    if let Some(key) = kindred.keys().known.get(key_id) {
        return Ok(Some(key));
    }
    let id = key_id.to_owned();
    let owner = kindred
        .read(move |db| Ok(actors::by_key_id(db, &id)?))
        .await?;
    Ok(owner.and_then(|owner| keep_key(kindred, &owner)))
}

/// Asks the signer's server for its key. `again` is for a key that did not fit: that is asked for once in a while only.
///
/// Answers `None` when there is no such key, when it is not the actor's own, or when the same question was answered a moment ago.
pub(crate) async fn ask_for_key(
    kindred: &Kindred,
    key_id: &str,
    again: bool,
) -> Result<Option<Arc<KnownKey>>> {
    let keys = kindred.keys();
    if again {
        if keys.asked_again.contains_key(key_id) {
            return Ok(None);
        }
        keys.asked_again.insert(key_id.to_owned(), ());
    } else if keys.not_to_be_had.contains_key(key_id) {
        return Ok(None);
    }
    let flight = kindred
        .keys()
        .flights
        .get_with(key_id.to_owned(), Arc::default);
    let _one_at_a_time = flight.lock().await;
    if !again {
        if let Some(key) = known_key(kindred, key_id).await? {
            return Ok(Some(key));
        }
        // Those who waited for the same question have their answer too.
        if keys.not_to_be_had.contains_key(key_id) {
            return Ok(None);
        }
    }
    let Ok(address) = Uri::parse(key_id) else {
        return Ok(None);
    };
    if !keys.may_ask(address.host()) {
        return Ok(None);
    }
    match fetch_signer(kindred, key_id).await {
        Ok(Some(actor)) => {
            let key = keep_key(kindred, &actor).filter(|_| actor.key_id == key_id);
            Ok(key)
        }
        Ok(None) => {
            keys.is_not_to_be_had(key_id, address.host());
            Ok(None)
        }
        Err(error) => {
            // Said once a minute for each key: an admin with a company CA would never find out otherwise.
            tracing::warn!(key_id, %error, "The key of a letter cannot be had, so the letter is refused");
            keys.is_not_to_be_had(key_id, address.host());
            Err(error)
        }
    }
}

fn keep_key(kindred: &Kindred, owner: &Actor) -> Option<Arc<KnownKey>> {
    if owner.deleted_at.is_some() || owner.host.is_empty() {
        return None;
    }
    let key = PublicKey::from_pem(&owner.public_key_pem).ok()?;
    let host = Uri::parse(&owner.uri).ok()?.host().to_owned();
    let known = Arc::new(KnownKey {
        owner: owner.id,
        owner_uri: owner.uri.clone(),
        host,
        key,
    });
    kindred
        .keys()
        .known
        .insert(owner.key_id.clone(), Arc::clone(&known));
    Some(known)
}

/// Fetches whoever owns this key. The key's own page may be the actor, or a page that names it.
async fn fetch_signer(kindred: &Kindred, key_id: &str) -> Result<Option<Actor>> {
    let Ok(page) = Uri::parse(key_id).map(|uri| uri.without_fragment()) else {
        return Ok(None);
    };
    let doc = match fetch_document(kindred, &page).await {
        Ok(Document::Actor(actor)) => actor,
        Ok(Document::Key(key)) => match key.owner.filter(|owner| owner.same_origin(&page)) {
            Some(owner) => match fetch_document(kindred, &owner).await {
                Ok(Document::Actor(actor)) => actor,
                Ok(_) | Err(Error::Refused(_)) => return Ok(None),
                Err(error) => return Err(error),
            },
            None => return Ok(None),
        },
        Ok(_) | Err(Error::Refused(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    if doc.own_key().is_none_or(|key| key.id.as_str() != key_id) {
        return Ok(None);
    }
    match remember(kindred, *doc).await {
        Ok(actor) => Ok(Some(actor)),
        Err(Error::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The actor at this address: as we know them, or as their server tells us now.
pub(crate) async fn actor(kindred: &Kindred, uri: &str) -> Result<Actor> {
    let address = uri.to_owned();
    let known = kindred
        .read(move |db| Ok(actors::by_uri(db, &address)?))
        .await?;
    if let Some(known) = known {
        let stale = known.fetched_at.is_some_and(|at| {
            kindred.now().0 - at.0 > i64::try_from(FRESH.as_millis()).unwrap_or(i64::MAX)
        });
        if stale && !kindred.keys().asked_again.contains_key(uri) {
            kindred.keys().asked_again.insert(uri.to_owned(), ());
            let job = Job::Refresh {
                actor: known.uri.clone(),
            };
            let lane = lane_look(&known.host);
            kindred
                .write(move |ledger| {
                    ledger.enqueue(lane, &job);
                    Ok(())
                })
                .await?;
        }
        return if known.deleted_at.is_some() {
            Err(Refusal::Gone.into())
        } else {
            Ok(known)
        };
    }
    if kindred.settings().is_ours(uri) {
        return Err(Refusal::NoSuchPerson.into());
    }
    let flight = kindred
        .keys()
        .flights
        .get_with(uri.to_owned(), Arc::default);
    let _one_at_a_time = flight.lock().await;
    let address = uri.to_owned();
    if let Some(known) = kindred
        .read(move |db| Ok(actors::by_uri(db, &address)?))
        .await?
    {
        return Ok(known);
    }
    fetch_actor(kindred, uri).await
}

/// Asks a server who this actor is, and remembers the answer.
async fn fetch_actor(kindred: &Kindred, uri: &str) -> Result<Actor> {
    let uri = Uri::parse(uri).map_err(Error::Protocol)?;
    match fetch_document(kindred, &uri).await? {
        Document::Actor(doc) => remember(kindred, *doc).await,
        _ => Err(Refusal::NoSuchPerson.into()),
    }
}

/// Asks again who this actor is. Whoever is gone is remembered as gone.
pub(crate) async fn refresh(kindred: &Kindred, uri: &str) -> Result<()> {
    match fetch_actor(kindred, uri).await {
        Err(Error::Refused(Refusal::Gone)) => {
            let uri = uri.to_owned();
            kindred
                .write(move |ledger| crate::people::forget(ledger, &uri))
                .await
        }
        Ok(actor) if actor.kind == ActorKind::Group => {
            kindred
                .write(move |ledger| moderators::look(ledger, &actor))
                .await
        }
        other => other.map(drop),
    }
}

/// Fetches a document from its origin, signed by our Service actor.
pub(crate) async fn fetch_document(kindred: &Kindred, uri: &Uri) -> Result<Document> {
    let fetched = fetch(kindred, uri)
        .await?
        .map_err(|error| not_fetched(uri, error))?;
    read::document(&fetched.json).map_err(|error| Refusal::NotUnderstood(error.to_string()).into())
}

/// Fetches a document that we have no word for, as it is.
pub(crate) async fn fetch_json(kindred: &Kindred, uri: &Uri) -> Result<serde_json::Value> {
    let fetched = fetch(kindred, uri)
        .await?
        .map_err(|error| not_fetched(uri, error))?;
    Ok(fetched.json)
}

/// Asks an origin for a document. The outer result tells whether we ask at all.
async fn fetch(kindred: &Kindred, uri: &Uri) -> Result<Result<Fetched, FetchError>> {
    servers::welcome(kindred, uri.host()).await?;
    let service = kindred.service().await?.id;
    let key = crate::delivery::signing_key(kindred, service).await?;
    // No redirect may lead to another server: what a server says of an id counts only for its own.
    // On the heap: what a request needs is large, and nearly every letter might cause one.
    Ok(Box::pin(fetch::fetch_actor(kindred.network(), Some(&key), uri)).await)
}

/// The address of the document behind a page for people.
pub(crate) async fn alternate(kindred: &Kindred, page: &Uri) -> Result<Option<Uri>> {
    servers::welcome(kindred, page.host()).await?;
    Box::pin(kindred_protocol::alternate::alternate(
        kindred.network(),
        page,
    ))
    .await
    .map_err(|error| not_fetched(page, error))
}

/// Whether something is gone according to its own server. One that merely does not show it to us, or does not answer, says no such
/// thing.
pub(crate) async fn is_gone_at_home(kindred: &Kindred, uri: &Uri) -> Result<bool> {
    match Box::pin(fetch(kindred, uri)).await {
        Ok(Err(FetchError::Gone(_))) => Ok(true),
        Ok(Err(error @ FetchError::Unreachable { .. })) => Err(not_fetched(uri, error)),
        Ok(_) | Err(Error::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a server answers a question with yes, whatever it shows beside it.
pub(crate) async fn says_yes(kindred: &Kindred, question: &Uri) -> Result<bool> {
    servers::welcome(kindred, question.host()).await?;
    let service = kindred.service().await?.id;
    let key = crate::delivery::signing_key(kindred, service).await?;
    let get = Get {
        sign_with: Some(&key),
        redirects: Redirects::SameOrigin,
        ..Get::new(question, fetch::ACTIVITY_JSON)
    };
    Ok(Box::pin(kindred.network().get(get))
        .await
        .is_ok_and(|answer| answer.is_success()))
}

/// A post as its own server shows it now.
pub(crate) async fn fetch_note(kindred: &Kindred, uri: &Uri) -> Result<Note> {
    match fetch_document(kindred, uri).await? {
        Document::Note(note) if note.is_at_home() => Ok(*note),
        Document::Tombstone(_) => Err(Refusal::Gone.into()),
        _ => Err(Refusal::NoSuchPost.into()),
    }
}

fn not_fetched(uri: &Uri, error: FetchError) -> Error {
    match error {
        FetchError::Gone(Gone::Deleted) => Refusal::Gone.into(),
        FetchError::Gone(Gone::Missing) | FetchError::Refused(_) => Refusal::NoSuchPost.into(),
        FetchError::Unreachable { why, .. } => Error::Unreachable {
            host: uri.host().to_owned(),
            why,
        },
        FetchError::NotAllowed(why) => Refusal::NotUnderstood(why).into(),
        FetchError::NotBelieved(why) => Refusal::NotUnderstood(why.to_owned()).into(),
    }
}

/// Remembers an actor as its own server describes it: unknown ones are added, known ones refreshed.
pub(crate) async fn remember(kindred: &Kindred, doc: ActorDoc) -> Result<Actor> {
    let actor = kindred.write(move |ledger| keep(ledger, &doc)).await?;
    // It may have a new key.
    kindred.keys().known.invalidate(&actor.key_id);
    Ok(actor)
}

/// Writes down an actor. The document must come from its own server.
pub(crate) fn keep(ledger: &mut Ledger<'_>, doc: &ActorDoc) -> Result<Actor> {
    doc.check()
        .map_err(|fault| Refusal::NotUnderstood(fault.to_string()))?;
    if ledger.settings.is_ours(doc.id.as_str()) {
        return Err(Refusal::NotYours.into());
    }
    let host = doc.id.host().to_owned();
    servers::meet(ledger, doc.id.host())?;
    let mut row = to_row(ledger, doc, host);
    let shown = tags::shown_apart(ledger, doc, &mut row)?;
    let actor = actors::remember(ledger.db, &row)?;
    directory::met(ledger, &actor)?;
    if let Some(collection) = shown {
        let actor = actor.id;
        ledger.enqueue(
            lane_look(doc.id.host()),
            &Job::ReadTags { actor, collection },
        );
    }
    if actor.kind == ActorKind::Group {
        let group = Group {
            actor_id: actor.id,
            // A group that lets nobody in by itself is a private one to Lemmy, and to be careful with for everybody.
            visibility: if doc.manually_approves_followers {
                Visibility::Members
            } else {
                Visibility::Public
            },
            join_policy: if actor.locked {
                JoinPolicy::Ask
            } else {
                JoinPolicy::Open
            },
            posting: if doc.posting_restricted_to_mods {
                Posting::Organisers
            } else {
                Posting::Anyone
            },
            hold_newcomers: false,
            rules: String::new(),
            language: doc.languages.first().cloned(),
            founder_id: None,
            archived_at: None,
            created_at: actor.published_at,
            boosts_comments: false,
            heard_by_groups: false,
        };
        groups::remember(ledger.db, &group)?;
    }
    Ok(actor)
}

fn to_row(ledger: &Ledger<'_>, doc: &ActorDoc, host: String) -> Actor {
    let text = |uri: &Option<Uri>| uri.as_ref().map(|uri| uri.as_str().to_owned());
    let handle = doc
        .preferred_username
        .clone()
        .unwrap_or_default()
        .to_lowercase();
    let key = doc.own_key();
    let moment = |at: Option<i64>| kindred_storage::Moment(at.unwrap_or(ledger.now.0));
    Actor {
        id: ActorId(ledger.next_id()),
        kind: kind_of(doc),
        name: doc
            .name
            .clone()
            .filter(|name| !name.trim().is_empty())
            .unwrap_or_else(|| handle.clone())
            .chars()
            .take(500)
            .collect(),
        handle,
        host,
        uri: doc.id.as_str().to_owned(),
        url: text(&doc.url),
        inbox: text(&doc.inbox).unwrap_or_default(),
        shared_inbox: doc
            .shared_inbox
            .as_ref()
            .filter(|inbox| inbox.same_origin(&doc.id))
            .map(|inbox| inbox.as_str().to_owned()),
        outbox: text(&doc.outbox),
        followers_uri: text(&doc.followers),
        following_uri: text(&doc.following),
        featured_uri: text(&doc.featured),
        moderators_uri: text(&doc.moderators),
        summary: doc.summary.as_deref().map(html::clean).unwrap_or_default(),
        summary_source: None,
        emojis: Json(emojis_of(&doc.tags)),
        hide_collections: false,
        icon_url: text(&doc.icon),
        image_url: text(&doc.image),
        key_id: key
            .map(|key| key.id.as_str().to_owned())
            .unwrap_or_default(),
        public_key_pem: key.map(|key| key.pem.clone()).unwrap_or_default(),
        private_key_pem: None,
        locked: doc.manually_approves_followers,
        // People say it themselves. A group is there to be found, unless it says otherwise or keeps its door.
        discoverable: doc
            .discoverable
            .unwrap_or(kind_of(doc) == ActorKind::Group && !doc.manually_approves_followers),
        indexable: doc.indexable.unwrap_or(false),
        memorial: doc.memorial,
        suspended_at: doc.suspended.then_some(ledger.now),
        moved_to: text(&doc.moved_to),
        also_known_as: Json(
            doc.also_known_as
                .iter()
                .map(|uri| uri.as_str().to_owned())
                .collect(),
        ),
        fields: Json(
            doc.fields
                .iter()
                .take(50)
                .map(|field| Field {
                    name: field.name.clone(),
                    value: html::clean(&field.value),
                    ..Field::default()
                })
                .collect(),
        ),
        topics: Json(
            doc.tags
                .iter()
                .filter_map(|tag| match tag {
                    Tag::Hashtag { name, .. } => Some(name.clone()),
                    _ => None,
                })
                .take(20)
                .collect(),
        ),
        followers_count: 0,
        following_count: 0,
        posts_count: 0,
        last_post_at: None,
        published_at: moment(doc.published),
        updated_at: moment(doc.updated),
        fetched_at: Some(ledger.now),
        deleted_at: None,
    }
}

/// The most pictures of one actor or post that are used as letters.
pub(crate) const MOST_EMOJIS: usize = 100;

/// The pictures that stand for `:name:`: those that can be shown, each name once.
fn emojis_of(tags: &[Tag]) -> Vec<Emoji> {
    let mut emojis: Vec<Emoji> = Vec::new();
    for tag in tags {
        if let Tag::Emoji {
            name,
            icon: Some(icon),
        } = tag
            && let name = name.trim_matches(':')
            && is_shortcode(name)
            && emojis.len() < MOST_EMOJIS
            && emojis.iter().all(|known| known.name != name)
        {
            emojis.push(Emoji {
                name: name.to_owned(),
                url: icon.as_str().to_owned(),
            });
        }
    }
    emojis
}

/// Whether a word can stand between colons: clients look for nothing else in a text.
pub(crate) fn is_shortcode(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '+' | '@'))
}

fn kind_of(doc: &ActorDoc) -> ActorKind {
    use kindred_protocol::vocabulary::ActorKind as Wire;
    match doc.kind {
        Wire::Person | Wire::Other(_) => ActorKind::Person,
        Wire::Group => ActorKind::Group,
        Wire::Service => ActorKind::Service,
        Wire::Application => ActorKind::Application,
        Wire::Organization => ActorKind::Organization,
    }
}

/// How many posts above one are asked for at most.
const MOST_ANCESTORS: usize = 50;

/// Reads upward from a missing parent until something known, the beginning, or the bound, and takes all of it in.
pub(crate) async fn ancestors(kindred: &Kindred, of: &str, child: &str) -> Result<()> {
    let mut wanted = Some(of.to_owned());
    let mut chain: Vec<Note> = Vec::new();
    while let Some(uri) = wanted.take() {
        let known = kindred
            .read({
                let uri = uri.clone();
                move |db| Ok(posts::by_uri(db, &uri)?.is_some())
            })
            .await?;
        let repeats = uri == child || chain.iter().any(|note| note.id.as_str() == uri);
        if known || repeats || chain.len() >= MOST_ANCESTORS || kindred.settings().is_ours(&uri) {
            break;
        }
        let Ok(address) = Uri::parse(&uri) else { break };
        match Box::pin(fetch_note(kindred, &address)).await {
            Ok(note) => {
                wanted = note
                    .in_reply_to
                    .as_ref()
                    .map(|parent| parent.as_str().to_owned());
                chain.push(note);
            }
            Err(Error::Refused(_)) => break,
            Err(error) => return Err(error),
        }
    }
    // From the beginning of the thread downward, so that each finds its parent.
    for note in chain.into_iter().rev() {
        Box::pin(crate::posts::take_in::fetched(kindred, note)).await?;
    }
    let child = child.to_owned();
    kindred
        .write(move |ledger| crate::posts::reunite(ledger, &child))
        .await
}
