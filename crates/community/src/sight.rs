//! Who may see what, with the facts gathered from the tables: every read goes through here to the one rule in [`crate::policy`].
//!
//! It also gathers what is shown beside a post. It changes nothing.

use std::collections::{HashMap, HashSet};

use kindred_storage::{
    ActorId, Conn, FollowState, MembershipState, PostId, ReactionKind,
    actors::{self, Actor},
    boosts, follows, groups, instances, memberships,
    polls::{self, Poll},
    posts::{self, Post},
    reactions,
};

use crate::{
    Refusal, Result,
    policy::{self, Eyes, Ties},
    speech::Spoken,
    views::{PostView, Viewer},
};

/// With which eyes the viewer looks.
pub(crate) fn eyes(db: &mut Conn, viewer: &Viewer) -> Result<Eyes> {
    Ok(match viewer {
        Viewer::Stranger => Eyes::Stranger,
        Viewer::Local(id) => Eyes::Local(*id),
        Viewer::Server(host) => Eyes::Server {
            partner: instances::by_host(db, host)?.is_some_and(|instance| instance.is_partner()),
        },
    })
}

/// Keeps the posts that the viewer may see. What was deleted or removed is seen by nobody.
pub(crate) fn of_posts(db: &mut Conn, viewer: &Viewer, posts: Vec<Post>) -> Result<Vec<Post>> {
    let mut seen = Vec::with_capacity(posts.len());
    let mut eyes_of_viewer = None;
    for post in posts {
        if post.deleted_at.is_some() || post.removed_at.is_some() {
            continue;
        }
        // Most posts are for everyone: nothing has to be asked for them.
        if policy::needs_ties(post.visibility) {
            let eyes = match eyes_of_viewer {
                Some(eyes) => eyes,
                None => *eyes_of_viewer.insert(eyes(db, viewer)?),
            };
            let ties = ties(db, viewer, &post)?;
            if !policy::may_see(eyes, post.visibility, ties) {
                continue;
            }
        }
        seen.push(post);
    }
    Ok(seen)
}

/// The post, if the viewer may see it; otherwise it does not exist.
pub(crate) fn of_post(db: &mut Conn, viewer: &Viewer, post: Post) -> Result<Post> {
    of_posts(db, viewer, vec![post])?
        .pop()
        .ok_or_else(|| Refusal::NoSuchPost.into())
}

/// What ties the viewer to a post; for a server, what ties any of its people.
fn ties(db: &mut Conn, viewer: &Viewer, post: &Post) -> Result<Ties> {
    Ok(match viewer {
        Viewer::Stranger => Ties::default(),
        Viewer::Local(id) => Ties {
            author: post.author_id == *id,
            named: posts::mentions(db, post.id, *id)?,
            follows_author: hears_of(db, *id, post.author_id)?,
            member: match post.group_id {
                // Of a group elsewhere we know only that it said yes to a follow.
                Some(group) => is_member(db, group, *id)? || hears_of(db, *id, group)?,
                None => false,
            },
        },
        Viewer::Server(host) => Ties {
            author: actors::find(db, post.author_id)?.is_some_and(|author| author.host == *host),
            named: named_from(db, post.id, host)?,
            follows_author: follows::any_from_host(db, post.author_id, host)?,
            member: match post.group_id {
                Some(group) => {
                    memberships::any_from_host(db, group, host)? || lives_on(db, group, host)?
                }
                None => false,
            },
        },
    })
}

/// Whether a group lives on this server: what is said in it was said to that server.
fn lives_on(db: &mut Conn, group: ActorId, host: &str) -> Result<bool> {
    Ok(actors::find(db, group)?.is_some_and(|group| group.host == host))
}

fn named_from(db: &mut Conn, post: PostId, host: &str) -> Result<bool> {
    Ok(posts::mentioned(db, &[post])?
        .iter()
        .any(|(_, actor)| actor.host == host))
}

fn hears_of(db: &mut Conn, who: ActorId, of: ActorId) -> Result<bool> {
    Ok(follows::find(db, who, of)?.is_some_and(|follow| follow.state == FollowState::Accepted))
}

pub(crate) fn is_member(db: &mut Conn, group: ActorId, who: ActorId) -> Result<bool> {
    Ok(memberships::standing(db, group, who)?
        .is_some_and(|standing| standing.state == MembershipState::Active))
}

/// Whether the viewer may know of an actor: of people always, of a group when it is open to their eyes.
pub(crate) fn of_actor(db: &mut Conn, viewer: &Viewer, actor: &Actor) -> Result<bool> {
    let Some((group, _)) = groups::find(db, actor.id)? else {
        return Ok(true);
    };
    of_group(db, viewer, &group)
}

/// Whether the viewer may see a group's page and collections.
pub(crate) fn of_group(db: &mut Conn, viewer: &Viewer, group: &groups::Group) -> Result<bool> {
    if group.visibility == kindred_storage::Visibility::Public {
        return Ok(true);
    }
    let member = match viewer {
        Viewer::Stranger => false,
        Viewer::Local(id) => is_member(db, group.actor_id, *id)?,
        Viewer::Server(host) => memberships::any_from_host(db, group.actor_id, host)?,
    };
    Ok(policy::may_see_group(eyes(db, viewer)?, group, member))
}

