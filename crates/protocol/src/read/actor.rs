//! Actors: people, groups, services, servers.
//!
//! Addresses that have to lie where the actor lives, and do not, are left out: a foreign followers collection or
//! shared inbox would let one server speak for another. Whether the rest will do is told by `ActorDoc::check`.

use super::{ReadError, document, note, pieces};
use crate::{
    limits::{ALIASES, ATTACHMENTS, CONTENT_BYTES, PROFILE_FIELDS},
    uri::Uri,
    vocabulary::{ActorDoc, ActorKind, AssertionKey, KeyDoc, ProfileField},
};
use activitystreams::{
    actor::{Actor, ApActor},
    object::Object,
    prelude::*,
};
use activitystreams_ext::Ext1;
use serde::Deserialize;
use serde_json::Value;

/// What actors say beyond the vocabulary, each in any shape.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Words {
    public_key: Value,
    assertion_method: Value,
    source: Value,
    featured: Value,
    featured_tags: Value,
    moderators: Value,
    posting_restricted_to_mods: Value,
    manually_approves_followers: Value,
    discoverable: Value,
    indexable: Value,
    memorial: Value,
    suspended: Value,
    moved_to: Value,
    also_known_as: Value,
    language: Value,
}

/// An actor in the types of the vocabulary; excerpts and stubs for key checks have no inbox.
type Whole = Ext1<ApActor<Actor<String>>, Words>;
type Stub = Ext1<Object<String>, Words>;

/// What only whole actors have.
#[derive(Default)]
struct Doors {
    inbox: Option<Uri>,
    outbox: Option<Uri>,
    followers: Option<Uri>,
    following: Option<Uri>,
    shared_inbox: Option<Uri>,
    username: Option<String>,
}

/// Reads an actor: `raw` as received, `clean` straightened.
pub(super) fn actor(raw: &Value, clean: &Value) -> Result<ActorDoc, ReadError> {
    let malformed = |error: serde_json::Error| ReadError::Malformed(error.to_string());
    let (words, doors) = if clean.get("inbox").is_some() {
        let whole = Whole::deserialize(clean).map_err(malformed)?;
        let doors = doors(&whole);
        (whole.ext_one, doors)
    } else {
        let stub = Stub::deserialize(clean).map_err(malformed)?;
        (
            stub.ext_one,
            Doors {
                username: pieces::name(pieces::field(clean, "preferredUsername")),
                ..Doors::default()
            },
        )
    };
    let id = document::own_id(raw, clean)?;
    let kind = kind_of(document::kind_of(clean));
    let get = |key: &str| pieces::field(clean, key);
    let list = |key: &str| pieces::list(get(key)).cloned().collect::<Vec<Value>>();
    let at_home = |uri: Option<Uri>| uri.filter(|uri| uri.same_origin(&id));
    let summary = pieces::text(get("summary"));
    if summary
        .as_ref()
        .is_some_and(|summary| summary.len() > CONTENT_BYTES)
    {
        return Err(ReadError::TooMuch("text"));
    }
    Ok(ActorDoc {
        preferred_username: doors.username,
        name: pieces::name(get("name")),
        summary,
        source: note::limited_source(&words.source)?,
        inbox: doors.inbox,
        outbox: at_home(doors.outbox),
        followers: at_home(doors.followers),
        following: at_home(doors.following),
        featured: at_home(pieces::first_address(&words.featured)),
        featured_tags: at_home(pieces::first_address(&words.featured_tags)),
        moderators: at_home(moderators(&words, get("attributedTo"))),
        shared_inbox: at_home(doors.shared_inbox),
        public_key: public_key(&words.public_key, &id),
        assertion_keys: pieces::list(&words.assertion_method)
            .filter_map(assertion_key)
            .take(ATTACHMENTS)
            .collect(),
        icon: pieces::place_of(get("icon")),
        image: pieces::place_of(get("image")),
        url: page(get("url")),
        manually_approves_followers: pieces::flag(&words.manually_approves_followers)
            .unwrap_or(false),
        discoverable: pieces::flag(&words.discoverable),
        indexable: pieces::flag(&words.indexable),
        memorial: pieces::flag(&words.memorial).unwrap_or(false),
        suspended: pieces::flag(&words.suspended).unwrap_or(false),
        moved_to: pieces::first_address(&words.moved_to),
        also_known_as: pieces::list(&words.also_known_as)
            .filter_map(pieces::address)
            .take(ALIASES)
            .collect(),
        fields: list("attachment")
            .iter()
            .filter_map(profile_field)
            .take(PROFILE_FIELDS)
            .collect(),
        tags: note::tags(&list("tag")),
        published: pieces::moment(get("published")),
        updated: pieces::moment(get("updated")),
        posting_restricted_to_mods: pieces::flag(&words.posting_restricted_to_mods)
            .unwrap_or(false),
        languages: pieces::list(&words.language)
            .filter_map(language)
            .take(ATTACHMENTS)
            .collect(),
        kind,
        id,
        raw: raw.clone(),
    })
}

