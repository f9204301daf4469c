//! One's own profile: how one looks to others, and what one usually chooses.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{
    Kindred, accounts,
    media::{self, Shape},
    people::{self, HabitWish, Profile},
    views::SignedIn,
};

use super::{
    answer,
    entities::{self, CredentialAccount},
};
use crate::{
    at,
    error::{ApiError, Failure},
    extract::{Bearer, Form, Params, scope},
    read,
};

type Owner = Bearer<scope::WriteAccounts>;

/// The addresses of one's own profile.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        at("/v1/accounts/update_credentials")
            .route(web::patch().to(update_credentials))
            .route(web::put().to(update_credentials)),
    )
    .service(
        at("/v1/profile")
            .route(read(show))
            .route(web::patch().to(update))
            .route(web::put().to(update)),
    )
    .service(at("/v1/profile/{picture:avatar|header}").route(web::delete().to(take_down)));
}

/// `GET /api/v1/accounts/verify_credentials`
pub async fn verify_credentials(
    kindred: Data<Kindred>,
    who: Bearer<scope::Profile>,
) -> Result<HttpResponse, ApiError> {
    credentials(&kindred, &who.me).await
}

/// `PATCH /api/v1/accounts/update_credentials`
pub async fn update_credentials(
    kindred: Data<Kindred>,
    who: Owner,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let me = change(&kindred, who.me, form).await?;
    credentials(&kindred, &me).await
}

/// `GET /api/v1/profile`
pub async fn show(who: Bearer<scope::Profile>) -> Result<HttpResponse, ApiError> {
    Ok(answer(&entities::Profile::of(&who.me)))
}

/// `PATCH /api/v1/profile`
pub async fn update(
    kindred: Data<Kindred>,
    who: Owner,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let me = change(&kindred, who.me, form).await?;
    Ok(answer(&entities::Profile::of(&me)))
}

/// `DELETE /api/v1/profile/avatar` and `…/header`
pub async fn take_down(
    kindred: Data<Kindred>,
    who: Owner,
    picture: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let mut me = who.me;
    let nothing = Some(String::new());
    let wish = match picture.as_str() {
        "avatar" => Profile {
            icon_url: nothing,
            ..Profile::default()
        },
        _ => Profile {
            image_url: nothing,
            ..Profile::default()
        },
    };
    me.actor = people::change_profile(&kindred, &me.actor, wish).await?;
    credentials(&kindred, &me).await
}

async fn credentials(kindred: &Kindred, me: &SignedIn) -> Result<HttpResponse, ApiError> {
    let waiting = accounts::waiting_followers(kindred, &me.actor).await?;
    Ok(answer(&CredentialAccount::of(
        kindred.settings(),
        me,
        waiting,
    )))
}

/// Does what a form asks for. What is wrong with the words is said before a picture is kept.
async fn change(kindred: &Kindred, mut me: SignedIn, mut form: Form) -> Result<SignedIn, ApiError> {
    let habits = habits(&form.params)?;
    let mut wish = wish(&form.params);
    people::check_profile(&wish)?;
    if let Some(file) = form.file("avatar") {
        let url = media::portrait(kindred, me.actor.id, file, Shape::Avatar).await?;
        wish.icon_url = Some(url);
    }
    if let Some(file) = form.file("header") {
        let url = media::portrait(kindred, me.actor.id, file, Shape::Header).await?;
        wish.image_url = Some(url);
    }
    me.actor = people::change_profile(kindred, &me.actor, wish).await?;
    me.account = people::change_habits(kindred, me.account, habits).await?;
    Ok(me)
}

fn wish(params: &Params) -> Profile {
    Profile {
        name: params.text("display_name"),
        note: params.text("note"),
        fields: params.has("fields_attributes").then(|| {
            let fields = params.each("fields_attributes");
            let text = |field: &Params, name: &str| field.text(name).unwrap_or_default();
            fields
                .iter()
                .map(|field| (text(field, "name"), text(field, "value")))
                .collect()
        }),
        locked: params.flag("locked"),
        bot: params.flag("bot"),
        discoverable: params.flag("discoverable"),
        indexable: params.flag("indexable"),
        hide_collections: params.flag("hide_collections"),
        ..Profile::default()
    }
}

fn habits(params: &Params) -> Result<HabitWish, Failure> {
    let source = params.inside("source").unwrap_or_default();
    let one_of = |name: &str, words: &[&str]| match source.words(name) {
        Some(word) if !words.contains(&word.as_str()) => Err(Failure::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("source[{name}] cannot be {word:?}"),
        )),
        other => Ok(other),
    };
    Ok(HabitWish {
        privacy: one_of("privacy", &["public", "unlisted", "private", "direct"])?,
        quote_policy: one_of("quote_policy", &["public", "followers", "nobody"])?,
        sensitive: source.flag("sensitive"),
        language: source.text("language"),
    })
}
