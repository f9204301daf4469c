//! Reading notices: one by one or bundled, how far one has read, whose notices are set apart.
//!
//! Who deserves a notice is decided in [`notify`](crate::notify).

use std::collections::{HashMap, HashSet};

use kindred_storage::{
    ActorId, Conn, Marked, Moment, NoticeRequestId, NotificationId, NotificationKind, Page, PostId,
    actors::{self, Actor},
    markers::{self, Marker},
    notice_policies::{self, Policy, Request},
    notifications::{self, Bundle, Notification, Sieve},
    posts,
};

use crate::{
    Kindred, Refusal, Result,
    happenings::Happening,
    policy::Place,
    sections::{self, section},
    sight,
    views::{Notice, PostView, Section, Viewer},
};

/// Somebody's notices, the latest first.
pub async fn mine(
    kindred: &Kindred,
    who: &Actor,
    sieve: Sieve,
    page: Page,
) -> Result<Section<Notice>> {
    let (who, now) = (who.id, kindred.now());
    let page = kindred.settled(page);
    kindred
        .read(move |db| {
            walk(db, who, now, page, |db, page| {
                Ok(notifications::page(db, who, &sieve, page)?)
            })
        })
        .await
}

/// Walks along a list of somebody's notices.
fn walk(
    db: &mut Conn,
    who: ActorId,
    now: Moment,
    page: Page,
    load: impl FnMut(&mut Conn, &Page) -> Result<Vec<Notification>>,
) -> Result<Section<Notice>> {
    section(
        db,
        page,
        |row: &Notification| row.id.0,
        load,
        |db, rows| {
            let notices = told(db, who, now, rows)?;
            Ok(notices
                .into_iter()
                .map(|notice| (notice.row.id.0, notice))
                .collect())
        },
    )
}

/// One of somebody's notices.
pub async fn one(kindred: &Kindred, who: &Actor, id: NotificationId) -> Result<Notice> {
    let (who, now) = (who.id, kindred.now());
    kindred
        .read(move |db| {
            let row = notifications::find(db, who, id)?.ok_or(Refusal::NoSuch("notification"))?;
            told(db, who, now, vec![row])?
                .pop()
                .ok_or_else(|| Refusal::NoSuch("notification").into())
        })
        .await
}

/// Throws one notice away. What is gone already is gone.
pub async fn dismiss(kindred: &Kindred, who: &Actor, id: NotificationId) -> Result<()> {
    let who = who.id;
    kindred
        .write(move |ledger| Ok(notifications::dismiss(ledger.db, who, id).map(drop)?))
        .await
}

/// Throws all notices away.
pub async fn clear(kindred: &Kindred, who: &Actor) -> Result<()> {
    let who = who.id;
    kindred
        .write(move |ledger| Ok(notifications::clear(ledger.db, who).map(drop)?))
        .await
}

/// Notices with whom and what they speak of, as far as that is still there and the owner would like to hear of it.
fn told(
    db: &mut Conn,
    owner: ActorId,
    now: Moment,
    rows: Vec<Notification>,
) -> Result<Vec<Notice>> {
    let viewer = Viewer::Local(owner);
    let faces: HashSet<ActorId> = rows.iter().map(speaker).collect();
    let faces: Vec<ActorId> = faces.into_iter().collect();
    let away = sections::kept_away(db, &viewer, now, Place::Notices, &faces)?;
    let faces: HashMap<ActorId, Actor> = actors::find_many(db, &faces)?
        .into_iter()
        .filter(|actor| actor.deleted_at.is_none())
        .map(|actor| (actor.id, actor))
        .collect();
    let ids: HashSet<PostId> = rows.iter().filter_map(|row| row.post_id).collect();
    let ids: Vec<PostId> = ids.into_iter().collect();
    let posts = posts::find_many(db, &ids)?;
    let posts = sight::of_posts(db, &viewer, posts)?;
    let views: HashMap<PostId, PostView> = sight::views(db, &viewer, posts)?
        .into_iter()
        .map(|view| (view.post.id, view))
        .collect();
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let by = faces
                .get(&speaker(&row))
                .filter(|by| !away.contains(&by.id))?;
            let post = match row.post_id {
                Some(id) => Some(views.get(&id)?.clone()),
                None => None,
            };
            Some(Notice {
                by: by.clone(),
                post,
                row,
            })
        })
        .collect())
}

