//! Whether this instance lives and can work: for those who watch over it.
//!
//! Anyone may ask, so the answer holds no numbers; those are for the address that only admins reach.

use actix_web::{HttpResponse, http::header, web::Data};
use kindred_community::{Kindred, health};
use serde_json::json;

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
