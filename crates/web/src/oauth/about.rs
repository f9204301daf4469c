//! What programs are told about our OAuth and about the person who let them in.

use actix_web::{HttpResponse, http::header, web::Data};
use kindred_community::{Kindred, scopes};
use serde_json::json;

use crate::{
    avatars,
    error::ApiError,
    extract::{Bearer, scope},
};

/// `GET /.well-known/oauth-authorization-server` (RFC 8414)
pub async fn server(kindred: Data<Kindred>) -> HttpResponse {
    let origin = &kindred.settings().origin;
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .json(json!({
            "issuer": format!("{origin}/"),
            "authorization_endpoint": format!("{origin}/oauth/authorize"),
            "token_endpoint": format!("{origin}/oauth/token"),
            "revocation_endpoint": format!("{origin}/oauth/revoke"),
            "userinfo_endpoint": format!("{origin}/oauth/userinfo"),
            "app_registration_endpoint": format!("{origin}/api/v1/apps"),
            "scopes_supported": scopes::ALL,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
        }))
}

/// `GET` and `POST /oauth/userinfo`
pub async fn userinfo(
    kindred: Data<Kindred>,
    who: Bearer<scope::Claims>,
) -> Result<HttpResponse, ApiError> {
    let (settings, actor) = (kindred.settings(), &who.me.actor);
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .json(json!({
            "iss": format!("{}/", settings.origin),
            "sub": actor.uri,
            "name": actor.name,
            "preferred_username": actor.handle,
            "profile": actor.url.as_deref().unwrap_or(&actor.uri),
            "picture": format!("{}{}", settings.origin, avatars::avatar_path(actor, avatars::Form::Png)),
        })))
}
