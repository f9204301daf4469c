//! Complaining: about somebody, about what they wrote.

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};
use kindred_community::{
    Kindred, Refusal,
    moderation::{self, NewReport, ReportCategory},
};

use super::{answer, entities::order, number};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, scope},
};

/// The routes of this area.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/reports").route(web::post().to(create)));
}

/// `POST /api/v1/reports`
pub async fn create(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteReports>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let view = moderation::report(&kindred, &who.me.actor, wanted(&params)?).await?;
    Ok(answer(&order::own_report(kindred.settings(), &view)))
}

fn wanted(params: &Params) -> Result<NewReport, Refusal> {
    let target = params.words("account_id").unwrap_or_default();
    Ok(NewReport {
        target: number(&target, Refusal::NoSuchPerson)?,
        posts: params
            .list("status_ids")
            .iter()
            .filter_map(|id| id.parse().ok())
            .collect(),
        comment: params.text("comment").unwrap_or_default(),
        category: category(params)?,
        rules: params.list("rule_ids"),
        forward: params.flag("forward").unwrap_or(false),
    })
}

/// What a complaint is about. Broken rules make it one about rules.
pub(super) fn category(params: &Params) -> Result<ReportCategory, Refusal> {
    match params.words("category") {
        None if params.list("rule_ids").is_empty() => Ok(ReportCategory::Other),
        None => Ok(ReportCategory::Violation),
        Some(word) => word
            .parse()
            .map_err(|_| Refusal::NotUnderstood(format!("there is no category {word:?}"))),
    }
}
