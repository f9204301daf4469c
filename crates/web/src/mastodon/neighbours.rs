//! Accounts beside accounts: followers, followed, several at once, those found by a name, whom one knows in common.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig},
};
use kindred_community::{
    Kindred, Refusal, distance, interests, lists, membership, people as persons,
    search::{self, Ask, Resolve},
    showcase,
};
use serde_json::json;

use super::{
    accounts::people,
    answer,
    entities::{Account, FeaturedTag, List},
    number,
    paging::{ACCOUNTS, Cut, limit, offset},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    read, reading,
};

/// The addresses beside an account.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/accounts").guard(reading()).route(read(several)))
        .service(at("/v1/accounts/search").route(read(by_name)))
        .service(at("/v1/accounts/familiar_followers").route(read(familiar)))
        .service(at("/v1/accounts/{id}/followers").route(read(followers)))
        .service(at("/v1/accounts/{id}/following").route(read(following)))
        .service(at("/v1/accounts/{id}/featured_tags").route(read(featured_tags)))
        .service(at("/v1/accounts/{id}/lists").route(read(on_lists)))
        .service(at("/v1/accounts/{id}/endorsements").route(read(endorsements)))
        .service(at("/v1/accounts/{id}/identity_proofs").route(read(identity_proofs)));
}

/// `GET /api/v1/accounts?id[]=`
async fn several(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let found = persons::several(&kindred, &caller.viewer(), params.numbers("id")).await?;
    let accounts: Vec<Account<'_>> = found
        .iter()
        .map(|actor| Account::of(kindred.settings(), actor))
        .collect();
    Ok(answer(&accounts))
}

/// `GET /api/v1/accounts/search`: every client's completion of names, groups that one is in first.
async fn by_name(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let elsewhere = params.flag("resolve").unwrap_or(false);
    let ask = Ask {
        text: params.words("q").unwrap_or_default(),
        resolve: if elsewhere {
            Resolve::Elsewhere
        } else {
            Resolve::Locally
        },
        posts: false,
        topics: false,
        following: params.flag("following").unwrap_or(false),
        offset: offset(&params),
        limit: limit(&params, ACCOUNTS),
        ..Ask::default()
    };
    // On the heap, because the way to other servers makes it large.
    let found = Box::pin(search::look(&kindred, &who.viewer(), ask)).await?;
    let accounts: Vec<Account<'_>> = found
        .actors
        .iter()
        .map(|actor| Account::of(kindred.settings(), actor))
        .collect();
    Ok(answer(&accounts))
}

/// `GET /api/v1/accounts/familiar_followers?id[]=`
async fn familiar(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadFollows>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let found = showcase::familiar(&kindred, &who.me.actor, params.numbers("id")).await?;
    let entities: Vec<_> = found
        .iter()
        .map(|(id, actors)| {
            let accounts: Vec<Account<'_>> = actors
                .iter()
                .map(|actor| Account::of(kindred.settings(), actor))
                .collect();
            json!({ "id": id.to_string(), "accounts": accounts })
        })
        .collect();
    Ok(answer(&entities))
}

/// `GET /api/v1/accounts/:id/followers`; of a group, its members.
async fn followers(
    req: HttpRequest,
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadAccounts>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let id = number(&id, Refusal::NoSuchPerson)?;
    let found = membership::followers(&kindred, &caller.viewer(), id, cut.page()).await?;
    Ok(people(&req, &kindred, cut, &found))
}

/// `GET /api/v1/accounts/:id/following`
async fn following(
    req: HttpRequest,
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadAccounts>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let id = number(&id, Refusal::NoSuchPerson)?;
    let found = membership::followed(&kindred, &caller.viewer(), id, cut.page()).await?;
    Ok(people(&req, &kindred, cut, &found))
}

/// `GET /api/v1/accounts/:id/featured_tags`; of a group, its topics.
async fn featured_tags(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadAccounts>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = number(&id, Refusal::NoSuchPerson)?;
    let found = interests::featured(&kindred, &caller.viewer(), id).await?;
    let tags: Vec<FeaturedTag<'_>> = found
        .iter()
        .map(|line| FeaturedTag::of(kindred.settings(), line))
        .collect();
    Ok(answer(&tags))
}

/// `GET /api/v1/accounts/:id/lists`
async fn on_lists(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadLists>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = number(&id, Refusal::NoSuchPerson)?;
    let found = lists::with(&kindred, &who.me.actor, id).await?;
    Ok(answer(&found.iter().map(List::of).collect::<Vec<_>>()))
}

/// `GET /api/v1/accounts/:id/endorsements`
async fn endorsements(
    req: HttpRequest,
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadAccounts>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let id = number(&id, Refusal::NoSuchPerson)?;
    let viewer = caller.viewer();
    persons::profile(&kindred, &viewer, id).await?;
    let found = distance::endorsed(&kindred, &viewer, id, cut.page()).await?;
    Ok(people(&req, &kindred, cut, &found))
}

/// `GET /api/v1/accounts/:id/identity_proofs`: clients of old ask for them; nobody has any.
async fn identity_proofs(_: Bearer<scope::ReadAccounts>) -> HttpResponse {
    answer(&json!([]))
}
