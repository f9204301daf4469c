//! Polls, as part of a status and by themselves.
//!
//! Who may vote is the heart's decision; here it is only told how the poll stands and what the reader chose.

use kindred_community::views::PostView;
use serde::Serialize;

use super::{CustomEmoji, Lens, datetime, status::emojis};

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
    emojis: Vec<CustomEmoji<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    voted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own_votes: Option<&'a [i32]>,
}

/// One answer. Its count is no number while the author keeps the counts to themself.
#[derive(Debug, Serialize)]
pub(super) struct Choice<'a> {
    title: &'a str,
    votes_count: Option<i64>,
}

impl<'a> Poll<'a> {
    /// The poll of a post at this moment; `None` when the post asks nothing.
    pub fn of(lens: &Lens<'_>, view: &'a PostView) -> Option<Self> {
        let poll = view.poll.as_ref()?;
        let expired = poll.is_over(lens.now);
        let hidden = poll.hide_totals && !expired;
        Some(Self {
            id: poll.post_id.to_string(),
            expires_at: poll.closes_at.map(datetime),
            expired,
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
                    votes_count: (!hidden).then(|| i64::from(option.votes)),
                })
                .collect(),
            emojis: emojis(view),
            // Who is signed in needs both, or some clients throw the whole timeline away. Whoever asks has nothing left to say.
            voted: lens
                .me
                .map(|me| !view.chosen.is_empty() || me == view.author.id),
            own_votes: lens.me.map(|_| view.chosen.as_slice()),
        })
    }
}
