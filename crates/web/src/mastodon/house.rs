//! What clients ask of every house at their start: rules, announcements, preferences. Most houses have nothing to say to most of it,
//! and say so in the shape that clients expect.

use actix_web::{
    HttpResponse,
    web::{Data, ServiceConfig},
};
use kindred_community::{Kindred, settings::Settings};
use serde_json::json;

use super::{answer, entities::datetime, instance};
use crate::{
    at,
    extract::{Bearer, scope},
    read,
};

/// The addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/instance/rules").route(read(nothing)))
        .service(at("/v1/instance/extended_description").route(read(description)))
        .service(at("/v1/instance/translation_languages").route(read(no_languages)))
        .service(at("/v1/announcements").route(read(announcements)))
        .service(at("/v1/preferences").route(read(preferences)));
}

/// `GET /api/v1/instance/rules`: the house has none beside those of its groups.
async fn nothing() -> HttpResponse {
    answer(&json!([]))
}

/// `GET /api/v1/instance/extended_description`
async fn description(kindred: Data<Kindred>) -> HttpResponse {
    let settings: &Settings = kindred.settings();
    answer(&json!({
        "updated_at": datetime(kindred.now()),
        "content": format!("<p>{}</p>", super::entities::escape(&instance::description(settings))),
    }))
}

/// `GET /api/v1/instance/translation_languages`: nothing is translated here.
async fn no_languages() -> HttpResponse {
    answer(&json!({}))
}

/// `GET /api/v1/announcements`
async fn announcements(_who: Bearer<scope::Any>) -> HttpResponse {
    answer(&json!([]))
}

/// `GET /api/v1/preferences`
async fn preferences(who: Bearer<scope::ReadAccounts>) -> HttpResponse {
    answer(&json!({
        "posting:default:visibility": "public",
        "posting:default:sensitive": false,
        "posting:default:language": who.me.account.locale,
        "posting:default:quote_policy": "public",
        "reading:expand:media": "default",
        "reading:expand:spoilers": false,
        "reading:autoplay:gifs": false,
    }))
}
