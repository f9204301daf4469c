//! What the house tells everybody, in the shape in which clients get it.

use kindred_community::{
    Actor, TagKind,
    announcements::{Announced, Reaction as Said},
    links,
};
use serde::Serialize;

use super::{CustomEmoji, Hashtag, Lens, Mention, Nothing, datetime, topic_url};

/// Something that the house tells everybody.
#[derive(Debug, Serialize)]
pub struct Announcement<'a> {
    id: String,
    content: &'a str,
    starts_at: Option<String>,
    ends_at: Option<String>,
    all_day: bool,
    published_at: String,
    updated_at: String,
    read: bool,
    mentions: Vec<Mention<'a>>,
    statuses: Nothing,
    tags: Vec<Hashtag<'a>>,
    emojis: Vec<CustomEmoji<'a>>,
    reactions: Vec<Reaction<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

/// What some people say to it in one picture.
#[derive(Debug, Serialize)]
pub struct Reaction<'a> {
    name: &'a str,
    count: i64,
    me: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_url: Option<String>,
}

impl<'a> Announcement<'a> {
    /// An announcement as its reader sees it.
    pub fn of(lens: &Lens<'a>, told: &'a Announced) -> Self {
        let announcement = &told.announcement;
        let tagged = |kind: TagKind| {
            let tags = announcement.tags.iter();
            tags.filter(move |tag| tag.kind == kind)
        };
        Self {
            id: announcement.id.to_string(),
            content: &announcement.content,
            starts_at: announcement.starts_at.map(datetime),
            ends_at: announcement.ends_at.map(datetime),
            all_day: announcement.all_day,
            published_at: datetime(announcement.published_at),
            updated_at: datetime(announcement.updated_at),
            read: told.read,
            mentions: told
                .named
                .iter()
                .map(|actor: &Actor| Mention::of(actor))
                .collect(),
            statuses: [],
            tags: tagged(TagKind::Hashtag)
                .map(|tag| tag.name.trim_start_matches('#'))
                .map(|name| Hashtag {
                    name,
                    url: topic_url(lens.settings, name),
                })
                .collect(),
            emojis: tagged(TagKind::Emoji)
                .map(|tag| CustomEmoji::of(&tag.name, &tag.href))
                .collect(),
            reactions: told
                .reactions
                .iter()
                .map(|said| Reaction::of(lens, said))
                .collect(),
            text: None,
        }
    }

    /// The same with what was typed, for whoever may change it.
    pub fn with_text(lens: &Lens<'a>, told: &'a Announced) -> Self {
        Self {
            text: Some(&told.announcement.source),
            ..Self::of(lens, told)
        }
    }
}

impl<'a> Reaction<'a> {
    /// What some people say, as the reader sees it.
    pub fn of(lens: &Lens<'_>, said: &'a Said) -> Self {
        let picture = said.picture.as_ref();
        Self {
            name: &said.name,
            count: said.count,
            me: said.me,
            url: picture.map(|emoji| links::file(lens.settings, &emoji.file)),
            static_url: picture.map(|emoji| links::file(lens.settings, &emoji.still)),
        }
    }
}
