//! `POST /oauth/token` and `/oauth/revoke`: tokens handed out and taken back.
//!
//! A program shows itself in the body or by HTTP Basic. There is no password grant: passwords are for our own pages alone.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use kindred_community::{
    Kindred, Refusal,
    oauth::{self, Issued, Shown},
};
use serde_json::json;

use super::OAuthError;
use crate::extract::Params;

/// `POST /oauth/token`
pub async fn token(
    req: HttpRequest,
    kindred: Data<Kindred>,
    params: Params,
) -> Result<HttpResponse, OAuthError> {
    let grant = needed(&params, "grant_type")?;
    let shown = shown(&req, &params);
    let issued = match grant.as_str() {
        "authorization_code" => {
            let (code, back) = (needed(&params, "code")?, needed(&params, "redirect_uri")?);
            let verifier = params.text("code_verifier");
            oauth::swap(&kindred, shown?, &code, &back, verifier.as_deref()).await?
        }
        "client_credentials" => {
            oauth::for_itself(&kindred, shown?, scope(&params).as_deref()).await?
        }
        _ => {
            return Err(OAuthError::new(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "only authorization_code and client_credentials are understood",
            ));
        }
    };
    Ok(handed_out(&issued))
}

/// A token as programs read it; also the answer to making an account through the API.
pub(crate) fn handed_out(issued: &Issued) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(json!({
            "access_token": issued.secret,
            "token_type": "Bearer",
            "scope": issued.scopes,
            "created_at": issued.created_at.0.div_euclid(1000),
        }))
}

/// `POST /oauth/revoke`
pub async fn revoke(
    req: HttpRequest,
    kindred: Data<Kindred>,
    params: Params,
) -> Result<HttpResponse, OAuthError> {
    let token = needed(&params, "token")?;
    // Mastodon has one answer for whoever may not do it, for whatever reason.
    let not_yours = |_| OAuthError::from(Refusal::NotYours);
    let shown = shown(&req, &params).map_err(not_yours)?;
    match oauth::revoke(&kindred, shown, &token).await {
        Err(error) if error.refusal().is_some() => Err(Refusal::NotYours.into()),
        done => {
            done?;
            Ok(HttpResponse::Ok()
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .json(json!({})))
        }
    }
}

fn needed(params: &Params, name: &str) -> Result<String, OAuthError> {
    params.words(name).ok_or_else(|| {
        OAuthError::new(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            format!("{name} is missing"),
        )
    })
}

/// The scopes of a request, under either of the names that clients use.
pub(crate) fn scope(params: &Params) -> Option<String> {
    params.words("scope").or_else(|| params.words("scopes"))
}

/// How the program shows itself.
fn shown(req: &HttpRequest, params: &Params) -> Result<Shown, OAuthError> {
    let by_header = req
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| basic(value.to_str().ok()?));
    let in_body = || {
        Some(Shown {
            client_id: params.words("client_id")?,
            secret: params.words("client_secret"),
        })
    };
    Ok(by_header.or_else(in_body).ok_or(Refusal::NoSuchProgram)?)
}

/// Name and secret as HTTP Basic has them, each written like a value of a form (RFC 6749, 2.3.1).
fn basic(value: &str) -> Option<Shown> {
    let (kind, rest) = value.split_once(' ')?;
    if !kind.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (client_id, secret) = plain.split_once(':')?;
    let read = |text: &str| {
        url::form_urlencoded::parse(format!("_={text}").as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Some(Shown {
        client_id: read(client_id)?,
        secret: read(secret).filter(|secret| !secret.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_can_show_itself_in_a_header() {
        let read = |plain: &str| {
            basic(&format!("Basic {}", BASE64_STANDARD.encode(plain)))
                .map(|shown| (shown.client_id, shown.secret))
        };
        assert_eq!(
            read("me:secret"),
            Some(("me".into(), Some("secret".into())))
        );
        assert_eq!(read("me:s%3Ae"), Some(("me".into(), Some("s:e".into()))));
        assert_eq!(read("me:"), Some(("me".into(), None)));
        assert_eq!(read("me"), None);
        assert!(basic("Basic ???").is_none());
        assert!(basic("Bearer abc").is_none());
    }
}
