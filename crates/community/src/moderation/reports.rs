//! Complaints: taken down, shown to those who keep order, told to other servers, dealt with.
//!
//! What is about a group's posts goes to those who keep order in the group first; when they have not dealt with it after two days, and
//! when it is about a person, those who keep order on the server look at it. Who complains stays unnamed to other servers: they hear of
//! it from an actor that belongs to nobody.

use std::time::Duration;

use kindred_storage::{
    ActorId, ActorKind, Dialect, Json, NotificationKind, Page, PostId, ReportCategory, ReportId,
    ReportState, accounts,
    actors::{self, Actor},
    memberships,
    posts::{self, Post},
    reports::{self, Report, Sought},
};
use serde_json::Value;

use super::{kept_by, note};
use crate::{
    Kindred, Ledger, Refusal, Result, announce,
    jobs::{Job, lane_out},
    notify, sections, servers, sight, site,
    views::{PostView, Section, Viewer},
};

/// The longest complaint that is taken from somebody of ours, in characters.
pub const LONGEST: usize = 1_000;

/// The longest complaint of others that is kept, in characters.
const LONGEST_KEPT: usize = 5_000;

/// The most posts that one complaint is about.
const MOST_POSTS: usize = 50;

/// The most rules that one complaint names.
const MOST_RULES: usize = 20;

/// How many complaints somebody of ours may make within an hour.
const AN_HOUR: i64 = 20;

/// The same for an actor elsewhere, which may stand for a whole server.
const AN_HOUR_ELSEWHERE: i64 = 100;

/// How long those who keep order in a group have before others look at a complaint too.
const GROUP_HAS: Duration = Duration::from_hours(48);

/// What somebody of ours complains about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReport {
    /// About whom.
    pub target: ActorId,
    /// About which of their posts.
    pub posts: Vec<PostId>,
    /// In their words.
    pub comment: String,
    /// What it is about.
    pub category: ReportCategory,
    /// Which rules were broken.
    pub rules: Vec<String>,
    /// Whether the server of whoever it is about is told.
    pub forward: bool,
}

/// A complaint with everything that is shown beside it.
#[derive(Clone, Debug)]
pub struct ReportView {
    /// The complaint.
    pub report: Report,
    /// Who complains.
    pub reporter: Actor,
    /// About whom.
    pub target: Option<Actor>,
    /// In which group.
    pub group: Option<Actor>,
    /// About which posts, as far as they are still there.
    pub posts: Vec<PostView>,
    /// Who looks after it.
    pub assigned: Option<Actor>,
    /// Who has dealt with it.
    pub handled_by: Option<Actor>,
}

/// Where complaints are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// In a group, by those who keep order there.
    Group(ActorId),
    /// On the whole server, by those who keep order on it.
    Site,
}

/// What somebody who keeps order does with a complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is dealt with.
    Resolve,
    /// It is not, after all.
    Reopen,
    /// They look after it themselves.
    Take,
    /// Nobody looks after it.
    Leave,
    /// It is about something else.
    File(ReportCategory, Vec<String>),
}

/// A complaint, whoever makes it.
#[derive(Clone, Debug)]
pub(crate) struct Complaint<'a> {
    pub by: &'a Actor,
    pub uri: Option<String>,
    pub target: Option<ActorId>,
    pub about: Vec<Post>,
    pub comment: String,
    pub category: ReportCategory,
    pub rules: Vec<String>,
    pub forwarded: bool,
}

impl<'a> Complaint<'a> {
    /// An empty one.
    pub(crate) fn by(by: &'a Actor) -> Self {
        Self {
            by,
            uri: None,
            target: None,
            about: Vec::new(),
            comment: String::new(),
            category: ReportCategory::Other,
            rules: Vec::new(),
            forwarded: false,
        }
    }
}

