//! Quotes, as part of a status: what is quoted, how the quote stands, and who may quote.

use kindred_community::{
    QuotePolicy, QuoteState, Visibility,
    policy::Quoting,
    views::{PostView, QuoteView},
};
use serde::Serialize;

use super::{Lens, Status};

/// What a post quotes. Inside of a quoted post only its number is told.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Quote<'a> {
    /// With the quoted post, when it is shown.
    Whole {
        /// How it stands.
        state: &'static str,
        /// The post.
        quoted_status: Option<Box<Status<'a>>>,
    },
    /// With its number alone.
    Shallow {
        /// How it stands.
        state: &'static str,
        /// The post's number.
        quoted_status_id: Option<String>,
    },
}

impl<'a> Quote<'a> {
    /// The quote of a post.
    pub(super) fn of(lens: &Lens<'a>, view: &'a QuoteView) -> Self {
        let state = match view.state {
            QuoteState::Accepted if view.gone => "deleted",
            QuoteState::Accepted if view.quoted.is_none() && !view.nested => "unauthorized",
            QuoteState::Accepted => "accepted",
            QuoteState::Pending => "pending",
            QuoteState::Rejected => "rejected",
            QuoteState::Revoked => "revoked",
        };
        if view.nested {
            let shown = view.quoted_id.filter(|_| state == "accepted");
            return Self::Shallow {
                state,
                quoted_status_id: shown.map(|id| id.to_string()),
            };
        }
        Self::Whole {
            state,
            quoted_status: view
                .quoted
                .as_deref()
                .map(|quoted| Box::new(Status::of(lens, quoted))),
        }
    }
}

/// Who may quote a post.
#[derive(Debug, Serialize)]
pub struct QuoteApproval {
    automatic: Vec<&'static str>,
    manual: Vec<&'static str>,
    current_user: &'static str,
}

impl QuoteApproval {
    /// Nobody: of what is only a wrapper.
    pub(super) fn none() -> Self {
        Self {
            automatic: Vec::new(),
            manual: Vec::new(),
            current_user: "denied",
        }
    }

    /// By the policy of a post, and for whoever reads it.
    pub(super) fn of(view: &PostView) -> Self {
        let open = matches!(
            view.post.visibility,
            Visibility::Public | Visibility::Unlisted
        );
        let usual = view.author.is_local().then_some(QuotePolicy::Public);
        let (automatic, manual) = match view.post.quote_policy.or(usual).filter(|_| open) {
            Some(QuotePolicy::Public) => (vec!["public"], Vec::new()),
            Some(QuotePolicy::Followers) => (vec!["followers"], Vec::new()),
            Some(QuotePolicy::Asking) => (Vec::new(), vec!["public"]),
            Some(QuotePolicy::Nobody) | None => (Vec::new(), Vec::new()),
        };
        Self {
            automatic,
            manual,
            current_user: match view.quoting {
                Quoting::Automatic => "automatic",
                Quoting::Manual => "manual",
                Quoting::Denied => "denied",
            },
        }
    }
}
