//! What comes with a post and is kept beside it as JSON.

use serde::{Deserialize, Serialize};

use crate::types::UploadId;

/// A program that posts are written with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Application {
    /// What it is called.
    pub name: String,
    /// Its page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

/// What a page says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// The page.
    pub url: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// What the place calls itself at which it is found.
    pub provider: String,
    /// Who wrote it.
    pub author: String,
    /// A picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Pixels of the picture from left to right; nothing when it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels of the picture from top to bottom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// What a tag stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagKind {
    /// Somebody.
    Mention,
    /// A subject.
    #[default]
    Hashtag,
    /// A picture used as a letter.
    Emoji,
}

/// Something named in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tag {
    /// What it stands for.
    pub kind: TagKind,
    /// As it stands in the text: `@nadia@kindred.example`, `#rust`, `:crab:`.
    pub name: String,
    /// Where it leads: the actor's id, the subject's page, the picture.
    pub href: String,
}

/// A picture, film, recording or file that comes with a post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Attachment {
    /// Our number for it, when it was uploaded here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<UploadId>,
    /// Where it is.
    pub url: String,
    /// Where a small picture of it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<String>,
    /// How large the small picture is: pixels from left to right, and from top to bottom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub small: Option<(u32, u32)>,
    /// What it is: `image/png`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// What can be seen or heard, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Pixels from left to right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels from top to bottom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// A blurred preview in a few letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blurhash: Option<String>,
    /// The point to keep in view when it is cropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus: Option<Focus>,
}

/// A point of a picture, in hundredths: -100 is the left or the lower edge, 100 the right or the upper one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Focus {
    /// From left to right.
    pub x: i16,
    /// From below to above.
    pub y: i16,
}

impl Focus {
    /// The point that these say, each from -1 to 1; what lies outside is moved to the edge.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it lies between -100 and 100"
    )]
    pub fn of(x: f64, y: f64) -> Self {
        let part = |side: f64| (side.clamp(-1.0, 1.0) * 100.0).round() as i16;
        Self {
            x: part(x),
            y: part(y),
        }
    }
}
