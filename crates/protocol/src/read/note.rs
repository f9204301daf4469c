//! Posts of every kind.
//!
//! Servers tell the same thing in many ways: one author or a list, one address or a `Link`, a text or a map of
//! languages. What is more than our limits is cut where a part still makes sense, and refused where it does not.

use super::{ReadError, document, event, pieces};
use crate::{
    limits::{ATTACHMENTS, CONTENT_BYTES, POLL_OPTIONS, RECIPIENTS, TAGS},
    uri::Uri,
    vocabulary::{
        Attachment, AttachmentKind, Note, PUBLIC, Poll, PollOption, PostKind, QuoteRule, Source,
        Tag,
    },
};
use activitystreams::{object::Object, prelude::*};
use serde::Deserialize;
use serde_json::Value;

/// A post of any type, in the types of the vocabulary.
type Typed = Object<String>;

/// Reads a post: `raw` as received, `clean` straightened.
pub(super) fn note(raw: &Value, clean: &Value) -> Result<Note, ReadError> {
    let typed =
        Typed::deserialize(clean).map_err(|error| ReadError::Malformed(error.to_string()))?;
    let get = |key: &str| pieces::field(clean, key);
    let id = document::own_id(raw, clean)?;
    let kind = kind_of(document::kind_of(clean));
    let language = language(clean);
    let content = limited(translated(clean, "content", language.as_deref()))?;
    let to = pieces::recipients(&pieces::things(typed.to()))?;
    let cc = pieces::recipients(&pieces::things(typed.cc()))?;
    if to.len() + cc.len() > RECIPIENTS {
        return Err(ReadError::TooMuch("recipients"));
    }
    let attributed_to = authors(
        &pieces::things(typed.attributed_to()),
        get("actor"),
        kind == PostKind::Event,
    );
    let places = pieces::things(typed.url());
    let mut attachments = attachments(&pieces::things(typed.attachment()));
    let link = link(&attachments, &kind, &places, &id);
    attachments.extend(files(&places, &kind));
    attachments.truncate(ATTACHMENTS);
    Ok(Note {
        name: pieces::name(get("name")).or_else(|| translated(clean, "name", language.as_deref())),
        content,
        media_type: typed.media_type().map(ToString::to_string),
        source: limited_source(get("source"))?,
        summary: limited(translated(clean, "summary", language.as_deref()))?,
        sensitive: pieces::flag(get("sensitive")).unwrap_or(false),
        in_reply_to: pieces::things(typed.in_reply_to())
            .iter()
            .find_map(pieces::address),
        context: pieces::first_address(get("context"))
            .or_else(|| pieces::first_address(get("contextHistory"))),
        conversation: pieces::text(get("conversation")),
        to,
        cc,
        audience: pieces::things(typed.audience())
            .iter()
            .filter_map(pieces::address)
            .chain(wall_owner(get("target")))
            .take(TAGS)
            .collect(),
        tags: tags(&pieces::things(typed.tag())),
        attachments,
        link,
        image: [typed.image(), typed.icon()]
            .into_iter()
            .flat_map(pieces::things)
            .find_map(|image| pieces::place_of(&image)),
        url: page(&places),
        published: pieces::moment(get("published")),
        updated: pieces::moment(get("updated")),
        poll: (kind == PostKind::Question).then(|| poll(clean)).flatten(),
        event: (kind == PostKind::Event).then(|| event::details(clean)),
        replies: pieces::things(typed.replies())
            .iter()
            .find_map(pieces::address),
        quote: [
            "quote",
            "quoteUrl",
            "quoteUri",
            "quoteURL",
            "_misskey_quote",
        ]
        .iter()
        .find_map(|key| pieces::place_or_id(get(key))),
        quote_authorization: pieces::place_or_id(get("quoteAuthorization")),
        quotes_unasked: get("quote").is_null(),
        quoting: quoting(pieces::field(get("interactionPolicy"), "canQuote")),
        boosting_refused: boosting_refused(get("interactionPolicy"), &attributed_to),
        comments_closed: pieces::flag(get("commentsEnabled")) == Some(false)
            || pieces::flag(get("locked")) == Some(true),
        language,
        attributed_to,
        kind,
        id,
        raw: raw.clone(),
    })
}

/// Whose wall a post is meant for: some name the collection it goes to, and its owner, instead of the group (FEP-400e).
fn wall_owner(target: &Value) -> Option<Uri> {
    pieces::only_address(pieces::field(target, "attributedTo"))
}

fn kind_of(name: &str) -> PostKind {
    match name {
        "Note" => PostKind::Note,
        "Page" => PostKind::Page,
        "Article" => PostKind::Article,
        "Question" => PostKind::Question,
        "Event" => PostKind::Event,
        "Video" => PostKind::Video,
        "Audio" => PostKind::Audio,
        "Image" => PostKind::Image,
        "ChatMessage" => PostKind::ChatMessage,
        other => PostKind::Other(other.to_owned()),
    }
}

fn limited(text: Option<String>) -> Result<Option<String>, ReadError> {
    match text {
        Some(text) if text.len() > CONTENT_BYTES => Err(ReadError::TooMuch("text")),
        other => Ok(other),
    }
}

