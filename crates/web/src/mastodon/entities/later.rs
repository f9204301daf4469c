//! What is not published yet, and how posts looked before.

use kindred_community::{
    Attachment, Version,
    posts::later::Later,
    settings::Settings,
    views::{Audience, PostView},
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Account, CustomEmoji, Lens, MediaAttachment, datetime, status};

/// A post that will be published later.
#[derive(Debug, Serialize)]
pub struct ScheduledStatus<'a> {
    id: String,
    scheduled_at: String,
    params: Value,
    media_attachments: Vec<MediaAttachment<'a>>,
}

impl<'a> ScheduledStatus<'a> {
    /// A post that waits.
    pub fn of(settings: &Settings, later: &'a Later) -> Self {
        let draft = &later.draft;
        let ids = draft.media.iter().flatten();
        Self {
            id: later.id.to_string(),
            scheduled_at: datetime(later.due_at),
            params: json!({
                "text": draft.text,
                "media_ids": ids.map(ToString::to_string).collect::<Vec<_>>(),
                "sensitive": draft.sensitive,
                "spoiler_text": draft.warning,
                "visibility": word(draft.audience),
                "language": draft.language,
                "in_reply_to_id": draft.reply_to.map(|id| id.to_string()),
                "poll": draft.poll.as_ref().map(|poll| json!({
                    "options": poll.options,
                    "expires_in": poll.open_for.as_secs(),
                    "multiple": poll.multiple,
                    "hide_totals": poll.hide_totals,
                })),
                "scheduled_at": null,
                "idempotency": null,
                "application_id": draft.app.map(|app| app.0),
                "with_rate_limit": false,
            }),
            media_attachments: files(settings, later.id.0, &later.files),
        }
    }
}

fn word(audience: Audience) -> &'static str {
    match audience {
        Audience::Public => "public",
        Audience::Unlisted => "unlisted",
        Audience::Followers => "private",
        Audience::Direct => "direct",
    }
}

fn files<'a>(settings: &Settings, of: i64, files: &'a [Attachment]) -> Vec<MediaAttachment<'a>> {
    files
        .iter()
        .enumerate()
        .map(|(place, file)| MediaAttachment::of(settings, of, place, file))
        .collect()
}

/// A post as it looked once.
#[derive(Debug, Serialize)]
pub struct StatusEdit<'a> {
    content: std::borrow::Cow<'a, str>,
    spoiler_text: &'a str,
    sensitive: bool,
    created_at: String,
    account: Account<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    poll: Option<Value>,
    media_attachments: Vec<MediaAttachment<'a>>,
    emojis: Vec<CustomEmoji<'a>>,
}

impl<'a> StatusEdit<'a> {
    /// How a post looked: oldest first, and last as it looks now.
    pub fn all(lens: &Lens<'a>, view: &'a PostView, before: &'a [Version]) -> Vec<Self> {
        let post = &view.post;
        let earlier = before.iter().map(|version| Self {
            content: status::titled(version.title.as_deref(), &version.content),
            spoiler_text: version.warning.as_deref().unwrap_or_default(),
            sensitive: version.sensitive,
            created_at: datetime(version.written_at),
            account: Account::of(lens.settings, &view.author),
            poll: options(version.options.iter()),
            media_attachments: files(lens.settings, post.id.0, &version.attachments),
            emojis: status::emojis(view),
        });
        let now = Self {
            content: status::titled(post.title.as_deref(), &post.content),
            spoiler_text: post.warning.as_deref().unwrap_or_default(),
            sensitive: post.sensitive,
            created_at: datetime(post.edited_at.unwrap_or(post.published_at)),
            account: Account::of(lens.settings, &view.author),
            poll: view
                .poll
                .as_ref()
                .and_then(|poll| options(poll.options.iter().map(|option| &option.title))),
            media_attachments: files(lens.settings, post.id.0, &post.attachments),
            emojis: status::emojis(view),
        };
        earlier.chain([now]).collect()
    }
}

fn options<'a>(titles: impl Iterator<Item = &'a String>) -> Option<Value> {
    let options: Vec<Value> = titles.map(|title| json!({ "title": title })).collect();
    (!options.is_empty()).then(|| json!({ "options": options }))
}
