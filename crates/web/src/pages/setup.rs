//! The page for the very first person: behind the link that the program printed when it was started.
//!
//! Whoever comes later finds nothing here.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::{Data, Form, Query},
};
use kindred_community::{
    AccountRole, Error, Kindred, people::Newcomer, settings::Settings, setup, views::Visitor,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    layout::{self, Head},
    texts,
};
use crate::{
    error::PageError,
    extract::{FromHere, browser, cookie},
};

/// The secret part of the link.
#[derive(Debug, Deserialize)]
pub struct Code {
    #[serde(default)]
    code: String,
}

/// What the first person tells about themselves.
#[derive(Debug, Deserialize)]
pub struct Introduction {
    code: String,
    handle: String,
    name: String,
    email: String,
    password: String,
}

/// `GET /setup`
pub async fn show(kindred: Data<Kindred>, code: Query<Code>) -> Result<HttpResponse, PageError> {
    setup::is_open(&kindred, &code.code).await?;
    Ok(answer(form(kindred.settings(), &code.code, None)))
}

/// `POST /setup`
pub async fn introduce(
    _from: FromHere,
    req: HttpRequest,
    kindred: Data<Kindred>,
    told: Form<Introduction>,
) -> Result<HttpResponse, PageError> {
    let told = told.into_inner();
    let newcomer = Newcomer {
        handle: told.handle,
        name: Some(told.name).filter(|name| !name.trim().is_empty()),
        email: told.email,
        password: Some(told.password),
        role: AccountRole::Admin,
    };
    setup::is_open(&kindred, &told.code).await?;
    match setup::first_admin(&kindred, &told.code, newcomer, browser(&req)).await {
        Ok((admin, secret, token)) => {
            let mut answer = answer(welcome(kindred.settings(), &admin, &token));
            let cookie = HeaderValue::try_from(cookie(&kindred.settings().origin, &secret))
                .map_err(|_| Error::Broken("a cookie cannot be written".into()))?;
            answer.headers_mut().insert(header::SET_COOKIE, cookie);
            Ok(answer)
        }
        // What was wrong is said above the form, and nothing but the password has to be written again.
        Err(Error::Refused(refusal)) => Ok(answer(form(
            kindred.settings(),
            &told.code,
            Some(&refusal.to_string()),
        ))),
        Err(error) => Err(error.into()),
    }
}

/// Nobody in between keeps a page with a secret in it.
fn answer(page: Markup) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(page.into_string())
}

fn form(settings: &Settings, code: &str, wrong: Option<&str>) -> Markup {
    let content = html! {
        section.setup.narrow {
            h1 { (texts::SETUP) }
            p.lede { (texts::SETUP_LEDE) }
            @if let Some(wrong) = wrong { p.words role="alert" { (wrong) } }
            form.fields-form method="post" action="/setup" {
                input type="hidden" name="code" value=(code);
                label { span { (texts::SETUP_HANDLE) } input name="handle" required maxlength="30" pattern="[A-Za-z0-9_]+" autocomplete="username" autocapitalize="none"; }
                label { span { (texts::SETUP_NAME) } input name="name" maxlength="100" autocomplete="name"; }
                label { span { (texts::SETUP_EMAIL) } input name="email" type="email" required autocomplete="email"; }
                label { span { (texts::SETUP_PASSWORD) } input name="password" type="password" required minlength="8" autocomplete="new-password"; }
                button.button type="submit" { (texts::SETUP_GO) }
            }
        }
    };
    layout::page(settings, &head(settings), &content)
}

fn welcome(settings: &Settings, me: &Visitor, token: &str) -> Markup {
    let admin = &me.actor;
    let content = html! {
        section.setup.narrow {
            h1 { (texts::setup_done(&admin.name)) }
            p.lede { (texts::SETUP_NEXT) }
            h2 { (texts::SETUP_TOKEN) }
            p { (texts::SETUP_TOKEN_HELP) }
            p.copy { code { (token) } }
            h2 { (texts::SETUP_GROUP) }
            p.copy { code { "kindred group add rust --name \"Rust lovers\" --organiser " (admin.handle) } }
            p.actions {
                a.button href="/welcome" { (texts::finding::WELCOME) }
                a.button.quiet-button href={ "/p/" (admin.handle) } { (texts::SETUP_PAGE) }
            }
        }
    };
    let head = Head {
        me: Some(me),
        ..head(settings)
    };
    layout::page(settings, &head, &content)
}

fn head(settings: &Settings) -> Head<'static> {
    Head {
        title: Some(texts::SETUP.to_owned()),
        description: texts::instance_description(&settings.name),
        hidden: true,
        ..Head::default()
    }
}
