//! Documents that other servers really send, read as an inbox and a fetcher would read them.
//!
//! They lie outside the project: a folder with an `index.json` that says, for each document, what a receiver has to do
//! with it. `KINDRED_WIRE_SAMPLES` names the folder. No document is treated in a way of its own here; what cannot be
//! read by the general rules counts as falling short.

use kindred_protocol::{
    html, nodeinfo, read,
    vocabulary::{
        ActorDoc, CollectionDoc, Document, Envelope, Identified, Incoming, Note, PostKind, Ref,
    },
    webfinger,
};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    panic::catch_unwind,
    path::{Path, PathBuf},
};

/// One line of the index.
#[derive(Deserialize)]
struct Sample {
    file: String,
    kind: String,
    expect: String,
    /// The outermost type, absent for documents of other formats.
    #[serde(rename = "type")]
    outer: Option<String>,
    /// What the document lacks although its kind should have it.
    #[serde(default)]
    missing: Vec<String>,
}

impl Sample {
    fn lacks(&self, what: &str) -> bool {
        self.missing.iter().any(|missing| missing == what)
    }
}

/// Why a document falls short, in a few words.
type Shortfall = String;

#[test]
fn wire_samples() {
    let folder = std::env::var_os("KINDRED_WIRE_SAMPLES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/wire-samples"),
        PathBuf::from,
    );
    let index = folder.join("index.json");
    if !index.exists() {
        assert!(
            std::env::var_os("CI").is_none(),
            "there are no wire samples at {}",
            folder.display()
        );
        println!(
            "SKIPPED: there are no wire samples at {}; set KINDRED_WIRE_SAMPLES",
            folder.display()
        );
        return;
    }
    let samples: Vec<Sample> = serde_json::from_slice(&fs::read(&index).unwrap()).unwrap();
    let mut short = Vec::new();
    let mut by_class: BTreeMap<&str, usize> = BTreeMap::new();
    for sample in &samples {
        *by_class.entry(&sample.expect).or_default() += 1;
        let outcome = fs::read(folder.join(&sample.file))
            .map_err(|error| error.to_string())
            .and_then(|body| {
                catch_unwind(|| judge(sample, &body))
                    .unwrap_or_else(|_| Err("it made the reader panic".into()))
            });
        if let Err(why) = outcome {
            println!("falls short: {} ({}): {why}", sample.file, sample.expect);
            short.push(&sample.file);
        }
    }
    println!(
        "{} documents read {by_class:?}, {} fall short",
        samples.len(),
        short.len()
    );
    assert!(!samples.is_empty(), "the index is empty");
    assert!(short.is_empty(), "{} documents fall short", short.len());
}

fn judge(sample: &Sample, body: &[u8]) -> Result<(), Shortfall> {
    if matches!(sample.kind.as_str(), "webfinger" | "nodeinfo") {
        return other_format(sample, body);
    }
    let value = read::json(body).map_err(|error| error.to_string())?;
    straight_twice(&value)?;
    by_class(sample, &value, body)?;
    for (what, variation) in variations(&value) {
        let body = variation.to_string();
        by_class(sample, &variation, body.as_bytes()).map_err(|why| format!("{what}: {why}"))?;
    }
    Ok(())
}

fn by_class(sample: &Sample, value: &Value, body: &[u8]) -> Result<(), Shortfall> {
    match sample.expect.as_str() {
        "accept" => accepted(sample, body),
        "resolve" => resolved(sample, value),
        "render" => rendered(sample, value),
        "ignore" => ignored(sample, body),
        "reject" => rejected(value),
        other => Err(format!("the class {other} is not known here")),
    }
}

/// The same document as another server might say it. A single value means the same as a list of one, and what we have
/// no word for is not in the way.
fn variations(value: &Value) -> Vec<(&'static str, Value)> {
    let mut strange = value.clone();
    if let Some(fields) = strange.as_object_mut() {
        fields.insert(
            "zebra".into(),
            serde_json::json!({"stripes": [null, {"id": 5}], "id": ""}),
        );
    }
    vec![
        ("with something unknown in it", strange),
        (
            "with lists of one",
            reshaped(value, &|one| match one {
                Value::Array(_) => one,
                one => Value::Array(vec![one]),
            }),
        ),
        (
            "without lists of one",
            reshaped(value, &|list| match list {
                Value::Array(mut items) if items.len() == 1 => items.remove(0),
                other => other,
            }),
        ),
    ]
}

