//! Quotes (FEP-044f): who may quote whom, asking, allowing, taking the permission back.
//!
//! A quote is shown with what it quotes once the author of the quoted post agrees: by the policy on the post, by answering our question
//! with a stamp, or because it is their own. A stamp of ours is served at its id for as long as it holds.

mod verify;

pub(crate) use verify::verify;

use kindred_protocol::{
    Uri,
    vocabulary::{Answer, Document, Note, Ref},
    write,
};
use kindred_storage::{
    ActorId, FollowState, NotificationKind, Page, PostId, QuotePolicy, QuoteState,
    actors::{self, Actor},
    blocks, follows,
    posts::{self, Count, Post, PostPatch},
    quotes::{self, Quote},
};
use serde_json::Value;

use crate::{
    Kindred, Ledger, Refusal, Result, announce,
    jobs::{Job, lane_look},
    links, notify,
    policy::{self, Place, Quoting},
    posts::{living, pass_on_activity, take_in, with_spoken},
    remote, sections, sight,
    views::{PostView, Section, Viewer},
};

/// What a post from elsewhere says about its quote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The stamp that it shows.
    pub stamp: Option<String>,
    /// Whether it quotes as Misskey and Akkoma do, where nobody is asked.
    pub unasked: bool,
}

/// The posts that quote a post and that the viewer may see, the latest first.
pub async fn of(
    kindred: &Kindred,
    viewer: &Viewer,
    post: PostId,
    page: Page,
) -> Result<Section<PostView>> {
    let (viewer, now) = (viewer.clone(), kindred.now());
    kindred
        .read(move |db| {
            let post = posts::find(db, post)?.ok_or(Refusal::NoSuchPost)?;
            let post = sight::of_post(db, &viewer, post)?;
            sections::section(
                db,
                page,
                |quoting: &Post| quoting.id.0,
                |db, page| Ok(quotes::page_of(db, post.id, page)?),
                |db, mut quoting| {
                    let authors: Vec<ActorId> = quoting.iter().map(|it| it.author_id).collect();
                    let away = sections::kept_away(db, &viewer, now, Place::Open, &authors)?;
                    quoting.retain(|it| !away.contains(&it.author_id));
                    let quoting = sight::of_posts(db, &viewer, quoting)?;
                    let views = sight::views(db, &viewer, quoting)?;
                    Ok(views
                        .into_iter()
                        .map(|view| (view.post.id.0, view))
                        .collect())
                },
            )
        })
        .await
}

/// Lets an author take the permission back that their post is quoted by another. Answers the other, which shows it no more.
pub async fn revoke(
    kindred: &Kindred,
    who: &Actor,
    quoted: PostId,
    quoting: PostId,
) -> Result<PostView> {
    let author = who.clone();
    kindred
        .write(move |ledger| {
            let viewer = Viewer::Local(author.id);
            let post = living(ledger, quoted)?;
            policy::may_change(&post, author.id)?;
            let other = living(ledger, quoting)?;
            let other = sight::of_post(ledger.db, &viewer, other)?;
            let quote = quotes::find(ledger.db, other.id)?
                .filter(|quote| quote.quoted_id == Some(post.id))
                .ok_or(Refusal::NoSuchPost)?;
            if quote.state != QuoteState::Revoked {
                let stamp = quote.stamp_uri.clone();
                settle(ledger, quote, QuoteState::Revoked, None)?;
                let by = ledger.actor(other.author_id)?;
                match stamp {
                    Some(stamp) if !by.host.is_empty() => {
                        announce::quote_revoked(ledger, &author, &by, &stamp)?;
                    }
                    // Whoever quotes lives here, and everybody elsewhere hears from them.
                    _ if by.host.is_empty() => tell_again(ledger, &other)?,
                    _ => {}
                }
            }
            sight::view(ledger.db, &viewer, other)
        })
        .await
}

/// Lets an author decide who may quote a post of theirs. What was allowed before stays allowed.
pub async fn open_to(
    kindred: &Kindred,
    who: &Actor,
    post: PostId,
    policy: QuotePolicy,
) -> Result<PostView> {
    let author = who.clone();
    kindred
        .write(move |ledger| {
            let post = living(ledger, post)?;
            policy::may_change(&post, author.id)?;
            let patch = PostPatch {
                quote_policy: Some(Some(policy)),
                ..PostPatch::default()
            };
            posts::edit(ledger.db, post.id, &patch)?;
            let post = living(ledger, post.id)?;
            tell_again(ledger, &post)?;
            sight::view(ledger.db, &Viewer::Local(author.id), post)
        })
        .await
}

fn tell_again(ledger: &mut Ledger<'_>, post: &Post) -> Result<()> {
    let update = with_spoken(ledger, post, |ledger, spoken| {
        announce::edited(ledger, spoken)
    })?;
    pass_on_activity(ledger, post, &update)
}

