//! Who finds a post, and who is told of it: followers and those who follow its topics at home, those it names among their notices.

use kindred_storage::{
    ActorId, EntryId, NotificationKind, TopicId, Visibility,
    actors::{self, Actor},
    follows,
    posts::Post,
    timelines,
};

use crate::{Ledger, Result, notify, sight};

/// Lays a post into the homes of its author and of those here who follow the author.
pub(super) fn lay_into_homes(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    post: &Post,
    parent: Option<&Post>,
) -> Result<()> {
    let entry = timelines::Entry {
        entry_id: EntryId::from(post.id),
        post_id: post.id,
        by_id: None,
    };
    if author.host.is_empty() {
        timelines::put_home_of(ledger.db, entry, author.id)?;
    }
    if matches!(
        post.visibility,
        Visibility::Public | Visibility::Unlisted | Visibility::Followers
    ) {
        // An answer is of interest to those who follow both sides of the conversation.
        let other = parent
            .map(|parent| parent.author_id)
            .filter(|other| *other != author.id);
        match other {
            Some(other) => timelines::put_home_of_both(ledger.db, entry, author.id, other)?,
            None => timelines::put_home(ledger.db, entry, author.id, post.language.as_deref())?,
        };
        if parent.is_none() && post.parent_uri.is_none() {
            tell_the_eager(ledger, author.id, post)?;
        }
    }
    ledger.tell_of_entry(entry.entry_id, post.id);
    Ok(())
}

/// Lays a thread that is for everybody into the homes of those who follow one of its topics.
pub(super) fn bring_home_by_topic(
    ledger: &mut Ledger<'_>,
    post: &Post,
    topics: &[TopicId],
) -> Result<()> {
    if topics.is_empty() || post.visibility != Visibility::Public || post.parent_uri.is_some() {
        return Ok(());
    }
    let entry = timelines::Entry {
        entry_id: EntryId::from(post.id),
        post_id: post.id,
        by_id: None,
    };
    timelines::put_home_of_topics(ledger.db, entry, topics)?;
    Ok(())
}

/// Tells those who want to hear of every post of somebody, or of every thread of a group.
pub(super) fn tell_the_eager(ledger: &mut Ledger<'_>, of: ActorId, post: &Post) -> Result<()> {
    let eager = follows::to_be_told(ledger.db, of)?;
    if eager.is_empty() {
        return Ok(());
    }
    for whom in actors::find_many(ledger.db, &eager)? {
        notify::tell(
            ledger,
            &whom,
            NotificationKind::Post,
            of,
            Some(post.id),
            post.group_id,
        )?;
    }
    Ok(())
}

/// Tells those whom a post names, and the one whom it answers.
pub(super) fn tell_the_named(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    post: &Post,
    mentions: &[ActorId],
    parent: Option<&Post>,
) -> Result<()> {
    let answered = parent.map(|parent| parent.author_id);
    for named in actors::find_many(ledger.db, mentions)? {
        // Naming somebody lets nobody into a room: who is no member is not told either.
        let outside = match post.group_id {
            Some(group) if post.visibility == Visibility::Members => {
                !sight::is_member(ledger.db, group, named.id)?
            }
            _ => false,
        };
        if Some(named.id) != answered && !outside {
            notify::tell(
                ledger,
                &named,
                NotificationKind::Mention,
                author.id,
                Some(post.id),
                post.group_id,
            )?;
        }
    }
    if let Some(answered) = answered {
        let answered = ledger.actor(answered)?;
        notify::tell(
            ledger,
            &answered,
            NotificationKind::Reply,
            author.id,
            Some(post.id),
            post.group_id,
        )?;
    }
    Ok(())
}
