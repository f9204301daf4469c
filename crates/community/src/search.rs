//! Finding: people and groups by name, topics, posts by what they say, anything by its address; here first, and elsewhere when asked to.

mod question;
mod words;

use std::collections::{HashMap, HashSet};

use kindred_protocol::{Uri, html, vocabulary::Document, webfinger};
use kindred_storage::{
    ActorId, ActorKind, Conn, Moment, Page, PostId, actors,
    actors::Actor,
    follows, memberships,
    posts::{self, Post},
    topics as store,
    words::{self as index, Term},
};

use crate::{
    Error, Kindred, Ledger, Refusal, Result, first_id_of, interests,
    policy::{self, Place, Trace},
    posts as writing, remote, sections, servers, sight, topics,
    views::{Found, PostView, Viewer},
};
use question::Question;
use words::Mark;

/// Whether other servers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolve {
    /// Only what is known here.
    Locally,
    /// Also the server that an address or a handle names.
    Elsewhere,
}

/// The most that one search answers of each kind.
const MOST: usize = 40;
/// How far one can page.
const DEEPEST: usize = 200;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent wish of the seeker"
)]
pub struct Ask {
    /// What was typed.
    pub text: String,
    /// Whether other servers are asked.
    pub resolve: Resolve,
    /// People and groups are wanted.
    pub people: bool,
    /// Posts are wanted.
    pub posts: bool,
    /// Topics are wanted.
    pub topics: bool,
    /// Only those whom the seeker follows.
    pub following: bool,
    /// Only posts by this actor.
    pub by: Option<ActorId>,
    /// Only posts older than this one.
    pub before: Option<i64>,
    /// Only posts newer than this one.
    pub after: Option<i64>,
    /// How many of each kind are passed over.
    pub offset: usize,
    /// How many of each kind are wanted.
    pub limit: usize,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            text: String::new(),
            resolve: Resolve::Locally,
            people: true,
            posts: true,
            topics: true,
            following: false,
            by: None,
            before: None,
            after: None,
            offset: 0,
            limit: 20,
        }
    }
}

/// Finds what the viewer may see. A handle (`@name@host`, `!group@host`) or an address finds exactly one.
pub async fn find(
    kindred: &Kindred,
    viewer: &Viewer,
    query: &str,
    resolve: Resolve,
    limit: usize,
) -> Result<Found> {
    let ask = Ask {
        text: query.to_owned(),
        resolve,
        limit,
        posts: false,
        topics: false,
        ..Ask::default()
    };
    look(kindred, viewer, ask).await
}

/// Finds what the viewer may see, of the kinds that are wanted.
pub async fn look(kindred: &Kindred, viewer: &Viewer, mut ask: Ask) -> Result<Found> {
    ask.text = ask.text.trim().to_owned();
    ask.limit = if ask.limit == 0 {
        20
    } else {
        ask.limit.min(MOST)
    };
    ask.offset = ask.offset.min(DEEPEST);
    let exact = if ask.text.starts_with("https://") || ask.text.starts_with("http://") {
        Some(Box::pin(by_address(kindred, viewer, &ask.text, ask.resolve)).await?)
    } else if let Ok(handle) = ask.text.parse::<webfinger::Handle>() {
        Some(by_handle(kindred, viewer, handle, ask.resolve).await?)
    } else {
        None
    };
    if let Some(mut found) = exact {
        let first = ask.offset == 0;
        found.actors.retain(|_| ask.people && first);
        found.posts.retain(|_| first);
        return only_followed(kindred, viewer, &ask, found).await;
    }
    let (viewer, now) = (viewer.clone(), kindred.now());
    kindred
        .read_apart(move |db| {
            let mut found = Found::default();
            if ask.people {
                found.actors = people(db, &viewer, now, &ask)?;
            }
            if ask.topics {
                found.topics = named_topics(db, now, &ask)?;
            }
            if ask.posts {
                found.posts = said(db, &viewer, now, &ask)?;
            }
            Ok(found)
        })
        .await
}

