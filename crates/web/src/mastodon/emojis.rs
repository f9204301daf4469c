//! Pictures of this house that stand for words between colons: for everybody to use, for admins to add and to take away.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{
    EmojiId, Kindred, Refusal,
    emojis::{self, Change},
    settings::Settings,
};
use serde_json::{Value, json};

use super::{answer, entities::CustomEmoji, number};
use crate::{
    assets, at,
    error::ApiError,
    extract::{Bearer, Form, Params, scope},
    read,
};

/// The addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/custom_emojis").route(read(usable)))
        .service(
            at("/kindred/v1/emojis")
                .route(read(all))
                .route(web::post().to(add)),
        )
        .service(
            at("/kindred/v1/emojis/{id}")
                .route(web::put().to(change))
                .route(web::delete().to(remove)),
        );
}

/// `GET /api/v1/custom_emojis`
async fn usable(req: HttpRequest, kindred: Data<Kindred>) -> Result<HttpResponse, ApiError> {
    let usable = emojis::usable(&kindred).await?;
    let told: Vec<_> = usable
        .iter()
        .map(|emoji| CustomEmoji::ours(kindred.settings(), emoji))
        .collect();
    Ok(assets::kept(&req, &json!(told)))
}

/// `GET /api/kindred/v1/emojis`: all of them, for admins.
async fn all(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminRead>,
) -> Result<HttpResponse, ApiError> {
    let all = emojis::all(&kindred, &who.me.actor).await?;
    let told: Vec<_> = all
        .iter()
        .map(|emoji| of_the_house(kindred.settings(), emoji))
        .collect();
    Ok(answer(&told))
}

/// `POST /api/kindred/v1/emojis`
async fn add(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    mut form: Form,
) -> Result<HttpResponse, ApiError> {
    let shortcode = form.params.text("shortcode").unwrap_or_default();
    let change = wish(&form.params);
    let picture = form.file("image");
    let emoji = emojis::add(&kindred, &who.me.actor, &shortcode, change, picture).await?;
    Ok(answer(&of_the_house(kindred.settings(), &emoji)))
}

/// `PUT /api/kindred/v1/emojis/:id`
async fn change(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    id: Path<String>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let emoji = emojis::change(&kindred, &who.me.actor, emoji(&id)?, wish(&params)).await?;
    Ok(answer(&of_the_house(kindred.settings(), &emoji)))
}

/// `DELETE /api/kindred/v1/emojis/:id`
async fn remove(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    emojis::remove(&kindred, &who.me.actor, emoji(&id)?).await?;
    Ok(answer(&json!({})))
}

fn emoji(text: &str) -> Result<EmojiId, Refusal> {
    number(text, Refusal::NoSuch("emoji"))
}

fn wish(params: &Params) -> Change {
    Change {
        category: params.text("category"),
        in_picker: params.flag("visible_in_picker"),
        enabled: params.flag("disabled").map(|disabled| !disabled),
    }
}

/// A picture with what only admins need.
fn of_the_house(settings: &Settings, emoji: &kindred_community::CustomEmoji) -> Value {
    let mut told = json!(CustomEmoji::ours(settings, emoji));
    told["id"] = json!(emoji.id.to_string());
    told["disabled"] = json!(emoji.disabled_at.is_some());
    told
}