/// Somebody of ours complains.
///
/// Posts that are not by whoever it is about, or that the reporter may not see, are left out. Refuses more complaints than anybody can
/// read.
pub async fn report(kindred: &Kindred, who: &Actor, new: NewReport) -> Result<ReportView> {
    if new.comment.chars().count() > LONGEST {
        return Err(Refusal::ReportTooLong(LONGEST).into());
    }
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let target = actors::find(ledger.db, new.target)?
                .filter(|target| {
                    target.deleted_at.is_none() && target.kind != ActorKind::Application
                })
                .ok_or(Refusal::NoSuchPerson)?;
            let viewer = Viewer::Local(who.id);
            if !sight::of_actor(ledger.db, &viewer, &target)? {
                return Err(Refusal::NoSuchPerson.into());
            }
            let wanted: Vec<PostId> = new.posts.into_iter().take(MOST_POSTS).collect();
            let mut about = posts::find_many(ledger.db, &wanted)?;
            // What a group is blamed for is what it passed on; anybody else answers for their own words only.
            about.retain(|post| post.author_id == target.id || post.group_id == Some(target.id));
            let about = sight::of_posts(ledger.db, &viewer, about)?;
            let told = whom_to_tell(ledger, &target, &about, new.forward)?;
            let complaint = Complaint {
                target: Some(target.id),
                about,
                comment: new.comment,
                category: new.category,
                rules: new.rules,
                forwarded: !told.is_empty(),
                ..Complaint::by(&who)
            };
            let report = note_complaint(ledger, complaint)?.ok_or(Refusal::NoSuchReport)?;
            for to in told {
                tell_elsewhere(ledger, report.id, to);
            }
            views(ledger, &viewer, vec![report])?
                .pop()
                .ok_or_else(|| Refusal::NoSuchReport.into())
        })
        .await
}

/// Which other servers are told: the home of the group, whose moderators are there, and the home of the person when that is wished.
fn whom_to_tell(
    ledger: &mut Ledger<'_>,
    target: &Actor,
    about: &[Post],
    forward: bool,
) -> Result<Vec<ActorId>> {
    let group = match about.iter().find_map(|post| post.group_id) {
        Some(group) => actors::find(ledger.db, group)?.filter(|group| !group.is_local()),
        None => None,
    };
    let mut told: Vec<ActorId> = group.iter().map(|group| group.id).collect();
    let known_there = group.is_some_and(|group| group.host == target.host);
    if forward && !target.is_local() && !known_there {
        told.push(target.id);
    }
    Ok(told)
}

fn tell_elsewhere(ledger: &mut Ledger<'_>, report: ReportId, to: ActorId) {
    ledger.enqueue(lane_out(to), &Job::Complain { report, to });
}

/// Writes a complaint down and shows it to those who are to look at it first. `None` when it is known already.
pub(crate) fn note_complaint(
    ledger: &mut Ledger<'_>,
    complaint: Complaint<'_>,
) -> Result<Option<Report>> {
    let bound = if complaint.by.is_local() {
        AN_HOUR
    } else {
        AN_HOUR_ELSEWHERE
    };
    let hour_ago = ledger.now.minus(Duration::from_hours(1));
    if reports::count_by(ledger.db, complaint.by.id, hour_ago)? >= bound {
        return Err(Refusal::TooManyReports.into());
    }
    let group = complaint.about.iter().find_map(|post| post.group_id);
    let group = match group {
        Some(group) => actors::find(ledger.db, group)?,
        None => None,
    };
    let first = group.as_ref().filter(|group| group.is_local());
    let report = Report {
        id: ReportId(ledger.next_id()),
        uri: complaint.uri,
        reporter_id: complaint.by.id,
        target_id: complaint.target,
        group_id: group.as_ref().map(|group| group.id),
        posts: Json(complaint.about.iter().map(|post| post.id).collect()),
        comment: complaint.comment.chars().take(LONGEST_KEPT).collect(),
        state: ReportState::Open,
        created_at: ledger.now,
        handled_at: None,
        handled_by: None,
        category: complaint.category,
        rules: Json(bounded(complaint.rules)),
        forwarded: complaint.forwarded,
        assigned_to: None,
        site_since: first.is_none().then_some(ledger.now),
    };
    if !reports::insert(ledger.db, &report)? {
        return Ok(None);
    }
    match first {
        Some(group) => show_to_group(ledger, &report, complaint.by, group)?,
        None => show_to_site(ledger, &report)?,
    }
    Ok(Some(report))
}

fn bounded(rules: Vec<String>) -> Vec<String> {
    rules
        .into_iter()
        .take(MOST_RULES)
        .map(|rule| rule.chars().take(50).collect())
        .collect()
}