async fn only_followed(
    kindred: &Kindred,
    viewer: &Viewer,
    ask: &Ask,
    mut found: Found,
) -> Result<Found> {
    if let (true, Some(who)) = (ask.following, viewer.actor()) {
        let ids: Vec<ActorId> = found.actors.iter().map(|actor| actor.id).collect();
        let heard = kindred
            .read(move |db| Ok(follows::find_many(db, who, &ids)?))
            .await?;
        found
            .actors
            .retain(|actor| heard.iter().any(|follow| follow.target_id == actor.id));
    }
    Ok(found)
}

/// People and groups by the beginning of their names, and groups by their topics: those first in which the seeker is, then other groups,
/// then people.
fn people(db: &mut Conn, viewer: &Viewer, now: Moment, ask: &Ask) -> Result<Vec<Actor>> {
    let name = ask.text.trim_start_matches(['@', '!', '#']).to_lowercase();
    if name.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = ask.offset + ask.limit;
    let reach = i64::try_from(2 * wanted).unwrap_or(i64::MAX);
    let mut candidates = actors::names_like(db, &name, reach)?;
    if let Some(topic) = topics::slug(&name)
        .map(|slug| store::by_slug(db, &slug))
        .transpose()?
        .flatten()
    {
        let about = store::groups_about(db, topic.id, reach)?;
        candidates.extend(actors::find_many(db, &about)?);
    }
    let mut seen = HashSet::new();
    candidates.retain(|actor| {
        actor.kind != ActorKind::Application && actor.deleted_at.is_none() && seen.insert(actor.id)
    });
    let ids: Vec<ActorId> = candidates.iter().map(|actor| actor.id).collect();
    let away = sections::kept_away(db, viewer, now, Place::Open, &ids)?;
    let heard: HashSet<ActorId> = match viewer.actor() {
        Some(who) => follows::find_many(db, who, &ids)?
            .into_iter()
            .map(|follow| follow.target_id)
            .chain(
                memberships::of_actor(db, who)?
                    .into_iter()
                    .map(|it| it.group_id),
            )
            .collect(),
        None => HashSet::new(),
    };
    candidates
        .retain(|actor| !away.contains(&actor.id) && (!ask.following || heard.contains(&actor.id)));
    candidates.sort_by_key(|actor| {
        let group = actor.kind == ActorKind::Group;
        (
            !(group && heard.contains(&actor.id)),
            !group,
            !heard.contains(&actor.id),
        )
    });
    let mut found = Vec::new();
    for actor in candidates {
        if found.len() == wanted {
            break;
        }
        if sight::of_actor(db, viewer, &actor)? {
            found.push(actor);
        }
    }
    Ok(found.into_iter().skip(ask.offset).collect())
}

/// Topics by the beginning of their names.
fn named_topics(db: &mut Conn, now: Moment, ask: &Ask) -> Result<Vec<interests::TopicView>> {
    let Some(slug) = topics::slug(&ask.text) else {
        return Ok(Vec::new());
    };
    let reach = i64::try_from(ask.offset + ask.limit).unwrap_or(i64::MAX);
    let found = store::beginning_with(db, &slug, reach)?;
    interests::views(db, now, found.into_iter().skip(ask.offset).collect())
}

/// How many candidates are looked at: a few more than wanted at first, since most may be seen, then as many as this in a round.
const CANDIDATES: i64 = 60;
const A_FEW: usize = 4;
const ROUNDS: usize = 6;

/// Posts by what they say, the latest first.
fn said(db: &mut Conn, viewer: &Viewer, now: Moment, ask: &Ask) -> Result<Vec<PostView>> {
    let Some(sought) = Sought::of(db, viewer, ask)? else {
        return Ok(Vec::new());
    };
    let wanted = ask.offset + ask.limit;
    let mut page = Page {
        before: ask.before,
        since: sought.floor(ask),
        above: None,
        limit: i64::try_from(wanted + A_FEW).map_or(CANDIDATES, |some| some.min(CANDIDATES)),
    };
    let mut found = Vec::new();
    for _ in 0..ROUNDS {
        let ids = index::find(db, &sought.terms, &page)?;
        let Some(last) = ids.last() else { break };
        let more = i64::try_from(ids.len()) == Ok(page.limit);
        found.extend(sought.shown(db, viewer, now, &ids)?);
        if !more || found.len() >= wanted {
            break;
        }
        page.before = Some(last.0);
        page.limit = CANDIDATES;
    }
    found.truncate(wanted);
    Ok(found.into_iter().skip(ask.offset).collect())
}

