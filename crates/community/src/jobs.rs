//! What is left to do after the answer has been given, and how often it is tried.
//!
//! A job carries ids, not contents, and may run twice: whatever it does is harmless the second time. Rows outlive releases, so the
//! written form of every variant is pinned by a test. This module decides nothing about the work itself: every arm is one call.

use std::time::Duration;

use kindred_storage::{
    ActivityId, ActorId, AnnouncementId, AuditId, JobId, Moment, NotificationId, PostId, PushId,
    ReportId, ScheduledId, TopicId, UploadId, jobs::Job as Row,
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Kindred, Result, announcements,
    catch_up::{self, Find, Reading},
    delivery, directory, media, membership, moderation, people, polls, posts, push, quotes,
    receive, remote, servers, site, topics,
};

/// What is left to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Works through a letter that an inbox has accepted.
    Receive {
        /// The activity as it was heard.
        activity: ActivityId,
    },
    /// Turns one thing that was said into one delivery per server that is to hear of it.
    FanOut {
        /// Who is to hear what.
        parcel: Parcel,
        /// Who is to hear of it.
        #[serde(flatten)]
        hearers: Hearers,
    },
    /// Carries one activity to one inbox.
    Deliver {
        /// Who is to hear what.
        parcel: Parcel,
        /// Where it goes.
        inbox: String,
    },
    /// Tells a device of a notification.
    Push {
        /// Where.
        subscription: PushId,
        /// Of which.
        notification: NotificationId,
    },
    /// Asks a server which software it runs.
    Learn {
        /// The server.
        host: String,
    },
    /// Tells partners what one of our people or groups is now.
    Introduce {
        /// Who is to be introduced.
        actor: ActorId,
    },
    /// Reads all of a partner's directory.
    ReadDirectory {
        /// The partner's server.
        host: String,
    },
    /// Erases what a former partner told us.
    ForgetPartner {
        /// Its server.
        host: String,
    },
    /// Lets the cards of people and groups follow a topic that was renamed, merged or forbidden, and tells whom they concern.
    RedrawCards {
        /// The topic.
        topic: TopicId,
        /// Behind which of them to go on.
        after: ActorId,
    },
    /// Reads the topics that somebody elsewhere shows on their page.
    ReadTags {
        /// Whose.
        actor: ActorId,
        /// Where they stand.
        collection: String,
    },
    /// Asks a server again who this actor is.
    Refresh {
        /// The actor's address.
        actor: String,
    },
    /// Reads the posts above one whose parent is not known, until its thread is whole.
    Ancestors {
        /// The address of the missing parent.
        of: String,
        /// The address of the post that waits for it.
        child: String,
    },
    /// Tells how a poll of ours stands.
    TellPoll {
        /// The post that asks.
        post: PostId,
    },
    /// Lets those here who follow somebody follow the address that they moved to.
    FollowAlong {
        /// Who has moved.
        old: ActorId,
        /// Who they are now.
        new: ActorId,
    },
    /// Closes a poll whose time is over.
    ClosePoll {
        /// The post that asks.
        post: PostId,
    },
    /// Asks a server how a post looks now.
    LookAgain {
        /// The post's address.
        post: String,
    },
    /// Asks a group elsewhere once more, since its answer did not come.
    AskAgain {
        /// The address of the question.
        follow: String,
    },
    /// Reads what somebody elsewhere said before they were followed.
    CatchUp {
        /// Who is followed now.
        actor: ActorId,
    },
    /// Reads what somebody elsewhere has pinned.
    ReadPinned {
        /// Who is followed now.
        actor: ActorId,
    },
    /// Takes in a post that was found in an outbox or a thread.
    TakeIn {
        /// The post's address.
        post: String,
        /// Where it was found.
        find: Find,
    },
    /// Finds out whether a quote between others is agreed to.
    VerifyQuote {
        /// The post that quotes.
        post: PostId,
        /// The stamp that it shows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stamp: Option<String>,
        /// Whether it quotes where nobody is asked.
        #[serde(default)]
        unasked: bool,
    },
    /// Reads a thread that lies elsewhere.
    ReadThread {
        /// The address of the post that begins it.
        post: String,
        /// Whose thread it is.
        of: ActorId,
        /// How far it was read.
        reading: Reading,
    },
    /// Publishes a post whose time has come.
    Publish {
        /// The post that waits.
        scheduled: ScheduledId,
    },
    /// Makes the card of the link in a post.
    Card {
        /// The post.
        post: PostId,
    },
    /// Visits the pages that a profile names.
    VisitPages {
        /// Whose profile.
        of: ActorId,
    },
    /// Forgets an upload that nobody used.
    SweepUpload {
        /// The upload.
        upload: UploadId,
    },
    /// Takes files away that nothing speaks of any more.
    RemoveFiles {
        /// What they are called.
        files: Vec<String>,
    },
    /// Tells those who look that an announcement is over.
    EndAnnouncement {
        /// The announcement.
        announcement: AnnouncementId,
    },
    /// Turns one act of those who keep order into one delivery per server, each with a receipt.
    SpreadAct {
        /// The line of the record that tells of the act.
        act: AuditId,
        /// Who is to hear what.
        parcel: Parcel,
        /// The group whose followers are to hear of it.
        room: ActorId,
        /// Others whom it concerns.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<ActorId>,
    },
    /// Carries one act to one inbox.
    DeliverAct {
        /// The line of the record that tells of the act.
        act: AuditId,
        /// Who is to hear what.
        parcel: Parcel,
        /// Where it goes.
        inbox: String,
    },
    /// Takes down what somebody who was shut out of a group wrote there.
    TakeContent {
        /// The group.
        group: ActorId,
        /// Who wrote it.
        author: ActorId,
        /// Who shut them out.
        by: ActorId,
    },
    /// Asks a group's own server who keeps order in it.
    Moderators {
        /// The group's address.
        group: String,
    },
    /// Tells a complaint to a server elsewhere, in the name of the whole site.
    Complain {
        /// The complaint.
        report: ReportId,
        /// To whom: the person it is about, the group where it happened, or somebody who keeps order there.
        to: ActorId,
    },
    /// Shows a complaint that its group has not dealt with to those who keep order on the whole server.
    HandOver {
        /// The complaint.
        report: ReportId,
    },
    /// Hides or shows what there is of a domain, after it was blocked or is so no longer.
    Sweep {
        /// The domain.
        domain: String,
        /// Behind which of its people to go on.
        after: ActorId,
    },
}

