//! What somebody has given keys to: their password, the browsers they are signed in with, the programs they let in.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Form, Path},
};
use kindred_community::{
    AccountRole, Kindred, Moment, Refusal, SessionId, TokenId, accounts, links, sessions,
    settings::Settings,
    views::{Access, Visitor},
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{
    browsers,
    layout::{self, Head},
    parts,
    sign_in::Proof,
    texts::sign_in as texts,
};
use crate::{
    error::PageError,
    extract::{FromHere, Member},
};

/// The old password and the new one.
#[derive(Deserialize)]
pub struct NewPassword {
    #[serde(default)]
    form: String,
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    programs_too: Option<String>,
}

/// `GET /settings`
pub async fn show(kindred: Data<Kindred>, me: Member) -> Result<HttpResponse, PageError> {
    answer(&kindred, &me.0, None).await
}

/// `POST /settings/password`
pub async fn change_password(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<NewPassword>,
) -> Result<HttpResponse, PageError> {
    let told = told.into_inner();
    me.check(&told.form)?;
    let too = told.programs_too.is_some();
    match accounts::change_password(&kindred, &me.0, told.old, told.new, too).await {
        Ok(()) => answer(&kindred, &me.0, Some(texts::PASSWORD_DONE)).await,
        Err(error) => match error.refusal() {
            Some(
                refusal @ (Refusal::WrongPassword
                | Refusal::WeakPassword
                | Refusal::TooManyAttempts),
            ) => answer(&kindred, &me.0, Some(&refusal.to_string())).await,
            _ => Err(error.into()),
        },
    }
}

/// `POST /settings/sessions/{id}/end`
pub async fn end_session(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    id: Path<i64>,
    proof: Form<Proof>,
) -> Result<HttpResponse, PageError> {
    me.check(&proof.form)?;
    sessions::end(&kindred, me.0.account.id, SessionId(*id)).await?;
    Ok(back())
}

/// `POST /settings/programs/{id}/turn_away`
pub async fn turn_away(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    id: Path<i64>,
    proof: Form<Proof>,
) -> Result<HttpResponse, PageError> {
    me.check(&proof.form)?;
    accounts::turn_away(&kindred, me.0.account.id, TokenId(*id)).await?;
    Ok(back())
}

fn back() -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, "/settings"))
        .finish()
}

async fn answer(
    kindred: &Kindred,
    me: &Visitor,
    words: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let open = sessions::of(kindred, me.account.id).await?;
    let programs = accounts::programs(kindred, me.account.id).await?;
    let (settings, now) = (kindred.settings(), kindred.now());
    let content = html! {
        section.setup.narrow {
            h1 { (texts::SETTINGS) }
            p.lede { (texts::signed_in_as(&links::full_acct(settings, &me.actor))) }
            @if let Some(words) = words { p.words role="alert" { (words) } }
            form method="post" action="/logout" {
                input type="hidden" name="form" value=(me.form);
                button.link-button type="submit" { (texts::SIGN_OUT) }
            }
            ul.ways {
                li { a href={ "/p/" (me.actor.handle) } { (texts::YOUR_PAGE) } }
                li { a href="/passions" { (super::texts::finding::PASSIONS) } }
                li { a href="/settings/moving" { (super::texts::moving::MOVING) } }
                @if me.account.role == AccountRole::Admin {
                    li { a href="/admin/partners" { (super::texts::finding::PARTNERS) } }
                    li { a href="/admin/topics" { (super::texts::finding::TOPICS) } }
                    li { a href="/admin/announcements" { (super::texts::house::ANNOUNCEMENTS) } }
                    li { a href="/admin/emojis" { (super::texts::house::EMOJIS) } }
                }
            }
            (password_form(me))
            h2 #browsers { (texts::BROWSERS) }
            ul.keys {
                @for session in &open {
                    li {
                        div {
                            p { (browser(session.user_agent.as_deref())) }
                            p.small-print {
                                (texts::SINCE) " " (parts::time(now, session.created_at))
                                @if session.id == me.session { " · " (texts::THIS_BROWSER) }
                            }
                        }
                        @if session.id != me.session {
                            (small_form(me, &format!("/settings/sessions/{}/end", session.id), texts::END))
                        }
                    }
                }
            }
            h2 #programs { (texts::PROGRAMS) }
            @if programs.is_empty() { p.small-print { (texts::NO_PROGRAMS) } }
            ul.keys { @for access in &programs { (program(me, now, access)) } }
        }
    };
    Ok(page(settings, me, &content))
}

fn browser(agent: Option<&str>) -> String {
    agent.map_or_else(|| texts::SOME_BROWSER.to_owned(), browsers::name)
}

fn password_form(me: &Visitor) -> Markup {
    html! {
        h2 #password { (texts::CHANGE_PASSWORD) }
        form.fields-form method="post" action="/settings/password" {
            input type="hidden" name="form" value=(me.form);
            input type="hidden" name="username" value=(me.actor.handle) autocomplete="username";
            @if me.account.password_hash.is_some() {
                label { span { (texts::OLD_PASSWORD) } input name="old" type="password" required autocomplete="current-password"; }
            }
            label { span { (texts::NEW_PASSWORD) } input name="new" type="password" required minlength="8" autocomplete="new-password"; }
            label.tick { input name="programs_too" type="checkbox" value="yes"; span { (texts::PROGRAMS_TOO) } }
            button.button type="submit" { (texts::PASSWORD_GO) }
        }
    }
}

fn program(me: &Visitor, now: Moment, access: &Access) -> Markup {
    html! {
        li {
            div {
                p {
                    @match (&access.name, &access.website) {
                        (Some(name), Some(website)) => a href=(website) rel="nofollow noopener noreferrer" { (name) },
                        (Some(name), None) => (name),
                        (None, _) => (texts::COMMAND_LINE),
                    }
                }
                p.small-print {
                    (access.scopes) " · " (texts::SINCE) " " (parts::time(now, access.since))
                    @if let Some(used) = access.last_used { " · " (texts::LAST_USED) " " (parts::time(now, used)) }
                }
            }
            (small_form(me, &format!("/settings/programs/{}/turn_away", access.token), texts::TURN_AWAY))
        }
    }
}

fn small_form(me: &Visitor, action: &str, label: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="form" value=(me.form);
            button.button.quiet-button type="submit" { (label) }
        }
    }
}

fn page(settings: &Settings, me: &Visitor, content: &Markup) -> HttpResponse {
    let head = Head {
        title: Some(texts::SETTINGS.to_owned()),
        hidden: true,
        me: Some(me),
        ..Head::default()
    };
    super::hand_over_once(layout::page(settings, &head, content), "")
}