fn doors(whole: &Whole) -> Doors {
    let uri = |iri: Option<&activitystreams::iri_string::types::IriString>| {
        iri.and_then(|iri| pieces::web_address(iri.as_str()))
    };
    Doors {
        inbox: uri(Some(whole.inbox_unchecked())),
        outbox: uri(whole.outbox_unchecked()),
        followers: uri(whole.followers_unchecked()),
        following: uri(whole.following_unchecked()),
        shared_inbox: whole
            .endpoints_unchecked()
            .and_then(|endpoints| endpoints.shared_inbox.as_ref())
            .and_then(|iri| pieces::web_address(iri.as_str())),
        username: whole
            .preferred_username()
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty()),
    }
}

fn kind_of(name: &str) -> ActorKind {
    match name {
        "Person" => ActorKind::Person,
        "Group" => ActorKind::Group,
        "Service" => ActorKind::Service,
        "Application" => ActorKind::Application,
        "Organization" => ActorKind::Organization,
        other => ActorKind::Other(other.to_owned()),
    }
}

/// The list of moderators: its own property, or `attributedTo` when that is a single address. Where `attributedTo` is a
/// list or an object it names people, not a list of them.
fn moderators(words: &Words, attributed_to: &Value) -> Option<Uri> {
    pieces::first_address(&words.moderators).or_else(|| {
        let mut all = pieces::list(attributed_to);
        match (all.next(), all.next()) {
            (Some(one @ Value::String(_)), None) => pieces::address(one),
            _ => None,
        }
    })
}

/// The key for requests. Where several are listed, the first that names this actor as its owner.
fn public_key(value: &Value, actor: &Uri) -> Option<KeyDoc> {
    let keys: Vec<KeyDoc> = pieces::list(value).filter_map(document::key).collect();
    keys.iter()
        .find(|key| key.is_owned_by(actor))
        .or(keys.first())
        .cloned()
}

fn assertion_key(value: &Value) -> Option<AssertionKey> {
    Some(AssertionKey {
        id: pieces::address(value)?,
        controller: pieces::address(pieces::field(value, "controller"))?,
        multibase: pieces::text(pieces::field(value, "publicKeyMultibase"))?,
    })
}

fn page(value: &Value) -> Option<Uri> {
    let html = |place: &&Value| place.get("mediaType").and_then(Value::as_str) == Some("text/html");
    pieces::list(value)
        .find(html)
        .and_then(pieces::place_of)
        .or_else(|| pieces::place_of(value))
}

fn profile_field(value: &Value) -> Option<ProfileField> {
    if value.get("type").and_then(Value::as_str)? != "PropertyValue" {
        return None;
    }
    Some(ProfileField {
        name: pieces::name(pieces::field(value, "name"))?,
        value: pieces::text(pieces::field(value, "value")).filter(|text| text.len() <= 2048)?,
    })
}

fn language(value: &Value) -> Option<String> {
    match value {
        Value::Object(fields) => pieces::text(fields.get("identifier")?),
        other => pieces::text(other),
    }
}
