//! Lists and who stands on them.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig, delete, post, put},
};
use kindred_community::{
    Kindred, ListId, Refusal,
    lists::{self, ListWish},
};
use serde_json::json;

use super::{
    accounts::people,
    answer,
    entities::List,
    number,
    paging::{ACCOUNTS, Cut},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, scope},
    read,
};

type Reader = Bearer<scope::ReadLists>;
type Writer = Bearer<scope::WriteLists>;

/// The addresses of lists.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/lists").route(read(all)).route(post().to(make)))
        .service(
            at("/v1/lists/{id}")
                .route(read(show))
                .route(put().to(change))
                .route(delete().to(remove)),
        )
        .service(
            at("/v1/lists/{id}/accounts")
                .route(read(members))
                .route(post().to(put_on))
                .route(delete().to(take_off)),
        );
}

fn list(text: &str) -> Result<ListId, Refusal> {
    number(text, Refusal::NoSuch("list"))
}

fn wish(params: &Params) -> Result<ListWish, Refusal> {
    let replies = params.words("replies_policy").map(|word| {
        word.parse()
            .map_err(|_| Refusal::Needed("followed, list or none"))
    });
    Ok(ListWish {
        title: params.text("title"),
        replies: replies.transpose()?,
        exclusive: params.flag("exclusive"),
    })
}

/// `GET /api/v1/lists`
async fn all(kindred: Data<Kindred>, who: Reader) -> Result<HttpResponse, ApiError> {
    let found = lists::mine(&kindred, &who.me.actor).await?;
    Ok(answer(&found.iter().map(List::of).collect::<Vec<_>>()))
}

/// `GET /api/v1/lists/:id`
async fn show(
    kindred: Data<Kindred>,
    who: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = lists::one(&kindred, &who.me.actor, list(&id)?).await?;
    Ok(answer(&List::of(&found)))
}

/// `POST /api/v1/lists`
async fn make(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let made = lists::make(&kindred, &who.me.actor, wish(&params)?).await?;
    Ok(answer(&List::of(&made)))
}

/// `PUT /api/v1/lists/:id`
async fn change(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let changed = lists::change(&kindred, &who.me.actor, list(&id)?, wish(&params)?).await?;
    Ok(answer(&List::of(&changed)))
}

/// `DELETE /api/v1/lists/:id`
async fn remove(
    kindred: Data<Kindred>,
    who: Writer,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    lists::remove(&kindred, &who.me.actor, list(&id)?).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v1/lists/:id/accounts`. With `limit=0` clients ask for all of them, and get as many as there can be at once.
async fn members(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Reader,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let all = params.number("limit") == Some(0);
    let cut = Cut::asked(&params, if all { 2 * ACCOUNTS } else { ACCOUNTS });
    let found = lists::members(&kindred, &who.me.actor, list(&id)?, cut.page()).await?;
    Ok(people(&req, &kindred, cut, &found))
}

/// `POST /api/v1/lists/:id/accounts`
async fn put_on(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let whom = params.numbers("account_ids");
    lists::put_on(&kindred, &who.me.actor, list(&id)?, whom).await?;
    Ok(answer(&json!({})))
}

/// `DELETE /api/v1/lists/:id/accounts`
async fn take_off(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let whom = params.numbers("account_ids");
    lists::take_off(&kindred, &who.me.actor, list(&id)?, whom).await?;
    Ok(answer(&json!({})))
}
