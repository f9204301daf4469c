//! Posts: published, edited, taken back.
//!
//! A post of ours and one that was heard go the same way: both become a [`Publication`], and [`place`] decides where it belongs,
//! writes it down, tells those who should hear, and lets its group pass it on.

pub(crate) mod cards;
pub(crate) mod compose;
mod hearers;
pub(crate) mod held;
pub(crate) mod history;
mod keeping;
pub mod later;
mod meant;
mod once;
pub(crate) mod reactions;
pub(crate) mod relay;
pub(crate) mod take_in;

pub(crate) use compose::look_up;
pub use held::{Verdict, look_at, waiting as waiting_for_a_look};
pub use history::history;
pub use keeping::{keep, let_go, mute, pin, unmute, unpin};
pub use meant::entry;
pub(crate) use meant::meant;
pub use reactions::{boost, like, unboost, unlike};
pub(crate) use relay::{pass_on_activity, pass_on_change, room_of, withdraw};

use kindred_storage::{
    ActorId, PostId, Posting, TopicId, Visibility,
    actors::{self, Actor},
    boosts, groups, memberships,
    polls::Poll,
    posts::{self, Count, Post},
    timelines, tombstones,
    topics::{self as store, Topic},
    versions,
};
use relay::Room;
use serde_json::Value;

use crate::{
    Kindred, Ledger, Refusal, Result, announce, conversations,
    happenings::Happening,
    media, membership,
    policy::{self, Thread},
    polls,
    quotes::{self, Claim},
    search, sight,
    speech::Spoken,
    topics,
    views::{Draft, PostView, Viewer},
};

/// The longest text of ours, in characters.
pub const LONGEST_TEXT: usize = 10_000;

/// Something that is about to become a post.
pub(crate) struct Publication {
    /// The post as its author made it. Its place (group, thread, visibility in a group) is settled by [`place`].
    pub post: Post,
    /// Whom it names.
    pub mentions: Vec<ActorId>,
    /// The groups it is meant for, the most wanted first.
    pub groups: Vec<ActorId>,
    /// Its poll.
    pub poll: Option<Poll>,
    /// What it says about its quote; `None` when that is not looked into.
    pub quote: Option<Claim>,
    /// How it was said.
    pub said: Said,
    /// Whether its author lets others pass it on.
    pub boosting: Boosting,
}

/// Whether the author of a post lets others pass it on, as far as other servers ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boosting {
    /// As everywhere.
    Allowed,
    /// Nobody may: the author's server says so in an interaction policy.
    Refused,
}

/// How a post was said.
pub(crate) enum Said {
    /// By somebody of ours: we say it to others.
    Here,
    /// By somebody elsewhere, in these words, which a group passes on unchanged.
    Elsewhere(Value),
    /// Not to us: it was asked for at its own address.
    Fetched,
    /// Long before anybody here listened: it is kept, and nobody is told.
    LongAgo,
}

/// Publishes what somebody of ours wrote.
///
/// With an idempotency key a second call within the hour answers with the first one's post.
pub async fn publish(
    kindred: &Kindred,
    who: &Actor,
    draft: Draft,
    idempotency: Option<String>,
) -> Result<PostView> {
    let key = idempotency;
    if let Some(known) = later::published(once::done(kindred, who.id, key.as_deref()).await?)? {
        return crate::timelines::one(kindred, &Viewer::Local(who.id), known).await;
    }
    let composed = compose::compose(kindred, who, &draft).await?;
    let author = who.clone();
    let viewer = Viewer::Local(who.id);
    kindred
        .write(move |ledger| {
            let before = once::take(ledger, author.id, key.as_deref())?;
            let post = match later::published(before)? {
                Some(known) => living(ledger, known)?,
                None => publish_composed(ledger, &author, composed)?,
            };
            once::note(ledger, author.id, key.as_deref(), Some(post.id), None)?;
            sight::view(ledger.db, &viewer, post)
        })
        .await
}

/// Publishes what has been looked up and rendered.
fn publish_composed(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    composed: compose::Composed,
) -> Result<Post> {
    let (uploads, kept) = (composed.uploads().unwrap_or_default(), composed.scheduled());
    let publication = composed.into_publication(ledger, author)?;
    let post = place(ledger, author, publication)?;
    media::give(ledger, author.id, &uploads, kept, post.id)?;
    cards::ask_later(ledger, &post);
    Ok(post)
}

