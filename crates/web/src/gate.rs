//! The gate of an instance that federates with partners only: whoever reads has to be somebody.
//!
//! Open to everybody are what other servers need to check a signature, what tells which instance this is, and the way to sign in.
//! Everything else is for those who are signed in and for servers with an agreement. What they may see there is not decided here.

use actix_web::{
    Error, FromRequest, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
};
use kindred_community::{Refusal, settings::Federation, views::Viewer};

use crate::{
    error::PageError,
    extract::{self, Guest, Reader, Wants},
    pages::sign_in,
};

/// The beginnings of addresses that are open to everybody.
const OPEN: [&str; 12] = [
    "/.well-known/",
    "/nodeinfo/",
    "/health/",
    "/assets/",
    "/avatars/",
    "/headers/",
    "/media/",
    "/oauth/",
    "/login",
    "/logout",
    "/setup",
    "/favicon.ico",
];

/// Lets strangers no further than the door, where the instance is closed to them.
pub async fn keep(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let closed = extract::kindred(req.request()).settings().federation == Federation::Partners;
    if !closed || is_open(&req) || is_known(&mut req).await? {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    let answer = if Wants::of(req.request()) == Wants::Activity {
        PageError::from(Refusal::BadSignature(
            "reading here takes a signature".into(),
        ))
        .error_response()
    } else {
        let path = req.uri().path_and_query().map_or("/", |path| path.as_str());
        sign_in::first(path, false)
    };
    Ok(req.into_response(answer))
}

/// What everybody may ask for. The API knows its callers by their tokens and turns strangers away by itself.
fn is_open(req: &ServiceRequest) -> bool {
    let path = req.path();
    let is_actor = |path: &str| {
        path == "/actor"
            || (path.starts_with("/p/") || path.starts_with("/g/"))
                && path.trim_end_matches('/').matches('/').count() == 2
                && Wants::of(req.request()) == Wants::Activity
    };
    !matches!(*req.method(), Method::GET | Method::HEAD)
        || path.starts_with("/api/")
        || path == "/robots.txt"
        || OPEN.iter().any(|open| path.starts_with(open))
        || is_actor(path)
}

/// Whether this is somebody signed in, or a server that we have an agreement with. A wrong signature is refused as such.
async fn is_known(req: &mut ServiceRequest) -> Result<bool, PageError> {
    if Guest::of(req.request()).await?.0.is_some() {
        return Ok(true);
    }
    let (request, payload) = req.parts_mut();
    let reader = Reader::from_request(request, payload).await?;
    Ok(matches!(reader.0, Viewer::Server(_)))
}
