//! Polls: looking at one, and voting.
//!
//! A poll has the number of its post.

use actix_web::{
    HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{Kindred, PostId, Refusal, polls, views::PostView};

use super::{answer, entities::Poll, lens, number};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    read,
};

/// The addresses of polls.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/polls/{id}").route(read(show)))
        .service(at("/v1/polls/{id}/votes").route(web::post().to(vote)));
}

/// `GET /api/v1/polls/:id`
async fn show(
    kindred: Data<Kindred>,
    reader: Caller<scope::ReadStatuses>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = polls::show(&kindred, &reader.viewer(), poll_id(&id)?).await?;
    shown(&kindred, reader.me.as_ref(), &view)
}

/// `POST /api/v1/polls/:id/votes`
async fn vote(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteStatuses>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let chosen: Option<Vec<usize>> = params
        .list("choices")
        .iter()
        .map(|choice| choice.trim().parse().ok())
        .collect();
    let chosen = chosen.ok_or(Refusal::NoSuchChoice)?;
    let view = polls::vote(&kindred, &who.me.actor, poll_id(&id)?, chosen).await?;
    shown(&kindred, Some(&who.me), &view)
}

fn poll_id(text: &str) -> Result<PostId, Refusal> {
    number(text, Refusal::NoSuchPoll)
}

fn shown(
    kindred: &Kindred,
    me: Option<&kindred_community::views::SignedIn>,
    view: &PostView,
) -> Result<HttpResponse, ApiError> {
    let poll = Poll::of(&lens(kindred, me), view).ok_or(Refusal::NoSuchPoll)?;
    Ok(answer(&poll))
}
