//! Liking a post and passing it on: once each, however often it is said.

use kindred_storage::{
    BoostId, EntryId, NotificationKind, PostId, ReactionId, ReactionKind,
    actors::Actor,
    boosts::{self, Boost},
    hearsay,
    posts::{self, Count, Post},
    reactions::{self, Reaction},
    timelines,
};
use serde_json::Value;

use crate::{
    Kindred, Ledger, Refusal, Result, announce, membership, notify, policy,
    posts::{living, pass_on_activity},
    sight,
    views::{Entry, PostView, Viewer},
};

/// Lets somebody of ours like a post. Liking twice is liking once.
pub async fn like(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    changed(kindred, who, id, |ledger, who, post| {
        let uri = announce::fresh(ledger);
        if !record(
            ledger,
            who,
            post,
            ReactionKind::Like,
            None,
            Some(uri.clone()),
        )? {
            return Ok(());
        }
        let author = ledger.actor(post.author_id)?;
        let group = group_of(ledger, post)?;
        let like = announce::liked(ledger, who, post, &author, group.as_ref(), &uri)?;
        pass_on_activity(ledger, post, &like)
    })
    .await
}

/// Takes a like back.
pub async fn unlike(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    changed(kindred, who, id, |ledger, who, post| {
        let Some(gone) = take_back(ledger, who, post, ReactionKind::Like)? else {
            return Ok(());
        };
        let author = ledger.actor(post.author_id)?;
        let group = group_of(ledger, post)?;
        let undo = announce::liked_no_more(
            ledger,
            who,
            post,
            &author,
            group.as_ref(),
            &gone.uri.unwrap_or_default(),
        )?;
        pass_on_activity(ledger, post, &undo)
    })
    .await
}

/// Lets somebody of ours pass a public post on to their followers. Passing on twice is passing on once.
pub async fn boost(kindred: &Kindred, who: &Actor, id: PostId) -> Result<Entry> {
    let who = who.clone();
    let viewer = Viewer::Local(who.id);
    kindred
        .write(move |ledger| {
            let post = living(ledger, id)?;
            let post = sight::of_post(ledger.db, &viewer, post)?;
            policy::may_share(post.visibility)?;
            if posts::refuses_boosts(ledger.db, post.id)? {
                return Err(Refusal::NotForSharing.into());
            }
            let uri = announce::fresh(ledger);
            let boost = pass_on_personally(ledger, &who, &post, uri)?;
            if let Some(boost) = &boost {
                let author = ledger.actor(post.author_id)?;
                announce::boosted(ledger, &who, &post, &author, boost)?;
            }
            let boost = match boost {
                Some(boost) => boost,
                None => {
                    boosts::find(ledger.db, who.id, post.id)?.ok_or(crate::Refusal::NoSuchPost)?
                }
            };
            let post = living(ledger, post.id)?;
            Ok(Entry {
                id: boost.id.0,
                view: sight::view(ledger.db, &viewer, post)?,
                boost: Some((boost, who)),
            })
        })
        .await
}

/// Takes that back.
pub async fn unboost(kindred: &Kindred, who: &Actor, id: PostId) -> Result<PostView> {
    changed(kindred, who, id, take_back_boost).await
}

/// Takes back that somebody of ours passed a post on, if they did.
pub(super) fn take_back_boost(ledger: &mut Ledger<'_>, who: &Actor, post: &Post) -> Result<()> {
    let Some(boost) = undo_boost(ledger, who, post)? else {
        return Ok(());
    };
    let author = ledger.actor(post.author_id)?;
    announce::boosted_no_more(ledger, who, post, &author, &boost)
}

