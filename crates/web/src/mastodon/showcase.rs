//! The directory, suggestions, and what is talked about.

use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, delete},
};
use kindred_community::{
    Kindred, Refusal,
    showcase::{self, Order},
};
use serde_json::json;

use super::{
    answer,
    entities::{Account, Status, Suggestion, Tag, trending_link},
    lens, number,
    paging::{ACCOUNTS, STATUSES, limit, offset},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    read,
};

/// How many topics and links are talked about at once unless asked otherwise; at most twice as many.
const TRENDS: usize = 10;

/// The addresses of what one did not look for.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/directory").route(read(directory)))
        .service(at("/v2/suggestions").route(read(suggestions)))
        .service(at("/v1/suggestions").route(read(old_suggestions)))
        .service(at("/v1/suggestions/{id}").route(delete().to(dismiss)))
        .service(at("/v1/trends").route(read(tags)))
        .service(at("/v1/trends/tags").route(read(tags)))
        .service(at("/v1/trends/statuses").route(read(statuses)))
        .service(at("/v1/trends/links").route(read(links)));
}

/// `GET /api/v1/directory`
async fn directory(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let order = match params.text("order").as_deref() {
        Some("new") => Order::New,
        _ => Order::Active,
    };
    let here_only = params.flag("local").unwrap_or(false);
    let found = showcase::directory(
        &kindred,
        &caller.viewer(),
        order,
        here_only,
        offset(&params),
        limit(&params, ACCOUNTS),
    )
    .await?;
    let accounts: Vec<_> = found
        .iter()
        .map(|actor| Account::of(kindred.settings(), actor))
        .collect();
    Ok(answer(&accounts))
}

/// `GET /api/v2/suggestions`
async fn suggestions(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let (offset, limit) = (offset(&params), limit(&params, ACCOUNTS));
    let found = showcase::suggestions(&kindred, &who.me.actor, offset, limit).await?;
    let entities: Vec<_> = found
        .iter()
        .map(|(because, actor)| Suggestion::of(kindred.settings(), *because, actor))
        .collect();
    Ok(answer(&entities))
}

/// `GET /api/v1/suggestions`, as it was before reasons were given
async fn old_suggestions(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let limit = limit(&params, ACCOUNTS);
    let found = showcase::suggestions(&kindred, &who.me.actor, 0, limit).await?;
    let accounts: Vec<_> = found
        .iter()
        .map(|(_, actor)| Account::of(kindred.settings(), actor))
        .collect();
    Ok(answer(&accounts))
}

/// `DELETE /api/v1/suggestions/:account_id`
async fn dismiss(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let target = number(&id, Refusal::NoSuchPerson)?;
    showcase::dismiss(&kindred, &who.me.actor, target).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v1/trends/tags`, and `GET /api/v1/trends` as it was called before
async fn tags(
    kindred: Data<Kindred>,
    caller: Caller<scope::Any>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let (offset, limit) = (offset(&params), limit(&params, TRENDS));
    let found = showcase::trending_topics(&kindred, offset, limit).await?;
    let lens = lens(&kindred, caller.me.as_ref());
    Ok(answer(
        &found
            .iter()
            .map(|topic| Tag::of(&lens, topic))
            .collect::<Vec<_>>(),
    ))
}

/// `GET /api/v1/trends/statuses`
async fn statuses(
    kindred: Data<Kindred>,
    caller: Caller<scope::Any>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let (offset, limit) = (offset(&params), limit(&params, STATUSES));
    let viewer = caller.viewer();
    let found = showcase::trending_posts(&kindred, &viewer, offset, limit).await?;
    let lens = lens(&kindred, caller.me.as_ref());
    Ok(answer(
        &found
            .iter()
            .map(|view| Status::of(&lens, view))
            .collect::<Vec<_>>(),
    ))
}

/// `GET /api/v1/trends/links`
async fn links(
    kindred: Data<Kindred>,
    _: Caller<scope::Any>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let (offset, limit) = (offset(&params), limit(&params, TRENDS));
    let found = showcase::trending_links(&kindred, offset, limit).await?;
    let now = kindred.now();
    let links: Vec<_> = found
        .iter()
        .map(|(link, title)| trending_link(link, title.as_deref(), now))
        .collect();
    Ok(answer(&links))
}