/// Changes the shape of every property that may hold one value or many.
fn reshaped(value: &Value, shape: &dyn Fn(Value) -> Value) -> Value {
    const ONE_OR_MANY: [&str; 20] = [
        "type",
        "actor",
        "object",
        "target",
        "to",
        "cc",
        "audience",
        "tag",
        "attachment",
        "attributedTo",
        "url",
        "icon",
        "image",
        "inReplyTo",
        "location",
        "name",
        "content",
        "summary",
        "items",
        "orderedItems",
    ];
    match value {
        Value::Array(items) => items.iter().map(|item| reshaped(item, shape)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, field)| {
                let inner = if key == "@context" {
                    field.clone()
                } else {
                    reshaped(field, shape)
                };
                let field = if ONE_OR_MANY.contains(&key.as_str()) && !inner.is_null() {
                    shape(inner)
                } else {
                    inner
                };
                (key.clone(), field)
            })
            .collect(),
        other => other.clone(),
    }
}

/// What every document must bear: straightening it twice is straightening it once.
fn straight_twice(value: &Value) -> Result<(), Shortfall> {
    let once = read::prepass::straighten(value.clone());
    if read::prepass::straighten(once.clone()) == once {
        Ok(())
    } else {
        Err("straightening it twice changes it".into())
    }
}

