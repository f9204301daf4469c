//! Posts passed on. What a group relays is passed on by the group.

use diesel::prelude::*;

use crate::schema::boosts;
use crate::types::{ActorId, BoostId, Moment, PostId};

/// A post passed on.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = boosts, treat_none_as_default_value = false)]
pub struct Boost {
    /// Our number for it.
    pub id: BoostId,
    /// Who passed it on.
    pub actor_id: ActorId,
    /// The post.
    pub post_id: PostId,
    /// The id of the activity that announced the post.
    pub uri: String,
    /// The id of the activity that announced its creation, when a group passed it on.
    pub relay_uri: Option<String>,
    /// Since when it no longer holds.
    pub undone_at: Option<Moment>,
    /// When it was passed on.
    pub created_at: Moment,
}
