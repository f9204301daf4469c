//! Who listens to what, and what each of them gets to see of a happening.
//!
//! One task looks at each happening once, and asks for everybody who may be concerned what their own timeline would show: rules of
//! seeing are not repeated here. Whoever does not keep up is let go.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use actix_web::{rt, web::Data};
use kindred_community::{
    ActorId, Kindred, NotificationId, PostId, Result, TokenId, conversations,
    happenings::{self, Happening, Reach},
    lists, notices, timelines,
    views::{Page, SignedIn, Viewer},
};
use serde::Serialize;
use tokio::sync::{broadcast::error::RecvError, mpsc};

use super::names::{Name, Side};
use crate::mastodon::{
    entities::{Conversation, Notification, Status},
    lens,
};

/// So many events wait for a connection that is slow; then it is let go.
const WAITING: usize = 64;

/// Everybody who listens. One for all workers: make it outside of the application's factory.
#[derive(Debug, Default)]
pub struct Streams {
    seats: Mutex<HashMap<u64, Listener>>,
    next: AtomicU64,
    watched: AtomicBool,
}

#[derive(Debug)]
struct Listener {
    me: Arc<SignedIn>,
    names: HashSet<Name>,
    out: mpsc::Sender<Frame>,
}

/// What a connection is given to send.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    /// Something happened.
    Event {
        /// On which stream.
        stream: Name,
        /// What.
        event: &'static str,
        /// The words that go with it.
        payload: Option<Arc<str>>,
    },
    /// The token is void.
    End,
}

/// A place in the hub; it is given up when it is dropped.
pub(crate) struct Seat {
    streams: Data<Streams>,
    number: u64,
    me: Arc<SignedIn>,
    frames: mpsc::Receiver<Frame>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.streams.with(|seats| seats.remove(&self.number));
    }
}

impl Seat {
    /// Somebody connects. The first one sets the watch.
    pub(crate) fn taken(streams: &Data<Streams>, kindred: &Data<Kindred>, me: SignedIn) -> Self {
        let (out, frames) = mpsc::channel(WAITING);
        let number = streams.next.fetch_add(1, Ordering::Relaxed);
        let me = Arc::new(me);
        let listener = Listener {
            me: Arc::clone(&me),
            names: HashSet::new(),
            out,
        };
        streams.with(|seats| seats.insert(number, listener));
        if !streams.watched.swap(true, Ordering::Relaxed) {
            rt::spawn(watch(kindred.clone(), streams.clone()));
        }
        Self {
            streams: streams.clone(),
            number,
            me,
            frames,
        }
    }

    /// Who sits here.
    pub(crate) fn me(&self) -> &SignedIn {
        &self.me
    }

    /// What to send next; `None` when this one was let go.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        self.frames.recv().await
    }

    /// Listens to one more stream.
    pub(crate) fn listen(&self, name: Name) {
        self.change(|names| {
            names.insert(name);
        });
    }

    /// Listens to a stream no more.
    pub(crate) fn leave(&self, name: &Name) {
        self.change(|names| {
            names.remove(name);
        });
    }

    /// To how many streams this one listens.
    pub(crate) fn listens_to(&self) -> usize {
        self.streams.with(|seats| {
            seats
                .get(&self.number)
                .map_or(0, |listener| listener.names.len())
        })
    }

    fn change(&self, change: impl FnOnce(&mut HashSet<Name>)) {
        self.streams.with(|seats| {
            if let Some(listener) = seats.get_mut(&self.number) {
                change(&mut listener.names);
            }
        });
    }
}

/// Somebody who may be concerned: who it is, and to what they listen, on all their connections.
type Watchers = HashMap<ActorId, (Arc<SignedIn>, HashSet<Name>)>;