/// Does something to a post that the person may see, and answers how it looks then.
pub(super) async fn changed(
    kindred: &Kindred,
    who: &Actor,
    id: PostId,
    change: impl FnOnce(&mut Ledger<'_>, &Actor, &Post) -> Result<()> + Send + 'static,
) -> Result<PostView> {
    let who = who.clone();
    let viewer = Viewer::Local(who.id);
    kindred
        .write(move |ledger| {
            let post = living(ledger, id)?;
            let post = sight::of_post(ledger.db, &viewer, post)?;
            change(ledger, &who, &post)?;
            let post = living(ledger, post.id)?;
            sight::view(ledger.db, &viewer, post)
        })
        .await
}

fn group_of(ledger: &mut Ledger<'_>, post: &Post) -> Result<Option<Actor>> {
    post.group_id.map(|id| ledger.actor(id)).transpose()
}

/// Writes a reaction down and counts it; `false` when it was known. The author hears of a like.
pub(crate) fn record(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    post: &Post,
    kind: ReactionKind,
    emoji: Option<String>,
    uri: Option<String>,
) -> Result<bool> {
    // A group passes reactions on, which is speaking in it too.
    if let Some(group) = post.group_id
        && membership::is_banned(ledger, group, who.id)?
    {
        return Err(Refusal::NotWelcome(ledger.actor(group)?.name).into());
    }
    let reaction = Reaction {
        id: ReactionId(ledger.next_id()),
        post_id: post.id,
        actor_id: who.id,
        kind,
        emoji,
        uri,
        created_at: ledger.now,
    };
    if !reactions::record(ledger.db, &reaction)? {
        return Ok(false);
    }
    if kind == ReactionKind::Like {
        // Counted first, so that whoever tells of the same like at this moment waits.
        posts::adjust(ledger.db, post.id, Count::Likes, 1)?;
        // What a group had told of before is not another like.
        if hearsay::forget(ledger.db, post.id, &who.uri)? {
            posts::adjust(ledger.db, post.id, Count::Likes, -1)?;
        }
        let author = ledger.actor(post.author_id)?;
        notify::tell(
            ledger,
            &author,
            NotificationKind::Like,
            who.id,
            Some(post.id),
            post.group_id,
        )?;
    }
    Ok(true)
}

/// Takes a reaction back; answers it when there was one.
pub(crate) fn take_back(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    post: &Post,
    kind: ReactionKind,
) -> Result<Option<Reaction>> {
    let gone = reactions::remove(ledger.db, post.id, who.id, kind)?;
    if gone.is_some() && kind == ReactionKind::Like {
        posts::adjust(ledger.db, post.id, Count::Likes, -1)?;
    }
    Ok(gone)
}

/// A person passes a post on; `None` when they had already. Its author hears of it, followers here find it at home.
pub(crate) fn pass_on_personally(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    post: &Post,
    uri: String,
) -> Result<Option<Boost>> {
    let boost = Boost {
        id: BoostId(ledger.next_entry()),
        actor_id: who.id,
        post_id: post.id,
        uri,
        relay_uri: None,
        undone_at: None,
        created_at: ledger.now,
    };
    if !boosts::record(ledger.db, &boost)? {
        return Ok(None);
    }
    posts::adjust(ledger.db, post.id, Count::Boosts, 1)?;
    let entry = timelines::Entry {
        entry_id: EntryId::from(boost.id),
        post_id: post.id,
        by_id: Some(who.id),
    };
    timelines::put_home(ledger.db, entry, who.id, post.language.as_deref())?;
    ledger.tell_of_entry(entry.entry_id, post.id);
    let author = ledger.actor(post.author_id)?;
    notify::tell(
        ledger,
        &author,
        NotificationKind::Boost,
        who.id,
        Some(post.id),
        post.group_id,
    )?;
    Ok(Some(boost))
}

/// A person takes a boost back; answers it when there was one.
pub(crate) fn undo_boost(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    post: &Post,
) -> Result<Option<Boost>> {
    let Some(boost) =
        boosts::find(ledger.db, who.id, post.id)?.filter(|boost| boost.undone_at.is_none())
    else {
        return Ok(None);
    };
    boosts::undo(ledger.db, boost.id, ledger.now)?;
    timelines::forget_entry(ledger.db, EntryId::from(boost.id))?;
    ledger.tell_of_withdrawal(&boost);
    posts::adjust(ledger.db, post.id, Count::Boosts, -1)?;
    Ok(Some(boost))
}

/// A group of ours passes on what somebody elsewhere did to a post.
pub(crate) fn relay(ledger: &mut Ledger<'_>, post: &Post, raw: &Value) -> Result<()> {
    pass_on_activity(ledger, post, raw)
}