/// What clients call a kind of notice; nothing for those that they have no word for, which are read on the pages: some clients show an
/// empty line for a word that they do not know.
///
/// Who asks to join a group appears like somebody who asks to follow: the same two buttons answer. An invitation appears as the group
/// turning to the reader, who finds the button for joining on its page.
pub fn word_of(kind: NotificationKind) -> Option<&'static str> {
    use NotificationKind as Kind;
    match kind {
        Kind::Mention | Kind::Reply => Some("mention"),
        Kind::Follow | Kind::Invitation => Some("follow"),
        Kind::FollowRequest | Kind::JoinRequest => Some("follow_request"),
        Kind::Like => Some("favourite"),
        Kind::Boost => Some("reblog"),
        Kind::Post => Some("status"),
        Kind::Poll => Some("poll"),
        Kind::Edit => Some("update"),
        Kind::Quote => Some("quote"),
        Kind::Welcome
        | Kind::Role
        | Kind::Removed
        | Kind::Report
        | Kind::Declined
        | Kind::Moved
        | Kind::Held
        | Kind::Orphaned => None,
    }
}

/// Who is shown as the one who tells: for an invitation that is the group, which one can then look at and join.
fn speaker(row: &Notification) -> ActorId {
    match (row.kind, row.group_id) {
        (NotificationKind::Invitation, Some(group)) => group,
        _ => row.actor_id,
    }
}

/// Several notices told as one.
#[derive(Clone, Debug)]
pub struct Told {
    /// What makes them one; nothing for a notice that stands alone.
    pub bundle: Option<Bundle>,
    /// Those of them that lie on this page, the latest first; at least one.
    pub notices: Vec<Notice>,
    /// How many there are altogether.
    pub count: i64,
    /// The latest of all.
    pub latest: NotificationId,
}

/// How long a bundle stays open, in milliseconds: half a day.
pub const SPAN: i64 = 12 * 60 * 60 * 1_000;

/// What makes a notice one with others of its kind.
fn bundle_of(row: &Notification) -> Bundle {
    let span = row.created_at.0.div_euclid(SPAN);
    bundle(row.kind, row.post_id, span)
}

/// The bundle of a kind, a post and a span of time, counted from 1970.
pub fn bundle(kind: NotificationKind, post_id: Option<PostId>, span: i64) -> Bundle {
    let from = span.saturating_mul(SPAN);
    Bundle {
        kind,
        post_id,
        from: Moment(from),
        until: Moment(from.saturating_add(SPAN)),
    }
}

/// Which kinds can be told as one.
pub const BUNDLED: [NotificationKind; 3] = [
    NotificationKind::Like,
    NotificationKind::Boost,
    NotificationKind::Follow,
];

/// How many notices are looked at for each bundle that is asked for, on average.
const NOTICES_A_BUNDLE: i64 = 5;

/// Somebody's notices, those of the kinds in `bundled` told as one; the page counts bundles.
pub async fn bundled(
    kindred: &Kindred,
    who: &Actor,
    sieve: Sieve,
    bundled: Vec<NotificationKind>,
    page: Page,
) -> Result<Section<Told>> {
    let (who, now) = (who.id, kindred.now());
    let page = sections::bounded(page);
    let wanted = usize::try_from(page.limit).unwrap_or(0);
    let page = kindred.settled(page);
    kindred
        .read(move |db| {
            let reach = Page {
                limit: page.limit * NOTICES_A_BUNDLE,
                ..page
            };
            let mut rows = notifications::page(db, who, &sieve, &reach)?;
            let upward = page.above.is_some();
            let full = i64::try_from(rows.len()).unwrap_or(0) == reach.limit;
            // What was asked for from below is counted from below.
            if upward {
                rows.reverse();
            }
            let mut keys: Vec<(Option<Bundle>, i64)> = Vec::new();
            let mut taken = 0;
            for row in &rows {
                let key = key(row, &bundled);
                if !keys.contains(&key) {
                    if keys.len() == wanted {
                        break;
                    }
                    keys.push(key);
                }
                taken += 1;
            }
            let more = full || taken < rows.len();
            rows.truncate(taken);
            if upward {
                rows.reverse();
            }
            let ends = rows
                .first()
                .zip(rows.last())
                .map(|(new, old)| (new.id.0, old.id.0));
            let notices = told(db, who, now, rows)?;
            Ok(Section {
                items: together(db, who, &bundled, notices)?,
                ends,
                more,
            })
        })
        .await
}

/// What tells one line of a bundled page from another.
fn key(row: &Notification, bundled: &[NotificationKind]) -> (Option<Bundle>, i64) {
    if bundled.contains(&row.kind) {
        (Some(bundle_of(row)), 0)
    } else {
        (None, row.id.0)
    }
}