fn show_to_group(
    ledger: &mut Ledger<'_>,
    report: &Report,
    by: &Actor,
    group: &Actor,
) -> Result<()> {
    for (_, moderator) in memberships::moderators(ledger.db, group.id)? {
        if moderator.is_local() {
            notify::tell(
                ledger,
                &moderator,
                NotificationKind::Report,
                by.id,
                report.posts.first().copied(),
                Some(group.id),
            )?;
        } else if moderator.host != by.host {
            tell_elsewhere(ledger, report.id, moderator.id);
        }
    }
    let at = ledger.now + GROUP_HAS;
    let job = Job::HandOver { report: report.id };
    ledger.enqueue_later(lane_out(group.id), &job, at);
    Ok(())
}

fn show_to_site(ledger: &mut Ledger<'_>, report: &Report) -> Result<()> {
    for keeper in accounts::keepers(ledger.db)? {
        notify::tell(
            ledger,
            &keeper,
            NotificationKind::Report,
            report.reporter_id,
            report.posts.first().copied(),
            report.group_id,
        )?;
    }
    Ok(())
}

/// A group had its time: those who keep order on the server look at the complaint too, unless somebody has dealt with it.
pub(crate) async fn hand_over(kindred: &Kindred, report: ReportId) -> Result<()> {
    kindred
        .write(move |ledger| {
            if reports::hand_to_site(ledger.db, report, ledger.now)?
                && let Some(report) = reports::find(ledger.db, report)?
            {
                show_to_site(ledger, &report)?;
            }
            Ok(())
        })
        .await
}

/// Tells a complaint to a server elsewhere, in the form that it takes: the threadiverse one thing at a time and named after the group,
/// everybody else a list that begins with the person, without whom Mastodon drops it.
pub(crate) async fn complain(kindred: &Kindred, report: ReportId, to: ActorId) -> Result<()> {
    let known = kindred
        .read(move |db| {
            let Some(report) = reports::find(db, report)? else {
                return Ok(None);
            };
            let target = match report.target_id {
                Some(target) => actors::find(db, target)?,
                None => None,
            };
            let group = match report.group_id {
                Some(group) => actors::find(db, group)?,
                None => None,
            };
            let about = posts::find_many(db, &report.posts)?;
            Ok(actors::find(db, to)?.map(|to| (report, target, group, about, to)))
        })
        .await?;
    let Some((report, target, group, about, to)) = known.filter(|(.., to)| !to.is_local()) else {
        return Ok(());
    };
    let person = target.map(|target| target.uri);
    let about: Vec<String> = about.into_iter().map(|post| post.uri).collect();
    let (lists, addressee) = match servers::dialect(kindred, &to.host).await? {
        Dialect::Microblog => {
            let all: Vec<String> = person.into_iter().chain(about).collect();
            (vec![all], to.uri.clone())
        }
        Dialect::Threadiverse | Dialect::Mobilizon => {
            let one_by_one: Vec<Vec<String>> = if about.is_empty() {
                person.into_iter().map(|person| vec![person]).collect()
            } else {
                about.into_iter().map(|post| vec![post]).collect()
            };
            let room = group.map_or_else(|| to.uri.clone(), |group| group.uri);
            (one_by_one, room)
        }
    };
    let by = kindred.complainer().await?.clone();
    kindred
        .write(move |ledger| {
            for objects in lists.iter().filter(|objects| !objects.is_empty()) {
                announce::complained(ledger, &by, &to, &addressee, objects, &report.comment)?;
            }
            Ok(())
        })
        .await
}

/// Refuses whoever does not look at complaints there.
fn must_look(ledger: &mut Ledger<'_>, who: &Actor, place: Room) -> Result<()> {
    match place {
        Room::Group(group) => kept_by(ledger.db, who, group).map(drop),
        Room::Site => site::must_keep_order(ledger, who).map(drop),
    }
}

/// Complaints as those who keep order see them, the latest first.
pub async fn complaints(
    kindred: &Kindred,
    who: &Actor,
    place: Room,
    sought: Sought,
    page: Page,
) -> Result<Section<ReportView>> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            must_look(ledger, &who, place)?;
            let sought = match place {
                Room::Group(group) => Sought {
                    group: Some(group),
                    ..sought
                },
                Room::Site => {
                    note(ledger, &who, None, "reports.read", "", Value::Null)?;
                    sought
                }
            };
            let found = sections::whole(
                ledger.db,
                page,
                |report: &Report| report.id.0,
                |db, page| Ok(reports::page(db, sought, page)?),
            )?;
            found.dressed(|found| views(ledger, &Viewer::Local(who.id), found))
        })
        .await
}

