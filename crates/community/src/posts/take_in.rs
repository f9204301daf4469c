//! Posts from elsewhere: taken in when they concern somebody here, kept out otherwise.
//!
//! Whether the words are really their author's has been decided before: by the signature of the letter, or because they were fetched
//! from their own address.

mod meetup;

use kindred_protocol::{
    Uri, html,
    vocabulary::{self, AttachmentKind, Note, PUBLIC, Tag as WireTag},
};
use kindred_storage::{
    ActorId, ActorKind, Json, Moment, PostId, PostKind, Visibility,
    actors::{self, Actor},
    follows,
    polls::{Poll, PollOption},
    posts::{self, Attachment, Focus, Post, PostPatch, Tag, TagKind},
    tombstones,
};
use serde_json::Value;

use crate::{
    Kindred, Ledger, Result,
    happenings::Happening,
    jobs::{Job, lane_look},
    polls,
    posts::{
        Boosting, Publication, Said, answered, held, history, pass_on_change, place, place_late,
    },
    quotes::{self, Claim},
    receive::own_name,
    remote::{self, is_shortcode},
};

/// The most people that a post may name and still be told to them.
const MOST_MENTIONS: usize = 20;

/// Older posts do not enter a group any more: they would be passed on as news.
const TOO_OLD_FOR_A_GROUP: std::time::Duration = std::time::Duration::from_hours(30 * 24);

/// Takes in what its author just told us, if it concerns anybody here. `create` is the activity as it was said.
pub(crate) fn told(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    note: &Note,
    create: &Value,
) -> Result<Option<Post>> {
    if note.is_vote() {
        polls::heard(ledger, author, note)?;
        return Ok(None);
    }
    take(
        ledger,
        author,
        note,
        Said::Elsewhere(create.clone()),
        Concern::MustBeOurs,
        Some(claim_of(note)),
    )
}

/// Takes in what was fetched because something here needs it.
pub(crate) async fn fetched(kindred: &Kindred, note: Note) -> Result<Option<Post>> {
    // There is no activity to pass on: whoever fetched it decides what becomes of it.
    let claim = claim_of(&note);
    Box::pin(needed(kindred, note, Said::Fetched, Some(claim))).await
}

/// Takes in what was found where nobody here listened yet. It keeps its date, and nobody is told.
pub(crate) async fn found(kindred: &Kindred, note: Note) -> Result<Option<Post>> {
    let claim = claim_of(&note);
    Box::pin(needed(kindred, note, Said::LongAgo, Some(claim))).await
}

/// Takes in what is quoted. What that quotes in turn is left alone, or a chain of quotes would send us on for ever.
pub(crate) async fn quoted(kindred: &Kindred, note: Note) -> Result<Option<Post>> {
    Box::pin(needed(kindred, note, Said::LongAgo, None)).await
}

/// Takes in what its author shows us with the question whether it may quote.
pub(crate) fn quoting(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    note: &Note,
) -> Result<Option<Post>> {
    let claim = Some(claim_of(note));
    take(ledger, author, note, Said::Fetched, Concern::Known, claim)
}

fn claim_of(note: &Note) -> Claim {
    Claim {
        stamp: note
            .quote_authorization
            .as_ref()
            .map(|stamp| stamp.as_str().to_owned()),
        unasked: note.quotes_unasked,
    }
}

async fn needed(
    kindred: &Kindred,
    note: Note,
    said: Said,
    claim: Option<Claim>,
) -> Result<Option<Post>> {
    let Some(author) = note.author().map(|uri| uri.as_str().to_owned()) else {
        return Ok(None);
    };
    let author = remote::actor(kindred, &author).await?;
    // Nobody brings in what somebody wrote who is not heard here any more.
    if author.suspended_at.is_some() {
        return Ok(None);
    }
    kindred
        .write(move |ledger| take(ledger, &author, &note, said, Concern::Known, claim))
        .await
}

/// Whether it has to be shown that a post concerns somebody here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Concern {
    MustBeOurs,
    Known,
}