/// The stamp that allows one post to quote another, for as long as it holds and the asker may see what is quoted.
pub async fn stamp(
    kindred: &Kindred,
    viewer: &Viewer,
    quoted: PostId,
    quoting: PostId,
) -> Result<Value> {
    crate::documents::federating(kindred)?;
    let viewer = viewer.clone();
    let app = kindred.clone();
    kindred
        .read(move |db| {
            let id = links::stamp(app.settings(), quoted, quoting);
            quotes::find(db, quoting)?
                .filter(|quote| {
                    quote.state == QuoteState::Accepted
                        && quote.stamp_uri.as_deref() == Some(id.as_str())
                })
                .ok_or(Refusal::NoSuchPost)?;
            let post = posts::find(db, quoted)?.ok_or(Refusal::NoSuchPost)?;
            let post = sight::of_post(db, &viewer, post)?;
            let author = actors::find(db, post.author_id)?.ok_or(Refusal::NoSuchPerson)?;
            let other = posts::find(db, quoting)?.ok_or(Refusal::NoSuchPost)?;
            Ok(write::quote_authorization(
                &id,
                &author.uri,
                &other.uri,
                &post.uri,
            ))
        })
        .await
}

/// The post that somebody of ours wants to quote, if they may.
pub(crate) fn wanted(ledger: &mut Ledger<'_>, who: &Actor, quoted: PostId) -> Result<Post> {
    let post = living(ledger, quoted)?;
    let post = sight::of_post(ledger.db, &Viewer::Local(who.id), post)?;
    match quoting(ledger, &post, who)? {
        Quoting::Automatic | Quoting::Manual => Ok(post),
        Quoting::Denied => Err(Refusal::NotForQuoting.into()),
    }
}

/// Whether somebody may quote a post, by the policy on it.
fn quoting(ledger: &mut Ledger<'_>, post: &Post, who: &Actor) -> Result<Quoting> {
    if blocks::find(ledger.db, post.author_id, who.id)?.is_some() {
        return Ok(Quoting::Denied);
    }
    let here = ledger.actor(post.author_id)?.host.is_empty();
    let follows = follows::find(ledger.db, who.id, post.author_id)?
        .is_some_and(|follow| follow.state == FollowState::Accepted);
    let own = post.author_id == who.id;
    Ok(policy::may_quote(post, here, own, follows))
}

/// A post that quotes was written down: who has to be asked is asked.
pub(crate) fn noted(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    post: &Post,
    claim: Option<&Claim>,
) -> Result<()> {
    let Some(uri) = post.quote_uri.clone() else {
        return Ok(());
    };
    let quoted = posts::by_uri(ledger.db, &uri)?.filter(Post::is_standing);
    let mut quote = Quote {
        post_id: post.id,
        quoted_id: quoted.as_ref().map(|quoted| quoted.id),
        quoted_uri: uri,
        state: QuoteState::Pending,
        request_uri: None,
        stamp_uri: None,
        created_at: ledger.now,
    };
    let Some(quoted) = quoted else {
        quotes::record(ledger.db, &quote)?;
        verify_later(ledger, &quote, claim);
        return Ok(());
    };
    let theirs = ledger.actor(quoted.author_id)?;
    let own = quoted.author_id == author.id;
    match (author.host.is_empty(), theirs.host.is_empty()) {
        (_, true) => {
            quotes::record(ledger.db, &quote)?;
            let allowed = quoting(ledger, &quoted, author)? == Quoting::Automatic;
            let state = if allowed {
                QuoteState::Accepted
            } else {
                QuoteState::Rejected
            };
            // Whoever quotes from here shows the stamp at once; others ask for theirs.
            let stamp = (allowed && author.host.is_empty())
                .then(|| links::stamp(ledger.settings, quoted.id, post.id));
            settle(ledger, quote, state, stamp)
        }
        (false, false) if own => {
            quotes::record(ledger.db, &quote)?;
            settle(ledger, quote, QuoteState::Accepted, None)
        }
        (false, false) => {
            quotes::record(ledger.db, &quote)?;
            verify_later(ledger, &quote, claim);
            Ok(())
        }
        (true, false) => {
            let request = announce::fresh(ledger);
            quote.request_uri = Some(request.clone());
            quotes::record(ledger.db, &quote)?;
            with_spoken(ledger, post, |ledger, spoken| {
                announce::asked_to_quote(ledger, spoken, &theirs, &request)
            })
        }
    }
}

/// Leaves a job that finds out whether a quote between others is agreed to.
fn verify_later(ledger: &mut Ledger<'_>, quote: &Quote, claim: Option<&Claim>) {
    if let Some(claim) = claim.cloned()
        && let Ok(address) = Uri::parse(&quote.quoted_uri)
    {
        let job = Job::VerifyQuote {
            post: quote.post_id,
            stamp: claim.stamp,
            unasked: claim.unasked,
        };
        ledger.enqueue(lane_look(address.host()), &job);
    }
}