/// Changes what somebody of ours wrote. What it answers and where it stands stays as it is.
pub async fn edit(kindred: &Kindred, who: &Actor, id: PostId, draft: Draft) -> Result<PostView> {
    let composed = compose::compose(kindred, who, &draft).await?;
    let author = who.clone();
    let viewer = Viewer::Local(who.id);
    kindred
        .write(move |ledger| {
            let post = living(ledger, id)?;
            policy::may_change(&post, author.id)?;
            let uploads = composed.uploads();
            let changed = composed.into_edit(ledger, &post)?;
            let mentions: Vec<ActorId> = changed.mentions.clone();
            history::keep(ledger, &post)?;
            posts::edit(ledger.db, post.id, &changed.patch)?;
            if let Some(uploads) = uploads {
                media::give(ledger, author.id, &uploads, None, post.id)?;
                media::take_off(ledger, post.id, &uploads)?;
            }
            if held::changed(ledger, post.id, &mentions, None)? {
                let post = living(ledger, id)?;
                return sight::view(ledger.db, &viewer, post);
            }
            posts::mention_only(ledger.db, post.id, &mentions)?;
            if let Some(poll) = changed.poll {
                polls::ask_anew(ledger, poll)?;
            }
            let post = living(ledger, id)?;
            cards::ask_later(ledger, &post);
            search::note(ledger, &post)?;
            let update = with_spoken(ledger, &post, |ledger, spoken| {
                announce::edited(ledger, spoken)
            })?;
            pass_on_change(ledger, &post, &update)?;
            ledger.happened(Happening::Edited { post: post.id });
            sight::view(ledger.db, &viewer, post)
        })
        .await
}

/// Takes back what somebody of ours wrote, or that they passed something on. Answers it as it was.
pub async fn delete(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    let author = who.clone();
    let viewer = Viewer::Local(who.id);
    kindred
        .write(move |ledger| {
            let post = living(ledger, id)?;
            if let Some((boost, _)) = meant::passed_on(ledger.db, id)?
                && boost.actor_id == author.id
            {
                reactions::take_back_boost(ledger, &author, &post)?;
                let post = sight::of_post(ledger.db, &viewer, post)?;
                return sight::view(ledger.db, &viewer, post);
            }
            policy::may_change(&post, author.id)?;
            let view = sight::view(ledger.db, &viewer, post.clone())?;
            let deletion = with_spoken(ledger, &post, |ledger, spoken| {
                announce::deleted(ledger, spoken)
            })?;
            retract(ledger, &post, Some(&deletion))?;
            Ok(view)
        })
        .await
}

/// A post that is there: neither deleted nor removed.
pub(crate) fn living(ledger: &mut Ledger<'_>, id: PostId) -> Result<Post> {
    meant(ledger.db, id)?
        .filter(|post| post.deleted_at.is_none() && post.removed_at.is_none())
        .ok_or_else(|| Refusal::NoSuchPost.into())
}

/// Finds a post its place: in a thread, in a group, in the homes of those who hear of it. Then says it and passes it on.
///
/// A group that does not take it refuses our own people; what came from elsewhere is then kept outside of the group.
pub(crate) fn place(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    publication: Publication,
) -> Result<Post> {
    let mut post = publication.post;
    let parent = answered(ledger, author, post.parent_uri.as_deref())?;
    let place = find_room(
        ledger,
        author,
        &mut post,
        &publication.groups,
        parent.as_ref(),
    )?;
    let place = match place {
        // What nobody has told us cannot be passed on later, either: it waits when its author says it.
        Place::Waiting(..) if matches!(publication.said, Said::Fetched | Said::LongAgo) => {
            Place::TurnedAway
        }
        Place::Waiting(room, visibility) => {
            let waiting = Publication {
                post,
                ..publication
            };
            return held::hold(ledger, author, &room.face, visibility, waiting);
        }
        place => place,
    };
    // Whom a group does not let speak does not speak in its threads either: the answer stands for itself.
    let parent = parent.filter(|_| !matches!(place, Place::TurnedAway));
    post.parent_id = parent.as_ref().map(|parent| parent.id);
    post.root_id = parent.as_ref().map_or(post.id, |parent| parent.root_id);
    posts::insert(ledger.db, &post)?;
    if let Some(poll) = &publication.poll {
        polls::ask(ledger, poll, author)?;
    }
    if publication.boosting == Boosting::Refused {
        posts::refuse_boosts(ledger.db, post.id)?;
    }
    quotes::noted(ledger, author, &post, publication.quote.as_ref())?;
    if matches!(publication.said, Said::LongAgo) {
        settle_in(ledger, &post, parent.as_ref(), &publication.mentions)?;
        if is_counted(&post) {
            actors::adjust(ledger.db, author.id, actors::Count::Posts, 1)?;
        }
        return Ok(post);
    }
    make_known(
        ledger,
        author,
        &post,
        parent.as_ref(),
        &publication.mentions,
    )?;
    let create = match publication.said {
        Said::Here => Some(with_spoken(ledger, &post, |ledger, spoken| {
            announce::published(ledger, spoken)
        })?),
        Said::Elsewhere(create) => Some(create),
        // Nobody has told us of it: its group passes it on when its author does.
        Said::Fetched | Said::LongAgo => None,
    };
    if let (Place::Room(room), Some(create)) = (place, create) {
        relay::pass_on(ledger, &room, &post, &create, publication.boosting)?;
        if post.parent_id.is_some() {
            relay::carry_on(ledger, &post, &create)?;
        }
    }
    Ok(post)
}

