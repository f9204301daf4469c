//! Suggestions with their reasons, groups like one that is being founded, and a first hello.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    ActorId, Kindred, Refusal,
    directory::ListingId,
    discovery::{self, Anywhere, Sought},
};
use serde_json::{Value, json};

use super::entities;
use crate::{
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    mastodon::{answer, entities::Status, lens},
};

/// `GET /api/kindred/v1/discover`
pub async fn suggestions(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadSearch>,
) -> Result<HttpResponse, ApiError> {
    let found = discovery::suggestions(&kindred, &who.me.actor).await?;
    Ok(answer(&entities::suggestions(kindred.settings(), &found)))
}

/// `GET /api/kindred/v1/discover/groups?q=&topic=&company=&language=&join=`: `company` is `here` or a host; `after` and `beyond` go on
/// from where the answer before ended, here and elsewhere.
pub async fn groups(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadSearch>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let text = |name: &str| params.text(name).unwrap_or_default();
    let sought = Sought {
        words: text("q"),
        topic: params.text("topic"),
        company: Anywhere::said(&text("company")),
        language: params.text("language"),
        join_policy: text("join").parse().ok(),
        after: params.number("after").map(ActorId),
        beyond: params.number("beyond").map(ListingId),
    };
    let found = discovery::groups(&kindred, &caller.viewer(), sought).await?;
    Ok(answer(&entities::groups(kindred.settings(), &found)))
}

/// `GET /api/kindred/v1/discover/counts?topic[]=`
pub async fn counts(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadSearch>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let found = discovery::glances(&kindred, &caller.viewer(), params.list("topic")).await?;
    let found: Vec<Value> = found
        .iter()
        .map(|glance| entities::glance(kindred.settings(), glance))
        .collect();
    Ok(answer(&found))
}

/// `GET /api/kindred/v1/discover/similar_groups?name=&topic[]=`
pub async fn similar_groups(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadSearch>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let name = params.text("name").unwrap_or_default();
    let found =
        discovery::similar_groups(&kindred, &who.me.actor, &name, params.list("topic")).await?;
    Ok(answer(&entities::suggestions(kindred.settings(), &found)))
}

/// `POST /api/kindred/v1/discover/dismiss`
pub async fn dismiss(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let uri = params.words("uri").unwrap_or_default();
    discovery::dismiss(&kindred, &who.me.actor, &uri).await?;
    Ok(answer(&json!({})))
}

/// `POST /api/kindred/v1/hellos`
pub async fn hello(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteStatuses>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let uri = params
        .words("uri")
        .ok_or_else(|| Refusal::NotUnderstood("please say to whom".into()))?;
    let topic = params.text("topic").unwrap_or_default();
    let words = params.text("words").unwrap_or_default();
    let greeting = discovery::say_hello(&kindred, &who.me.actor, &uri, &topic, &words);
    let said = Box::pin(greeting).await?;
    let lens = lens(&kindred, Some(&who.me));
    Ok(answer(&Status::of(&lens, &said)))
}

/// `POST /api/kindred/v1/hellos/refuse` and `…/welcome`
pub async fn refuse(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteAccounts>,
    word: Path<String>,
) -> Result<HttpResponse, ApiError> {
    discovery::refuse_hellos(&kindred, &who.me.actor, word.as_str() == "refuse").await?;
    Ok(answer(&json!({})))
}
