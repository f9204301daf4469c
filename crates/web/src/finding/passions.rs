//! What people care about: said, changed, given up, and seen by those who may.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    Circle, Kindred, Refusal,
    passions::{self, Passion, Topic},
};
use serde_json::{Value, json};

use super::entities;
use crate::{
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    mastodon::{answer, number},
};

fn all(kindred: &Kindred, passions: &[(Passion, Topic)]) -> HttpResponse {
    let all: Vec<Value> = passions
        .iter()
        .map(|(passion, topic)| entities::passion(kindred.settings(), passion, topic))
        .collect();
    answer(&all)
}

/// `GET /api/kindred/v1/passions`
pub async fn mine(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
) -> Result<HttpResponse, ApiError> {
    let mine = passions::mine(&kindred, who.me.actor.id).await?;
    Ok(all(&kindred, &mine))
}

/// `GET /api/kindred/v1/accounts/:id/passions`
pub async fn of_account(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadAccounts>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = number(&id, Refusal::NoSuchPerson)?;
    let theirs = passions::of(&kindred, &caller.viewer(), id).await?;
    Ok(all(&kindred, &theirs))
}

/// `POST /api/kindred/v1/passions`
pub async fn declare(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let topic = params
        .words("topic")
        .ok_or_else(|| Refusal::NotUnderstood("please say what you care about".into()))?;
    said(&kindred, &who, &topic, &params).await
}

/// `PUT` and `PATCH /api/kindred/v1/passions/:name`
pub async fn change(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteAccounts>,
    params: Params,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    said(&kindred, &who, &name, &params).await
}

async fn said(
    kindred: &Kindred,
    who: &Bearer<scope::WriteAccounts>,
    topic: &str,
    params: &Params,
) -> Result<HttpResponse, ApiError> {
    let words = params.text("words").unwrap_or_default();
    let circle = match params.text("circle") {
        None => Circle::Company,
        Some(word) => word.parse().map_err(|_| {
            Refusal::NotUnderstood("a circle is me, company, partners or everyone".into())
        })?,
    };
    let (passion, topic) = passions::declare(kindred, &who.me.actor, topic, &words, circle).await?;
    Ok(answer(&entities::passion(
        kindred.settings(),
        &passion,
        &topic,
    )))
}

/// `DELETE /api/kindred/v1/passions/:name`
pub async fn give_up(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteAccounts>,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    passions::give_up(&kindred, &who.me.actor, &name).await?;
    Ok(answer(&json!({})))
}
