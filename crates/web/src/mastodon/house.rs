//! What clients ask of every house at their start and now and then: rules and other papers, neighbours, figures, preferences.
//! What a house does not have is said in the shape that clients expect.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{Data, Path, ServiceConfig},
};
use kindred_community::{Kindred, house, settings::Paper};
use serde_json::{Value, json};

use super::{
    answer,
    entities::{date, datetime},
    instance, languages,
};
use crate::{
    assets, at,
    error::ApiError,
    extract::{Bearer, Caller, scope},
    read,
};

/// The addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/instance/rules").route(read(rules)))
        .service(at("/v1/instance/extended_description").route(read(description)))
        .service(at("/v1/instance/privacy_policy").route(read(privacy_policy)))
        .service(at("/v1/instance/terms_of_service").route(read(terms)))
        .service(at("/v1/instance/terms_of_service/{date}").route(read(terms_of)))
        .service(at("/v1/instance/peers").route(read(peers)))
        .service(at("/v1/instance/activity").route(read(activity)))
        .service(at("/v1/instance/domain_blocks").route(read(domain_blocks)))
        .service(at("/v1/instance/languages").route(read(known_languages)))
        .service(at("/v1/instance/translation_languages").route(read(no_languages)))
        .service(at("/v1/preferences").route(read(preferences)));
}

/// The rules of a house, as entities.
pub(super) fn rule_list(kindred: &Kindred) -> Vec<Value> {
    let rules = kindred.settings().house.rules.iter().zip(1..);
    rules
        .map(|(rule, number): (_, usize)| {
            json!({
                "id": number.to_string(),
                "text": rule.text,
                "hint": rule.hint,
                "translations": {},
            })
        })
        .collect()
}

/// `GET /api/v1/instance/rules`: those of the house; groups have their own beside them.
async fn rules(req: HttpRequest, kindred: Data<Kindred>) -> HttpResponse {
    assets::kept(&req, &json!(rule_list(&kindred)))
}

/// `GET /api/v1/instance/extended_description`
async fn description(req: HttpRequest, kindred: Data<Kindred>) -> HttpResponse {
    let settings = kindred.settings();
    let told = match &settings.house.about {
        Some(paper) => json!({
            "updated_at": datetime(paper.written_at),
            "content": paper.html,
        }),
        None => json!({
            "updated_at": datetime(kindred.now()),
            "content": format!("<p>{}</p>", super::entities::escape(&instance::description(settings))),
        }),
    };
    assets::kept(&req, &told)
}

/// `GET /api/v1/instance/privacy_policy`
async fn privacy_policy(
    req: HttpRequest,
    kindred: Data<Kindred>,
) -> Result<HttpResponse, ApiError> {
    let paper = kindred.settings().house.privacy.as_ref();
    let paper = paper.ok_or_else(|| {
        no_such("this house has not written down what it does with what it knows")
    })?;
    Ok(assets::kept(
        &req,
        &json!({ "updated_at": datetime(paper.written_at), "content": paper.html }),
    ))
}

/// `GET /api/v1/instance/terms_of_service`
async fn terms(req: HttpRequest, kindred: Data<Kindred>) -> Result<HttpResponse, ApiError> {
    let paper = kindred.settings().house.terms.as_ref();
    let paper = paper.ok_or_else(|| no_such("this house has not written down its terms"))?;
    Ok(assets::kept(&req, &terms_entity(paper)))
}

/// `GET /api/v1/instance/terms_of_service/:date`: those in force are the only ones that are kept.
async fn terms_of(
    req: HttpRequest,
    kindred: Data<Kindred>,
    day: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let paper = kindred.settings().house.terms.as_ref();
    let paper = paper
        .filter(|paper| date(paper.written_at) == *day)
        .ok_or_else(|| no_such("there were no terms that began on this day"))?;
    Ok(assets::kept(&req, &terms_entity(paper)))
}

fn terms_entity(paper: &Paper) -> Value {
    json!({
        "effective_date": date(paper.written_at),
        "effective": true,
        "content": paper.html,
        "succeeded_by": null,
    })
}

/// `GET /api/v1/instance/peers`
async fn peers(
    req: HttpRequest,
    kindred: Data<Kindred>,
    _who: Caller<scope::Any>,
) -> Result<HttpResponse, ApiError> {
    let names = house::neighbours(&kindred).await?;
    Ok(assets::kept(&req, &json!(names)))
}

/// `GET /api/v1/instance/activity`
async fn activity(
    req: HttpRequest,
    kindred: Data<Kindred>,
    _who: Caller<scope::Any>,
) -> Result<HttpResponse, ApiError> {
    let weeks = house::weeks(&kindred).await?;
    let told: Vec<Value> = weeks
        .iter()
        .map(|week| {
            json!({
                "week": (week.began.0 / 1_000).to_string(),
                "statuses": week.posts.to_string(),
                "logins": week.visits.to_string(),
                "registrations": week.arrivals.to_string(),
            })
        })
        .collect();
    Ok(assets::kept(&req, &json!(told)))
}

/// `GET /api/v1/instance/domain_blocks`: for those who live here.
async fn domain_blocks(
    kindred: Data<Kindred>,
    _who: Bearer<scope::Any>,
) -> Result<HttpResponse, ApiError> {
    let held_back = house::held_back(&kindred).await?;
    let told: Vec<Value> = held_back
        .iter()
        .map(|held| {
            json!({
                "domain": held.domain,
                "digest": held.digest,
                "severity": held.severity,
                "comment": held.comment.as_deref().unwrap_or_default(),
            })
        })
        .collect();
    Ok(answer(&told))
}

/// `GET /api/v1/instance/languages`: what people may say they write in.
async fn known_languages(req: HttpRequest) -> HttpResponse {
    let told: Vec<Value> = languages::KNOWN
        .iter()
        .map(|(code, name)| json!({ "code": code, "name": name }))
        .collect();
    assets::kept(&req, &json!(told))
}

/// `GET /api/v1/instance/translation_languages`: nothing is translated here.
async fn no_languages(req: HttpRequest) -> HttpResponse {
    assets::kept(&req, &json!({}))
}

fn no_such(words: &str) -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, words)
}

/// `GET /api/v1/preferences`
async fn preferences(who: Bearer<scope::ReadAccounts>) -> HttpResponse {
    let account = &who.me.account;
    let habits = &account.habits;
    answer(&json!({
        "posting:default:visibility": habits.privacy,
        "posting:default:sensitive": habits.sensitive,
        "posting:default:language": habits.language.as_ref().or(account.locale.as_ref()),
        "posting:default:quote_policy": habits.quote_policy,
        "reading:expand:media": "default",
        "reading:expand:spoilers": false,
        "reading:autoplay:gifs": false,
    }))
}
