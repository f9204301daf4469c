//! Collections: outboxes, followers, moderators, pinned posts, conversations.
//!
//! Followers are counted, never named. Everything else lists what the asker may see.

use kindred_protocol::{
    Uri,
    vocabulary::PUBLIC,
    write::{self, ActivityCard, CollectionCard, PageCard, TagCard},
};
use kindred_storage::{
    ActorId, ActorKind, Conn, Page, PostId, Visibility,
    activities::{self, Activity},
    actors::{self, Actor},
    boosts::{self, Boost},
    groups, memberships,
    posts::{self, Post},
    timelines,
};
use serde_json::{Value, json};

use super::{Sort, federating, local, own_post};
use crate::{
    Kindred, Refusal, Result,
    announce::room,
    policy::Place,
    sight::{self, gather_spoken},
    speech,
    timelines::entries_of,
    views::{Entry, Viewer},
};

/// Entries on a page of a collection.
const PAGE: i64 = 50;

/// The most posts of a conversation that are listed.
const LONGEST: i64 = 1_000;

/// Entries that an outbox shows at once: Lemmy reads no further page.
const OUTBOX: i64 = 20;

fn total(count: i32) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// A local actor whose collections the viewer may see.
fn seen(db: &mut Conn, viewer: &Viewer, sort: Sort, handle: &str) -> Result<Actor> {
    let actor = local(db, sort, handle)?;
    if let Some((group, _)) = groups::find(db, actor.id)?
        && !sight::of_group(db, viewer, &group)?
    {
        return Err(sort.unknown().into());
    }
    if actor.deleted_at.is_some() {
        return Err(Refusal::Gone.into());
    }
    Ok(actor)
}

/// Who follows: how many, never who.
///
/// Of a group that is for members, a server that may see it can ask with `is_follower` whether there are members where that actor
/// lives; if there are none, the answer is that there is nothing here.
pub async fn followers(
    kindred: &Kindred,
    viewer: &Viewer,
    sort: Sort,
    handle: &str,
    is_follower: Option<String>,
) -> Result<Value> {
    if let Some(actor) = is_follower {
        have_members(kindred, viewer, sort, handle, actor).await?;
    }
    counted(kindred, viewer, sort, handle, "followers", |actor| {
        actor.followers_count
    })
    .await
}

/// Refuses when no member of a closed group lives where this actor does.
async fn have_members(
    kindred: &Kindred,
    viewer: &Viewer,
    sort: Sort,
    handle: &str,
    actor: String,
) -> Result<()> {
    federating(kindred)?;
    let (viewer, handle) = (viewer.clone(), handle.to_owned());
    kindred
        .read(move |db| {
            let face = seen(db, &viewer, sort, &handle)?;
            let closed =
                groups::visibility(db, face.id)?.is_some_and(|word| word == Visibility::Members);
            if !closed {
                return Err(Refusal::NotUnderstood(
                    "only groups that are for members tell who follows".into(),
                )
                .into());
            }
            let host = Uri::parse(&actor).map_err(|_| Refusal::NoSuchPerson)?;
            if memberships::any_from_host(db, face.id, host.host())? {
                Ok(())
            } else {
                Err(Refusal::NoSuchPerson.into())
            }
        })
        .await
}

/// Whom it follows: how many, never whom.
pub async fn following(
    kindred: &Kindred,
    viewer: &Viewer,
    sort: Sort,
    handle: &str,
) -> Result<Value> {
    counted(kindred, viewer, sort, handle, "following", |actor| {
        actor.following_count
    })
    .await
}

async fn counted(
    kindred: &Kindred,
    viewer: &Viewer,
    sort: Sort,
    handle: &str,
    name: &'static str,
    count: fn(&Actor) -> i32,
) -> Result<Value> {
    federating(kindred)?;
    let (viewer, handle) = (viewer.clone(), handle.to_owned());
    kindred
        .read(move |db| {
            let actor = seen(db, &viewer, sort, &handle)?;
            let card = CollectionCard {
                id: format!("{}/{name}", actor.uri),
                total_items: total(count(&actor)),
                ..CollectionCard::default()
            };
            Ok(write::collection(&card))
        })
        .await
}

/// Who moderates a group.
pub async fn moderators(kindred: &Kindred, viewer: &Viewer, handle: &str) -> Result<Value> {
    federating(kindred)?;
    let (viewer, handle) = (viewer.clone(), handle.to_owned());
    kindred
        .read(move |db| {
            let group = seen(db, &viewer, Sort::Group, &handle)?;
            let items: Vec<Value> = memberships::moderators(db, group.id)?
                .into_iter()
                .map(|(_, actor)| json!(actor.uri))
                .collect();
            let card = CollectionCard {
                id: format!("{}/moderators", group.uri),
                total_items: items.len() as u64,
                items,
                ..CollectionCard::default()
            };
            Ok(write::ordered_collection(&card))
        })
        .await
}

