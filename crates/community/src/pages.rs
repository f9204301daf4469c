//! What pages for people show, gathered in one read each.

mod topic;

pub use topic::{TopicPage, topic};

use std::collections::{HashMap, HashSet};

use kindred_storage::{
    ActorId, ActorKind, Conn, Moment, Page, PostId, accounts,
    actors::{self, Actor},
    groups, instances, memberships, passions,
    posts::{self, Post},
};

use crate::{
    Kindred, Refusal, Result, catch_up, links, membership,
    passions::circles_of,
    policy::{self, Place},
    posts::meant,
    sections, sight,
    timelines::{USUAL, Wanted, page_of_actor},
    views::{
        About, Entry, FrontPage, GroupPage, GroupTeaser, PersonPage, PostView, ThreadPage, Viewer,
    },
};

/// Groups on the front page.
const TEASERS: i64 = 60;

/// The front page.
pub async fn front(kindred: &Kindred, viewer: &Viewer) -> Result<FrontPage> {
    let viewer = viewer.clone();
    let about = about(kindred).await?;
    kindred
        .read(move |db| {
            let mut teasers = Vec::new();
            for (group, actor) in groups::liveliest(db, TEASERS)? {
                if sight::of_group(db, &viewer, &group)? {
                    teasers.push(GroupTeaser {
                        topics: actor.topics.to_vec(),
                        actor,
                    });
                }
            }
            Ok(FrontPage {
                groups: teasers,
                about,
            })
        })
        .await
}

const MONTH: std::time::Duration = std::time::Duration::from_hours(30 * 24);

fn sums(db: &mut Conn, month_ago: Moment, half_year_ago: Moment) -> Result<About> {
    let (posts, comments) = posts::count_public(db)?;
    Ok(About {
        people: accounts::count(db)?,
        active_month: accounts::count_seen(db, month_ago)?,
        active_half_year: accounts::count_seen(db, half_year_ago)?,
        groups: groups::count_public(db)?,
        posts,
        comments,
        instances: instances::count(db)?,
    })
}

/// Sums over the instance. Counting takes time, so they may be ten seconds old.
pub async fn about(kindred: &Kindred) -> Result<About> {
    if let Some(known) = kindred.keys().about.get(&()) {
        return Ok(known);
    }
    let month_ago = kindred.now().minus(MONTH);
    let half_year_ago = kindred.now().minus(MONTH * 6);
    let about = kindred
        .read_apart(move |db| sums(db, month_ago, half_year_ago))
        .await?;
    kindred.keys().about.insert((), about);
    Ok(about)
}

/// Refuses to show who is gone, or held back by those who keep this server.
fn must_stand(actor: &Actor) -> Result<(), Refusal> {
    match (actor.deleted_at, actor.suspended_at) {
        (Some(_), _) => Err(Refusal::Gone),
        (None, Some(_)) => Err(Refusal::Suspended),
        (None, None) => Ok(()),
    }
}

/// A group's page.
pub async fn group(
    kindred: &Kindred,
    viewer: &Viewer,
    handle: &str,
    before: Option<i64>,
) -> Result<GroupPage> {
    let (viewer, now, handle) = (viewer.clone(), kindred.now(), handle.to_lowercase());
    kindred
        .read(move |db| {
            let (group, actor) = groups::by_handle(db, &handle, "")?.ok_or(Refusal::NoSuchGroup)?;
            if !sight::of_group(db, &viewer, &group)? {
                return Err(Refusal::NoSuchGroup.into());
            }
            must_stand(&actor)?;
            let (entries, older) = timeline(db, &viewer, now, &actor, before)?;
            Ok(GroupPage {
                organisers: memberships::moderators(db, actor.id)?,
                followers: i64::from(actor.followers_count),
                topics: actor.topics.to_vec(),
                standing: viewer
                    .actor()
                    .map(|who| membership::standing_of(db, now, who, actor.id))
                    .transpose()?,
                actor,
                group,
                entries,
                older,
            })
        })
        .await
}

/// A person's page.
pub async fn person(
    kindred: &Kindred,
    viewer: &Viewer,
    handle: &str,
    before: Option<i64>,
) -> Result<PersonPage> {
    let (viewer, now, handle) = (viewer.clone(), kindred.now(), handle.to_lowercase());
    kindred
        .read(move |db| {
            let actor = actors::by_handle(db, &handle, "")?
                .filter(|actor| !matches!(actor.kind, ActorKind::Group | ActorKind::Application))
                .ok_or(Refusal::NoSuchPerson)?;
            must_stand(&actor)?;
            let mut rooms = Vec::new();
            for (group, face) in groups::of_member(db, actor.id)? {
                if sight::of_group(db, &viewer, &group)? {
                    rooms.push(face);
                }
            }
            let (entries, older) = timeline(db, &viewer, now, &actor, before)?;
            let circles = circles_of(db, &viewer, actor.id)?;
            Ok(PersonPage {
                cares: passions::of_person(db, actor.id, &circles)?,
                actor,
                groups: rooms,
                entries,
                older,
            })
        })
        .await
}

