//! What each of those who listen gets to see of a happening.
//!
//! One task looks at each happening once, and asks for everybody who may be concerned what their own timeline would show: rules of
//! seeing are not repeated here.

use std::{collections::HashSet, sync::Arc};

use actix_web::web::Data;
use kindred_community::{
    ActorId, Kindred, ListId, NotificationId, PostId, Result, conversations,
    happenings::{self, Edited, Happening, Reach},
    lists, notices, timelines,
    views::{Entry, Page, SignedIn, Viewer},
};
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;

use super::{
    house,
    names::{Name, Side},
    seats::{Streams, Watchers},
};
use crate::mastodon::{
    entities::{Conversation, Notification, Status},
    lens,
};

/// Looks at everything that happens, for as long as the process lives.
pub(super) async fn watch(kindred: Data<Kindred>, streams: Data<Streams>) {
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
        Happening::Announced { announcement } => {
            house::tell_of_announcement(kindred, streams, &watchers, announcement).await?;
        }
        Happening::Reacted { announcement, name } => {
            house::tell_of_reaction(kindred, streams, &watchers, announcement, &name).await?;
        }
        Happening::AnnouncementGone { announcement } => {
            let number: Arc<str> = announcement.to_string().into();
            for who in watchers.keys() {
                streams.tell_at_home(*who, "announcement.delete", Some(&number));
            }
        }
        Happening::FiltersChanged { owner } => {
            streams.tell_at_home(owner, "filters_changed", None);
        }
        Happening::Notified { owner, notice } => {
            if let Some((me, _)) = watchers.get(&owner) {
                tell_of_notice(kindred, streams, me, notice).await?;
            }
        }
        Happening::NoticesMerged { owner } => {
            let names = HashSet::from([Name::User, Name::Notifications]);
            let word: Arc<str> = "1".into();
            let event = "notifications_merged";
            streams.hand_out(owner, &names, "read:notifications", event, Some(&word));
        }
        Happening::Deleted { post } => {
            if let Some(reach) = happenings::reach_of_gone(kindred, post, ids()).await? {
                tell_of_gone(kindred, streams, &watchers, reach, post.0).await?;
            }
        }
        Happening::Withdrawn { entry, by } => {
            let reach = happenings::reach_of_withdrawn(kindred, by, ids()).await?;
            tell_of_gone(kindred, streams, &watchers, reach, entry).await?;
        }
        Happening::Entry { entry, post } => {
            if let Some(reach) = happenings::reach(kindred, entry, post, ids()).await? {
                show(
                    kindred,
                    streams,
                    &watchers,
                    &reach,
                    &News::Entry(entry),
                    post,
                )
                .await?;
                if reach.direct {
                    tell_of_talk(kindred, streams, &watchers, post).await?;
                } else {
                    show_on_lists(kindred, streams, &watchers, &News::Entry(entry)).await?;
                }
            }
        }
        Happening::Edited { post } => {
            if let Some(edited) = happenings::reach_of_edited(kindred, post, ids()).await? {
                let (reach, news) = (edited.reach.clone(), News::Edited(edited));
                show(kindred, streams, &watchers, &reach, &news, post).await?;
                if !reach.direct {
                    show_on_lists(kindred, streams, &watchers, &news).await?;
                }
            }
        }
    }
    Ok(())
}

/// What there is to show of a post.
enum News {
    /// It came into timelines by this entry.
    Entry(i64),
    /// It says something else now: whatever brought it into a timeline, clients are shown the post itself and put it in its place.
    Edited(Edited),
}

