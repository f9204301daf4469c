//! What was said to other servers and heard from them, by id: so that nothing is taken twice.

use diesel::prelude::*;

use crate::schema::activities;
use crate::types::{ActivityId, ActorId, Direction, Moment, Visibility};

/// Something said or heard.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = activities, treat_none_as_default_value = false)]
pub struct Activity {
    /// Our number for it.
    pub id: ActivityId,
    /// Its id on the wire.
    pub uri: String,
    /// Whether it left here or came here.
    pub direction: Direction,
    /// What it is: `Create`, `Follow`, …
    pub kind: String,
    /// Whose it is, when we know them.
    pub actor_id: Option<ActorId>,
    /// What it is about.
    pub object_uri: Option<String>,
    /// The group it happened in.
    pub group_id: Option<ActorId>,
    /// Who may see it.
    pub visibility: Visibility,
    /// The server it came from.
    pub host: Option<String>,
    /// When it was said or heard.
    pub created_at: Moment,
    /// The JSON, as long as somebody may still need it.
    pub body: Option<String>,
}
