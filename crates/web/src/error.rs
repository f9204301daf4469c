//! How a refusal or a breakage looks from outside: one status for each, worn in three dresses.
//!
//! The words of a refusal are the community's and go out as they are. The cause of a breakage goes to the log, once, and
//! never to the client. Nothing here decides whether something is refused.

use actix_web::{HttpResponse, ResponseError, http::StatusCode, http::header};
use kindred_community::{Error, Refusal};
use serde_json::json;

/// What every door says when something broke that the asker cannot help.
const BROKEN: &str = "something broke on our side; please try again in a moment";

/// An error as it goes out: a status, words for a person, and when to come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status.
    pub status: StatusCode,
    /// What is wrong, in words that may be shown.
    pub words: String,
    /// After how many seconds asking again may help.
    pub retry_after: Option<u32>,
}

impl Failure {
    /// A failure with these words.
    pub fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Self {
            status,
            words: words.into(),
            retry_after: None,
        }
    }

    fn later(words: impl Into<String>, seconds: u32) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            words: words.into(),
            retry_after: Some(seconds),
        }
    }

    /// An answer with this status and body, without anything else.
    fn answer(&self, content_type: &'static str, body: String) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header((header::CONTENT_TYPE, content_type));
        answer.insert_header((header::CACHE_CONTROL, "private, no-store"));
        if let Some(seconds) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        answer.body(body)
    }
}

/// The status of a refusal. There is no "all others" here: a new refusal compiles only once somebody decided how it looks.
pub fn status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::NotSignedIn
        | Refusal::BadSignature(_)
        | Refusal::NoSuchProgram
        | Refusal::WrongPassword => StatusCode::UNAUTHORIZED,
        Refusal::TooManyAttempts
        | Refusal::TooManyUploads
        | Refusal::TooManyReports
        | Refusal::EnoughHellos => StatusCode::TOO_MANY_REQUESTS,
        Refusal::NoSuchPerson
        | Refusal::NoSuchGroup
        | Refusal::NoSuchPost
        | Refusal::NoSubscription
        | Refusal::NoSuchPoll
        | Refusal::NoSuch(_)
        | Refusal::NoSuchActivity
        | Refusal::NoSuchFile
        | Refusal::NoSuchReport
        | Refusal::NoSuchLine
        | Refusal::NoSuchDomain
        | Refusal::NoSuchTopic
        | Refusal::NoSuchProposal
        | Refusal::NoSuchInvitation => StatusCode::NOT_FOUND,
        Refusal::Gone => StatusCode::GONE,
        Refusal::OutsideScopes
        | Refusal::NotYours
        | Refusal::HostNotWelcome(_)
        | Refusal::FederationOff
        | Refusal::InvitationOnly(_)
        | Refusal::NotWelcome(_)
        | Refusal::MembersOnly(_)
        | Refusal::OrganisersOnly(_)
        | Refusal::Locked
        | Refusal::AuthorOnly
        | Refusal::NoHellos
        | Refusal::OrganisersAlone
        | Refusal::StrangeForm
        | Refusal::SignUpClosed
        | Refusal::NotAModerator(_)
        | Refusal::Outranked(_)
        | Refusal::KeepersOnly
        | Refusal::AdminsOnly
        | Refusal::Suspended
        | Refusal::NotInThatState(_)
        | Refusal::SeniorsOnly
        | Refusal::StillWaiting(_) => StatusCode::FORBIDDEN,
        Refusal::BadHandle(_)
        | Refusal::HandleTaken(_)
        | Refusal::BadEmail(_)
        | Refusal::EmailTaken(_)
        | Refusal::WeakPassword
        | Refusal::BadName
        | Refusal::VisibilityStays
        | Refusal::EmptyPost
        | Refusal::PostTooLong(..)
        | Refusal::BadPoll(_)
        | Refusal::NoSuchChoice
        | Refusal::PollOver
        | Refusal::VotedAlready
        | Refusal::OwnPoll
        | Refusal::NotForQuoting
        | Refusal::NoFile
        | Refusal::NotShown
        | Refusal::FileTooLarge(_)
        | Refusal::UnreadablePicture
        | Refusal::TooManyPixels(_)
        | Refusal::DescriptionTooLong(_)
        | Refusal::TooManyFiles(_)
        | Refusal::NotAttachable
        | Refusal::InUse
        | Refusal::TooSoon
        | Refusal::TooManyScheduled(_)
        | Refusal::Unfit(_)
        | Refusal::NotForSharing
        | Refusal::Oneself
        | Refusal::ForbiddenTopic(_)
        | Refusal::BadProgram(_)
        | Refusal::MustAgree
        | Refusal::NotOneself
        | Refusal::FollowFirst
        | Refusal::TooMany(..)
        | Refusal::TooLong(..)
        | Refusal::Needed(_)
        | Refusal::BadHost(_)
        | Refusal::NeedsPerson
        | Refusal::EndsBeforeItBegins
        | Refusal::OnlyAtHome(_)
        | Refusal::NotForPinning
        | Refusal::NotForThePage
        | Refusal::TooManyPins(_)
        | Refusal::ReportTooLong(_)
        | Refusal::BadDomain(_)
        | Refusal::BlockedAlready(_)
        | Refusal::BadSubscription(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::NotUnderstood(_)
        | Refusal::ForeignAddress
        | Refusal::BadGrant(_)
        | Refusal::BadScopes(_) => StatusCode::BAD_REQUEST,
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(status(&refusal), refusal.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Unreachable { host, why } => {
                tracing::info!(
                    host,
                    why,
                    "{host} could not be reached while a request waited for it"
                );
                Self::later(format!("{host} cannot be reached at the moment"), 300)
            }
            Error::Storage(cause) => {
                tracing::error!(error = %cause, "The database failed while answering a request");
                Self::later(BROKEN, 10)
            }
            Error::Broken(cause) => {
                tracing::error!(
                    error = cause,
                    "Something failed that should not, while answering a request"
                );
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, BROKEN)
            }
            Error::Protocol(cause) => {
                tracing::error!(error = %cause, "A document or key of ours could not be made");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, BROKEN)
            }
        }
    }
}

