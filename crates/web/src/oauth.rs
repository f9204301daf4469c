//! OAuth: how programs come by a token, and what they are told on the way.
//!
//! Pages ([`authorize`]) for people, JSON ([`token`], [`about`]) for programs. Who gets a token is decided by
//! [`kindred_community::oauth`]; here its refusals get the words that RFC 6749 has for them.

pub mod about;
pub mod authorize;
pub mod token;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
    middleware::from_fn,
    web::{self, ServiceConfig},
};
use kindred_community::{Error, Refusal};
use serde_json::json;

use crate::{at, doors, error::Failure, read};

/// The addresses of OAuth. Pages of other origins may use those that programs use, but not the page of consent.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        at("/oauth/authorize")
            .route(read(authorize::ask))
            .route(web::post().to(authorize::answer)),
    )
    .service(at("/oauth/authorize/native").route(read(authorize::show_code)))
    .service(
        at("/oauth/token")
            .wrap(from_fn(doors::open_to_browsers))
            .route(web::post().to(token::token)),
    )
    .service(
        at("/oauth/revoke")
            .wrap(from_fn(doors::open_to_browsers))
            .route(web::post().to(token::revoke)),
    )
    .service(
        at("/oauth/userinfo")
            .wrap(from_fn(doors::open_to_browsers))
            .route(read(about::userinfo))
            .route(web::post().to(about::userinfo)),
    );
}

/// A refusal in OAuth's dress: `{"error": "invalid_grant", "error_description": "words for people"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthError {
    code: &'static str,
    failure: Failure,
}

impl OAuthError {
    /// An error with OAuth's own word for it.
    pub fn new(status: StatusCode, code: &'static str, words: impl Into<String>) -> Self {
        Self {
            code,
            failure: Failure::new(status, words),
        }
    }
}

/// OAuth's word for a refusal, and the status that goes with it.
fn word(refusal: &Refusal) -> Option<(StatusCode, &'static str)> {
    Some(match refusal {
        Refusal::NoSuchProgram => (StatusCode::UNAUTHORIZED, "invalid_client"),
        Refusal::BadGrant(_) => (StatusCode::BAD_REQUEST, "invalid_grant"),
        Refusal::BadScopes(_) => (StatusCode::BAD_REQUEST, "invalid_scope"),
        Refusal::NotUnderstood(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
        Refusal::NotYours => (StatusCode::FORBIDDEN, "unauthorized_client"),
        _ => return None,
    })
}

impl From<Error> for OAuthError {
    fn from(error: Error) -> Self {
        let word = error.refusal().and_then(word);
        let mut failure = Failure::from(error);
        let code = match word {
            Some((status, code)) => {
                failure.status = status;
                code
            }
            None if failure.status == StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
            None if failure.status.is_server_error() => "server_error",
            None => "invalid_request",
        };
        Self { code, failure }
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        Error::from(refusal).into()
    }
}

impl std::fmt::Display for OAuthError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.failure.words)
    }
}

impl ResponseError for OAuthError {
    fn status_code(&self) -> StatusCode {
        self.failure.status
    }

    fn error_response(&self) -> HttpResponse {
        let body = json!({ "error": self.code, "error_description": self.failure.words });
        let mut answer = HttpResponse::build(self.failure.status);
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.failure.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        answer.json(body)
    }
}