/// Who is to hear of something that was said. A server that is meant more than once hears it once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearers {
    /// The actor whose followers are to hear of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers_of: Option<ActorId>,
    /// The group whose followers are to hear of it, as far as they are no groups themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_of: Option<ActorId>,
    /// The group whose followers on microblogs are to hear of it, since they believe the author only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microblogs_of: Option<ActorId>,
    /// Others who are to hear of it if they live on microblogs: group servers hear of it from a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_microblogs: Vec<ActorId>,
    /// Others who are to hear of it, whether they follow or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<ActorId>,
    /// The server that knows it already, since it was said there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<String>,
}

/// One thing to say, in the two dialects of the fediverse. A dialect without a form is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// Who signs.
    pub signer: ActorId,
    /// The form for microblogs (Mastodon and its kin).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub microblog: Option<ActivityId>,
    /// The form for the threadiverse (Lemmy and its kin, other Kindreds).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threadiverse: Option<ActivityId>,
    /// Whether it is a like, a lock or the like: servers that know only posts are not bothered with it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub small_talk: bool,
}

/// For leaving out what is not so: rows of earlier releases do not have it.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn is_false(value: &bool) -> bool {
    !value
}

impl Parcel {
    /// The same form for everybody.
    pub fn alike(signer: ActorId, activity: ActivityId) -> Self {
        Self {
            signer,
            microblog: Some(activity),
            threadiverse: Some(activity),
            small_talk: false,
        }
    }
}

/// The lane of everything that goes to a server, in order.
pub fn lane_to(host: &str) -> String {
    format!("to:{host}")
}

/// The lane of everything that came from a server, in order.
pub fn lane_from(host: &str) -> String {
    format!("from:{host}")
}

/// The lane of everything that an actor of ours says, in order.
pub fn lane_out(actor: ActorId) -> String {
    format!("out:{actor}")
}

/// The lane of looking things up at a server, which may wait while letters go on.
pub fn lane_look(host: &str) -> String {
    format!("look:{host}")
}

/// The lane of everything that is to be done about a poll.
pub fn lane_poll(post: PostId) -> String {
    format!("poll:{post}")
}
/// The lane of what an actor of ours will say later.
pub fn lane_later(actor: ActorId) -> String {
    format!("later:{actor}")
}

/// The lane of everything that has to do with files of ours.
pub const LANE_FILES: &str = "files";

/// The lane of what the house itself has to do when its time comes.
pub const LANE_HOUSE: &str = "house";

/// What became of a job.
#[derive(Debug)]
pub enum Outcome {
    /// It is done, or there is nothing to be done about it.
    Done,
    /// The whole lane has to wait, since the server at its end does not answer; `after` is what it asked for, if anything.
    HostWaits {
        /// How long the server asked us to wait.
        after: Option<Duration>,
        /// What happened, for the admin.
        why: String,
    },
    /// The other side does not believe our signature, or does not want us; worth two more attempts.
    Denied(String),
    /// This job failed; it is tried again a few times and then set aside.
    Failed(String),
}

/// How often one job is tried before it is set aside where an admin sees it.
pub const TRIES: i32 = 10;

/// How often something is said to a server that does not believe our signature: keys are refreshed in between.
pub const TRIES_WHEN_DENIED: i32 = 3;

impl Job {
    /// The row that keeps it.
    pub(crate) fn to_row(&self, id: JobId, lane: String, now: Moment) -> Row {
        let written = serde_json::to_value(self).unwrap_or_default();
        let kind = written["kind"].as_str().unwrap_or_default().to_owned();
        Row {
            id,
            lane,
            kind,
            attempts: 0,
            not_before: None,
            created_at: now,
            last_error: None,
            set_aside_at: None,
            payload: written.to_string(),
        }
    }