/// Makes one dress of [`Failure`], which `?` puts on by itself.
macro_rules! dress {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub Failure);

        impl $name {
            /// A failure with these words.
            pub fn new(status: StatusCode, words: impl Into<String>) -> Self {
                Self(Failure::new(status, words))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0.words)
            }
        }

        impl<E: Into<Failure>> From<E> for $name {
            fn from(error: E) -> Self {
                Self(error.into())
            }
        }
    };
}

dress! {
    /// What clients get: `{"error": "words for people"}`.
    ApiError
}

dress! {
    /// What people get: a friendly page. The words travel beside the bare answer, and [`crate::doors`] builds the page
    /// around them, because only there it is known for which instance.
    PageError
}

dress! {
    /// What other servers get from an inbox: one line of plain text.
    InboxError
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        self.0.answer(
            "application/json",
            json!({ "error": self.0.words }).to_string(),
        )
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = self
            .0
            .answer("text/plain; charset=utf-8", self.0.words.clone());
        answer.extensions_mut().insert(self.0.clone());
        answer
    }
}

impl ResponseError for InboxError {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        self.0
            .answer("text/plain; charset=utf-8", self.0.words.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_status_that_peers_and_clients_expect() {
        let cases = [
            (Refusal::BadSignature("no".into()), 401),
            (Refusal::NotSignedIn, 401),
            (Refusal::OutsideScopes, 403),
            (Refusal::HostNotWelcome("far.example".into()), 403),
            (Refusal::NoSuchPost, 404),
            (Refusal::Gone, 410),
            (Refusal::EmptyPost, 422),
            (Refusal::NotUnderstood("what".into()), 400),
        ];
        for (refusal, expected) in cases {
            assert_eq!(status(&refusal).as_u16(), expected, "{refusal:?}");
        }
    }

    #[test]
    fn a_server_that_cannot_be_reached_is_a_reason_to_come_back() {
        let error = Error::Unreachable {
            host: "far.example".into(),
            why: "connection refused to 10.0.0.7".into(),
        };
        let answer = InboxError::from(error).error_response();
        assert_eq!(answer.status(), 503);
        assert_eq!(answer.headers().get("retry-after").unwrap(), "300");
    }
}