/// The author of a quoting post shows a stamp that they did not show before.
pub(crate) fn shown(ledger: &mut Ledger<'_>, post: &Post, stamp: &str) -> Result<()> {
    let waits = quotes::find(ledger.db, post.id)?
        .filter(|quote| matches!(quote.state, QuoteState::Pending | QuoteState::Rejected));
    let Some(quote) = waits else { return Ok(()) };
    // Of what is quoted here we know ourselves what was allowed.
    if !ledger.settings.is_ours(&quote.quoted_uri) {
        let claim = Claim {
            stamp: Some(stamp.to_owned()),
            unasked: false,
        };
        verify_later(ledger, &quote, Some(&claim));
    }
    Ok(())
}

/// Writes down how a quote stands now, counts it, and tells an author of ours who quotes them.
fn settle(
    ledger: &mut Ledger<'_>,
    quote: Quote,
    state: QuoteState,
    stamp: Option<String>,
) -> Result<()> {
    let before = quotes::find(ledger.db, quote.post_id)?.map(|quote| quote.state);
    let (was, is) = (
        before == Some(QuoteState::Accepted),
        state == QuoteState::Accepted,
    );
    let (post, quoted) = (quote.post_id, quote.quoted_id);
    quotes::record(
        ledger.db,
        &Quote {
            state,
            stamp_uri: stamp.or(quote.stamp_uri.clone()).filter(|_| is),
            ..quote
        },
    )?;
    let Some(quoted) = quoted.filter(|_| was != is) else {
        return Ok(());
    };
    posts::adjust(ledger.db, quoted, Count::Quotes, if is { 1 } else { -1 })?;
    let (Some(quoted), Some(post)) = (
        posts::find(ledger.db, quoted)?,
        posts::find(ledger.db, post)?,
    ) else {
        return Ok(());
    };
    if is && before != Some(QuoteState::Revoked) {
        let author = ledger.actor(quoted.author_id)?;
        notify::tell(
            ledger,
            &author,
            NotificationKind::Quote,
            post.author_id,
            Some(post.id),
            post.group_id,
        )?;
    }
    Ok(())
}

/// A quoting post goes away: it is counted no more.
pub(crate) fn forgotten(ledger: &mut Ledger<'_>, post: &Post) -> Result<()> {
    if post.quote_uri.is_none() {
        return Ok(());
    }
    if let Some(quote) = quotes::find(ledger.db, post.id)?
        && quote.state == QuoteState::Accepted
        && let Some(quoted) = quote.quoted_id
    {
        posts::adjust(ledger.db, quoted, Count::Quotes, -1)?;
        quotes::record(
            ledger.db,
            &Quote {
                state: QuoteState::Revoked,
                stamp_uri: None,
                ..quote
            },
        )?;
    }
    Ok(())
}

/// Somebody elsewhere asks whether a post of theirs may quote one of ours. The same question gets the same answer.
pub(crate) async fn requested(
    kindred: &Kindred,
    sender: Actor,
    id: Option<Uri>,
    object: Uri,
    instrument: Option<Ref<Document>>,
) -> Result<()> {
    let (Some(id), Some(instrument)) = (id, instrument) else {
        return Ok(());
    };
    let note = match instrument {
        Ref::Whole(document) => match *document {
            Document::Note(note) => *note,
            _ => return Err(Refusal::NotYours.into()),
        },
        Ref::Id(uri) if Uri::parse(&sender.uri).is_ok_and(|home| home.same_origin(&uri)) => {
            Box::pin(remote::fetch_note(kindred, &uri)).await?
        }
        Ref::Id(_) => return Err(Refusal::NotYours.into()),
    };
    let vouched = Uri::parse(&sender.uri).is_ok_and(|sender| note.is_vouched_by(&sender));
    if !vouched || note.quote.as_ref() != Some(&object) {
        return Err(Refusal::NotYours.into());
    }
    kindred
        .write(move |ledger| answer(ledger, &sender, &id, &object, &note))
        .await
}

