//! A poll, as clients show it below its post.
//!
//! Whether somebody may still vote is the heart's decision; here it is only told whether the poll is over.

use kindred_community::{self as community};
use serde::Serialize;

use super::{Lens, Nothing, datetime};

/// A question with answers to choose from.
#[derive(Debug, Serialize)]
pub struct Poll<'a> {
    id: String,
    expires_at: Option<String>,
    expired: bool,
    multiple: bool,
    votes_count: i64,
    voters_count: Option<i64>,
    options: Vec<Choice<'a>>,
    emojis: Nothing,
    #[serde(skip_serializing_if = "Option::is_none")]
    voted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_votes: Option<Vec<i32>>,
}

/// One answer.
#[derive(Debug, Serialize)]
pub(super) struct Choice<'a> {
    title: &'a str,
    votes_count: Option<i64>,
}

impl<'a> Poll<'a> {
    /// This poll at this moment.
    pub fn of(lens: &Lens<'_>, poll: &'a community::Poll) -> Self {
        let over = poll.closed_at.is_some() || poll.closes_at.is_some_and(|end| end <= lens.now);
        Self {
            id: poll.post_id.to_string(),
            expires_at: poll.closes_at.map(datetime),
            expired: over,
            multiple: poll.multiple,
            votes_count: poll
                .options
                .iter()
                .map(|option| i64::from(option.votes))
                .sum(),
            voters_count: Some(i64::from(poll.voters)),
            options: poll
                .options
                .iter()
                .map(|option| Choice {
                    title: &option.title,
                    votes_count: Some(i64::from(option.votes)),
                })
                .collect(),
            emojis: [],
            // Who is signed in needs both, or some clients throw the whole timeline away.
            voted: lens.me.map(|_| false),
            own_votes: lens.me.map(|_| Vec::new()),
        }
    }
}