/// One complaint as those who keep order see it.
pub async fn complaint(
    kindred: &Kindred,
    who: &Actor,
    place: Room,
    id: ReportId,
) -> Result<ReportView> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let report = looked_at(ledger, &who, place, id)?;
            one(ledger, &who, report)
        })
        .await
}

/// Somebody who keeps order deals with a complaint.
pub async fn answer(
    kindred: &Kindred,
    who: &Actor,
    place: Room,
    id: ReportId,
    answer: Answer,
) -> Result<ReportView> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            let report = looked_at(ledger, &who, place, id)?;
            let (changed, action) = match answer {
                Answer::Resolve => {
                    let done = reports::resolve(ledger.db, id, who.id, ledger.now)?;
                    (done, "report.resolve")
                }
                Answer::Reopen => (reports::reopen(ledger.db, id)?, "report.reopen"),
                Answer::Take => {
                    reports::assign(ledger.db, id, Some(who.id))?;
                    (true, "report.take")
                }
                Answer::Leave => {
                    reports::assign(ledger.db, id, None)?;
                    (report.assigned_to.is_some(), "report.leave")
                }
                Answer::File(category, rules) => {
                    reports::file_under(ledger.db, id, category, &Json(bounded(rules)))?;
                    (true, "report.file")
                }
            };
            if changed {
                let group = match place {
                    Room::Group(group) => Some(group),
                    Room::Site => None,
                };
                note(ledger, &who, group, action, &id.to_string(), Value::Null)?;
            }
            let report = reports::find(ledger.db, id)?.ok_or(Refusal::NoSuchReport)?;
            one(ledger, &who, report)
        })
        .await
}

fn looked_at(ledger: &mut Ledger<'_>, who: &Actor, place: Room, id: ReportId) -> Result<Report> {
    must_look(ledger, who, place)?;
    let report = reports::find(ledger.db, id)?.filter(|report| match place {
        Room::Group(group) => report.group_id == Some(group),
        Room::Site => true,
    });
    report.ok_or_else(|| Refusal::NoSuchReport.into())
}

fn one(ledger: &mut Ledger<'_>, who: &Actor, report: Report) -> Result<ReportView> {
    views(ledger, &Viewer::Local(who.id), vec![report])?
        .pop()
        .ok_or_else(|| Refusal::NoSuchReport.into())
}

/// Complaints with everything beside them, in a handful of questions however many they are.
fn views(ledger: &mut Ledger<'_>, viewer: &Viewer, found: Vec<Report>) -> Result<Vec<ReportView>> {
    let people: Vec<ActorId> = found
        .iter()
        .flat_map(|report| {
            [
                Some(report.reporter_id),
                report.target_id,
                report.group_id,
                report.assigned_to,
                report.handled_by,
            ]
        })
        .flatten()
        .collect();
    let faces = actors::find_many(ledger.db, &people)?;
    let face = |id: Option<ActorId>| faces.iter().find(|face| Some(face.id) == id).cloned();
    let ids: Vec<PostId> = found
        .iter()
        .flat_map(|report| report.posts.iter().copied())
        .collect();
    let mut about = posts::find_many(ledger.db, &ids)?;
    about.retain(|post| post.deleted_at.is_none());
    // Whoever looks at complaints may see what they are about, whoever else may.
    let about = sight::views(ledger.db, viewer, about)?;
    let mut shown = Vec::with_capacity(found.len());
    for report in found {
        let Some(reporter) = face(Some(report.reporter_id)) else {
            continue;
        };
        shown.push(ReportView {
            reporter,
            target: face(report.target_id),
            group: face(report.group_id),
            posts: about
                .iter()
                .filter(|view| report.posts.contains(&view.post.id))
                .cloned()
                .collect(),
            assigned: face(report.assigned_to),
            handled_by: face(report.handled_by),
            report,
        });
    }
    Ok(shown)
}
