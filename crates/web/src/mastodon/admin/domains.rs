//! Domains that are blocked, and domains that are let in.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    Kindred, Refusal,
    site::{self, Orders, Severity},
};
use serde_json::json;

use super::ENTRIES;
use crate::{
    error::ApiError,
    extract::{Bearer, Params, scope},
    mastodon::{
        answer,
        entities::order,
        number,
        paging::{Cut, listed},
    },
};

fn orders(params: &Params) -> Result<Orders, Refusal> {
    let severity: Option<Severity> = match params.words("severity") {
        Some(word) => Some(word.parse().map_err(|_| {
            Refusal::NotUnderstood(format!(
                "there is no severity {word:?}: noop, silence, suspend"
            ))
        })?),
        None => None,
    };
    Ok(Orders {
        severity,
        reject_media: params.flag("reject_media"),
        reject_reports: params.flag("reject_reports"),
        obfuscate: params.flag("obfuscate"),
        private_comment: params.text("private_comment"),
        public_comment: params.text("public_comment"),
    })
}

/// `GET /api/v1/admin/domain_blocks`
pub async fn blocks(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminReadDomainBlocks>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ENTRIES);
    let found = site::blocks(&kindred, &who.me.actor, cut.page()).await?;
    Ok(listed(
        &req,
        kindred.settings(),
        cut,
        &found,
        order::domain_block,
    ))
}

/// `GET /api/v1/admin/domain_blocks/:id`
pub async fn blocked(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminReadDomainBlocks>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = number(&id, Refusal::NoSuchDomain)?;
    let block = site::blocked(&kindred, &who.me.actor, id).await?;
    Ok(answer(&order::domain_block(&block)))
}

/// `POST /api/v1/admin/domain_blocks`
pub async fn block(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWriteDomainBlocks>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let domain = params.words("domain").unwrap_or_default();
    let block = site::block(&kindred, &who.me.actor, &domain, orders(&params)?).await?;
    Ok(answer(&order::domain_block(&block)))
}

/// `PUT /api/v1/admin/domain_blocks/:id`
pub async fn change(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWriteDomainBlocks>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = number(&id, Refusal::NoSuchDomain)?;
    let block = site::change(&kindred, &who.me.actor, id, orders(&params)?).await?;
    Ok(answer(&order::domain_block(&block)))
}

/// `DELETE /api/v1/admin/domain_blocks/:id`
pub async fn unblock(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWriteDomainBlocks>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = number(&id, Refusal::NoSuchDomain)?;
    site::unblock(&kindred, &who.me.actor, id).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v1/admin/domain_allows`
pub async fn allows(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminReadDomainAllows>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ENTRIES);
    let found = site::allows(&kindred, &who.me.actor, cut.page()).await?;
    Ok(listed(
        &req,
        kindred.settings(),
        cut,
        &found,
        order::domain_allow,
    ))
}

/// `GET /api/v1/admin/domain_allows/:id`
pub async fn allowed(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminReadDomainAllows>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = number(&id, Refusal::NoSuchDomain)?;
    let allow = site::allowed(&kindred, &who.me.actor, id).await?;
    Ok(answer(&order::domain_allow(&allow)))
}

/// `POST /api/v1/admin/domain_allows`
pub async fn allow(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWriteDomainAllows>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let domain = params.words("domain").unwrap_or_default();
    let allow = site::allow(&kindred, &who.me.actor, &domain).await?;
    Ok(answer(&order::domain_allow(&allow)))
}

/// `DELETE /api/v1/admin/domain_allows/:id`: answers with what it was.
pub async fn disallow(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWriteDomainAllows>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = number(&id, Refusal::NoSuchDomain)?;
    let allow = site::disallow(&kindred, &who.me.actor, id).await?;
    Ok(answer(&order::domain_allow(&allow)))
}