fn timeline(
    db: &mut Conn,
    viewer: &Viewer,
    now: Moment,
    actor: &Actor,
    before: Option<i64>,
) -> Result<(Vec<Entry>, Option<i64>)> {
    let page = Page {
        before,
        limit: USUAL,
        ..Page::default()
    };
    let wanted = Wanted {
        replies: false,
        ..Wanted::default()
    };
    let section = page_of_actor(db, viewer, now, actor.id, page, &wanted)?;
    let older = section
        .ends
        .map(|(_, oldest)| oldest)
        .filter(|_| section.more);
    Ok((section.items, older))
}

/// The most posts of a conversation that are shown.
const LONGEST_THREAD: i64 = 1_000;

/// The conversation around a post.
pub async fn thread(kindred: &Kindred, viewer: &Viewer, id: PostId) -> Result<ThreadPage> {
    let page = known_thread(kindred, viewer, id).await?;
    // A stranger's click sends us nowhere.
    if viewer.actor().is_some() {
        let starter = page.starter();
        catch_up::thread_opened(kindred, &starter.post, &starter.author).await?;
    }
    Ok(page)
}

async fn known_thread(kindred: &Kindred, viewer: &Viewer, id: PostId) -> Result<ThreadPage> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    kindred
        .read(move |db| {
            let focus = meant(db, id)?.ok_or(Refusal::NoSuchPost)?;
            // That something secret is gone is a secret too.
            if focus.deleted_at.is_some() && !policy::needs_ties(focus.visibility) {
                return Err(Refusal::Gone.into());
            }
            let focus = sight::of_post(db, &viewer, focus)?;
            let all = posts::thread(db, focus.root_id, LONGEST_THREAD)?;
            let all = sight::of_posts(db, &viewer, all)?;
            let authors: HashSet<ActorId> = all.iter().map(|post| post.author_id).collect();
            let authors: Vec<ActorId> = authors.into_iter().collect();
            let mut away = sections::kept_away(db, &viewer, now, Place::Open, &authors)?;
            away.extend(sections::silenced(db, &viewer, &authors)?);
            // What others answered to those who are not heard stays in its place.
            let mut above = ancestors(&all, &focus);
            above.retain(|post| !away.contains(&post.author_id));
            let mut below = descendants(&all, &focus);
            below.retain(|(_, post)| !away.contains(&post.author_id));
            let mut wanted: Vec<Post> = above.iter().map(|post| (*post).clone()).collect();
            wanted.push(focus.clone());
            wanted.extend(below.iter().map(|(_, post)| (*post).clone()));
            let mut views: HashMap<PostId, PostView> = sight::views(db, &viewer, wanted)?
                .into_iter()
                .map(|view| (view.post.id, view))
                .collect();
            let page = ThreadPage {
                ancestors: above
                    .iter()
                    .filter_map(|post| views.remove(&post.id))
                    .collect(),
                focus: views.remove(&focus.id).ok_or(Refusal::NoSuchPost)?,
                descendants: below
                    .iter()
                    .filter_map(|(depth, post)| Some((*depth, views.remove(&post.id)?)))
                    .collect(),
            };
            Ok(page)
        })
        .await
}

/// From the beginning of the thread down to the post, without it.
fn ancestors<'a>(all: &'a [Post], focus: &Post) -> Vec<&'a Post> {
    let by_id: HashMap<PostId, &Post> = all.iter().map(|post| (post.id, post)).collect();
    let mut chain = Vec::new();
    let mut above = focus.parent_id;
    while let Some(post) = above.and_then(|id| by_id.get(&id)) {
        if chain.len() >= all.len() {
            break;
        }
        chain.push(*post);
        above = post.parent_id;
    }
    chain.reverse();
    chain
}

/// Everything below the post, each answer below what it answers, in the order of time.
fn descendants<'a>(all: &'a [Post], focus: &Post) -> Vec<(u32, &'a Post)> {
    let mut children: HashMap<PostId, Vec<&Post>> = HashMap::new();
    for post in all {
        if let Some(parent) = post.parent_id {
            children.entry(parent).or_default().push(post);
        }
    }
    let mut order = Vec::new();
    let mut stack: Vec<(u32, &Post)> = Vec::new();
    let mut push = |stack: &mut Vec<(u32, &'a Post)>, id: PostId, depth: u32| {
        // Taken out, so that even a circle of answers ends.
        let mut below = children.remove(&id).unwrap_or_default();
        below.sort_by_key(|post| std::cmp::Reverse((post.published_at, post.id)));
        stack.extend(below.into_iter().map(|post| (depth, post)));
    };
    push(&mut stack, focus.id, 1);
    while let Some((depth, post)) = stack.pop() {
        order.push((depth, post));
        push(&mut stack, post.id, depth + 1);
    }
    order
}

/// The path of whoever has this handle here.
pub async fn address_of(kindred: &Kindred, handle: &str) -> Result<String> {
    let handle = handle.trim_start_matches('@').to_lowercase();
    let app = kindred.clone();
    kindred
        .read(move |db| {
            let actor = actors::by_handle(db, &handle, "")?
                .filter(|actor| actor.deleted_at.is_none())
                .ok_or(Refusal::NoSuchPerson)?;
            if !sight::of_actor(db, &Viewer::Stranger, &actor)? {
                return Err(Refusal::NoSuchPerson.into());
            }
            let uri = links::actor(app.settings(), actor.kind, &actor.handle);
            Ok(uri
                .strip_prefix(app.settings().origin.as_str())
                .unwrap_or("/")
                .to_owned())
        })
        .await
}