    /// Reads it back.
    pub fn from_row(row: &Row) -> Result<Self, String> {
        serde_json::from_str(&row.payload)
            .map_err(|error| format!("this job cannot be read: {error}"))
    }

    /// Does it.
    pub async fn run(&self, kindred: &Kindred) -> Outcome {
        match self {
            Self::Receive { activity } => {
                settled(Box::pin(receive::apply(kindred, *activity)).await)
            }
            Self::FanOut { parcel, hearers } => {
                settled(delivery::fan_out(kindred, *parcel, hearers.clone()).await)
            }
            Self::Deliver { parcel, inbox } => delivery::deliver(kindred, *parcel, inbox).await,
            Self::Learn { host } => settled(servers::learn(kindred, host).await),
            Self::FollowAlong { old, new } => {
                settled(people::follow_along(kindred, *old, *new).await)
            }
            Self::Introduce { actor } => settled(directory::introduce(kindred, *actor).await),
            Self::ReadDirectory { host } => settled(Box::pin(directory::read(kindred, host)).await),
            Self::ForgetPartner { host } => settled(directory::forget(kindred, host).await),
            Self::RedrawCards { topic, after } => {
                settled(topics::redraw_cards(kindred, *topic, *after).await)
            }
            Self::ReadTags { actor, collection } => {
                settled(Box::pin(remote::tags::read(kindred, *actor, collection)).await)
            }
            Self::Refresh { actor } => settled(remote::refresh(kindred, actor).await),
            Self::Ancestors { of, child } => {
                settled(Box::pin(remote::ancestors(kindred, of, child)).await)
            }
            Self::Push {
                subscription,
                notification,
            } => push::send(kindred, *subscription, *notification).await,
            Self::TellPoll { post } => settled(polls::tell(kindred, *post).await),
            Self::ClosePoll { post } => settled(polls::close(kindred, *post).await),
            Self::LookAgain { post } => settled(polls::look_again(kindred, post).await),
            Self::AskAgain { follow } => settled(membership::ask_again(kindred, follow).await),
            Self::CatchUp { actor } => settled(catch_up::outbox(kindred, *actor).await),
            Self::ReadPinned { actor } => settled(catch_up::pinned(kindred, *actor).await),
            Self::TakeIn { post, find } => settled(catch_up::take(kindred, post, *find).await),
            Self::VerifyQuote {
                post,
                stamp,
                unasked,
            } => settled(Box::pin(quotes::verify(kindred, *post, stamp.clone(), *unasked)).await),
            Self::ReadThread { post, of, reading } => {
                settled(catch_up::thread(kindred, post, *of, reading.clone()).await)
            }
            Self::Publish { scheduled } => {
                settled(Box::pin(posts::later::publish(kindred, *scheduled)).await)
            }
            Self::Card { post } => settled(posts::cards::make(kindred, *post).await),
            Self::VisitPages { of } => settled(people::links::visit(kindred, *of).await),
            Self::SweepUpload { upload } => settled(media::sweep(kindred, *upload).await),
            Self::RemoveFiles { files } => settled(media::remove(kindred, files).await),
            Self::EndAnnouncement { announcement } => {
                settled(announcements::end(kindred, *announcement).await)
            }
            Self::SpreadAct {
                act,
                parcel,
                room,
                also,
            } => settled(
                delivery::receipts::spread(kindred, *act, *parcel, *room, also.clone()).await,
            ),
            Self::DeliverAct { act, parcel, inbox } => {
                delivery::receipts::deliver(kindred, *act, *parcel, inbox).await
            }
            Self::TakeContent { group, author, by } => {
                settled(moderation::take_content(kindred, *group, *author, *by).await)
            }
            Self::Moderators { group } => {
                settled(Box::pin(remote::moderators::ask(kindred, group)).await)
            }
            Self::Complain { report, to } => {
                settled(Box::pin(moderation::complain(kindred, *report, *to)).await)
            }
            Self::HandOver { report } => settled(moderation::hand_over(kindred, *report).await),
            Self::Sweep { domain, after } => settled(site::sweep(kindred, domain, *after).await),
        }
    }
}

/// A refusal is an answer: the job is done. A server that cannot be reached, and a busy database, are asked again.
fn settled(result: Result<()>) -> Outcome {
    match result {
        Ok(()) | Err(Error::Refused(_)) => Outcome::Done,
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// How long a lane waits after a failure: a twentieth of the time that its server has been failing, at least five seconds, at most
/// six hours. A short break costs half a minute at most, a dead server four probes a day.
pub fn pause(failing_for: Duration) -> Duration {
    (failing_for / 20).clamp(Duration::from_secs(5), Duration::from_hours(6))
}

/// When a job that failed by itself comes back: five seconds at first, three times as long each time, at most six hours.
pub fn retry_after(tries: u32) -> Duration {
    let factor = 3u32.saturating_pow(tries.saturating_sub(1));
    (Duration::from_secs(5).saturating_mul(factor)).min(Duration::from_hours(6))
}

/// A server that failed for so long sleeps until it speaks to us again.
pub const PATIENCE: Duration = Duration::from_hours(4 * 24);

#[cfg(test)]
mod tests;