/// A question whose names have been looked up.
struct Sought {
    question: Question,
    terms: Vec<Term>,
    /// Whose posts are wanted, when it matters.
    by: Option<HashSet<ActorId>>,
    not_by: HashSet<ActorId>,
}

impl Sought {
    /// Nothing, when nothing can be found.
    fn of(db: &mut Conn, viewer: &Viewer, ask: &Ask) -> Result<Option<Self>> {
        let question = Question::read(&ask.text);
        let mut by: Option<HashSet<ActorId>> = ask.by.map(|by| HashSet::from([by]));
        if !question.from.is_empty() {
            let named = named(db, viewer, &question.from)?;
            by = Some(by.map_or(named.clone(), |by| {
                by.intersection(&named).copied().collect()
            }));
        }
        let not_by = named(db, viewer, &question.not_from)?;
        let mut terms = question.terms.clone();
        match &by {
            Some(by) if by.is_empty() => return Ok(None),
            Some(by) if by.len() == 1 => {
                terms.extend(by.iter().map(|id| Term::Word(Mark::By(*id).word())));
            }
            _ => {}
        }
        Ok((!terms.is_empty()).then_some(Self {
            question,
            terms,
            by,
            not_by,
        }))
    }

    /// What came to be known before this was published before it: no index of dates is needed.
    fn floor(&self, ask: &Ask) -> Option<i64> {
        let day = self.question.from_day.map(|day| first_id_of(day) - 1);
        ask.after.max(day)
    }

    /// What of these the viewer is shown.
    fn shown(
        &self,
        db: &mut Conn,
        viewer: &Viewer,
        now: Moment,
        ids: &[PostId],
    ) -> Result<Vec<PostView>> {
        let mut known: HashMap<PostId, Post> = posts::find_many(db, ids)?
            .into_iter()
            .map(|post| (post.id, post))
            .collect();
        let found: Vec<Post> = ids
            .iter()
            .filter_map(|id| known.remove(id))
            .filter(|post| self.fits(post))
            .collect();
        let authors: Vec<ActorId> = found.iter().map(|post| post.author_id).collect();
        let mut away = sections::kept_away(db, viewer, now, Place::Open, &authors)?;
        away.extend(sections::silenced(db, viewer, &authors)?);
        let found = found
            .into_iter()
            .filter(|post| !away.contains(&post.author_id))
            .collect();
        let found = sight::of_posts(db, viewer, found)?;
        let mut views = sight::views(db, viewer, found)?;
        views.retain(|view| {
            let own = viewer.actor().is_some_and(|who| {
                who == view.author.id || view.mentions.iter().any(|named| named.id == who)
            });
            let trace = Trace {
                own: own || view.liked || view.kept || view.boosted,
                indexable: view.author.indexable,
                in_group: view.group.is_some(),
            };
            (!self.question.own_traces || trace.own)
                && policy::may_find(view.post.visibility, trace)
        });
        Ok(views)
    }

    fn fits(&self, post: &Post) -> bool {
        let question = &self.question;
        let at = post.published_at;
        let says = |phrase: &String| {
            html::to_text(&post.content, usize::MAX)
                .to_lowercase()
                .contains(phrase)
                || post
                    .title
                    .as_ref()
                    .is_some_and(|title| title.to_lowercase().contains(phrase))
        };
        question.from_day.is_none_or(|from| at >= from)
            && question.until_day.is_none_or(|until| at < until)
            && self
                .by
                .as_ref()
                .is_none_or(|by| by.contains(&post.author_id))
            && !self.not_by.contains(&post.author_id)
            && question.phrases.iter().all(says)
    }
}

/// The actors of these handles, as somebody types them after `from:`.
fn named(db: &mut Conn, viewer: &Viewer, handles: &[String]) -> Result<HashSet<ActorId>> {
    let mut found = HashSet::new();
    for handle in handles {
        if handle == "me" {
            found.extend(viewer.actor());
            continue;
        }
        let (name, host) = handle.split_once('@').unwrap_or((handle, ""));
        found.extend(actors::by_handle(db, name, host)?.map(|actor| actor.id));
    }
    Ok(found)
}

/// Writes down what a post says, so that it can be found.
pub(crate) fn note(ledger: &mut Ledger<'_>, post: &Post) -> Result<()> {
    Ok(index::put(ledger.db, post.id, &words::of_post(post))?)
}

