//! Notices as notifications, one by one and in groups.
//!
//! Only kinds that clients know ever go out; the others are read on the pages.

use kindred_community::{
    Actor, Bundle, NotificationKind as Kind, PostId,
    notices::{SPAN, Told, Waiting, word_of},
    settings::Settings,
    views::Notice,
};
use serde::Serialize;

use super::{Account, Lens, Status, datetime};

/// The name of a bundle in the addresses of clients.
pub fn key_of(bundle: &Bundle) -> String {
    let kind = word_of(bundle.kind).unwrap_or_default();
    let span = bundle.from.0 / SPAN;
    match bundle.post_id {
        Some(post) => format!("{kind}-{post}-{span}"),
        None => format!("{kind}-{span}"),
    }
}

/// The kind, the post and the span of time in such a name.
pub fn read_key(key: &str) -> Option<(Kind, Option<PostId>, i64)> {
    let (kind, rest) = key.split_once('-')?;
    let (post, span) = match rest.split_once('-') {
        Some((post, span)) => (Some(post.parse().ok()?), span),
        None => (None, rest),
    };
    let kind = match kind {
        "favourite" => Kind::Like,
        "reblog" => Kind::Boost,
        "follow" => Kind::Follow,
        _ => return None,
    };
    Some((kind, post, span.parse().ok()?))
}

/// A notice.
#[derive(Debug, Serialize)]
pub struct Notification<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    group_key: String,
    created_at: String,
    account: Account<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status<'a>>,
}

impl<'a> Notification<'a> {
    /// This notice; nothing for a kind that clients do not know.
    pub fn of(lens: &Lens<'a>, notice: &'a Notice) -> Option<Self> {
        Some(Self {
            id: notice.row.id.to_string(),
            kind: word_of(notice.row.kind)?,
            group_key: format!("ungrouped-{}", notice.row.id),
            created_at: datetime(notice.row.created_at),
            account: Account::of(lens.settings, &notice.by),
            status: notice.post.as_ref().map(|view| Status::of(lens, view)),
        })
    }
}

/// Several notices told as one.
#[derive(Debug, Serialize)]
pub struct NotificationGroup {
    group_key: String,
    notifications_count: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    most_recent_notification_id: i64,
    page_min_id: String,
    page_max_id: String,
    latest_page_notification_at: String,
    sample_account_ids: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_id: Option<String>,
}

/// How many of those who did it are named.
const SAMPLES: usize = 8;

impl NotificationGroup {
    /// These notices; nothing for a kind that clients do not know.
    pub fn of(told: &Told) -> Option<Self> {
        let (newest, oldest) = (told.notices.first()?, told.notices.last()?);
        Some(Self {
            group_key: told
                .bundle
                .as_ref()
                .map_or_else(|| format!("ungrouped-{}", newest.row.id), key_of),
            notifications_count: told.count,
            kind: word_of(newest.row.kind)?,
            most_recent_notification_id: told.latest.0,
            page_min_id: oldest.row.id.to_string(),
            page_max_id: newest.row.id.to_string(),
            latest_page_notification_at: datetime(newest.row.created_at),
            sample_account_ids: samples(told).map(|actor| actor.id.to_string()).collect(),
            status_id: newest.row.post_id.map(|id| id.to_string()),
        })
    }
}

/// Some of those who did it, the latest first, each once.
pub fn samples(told: &Told) -> impl Iterator<Item = &Actor> {
    let mut seen = Vec::new();
    told.notices
        .iter()
        .map(|notice| &notice.by)
        .filter(move |actor| {
            let fresh = !seen.contains(&actor.id);
            seen.push(actor.id);
            fresh
        })
        .take(SAMPLES)
}

/// Somebody of whom no more than a face is shown.
#[derive(Debug, Serialize)]
pub struct PartialAccount {
    id: String,
    acct: String,
    url: String,
    avatar: String,
    avatar_static: String,
    avatar_description: String,
    locked: bool,
    bot: bool,
}

impl PartialAccount {
    /// The face of this actor.
    pub fn of(settings: &Settings, actor: &Actor) -> Self {
        Account::of(settings, actor).face()
    }

    pub(super) fn new(
        id: &str,
        acct: &str,
        url: &str,
        avatar: &str,
        locked: bool,
        bot: bool,
    ) -> Self {
        Self {
            id: id.to_owned(),
            acct: acct.to_owned(),
            url: url.to_owned(),
            avatar: avatar.to_owned(),
            avatar_static: avatar.to_owned(),
            avatar_description: String::new(),
            locked,
            bot,
        }
    }
}

/// Somebody whose notices were set apart.
#[derive(Debug, Serialize)]
pub struct NotificationRequest<'a> {
    id: String,
    created_at: String,
    updated_at: String,
    account: Account<'a>,
    notifications_count: String,
    last_status: Option<Status<'a>>,
}

impl<'a> NotificationRequest<'a> {
    /// This one.
    pub fn of(lens: &Lens<'a>, waiting: &'a Waiting) -> Self {
        Self {
            id: waiting.row.id.to_string(),
            created_at: datetime(waiting.row.created_at),
            updated_at: datetime(waiting.row.updated_at),
            account: Account::of(lens.settings, &waiting.from),
            notifications_count: waiting.row.notices.to_string(),
            last_status: waiting.last.as_ref().map(|view| Status::of(lens, view)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kindred_community::notices::bundle;

    #[test]
    fn the_name_of_a_bundle_reads_back_as_what_it_was() {
        for (kind, post, span) in [
            (Kind::Like, Some(PostId(7)), 40_000),
            (Kind::Boost, Some(PostId(i64::MAX)), 1),
            (Kind::Follow, None, 0),
        ] {
            let key = key_of(&bundle(kind, post, span));
            assert_eq!(read_key(&key), Some((kind, post, span)), "{key}");
        }
        for nonsense in [
            "",
            "ungrouped-5",
            "favourite",
            "favourite-x-y",
            "mention-1-2",
            "follow-",
        ] {
            assert_eq!(read_key(nonsense), None, "{nonsense}");
        }
    }
}
