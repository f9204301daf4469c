//! What readers in the fediverse are given: actors, posts, activities, WebFinger.
//!
//! Everything that needs a rule goes through [`crate::sight`]; what the asker may not see answers exactly like what does not exist.

mod collections;

pub use collections::{
    context, featured, featured_tags, followers, following, moderators, outbox, replies,
};

use kindred_protocol::{
    Uri,
    nodeinfo::{self, Facts, Version, WellKnown},
    webfinger::{Handle, Jrd, Resource},
    write,
};
use kindred_storage::{
    ActivityId, ActorKind, Conn, Direction, PostId, Visibility, activities,
    actors::{self, Actor},
    groups, posts,
    posts::Post,
};
use serde_json::{Map, Value, json};

use crate::{
    Error, Kindred, Refusal, Result,
    announce::keeping,
    guests, links, pages,
    settings::{Federation, SignUp},
    sight, speech,
    views::Viewer,
};

/// An answer to somebody who asked for a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// It is here.
    Here(Value),
    /// It was here: a tombstone.
    Gone(Value),
}

/// Which sort of actor lives at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// People and services, under `/p/`.
    Person,
    /// Groups, under `/g/`.
    Group,
}

impl Sort {
    fn fits(self, actor: &Actor) -> bool {
        match self {
            Self::Group => actor.kind == ActorKind::Group,
            Self::Person => matches!(
                actor.kind,
                ActorKind::Person | ActorKind::Service | ActorKind::Organization
            ),
        }
    }

    fn unknown(self) -> Refusal {
        match self {
            Self::Group => Refusal::NoSuchGroup,
            Self::Person => Refusal::NoSuchPerson,
        }
    }
}

/// The actor of this name here, whoever asks: keys have to be readable for everybody.
pub(crate) fn local(db: &mut Conn, sort: Sort, handle: &str) -> Result<Actor> {
    Ok(actors::by_handle(db, &handle.to_lowercase(), "")?
        .filter(|actor| sort.fits(actor))
        .ok_or_else(|| sort.unknown())?)
}

/// The document of a person or group here.
///
/// It is shown to everybody, closed groups too, since signatures are checked with the key in it; a closed group shows its card only.
pub async fn actor(kindred: &Kindred, sort: Sort, handle: &str) -> Result<Document> {
    federating(kindred)?;
    let handle = handle.to_owned();
    let app = kindred.clone();
    kindred
        .read(move |db| {
            let actor = local(db, sort, &handle)?;
            let group = groups::find(db, actor.id)?.map(|(group, _)| group);
            // That a room of the company is gone is the company's business, too.
            if group
                .as_ref()
                .is_some_and(|group| group.visibility == Visibility::Company)
            {
                return Err(sort.unknown().into());
            }
            if let Some(at) = actor.deleted_at {
                return Ok(Document::Gone(write::tombstone(
                    &actor.uri,
                    Some(wire_name(actor.kind)),
                    Some(at.0),
                )));
            }
            Ok(Document::Here(speech::actor(
                app.settings(),
                &actor,
                group.as_ref(),
            )))
        })
        .await
}

/// What a signature is checked with, and where letters go: the part of an actor's document that nobody is refused.
pub fn key_only(document: Document) -> Document {
    const KEPT: [&str; 10] = [
        "@context",
        "id",
        "type",
        "preferredUsername",
        "inbox",
        "outbox",
        "followers",
        "endpoints",
        "manuallyApprovesFollowers",
        "publicKey",
    ];
    match document {
        Document::Here(Value::Object(mut card)) => {
            card.retain(|name, _| KEPT.contains(&name.as_str()));
            Document::Here(Value::Object(card))
        }
        other => other,
    }
}

/// The document of the instance itself.
pub async fn service(kindred: &Kindred) -> Result<Value> {
    federating(kindred)?;
    let service = kindred.service().await?;
    Ok(speech::actor(kindred.settings(), service, None))
}

/// The collections of the instance's own actor, which are empty: it speaks for nobody.
pub fn service_collection(kindred: &Kindred, name: &str) -> Result<Value> {
    federating(kindred)?;
    let id = format!("{}/{name}", links::service(kindred.settings()));
    Ok(write::ordered_collection(&write::CollectionCard {
        id,
        ..write::CollectionCard::default()
    }))
}

