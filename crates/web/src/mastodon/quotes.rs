//! Quotes: who quotes a post, taking the permission back, and deciding who may.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{Kindred, PostId, QuotePolicy, Refusal, quotes};

use super::{
    answer,
    entities::Status,
    lens, number,
    paging::{Cut, STATUSES},
};
use crate::{
    at,
    error::{ApiError, Failure},
    extract::{Bearer, Params, scope},
    read,
};

type Reader = Bearer<scope::ReadStatuses>;
type Writer = Bearer<scope::WriteStatuses>;

/// The addresses of quotes.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/statuses/{id}/quotes").route(read(quoting)))
        .service(at("/v1/statuses/{id}/quotes/{quoting}/revoke").route(web::post().to(revoke)))
        .service(at("/v1/statuses/{id}/interaction_policy").route(web::put().to(open_to)));
}

/// `GET /api/v1/statuses/:id/quotes`
async fn quoting(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Reader,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let found = quotes::of(&kindred, &who.viewer(), post(&id)?, cut.page()).await?;
    let lens = lens(&kindred, Some(&who.me));
    let statuses: Vec<Status<'_>> = found
        .items
        .iter()
        .map(|view| Status::of(&lens, view))
        .collect();
    Ok(cut.answer(lens.settings, &req, &found, &statuses))
}

/// `POST /api/v1/statuses/:id/quotes/:quoting_status_id/revoke`
async fn revoke(
    kindred: Data<Kindred>,
    who: Writer,
    ids: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (quoted, quoting) = (post(&ids.0)?, post(&ids.1)?);
    let view = quotes::revoke(&kindred, &who.me.actor, quoted, quoting).await?;
    Ok(answer(&Status::of(&lens(&kindred, Some(&who.me)), &view)))
}

/// `PUT /api/v1/statuses/:id/interaction_policy`
async fn open_to(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let wanted = params.words("quote_approval_policy").unwrap_or_default();
    let view = quotes::open_to(&kindred, &who.me.actor, post(&id)?, policy(&wanted)?).await?;
    Ok(answer(&Status::of(&lens(&kindred, Some(&who.me)), &view)))
}

fn post(text: &str) -> Result<PostId, Refusal> {
    number(text, Refusal::NoSuchPost)
}

/// Who may quote, in the words of clients.
pub(super) fn policy(word: &str) -> Result<QuotePolicy, Failure> {
    match word {
        "public" => Ok(QuotePolicy::Public),
        "followers" => Ok(QuotePolicy::Followers),
        "nobody" => Ok(QuotePolicy::Nobody),
        // Guessing would open somebody's words to more people than meant.
        other => Err(Failure::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("a post can be quoted by public, followers or nobody, not by {other:?}"),
        )),
    }
}
