//! Programs introduce themselves. Letting them in is told in [`crate::oauth`].

use actix_web::{
    HttpResponse,
    web::{self, Data, ServiceConfig},
};
use kindred_community::{
    Kindred,
    oauth::{self, App, NewApp},
    push, scopes,
};
use serde_json::{Value, json};

use crate::{
    at,
    error::ApiError,
    extract::{AppBearer, Params, scope},
    read,
};

/// The addresses at which programs speak of themselves.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/apps").route(web::post().to(register)))
        .service(at("/v1/apps/verify_credentials").route(read(verify)));
}

/// `POST /api/v1/apps`
pub async fn register(kindred: Data<Kindred>, params: Params) -> Result<HttpResponse, ApiError> {
    let new = NewApp {
        name: params.text("client_name").unwrap_or_default(),
        redirect_uris: params.list("redirect_uris"),
        scopes: params
            .words("scopes")
            .or_else(|| Some(params.list("scopes").join(" ")).filter(|list| !list.is_empty()))
            .unwrap_or_else(|| scopes::DEFAULT.to_owned()),
        website: params.words("website"),
        confidential: params.text("token_endpoint_auth_method").as_deref() != Some("none"),
    };
    let (app, secret) = oauth::register(&kindred, new).await?;
    let mut entity = application(&kindred, &app).await?;
    entity["client_id"] = json!(app.client_id);
    entity["client_secret"] = json!(secret);
    entity["client_secret_expires_at"] = json!(0);
    Ok(super::answer(&entity))
}

/// `GET /api/v1/apps/verify_credentials`
pub async fn verify(
    kindred: Data<Kindred>,
    program: AppBearer<scope::Any>,
) -> Result<HttpResponse, ApiError> {
    let entity = match program.token.app {
        Some(id) => application(&kindred, &oauth::app(&kindred, id).await?).await?,
        // A token that was made at the command line belongs to no program.
        None => json!({
            "id": "0",
            "name": "Command line",
            "website": null,
            "scopes": program.token.scopes,
            "redirect_uris": [],
            "redirect_uri": "",
            "vapid_key": push::public_key(&kindred).await?,
        }),
    };
    Ok(super::answer(&entity))
}

async fn application(kindred: &Kindred, app: &App) -> Result<Value, ApiError> {
    Ok(json!({
        "id": app.id.to_string(),
        "name": app.name,
        "website": app.website,
        "scopes": app.scopes.split_whitespace().collect::<Vec<_>>(),
        "redirect_uris": app.redirect_uris.lines().collect::<Vec<_>>(),
        "redirect_uri": app.redirect_uris,
        "vapid_key": push::public_key(kindred).await?,
    }))
}
