//! Blocking, muting, recommending, noting: how one stands to others beyond following them.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig, delete, post},
};
use kindred_community::{ActorId, Kindred, Refusal, distance};
use serde_json::json;

use super::{
    accounts::people,
    answer,
    entities::{MutedAccount, Relationship},
    number,
    paging::{ACCOUNTS, Cut, HUNDRED},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, scope},
    read,
};

/// The addresses of distance.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/accounts/{id}/block").route(post().to(block)))
        .service(at("/v1/accounts/{id}/unblock").route(post().to(unblock)))
        .service(at("/v1/accounts/{id}/mute").route(post().to(mute)))
        .service(at("/v1/accounts/{id}/unmute").route(post().to(unmute)))
        .service(at("/v1/accounts/{id}/remove_from_followers").route(post().to(remove_follower)))
        .service(at("/v1/accounts/{id}/endorse").route(post().to(endorse)))
        .service(at("/v1/accounts/{id}/pin").route(post().to(endorse)))
        .service(at("/v1/accounts/{id}/unendorse").route(post().to(unendorse)))
        .service(at("/v1/accounts/{id}/unpin").route(post().to(unendorse)))
        .service(at("/v1/accounts/{id}/note").route(post().to(note)))
        .service(at("/v1/blocks").route(read(blocks)))
        .service(at("/v1/mutes").route(read(mutes)))
        .service(at("/v1/endorsements").route(read(endorsements)))
        .service(at("/v1/domain_blocks/preview").route(read(preview)))
        .service(
            at("/v1/domain_blocks")
                .route(read(domain_blocks))
                .route(post().to(block_domain))
                .route(delete().to(unblock_domain)),
        );
}

fn account(text: &str) -> Result<ActorId, Refusal> {
    number(text, Refusal::NoSuchPerson)
}

/// Makes a handler that changes how one stands to an account.
macro_rules! stances {
    ($($(#[$doc:meta])* $name:ident: $scope:ident => $deed:path;)*) => {$(
        $(#[$doc])*
        async fn $name(
            kindred: Data<Kindred>,
            who: Bearer<scope::$scope>,
            id: Path<String>,
        ) -> Result<HttpResponse, ApiError> {
            let stands = $deed(&kindred, &who.me.actor, account(&id)?).await?;
            Ok(answer(&Relationship::from(stands)))
        }
    )*};
}

stances! {
    /// `POST /api/v1/accounts/:id/block`
    block: WriteBlocks => distance::block;
    /// `POST /api/v1/accounts/:id/unblock`
    unblock: WriteBlocks => distance::unblock;
    /// `POST /api/v1/accounts/:id/unmute`
    unmute: WriteMutes => distance::unmute;
    /// `POST /api/v1/accounts/:id/remove_from_followers`
    remove_follower: WriteFollows => distance::remove_follower;
    /// `POST /api/v1/accounts/:id/endorse`, and `…/pin` as it was called before
    endorse: WriteAccounts => distance::endorse;
    /// `POST /api/v1/accounts/:id/unendorse`, and `…/unpin`
    unendorse: WriteAccounts => distance::unendorse;
}

/// `POST /api/v1/accounts/:id/mute`
async fn mute(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteMutes>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let notices = params.flag("notifications").unwrap_or(true);
    // No seconds are for ever.
    let lasting = params
        .number("duration")
        .filter(|seconds| *seconds > 0)
        .map(Duration::from_secs);
    let target = account(&id)?;
    let stands = distance::mute(&kindred, &who.me.actor, target, notices, lasting).await?;
    Ok(answer(&Relationship::from(stands)))
}

/// `POST /api/v1/accounts/:id/note`
async fn note(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteAccounts>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let words = params.text("comment").unwrap_or_default();
    let stands = distance::note(&kindred, &who.me.actor, account(&id)?, words).await?;
    Ok(answer(&Relationship::from(stands)))
}

/// `GET /api/v1/blocks`
async fn blocks(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadBlocks>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let found = distance::blocked(&kindred, &who.me.actor, cut.page()).await?;
    Ok(people(&req, &kindred, cut, &found))
}

/// `GET /api/v1/mutes`
async fn mutes(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadMutes>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let found = distance::muted(&kindred, &who.me.actor, cut.page()).await?;
    let accounts: Vec<MutedAccount<'_>> = found
        .items
        .iter()
        .map(|(mute, actor)| MutedAccount::of(kindred.settings(), mute, actor))
        .collect();
    Ok(cut.answer(kindred.settings(), &req, &found, &accounts))
}

/// `GET /api/v1/endorsements`
async fn endorsements(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let found = distance::endorsed(&kindred, &who.viewer(), who.me.actor.id, cut.page()).await?;
    Ok(people(&req, &kindred, cut, &found))
}

/// `GET /api/v1/domain_blocks`
async fn domain_blocks(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadBlocks>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, HUNDRED);
    let found = distance::shunned(&kindred, &who.me.actor, cut.page()).await?;
    Ok(cut.answer(kindred.settings(), &req, &found, &found.items))
}

fn domain(params: &Params) -> Result<String, Refusal> {
    params.words("domain").ok_or(Refusal::Needed("a domain"))
}

/// `POST /api/v1/domain_blocks`
async fn block_domain(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteBlocks>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    distance::shun(&kindred, &who.me.actor, &domain(&params)?).await?;
    Ok(answer(&json!({})))
}

/// `DELETE /api/v1/domain_blocks`
async fn unblock_domain(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteBlocks>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    distance::unshun(&kindred, &who.me.actor, &domain(&params)?).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v1/domain_blocks/preview`: how many follows it would end.
async fn preview(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadBlocks>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let found = distance::ties_with(&kindred, &who.me.actor, &domain(&params)?).await?;
    Ok(answer(
        &json!({ "followers_count": found.0, "following_count": found.1 }),
    ))
}