fn together(
    db: &mut Conn,
    who: ActorId,
    bundled: &[NotificationKind],
    notices: Vec<Notice>,
) -> Result<Vec<Told>> {
    let mut lines: Vec<Told> = Vec::new();
    let mut keys = Vec::new();
    for notice in notices {
        let key = key(&notice.row, bundled);
        if let Some(at) = keys.iter().position(|known| *known == key) {
            lines[at].notices.push(notice);
        } else {
            keys.push(key);
            lines.push(Told {
                bundle: key.0,
                count: 1,
                latest: notice.row.id,
                notices: vec![notice],
            });
        }
    }
    let spans = || keys.iter().filter_map(|(bundle, _)| *bundle);
    let (Some(from), Some(until)) = (
        spans().map(|bundle| bundle.from).min(),
        spans().map(|bundle| bundle.until).max(),
    ) else {
        return Ok(lines);
    };
    let sizes = notifications::bundle_sizes(db, who, SPAN, from, until)?;
    for line in &mut lines {
        let Some(bundle) = line.bundle else { continue };
        let size = sizes.iter().find(|size| {
            size.kind == bundle.kind
                && size.post_id == bundle.post_id
                && size.span == bundle.from.0 / SPAN
        });
        if let Some(size) = size {
            (line.count, line.latest) = (size.notices, size.latest);
        }
    }
    Ok(lines)
}

/// A page of one bundle.
pub async fn in_bundle(
    kindred: &Kindred,
    who: &Actor,
    bundle: Bundle,
    page: Page,
) -> Result<Section<Notice>> {
    let (who, now) = (who.id, kindred.now());
    kindred
        .read(move |db| {
            walk(db, who, now, page, |db, page| {
                Ok(notifications::in_bundle(db, who, &bundle, page)?)
            })
        })
        .await
}

/// One bundle as a whole, with as many of its notices as fit on a page.
pub async fn one_bundle(kindred: &Kindred, who: &Actor, bundle: Bundle) -> Result<Told> {
    let found = in_bundle(kindred, who, bundle, Page::first(sections::MOST)).await?;
    let who = who.id;
    kindred
        .read(move |db| {
            together(db, who, &[bundle.kind], found.items)?
                .pop()
                .ok_or_else(|| Refusal::NoSuch("notification").into())
        })
        .await
}

/// Throws a bundle away.
pub async fn dismiss_bundle(kindred: &Kindred, who: &Actor, bundle: Bundle) -> Result<()> {
    let who = who.id;
    kindred
        .write(move |ledger| Ok(notifications::dismiss_bundle(ledger.db, who, &bundle).map(drop)?))
        .await
}

/// How many notices came after what somebody marked as read, counted up to `limit`.
pub async fn unread(kindred: &Kindred, who: &Actor, sieve: Sieve, limit: i64) -> Result<usize> {
    let who = who.id;
    kindred
        .read(move |db| {
            let read = read_up_to(db, who)?;
            Ok(notifications::count_after(db, who, &sieve, read, limit)?)
        })
        .await
}

/// The same, bundles counted once.
pub async fn unread_bundles(
    kindred: &Kindred,
    who: &Actor,
    sieve: Sieve,
    bundled: Vec<NotificationKind>,
    limit: i64,
) -> Result<usize> {
    let who = who.id;
    kindred
        .read(move |db| {
            let read = read_up_to(db, who)?;
            let rows = notifications::page(db, who, &sieve, &Page::since(read.0, limit))?;
            let keys: HashSet<String> = rows
                .iter()
                .map(|row| format!("{:?}", key(row, &bundled)))
                .collect();
            Ok(keys.len())
        })
        .await
}

fn read_up_to(db: &mut Conn, who: ActorId) -> Result<NotificationId> {
    let marker = markers::find(db, who, Marked::Notifications)?;
    Ok(NotificationId(
        marker.map_or(0, |marker| marker.last_read_id),
    ))
}

/// How far somebody has read in these timelines.
pub async fn markers(
    kindred: &Kindred,
    who: &Actor,
    timelines: Vec<Marked>,
) -> Result<Vec<Marker>> {
    let who = who.id;
    kindred
        .read(move |db| {
            let mut found = Vec::new();
            for timeline in timelines {
                found.extend(markers::find(db, who, timeline)?);
            }
            Ok(found)
        })
        .await
}

