//! Topics: while they are typed, what they have to offer, and what admins do with them.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use kindred_community::{Kindred, Refusal, discovery, topics};
use serde_json::{Value, json};

use super::entities;
use crate::{
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    mastodon::{
        answer,
        paging::{Cut, STATUSES},
    },
};

/// `GET /api/kindred/v1/topics?q=`: what somebody may be about to type, in any language.
pub async fn beginning(
    kindred: Data<Kindred>,
    _who: Bearer<scope::ReadSearch>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let typed = params.text("q").unwrap_or_default();
    let limit = params.number("limit").unwrap_or(10);
    let found = topics::beginning_with(&kindred, &typed, limit).await?;
    let found: Vec<Value> = found
        .iter()
        .map(|topic| entities::topic(kindred.settings(), topic))
        .collect();
    Ok(answer(&found))
}

/// `GET /api/kindred/v1/topics/:name`: people in numbers, groups, companies, and topics beside it.
pub async fn show(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadSearch>,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = discovery::topic(&kindred, &caller.viewer(), &name).await?;
    Ok(answer(&entities::topic_view(kindred.settings(), &view)))
}

/// `GET /api/kindred/v1/topics/:name/people`: those who chose that the caller may know.
pub async fn people(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
    params: Params,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let page = Cut::asked(&params, 2 * STATUSES).page();
    let found = discovery::people(&kindred, &who.viewer(), &name, page).await?;
    let found: Vec<Value> = found.iter().map(entities::person).collect();
    Ok(answer(&found))
}

/// `POST /api/kindred/v1/topics/:name/names`
pub async fn add_name(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    params: Params,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let more = said(&params, "name")?;
    let named = topics::also_called(
        &kindred,
        &who.me.actor,
        &name,
        &more,
        params.text("language"),
    )
    .await?;
    Ok(answer(&entities::named(kindred.settings(), &named)))
}

/// `POST /api/kindred/v1/topics/:name/rename`
pub async fn rename(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    params: Params,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let named = topics::rename(&kindred, &who.me.actor, &name, &said(&params, "name")?).await?;
    Ok(answer(&entities::named(kindred.settings(), &named)))
}

/// `POST /api/kindred/v1/topics/:name/merge`
pub async fn merge(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    params: Params,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let named = topics::merge(&kindred, &who.me.actor, &name, &said(&params, "into")?).await?;
    Ok(answer(&entities::named(kindred.settings(), &named)))
}

/// `POST /api/kindred/v1/topics/:name/forbid` and `…/allow`
pub async fn forbid(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    params: Params,
    asked: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (name, word) = asked.into_inner();
    let reason = params.text("reason").unwrap_or_default();
    topics::forbid(&kindred, &who.me.actor, &name, word == "forbid", &reason).await?;
    Ok(answer(&json!({})))
}

fn said(params: &Params, what: &str) -> Result<String, Refusal> {
    params
        .words(what)
        .ok_or_else(|| Refusal::NotUnderstood(format!("please say the {what}")))
}
