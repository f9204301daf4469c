//! Making an account through a program.

use actix_web::{HttpResponse, http::StatusCode, web::Data};
use kindred_community::{AccountRole, Kindred, Refusal, people::Newcomer, sign_up};
use serde_json::json;

use crate::{
    error::ApiError,
    extract::{AppBearer, Params, scope},
    oauth::token,
};

/// `POST /api/v1/accounts`
pub async fn sign_up(
    kindred: Data<Kindred>,
    program: AppBearer<scope::WriteAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let newcomer = Newcomer {
        handle: params.text("username").unwrap_or_default(),
        name: None,
        email: params.text("email").unwrap_or_default(),
        password: Some(params.text("password").unwrap_or_default()),
        role: AccountRole::Member,
    };
    let agreed = params.flag("agreement").unwrap_or(false);
    match sign_up::through(&kindred, &program.token, newcomer, agreed).await {
        Ok(issued) => Ok(token::handed_out(&issued)),
        Err(error) => match error.refusal().and_then(field) {
            Some((field, code)) => Ok(refused(field, code, &error.to_string())),
            None => Err(error.into()),
        },
    }
}

/// Which field of the form is meant, and the API's word for what is wrong with it.
fn field(refusal: &Refusal) -> Option<(&'static str, &'static str)> {
    Some(match refusal {
        Refusal::BadHandle(_) => ("username", "ERR_INVALID"),
        Refusal::HandleTaken(_) => ("username", "ERR_TAKEN"),
        Refusal::BadEmail(_) => ("email", "ERR_INVALID"),
        Refusal::EmailTaken(_) => ("email", "ERR_TAKEN"),
        Refusal::WeakPassword => ("password", "ERR_TOO_SHORT"),
        Refusal::MustAgree => ("agreement", "ERR_ACCEPTED"),
        _ => return None,
    })
}

fn refused(field: &str, code: &str, words: &str) -> HttpResponse {
    HttpResponse::build(StatusCode::UNPROCESSABLE_ENTITY).json(json!({
        "error": format!("Validation failed: {words}"),
        "details": { field: [{ "error": code, "description": words }] },
    }))
}