/// The pinned posts, whole: Lemmy wants them so, others take them too.
pub async fn featured(
    kindred: &Kindred,
    viewer: &Viewer,
    sort: Sort,
    handle: &str,
) -> Result<Value> {
    federating(kindred)?;
    let (viewer, handle) = (viewer.clone(), handle.to_owned());
    let app = kindred.clone();
    kindred
        .read(move |db| {
            let actor = seen(db, &viewer, sort, &handle)?;
            let pinned = match sort {
                Sort::Group => posts::pinned_in_group(db, actor.id)?,
                Sort::Person => posts::pinned_by_author(db, actor.id)?,
            };
            let mut items = Vec::new();
            for post in sight::of_posts(db, &viewer, pinned)? {
                items.push(gather_spoken(db, &post)?.spoken(&post).note(app.settings()));
            }
            let card = CollectionCard {
                id: format!("{}/featured", actor.uri),
                total_items: items.len() as u64,
                items,
                ..CollectionCard::default()
            };
            Ok(write::ordered_collection(&card))
        })
        .await
}

/// The topics on an actor's page, where Mastodon looks for them: those that a person tells everybody, those that a group is about.
pub async fn featured_tags(
    kindred: &Kindred,
    viewer: &Viewer,
    sort: Sort,
    handle: &str,
) -> Result<Value> {
    federating(kindred)?;
    let (viewer, handle) = (viewer.clone(), handle.to_owned());
    let app = kindred.clone();
    kindred
        .read(move |db| {
            let actor = seen(db, &viewer, sort, &handle)?;
            let shown = match actor.suspended_at {
                Some(_) => Vec::new(),
                None => speech::featured_tags(app.settings(), &actor),
            };
            let card = CollectionCard {
                id: speech::featured_tags_uri(&actor),
                total_items: shown.len() as u64,
                items: shown.iter().map(TagCard::to_value).collect(),
                ..CollectionCard::default()
            };
            Ok(write::collection(&card))
        })
        .await
}

/// What an actor said, newest first. A group's outbox holds what it passed on, embedded, as the threadiverse reads it.
pub async fn outbox(
    kindred: &Kindred,
    viewer: &Viewer,
    sort: Sort,
    handle: &str,
    before: Option<i64>,
    page: bool,
) -> Result<Value> {
    federating(kindred)?;
    let (viewer, handle) = (viewer.clone(), handle.to_owned());
    let (app, now) = (kindred.clone(), kindred.now());
    kindred
        .read(move |db| {
            let actor = seen(db, &viewer, sort, &handle)?;
            let id = format!("{}/outbox", actor.uri);
            let wanted = Page {
                before,
                limit: OUTBOX,
                ..Page::default()
            };
            let rows = match sort {
                Sort::Group => timelines::boosted_by(db, actor.id, &wanted)?,
                Sort::Person => timelines::author_page(db, actor.id, &wanted)?,
            };
            let more = i64::try_from(rows.len()).unwrap_or(0) == OUTBOX;
            let last = rows.last().map(|row| row.entry_id.0);
            let mut items = Vec::with_capacity(rows.len());
            for entry in entries_of(db, &viewer, now, Place::PageOf(actor.id), rows)? {
                items.push(said(db, &app, &actor, &entry)?);
            }
            let next = last
                .filter(|_| more)
                .map(|last| format!("{id}?page=true&max_id={last}"));
            if page {
                let at = before
                    .map(|before| format!("&max_id={before}"))
                    .unwrap_or_default();
                let card = PageCard {
                    id: format!("{id}?page=true{at}"),
                    part_of: id,
                    items,
                    next,
                    ..PageCard::default()
                };
                return Ok(write::page(&card));
            }
            let card = CollectionCard {
                first: Some(json!(format!("{id}?page=true"))),
                id,
                total_items: total(actor.posts_count),
                items,
                ..CollectionCard::default()
            };
            Ok(write::ordered_collection(&card))
        })
        .await
}

/// An entry of a timeline as the activity that put it there.
fn said(db: &mut Conn, app: &Kindred, actor: &Actor, entry: &Entry) -> Result<Value> {
    let post = &entry.view.post;
    let Some((boost, _)) = &entry.boost else {
        return create(db, app, post);
    };
    let id = boost
        .relay_uri
        .as_ref()
        .filter(|_| app.settings().is_ours(&post.uri))
        .unwrap_or(&boost.uri);
    passed_on(db, app, actor, post, boost, id)
}

/// A post passed on, as it is said at this of the two addresses of the boost.
fn passed_on(
    db: &mut Conn,
    app: &Kindred,
    actor: &Actor,
    post: &Post,
    boost: &Boost,
    id: &str,
) -> Result<Value> {
    let mut card = match actor.kind {
        ActorKind::Group => room(actor, post.visibility, id.to_owned(), boost.created_at.0),
        _ => ActivityCard {
            id: id.to_owned(),
            actor: actor.uri.clone(),
            published: Some(boost.created_at.0),
            to: vec![PUBLIC.to_owned()],
            cc: actor.followers_uri.clone().into_iter().collect(),
            audience: None,
        },
    };
    let relayed = boost.relay_uri.as_deref() == Some(id);
    if relayed && app.settings().is_ours(&post.uri) {
        card.audience = Some(actor.uri.clone());
        let inner = create(db, app, post)?;
        return Ok(write::announce_activity(&card, &inner));
    }
    // The words of people elsewhere are theirs: they are named by address, and read there.
    Ok(write::announce_object(&card, &post.uri))
}

