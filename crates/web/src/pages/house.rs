//! What whoever runs the house says about it: what it is for, its rules, its papers, whom to ask.
//!
//! The texts are theirs, cleaned when they were read; only the headings are ours.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, ServiceConfig},
};
use kindred_community::{
    Kindred, pages,
    settings::{Paper, Settings},
    views::Visitor,
};
use maud::{Markup, PreEscaped, html};

use super::{
    hand_over,
    layout::{self, Head},
    texts,
};
use crate::{at, error::PageError, extract::Guest, read};

/// The addresses, which are those that clients know from elsewhere.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/about").route(read(about)))
        .service(at("/privacy-policy").route(read(privacy)))
        .service(at("/terms-of-service").route(read(terms)));
}

/// `GET /about`
async fn about(
    req: HttpRequest,
    kindred: Data<Kindred>,
    guest: Guest,
) -> Result<HttpResponse, PageError> {
    let sums = pages::about(&kindred).await?;
    let settings = kindred.settings();
    let house = &settings.house;
    let content = html! {
        @match &house.about {
            Some(paper) => (PreEscaped(&paper.html)),
            None => p.lede { (texts::instance_description(&settings.name)) },
        }
        h2 { (texts::THIS_PLACE) }
        p { (texts::whose_place(settings.company.as_deref(), settings.federation)) }
        p.meta {
            span { (texts::people(sums.people)) }
            span { (texts::groups(sums.groups)) }
            span { (texts::conversations(sums.posts)) }
        }
        @if !house.rules.is_empty() {
            h2 { (texts::HOUSE_RULES) }
            ol.rules {
                @for rule in &house.rules {
                    li { strong { (rule.text) } @if !rule.hint.is_empty() { p { (rule.hint) } } }
                }
            }
        }
        @if house.contact.is_some() || !house.email.is_empty() {
            h2 { (texts::ASK) }
            ul {
                @if let Some(handle) = &house.contact { li { a href={ "/@" (handle) } { "@" (handle) } } }
                @if !house.email.is_empty() { li { a href={ "mailto:" (house.email) } { (house.email) } } }
            }
        }
        h2 { (texts::FROM_AN_APP) }
        p { (texts::from_an_app(settings.host())) }
    };
    let page = sheet(settings, guest.0.as_ref(), texts::ABOUT, "/about", &content);
    Ok(hand_over(&req, page, None))
}

/// `GET /privacy-policy`
async fn privacy(
    req: HttpRequest,
    kindred: Data<Kindred>,
    guest: Guest,
) -> Result<HttpResponse, PageError> {
    let paper = kindred.settings().house.privacy.as_ref();
    paper_page(
        &req,
        &kindred,
        &guest,
        paper,
        (texts::PRIVACY, "/privacy-policy"),
    )
}

/// `GET /terms-of-service`
async fn terms(
    req: HttpRequest,
    kindred: Data<Kindred>,
    guest: Guest,
) -> Result<HttpResponse, PageError> {
    let paper = kindred.settings().house.terms.as_ref();
    paper_page(
        &req,
        &kindred,
        &guest,
        paper,
        (texts::TERMS, "/terms-of-service"),
    )
}

fn paper_page(
    req: &HttpRequest,
    kindred: &Kindred,
    guest: &Guest,
    paper: Option<&Paper>,
    (title, path): (&str, &str),
) -> Result<HttpResponse, PageError> {
    let paper = paper.ok_or_else(|| PageError::new(StatusCode::NOT_FOUND, texts::NOTHING_HERE))?;
    let content = html! { (PreEscaped(&paper.html)) };
    let page = sheet(kindred.settings(), guest.0.as_ref(), title, path, &content);
    Ok(hand_over(req, page, None))
}

fn sheet(
    settings: &Settings,
    me: Option<&Visitor>,
    title: &str,
    path: &str,
    content: &Markup,
) -> Markup {
    let canonical = format!("{}{path}", settings.origin);
    let head = Head {
        title: Some(title.to_owned()),
        description: texts::instance_description(&settings.name),
        canonical: Some(&canonical),
        me,
        ..Head::default()
    };
    let content = html! {
        article.narrow.sheet {
            h1 { (title) }
            (content)
        }
    };
    layout::page(settings, &head, &content)
}