fn answer(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    id: &Uri,
    object: &Uri,
    note: &Note,
) -> Result<()> {
    let viewer = Viewer::Server(sender.host.clone());
    let quoted = posts::by_uri(ledger.db, object.as_str())?
        .into_iter()
        .collect();
    let Some(quoted) = sight::of_posts(ledger.db, &viewer, quoted)?.pop() else {
        return Ok(());
    };
    let author = ledger.actor(quoted.author_id)?;
    if !author.host.is_empty() {
        return Ok(());
    }
    let question = announce::Question {
        id: id.as_str(),
        object: object.as_str(),
        instrument: note.id.as_str(),
    };
    if quoting(ledger, &quoted, sender)? != Quoting::Automatic {
        return announce::quote_refused(ledger, &author, sender, &question);
    }
    let Some(post) = take_in::quoting(ledger, sender, note)? else {
        return Ok(());
    };
    let known = quotes::find(ledger.db, post.id)?
        .filter(|quote| quote.quoted_id == Some(quoted.id))
        .ok_or(Refusal::NotYours)?;
    // What its author took back stays taken back.
    if known.state == QuoteState::Revoked {
        return announce::quote_refused(ledger, &author, sender, &question);
    }
    let stamp = links::stamp(ledger.settings, quoted.id, post.id);
    let asked = Quote {
        request_uri: Some(id.as_str().to_owned()),
        ..known
    };
    settle(ledger, asked, QuoteState::Accepted, Some(stamp.clone()))?;
    announce::quote_allowed(ledger, &author, sender, &question, &stamp)
}

/// An answer to a question of ours whether somebody of ours may quote; `false` when it answers no such question.
pub(crate) fn answered(
    ledger: &mut Ledger<'_>,
    sender: &Actor,
    answer: &Answer,
    yes: bool,
) -> Result<bool> {
    let Some(id) = answer.object.id() else {
        return Ok(false);
    };
    let Some(quote) = quotes::by_request(ledger.db, id.as_str())? else {
        return Ok(false);
    };
    let (Some(quoted), Some(post)) = (
        quote
            .quoted_id
            .map(|id| posts::find(ledger.db, id))
            .transpose()?
            .flatten(),
        posts::find(ledger.db, quote.post_id)?.filter(Post::is_standing),
    ) else {
        return Ok(true);
    };
    let ours = ledger.actor(post.author_id)?.host.is_empty();
    if quoted.author_id != sender.id || !ours {
        return Err(Refusal::NotYours.into());
    }
    if !yes {
        let state = match quote.state {
            QuoteState::Accepted => QuoteState::Revoked,
            _ => QuoteState::Rejected,
        };
        settle(ledger, quote, state, None)?;
        return tell_again(ledger, &post).map(|()| true);
    }
    let stamp = answer
        .result
        .as_ref()
        .filter(|stamp| Uri::parse(&sender.uri).is_ok_and(|home| home.same_origin(stamp)))
        .ok_or(Refusal::NotYours)?;
    if quote.state == QuoteState::Pending {
        settle(
            ledger,
            quote,
            QuoteState::Accepted,
            Some(stamp.as_str().to_owned()),
        )?;
        // From now on the post shows the stamp.
        tell_again(ledger, &post)?;
    }
    Ok(true)
}

/// Somebody takes back a stamp that they gave; `false` when there is no such stamp.
pub(crate) fn stamp_gone(ledger: &mut Ledger<'_>, sender: &Actor, uri: &Uri) -> Result<bool> {
    let Some(quote) = quotes::by_stamp(ledger.db, uri.as_str())? else {
        return Ok(false);
    };
    let quoted = quote
        .quoted_id
        .map(|id| posts::find(ledger.db, id))
        .transpose()?;
    if quoted
        .flatten()
        .is_none_or(|quoted| quoted.author_id != sender.id)
    {
        return Err(Refusal::NotYours.into());
    }
    let post = posts::find(ledger.db, quote.post_id)?.filter(Post::is_standing);
    settle(ledger, quote, QuoteState::Revoked, None)?;
    match post {
        Some(post) if ledger.actor(post.author_id)?.host.is_empty() => tell_again(ledger, &post),
        _ => Ok(()),
    }
    .map(|()| true)
}

/// A text with the address of what it quotes above it, for those who know no quotes. Others hide this line by its class.
pub fn with_reference(quoted: &str, content: &str) -> String {
    let address = kindred_protocol::html::escape(quoted);
    format!(
        "<p class=\"quote-inline\">RE: <a href=\"{address}\" rel=\"nofollow noopener\" target=\"_blank\">{address}</a></p>{content}"
    )
}

/// Who may quote a post of somebody elsewhere, as its policy says it.
pub(crate) fn policy_of(note: &Note, author: &Actor) -> Option<QuotePolicy> {
    let rule = note.quoting.as_ref()?;
    let names = |list: &[String]| {
        let has = |uri: &str| list.iter().any(|who| who == uri);
        let public = has(kindred_protocol::vocabulary::PUBLIC);
        (public, author.followers_uri.as_deref().is_some_and(has))
    };
    Some(match (names(&rule.automatic), names(&rule.manual)) {
        ((true, _), _) => QuotePolicy::Public,
        ((_, true), _) => QuotePolicy::Followers,
        (_, (true, _) | (_, true)) => QuotePolicy::Asking,
        _ => QuotePolicy::Nobody,
    })
}