pub(super) fn limited_source(value: &Value) -> Result<Option<Source>, ReadError> {
    let content = match value {
        Value::Object(fields) => fields
            .get("content")
            .and_then(Value::as_str)
            .map(str::to_owned),
        _ => None,
    };
    Ok(limited(content)?.map(|content| Source {
        content,
        media_type: pieces::text(pieces::field(value, "mediaType")),
    }))
}

/// The language a post says it is in: named, or the only one (or the one of the text itself) in a map.
fn language(clean: &Value) -> Option<String> {
    let get = |key: &str| pieces::field(clean, key);
    let tag = |value: &Value| {
        let tag = pieces::text(value)?;
        let sound = tag.len() <= 35
            && tag
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (sound && tag != "und").then_some(tag)
    };
    let named = match get("language") {
        Value::Object(fields) => fields.get("identifier").and_then(tag),
        other => tag(other),
    };
    named.or_else(|| tag(get("inLanguage"))).or_else(|| {
        let map = get("contentMap")
            .as_object()
            .filter(|map| !map.is_empty())?;
        let same = map.iter().find(|(_, text)| *text == get("content"));
        let (language, _) = same.or_else(|| map.iter().next())?;
        tag(&Value::String(language.clone()))
    })
}

/// A text, or its translation when there is only a map of languages.
fn translated(clean: &Value, key: &str, language: Option<&str>) -> Option<String> {
    pieces::text(pieces::field(clean, key)).or_else(|| {
        let map = pieces::field(clean, &format!("{key}Map")).as_object()?;
        language
            .and_then(|language| map.get(language))
            .and_then(pieces::text)
            .or_else(|| map.values().find_map(pieces::text))
    })
}

/// Who wrote it. Video servers list a person and a channel: people come first. Older servers say `actor`.
fn authors(items: &[Value], actor: &Value, event: bool) -> Vec<Uri> {
    let rank = |item: &Value| match item.get("type").and_then(Value::as_str) {
        Some("Person") => 0,
        None => 1,
        Some("Group") => 3,
        Some(_) => 2,
    };
    let mut items: Vec<&Value> = items.iter().collect();
    items.sort_by_key(|item| rank(item));
    let mut named: Vec<Uri> = Vec::new();
    for id in items.into_iter().filter_map(pieces::address) {
        if !named.contains(&id) && named.len() < ATTACHMENTS {
            named.push(id);
        }
    }
    // Of a meetup the actor is the person who runs it, kept apart from whom it is attributed to.
    if named.is_empty() && !event {
        named.extend(pieces::only_address(actor));
    }
    named
}

/// The page for people: a plain address, else the link that leads to HTML, else any.
fn page(places: &[Value]) -> Option<Uri> {
    let html = |place: &&Value| place.get("mediaType").and_then(Value::as_str) == Some("text/html");
    let plain = places
        .iter()
        .find(|place| place.is_string())
        .and_then(pieces::place_of);
    plain
        .or_else(|| places.iter().find(html).and_then(pieces::place_of))
        .or_else(|| places.iter().find_map(pieces::place_of))
}

/// The file of a video, sound or picture that is told as one of the addresses of the post.
fn files(places: &[Value], kind: &PostKind) -> Option<Attachment> {
    let wanted = match kind {
        PostKind::Video => AttachmentKind::Video,
        PostKind::Audio => AttachmentKind::Audio,
        PostKind::Image => AttachmentKind::Image,
        _ => return None,
    };
    places
        .iter()
        .filter(|place| place.is_object())
        .filter_map(attachment)
        .find(|file| file.kind == wanted)
}

/// What a link post links to. Old group servers put it where others put the page of the post.
fn link(attachments: &[Attachment], kind: &PostKind, places: &[Value], id: &Uri) -> Option<Uri> {
    let attached = attachments
        .iter()
        .find(|attachment| attachment.kind == AttachmentKind::Link);
    attached
        .map(|attachment| attachment.url.clone())
        .or_else(|| {
            let page = (*kind == PostKind::Page).then(|| page(places)).flatten()?;
            (!page.same_origin(id) && attachments.is_empty()).then_some(page)
        })
}

pub(super) fn tags(items: &[Value]) -> Vec<Tag> {
    items.iter().filter_map(tag).take(TAGS).collect()
}

fn tag(item: &Value) -> Option<Tag> {
    let hashtag = |name: &str, href: Option<Uri>| {
        let name = name.trim().trim_start_matches('#').to_owned();
        (!name.is_empty()).then_some(Tag::Hashtag { name, href })
    };
    if let Value::String(word) = item {
        return if word.starts_with("http") {
            None
        } else {
            hashtag(word, None)
        };
    }
    let name = pieces::name(pieces::field(item, "name"));
    let href = pieces::place_of(pieces::field(item, "href"));
    match item.get("type").and_then(Value::as_str) {
        Some("Mention") => Some(Tag::Mention { href: href?, name }),
        Some("Hashtag") => hashtag(&name?, href),
        Some("Emoji") => {
            let name = name?;
            let icon = pieces::place_of(pieces::field(item, "icon"));
            Some(Tag::Emoji {
                name: format!(":{}:", name.trim_matches(':')),
                icon,
            })
        }
        // Some forget the type.
        None if name.as_deref().is_some_and(|name| name.starts_with('@')) => {
            Some(Tag::Mention { href: href?, name })
        }
        None if name.as_deref().is_some_and(|name| name.starts_with('#')) => hashtag(&name?, href),
        _ => None,
    }
}