/// What was passed on and is not kept word by word, because nobody elsewhere heard of it: as it would be said now.
pub(super) fn said_again(db: &mut Conn, app: &Kindred, said: &Activity) -> Result<Value> {
    let actor = match said.actor_id {
        Some(id) => actors::find(db, id)?,
        None => None,
    };
    let post = match &said.object_uri {
        Some(uri) => posts::by_uri(db, uri)?.filter(Post::is_standing),
        None => None,
    };
    let (Some(actor), Some(post)) = (actor, post) else {
        return Err(Refusal::NoSuchActivity.into());
    };
    let boost = boosts::find(db, actor.id, post.id)?
        .filter(|boost| boost.undone_at.is_none())
        .filter(|boost| boost.uri == said.uri || boost.relay_uri.as_ref() == Some(&said.uri))
        .ok_or(Refusal::NoSuchActivity)?;
    passed_on(db, app, &actor, &post, &boost, &said.uri)
}

/// The activity by which a post of ours was published: as it was said then, or as it would be said now.
fn create(db: &mut Conn, app: &Kindred, post: &Post) -> Result<Value> {
    let known = activities::about(db, post.author_id, "Create", &post.uri)?.pop();
    let rows = gather_spoken(db, post)?;
    let spoken = rows.spoken(post);
    let addresses = spoken.addresses();
    let card = ActivityCard {
        id: known.map_or_else(|| format!("{}#create", post.uri), |said| said.uri),
        actor: spoken.author.uri.clone(),
        published: Some(post.published_at.0),
        to: addresses.to,
        cc: addresses.cc,
        audience: addresses.audience,
    };
    Ok(write::create(&card, &spoken.note(app.settings())))
}

/// The direct answers to a post, oldest first, by address.
pub async fn replies(
    kindred: &Kindred,
    viewer: &Viewer,
    id: PostId,
    after: Option<i64>,
) -> Result<Value> {
    listed(kindred, viewer, id, after, "replies", |db, post| {
        Ok(posts::replies(db, post.id, &Page::first(LONGEST))?)
    })
    .await
}

/// A whole conversation, oldest first, by address (FEP-7888).
pub async fn context(
    kindred: &Kindred,
    viewer: &Viewer,
    id: PostId,
    after: Option<i64>,
) -> Result<Value> {
    listed(kindred, viewer, id, after, "context", |db, post| {
        Ok(posts::thread(db, post.root_id, LONGEST)?)
    })
    .await
}

async fn listed(
    kindred: &Kindred,
    viewer: &Viewer,
    id: PostId,
    after: Option<i64>,
    name: &'static str,
    find: fn(&mut Conn, &Post) -> Result<Vec<Post>>,
) -> Result<Value> {
    federating(kindred)?;
    let viewer = viewer.clone();
    let app = kindred.clone();
    kindred
        .read(move |db| {
            let post = own_post(db, &app, id)?;
            let post = sight::of_post(db, &viewer, post)?;
            let found = find(db, &post)?;
            let all = sight::of_posts(db, &viewer, found)?;
            let id = format!("{}/{name}", post.uri);
            let rest: Vec<&Post> = all
                .iter()
                .filter(|post| after.is_none_or(|after| post.id.0 > after))
                .collect();
            let shown = &rest[..rest.len().min(usize::try_from(PAGE).unwrap_or(50))];
            let next = (rest.len() > shown.len())
                .then(|| shown.last().map(|post| format!("{id}?after={}", post.id)))
                .flatten();
            let page = PageCard {
                id: after.map_or_else(
                    || format!("{id}?after=0"),
                    |after| format!("{id}?after={after}"),
                ),
                part_of: id.clone(),
                items: shown.iter().map(|post| json!(post.uri)).collect(),
                next,
                ..PageCard::default()
            };
            if after.is_some() {
                return Ok(write::page(&page));
            }
            let group = match post.group_id {
                Some(group) => uri_of(db, group)?,
                None => None,
            };
            let owner = match &group {
                Some(group) => Some(group.clone()),
                None => uri_of(db, post.author_id)?,
            };
            let card = CollectionCard {
                total_items: all.len() as u64,
                first: Some(write::page(&page)),
                attributed_to: owner,
                audience: group,
                id,
                ..CollectionCard::default()
            };
            Ok(write::ordered_collection(&card))
        })
        .await
}

fn uri_of(db: &mut Conn, id: ActorId) -> Result<Option<String>> {
    Ok(kindred_storage::actors::find(db, id)?.map(|actor| actor.uri))
}
