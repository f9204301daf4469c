//! Search, also for what lives on other servers when a whole address is given.

use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig},
};
use kindred_community::{
    Kindred, Refusal,
    search::{self, Ask, Resolve},
};
use serde_json::json;

use super::{
    answer,
    entities::{Account, Search, Status, Tag},
    lens,
    paging::{STATUSES, limit, offset},
};
use crate::{
    at,
    error::ApiError,
    extract::{Caller, Params, scope},
    read,
};

/// The addresses of search.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v2/search").route(read(search)))
        .service(at("/v1/search").route(read(old_search)));
}

/// What a client looks for. Some wish for kinds that we do not know and get nothing.
fn ask(params: &Params, signed_in: bool) -> Result<Ask, Refusal> {
    let text = params
        .words("q")
        .ok_or_else(|| Refusal::NotUnderstood("please say what to look for".into()))?;
    let wanted = params.text("type");
    let wants = |kind: &str| wanted.as_deref().is_none_or(|wanted| wanted == kind);
    // Asking other servers is for people of ours: strangers must not send us anywhere.
    let elsewhere = params.flag("resolve").unwrap_or(false) && signed_in;
    Ok(Ask {
        text,
        resolve: if elsewhere {
            Resolve::Elsewhere
        } else {
            Resolve::Locally
        },
        people: wants("accounts"),
        posts: wants("statuses"),
        topics: wants("hashtags"),
        following: params.flag("following").unwrap_or(false),
        by: params
            .words("account_id")
            .map(|id| id.parse().unwrap_or(kindred_community::ActorId(0))),
        before: params.number("max_id"),
        after: params.number("min_id"),
        offset: offset(params),
        limit: limit(params, STATUSES),
    })
}

/// `GET /api/v2/search`
pub async fn search(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadSearch>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let ask = ask(&params, caller.me.is_some())?;
    // On the heap, because the way to other servers makes it large.
    let found = Box::pin(search::look(&kindred, &caller.viewer(), ask)).await?;
    let lens = lens(&kindred, caller.me.as_ref());
    Ok(answer(&Search {
        accounts: found
            .actors
            .iter()
            .map(|actor| Account::of(lens.settings, actor))
            .collect(),
        statuses: found
            .posts
            .iter()
            .map(|view| Status::of(&lens, view))
            .collect(),
        hashtags: found
            .topics
            .iter()
            .map(|topic| Tag::of(&lens, topic))
            .collect(),
    }))
}

/// `GET /api/v1/search`, as it was before topics were more than their names
async fn old_search(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadSearch>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let ask = ask(&params, caller.me.is_some())?;
    let found = Box::pin(search::look(&kindred, &caller.viewer(), ask)).await?;
    let lens = lens(&kindred, caller.me.as_ref());
    let accounts: Vec<_> = found
        .actors
        .iter()
        .map(|actor| Account::of(lens.settings, actor))
        .collect();
    let statuses: Vec<_> = found
        .posts
        .iter()
        .map(|view| Status::of(&lens, view))
        .collect();
    let hashtags: Vec<_> = found.topics.iter().map(|topic| &topic.name).collect();
    Ok(answer(&json!({
        "accounts": accounts,
        "statuses": statuses,
        "hashtags": hashtags,
    })))
}