/// Forgets what a post said.
pub(crate) fn forget(ledger: &mut Ledger<'_>, post: PostId) -> Result<()> {
    Ok(index::forget(ledger.db, post)?)
}

async fn by_handle(
    kindred: &Kindred,
    viewer: &Viewer,
    handle: webfinger::Handle,
    resolve: Resolve,
) -> Result<Found> {
    let host = if handle.host == kindred.settings().host() {
        String::new()
    } else {
        handle.host.clone()
    };
    let viewer = viewer.clone();
    let known = kindred
        .read({
            let (name, host) = (handle.name.clone(), host.clone());
            move |db| match actors::by_handle(db, &name, &host)? {
                Some(actor)
                    if actor.deleted_at.is_none() && sight::of_actor(db, &viewer, &actor)? =>
                {
                    Ok(Some(actor))
                }
                _ => Ok(None),
            }
        })
        .await?;
    if known.is_some() || host.is_empty() || resolve == Resolve::Locally {
        return Ok(Found {
            actors: known.into_iter().collect(),
            ..Found::default()
        });
    }
    let looked = async {
        servers::welcome(kindred, &handle.host).await?;
        let found = Box::pin(webfinger::lookup(kindred.network(), &handle))
            .await
            .map_err(|_| Error::Refused(Refusal::NoSuchPerson))?;
        remote::actor(kindred, found.actor.as_str()).await
    };
    Ok(Found {
        actors: nothing_found(looked.await)?.into_iter().collect(),
        ..Found::default()
    })
}

async fn by_address(
    kindred: &Kindred,
    viewer: &Viewer,
    address: &str,
    resolve: Resolve,
) -> Result<Found> {
    let Ok(uri) = Uri::parse(address) else {
        return Ok(Found::default());
    };
    let known = known_at(kindred, viewer, uri.as_str()).await?;
    if !known.actors.is_empty()
        || !known.posts.is_empty()
        || resolve == Resolve::Locally
        || kindred.settings().is_ours(uri.as_str())
    {
        return Ok(known);
    }
    let document = match nothing_found(Box::pin(remote::fetch_document(kindred, &uri)).await)? {
        Some(document) => Some(document),
        None => behind_the_page(kindred, &uri).await?,
    };
    match document {
        Some(Document::Actor(doc)) => {
            let actor = nothing_found(remote::remember(kindred, *doc).await)?;
            Ok(Found {
                actors: actor.into_iter().collect(),
                ..Found::default()
            })
        }
        Some(Document::Note(note)) if note.is_at_home() => {
            let id = note.id.clone();
            nothing_found(writing::take_in::fetched(kindred, *note).await)?;
            known_at(kindred, viewer, id.as_str()).await
        }
        _ => Ok(Found::default()),
    }
}

/// The document that a page for people leads to.
async fn behind_the_page(kindred: &Kindred, page: &Uri) -> Result<Option<Document>> {
    let Some(uri) = nothing_found(Box::pin(remote::alternate(kindred, page)).await)?.flatten()
    else {
        return Ok(None);
    };
    if kindred.settings().is_ours(uri.as_str()) {
        return Ok(None);
    }
    nothing_found(Box::pin(remote::fetch_document(kindred, &uri)).await)
}

async fn known_at(kindred: &Kindred, viewer: &Viewer, uri: &str) -> Result<Found> {
    let (viewer, uri) = (viewer.clone(), uri.to_owned());
    kindred
        .read(move |db| {
            let mut found = Found::default();
            if let Some(actor) = actors::by_uri(db, &uri)?
                .filter(|actor| actor.deleted_at.is_none() && actor.kind != ActorKind::Application)
                && sight::of_actor(db, &viewer, &actor)?
            {
                found.actors.push(actor);
            }
            let posts = posts::by_uri(db, &uri)?.into_iter().collect();
            let posts = sight::of_posts(db, &viewer, posts)?;
            found.posts = sight::views(db, &viewer, posts)?;
            Ok(found)
        })
        .await
}

/// What cannot be found elsewhere, for whatever reason, is simply not found.
fn nothing_found<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(Error::Refused(_) | Error::Unreachable { .. } | Error::Protocol(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
