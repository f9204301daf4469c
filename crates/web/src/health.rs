//! Whether this instance lives and can work: for those who watch over it.
//!
//! Anyone may ask, so the answer holds no numbers; those are for the address that only admins reach.

use actix_web::{
    HttpResponse,
    http::header,
    web::{self, Data, ServiceConfig},
};
use kindred_community::{Kindred, health};
use serde_json::json;

/// Opens the door for probes and admins alone: health with numbers, and metrics.
pub fn configure_admin(cfg: &mut ServiceConfig) {
    cfg.route("/health/live", web::get().to(live))
        .route("/health/ready", web::get().to(ready))
        .route("/health", web::get().to(numbers))
        .route("/metrics", web::get().to(metrics));
}

/// The numbers behind the answer, for admins.
pub async fn numbers(kindred: Data<Kindred>) -> Result<HttpResponse, crate::error::ApiError> {
    let health = health::ready(&kindred).await?;
    Ok(HttpResponse::Ok().json(json!({
        "jobs_waiting": health.waiting,
        "oldest_job_seconds": health.oldest_seconds,
        "jobs_set_aside": health.set_aside,
    })))
}

/// The same numbers as Prometheus reads them.
pub async fn metrics(kindred: Data<Kindred>) -> Result<HttpResponse, crate::error::ApiError> {
    let health = health::ready(&kindred).await?;
    let text = format!(
        "# TYPE kindred_jobs_waiting gauge\nkindred_jobs_waiting {}\n\
         # TYPE kindred_oldest_job_seconds gauge\nkindred_oldest_job_seconds {}\n\
         # TYPE kindred_jobs_set_aside gauge\nkindred_jobs_set_aside {}\n",
        health.waiting, health.oldest_seconds, health.set_aside
    );
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(text))
}

/// The process answers.
pub async fn live() -> HttpResponse {
    answer(true)
}

/// The process can do its work: the database answers too.
pub async fn ready(kindred: Data<Kindred>) -> HttpResponse {
    match health::ready(&kindred).await {
        Ok(_) => answer(true),
        Err(error) => {
            tracing::warn!(%error, "Not ready: the database does not answer");
            answer(false)
        }
    }
}

fn answer(well: bool) -> HttpResponse {
    let mut answer = if well {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    answer.json(json!({ "status": if well { "ok" } else { "unavailable" } }))
}
