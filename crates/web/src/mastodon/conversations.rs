//! Talks in private.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig, delete, post},
};
use kindred_community::{ConversationId, Kindred, Refusal, conversations};
use serde_json::json;

use super::{
    answer,
    entities::Conversation,
    lens, number,
    paging::{Cut, STATUSES},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, scope},
    read,
};

/// The addresses of talks.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/conversations").route(read(page)))
        .service(at("/v1/conversations/{id}").route(delete().to(put_away)))
        .service(at("/v1/conversations/{id}/read").route(post().to(mark_read)));
}

fn talk(text: &str) -> Result<ConversationId, Refusal> {
    number(text, Refusal::NoSuch("conversation"))
}

/// `GET /api/v1/conversations`
async fn page(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadStatuses>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let found = conversations::mine(&kindred, &who.me.actor, cut.page()).await?;
    let lens = lens(&kindred, Some(&who.me));
    let entities: Vec<_> = found
        .items
        .iter()
        .map(|talk| Conversation::of(&lens, talk))
        .collect();
    Ok(cut.answer(lens.settings, &req, &found, &entities))
}

/// `DELETE /api/v1/conversations/:id`
async fn put_away(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteConversations>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    conversations::put_away(&kindred, &who.me.actor, talk(&id)?).await?;
    Ok(answer(&json!({})))
}

/// `POST /api/v1/conversations/:id/read`
async fn mark_read(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteConversations>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = conversations::read(&kindred, &who.me.actor, talk(&id)?).await?;
    Ok(answer(&Conversation::of(
        &lens(&kindred, Some(&who.me)),
        &found,
    )))
}
