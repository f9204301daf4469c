//! Signing in and out with a browser.
//!
//! Whether the password is right is the heart's to say; here it becomes a cookie, or the same form once more.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Form, Query},
};
use kindred_community::{Kindred, Refusal, discovery, sessions, settings::Settings};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{self, Head},
    texts::sign_in as texts,
};
use crate::{
    error::{Failure, PageError},
    extract::{FromHere, Guest, Member, browser, cookie},
};

/// Where to go afterwards, and whether to ask although somebody is signed in.
#[derive(Debug, Default, Deserialize)]
pub struct Way {
    #[serde(default)]
    next: String,
    #[serde(default)]
    again: bool,
}

/// Name and password.
#[derive(Deserialize)]
pub struct Credentials {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// What proves that a form of somebody signed in is ours.
#[derive(Debug, Deserialize)]
pub struct Proof {
    #[serde(default)]
    pub(crate) form: String,
}

/// Sends somebody to sign in first; afterwards they come to `next`.
pub(crate) fn first(next: &str, again: bool) -> HttpResponse {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !next.is_empty() {
        query.append_pair("next", next);
    }
    if again {
        query.append_pair("again", "true");
    }
    let query = query.finish();
    let joint = if query.is_empty() { "" } else { "?" };
    HttpResponse::Found()
        .insert_header((header::LOCATION, format!("/login{joint}{query}")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// `GET /login`
pub async fn show(
    kindred: Data<Kindred>,
    guest: Guest,
    way: Query<Way>,
) -> Result<HttpResponse, PageError> {
    if guest.0.is_some() && !way.again {
        return Ok(on(&way.next, None));
    }
    let page = form(kindred.settings(), &way, "", None);
    Ok(super::hand_over_once(page, ""))
}

/// `POST /login`
pub async fn sign_in(
    _from: FromHere,
    req: HttpRequest,
    kindred: Data<Kindred>,
    told: Form<Credentials>,
) -> Result<HttpResponse, PageError> {
    let told = told.into_inner();
    match sessions::sign_in(&kindred, &told.username, told.password, browser(&req)).await {
        Ok((me, secret)) => {
            let cookie = cookie(&kindred.settings().origin, &secret);
            // Whoever comes for the first time, and for nothing in particular, is asked what they care about.
            let next = if told.next.is_empty() && discovery::is_new(&kindred, &me.actor).await? {
                "/welcome"
            } else {
                &told.next
            };
            Ok(on(next, Some(cookie)))
        }
        Err(error) => {
            let failure = match error.refusal() {
                Some(Refusal::WrongPassword | Refusal::TooManyAttempts) => Failure::from(error),
                _ => return Err(error.into()),
            };
            let way = Way {
                next: told.next,
                again: true,
            };
            let page = form(
                kindred.settings(),
                &way,
                &told.username,
                Some(&failure.words),
            );
            let mut answer = super::hand_over_once(page, "");
            *answer.status_mut() = failure.status;
            Ok(answer)
        }
    }
}

/// `POST /logout`
pub async fn sign_out(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    proof: Form<Proof>,
) -> Result<HttpResponse, PageError> {
    me.check(&proof.form)?;
    sessions::sign_out(&kindred, &me.0).await?;
    let gone = cookie(&kindred.settings().origin, "");
    Ok(on("", Some(gone)))
}

/// On to a page of ours, whatever somebody wrote into the address.
fn on(next: &str, cookie: Option<String>) -> HttpResponse {
    let mut answer = HttpResponse::build(StatusCode::FOUND);
    answer.insert_header((header::LOCATION, own_path(next)));
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(cookie) = cookie {
        answer.insert_header((header::SET_COOKIE, cookie));
    }
    answer.finish()
}

/// The path if it is one of ours, else the front page: `//far.example` and `/\far.example` lead away.
pub(crate) fn own_path(next: &str) -> &str {
    let ours = next.starts_with('/')
        && !next[1..].starts_with(['/', '\\'])
        && !next.contains(|c: char| c.is_control() || c == ' ');
    if ours { next } else { "/" }
}

fn form(settings: &Settings, way: &Way, name: &str, wrong: Option<&str>) -> Markup {
    let headline = if way.again && wrong.is_none() {
        texts::SIGN_IN_AGAIN
    } else {
        texts::SIGN_IN
    };
    let head = Head {
        title: Some(texts::SIGN_IN.to_owned()),
        description: super::texts::instance_description(&settings.name),
        hidden: true,
        ..Head::default()
    };
    let content = html! {
        section.setup.narrow {
            h1 { (headline) }
            @if let Some(wrong) = wrong { p.words role="alert" { (wrong) } }
            form.fields-form method="post" action="/login" {
                @if !way.next.is_empty() { input type="hidden" name="next" value=(way.next); }
                label { span { (texts::NAME) } input name="username" type="text" required value=(name) autocomplete="username" autocapitalize="none" spellcheck="false"; }
                label { span { (texts::PASSWORD) } input name="password" type="password" required autocomplete="current-password"; }
                button.button type="submit" { (texts::SIGN_IN) }
            }
            p.small-print { (texts::NO_ACCOUNT) }
        }
    };
    layout::page(settings, &head, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away_from_here() {
        for good in ["/", "/settings", "/oauth/authorize?a=b%2F%2Fc"] {
            assert_eq!(own_path(good), good);
        }
        for bad in [
            "",
            "//far.example",
            "/\\far.example",
            "https://far.example/",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: b=c",
            "/\t/far.example",
        ] {
            assert_eq!(own_path(bad), "/", "{bad:?}");
        }
    }
}