/// A post is tied to what it names, to its topics, which are answered, and to its conversation.
fn settle_in(
    ledger: &mut Ledger<'_>,
    post: &Post,
    parent: Option<&Post>,
    mentions: &[ActorId],
) -> Result<Vec<TopicId>> {
    posts::mention(ledger.db, post.id, mentions)?;
    let topics = tie_hashtags(ledger, post)?;
    search::note(ledger, post)?;
    adopt_orphans(ledger, post)?;
    if let Some(parent) = parent {
        posts::adjust(ledger.db, parent.id, Count::Replies, 1)?;
    }
    Ok(topics)
}

/// A post that is in its place takes effect: in counts, in homes, in the notices of those it names.
fn make_known(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    post: &Post,
    parent: Option<&Post>,
    mentions: &[ActorId],
) -> Result<()> {
    let topics = settle_in(ledger, post, parent, mentions)?;
    if is_counted(post) {
        actors::note_post(ledger.db, author.id, ledger.now)?;
    }
    hearers::lay_into_homes(ledger, author, post, parent)?;
    hearers::bring_home_by_topic(ledger, post, &topics)?;
    if author.host.is_empty() {
        timelines::note_here(ledger.db, post.id)?;
    }
    if post.visibility == Visibility::Direct {
        conversations::went_on(ledger, author, post, mentions)?;
    }
    hearers::tell_the_named(ledger, author, post, mentions, parent)
}

/// A post that was known before its author told us of it, because somebody else had named it, finds its group now.
pub(crate) fn place_late(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    mut post: Post,
    groups: &[ActorId],
    create: &Value,
    boosting: Boosting,
) -> Result<()> {
    let parent = answered(ledger, author, post.parent_uri.as_deref())?;
    let (visibility, group) = (post.visibility, post.group_id);
    let room = match find_room(ledger, author, &mut post, groups, parent.as_ref())? {
        Place::Room(room) => room,
        Place::Waiting(room, wanted) if wanted == visibility => {
            return held::hold_known(ledger, author, &room.face, &post, create);
        }
        Place::Waiting(..) | Place::Outside | Place::TurnedAway => return Ok(()),
    };
    // Its place never changes, and what was passed on and withdrawn is not passed on again by saying it again.
    let settled = post.visibility == visibility && group.is_none_or(|group| group == room.face.id);
    if !settled || boosts::find(ledger.db, room.face.id, post.id)?.is_some() {
        return Ok(());
    }
    posts::set_group(ledger.db, post.id, room.face.id)?;
    relay::pass_on(ledger, &room, &post, create, boosting)
}

/// What a post answers, if it is here and its author may know of it.
pub(crate) fn answered(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    parent: Option<&str>,
) -> Result<Option<Post>> {
    let Some(parent) = parent else {
        return Ok(None);
    };
    let viewer = if author.host.is_empty() {
        Viewer::Local(author.id)
    } else {
        Viewer::Server(author.host.clone())
    };
    let parent = posts::by_uri(ledger.db, parent)?.into_iter().collect();
    Ok(sight::of_posts(ledger.db, &viewer, parent)?.pop())
}

