//! Everybody and everything with an inbox: persons, groups, programs, servers; here and elsewhere.
//!
//! Who can sign in is told in [`accounts`](crate::accounts), what makes a group a group in [`groups`](crate::groups).

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::schema::actors;
use crate::types::{ActorId, ActorKind, Json, Moment};

/// An actor.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = actors, treat_none_as_default_value = false)]
pub struct Actor {
    /// Our number for it.
    pub id: ActorId,
    /// What it is.
    pub kind: ActorKind,
    /// The part before the `@`, in lower case.
    pub handle: String,
    /// The part after it; empty when it lives here.
    pub host: String,
    /// Its id on the wire.
    pub uri: String,
    /// Its page for people.
    pub url: Option<String>,
    /// Where it takes letters.
    pub inbox: String,
    /// Where its server takes letters for everybody there.
    pub shared_inbox: Option<String>,
    /// Where it lists what it said.
    pub outbox: Option<String>,
    /// Where it lists its followers.
    pub followers_uri: Option<String>,
    /// Where it lists whom it follows.
    pub following_uri: Option<String>,
    /// Where it lists what it has pinned.
    pub featured_uri: Option<String>,
    /// Where a group lists who keeps order.
    pub moderators_uri: Option<String>,
    /// What it is called.
    pub name: String,
    /// A small picture.
    pub icon_url: Option<String>,
    /// A wide picture.
    pub image_url: Option<String>,
    /// The id of its key.
    pub key_id: String,
    /// The public half of its key.
    pub public_key_pem: String,
    /// The private half, for those who live here.
    pub private_key_pem: Option<String>,
    /// Whether it decides itself who may follow it.
    pub locked: bool,
    /// Whether it may be shown in directories.
    pub discoverable: bool,
    /// Whether its posts may be found by searching.
    pub indexable: bool,
    /// Whether the person has died.
    pub memorial: bool,
    /// Since when it is shut out.
    pub suspended_at: Option<Moment>,
    /// The id of the actor that it has become.
    pub moved_to: Option<String>,
    /// How many follow it.
    pub followers_count: i32,
    /// How many it follows.
    pub following_count: i32,
    /// How many posts it has written; for a group, how many it has passed on.
    pub posts_count: i32,
    /// When it last posted.
    pub last_post_at: Option<Moment>,
    /// When it came to be.
    pub published_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// When its server was last asked about it.
    pub fetched_at: Option<Moment>,
    /// Since when it is gone.
    pub deleted_at: Option<Moment>,
    /// The ids of actors that are the same person.
    pub also_known_as: Json<Vec<String>>,
    /// What it says about itself in pairs.
    pub fields: Json<Vec<Field>>,
    /// What it is about, or cares about.
    pub topics: Json<Vec<String>>,
    /// What it says about itself, as clean HTML.
    pub summary: String,
    /// The same as it was written.
    pub summary_source: Option<String>,
}

/// A pair that somebody says about themself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Field {
    /// What it is.
    pub name: String,
    /// What they say, as clean HTML.
    pub value: String,
}

impl Actor {
    /// Whether it lives here.
    pub fn is_local(&self) -> bool {
        self.host.is_empty()
    }
}