fn accepted(sample: &Sample, body: &[u8]) -> Result<(), Shortfall> {
    let envelope = match read::envelope(body) {
        Ok(envelope) => envelope,
        Err(_) if sample.lacks("object") || sample.lacks("actor") => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    if let Incoming::Other { kind, .. } = &envelope.activity {
        return Err(format!("{kind} is not understood"));
    }
    let told = envelope
        .raw
        .get("id")
        .and_then(Value::as_str)
        .is_some_and(|id| id.contains("://"));
    if envelope.id.is_none() && told {
        return Err("its id was lost".into());
    }
    let peek = read::peek(body);
    if peek.id != envelope.id || peek.actor.as_ref() != Some(&envelope.actor) {
        return Err("a first look sees another id or actor than a full reading".into());
    }
    if envelope.raw != read::json(body).map_err(|error| error.to_string())? {
        return Err("it was not kept as received".into());
    }
    carries(&envelope)
}

/// What an activity is about must have come through.
fn carries(envelope: &Envelope) -> Result<(), Shortfall> {
    let named =
        |found: Option<()>| found.ok_or_else(|| format!("{} lost what it is about", envelope.kind));
    match &envelope.activity {
        Incoming::Create { objects } => objects.iter().try_for_each(|object| match object {
            Ref::Id(_) => Ok(()),
            Ref::Whole(note) => shown(note, true),
        }),
        Incoming::Announce { objects } => objects.iter().try_for_each(embedded),
        Incoming::Update { object }
        | Incoming::Add { object, .. }
        | Incoming::Remove { object, .. } => embedded(object),
        Incoming::Delete { whole, .. } => match whole.as_deref() {
            Some(whole) => named(whole.id().map(drop)),
            None => Ok(()),
        },
        Incoming::Undo(inner) => answered(inner),
        Incoming::Accept(answer) | Incoming::Reject(answer) | Incoming::Ignore(answer) => {
            answered(&answer.object)
        }
        Incoming::Flag { objects, .. } => named((!objects.is_empty()).then_some(())),
        Incoming::Move { target, .. } => {
            named((target.is_some() || envelope.raw.get("target").is_none()).then_some(()))
        }
        _ => Ok(()),
    }
}

/// An inner activity carries what it is about; one of a kind that we have no word for has no effect and need not.
fn answered(inner: &Ref<Envelope>) -> Result<(), Shortfall> {
    match inner {
        Ref::Id(_) => Ok(()),
        Ref::Whole(inner) => carries(inner),
    }
}

fn embedded(object: &Ref<Document>) -> Result<(), Shortfall> {
    match object.whole() {
        None => Ok(()),
        Some(Document::Activity(activity)) => carries(activity),
        Some(Document::Note(note)) => shown(note, true),
        Some(other) => other
            .id()
            .map(drop)
            .ok_or_else(|| "the embedded document lost its id".into()),
    }
}

fn resolved(sample: &Sample, value: &Value) -> Result<(), Shortfall> {
    let document = match read::document(value) {
        Ok(document) => document,
        Err(read::ReadError::Missing("id")) if sample.lacks("id") => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    match (sample.kind.as_str(), document) {
        ("actor", Document::Actor(actor)) => whole_actor(sample, &actor),
        ("collection", Document::Collection(collection)) => whole_collection(&collection, value),
        ("key", Document::Key(key)) => key
            .owner
            .map(drop)
            .ok_or_else(|| "the key lost its owner".into()),
        ("approval", Document::Approval(approval)) => approval
            .object
            .or(approval.target)
            .map(drop)
            .ok_or_else(|| "it does not say what it allows".into()),
        (kind @ ("actor" | "collection" | "key" | "approval"), found) => {
            Err(format!("not read as {kind} but as {}", word(&found)))
        }
        (_, found) => match found.id() {
            Some(_) => Ok(()),
            None => Err(format!("the {} lost its id", word(&found))),
        },
    }
}

fn whole_actor(sample: &Sample, actor: &ActorDoc) -> Result<(), Shortfall> {
    let parts = [
        ("inbox", actor.inbox.is_some()),
        ("preferredUsername", actor.preferred_username.is_some()),
        ("publicKey", actor.public_key.is_some()),
    ];
    for (part, found) in parts {
        if !found && !sample.lacks(part) {
            return Err(format!("{part} was lost"));
        }
    }
    if let Some(summary) = &actor.summary {
        harmless(&html::clean(summary))?;
    }
    // Read is not yet believed: what the rules of trust would refuse is told, and does not count here.
    if parts.iter().all(|(_, found)| *found)
        && let Err(fault) = actor.check()
    {
        println!("read, but not to be kept: {}: {fault}", sample.file);
    }
    Ok(())
}

fn whole_collection(collection: &CollectionDoc, value: &Value) -> Result<(), Shortfall> {
    let there = |key: &str| match value.get(key) {
        Some(Value::String(text)) => text.contains("://"),
        Some(Value::Array(items)) => items.iter().any(|item| !item.is_null()),
        Some(Value::Number(number)) => number.is_u64(),
        Some(found) => found.is_object(),
        None => false,
    };
    let checks = [
        (
            "items",
            (there("items") || there("orderedItems")) && collection.items.is_empty(),
        ),
        ("first", there("first") && collection.first.is_none()),
        ("next", there("next") && collection.next.is_none()),
        (
            "totalItems",
            there("totalItems") && collection.total_items.is_none(),
        ),
    ];
    for (part, lost) in checks {
        if lost {
            return Err(format!("{part} was lost"));
        }
    }
    Ok(())
}

fn rendered(sample: &Sample, value: &Value) -> Result<(), Shortfall> {
    let document = match read::document(value) {
        Ok(document) => document,
        Err(read::ReadError::Missing("id")) if sample.lacks("id") => return Ok(()),
        Err(error) => return Err(error.to_string()),
    };
    match (sample.kind.as_str(), document) {
        ("place", Document::Place(_)) | ("tombstone", Document::Tombstone(_)) => Ok(()),
        ("place" | "tombstone", found) => Err(format!("read as {}", word(&found))),
        (_, Document::Note(note)) => {
            let kind = match &note.kind {
                PostKind::Other(name) => name.clone(),
                known => format!("{known:?}"),
            };
            if sample.outer.as_ref().is_some_and(|outer| *outer != kind) {
                return Err(format!("read as a {kind}"));
            }
            shown(&note, !sample.lacks("attributedTo"))
        }
        (_, found) => Err(format!("read as {}", word(&found))),
    }
}

/// A post has what it needs to be shown, and shows nothing that runs.
fn shown(note: &Note, insist_on_author: bool) -> Result<(), Shortfall> {
    if note.attributed_to.is_empty() && note.author().is_none() && insist_on_author {
        return Err("its author was lost".into());
    }
    let told = |key: &str| {
        note.raw
            .get(key)
            .is_some_and(|value| value.as_str().is_some_and(|text| !text.trim().is_empty()))
    };
    let lost = [
        ("content", note.content.is_none()),
        ("name", note.name.is_none()),
        ("published", note.published.is_none()),
        ("inReplyTo", note.in_reply_to.is_none()),
        (
            "startTime",
            note.kind == PostKind::Event
                && note
                    .event
                    .as_ref()
                    .is_none_or(|event| event.starts_at.is_none()),
        ),
    ];
    for (part, lost) in lost {
        if lost && told(part) {
            return Err(format!("{part} was lost"));
        }
    }
    let addressed = note
        .raw
        .get("to")
        .or_else(|| note.raw.get("cc"))
        .is_some_and(|to| to.as_array().is_none_or(|to| !to.is_empty()));
    if addressed && note.recipients().next().is_none() {
        return Err("its recipients were lost".into());
    }
    if note.kind == PostKind::Question && note.poll.is_none() {
        return Err("its choices were lost".into());
    }
    for text in [&note.content, &note.summary].into_iter().flatten() {
        let cleaned = html::from_foreign(text, note.media_type.as_deref());
        harmless(&cleaned)?;
        if html::clean(&cleaned) != cleaned {
            return Err("cleaning it twice changes it".into());
        }
        let text = html::to_text(text, 200);
        if text.chars().count() > 200 {
            return Err("its preview is too long".into());
        }
    }
    Ok(())
}

/// Nothing in it runs, loads or decorates.
fn harmless(cleaned: &str) -> Result<(), Shortfall> {
    for tag in cleaned.split('<').skip(1) {
        let tag = tag
            .split('>')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let bad = [
            "script", "style", "iframe", "img", "form", "input", "object", "embed", "svg", "link",
            "meta",
        ]
        .iter()
        .any(|name| tag.split(|c: char| !c.is_ascii_alphanumeric()).next() == Some(name));
        let attributes = tag.split_once(' ').map_or("", |(_, attributes)| attributes);
        let runs = attributes
            .split_whitespace()
            .any(|part| part.starts_with("on") && part.contains('='))
            || attributes.contains("style=")
            || attributes.contains("javascript:")
            || attributes.contains("data:");
        if bad || runs {
            return Err(format!("its cleaned text still has <{tag}>"));
        }
    }
    Ok(())
}

fn ignored(sample: &Sample, body: &[u8]) -> Result<(), Shortfall> {
    match read::envelope(body) {
        Ok(envelope) => match envelope.activity {
            Incoming::Other { .. } => Ok(()),
            _ if refused(&envelope) => Ok(()),
            _ => Err(format!("{} would have an effect", envelope.kind)),
        },
        Err(_) if sample.lacks("actor") => Ok(()),
        // Something that is no activity at all has no effect either.
        Err(error) => match read::json(body).and_then(|value| read::document(&value)) {
            Ok(Document::Other { .. }) => Ok(()),
            _ => Err(error.to_string()),
        },
    }
}

/// Whether the rules of trust refuse an activity by looking alone.
fn refused(envelope: &Envelope) -> bool {
    let inner = |document: &Ref<Document>| matches!(document.whole(), Some(Document::Activity(activity)) if refused(activity));
    !envelope.is_consistent()
        || !envelope.takes_back_its_own()
        || !envelope.answers_for_itself()
        || match &envelope.activity {
            Incoming::Other { .. } => true,
            Incoming::Create { .. } | Incoming::Update { .. } => !envelope.vouches_for_its_object(),
            Incoming::Announce { objects } => objects.iter().any(inner),
            _ => false,
        }
}

/// What must have no effect is either not understood at all, or refused by what can be seen in it.
fn rejected(value: &Value) -> Result<(), Shortfall> {
    let refused = match read::document(value) {
        Err(_) | Ok(Document::Other { .. }) => true,
        Ok(Document::Activity(activity)) => refused(&activity),
        Ok(Document::Note(note)) => !note.is_at_home() || note.author().is_none(),
        Ok(Document::Actor(actor)) => actor.check().is_err(),
        Ok(Document::Key(key)) => key.owner.is_none_or(|owner| !owner.same_origin(&key.id)),
        Ok(_) => false,
    };
    if refused {
        Ok(())
    } else {
        Err("it is not refused".into())
    }
}

/// `WebFinger` and `NodeInfo`, by the readers of the client side.
fn other_format(sample: &Sample, body: &[u8]) -> Result<(), Shortfall> {
    if sample.kind == "nodeinfo" {
        let at = kindred_protocol::Uri::parse("https://peer.example/.well-known/nodeinfo")
            .map_err(|error| error.to_string())?;
        let told = nodeinfo::software(body).map(|told| !told.software.is_empty());
        return match (told, nodeinfo::listed(&at, body)) {
            (Ok(true), _) | (_, Ok(_)) => Ok(()),
            (_, Err(error)) => Err(error.to_string()),
        };
    }
    let found = webfinger::read(body);
    if sample.expect == "reject" {
        // A name at another host than the actor's is only taken when that host says the same.
        return match found {
            Ok(found)
                if found
                    .subject
                    .as_ref()
                    .is_some_and(|name| name.host == found.actor.host()) =>
            {
                Err("its name would be believed".into())
            }
            _ => Ok(()),
        };
    }
    let value = read::json(body).map_err(|error| error.to_string())?;
    let says_self = |link: &Value| link.get("rel").and_then(Value::as_str) == Some("self");
    let leads_somewhere = value
        .get("links")
        .and_then(Value::as_array)
        .is_some_and(|links| links.iter().any(says_self));
    let subject = value.get("subject").and_then(Value::as_str);
    let name = subject.is_some_and(|subject| subject.contains('@'));
    match found {
        Ok(found) if name && found.subject.is_none() => Err("its name was lost".into()),
        Ok(_) => Ok(()),
        // Servers of the time before ActivityPub name pages and feeds, but no actor.
        Err(_) if !leads_somewhere => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn word(document: &Document) -> String {
    match document {
        Document::Activity(activity) => format!("activity {}", activity.kind),
        Document::Note(note) => format!("post {:?}", note.kind),
        Document::Actor(actor) => format!("actor {:?}", actor.kind),
        Document::Collection(_) => "collection".into(),
        Document::Key(_) => "key".into(),
        Document::Tombstone(_) => "tombstone".into(),
        Document::Place(_) => "place".into(),
        Document::Approval(_) => "approval".into(),
        Document::Other { kind, .. } => format!("unknown {kind}"),
    }
}