/// Where a post belongs.
enum Place {
    /// In this group of ours.
    Room(Box<Room>),
    /// In this group of ours, with this visibility, once a moderator has looked at it.
    Waiting(Box<Room>, Visibility),
    /// In none of ours.
    Outside,
    /// Its author may not speak in the thread that it answers in.
    TurnedAway,
}

/// The group of ours that takes the post, if any; a group elsewhere is only noted, since it passes on by itself.
fn find_room(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    post: &mut Post,
    groups: &[ActorId],
    parent: Option<&Post>,
) -> Result<Place> {
    // A reply belongs to the group of its thread even when it forgets to say so.
    let wanted: Vec<ActorId> = parent
        .and_then(|parent| parent.group_id)
        .into_iter()
        .chain(groups.iter().copied())
        .collect();
    let here = author.host.is_empty();
    let mut place = Place::Outside;
    for id in wanted {
        let Some((group, face)) = groups::find(ledger.db, id)? else {
            continue;
        };
        if face.deleted_at.is_some() || face.suspended_at.is_some() {
            continue;
        }
        let addressed = groups.contains(&id);
        let visibility =
            policy::visibility_in_group(group.visibility, post.visibility, here, addressed);
        if !face.host.is_empty() {
            // Said in a sentence here, or it would be thrown away there without a word.
            if here && membership::is_banned(ledger, face.id, author.id)? {
                return Err(Refusal::NotWelcome(face.name).into());
            }
            // Its own server would drop it without a word: blogs and video channels are groups that only their owners write in.
            if here && parent.is_none() && group.posting == Posting::Organisers {
                return Err(Refusal::OrganisersOnly(face.name).into());
            }
            let open = matches!(post.visibility, Visibility::Public | Visibility::Unlisted);
            if visibility.is_some() || open {
                post.group_id = Some(face.id);
            }
            return Ok(Place::Outside);
        }
        let thread = match parent {
            None => Thread::New,
            Some(parent) if is_locked(ledger, parent)? => Thread::Locked,
            Some(_) => Thread::Open,
        };
        let standing = memberships::standing(ledger.db, face.id, author.id)?;
        let banned = membership::is_banned(ledger, face.id, author.id)?;
        let allowed = policy::may_post(&group, &face, standing.as_ref(), banned, thread);
        match (allowed, visibility) {
            (Ok(()), Some(visibility))
                if held::must_wait(ledger, &group, author.id, standing.as_ref())? =>
            {
                return Ok(Place::Waiting(Box::new(Room { group, face }), visibility));
            }
            (Ok(()), Some(visibility)) => {
                post.group_id = Some(face.id);
                post.visibility = visibility;
                return Ok(Place::Room(Box::new(Room { group, face })));
            }
            (Err(refusal), Some(_)) if here => return Err(refusal.into()),
            (Err(_), _) if parent.is_some_and(|parent| parent.group_id == Some(id)) => {
                place = Place::TurnedAway;
            }
            _ => {}
        }
    }
    Ok(place)
}

fn is_locked(ledger: &mut Ledger<'_>, parent: &Post) -> Result<bool> {
    if parent.locked_at.is_some() {
        return Ok(true);
    }
    Ok(posts::find(ledger.db, parent.root_id)?.is_some_and(|root| root.locked_at.is_some()))
}

/// Answers that were here before what they answer find their thread now.
fn adopt_orphans(ledger: &mut Ledger<'_>, post: &Post) -> Result<()> {
    for orphan in posts::waiting_for(ledger.db, &post.uri)? {
        posts::attach(ledger.db, orphan.id, post.id, post.root_id)?;
        // It may have been taken back while it waited.
        if orphan.is_standing() {
            posts::adjust(ledger.db, post.id, Count::Replies, 1)?;
        }
    }
    Ok(())
}

/// An answer and what it answers may come in at the same moment, neither seeing the other. The answer finds its thread now, if its
/// author may speak there.
pub(crate) fn reunite(ledger: &mut Ledger<'_>, answer: &str) -> Result<()> {
    let waiting = posts::by_uri(ledger.db, answer)?.filter(|post| post.parent_id.is_none());
    let Some(mut answer) = waiting else {
        return Ok(());
    };
    let author = ledger.actor(answer.author_id)?;
    let Some(parent) = answered(ledger, &author, answer.parent_uri.as_deref())? else {
        return Ok(());
    };
    let place = find_room(ledger, &author, &mut answer, &[], Some(&parent))?;
    if matches!(place, Place::TurnedAway) {
        return Ok(());
    }
    posts::attach(ledger.db, answer.id, parent.id, parent.root_id)?;
    if answer.is_standing() {
        posts::adjust(ledger.db, parent.id, Count::Replies, 1)?;
    }
    Ok(())
}

