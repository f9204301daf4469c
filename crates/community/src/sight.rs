//! Who may see what, with the facts gathered from the tables: every read goes through here to the one rule in [`crate::policy`].
//!
//! It also gathers what is shown beside a post. It changes nothing.

use std::collections::{HashMap, HashSet};

use kindred_storage::{
    ActorId, Conn, FollowState, MembershipState, PostId, QuotePolicy, QuoteState, Visibility,
    actors::{self, Actor},
    blocks, follows, groups, instances, memberships,
    mine::{self, Deed},
    polls::{self, Poll},
    posts::{self, Post},
    quotes::{self, Quote},
};

use crate::{
    Refusal, Result, filters,
    policy::{self, Eyes, Quoting, Ties},
    speech::Spoken,
    views::{PostView, QuoteView, Viewer},
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
pub(crate) fn of_posts(db: &mut Conn, viewer: &Viewer, mut posts: Vec<Post>) -> Result<Vec<Post>> {
    posts.retain(Post::is_standing);
    // Most posts are for everyone: nothing has to be asked for them.
    let asked: Vec<&Post> = posts
        .iter()
        .filter(|post| policy::needs_ties(post.visibility))
        .collect();
    if asked.is_empty() {
        return Ok(posts);
    }
    let eyes = eyes(db, viewer)?;
    let ties = ties(db, viewer, &asked)?;
    posts.retain(|post| {
        !policy::needs_ties(post.visibility)
            || ties
                .get(&post.id)
                .is_some_and(|ties| policy::may_see(eyes, post.visibility, *ties))
    });
    Ok(posts)
}

/// The post, if the viewer may see it; otherwise it does not exist. For those whom its author has shut out there is none.
pub(crate) fn of_post(db: &mut Conn, viewer: &Viewer, post: Post) -> Result<Post> {
    if let Some(who) = viewer.actor()
        && who != post.author_id
        && blocks::find(db, post.author_id, who)?.is_some()
    {
        return Err(Refusal::NoSuchPost.into());
    }
    of_posts(db, viewer, vec![post])?
        .pop()
        .ok_or_else(|| Refusal::NoSuchPost.into())
}

/// What ties the viewer to each of these posts; for a server, what ties any of its people.
fn ties(db: &mut Conn, viewer: &Viewer, posts: &[&Post]) -> Result<HashMap<PostId, Ties>> {
    match viewer {
        Viewer::Stranger => Ok(posts
            .iter()
            .map(|post| (post.id, Ties::default()))
            .collect()),
        Viewer::Local(id) => ties_of_ours(db, *id, posts),
        Viewer::Server(host) => posts
            .iter()
            .map(|post| Ok((post.id, ties_of_server(db, host, post)?)))
            .collect(),
    }
}

/// What ties one of our people to each of these posts, in three questions however many they are.
fn ties_of_ours(db: &mut Conn, who: ActorId, posts: &[&Post]) -> Result<HashMap<PostId, Ties>> {
    let ids: Vec<PostId> = posts.iter().map(|post| post.id).collect();
    let groups: Vec<ActorId> = posts.iter().filter_map(|post| post.group_id).collect();
    let mut speakers: Vec<ActorId> = posts.iter().map(|post| post.author_id).collect();
    speakers.extend(&groups);
    let naming: HashSet<PostId> = posts::naming(db, &ids, who)?.into_iter().collect();
    let heard: HashSet<ActorId> = follows::find_many(db, who, &speakers)?
        .into_iter()
        .filter(|follow| follow.state == FollowState::Accepted)
        .map(|follow| follow.target_id)
        .collect();
    let belongs: HashSet<ActorId> = memberships::standings(db, &groups, who)?
        .into_iter()
        .filter(|standing| standing.state == MembershipState::Active)
        .map(|standing| standing.group_id)
        .collect();
    Ok(posts
        .iter()
        .map(|post| {
            let ties = Ties {
                author: post.author_id == who,
                named: naming.contains(&post.id),
                follows_author: heard.contains(&post.author_id),
                // Of a group elsewhere we know only that it said yes to a follow.
                member: post
                    .group_id
                    .is_some_and(|group| belongs.contains(&group) || heard.contains(&group)),
            };
            (post.id, ties)
        })
        .collect())
}

fn ties_of_server(db: &mut Conn, host: &str, post: &Post) -> Result<Ties> {
    Ok(Ties {
        author: actors::find(db, post.author_id)?.is_some_and(|author| author.host == host),
        named: named_from(db, post.id, host)?,
        follows_author: follows::any_from_host(db, post.author_id, host)?,
        member: match post.group_id {
            Some(group) => {
                memberships::any_from_host(db, group, host)? || lives_on(db, group, host)?
            }
            None => false,
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
    if group.visibility == Visibility::Public {
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
    let mut quotes = quotes_of(db, viewer, &posts)?;
    let mut views = bare_views(db, viewer, posts)?;
    for view in &mut views {
        view.quote = quotes.remove(&view.post.id);
    }
    Ok(views)
}

/// What these posts quote, each with the quoted post as far as the viewer may see it. Most pages quote nothing and cost nothing.
fn quotes_of(db: &mut Conn, viewer: &Viewer, posts: &[Post]) -> Result<HashMap<PostId, QuoteView>> {
    let mut found = quotes_in(db, posts)?;
    let wanted: Vec<PostId> = found
        .values()
        .filter(|quote| quote.state == QuoteState::Accepted)
        .filter_map(|quote| quote.quoted_id)
        .collect();
    if wanted.is_empty() {
        return Ok(found);
    }
    let quoted = posts::find_many(db, &wanted)?;
    let gone: HashSet<PostId> = quoted
        .iter()
        .filter(|post| !post.is_standing())
        .map(|post| post.id)
        .collect();
    let quoted = of_posts(db, viewer, quoted)?;
    let mut nested = quotes_in(db, &quoted)?;
    let shown: HashMap<PostId, PostView> = bare_views(db, viewer, quoted)?
        .into_iter()
        .map(|view| (view.post.id, view))
        .collect();
    for quote in found.values_mut() {
        let Some(id) = quote.quoted_id else { continue };
        quote.gone = gone.contains(&id);
        quote.quoted = shown
            .get(&id)
            .filter(|_| quote.state == QuoteState::Accepted)
            .cloned()
            .map(|mut view| {
                view.quote = nested.remove(&id).map(|inner| QuoteView {
                    nested: true,
                    ..inner
                });
                Box::new(view)
            });
    }
    Ok(found)
}

fn quotes_in(db: &mut Conn, posts: &[Post]) -> Result<HashMap<PostId, QuoteView>> {
    let quoting: Vec<PostId> = posts
        .iter()
        .filter(|post| post.quote_uri.is_some())
        .map(|post| post.id)
        .collect();
    if quoting.is_empty() {
        return Ok(HashMap::new());
    }
    let quotes = quotes::of_posts(db, &quoting)?;
    Ok(quotes
        .into_iter()
        .map(|quote| {
            let view = QuoteView {
                state: quote.state,
                uri: quote.quoted_uri,
                quoted_id: quote.quoted_id,
                quoted: None,
                gone: false,
                nested: false,
            };
            (quote.post_id, view)
        })
        .collect())
}

/// For whose posts the viewer's following matters: those that only followers may quote.
fn followed_authors(db: &mut Conn, viewer: &Viewer, posts: &[Post]) -> Result<HashSet<ActorId>> {
    let authors: HashSet<ActorId> = posts
        .iter()
        .filter(|post| post.quote_policy == Some(QuotePolicy::Followers))
        .map(|post| post.author_id)
        .collect();
    let Some(viewer) = viewer.actor().filter(|_| !authors.is_empty()) else {
        return Ok(HashSet::new());
    };
    let authors: Vec<ActorId> = authors.into_iter().collect();
    Ok(follows::find_many(db, viewer, &authors)?
        .into_iter()
        .filter(|follow| follow.state == FollowState::Accepted)
        .map(|follow| follow.target_id)
        .collect())
}

fn bare_views(db: &mut Conn, viewer: &Viewer, posts: Vec<Post>) -> Result<Vec<PostView>> {
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
    let followed = followed_authors(db, viewer, &posts)?;
    let chosen = match viewer.actor() {
        Some(id) if !questions.is_empty() => polls::choices_in(db, &questions, id)?,
        _ => Vec::new(),
    };
    let deeds: Vec<(Deed, PostId)> = match viewer.actor() {
        Some(who) => {
            let roots: Vec<PostId> = posts.iter().map(|post| post.root_id).collect();
            mine::deeds(db, who, &ids, &roots)?
        }
        None => Vec::new(),
    };
    let did = |deed: Deed, post: PostId| deeds.contains(&(deed, post));
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
            quoting: viewer.actor().map_or(Quoting::Denied, |id| {
                let own = id == post.author_id;
                policy::may_quote(
                    &post,
                    author.host.is_empty(),
                    own,
                    followed.contains(&post.author_id),
                )
            }),
            liked: did(Deed::Liked, post.id),
            boosted: did(Deed::Boosted, post.id),
            kept: did(Deed::Kept, post.id),
            muted: did(Deed::Muted, post.root_id),
            filtered: Vec::new(),
            author,
            post,
        });
    }
    if let Some(who) = viewer.actor() {
        filters::mark(db, who, &mut views)?;
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
    quote: Option<Quote>,
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
            quote: self.quote.as_ref(),
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
    let mentions: Vec<Actor> = posts::mentioned(db, &[post.id])?
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
    let listener = match (&group, post.visibility, mentions.as_slice()) {
        (Some(group), ..) => Some(group),
        (None, Visibility::Direct, [one]) => Some(one),
        _ => None,
    };
    let home = match listener.filter(|listener| !listener.is_local()) {
        Some(there) => instances::by_host(db, &there.host)?.and_then(|server| server.software),
        None => None,
    };
    let quote = match post.quote_uri {
        Some(_) => quotes::find(db, post.id)?,
        None => None,
    };
    Ok(SpokenRows {
        author,
        group,
        mentions,
        parent_author,
        poll,
        home,
        quote,
    })
}
