//! Agreements with other companies: proposed, accepted, ended, with their terms and all that came of them.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path},
};
use kindred_community::{
    Kindred, Moment,
    partners::{self, Agreement, AgreementState, Terms},
    views::Visitor,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{hand_to, history};
use crate::{
    error::PageError,
    extract::{FromHere, Member},
    pages::{self, parts, texts::finding as texts},
};

/// A proposal, or the host of one.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    form: String,
    #[serde(default)]
    host: String,
    groups: Option<String>,
    counts: Option<String>,
    people: Option<String>,
}

/// `GET /admin/partners`
pub(crate) async fn show(kindred: Data<Kindred>, me: Member) -> Result<HttpResponse, PageError> {
    page(&kindred, &me.0, "", None).await
}

/// `POST /admin/partners`
pub(crate) async fn propose(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let flows: Vec<String> = [
        ("groups", &told.groups),
        ("counts", &told.counts),
        ("people", &told.people),
    ]
    .into_iter()
    .filter(|(_, ticked)| ticked.is_some())
    .map(|(flow, _)| flow.to_owned())
    .collect();
    let proposing = partners::propose(&kindred, &me.0.actor, &told.host, flows);
    match Box::pin(proposing).await {
        Ok(_) => Ok(pages::on_to("/admin/partners")),
        Err(error) => {
            let words = pages::to_say(error)?;
            let mut answer = page(&kindred, &me.0, &told.host, Some(&words)).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

/// `POST /admin/partners/{accept|end}`
pub(crate) async fn answer(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    answer: Path<String>,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let who = &me.0.actor;
    if answer.as_str() == "accept" {
        Box::pin(partners::accept(&kindred, who, &told.host)).await?;
    } else {
        Box::pin(partners::end(&kindred, who, &told.host)).await?;
    }
    Ok(pages::on_to("/admin/partners"))
}

async fn page(
    kindred: &Kindred,
    me: &Visitor,
    host: &str,
    wrong: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let all = partners::terms(kindred, &me.actor).await?;
    let content = html! {
        div.narrow.finding {
            header {
                h1 { (texts::PARTNERS) }
                p.lede { (texts::PARTNERS_LEDE) }
            }
            @if let Some(wrong) = wrong { p.note role="alert" { (wrong) } }
            @if all.is_empty() { (parts::quiet(texts::NO_PARTNERS, texts::NO_PARTNERS_MORE)) }
            ul.plain-list { @for terms in &all { (one(me, kindred.now(), terms)) } }
            section.box aria-labelledby="propose" {
                h2 #propose { (texts::PROPOSE) }
                form.fields-form method="post" action="/admin/partners" {
                    (parts::proof(me))
                    label { span { (texts::HOST) } input name="host" required maxlength="253" value=(host) placeholder="kindred.example.com" autocapitalize="none" spellcheck="false"; }
                    fieldset {
                        legend { (texts::FLOWS) }
                        @for flow in partners::FLOWS {
                            label.tick { input type="checkbox" name=(flow) value="yes" checked; span { (texts::flow(flow)) } }
                        }
                    }
                    button.button type="submit" { (texts::PROPOSE_GO) }
                }
            }
        }
    };
    Ok(hand_to(kindred.settings(), me, texts::PARTNERS, &content))
}

fn one(me: &Visitor, now: Moment, terms: &Terms) -> Markup {
    let agreement = &terms.agreement;
    let proposed = agreement.state == AgreementState::Proposed;
    let told = [("host", agreement.host.as_str())];
    html! {
        li.box {
            h2 { bdi { (agreement.company.as_deref().unwrap_or(&agreement.host)) } }
            p.handle { (agreement.host) }
            p.standing { (texts::standing(agreement.holds(), proposed, agreement.ours)) }
            ul.flows {
                @for flow in agreement.flows.iter() { li { (texts::flow(flow)) } }
                @if agreement.flows.is_empty() { li { (texts::NOTHING_PASSES) } }
            }
            p.meta { (dates(now, agreement)) }
            @if agreement.holds() {
                p.meta {
                    span { (texts::received(terms.listed, terms.numbers)) }
                    @if let Some(at) = agreement.synced_at { span { (texts::last_read(now, at)) } }
                }
            }
            div.deeds {
                @if proposed && !agreement.ours {
                    (parts::act(me, "/admin/partners/accept", &told, "", texts::ACCEPT))
                    (parts::act(me, "/admin/partners/end", &told, "quiet-button", texts::DECLINE))
                } @else if proposed {
                    (parts::act(me, "/admin/partners/end", &told, "quiet-button", texts::WITHDRAW))
                } @else if agreement.holds() {
                    (parts::act(me, "/admin/partners/end", &told, "quiet-button", texts::END))
                }
            }
            details { summary { (texts::HISTORY) } (history(now, &terms.history)) }
        }
    }
}

fn dates(now: Moment, agreement: &Agreement) -> Markup {
    html! {
        span { (texts::proposed_by(&agreement.proposed_by, now, agreement.proposed_at)) }
        @if let (Some(by), Some(at)) = (&agreement.accepted_by, agreement.agreed_at) {
            span { (texts::agreed_by(by, now, at)) }
        }
        @if let (Some(by), Some(at)) = (&agreement.ended_by, agreement.ended_at) {
            span { (texts::ended_by(by, now, at)) }
        }
    }
}