fn attachments(items: &[Value]) -> Vec<Attachment> {
    items
        .iter()
        .filter_map(attachment)
        .take(ATTACHMENTS)
        .collect()
}

fn attachment(item: &Value) -> Option<Attachment> {
    let get = |key: &str| pieces::field(item, key);
    let kind_name = item.get("type").and_then(Value::as_str).unwrap_or_default();
    if matches!(
        kind_name,
        "PropertyValue" | "Note" | "Hashtag" | "Mention" | "Emoji"
    ) {
        return None;
    }
    // The address may be a list of links to the same thing in several sizes; the first tells its media type too.
    let inner = pieces::list(get("url")).find(|place| place.is_object());
    let url = pieces::place_of(item)?;
    let media_type =
        pieces::text(get("mediaType")).or_else(|| pieces::text(pieces::field(inner?, "mediaType")));
    let size = |key: &str| pieces::count(get(key)).and_then(|size| u32::try_from(size).ok());
    let focus: Vec<f64> = pieces::list(get("focalPoint"))
        .filter_map(pieces::number)
        .collect();
    Some(Attachment {
        kind: attachment_kind(kind_name, media_type.as_deref()),
        url,
        // Some put the words into one, some into the other; the longer text is the description.
        alt: pieces::text(get("summary")).or_else(|| pieces::text(get("name"))),
        media_type,
        width: size("width"),
        height: size("height"),
        blurhash: pieces::text(get("blurhash")).filter(|hash| hash.len() <= 200 && hash.is_ascii()),
        focus: match focus.as_slice() {
            [x, y] if x.abs() <= 1.0 && y.abs() <= 1.0 => Some((*x, *y)),
            _ => None,
        },
    })
}

fn attachment_kind(name: &str, media_type: Option<&str>) -> AttachmentKind {
    match (name, media_type.and_then(|whole| whole.split('/').next())) {
        (_, Some("image")) | ("Image", None) => AttachmentKind::Image,
        (_, Some("video")) | ("Video", None) => AttachmentKind::Video,
        (_, Some("audio")) | ("Audio", None) => AttachmentKind::Audio,
        ("Link" | "Page", _) => AttachmentKind::Link,
        _ => AttachmentKind::File,
    }
}

fn poll(clean: &Value) -> Option<Poll> {
    let get = |key: &str| pieces::field(clean, key);
    let (choices, multiple) = match (get("anyOf"), get("oneOf")) {
        (Value::Null, one) => (one, false),
        (any, _) => (any, true),
    };
    let option = |item: &Value| {
        let votes = pieces::field(pieces::field(item, "replies"), "totalItems");
        Some(PollOption {
            title: pieces::name(pieces::field(item, "name"))?,
            votes: pieces::count(votes).unwrap_or(0),
        })
    };
    let options: Vec<PollOption> = pieces::list(choices)
        .filter_map(option)
        .take(POLL_OPTIONS)
        .collect();
    if options.is_empty() {
        return None;
    }
    let moment = |key: &str| pieces::moment(get(key));
    let closed_at = match get("closed") {
        Value::Bool(true) => moment("endTime")
            .or_else(|| moment("updated"))
            .or_else(|| moment("published")),
        other => pieces::moment(other),
    };
    Some(Poll {
        options,
        multiple,
        closes_at: moment("endTime").or(closed_at),
        closed_at,
        voters: pieces::count(get("votersCount")),
    })
}

/// Who may quote, in the words of FEP-044f and in GoToSocial's older ones.
fn quoting(rule: &Value) -> Option<QuoteRule> {
    let who = |names: [&str; 2]| {
        names
            .into_iter()
            .flat_map(|name| pieces::list(pieces::field(rule, name)))
            .filter_map(Value::as_str)
            .map(|who| if pieces::is_public(who) { PUBLIC } else { who }.to_owned())
            .take(TAGS)
            .collect()
    };
    rule.is_object().then(|| QuoteRule {
        automatic: who(["automaticApproval", "always"]),
        manual: who(["manualApproval", "approvalRequired"]),
    })
}

/// Whether the author lets nobody pass it on: there is a policy for boosts, and it names no one but the author.
fn boosting_refused(policy: &Value, authors: &[Uri]) -> bool {
    let rule = pieces::field(policy, "canAnnounce");
    let others = [
        "automaticApproval",
        "manualApproval",
        "always",
        "approvalRequired",
    ]
    .into_iter()
    .flat_map(|key| pieces::list(pieces::field(rule, key)))
    .filter_map(Value::as_str)
    .any(|who| pieces::is_public(who) || !authors.iter().any(|author| author.as_str() == who));
    rule.is_object() && !others
}
