//! Moving to another address, and being known by an old one.

use actix_web::{
    HttpResponse,
    web::{self, Data, Form, ServiceConfig},
};
use kindred_community::{Kindred, Result, links, people, views::Visitor};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    hand_to,
    layout::{self, Head},
    on_to, parts,
    texts::moving as texts,
    to_say,
};
use crate::{
    at,
    error::PageError,
    extract::{FromHere, Member},
    read,
};

/// The addresses of moving.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/settings/moving").route(read(show)))
        .service(at("/settings/moving/aliases").route(web::post().to(add)))
        .service(at("/settings/moving/aliases/remove").route(web::post().to(remove)))
        .service(at("/settings/moving/go").route(web::post().to(go)))
        .service(at("/settings/moving/return").route(web::post().to(come_back)));
}

/// An address, and, where much hangs on it, the password.
#[derive(Deserialize)]
pub struct Told {
    #[serde(default)]
    form: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    password: String,
}

/// `GET /settings/moving`
pub async fn show(kindred: Data<Kindred>, me: Member) -> HttpResponse {
    page(&kindred, &me.0, None)
}

/// `POST /settings/moving/aliases`
pub async fn add(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let done = people::be_known_as(&kindred, &me.0.actor, &told.address).await;
    answer(&kindred, &me.0, done.map(drop))
}

/// `POST /settings/moving/aliases/remove`
pub async fn remove(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let address = told.into_inner().address;
    let done = people::be_known_no_more_as(&kindred, &me.0.actor, address).await;
    answer(&kindred, &me.0, done.map(drop))
}

/// `POST /settings/moving/go`
pub async fn go(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let told = told.into_inner();
    let done = people::move_away(&kindred, &me.0, told.password, &told.address).await;
    answer(&kindred, &me.0, done.map(drop))
}

/// `POST /settings/moving/return`
pub async fn come_back(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let done = people::come_back(&kindred, &me.0.actor).await;
    answer(&kindred, &me.0, done.map(drop))
}

/// Shows how things are now, or the form once more with why it was not taken.
fn answer(kindred: &Kindred, me: &Visitor, done: Result<()>) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) => Ok(on_to("/settings/moving")),
        Err(error) => Ok(page(kindred, me, Some(&to_say(error)?))),
    }
}

fn page(kindred: &Kindred, me: &Visitor, words: Option<&str>) -> HttpResponse {
    let settings = kindred.settings();
    let content = html! {
        section.setup.narrow {
            h1 { (texts::MOVING) }
            p.lede { (texts::here_as(&links::full_acct(settings, &me.actor))) }
            @if let Some(words) = words { p.words role="alert" { (words) } }
            @match me.actor.moved_to.as_deref() {
                Some(new) => (gone(me, new)),
                None => {
                    (aliases(me))
                    h2 #away { (texts::AWAY) }
                    p { (texts::AWAY_HOW) }
                    form.fields-form method="post" action="/settings/moving/go" {
                        input type="hidden" name="form" value=(me.form);
                        label { span { (texts::NEW_ADDRESS) } input name="address" type="text" required autocomplete="off" placeholder=(texts::EXAMPLE); }
                        @if me.account.password_hash.is_some() {
                            label { span { (texts::PASSWORD) } input name="password" type="password" required autocomplete="current-password"; }
                        }
                        button.button type="submit" { (texts::GO) }
                    }
                }
            }
        }
    };
    let head = Head {
        title: Some(texts::MOVING.to_owned()),
        hidden: true,
        me: Some(me),
        ..Head::default()
    };
    hand_to(layout::page(settings, &head, &content))
}

fn gone(me: &Visitor, new: &str) -> Markup {
    html! {
        p {
            (texts::GONE) " "
            @if parts::is_web(new) { a href=(new) rel="nofollow noopener" { (new) } } @else { (new) }
        }
        form method="post" action="/settings/moving/return" {
            input type="hidden" name="form" value=(me.form);
            button.button.quiet-button type="submit" { (texts::RETURN) }
        }
    }
}

fn aliases(me: &Visitor) -> Markup {
    html! {
        h2 #aliases { (texts::ALIASES) }
        p { (texts::ALIASES_WHY) }
        ul.keys {
            @for alias in me.actor.also_known_as.iter() {
                li {
                    div { p { (alias) } }
                    form method="post" action="/settings/moving/aliases/remove" {
                        input type="hidden" name="form" value=(me.form);
                        input type="hidden" name="address" value=(alias);
                        button.button.quiet-button type="submit" { (texts::REMOVE) }
                    }
                }
            }
        }
        form.fields-form method="post" action="/settings/moving/aliases" {
            input type="hidden" name="form" value=(me.form);
            label { span { (texts::OLD_ADDRESS) } input name="address" type="text" required autocomplete="off" placeholder=(texts::EXAMPLE); }
            button.button type="submit" { (texts::ADD) }
        }
    }
}
