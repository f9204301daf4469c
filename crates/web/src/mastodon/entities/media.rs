//! Pictures, films and recordings that come with a post, and the card of a link.
//!
//! Media of other servers keep their own addresses; nothing is fetched or copied here.

use kindred_community::Attachment;
use serde::Serialize;
use serde_json::{Value, json};

use super::Nothing;

/// Something to look at or listen to.
#[derive(Debug, Serialize)]
pub struct MediaAttachment<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
    preview_url: Option<&'a str>,
    remote_url: Option<&'a str>,
    meta: Value,
    description: Option<&'a str>,
    blurhash: Option<&'a str>,
}

impl<'a> MediaAttachment<'a> {
    /// The attachment at this place of a post. Its number is made of the post's, since it has none of its own.
    pub fn of(post: i64, place: usize, attachment: &'a Attachment) -> Self {
        let kind = kind(attachment.media_type.as_deref().unwrap_or_default());
        Self {
            id: format!("{post}{place:02}"),
            kind,
            url: &attachment.url,
            preview_url: (kind == "image").then_some(attachment.url.as_str()),
            remote_url: Some(&attachment.url),
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
    match (attachment.width, attachment.height) {
        (Some(width), Some(height)) if width > 0 && height > 0 => json!({ "original": {
            "width": width,
            "height": height,
            "size": format!("{width}x{height}"),
            "aspect": f64::from(width) / f64::from(height),
        }}),
        _ => json!({}),
    }
}

/// The link that a post is about.
#[derive(Debug, Serialize)]
pub struct PreviewCard<'a> {
    url: &'a str,
    title: &'a str,
    description: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    authors: Nothing,
    author_name: &'static str,
    author_url: &'static str,
    provider_name: String,
    provider_url: &'static str,
    html: &'static str,
    width: u32,
    height: u32,
    image: Option<&'a str>,
    embed_url: &'static str,
    blurhash: Option<&'a str>,
    published_at: Option<String>,
}

impl<'a> PreviewCard<'a> {
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
            provider_name: host.unwrap_or_default(),
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