/// One post with everything that is shown beside it.
pub(crate) fn view(db: &mut Conn, viewer: &Viewer, post: Post) -> Result<PostView> {
    views(db, viewer, vec![post])?
        .pop()
        .ok_or_else(|| Refusal::NoSuchPost.into())
}

/// Posts with everything that is shown beside them, in a handful of questions however many they are.
///
/// Whoever calls has already asked whether the viewer may see them.
pub(crate) fn views(db: &mut Conn, viewer: &Viewer, posts: Vec<Post>) -> Result<Vec<PostView>> {
    let ids: Vec<PostId> = posts.iter().map(|post| post.id).collect();
    let mentions = posts::mentioned(db, &ids)?;
    let parents: Vec<PostId> = posts.iter().filter_map(|post| post.parent_id).collect();
    let parent_authors: HashMap<PostId, ActorId> = if parents.is_empty() {
        HashMap::new()
    } else {
        posts::authors_of(db, &parents)?.into_iter().collect()
    };
    let wanted: HashSet<ActorId> = posts
        .iter()
        .flat_map(|post| [Some(post.author_id), post.group_id])
        .flatten()
        .collect();
    let wanted: Vec<ActorId> = wanted.into_iter().collect();
    let faces: HashMap<ActorId, Actor> = actors::find_many(db, &wanted)?
        .into_iter()
        .map(|actor| (actor.id, actor))
        .collect();
    let questions: Vec<PostId> = posts
        .iter()
        .filter(|post| post.kind == kindred_storage::PostKind::Question)
        .map(|post| post.id)
        .collect();
    let mut polls: HashMap<PostId, Poll> = polls_of(db, &questions)?
        .into_iter()
        .map(|poll| (poll.post_id, poll))
        .collect();
    let chosen = match viewer.actor() {
        Some(id) if !questions.is_empty() => polls::choices_in(db, &questions, id)?,
        _ => Vec::new(),
    };
    let (liked, boosted): (HashSet<PostId>, HashSet<PostId>) = match viewer.actor() {
        Some(id) => (
            reactions::by(db, id, &ids)?
                .into_iter()
                .filter(|reaction| reaction.kind == ReactionKind::Like)
                .map(|reaction| reaction.post_id)
                .collect(),
            boosts::find_many(db, id, &ids)?
                .into_iter()
                .map(|boost| boost.post_id)
                .collect(),
        ),
        None => Default::default(),
    };
    let mut views = Vec::with_capacity(posts.len());
    for post in posts {
        let Some(author) = faces.get(&post.author_id).cloned() else {
            continue;
        };
        views.push(PostView {
            group: post
                .group_id
                .and_then(|id| faces.get(&id))
                .filter(|group| group.deleted_at.is_none())
                .cloned(),
            parent_author: post
                .parent_id
                .and_then(|id| parent_authors.get(&id).copied()),
            mentions: mentions
                .iter()
                .filter(|(of, _)| *of == post.id)
                .map(|(_, actor)| actor.clone())
                .collect(),
            poll: polls.remove(&post.id),
            chosen: chosen
                .iter()
                .filter(|(of, _)| *of == post.id)
                .map(|(_, choice)| *choice)
                .collect(),
            quote: None,
            liked: liked.contains(&post.id),
            boosted: boosted.contains(&post.id),
            author,
            post,
        });
    }
    Ok(views)
}

fn polls_of(db: &mut Conn, posts: &[PostId]) -> Result<Vec<Poll>> {
    if posts.is_empty() {
        Ok(Vec::new())
    } else {
        Ok(polls::of_posts(db, posts)?)
    }
}

/// The rows that a post speaks of, for saying it to others.
pub(crate) struct SpokenRows {
    author: Actor,
    group: Option<Actor>,
    mentions: Vec<Actor>,
    parent_author: Option<Actor>,
    poll: Option<Poll>,
    home: Option<String>,
}

impl SpokenRows {
    pub(crate) fn spoken<'a>(&'a self, post: &'a Post) -> Spoken<'a> {
        Spoken {
            post,
            author: &self.author,
            group: self.group.as_ref(),
            mentions: &self.mentions,
            parent_author: self.parent_author.as_ref(),
            poll: self.poll.as_ref(),
            home: self.home.as_deref(),
        }
    }
}

/// Gathers them.
pub(crate) fn gather_spoken(db: &mut Conn, post: &Post) -> Result<SpokenRows> {
    let author = actors::find(db, post.author_id)?.ok_or(Refusal::NoSuchPerson)?;
    let group = match post.group_id {
        Some(id) => actors::find(db, id)?.filter(|group| group.deleted_at.is_none()),
        None => None,
    };
    let mentions = posts::mentioned(db, &[post.id])?
        .into_iter()
        .map(|(_, actor)| actor)
        .collect();
    let parent_author = match post.parent_id {
        Some(parent) => match posts::find(db, parent)? {
            Some(parent) => actors::find(db, parent.author_id)?,
            None => None,
        },
        None => None,
    };
    let poll = if post.kind == kindred_storage::PostKind::Question {
        polls_of(db, &[post.id])?.pop()
    } else {
        None
    };
    let home = match group.as_ref().filter(|group| !group.host.is_empty()) {
        Some(group) => instances::by_host(db, &group.host)?.and_then(|server| server.software),
        None => None,
    };
    Ok(SpokenRows {
        author,
        group,
        mentions,
        parent_author,
        poll,
        home,
    })
}
