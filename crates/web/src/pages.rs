//! The door for people: pages that can be read by anybody, without a script and without anything from elsewhere.
//!
//! A page is a function from a view to markup; whoever calls it has asked the heart.

pub mod admin;
mod browsers;
pub mod consent;
pub mod failure;
pub mod feed;
pub mod finding;
pub mod front;
pub mod group;
pub mod house;
pub mod invitation;
pub mod layout;
pub mod moving;
pub mod parts;
pub mod person;
pub mod post;
pub mod settings;
pub mod setup;
pub mod sign_in;
#[cfg(test)]
mod tests;
pub(crate) mod texts;
pub mod thread;
pub mod topic;

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    http::header::{self, HeaderName},
    web::{self, ServiceConfig},
};
use maud::Markup;

use crate::{assets, at, doors, error::PageError, extract, read};

/// Where people sign in, and what they have given keys to.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        at("/login")
            .route(read(sign_in::show))
            .route(web::post().to(sign_in::sign_in)),
    )
    .service(at("/logout").route(web::post().to(sign_in::sign_out)))
    .service(at("/settings").route(read(settings::show)))
    .service(at("/settings/password").route(web::post().to(settings::change_password)))
    .service(at("/settings/sessions/{id}/end").route(web::post().to(settings::end_session)))
    .service(at("/settings/programs/{id}/turn_away").route(web::post().to(settings::turn_away)))
    .configure(finding::routes)
    .configure(moving::routes)
    .configure(admin::routes);
}

/// What every unknown address outside of the API says.
pub async fn nowhere() -> Result<HttpResponse, PageError> {
    Err(PageError::new(StatusCode::NOT_FOUND, texts::NOTHING_HERE))
}

/// Hands a page over; `document` is the address of the same thing for other servers.
pub(crate) fn hand_over(req: &HttpRequest, page: Markup, document: Option<&str>) -> HttpResponse {
    let body = page.into_string();
    let tag = assets::etag(body.as_bytes());
    let known = assets::knows(req, &tag);
    let mut answer = HttpResponse::build(if known {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    });
    answer.insert_header((header::VARY, "Accept, Cookie"));
    let shared = if extract::shown_cookie(req).is_some() {
        "private, no-cache"
    } else {
        "no-cache"
    };
    answer.insert_header((header::CACHE_CONTROL, shared));
    answer.insert_header((header::ETAG, tag));
    if let Some(document) = document {
        let link = format!("<{document}>; rel=\"alternate\"; type=\"application/activity+json\"");
        answer.insert_header((header::LINK, link));
    }
    if known {
        return answer.finish();
    }
    answer.content_type("text/html; charset=utf-8").body(body)
}

/// Hands over a page for somebody signed in.
pub(crate) fn hand_to(page: Markup) -> HttpResponse {
    hand_over_once(page, "")
}

/// On to another page after something was done.
pub(crate) fn on_to(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, sign_in::own_path(path)))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// The words to say once more beside a form: those of a refusal that whoever filled it in can do something about.
pub(crate) fn to_say(error: kindred_community::Error) -> Result<String, PageError> {
    match error.refusal() {
        Some(refusal) if crate::error::status(refusal).is_client_error() => Ok(refusal.to_string()),
        _ => Err(error.into()),
    }
}

/// Hands over a page that is for one person now, and that nobody in between may keep. Its forms may lead on to `target`, the address
/// of a program; and a window that a program opened stays tied to that program, which waits for it.
pub(crate) fn hand_over_once(page: Markup, target: &str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            doors::policy_leading_to(target),
        ))
        .insert_header((
            HeaderName::from_static("cross-origin-opener-policy"),
            "unsafe-none",
        ))
        .content_type("text/html; charset=utf-8")
        .body(page.into_string())
}