/// Marks how far somebody has read. Nobody unreads: a mark further down changes nothing.
pub async fn mark(
    kindred: &Kindred,
    who: &Actor,
    marks: Vec<(Marked, i64)>,
) -> Result<Vec<Marker>> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            let mut moved = Vec::new();
            for (timeline, to) in marks {
                moved.extend(markers::advance(ledger.db, who, timeline, to, ledger.now)?);
                if timeline == Marked::Notifications {
                    notifications::mark_read(ledger.db, who, NotificationId(to), ledger.now)?;
                }
            }
            Ok(moved)
        })
        .await
}

/// How somebody receives notices from strangers, and how many wait apart: people and notices.
pub async fn policy(kindred: &Kindred, who: &Actor) -> Result<(Policy, (i64, i64))> {
    let who = who.id;
    kindred
        .read(move |db| {
            let policy = notice_policies::find(db, who)?.unwrap_or_else(|| Policy::usual(who));
            Ok((policy, notice_policies::pending(db, who)?))
        })
        .await
}

/// Changes that.
pub async fn set_policy(
    kindred: &Kindred,
    who: &Actor,
    change: impl FnOnce(&mut Policy) + Send + 'static,
) -> Result<(Policy, (i64, i64))> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            let known = notice_policies::find(ledger.db, who)?;
            let mut policy = known.unwrap_or_else(|| Policy::usual(who));
            change(&mut policy);
            notice_policies::record(ledger.db, &policy)?;
            Ok((policy, notice_policies::pending(ledger.db, who)?))
        })
        .await
}

/// Somebody whose notices were set apart, and the latest post among them.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The line.
    pub row: Request,
    /// Who it is.
    pub from: Actor,
    /// The latest post, when it is still there.
    pub last: Option<PostView>,
}

/// Those whose notices were set apart, the latest first.
pub async fn set_apart(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<Waiting>> {
    let who = who.id;
    kindred
        .read(move |db| {
            section(
                db,
                page,
                |(row, _): &(Request, Actor)| row.id.0,
                |db, page| Ok(notice_policies::requests(db, who, page)?),
                |db, rows| {
                    let waiting = waiting(db, who, rows)?;
                    Ok(waiting
                        .into_iter()
                        .map(|line| (line.row.id.0, line))
                        .collect())
                },
            )
        })
        .await
}

/// One of them.
pub async fn one_set_apart(kindred: &Kindred, who: &Actor, id: NoticeRequestId) -> Result<Waiting> {
    let who = who.id;
    kindred
        .read(move |db| {
            let row = notice_policies::request(db, who, id)?.ok_or(Refusal::NoSuch("request"))?;
            waiting(db, who, vec![row])?
                .pop()
                .ok_or_else(|| Refusal::NoSuch("request").into())
        })
        .await
}

fn waiting(db: &mut Conn, who: ActorId, rows: Vec<(Request, Actor)>) -> Result<Vec<Waiting>> {
    let viewer = Viewer::Local(who);
    let ids: Vec<PostId> = rows.iter().filter_map(|(row, _)| row.post_id).collect();
    let posts = posts::find_many(db, &ids)?;
    let posts = sight::of_posts(db, &viewer, posts)?;
    let views = sight::views(db, &viewer, posts)?;
    Ok(rows
        .into_iter()
        .map(|(row, from)| Waiting {
            last: views
                .iter()
                .find(|view| Some(view.post.id) == row.post_id)
                .cloned(),
            row,
            from,
        })
        .collect())
}

/// What becomes of notices that were set apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They come to the others, and so does whatever comes of the same people from now on.
    Accept,
    /// They are thrown away.
    Dismiss,
}

/// Decides about notices that were set apart. Those of numbers that are none are passed over, unless there is no other.
pub async fn judge(
    kindred: &Kindred,
    who: &Actor,
    ids: Vec<NoticeRequestId>,
    verdict: Verdict,
) -> Result<()> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            let mut judged = false;
            for id in ids.into_iter().take(100) {
                let Some((row, _)) = notice_policies::request(ledger.db, who, id)? else {
                    continue;
                };
                judged = true;
                match verdict {
                    Verdict::Accept => notice_policies::accept(ledger.db, who, row.actor_id)?,
                    Verdict::Dismiss => notice_policies::dismiss(ledger.db, who, row.actor_id)?,
                }
            }
            if !judged {
                return Err(Refusal::NoSuch("request").into());
            }
            if verdict == Verdict::Accept {
                ledger.happened(Happening::NoticesMerged { owner: who });
            }
            Ok(())
        })
        .await
}