/// A post here, as far as the asker may see it.
pub async fn post(kindred: &Kindred, viewer: &Viewer, id: PostId) -> Result<Document> {
    federating(kindred)?;
    let document = post_as_seen(kindred, viewer, id).await;
    if let (Err(Error::Refused(Refusal::NoSuchPost)), Viewer::Server(host)) = (&document, viewer)
        && guests::vouched_for(kindred, host, id).await?
    {
        let app = kindred.clone();
        return kindred
            .read(move |db| {
                let post = own_post(db, &app, id)?;
                let rows = sight::gather_spoken(db, &post)?;
                Ok(Document::Here(rows.spoken(&post).note(app.settings())))
            })
            .await;
    }
    document
}

async fn post_as_seen(kindred: &Kindred, viewer: &Viewer, id: PostId) -> Result<Document> {
    let viewer = viewer.clone();
    let app = kindred.clone();
    kindred
        .read(move |db| {
            let post = own_post(db, &app, id)?;
            if let Some(at) = post.deleted_at.or(post.removed_at) {
                // That something secret is gone is a secret too.
                return match post.visibility {
                    Visibility::Public | Visibility::Unlisted => Ok(Document::Gone(
                        write::tombstone(&post.uri, Some("Note"), Some(at.0)),
                    )),
                    _ => Err(Refusal::NoSuchPost.into()),
                };
            }
            let post = sight::of_post(db, &viewer, post)?;
            let rows = sight::gather_spoken(db, &post)?;
            Ok(Document::Here(rows.spoken(&post).note(app.settings())))
        })
        .await
}

fn own_post(db: &mut Conn, app: &Kindred, id: PostId) -> Result<Post> {
    let post = posts::find(db, id)?.filter(|post| app.settings().is_ours(&post.uri));
    post.ok_or_else(|| Refusal::NoSuchPost.into())
}

/// Something that was said here, word for word, as far as the asker may hear it.
pub async fn activity(kindred: &Kindred, viewer: &Viewer, id: ActivityId) -> Result<Document> {
    federating(kindred)?;
    let viewer = viewer.clone();
    let app = kindred.clone();
    kindred
        .read(move |db| {
            let said = activities::find(db, id)?
                .filter(|said| said.direction == Direction::Said)
                .ok_or(Refusal::NoSuchActivity)?;
            if !matches!(said.visibility, Visibility::Public | Visibility::Unlisted) {
                may_hear(db, &viewer, &said)?;
            }
            let mut body: Value = match &said.body {
                Some(_) => serde_json::from_str(&keeping::whole(said).unwrap_or_default())
                    .map_err(|error| {
                        Error::Broken(format!("activity {id} is unreadable: {error}"))
                    })?,
                None => collections::said_again(db, &app, &said)?,
            };
            if let Some(uri) = brought(&body).map(str::to_owned) {
                // What was taken back or taken down is not read at the address of the activity that once brought it, and what
                // was edited is read as it is now.
                let post = posts::by_uri(db, &uri)?
                    .filter(|post| post.deleted_at.is_none() && post.removed_at.is_none())
                    .ok_or(Refusal::NoSuchActivity)?;
                if post.edited_at.is_some() && app.settings().is_ours(&uri) {
                    let note = sight::gather_spoken(db, &post)?
                        .spoken(&post)
                        .note(app.settings());
                    say_as_now(&mut body, note);
                }
            }
            Ok(Document::Here(body))
        })
        .await
}

/// The address of the post whose words an activity carries, itself or in what it passes on.
fn brought(activity: &Value) -> Option<&str> {
    let mut inner = activity;
    while let Some(object) = inner.get("object").filter(|object| object.is_object()) {
        inner = object;
    }
    inner.get("content")?;
    inner.get("id")?.as_str()
}

/// Puts a post as it is now in the place of the older one that an activity carries.
fn say_as_now(activity: &mut Value, mut note: Value) {
    if let Some(fields) = note.as_object_mut() {
        fields.remove("@context");
    }
    let mut inner = activity;
    while inner.get("content").is_none() {
        match inner.get_mut("object").filter(|object| object.is_object()) {
            Some(object) => inner = object,
            None => return,
        }
    }
    *inner = note;
}

