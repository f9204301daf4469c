//! Posts that will be published later.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Data, Path, ServiceConfig},
};
use chrono::DateTime;
use kindred_community::{Kindred, Moment, Refusal, ScheduledId, posts::later};
use serde_json::json;

use super::{
    answer,
    entities::ScheduledStatus,
    number,
    paging::{Cut, STATUSES, listed},
};
use crate::{
    at,
    error::{ApiError, Failure},
    extract::{Bearer, Params, scope},
    read,
};

/// The addresses of what will be published.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/scheduled_statuses").route(read(list)))
        .service(
            at("/v1/scheduled_statuses/{id}")
                .route(read(show))
                .route(web::put().to(put_off))
                .route(web::delete().to(cancel)),
        );
}

/// `GET /api/v1/scheduled_statuses`
pub async fn list(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadStatuses>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let waiting = later::waiting(&kindred, &who.me.actor, cut.page()).await?;
    let settings = kindred.settings();
    Ok(listed(&req, settings, cut, &waiting, |later| {
        ScheduledStatus::of(settings, later)
    }))
}

/// `GET /api/v1/scheduled_statuses/:id`
pub async fn show(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadStatuses>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let later = later::find(&kindred, &who.me.actor, scheduled_id(&id)?).await?;
    Ok(answer(&ScheduledStatus::of(kindred.settings(), &later)))
}

/// `PUT /api/v1/scheduled_statuses/:id`
pub async fn put_off(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteStatuses>,
    id: Path<String>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let id = scheduled_id(&id)?;
    let later = match due(&params)? {
        Some(due_at) => later::put_off(&kindred, &who.me.actor, id, due_at).await?,
        None => later::find(&kindred, &who.me.actor, id).await?,
    };
    Ok(answer(&ScheduledStatus::of(kindred.settings(), &later)))
}

/// `DELETE /api/v1/scheduled_statuses/:id`
pub async fn cancel(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteStatuses>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    later::cancel(&kindred, &who.me.actor, scheduled_id(&id)?).await?;
    Ok(answer(&json!({})))
}

fn scheduled_id(text: &str) -> Result<ScheduledId, Refusal> {
    number(text, Refusal::NoSuchPost)
}

/// When it is to be published; nothing when that was not said.
pub(super) fn due(params: &Params) -> Result<Option<Moment>, Failure> {
    let Some(text) = params.words("scheduled_at") else {
        return Ok(None);
    };
    let moment = DateTime::parse_from_rfc3339(text.trim()).map_err(|_| {
        Failure::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "scheduled_at should be a time such as 2026-01-31T12:00:00Z",
        )
    })?;
    Ok(Some(Moment(moment.timestamp_millis())))
}
