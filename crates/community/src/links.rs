//! The addresses of this instance. They are ids for ever: change nothing here without keeping the old ones alive.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kindred_storage::{ActivityId, ActorKind, PostId, actors::Actor};

use crate::settings::Settings;

/// The address of a person here.
pub fn person(settings: &Settings, handle: &str) -> String {
    format!("{}/p/{handle}", settings.origin)
}

/// The address of a group here.
pub fn group(settings: &Settings, handle: &str) -> String {
    format!("{}/g/{handle}", settings.origin)
}

/// The address of an actor here, by its kind.
pub fn actor(settings: &Settings, kind: ActorKind, handle: &str) -> String {
    match kind {
        ActorKind::Group => group(settings, handle),
        ActorKind::Application => service(settings),
        ActorKind::Person | ActorKind::Service | ActorKind::Organization => {
            person(settings, handle)
        }
    }
}

/// The address of the instance's own actor.
pub fn service(settings: &Settings) -> String {
    format!("{}/actor", settings.origin)
}

/// The inbox that everybody here shares.
pub fn shared_inbox(settings: &Settings) -> String {
    format!("{}/inbox", settings.origin)
}

/// The address of a post.
pub fn post(settings: &Settings, id: PostId) -> String {
    format!("{}/o/{id}", settings.origin)
}

/// The address of an activity.
pub fn activity(settings: &Settings, id: ActivityId) -> String {
    format!("{}/a/{id}", settings.origin)
}

/// The address of the stamp that lets one post quote another.
pub fn stamp(settings: &Settings, quoted: PostId, quoting: PostId) -> String {
    format!("{}/o/{quoted}/quotes/{quoting}", settings.origin)
}

/// The collection of a conversation, by the post that started it.
pub fn context(settings: &Settings, starter: PostId) -> String {
    format!("{}/o/{starter}/context", settings.origin)
}

/// The page at which somebody finds out what they were invited to.
pub fn invitation(settings: &Settings, handle: &str, token: &str) -> String {
    format!("{}/join/{token}", group(settings, handle))
}

/// The page of a topic.
pub fn topic(settings: &Settings, slug: &str) -> String {
    format!("{}/topics/{slug}", settings.origin)
}

/// A drawn face for those who have no picture; a group has an emblem.
pub fn avatar(settings: &Settings, actor: &Actor) -> String {
    let mark = if actor.kind == ActorKind::Group {
        ".group"
    } else {
        ""
    };
    format!("{}/avatars/{}{mark}.png", settings.origin, actor.handle)
}

/// The address of a file that was uploaded here.
pub fn file(settings: &Settings, file: &str) -> String {
    format!("{}/media/{file}", settings.origin)
}

/// Where people here find a picture or a film of another server: at a copy of ours, so that its server does not learn who looks.
///
/// The address is sealed, or anybody could have us fetch anything.
pub fn copy(settings: &Settings, url: &str) -> String {
    let mark = settings.seal.mark(url).filter(|_| !settings.is_ours(url));
    match mark {
        Some(mark) => format!(
            "{}/media/remote/{mark}/{}",
            settings.origin,
            BASE64_URL_SAFE_NO_PAD.encode(url)
        ),
        None => url.to_owned(),
    }
}

/// The address of another server in the last two parts of a sealed one.
pub fn copied(settings: &Settings, mark: &str, address: &str) -> Option<String> {
    let url = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(address).ok()?).ok()?;
    settings.seal.is_on(&url, mark).then_some(url)
}

/// The name of the file at an address of ours.
pub fn file_name<'a>(settings: &Settings, url: &'a str) -> Option<&'a str> {
    url.strip_prefix(settings.origin.as_str())?
        .strip_prefix("/media/")
        .filter(|file| !file.contains('/'))
}

/// The number in the address of a post of ours.
pub fn post_id(settings: &Settings, uri: &str) -> Option<PostId> {
    uri.strip_prefix(settings.origin.as_str())?
        .strip_prefix("/o/")?
        .parse()
        .ok()
        .map(PostId)
}

/// `rust` for somebody here, `bo@far.example` for somebody elsewhere.
pub fn acct(actor: &Actor) -> String {
    if actor.host.is_empty() {
        actor.handle.clone()
    } else {
        format!("{}@{}", actor.handle, actor.host)
    }
}

/// `rust@kindred.example`, wherever it is.
pub fn full_acct(settings: &Settings, actor: &Actor) -> String {
    let host = if actor.host.is_empty() {
        settings.host()
    } else {
        actor.host.as_str()
    };
    format!("{}@{host}", actor.handle)
}

/// The number in the address of an activity of ours.
pub fn activity_id(settings: &Settings, uri: &str) -> Option<ActivityId> {
    uri.strip_prefix(settings.origin.as_str())?
        .strip_prefix("/a/")?
        .parse()
        .ok()
        .map(ActivityId)
}