impl News {
    fn event(&self) -> &'static str {
        match self {
            Self::Entry(_) => "update",
            Self::Edited(_) => "status.update",
        }
    }

    /// By which entry somebody has it at home.
    fn at_home(&self, who: ActorId) -> Option<i64> {
        match self {
            Self::Entry(entry) => Some(*entry),
            Self::Edited(edited) => edited.at_home.get(&who).copied(),
        }
    }

    /// By which entries it can have come onto a list.
    fn entries(&self) -> &[i64] {
        match self {
            Self::Entry(entry) => std::slice::from_ref(entry),
            Self::Edited(edited) => &edited.entries,
        }
    }

    /// The words of an entry that tells of it.
    fn written(&self, kindred: &Kindred, me: &SignedIn, entry: &Entry) -> Arc<str> {
        let lens = lens(kindred, Some(me));
        match self {
            Self::Entry(_) => written(&Status::entry(&lens, entry)),
            Self::Edited(_) => written(&Status::of(&lens, &entry.view)),
        }
    }
}

/// Tells everybody who may have seen an entry that it is gone.
async fn tell_of_gone(
    kindred: &Kindred,
    streams: &Streams,
    watchers: &Watchers,
    reach: Reach,
    entry: i64,
) -> Result<()> {
    let number: Arc<str> = entry.to_string().into();
    for (who, names) in concerned(watchers, &reach) {
        streams.hand_out(who, &names, "read:statuses", "delete", Some(&number));
    }
    let looked_at: Vec<ListId> = watchers
        .iter()
        .filter(|(who, _)| reach.at_home.contains(who))
        .flat_map(|(_, (_, names))| names)
        .filter_map(|name| match name {
            Name::List(list) => Some(*list),
            _ => None,
        })
        .collect();
    if looked_at.is_empty() {
        return Ok(());
    }
    for (list, owner) in happenings::lists_with(kindred, looked_at, reach.by).await? {
        let names = HashSet::from([Name::List(list)]);
        streams.hand_out(owner, &names, "read:statuses", "delete", Some(&number));
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

/// Shows a post on those lists, of which somebody looks at this moment, that it stands on.
async fn show_on_lists(
    kindred: &Kindred,
    streams: &Streams,
    watchers: &Watchers,
    news: &News,
) -> Result<()> {
    for (who, (me, names)) in listening(watchers, |name| matches!(name, Name::List(_))) {
        for name in names {
            let Name::List(list) = name else { continue };
            if let Some(entry) = on_list(kindred, me, *list, news.entries()).await? {
                let status = news.written(kindred, me, &entry);
                let names = HashSet::from([name.clone()]);
                streams.hand_out(*who, &names, "read:statuses", news.event(), Some(&status));
            }
        }
    }
    Ok(())
}

/// The first of these entries that stands on a list of this person.
async fn on_list(
    kindred: &Kindred,
    me: &SignedIn,
    list: ListId,
    entries: &[i64],
) -> Result<Option<Entry>> {
    for entry in entries {
        match lists::timeline(kindred, &me.actor, list, alone(*entry)).await {
            Ok(mut found) => {
                if let Some(entry) = found.items.pop() {
                    return Ok(Some(entry));
                }
            }
            // A list that is gone, or somebody else's.
            Err(error) if error.refusal().is_some() => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
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

/// Shows a post to everybody it concerns, to each as their own timeline shows it.
async fn show(
    kindred: &Kindred,
    streams: &Streams,
    watchers: &Watchers,
    reach: &Reach,
    news: &News,
    post: PostId,
) -> Result<()> {
    for (who, mut names) in concerned(watchers, reach) {
        let Some((me, _)) = watchers.get(&who) else {
            continue;
        };
        if names.remove(&Name::User)
            && let Some(entry) = news.at_home(who)
            && let Some(entry) = timelines::home(kindred, &me.actor, alone(entry))
                .await?
                .items
                .first()
        {
            let status = news.written(kindred, me, entry);
            let user = HashSet::from([Name::User]);
            streams.hand_out(who, &user, "read:statuses", news.event(), Some(&status));
        }
        if names.is_empty() {
            continue;
        }
        match timelines::one(kindred, &Viewer::Local(who), post).await {
            Ok(view) => {
                let status = written(&Status::of(&lens(kindred, Some(me)), &view));
                streams.hand_out(who, &names, "read:statuses", news.event(), Some(&status));
            }
            Err(error) if error.refusal().is_some() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

pub(super) fn written(entity: &impl Serialize) -> Arc<str> {
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