/// What is not for everybody is heard by those who may see the post that it is about, and by those it is addressed to.
fn may_hear(db: &mut Conn, viewer: &Viewer, said: &activities::Activity) -> Result<()> {
    let Viewer::Server(host) = viewer else {
        return Err(Refusal::NoSuchActivity.into());
    };
    let about = match &said.object_uri {
        Some(uri) => posts::by_uri(db, uri)?,
        None => None,
    };
    if let Some(post) = about
        && said.visibility != Visibility::Direct
    {
        return sight::of_post(db, viewer, post)
            .map(drop)
            .map_err(|_| Refusal::NoSuchActivity.into());
    }
    let addressed = said
        .body
        .as_deref()
        .and_then(|body| kindred_protocol::read::envelope(body.as_bytes()).ok())
        .is_some_and(|envelope| {
            envelope
                .recipients()
                .any(|who| Uri::parse(who).is_ok_and(|who| who.host() == host))
        });
    if addressed {
        Ok(())
    } else {
        Err(Refusal::NoSuchActivity.into())
    }
}

/// Who is meant by `acct:name@host` or by an address of ours.
pub async fn webfinger(kindred: &Kindred, resource: &str) -> Result<Value> {
    let resource: Resource = resource
        .parse()
        .map_err(|_| Refusal::NotUnderstood("ask for acct:name@host".into()))?;
    let app = kindred.clone();
    // Asked for by every server that hears a name for the first time: one question, and a second one for groups.
    kindred
        .read(move |db| {
            let settings = app.settings();
            let actor = match resource {
                Resource::Handle(handle) if handle.host != settings.host() => None,
                Resource::Handle(handle) if handle.name == settings.host_name() => {
                    actors::by_uri(db, &links::service(settings))?
                }
                Resource::Handle(handle) => actors::by_handle(db, &handle.name, "")?,
                Resource::Actor(uri) => {
                    actors::by_uri(db, uri.as_str())?.filter(|actor| actor.host.is_empty())
                }
            };
            let actor = actor
                .filter(|actor| actor.deleted_at.is_none())
                .ok_or(Refusal::NoSuchPerson)?;
            if actor.kind == ActorKind::Group
                && groups::visibility(db, actor.id)? == Some(Visibility::Company)
            {
                return Err(Refusal::NoSuchPerson.into());
            }
            let handle = Handle {
                name: actor.handle.clone(),
                host: settings.host().to_owned(),
            };
            let uri = Uri::parse(&actor.uri).map_err(Error::Protocol)?;
            let jrd = Jrd::of(&handle, &uri, &uri, wire_name(actor.kind));
            serde_json::to_value(jrd).map_err(|error| Error::Broken(error.to_string()))
        })
        .await
}

/// Which NodeInfo documents there are.
pub fn nodeinfo_links(kindred: &Kindred) -> Result<Value> {
    let service = Uri::parse(&links::service(kindred.settings())).map_err(Error::Protocol)?;
    serde_json::to_value(WellKnown::of(&kindred.settings().origin, &service))
        .map_err(|error| Error::Broken(error.to_string()))
}

/// What this instance is, with its sums.
pub async fn nodeinfo(kindred: &Kindred, version: Version) -> Result<Value> {
    let about = pages::about(kindred).await?;
    let settings = kindred.settings();
    let mut metadata = Map::new();
    metadata.insert("nodeName".into(), json!(settings.name));
    if let Some(company) = &settings.company {
        metadata.insert("company".into(), json!(company));
    }
    let count = |sum: i64| u64::try_from(sum).unwrap_or(0);
    let facts = Facts {
        version: settings.version.to_owned(),
        repository: settings.source_url.clone(),
        homepage: settings.origin.clone(),
        open_registrations: settings.sign_up == SignUp::Open,
        users_total: count(about.people),
        users_month: count(about.active_month),
        users_halfyear: count(about.active_half_year),
        posts: count(about.posts),
        comments: count(about.comments),
        metadata,
    };
    Ok(nodeinfo::document(version, &facts))
}

pub(crate) fn federating(kindred: &Kindred) -> Result<(), Refusal> {
    if kindred.settings().federation == Federation::Off {
        Err(Refusal::FederationOff)
    } else {
        Ok(())
    }
}

fn wire_name(kind: ActorKind) -> &'static str {
    match kind {
        ActorKind::Person => "Person",
        ActorKind::Group => "Group",
        ActorKind::Service => "Service",
        ActorKind::Application => "Application",
        ActorKind::Organization => "Organization",
    }
}
