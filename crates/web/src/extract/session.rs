//! Who looks at a page: the person behind a cookie, or a guest.
//!
//! The API takes no cookies and pages take no tokens. A form proves where it comes from twice: by what the browser says of its
//! origin ([`FromHere`]), and by a secret that only a page of this session carries ([`Member::check`]).

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    http::{Method, StatusCode, header},
};
use kindred_community::{
    Refusal, sessions,
    views::{Viewer, Visitor},
};

use super::kindred;
use crate::{
    error::{Failure, PageError},
    pages::sign_in,
};

/// The name of the cookie; with this beginning, browsers take it only over https, from this very host.
const SAFE_NAME: &str = "__Host-kindred";
/// Where there is no https (a laptop, the lab), the beginning is not allowed.
const PLAIN_NAME: &str = "kindred";

/// Whoever looks at a page: somebody signed in, or nobody that we know.
#[derive(Clone, Debug)]
pub struct Guest(pub Option<Visitor>);

impl Guest {
    /// Who makes this request.
    pub async fn of(req: &HttpRequest) -> Result<Self, Failure> {
        match shown_cookie(req) {
            Some(secret) => Ok(Self(sessions::visitor(&kindred(req), &secret).await?)),
            None => Ok(Self(None)),
        }
    }

    /// As whom things are looked at.
    pub fn viewer(&self) -> Viewer {
        self.0
            .as_ref()
            .map_or(Viewer::Stranger, |me| Viewer::Local(me.actor.id))
    }
}

impl FromRequest for Guest {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move { Ok(Self::of(&req).await?) })
    }
}

/// Somebody signed in; others are sent to sign in first.
#[derive(Clone, Debug)]
pub struct Member(pub Visitor);

impl Member {
    /// Whether a form of theirs is one of ours.
    pub fn check(&self, form: &str) -> Result<(), Refusal> {
        if self.0.made(form) {
            Ok(())
        } else {
            Err(Refusal::StrangeForm)
        }
    }
}

impl FromRequest for Member {
    type Error = Turned;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Turned>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            match Guest::of(&req).await {
                Ok(Guest(Some(me))) => Ok(Self(me)),
                Ok(Guest(None)) => Err(Turned::ToSignIn(if req.method() == Method::GET {
                    req.uri()
                        .path_and_query()
                        .map_or_else(String::new, ToString::to_string)
                } else {
                    String::new()
                })),
                Err(failure) => Err(Turned::Away(PageError(failure))),
            }
        })
    }
}

/// Not let in: to the page for signing in, or away.
#[derive(Clone, Debug)]
pub enum Turned {
    /// To sign in, and then here.
    ToSignIn(String),
    /// Something is wrong.
    Away(PageError),
}

impl std::fmt::Display for Turned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("please sign in")
    }
}

impl ResponseError for Turned {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::ToSignIn(_) => StatusCode::FOUND,
            Self::Away(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::ToSignIn(next) => sign_in::first(next, false),
            Self::Away(error) => error.error_response(),
        }
    }
}

/// A form that comes from a page of ours, as far as the browser says. Whoever is no browser says nothing, and is not fooled either.
#[derive(Clone, Copy, Debug)]
pub struct FromHere;

impl FromRequest for FromHere {
    type Error = PageError;
    type Future = std::future::Ready<Result<Self, PageError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(if is_from_here(req) {
            Ok(Self)
        } else {
            Err(Refusal::StrangeForm.into())
        })
    }
}

fn is_from_here(req: &HttpRequest) -> bool {
    let said = |name: &str| {
        req.headers()
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    if let Some(origin) = said("origin") {
        let settings = kindred(req);
        let host = origin.split_once("://").map_or("", |(_, host)| host);
        return origin == settings.settings().origin
            || (!host.is_empty() && said("host") == Some(host));
    }
    match said("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => true,
    }
}

/// The secret that the browser shows.
pub(crate) fn shown_cookie(req: &HttpRequest) -> Option<String> {
    let wanted = name(kindred(req).settings().origin.starts_with("https://"));
    req.headers()
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, secret)| *name == wanted && !secret.is_empty())
        .map(|(_, secret)| secret.to_owned())
}

fn name(safe: bool) -> &'static str {
    if safe { SAFE_NAME } else { PLAIN_NAME }
}

/// What the browser is told to keep; an empty secret makes it forget.
pub(crate) fn cookie(origin: &str, secret: &str) -> String {
    let safe = origin.starts_with("https://");
    let lasts = if secret.is_empty() {
        0
    } else {
        sessions::LASTS.as_secs()
    };
    let secure = if safe { "; Secure" } else { "" };
    format!(
        "{}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={lasts}{secure}",
        name(safe)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_for_this_host_alone_and_for_no_script() {
        assert_eq!(
            cookie("https://kindred.example", "abc"),
            "__Host-kindred=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure"
        );
        assert_eq!(
            cookie("http://localhost:8080", ""),
            "kindred=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
        );
    }
}