/// The most hashtags of a post that count.
const MOST_HASHTAGS: usize = 100;

/// Notes which topics a post names, and answers them.
fn tie_hashtags(ledger: &mut Ledger<'_>, post: &Post) -> Result<Vec<TopicId>> {
    let mut ids = Vec::new();
    for tag in post
        .tags
        .iter()
        .filter(|tag| tag.kind == posts::TagKind::Hashtag)
        .take(MOST_HASHTAGS)
    {
        let Some(slug) = topics::slug(&tag.name) else {
            continue;
        };
        let id = TopicId(ledger.next_id());
        let topic = Topic {
            id,
            slug,
            name: tag.name.trim_start_matches('#').to_owned(),
            created_at: ledger.now,
        };
        ids.push(store::ensure(ledger.db, &topic)?.id);
    }
    if !ids.is_empty() {
        store::set_post(ledger.db, post.id, &ids)?;
    }
    Ok(ids)
}

/// Takes a post away for good, wherever it stands; its group withdraws it with these words.
pub(crate) fn retract(
    ledger: &mut Ledger<'_>,
    post: &Post,
    deletion: Option<&Value>,
) -> Result<()> {
    posts::mark_deleted(ledger.db, post.id, ledger.now)?;
    if post.attachments.iter().any(|file| file.id.is_some()) {
        media::take_off(ledger, post.id, &[])?;
    }
    if post.edited_at.is_some() {
        versions::erase(ledger.db, post.id)?;
    }
    ledger.happened(Happening::Deleted { post: post.id });
    held::forget(ledger, post.id)?;
    tombstones::add(ledger.db, &post.uri, ledger.now)?;
    search::forget(ledger, post.id)?;
    if post.removed_at.is_none() {
        clear_away(ledger, post)?;
    }
    withdraw(ledger, post, deletion)
}

/// Takes everything away that somebody ever wrote here.
pub(crate) fn retract_all(ledger: &mut Ledger<'_>, author: &Actor) -> Result<()> {
    loop {
        let page = posts::page_of_author(ledger.db, author.id, &kindred_storage::Page::first(100))?;
        if page.is_empty() {
            return Ok(());
        }
        for post in page {
            // Nobody said so of each post, so nobody is quoted; microblogs see the boosts withdrawn.
            retract(ledger, &post, None)?;
        }
    }
}

/// Puts a post back into the counts that it stood in.
pub(crate) fn count_again(ledger: &mut Ledger<'_>, post: &Post) -> Result<()> {
    if let Some(parent) = post.parent_id {
        posts::adjust(ledger.db, parent, Count::Replies, 1)?;
    }
    if is_counted(post) {
        actors::adjust(ledger.db, post.author_id, actors::Count::Posts, 1)?;
    }
    Ok(())
}

/// Whether a post counts among those of its author. The sum is shown to everybody, so it must not tell how much somebody says where
/// not everybody reads.
fn is_counted(post: &Post) -> bool {
    !policy::needs_ties(post.visibility)
}

/// Takes a post out of the lists and counts that it stands in.
pub(crate) fn clear_away(ledger: &mut Ledger<'_>, post: &Post) -> Result<()> {
    timelines::forget_post(ledger.db, post.id)?;
    quotes::forgotten(ledger, post)?;
    if let Some(parent) = post.parent_id {
        posts::adjust(ledger.db, parent, Count::Replies, -1)?;
    }
    if is_counted(post) {
        actors::adjust(ledger.db, post.author_id, actors::Count::Posts, -1)?;
    }
    Ok(())
}

/// Gathers what a post speaks of and hands it over.
pub(crate) fn with_spoken<T>(
    ledger: &mut Ledger<'_>,
    post: &Post,
    then: impl FnOnce(&mut Ledger<'_>, &Spoken<'_>) -> Result<T>,
) -> Result<T> {
    let rows = sight::gather_spoken(ledger.db, post)?;
    then(ledger, &rows.spoken(post))
}