fn take(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    note: &Note,
    said: Said,
    concern: Concern,
    claim: Option<Claim>,
) -> Result<Option<Post>> {
    let uri = note.id.as_str();
    if ledger.settings.is_ours(uri) || matches!(note.kind, vocabulary::PostKind::Other(_)) {
        return Ok(None);
    }
    if let Some(known) = posts::by_uri(ledger.db, uri)? {
        if known.author_id == author.id
            && known.deleted_at.is_none()
            && known.removed_at.is_none()
            && let Said::Elsewhere(create) = &said
        {
            let named = named_actors(ledger, note)?;
            let groups = groups_among(&named, is_fresh(ledger, note));
            place_late(
                ledger,
                author,
                known.clone(),
                &groups,
                create,
                boosting(note),
            )?;
        }
        return Ok(Some(known));
    }
    // Its Delete may have come first.
    let unseen = own_name(&author.uri, uri);
    if tombstones::is_gone(ledger.db, uri)? || tombstones::is_gone(ledger.db, &unseen)? {
        return Ok(None);
    }
    let named = named_actors(ledger, note)?;
    let visibility = visibility_of(author, note, &named);
    let parent = answered(ledger, author, note.in_reply_to.as_ref().map(Uri::as_str))?;
    let concerns_us = parent.is_some()
        || named.iter().any(|actor| actor.host.is_empty())
        || follows::has_local_follower(ledger.db, author.id)?;
    if concern == Concern::MustBeOurs && !concerns_us {
        return Ok(None);
    }
    let relayed = matches!(said, Said::Elsewhere(_));
    let groups = groups_among(&named, relayed && is_fresh(ledger, note));
    let mentions = named
        .iter()
        .filter(|actor| actor.kind != ActorKind::Group)
        .map(|actor| actor.id)
        .collect();
    let mut post = to_post(ledger, author, note, visibility);
    if matches!(said, Said::LongAgo) {
        post.id = PostId(ledger.id_at(post.published_at));
        post.root_id = post.id;
    }
    if parent.is_none() && concern == Concern::MustBeOurs {
        look_above(ledger, &post);
    }
    let poll = note.poll.as_ref().map(|poll| to_poll(post.id, poll));
    place(
        ledger,
        author,
        Publication {
            post,
            mentions,
            groups,
            poll,
            quote: claim,
            said,
            boosting: boosting(note),
        },
    )
    .map(Some)
}

fn boosting(note: &Note) -> Boosting {
    if note.boosting_refused {
        Boosting::Refused
    } else {
        Boosting::Allowed
    }
}

/// Whether a post is news enough to enter a group.
fn is_fresh(ledger: &Ledger<'_>, note: &Note) -> bool {
    note.published
        .is_none_or(|at| ledger.now.since(Moment(at)) < TOO_OLD_FOR_A_GROUP)
}

/// The groups among those named; `ours` tells whether those of ours count.
fn groups_among(named: &[Actor], ours: bool) -> Vec<ActorId> {
    named
        .iter()
        .filter(|actor| actor.kind == ActorKind::Group && (!actor.host.is_empty() || ours))
        .map(|actor| actor.id)
        .collect()
}

/// Leaves a job that looks for what a post answers.
pub(crate) fn look_above(ledger: &mut Ledger<'_>, post: &Post) {
    if let Some(missing) = &post.parent_uri
        && let Ok(address) = Uri::parse(missing)
    {
        let job = Job::Ancestors {
            of: missing.clone(),
            child: post.uri.clone(),
        };
        ledger.enqueue(lane_look(address.host()), &job);
    }
}

/// Everybody whom the post names or is addressed to, as far as they are known here.
fn named_actors(ledger: &mut Ledger<'_>, note: &Note) -> Result<Vec<Actor>> {
    let mut uris: Vec<String> = Vec::new();
    let audience = note.audience.iter().map(Uri::as_str);
    let mentions = note.mentions().map(Uri::as_str);
    for uri in audience.chain(mentions).chain(note.recipients()) {
        if uri != PUBLIC && !uris.iter().any(|known| known == uri) && uris.len() < MOST_MENTIONS * 2
        {
            uris.push(uri.to_owned());
        }
    }
    let known = actors::by_uris(ledger.db, &uris)?;
    // In the order in which they were named: the first group is the one that is meant.
    let mut named: Vec<Actor> = known
        .into_iter()
        .filter(|actor| actor.deleted_at.is_none())
        .collect();
    named.sort_by_key(|actor| uris.iter().position(|uri| *uri == actor.uri));
    named.truncate(MOST_MENTIONS);
    Ok(named)
}

/// Who may see it, by whom it is addressed to.
fn visibility_of(author: &Actor, note: &Note, named: &[Actor]) -> Visibility {
    let has = |list: &[String], uri: Option<&str>| {
        uri.is_some_and(|uri| list.iter().any(|known| known == uri))
    };
    let everybody = |list: &[String]| list.iter().any(|who| who == PUBLIC);
    if note.kind == vocabulary::PostKind::ChatMessage {
        // What Lemmy and Pleroma call by that name is between two people, whatever it says of itself.
        Visibility::Direct
    } else if everybody(&note.to) {
        Visibility::Public
    } else if everybody(&note.cc) {
        Visibility::Unlisted
    } else if has(&note.to, author.followers_uri.as_deref())
        || has(&note.cc, author.followers_uri.as_deref())
    {
        Visibility::Followers
    } else if named.iter().any(|actor| {
        actor.kind == ActorKind::Group && has(&note.to, actor.followers_uri.as_deref())
    }) {
        Visibility::Members
    } else {
        Visibility::Direct
    }
}

