//! Who hears of whom.

use diesel::prelude::*;

use crate::schema::follows;
use crate::types::{ActorId, FollowId, FollowState, Moment};

/// One actor hearing of another.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = follows, treat_none_as_default_value = false)]
pub struct Follow {
    /// Our number for it.
    pub id: FollowId,
    /// Who hears.
    pub follower_id: ActorId,
    /// Of whom.
    pub target_id: ActorId,
    /// Whether it was granted.
    pub state: FollowState,
    /// The id of the activity that asked for it.
    pub uri: String,
    /// Whether what the target passes on is wanted as well.
    pub show_boosts: bool,
    /// Whether every post is worth a notice.
    pub notify: bool,
    /// When it was asked for.
    pub created_at: Moment,
}
