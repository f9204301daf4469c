//! Posts, their threads and whom they name.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::schema::posts;
use crate::types::{ActorId, Json, Moment, PostId, PostKind, Visibility};

/// A post.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = posts, treat_none_as_default_value = false)]
pub struct Post {
    /// Our number for it.
    pub id: PostId,
    /// Its id on the wire.
    pub uri: String,
    /// Its page for people, when that is another address.
    pub url: Option<String>,
    /// Who wrote it.
    pub author_id: ActorId,
    /// The group it was written in.
    pub group_id: Option<ActorId>,
    /// What it replies to, when we have it.
    pub parent_id: Option<PostId>,
    /// The id of what it replies to.
    pub parent_uri: Option<String>,
    /// The post that began the thread; itself, when it did.
    pub root_id: PostId,
    /// The address of the thread as a collection.
    pub context_uri: Option<String>,
    /// What it is.
    pub kind: PostKind,
    /// Its title.
    pub title: Option<String>,
    /// What is shown instead until somebody asks for more.
    pub warning: Option<String>,
    /// Whether its pictures are covered at first.
    pub sensitive: bool,
    /// The language it is written in.
    pub language: Option<String>,
    /// Who may see it.
    pub visibility: Visibility,
    /// What it links to, for posts that are about a link.
    pub link_url: Option<String>,
    /// When it was published.
    pub published_at: Moment,
    /// When it was last edited.
    pub edited_at: Option<Moment>,
    /// Since when it is gone, by its author.
    pub deleted_at: Option<Moment>,
    /// Since when it is hidden, by a moderator.
    pub removed_at: Option<Moment>,
    /// By whom.
    pub removed_by: Option<ActorId>,
    /// Why.
    pub removed_reason: Option<String>,
    /// Since when nobody can reply.
    pub locked_at: Option<Moment>,
    /// Since when it stands at the top of its group.
    pub pinned_at: Option<Moment>,
    /// How many replies it has.
    pub replies_count: i32,
    /// How many like it.
    pub likes_count: i32,
    /// How many have passed it on.
    pub boosts_count: i32,
    /// What its text names.
    pub tags: Json<Vec<Tag>>,
    /// What comes with it.
    pub attachments: Json<Vec<Attachment>>,
    /// Its text as clean HTML.
    pub content: String,
    /// The text as it was written.
    pub source: Option<String>,
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
    /// Where it is.
    pub url: String,
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
}