fn to_post(ledger: &Ledger<'_>, author: &Actor, note: &Note, visibility: Visibility) -> Post {
    let id = PostId(ledger.next_entry());
    let published_at = Moment(note.published.unwrap_or(ledger.now.0).min(ledger.now.0));
    let link = note.link.as_ref().map(|uri| uri.as_str().to_owned());
    Post {
        id,
        uri: note.id.as_str().to_owned(),
        url: note
            .url
            .as_ref()
            .filter(|url| **url != note.id)
            .map(|url| url.as_str().to_owned()),
        author_id: author.id,
        group_id: None,
        parent_id: None,
        parent_uri: note.in_reply_to.as_ref().map(|uri| uri.as_str().to_owned()),
        root_id: id,
        context_uri: note.context.as_ref().map(|uri| uri.as_str().to_owned()),
        kind: kind_of(&note.kind),
        title: title_of(note),
        warning: warning_of(note),
        sensitive: note.sensitive,
        language: note.language.clone().filter(|tag| tag.len() <= 35),
        visibility,
        link_url: link,
        published_at,
        edited_at: None,
        deleted_at: None,
        removed_at: None,
        removed_by: None,
        removed_reason: None,
        locked_at: None,
        pinned_at: None,
        replies_count: 0,
        likes_count: 0,
        boosts_count: 0,
        tags: Json(tags_of(note)),
        attachments: Json(attachments_of(note)),
        content: clean_content(note),
        source: None,
        quote_uri: note.quote.as_ref().map(|uri| uri.as_str().to_owned()),
        quote_policy: quotes::policy_of(note, author),
        quotes_count: 0,
        application: None,
        card: None,
    }
}

fn kind_of(kind: &vocabulary::PostKind) -> PostKind {
    match kind {
        vocabulary::PostKind::Note | vocabulary::PostKind::ChatMessage => PostKind::Note,
        vocabulary::PostKind::Page => PostKind::Page,
        vocabulary::PostKind::Article => PostKind::Article,
        vocabulary::PostKind::Question => PostKind::Question,
        vocabulary::PostKind::Event => PostKind::Event,
        vocabulary::PostKind::Video => PostKind::Video,
        vocabulary::PostKind::Audio => PostKind::Audio,
        vocabulary::PostKind::Image => PostKind::Image,
        vocabulary::PostKind::Other(_) => PostKind::Other,
    }
}

/// The text as it may be shown: clean HTML, whatever it came as. Above that of a meetup stands when and where it is.
fn clean_content(note: &Note) -> String {
    let text = html::from_foreign(
        note.content.as_deref().unwrap_or_default(),
        note.media_type.as_deref(),
    );
    meetup::facts(note) + &text
}

/// A title as plain text. A question's name is its text; a note's name is a title that group servers give it.
fn title_of(note: &Note) -> Option<String> {
    let title = html::to_text(note.name.as_deref()?, 500);
    Some(title.trim().to_owned()).filter(|title| !title.is_empty())
}

/// The summary of a note is a warning; that of a longer text is an abstract, which warns of nothing.
fn warning_of(note: &Note) -> Option<String> {
    let warns = matches!(
        note.kind,
        vocabulary::PostKind::Note | vocabulary::PostKind::Question
    ) || note.sensitive;
    note.summary
        .as_deref()
        .filter(|_| warns)
        .map(|summary| html::to_text(summary, 500))
        .filter(|warning| !warning.is_empty())
}

fn tags_of(note: &Note) -> Vec<Tag> {
    note.tags
        .iter()
        .take(100)
        .filter_map(|tag| match tag {
            WireTag::Mention { href, name } => Some(Tag {
                kind: TagKind::Mention,
                name: name.clone().unwrap_or_default(),
                href: href.as_str().to_owned(),
            }),
            WireTag::Hashtag { name, href } => Some(Tag {
                kind: TagKind::Hashtag,
                name: name.clone(),
                href: href
                    .as_ref()
                    .map(|uri| uri.as_str().to_owned())
                    .unwrap_or_default(),
            }),
            WireTag::Emoji { name, icon } => {
                let shown = icon
                    .as_ref()
                    .filter(|_| is_shortcode(name.trim_matches(':')))?;
                Some(Tag {
                    kind: TagKind::Emoji,
                    name: name.clone(),
                    href: shown.as_str().to_owned(),
                })
            }
        })
        .collect()
}

