//! Agreements between companies, for admins; which ones hold, for everybody here.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use kindred_community::{AccountRole, Kindred, Refusal, partners};
use serde_json::Value;

use super::entities;
use crate::{
    error::ApiError,
    extract::{Bearer, Params, scope},
    mastodon::answer,
};

/// `GET /api/kindred/v1/partners`: those that hold; for admins also what was proposed and what has ended.
pub async fn list(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
) -> Result<HttpResponse, ApiError> {
    let all = match who.me.account.role {
        AccountRole::Admin => partners::all(&kindred, &who.me.actor).await?,
        AccountRole::Moderator | AccountRole::Member => partners::holding(&kindred).await?,
    };
    let all: Vec<Value> = all.iter().map(entities::agreement).collect();
    Ok(answer(&all))
}

/// `POST /api/kindred/v1/partners`
pub async fn propose(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let host = params
        .words("host")
        .ok_or_else(|| Refusal::NotUnderstood("please say which server".into()))?;
    let proposal = partners::propose(&kindred, &who.me.actor, &host, params.list("flows"));
    Ok(answer(&entities::agreement(&Box::pin(proposal).await?)))
}

/// `POST /api/kindred/v1/partners/:host/accept`
pub async fn accept(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    host: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let accepted = partners::accept(&kindred, &who.me.actor, &host);
    Ok(answer(&entities::agreement(&Box::pin(accepted).await?)))
}

/// `DELETE /api/kindred/v1/partners/:host`
pub async fn end(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    host: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let ended = partners::end(&kindred, &who.me.actor, &host);
    Ok(answer(&entities::agreement(&Box::pin(ended).await?)))
}