impl Streams {
    fn with<T>(&self, f: impl FnOnce(&mut HashMap<u64, Listener>) -> T) -> T {
        f(&mut self.seats.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn watchers(&self) -> Watchers {
        self.with(|seats| {
            let mut watchers = Watchers::new();
            for listener in seats.values() {
                watchers
                    .entry(listener.me.actor.id)
                    .or_insert_with(|| (Arc::clone(&listener.me), HashSet::new()))
                    .1
                    .extend(listener.names.iter().cloned());
            }
            watchers
        })
    }

    /// Hands an event to the connections of this person that listen to one of these streams, as far as their tokens reach.
    fn hand_out(
        &self,
        who: ActorId,
        names: &HashSet<Name>,
        scope: &str,
        event: &'static str,
        payload: Option<&Arc<str>>,
    ) {
        self.with(|seats| {
            seats.retain(|_, listener| {
                let concerned = listener.me.actor.id == who && listener.me.allows(scope);
                let wanted = listener.names.iter().filter(|name| names.contains(name));
                !concerned
                    || wanted.cloned().all(|stream| {
                        listener
                            .out
                            .try_send(Frame::Event {
                                stream,
                                event,
                                payload: payload.cloned(),
                            })
                            .is_ok()
                    })
            });
        });
    }

    fn end(&self, token: TokenId) {
        self.with(|seats| {
            seats.retain(|_, listener| {
                let ended = listener.me.token.id == token;
                if ended {
                    // A full channel ends as well: with nothing, once it is read empty.
                    let _ = listener.out.try_send(Frame::End);
                }
                !ended
            });
        });
    }
}

/// Looks at everything that happens, for as long as the process lives.
async fn watch(kindred: Data<Kindred>, streams: Data<Streams>) {
    let mut happenings = happenings::listen(&kindred);
    loop {
        let told = match happenings.recv().await {
            Ok(happening) => tell(&kindred, &streams, happening).await,
            // What was missed stands in timelines.
            Err(RecvError::Lagged(_)) => Ok(()),
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = told {
            tracing::warn!(%error, "Something that happened could not be streamed");
        }
    }
}

async fn tell(kindred: &Kindred, streams: &Streams, happening: Happening) -> Result<()> {
    let watchers = streams.watchers();
    let ids = || watchers.keys().copied().collect::<Vec<_>>();
    match happening {
        Happening::Ended { token } => streams.end(token),
        Happening::FiltersChanged { owner } => {
            let user = HashSet::from([Name::User]);
            streams.hand_out(owner, &user, "read:statuses", "filters_changed", None);
        }
        Happening::Notified { owner, notice } => {
            if let Some((me, _)) = watchers.get(&owner) {
                tell_of_notice(kindred, streams, me, notice).await?;
            }
        }
        Happening::Deleted { post } => {
            if let Some(reach) = happenings::reach_of_gone(kindred, post, ids()).await? {
                let number: Arc<str> = post.to_string().into();
                for (who, names) in concerned(&watchers, &reach) {
                    streams.hand_out(who, &names, "read:statuses", "delete", Some(&number));
                }
            }
        }
        Happening::Entry { entry, post } => {
            if let Some(reach) = happenings::reach(kindred, entry, post, ids()).await? {
                show(kindred, streams, &watchers, &reach, entry, post, "update").await?;
                if reach.direct {
                    tell_of_talk(kindred, streams, &watchers, post).await?;
                } else {
                    show_on_lists(kindred, streams, &watchers, entry).await?;
                }
            }
        }
        Happening::Edited { post } => {
            if let Some(reach) = happenings::reach(kindred, post.0, post, ids()).await? {
                show(
                    kindred,
                    streams,
                    &watchers,
                    &reach,
                    post.0,
                    post,
                    "status.update",
                )
                .await?;
            }
        }
    }
    Ok(())
}

/// Shows somebody a notice, unless it tells of something that they may not see, or that clients have no word for.
async fn tell_of_notice(
    kindred: &Kindred,
    streams: &Streams,
    me: &SignedIn,
    notice: NotificationId,
) -> Result<()> {
    let notice = match notices::one(kindred, &me.actor, notice).await {
        Ok(notice) => notice,
        Err(error) if error.refusal().is_some() => return Ok(()),
        Err(error) => return Err(error),
    };
    if let Some(notification) = Notification::of(&lens(kindred, Some(me)), &notice) {
        let names = HashSet::from([Name::User, Name::Notifications]);
        let words = written(&notification);
        streams.hand_out(
            me.actor.id,
            &names,
            "read:notifications",
            "notification",
            Some(&words),
        );
    }
    Ok(())
}

/// Shows everybody who looks at their conversations, and takes part in this one, that it went on.
async fn tell_of_talk(
    kindred: &Kindred,
    streams: &Streams,
    watchers: &Watchers,
    post: PostId,
) -> Result<()> {
    let names = HashSet::from([Name::Direct]);
    for (who, (me, _)) in listening(watchers, |name| *name == Name::Direct) {
        // Conversations are listed by their latest post.
        let talks = conversations::mine(kindred, &me.actor, alone(post.0)).await?;
        if let Some(talk) = talks.items.first() {
            let words = written(&Conversation::of(&lens(kindred, Some(me)), talk));
            streams.hand_out(*who, &names, "read:statuses", "conversation", Some(&words));
        }
    }
    Ok(())
}

/// Shows an entry on those lists, of which somebody looks at this moment, that it comes onto.
async fn show_on_lists(
    kindred: &Kindred,
    streams: &Streams,
    watchers: &Watchers,
    entry: i64,
) -> Result<()> {
    for (who, (me, names)) in listening(watchers, |name| matches!(name, Name::List(_))) {
        for name in names {
            let Name::List(list) = name else { continue };
            let found = match lists::timeline(kindred, &me.actor, *list, alone(entry)).await {
                Ok(found) => found,
                // A list that is gone, or somebody else's.
                Err(error) if error.refusal().is_some() => continue,
                Err(error) => return Err(error),
            };
            if let Some(entry) = found.items.first() {
                let status = written(&Status::entry(&lens(kindred, Some(me)), entry));
                let names = HashSet::from([name.clone()]);
                streams.hand_out(*who, &names, "read:statuses", "update", Some(&status));
            }
        }
    }
    Ok(())
}

/// Those who listen to a stream of some kind.
fn listening(
    watchers: &Watchers,
    kind: impl Fn(&Name) -> bool,
) -> impl Iterator<Item = (&ActorId, &(Arc<SignedIn>, HashSet<Name>))> {
    watchers
        .iter()
        .filter(move |(_, (_, names))| names.iter().any(&kind))
}

/// The part of a list that has one line, with this cursor.
fn alone(cursor: i64) -> Page {
    Page {
        before: Some(cursor + 1),
        since: Some(cursor - 1),
        above: None,
        limit: 1,
    }
}

/// Shows an entry to everybody it concerns, to each as their own timeline shows it.
async fn show(
    kindred: &Kindred,
    streams: &Streams,
    watchers: &Watchers,
    reach: &Reach,
    entry: i64,
    post: PostId,
    event: &'static str,
) -> Result<()> {
    for (who, mut names) in concerned(watchers, reach) {
        let Some((me, _)) = watchers.get(&who) else {
            continue;
        };
        let lens = lens(kindred, Some(me));
        if names.contains(&Name::User) {
            if let Some(entry) = timelines::home(kindred, &me.actor, alone(entry))
                .await?
                .items
                .first()
            {
                let status = written(&Status::entry(&lens, entry));
                let user = HashSet::from([Name::User]);
                streams.hand_out(who, &user, "read:statuses", event, Some(&status));
            }
            names.remove(&Name::User);
        }
        if names.is_empty() {
            continue;
        }
        match timelines::one(kindred, &Viewer::Local(who), post).await {
            Ok(view) => {
                let status = written(&Status::of(&lens, &view));
                streams.hand_out(who, &names, "read:statuses", event, Some(&status));
            }
            Err(error) if error.refusal().is_some() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn written(entity: &impl Serialize) -> Arc<str> {
    serde_json::to_string(entity).unwrap_or_default().into()
}

/// Whom a post concerns, and on which of their streams.
fn concerned(watchers: &Watchers, reach: &Reach) -> Vec<(ActorId, HashSet<Name>)> {
    watchers
        .iter()
        .map(|(who, (_, names))| {
            let wanted = names.iter().filter(|name| carries(name, *who, reach));
            (*who, wanted.cloned().collect::<HashSet<_>>())
        })
        .filter(|(_, names)| !names.is_empty())
        .collect()
}

/// Whether a post belongs on a stream of this person, as far as that can be told without asking.
fn carries(name: &Name, who: ActorId, reach: &Reach) -> bool {
    let written_for_all = reach.public && !reach.boosted;
    match name {
        Name::User => reach.at_home.contains(&who),
        Name::Notifications | Name::Direct | Name::List(_) => false,
        Name::Public { side, media } => {
            written_for_all
                && !reach.answer
                && (!media || reach.media)
                && match side {
                    Side::All => true,
                    Side::Local => reach.local,
                    Side::Remote => !reach.local,
                }
        }
        Name::Hashtag { tag, local } => {
            written_for_all && (!local || reach.local) && reach.tags.contains(tag)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_on_the_streams_that_it_belongs_on_and_on_no_other() {
        let nadia = ActorId(1);
        let here = |reach: Reach, name: Name| carries(&name, nadia, &reach);
        let public = |side| Name::Public { side, media: false };
        let post = Reach {
            public: true,
            local: true,
            tags: vec!["rust".into()],
            at_home: vec![nadia],
            ..Reach::default()
        };
        assert!(here(post.clone(), Name::User));
        assert!(here(post.clone(), public(Side::All)));
        assert!(here(post.clone(), public(Side::Local)));
        assert!(!here(post.clone(), public(Side::Remote)));
        assert!(!here(
            post.clone(),
            Name::Public {
                side: Side::All,
                media: true
            }
        ));
        let tag = |tag: &str| Name::Hashtag {
            tag: tag.into(),
            local: false,
        };
        assert!(here(post.clone(), tag("rust")));
        assert!(!here(post.clone(), tag("bread")));
        let passed_on = Reach {
            boosted: true,
            ..post.clone()
        };
        assert!(here(passed_on.clone(), Name::User));
        assert!(!here(passed_on, public(Side::All)));
        let closed = Reach {
            public: false,
            at_home: vec![],
            ..post
        };
        for name in [Name::User, public(Side::All), tag("rust"), Name::Direct] {
            assert!(!here(closed.clone(), name));
        }
    }
}