fn attachments_of(note: &Note) -> Vec<Attachment> {
    note.attachments
        .iter()
        .filter(|file| file.kind != AttachmentKind::Link)
        .take(16)
        .map(|file| Attachment {
            url: file.url.as_str().to_owned(),
            media_type: file.media_type.clone().or_else(|| {
                Some(
                    match file.kind {
                        AttachmentKind::Image => "image/*",
                        AttachmentKind::Video => "video/*",
                        AttachmentKind::Audio => "audio/*",
                        AttachmentKind::Link | AttachmentKind::File => return None,
                    }
                    .to_owned(),
                )
            }),
            description: file.alt.clone(),
            width: file.width,
            height: file.height,
            blurhash: file.blurhash.clone(),
            focus: file.focus.map(|(x, y)| Focus::of(x, y)),
            ..Attachment::default()
        })
        .collect()
}

fn to_poll(post: PostId, poll: &vocabulary::Poll) -> Poll {
    let count = |votes: u64| i32::try_from(votes).unwrap_or(i32::MAX);
    Poll {
        post_id: post,
        options: Json(
            poll.options
                .iter()
                .take(20)
                .map(|option| PollOption {
                    title: option.title.clone(),
                    votes: count(option.votes),
                })
                .collect(),
        ),
        multiple: poll.multiple,
        closes_at: poll.closes_at.map(Moment),
        closed_at: poll.closed_at.map(Moment),
        voters: poll.voters.map_or(0, count),
        hide_totals: false,
        tell_at: None,
    }
}

/// The author tells how a post looks now. Author, address and place never change; an older version changes nothing.
pub(crate) fn changed(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    note: &Note,
    update: Option<&Value>,
) -> Result<()> {
    let post = match posts::by_uri(ledger.db, note.id.as_str())? {
        Some(post) if post.deleted_at.is_none() => post,
        Some(_) => return Ok(()),
        None => return overtaken(ledger, author, note),
    };
    crate::policy::may_change(&post, author.id)?;
    let at = Moment(note.updated.unwrap_or(ledger.now.0).min(ledger.now.0));
    let counts_only = note.poll.is_some() && note.updated.is_none();
    let old = counts_only || post.edited_at.is_some_and(|known| known > at);
    if let Some(poll) = &note.poll {
        polls::told(ledger, &to_poll(post.id, poll), !old)?;
    }
    if let Some(stamp) = &note.quote_authorization {
        quotes::shown(ledger, &post, stamp.as_str())?;
    }
    if old {
        return Ok(());
    }
    let patch = PostPatch {
        title: Some(title_of(note)),
        content: Some(clean_content(note)),
        warning: Some(warning_of(note)),
        sensitive: Some(note.sensitive),
        language: Some(note.language.clone().filter(|tag| tag.len() <= 35)),
        link_url: Some(note.link.as_ref().map(|uri| uri.as_str().to_owned())),
        attachments: Some(Json(attachments_of(note))),
        tags: Some(Json(tags_of(note))),
        edited_at: Some(Some(at.max(post.published_at))),
        quote_policy: Some(quotes::policy_of(note, author)),
        ..PostPatch::default()
    };
    if patch.content.as_ref() != Some(&post.content)
        || patch.warning.as_ref() != Some(&post.warning)
    {
        history::keep(ledger, &post)?;
    }
    posts::edit(ledger.db, post.id, &patch)?;
    let mentions: Vec<ActorId> = named_actors(ledger, note)?
        .iter()
        .filter(|actor| actor.kind != ActorKind::Group)
        .map(|actor| actor.id)
        .collect();
    if held::changed(ledger, post.id, &mentions, update)? {
        return Ok(());
    }
    posts::mention_only(ledger.db, post.id, &mentions)?;
    ledger.happened(Happening::Edited { post: post.id });
    if let Some(changed) = posts::find(ledger.db, post.id)? {
        crate::search::note(ledger, &changed)?;
    }
    update.map_or(Ok(()), |update| pass_on_change(ledger, &post, update))
}

/// Posts that are older than this are not taken in by an edit: nobody here missed them.
const TOO_OLD_TO_BE_OVERTAKEN: std::time::Duration = std::time::Duration::from_hours(24);

/// An edit came before the post itself: it is taken in as it is now. A group passes it on when it is said to it.
fn overtaken(ledger: &mut Ledger<'_>, author: &Actor, note: &Note) -> Result<()> {
    let fresh = note
        .published
        .is_some_and(|at| ledger.now.since(Moment(at)) < TOO_OLD_TO_BE_OVERTAKEN);
    if !fresh || note.is_vote() {
        return Ok(());
    }
    let claim = Some(claim_of(note));
    let taken = take(
        ledger,
        author,
        note,
        Said::Fetched,
        Concern::MustBeOurs,
        claim,
    )?;
    if let (Some(post), Some(at)) = (taken, note.updated) {
        let at = Moment(at.min(ledger.now.0)).max(post.published_at);
        let patch = PostPatch {
            edited_at: Some(Some(at)),
            ..PostPatch::default()
        };
        posts::edit(ledger.db, post.id, &patch)?;
    }
    Ok(())
}
