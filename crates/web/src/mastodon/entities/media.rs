//! Pictures, films and recordings that come with a post, and the card of a link.
//!
//! Media of other servers are shown at sealed addresses of ours; nothing is fetched here.

use std::borrow::Cow;

use kindred_community::{Attachment, Card, Upload, links, settings::Settings};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Nothing;

/// Something to look at or listen to.
#[derive(Debug, Serialize)]
pub struct MediaAttachment<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    url: Cow<'a, str>,
    preview_url: Option<Cow<'a, str>>,
    remote_url: Option<&'a str>,
    meta: Value,
    description: Option<&'a str>,
    blurhash: Option<&'a str>,
}

impl<'a> MediaAttachment<'a> {
    /// The attachment at this place of a post. What was not uploaded here has no number of its own, so it is made of the post's.
    pub fn of(settings: &Settings, post: i64, place: usize, attachment: &'a Attachment) -> Self {
        let id = attachment
            .id
            .map_or_else(|| format!("{post}{place:02}"), |id| id.to_string());
        Self::with_id(settings, id, attachment)
    }

    /// What somebody has uploaded.
    pub fn uploaded(settings: &Settings, upload: &'a Upload) -> Self {
        Self::with_id(settings, upload.id.to_string(), &upload.attachment)
    }

    fn with_id(settings: &Settings, id: String, attachment: &'a Attachment) -> Self {
        let kind = kind(attachment.media_type.as_deref().unwrap_or_default());
        let ours = attachment.id.is_some();
        let small = attachment.preview.as_deref().or_else(|| {
            // A small picture of something else than a picture is not made.
            (kind == "image").then_some(attachment.url.as_str())
        });
        let shown = |url: &'a str| {
            if ours || kind == "unknown" {
                Cow::Borrowed(url)
            } else {
                Cow::Owned(links::copy(settings, url))
            }
        };
        Self {
            id,
            kind,
            url: shown(&attachment.url),
            preview_url: small.map(shown),
            remote_url: (!ours).then_some(attachment.url.as_str()),
            meta: meta(attachment),
            description: attachment.description.as_deref(),
            blurhash: attachment.blurhash.as_deref(),
        }
    }
}

/// What a media type means to clients.
pub(crate) fn kind(media_type: &str) -> &'static str {
    match media_type.split('/').next() {
        Some("image") => "image",
        Some("video") => "video",
        Some("audio") => "audio",
        _ => "unknown",
    }
}

fn meta(attachment: &Attachment) -> Value {
    let mut meta = Map::new();
    if let (Some(width), Some(height)) = (attachment.width, attachment.height) {
        meta.extend(size(width, height).map(|size| ("original".to_owned(), size)));
    }
    if let Some((width, height)) = attachment.small {
        meta.extend(size(width, height).map(|size| ("small".to_owned(), size)));
    }
    if let Some(focus) = attachment.focus {
        let (x, y) = (f64::from(focus.x) / 100.0, f64::from(focus.y) / 100.0);
        meta.insert("focus".to_owned(), json!({ "x": x, "y": y }));
    }
    Value::Object(meta)
}

fn size(width: u32, height: u32) -> Option<Value> {
    (width > 0 && height > 0).then(|| {
        json!({
            "width": width,
            "height": height,
            "size": format!("{width}x{height}"),
            "aspect": f64::from(width) / f64::from(height),
        })
    })
}

/// The link that a post is about.
#[derive(Debug, Serialize)]
pub struct PreviewCard<'a> {
    url: &'a str,
    title: &'a str,
    description: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    authors: Nothing,
    author_name: &'a str,
    author_url: &'static str,
    provider_name: Cow<'a, str>,
    provider_url: &'static str,
    html: &'static str,
    width: u32,
    height: u32,
    image: Option<String>,
    embed_url: &'static str,
    blurhash: Option<&'a str>,
    published_at: Option<String>,
}

impl<'a> PreviewCard<'a> {
    /// A card with what the page says about itself.
    pub fn told(settings: &Settings, card: &'a Card) -> Self {
        Self {
            description: &card.description,
            author_name: &card.author,
            provider_name: Cow::Borrowed(&card.provider),
            width: card.width.unwrap_or(0),
            height: card.height.unwrap_or(0),
            image: card.image.as_deref().map(|url| links::copy(settings, url)),
            ..Self::of(&card.url, Some(&card.title))
        }
    }

    /// A card that says no more than the post itself knows about its link.
    pub fn of(link: &'a str, title: Option<&'a str>) -> Self {
        let host = url::Url::parse(link)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        Self {
            url: link,
            title: title.unwrap_or(link),
            description: "",
            kind: "link",
            authors: [],
            author_name: "",
            author_url: "",
            provider_name: host.unwrap_or_default().into(),
            provider_url: "",
            html: "",
            width: 0,
            height: 0,
            image: None,
            embed_url: "",
            blurhash: None,
            published_at: None,
        }
    }
}
