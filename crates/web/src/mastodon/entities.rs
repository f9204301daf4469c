//! The shapes in which clients get people, groups and posts.
//!
//! Every attribute that the API promises is there, also when there is nothing to say: clients throw whole timelines away
//! over a missing one. Nothing is asked here; rows go in, entities come out.

mod account;
mod announcement;
mod group;
mod later;
mod media;
mod notification;
pub(crate) mod order;
mod poll;
mod quote;
mod reading;
mod status;
#[cfg(test)]
mod tests;

pub use account::{Account, CredentialAccount, Profile, Relationship, Role};
pub use announcement::{Announcement, Reaction};
pub use group::{Group, GroupRelationship, InvitationLink, Member, role_named};
pub use later::{ScheduledStatus, StatusEdit};
pub(crate) use media::kind as media_kind;
pub use media::{MediaAttachment, PreviewCard};
pub use notification::{
    Notification, NotificationGroup, NotificationRequest, PartialAccount, key_of, read_key, samples,
};
pub use poll::Poll;
pub use quote::{Quote, QuoteApproval};
pub use reading::{
    Conversation, FeaturedTag, Filter, FilterKeyword, FilterResult, FilterStatus, List, Marker,
    MutedAccount, OldFilter, Suggestion, Tag, trending_link,
};
pub(crate) use status::written;
pub use status::{Context, Status, StatusSource};
use status::{Hashtag, Mention};

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use kindred_community::{ActorId, Moment, links, settings::Settings};
use serde::Serialize;

/// From where things are looked at: which instance, when, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Lens<'a> {
    /// How this instance is set up.
    pub settings: &'a Settings,
    /// This moment.
    pub now: Moment,
    /// Who looks.
    pub me: Option<ActorId>,
}

/// A list that is always empty: roles to show, posts in an announcement.
pub(crate) type Nothing = [(); 0];

/// A picture used as a letter.
#[derive(Clone, Debug, Serialize)]
pub struct CustomEmoji<'a> {
    shortcode: &'a str,
    url: Cow<'a, str>,
    static_url: Cow<'a, str>,
    visible_in_picker: bool,
    category: Option<&'a str>,
}

impl<'a> CustomEmoji<'a> {
    /// The picture that stands for `:shortcode:` in a text. Whether it is one of ours to pick is not known any more.
    pub(super) fn of(shortcode: &'a str, url: &'a str) -> Self {
        Self {
            shortcode: shortcode.trim_matches(':'),
            url: Cow::Borrowed(url),
            static_url: Cow::Borrowed(url),
            visible_in_picker: false,
            category: None,
        }
    }

    /// A picture of ours, to pick.
    pub(super) fn ours(settings: &Settings, emoji: &'a kindred_community::CustomEmoji) -> Self {
        Self {
            shortcode: &emoji.shortcode,
            url: Cow::Owned(links::file(settings, &emoji.file)),
            static_url: Cow::Owned(links::file(settings, &emoji.still)),
            visible_in_picker: emoji.in_picker,
            category: emoji.category.as_deref(),
        }
    }
}

/// What a search found.
#[derive(Debug, Serialize)]
pub struct Search<'a> {
    /// Groups and people.
    pub accounts: Vec<Account<'a>>,
    /// Posts.
    pub statuses: Vec<Status<'a>>,
    /// Subjects.
    pub hashtags: Vec<Tag<'a>>,
}

/// The page of a subject.
fn topic_url(settings: &Settings, name: &str) -> String {
    let name: String =
        url::form_urlencoded::byte_serialize(name.to_lowercase().as_bytes()).collect();
    format!("{}/topics/{}", settings.origin, name.replace('+', "%20"))
}

/// A moment as clients read it: exactly three digits of milliseconds, and `Z`.
pub fn datetime(moment: Moment) -> String {
    utc(moment).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The day of a moment.
pub fn date(moment: Moment) -> String {
    utc(moment).format("%Y-%m-%d").to_string()
}

fn utc(moment: Moment) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(moment.0).unwrap_or_default()
}

/// A text with nothing in it that HTML would take for its own.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
