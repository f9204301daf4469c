//! Where a program wants to be told of notifications when nobody looks.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, ServiceConfig},
};
use kindred_community::{
    Kindred, Refusal,
    push::{self, ALERTS, PushSubscription, Taste, Wanted},
};
use serde_json::{Map, Value, json};

use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, bearer, scope},
    read,
};

type Program = Bearer<scope::Push>;

/// The address of the one subscription that a token has.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        at("/v1/push/subscription")
            .route(read(show))
            .route(web::post().to(subscribe))
            .route(web::put().to(change))
            .route(web::patch().to(change))
            .route(web::delete().to(unsubscribe)),
    );
}

/// `POST /api/v1/push/subscription`
async fn subscribe(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Program,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let shown = bearer::token(&req)?.ok_or(Refusal::NotSignedIn)?;
    let subscription = params.inside("subscription").unwrap_or_default();
    let keys = subscription.inside("keys").unwrap_or_default();
    let wanted = Wanted {
        endpoint: subscription.text("endpoint").unwrap_or_default(),
        p256dh: keys.text("p256dh").unwrap_or_default(),
        auth: keys.text("auth").unwrap_or_default(),
        standard: subscription.flag("standard").unwrap_or(false),
        taste: taste(&params),
    };
    let place = push::subscribe(&kindred, &who.me, shown, wanted).await?;
    answer(&kindred, &place).await
}

/// `GET /api/v1/push/subscription`
async fn show(kindred: Data<Kindred>, who: Program) -> Result<HttpResponse, ApiError> {
    let place = push::of_token(&kindred, who.me.token.id).await?;
    answer(&kindred, &place).await
}

/// `PUT /api/v1/push/subscription`
async fn change(
    kindred: Data<Kindred>,
    who: Program,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let place = push::change(&kindred, who.me.token.id, taste(&params)).await?;
    answer(&kindred, &place).await
}

/// `DELETE /api/v1/push/subscription`
async fn unsubscribe(kindred: Data<Kindred>, who: Program) -> Result<HttpResponse, ApiError> {
    push::unsubscribe(&kindred, who.me.token.id).await?;
    Ok(super::answer(&json!({})))
}

fn taste(params: &Params) -> Taste {
    let data = params.inside("data").unwrap_or_default();
    let alerts = data.inside("alerts").unwrap_or_default();
    Taste {
        alerts: ALERTS
            .iter()
            .filter(|kind| alerts.flag(kind).unwrap_or(false))
            .map(|kind| (*kind).to_owned())
            .collect(),
        policy: data.words("policy").or_else(|| params.words("policy")),
    }
}

async fn answer(kindred: &Kindred, place: &PushSubscription) -> Result<HttpResponse, ApiError> {
    let alerts: Map<String, Value> = ALERTS
        .iter()
        .map(|kind| ((*kind).to_owned(), json!(push::wants(place, kind))))
        .collect();
    Ok(super::answer(&json!({
        // A number, as Mastodon sends it: some clients read nothing else.
        "id": place.id,
        "endpoint": place.endpoint,
        "standard": place.standard,
        "server_key": push::public_key(kindred).await?,
        "alerts": alerts,
        "policy": place.policy,
    })))
}
