//! Topics as tags: following them, showing them on one's page.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig, delete, post},
};
use kindred_community::{Kindred, Refusal, interests};
use serde_json::json;

use super::{
    answer,
    entities::{FeaturedTag, Tag},
    lens, number,
    paging::{Cut, HUNDRED},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    read,
};

/// The addresses of tags.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/followed_tags").route(read(followed)))
        .service(at("/v1/tags/{name}").route(read(show)))
        .service(at("/v1/tags/{name}/follow").route(post().to(follow)))
        .service(at("/v1/tags/{name}/unfollow").route(post().to(unfollow)))
        .service(at("/v1/tags/{name}/feature").route(post().to(feature)))
        .service(at("/v1/tags/{name}/unfeature").route(post().to(unfeature)))
        .service(at("/v1/featured_tags/suggestions").route(read(suggestions)))
        .service(
            at("/v1/featured_tags")
                .route(read(featured))
                .route(post().to(add_featured)),
        )
        .service(at("/v1/featured_tags/{id}").route(delete().to(remove_featured)));
}

/// `GET /api/v1/followed_tags`
async fn followed(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadFollows>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, HUNDRED);
    let found = interests::followed(&kindred, &who.me.actor, cut.page()).await?;
    let lens = lens(&kindred, Some(&who.me));
    let tags: Vec<_> = found
        .items
        .iter()
        .map(|topic| Tag::of(&lens, topic))
        .collect();
    Ok(cut.answer(lens.settings, &req, &found, &tags))
}

/// `GET /api/v1/tags/:name`
async fn show(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadFollows>,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = interests::topic(&kindred, &caller.viewer(), &name).await?;
    Ok(answer(&Tag::of(
        &lens(&kindred, caller.me.as_ref()),
        &found,
    )))
}

/// Makes a handler that does something with a topic and answers how one stands to it then.
macro_rules! with_topic {
    ($($(#[$doc:meta])* $name:ident: $scope:ident => $deed:path;)*) => {$(
        $(#[$doc])*
        async fn $name(
            kindred: Data<Kindred>,
            who: Bearer<scope::$scope>,
            topic: Path<String>,
        ) -> Result<HttpResponse, ApiError> {
            let found = $deed(&kindred, &who.me.actor, &topic).await?;
            Ok(answer(&Tag::of(&lens(&kindred, Some(&who.me)), &found)))
        }
    )*};
}

with_topic! {
    /// `POST /api/v1/tags/:name/follow`
    follow: WriteFollows => interests::follow;
    /// `POST /api/v1/tags/:name/unfollow`
    unfollow: WriteFollows => interests::unfollow;
    /// `POST /api/v1/tags/:name/feature`
    feature: WriteAccounts => interests::feature;
    /// `POST /api/v1/tags/:name/unfeature`
    unfeature: WriteAccounts => interests::unfeature;
}

/// `GET /api/v1/featured_tags`
async fn featured(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
) -> Result<HttpResponse, ApiError> {
    let found = interests::featured(&kindred, &who.viewer(), who.me.actor.id).await?;
    let tags: Vec<_> = found
        .iter()
        .map(|line| FeaturedTag::of(kindred.settings(), line))
        .collect();
    Ok(answer(&tags))
}

/// `POST /api/v1/featured_tags`
async fn add_featured(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteAccounts>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let name = params.words("name").ok_or(Refusal::Needed("a name"))?;
    let added = interests::add_featured(&kindred, &who.me.actor, &name).await?;
    Ok(answer(&FeaturedTag::of(kindred.settings(), &added)))
}

/// `DELETE /api/v1/featured_tags/:id`
async fn remove_featured(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteAccounts>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = number(&id, Refusal::NoSuch("topic"))?;
    interests::remove_featured(&kindred, &who.me.actor, id).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v1/featured_tags/suggestions`
async fn suggestions(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadAccounts>,
) -> Result<HttpResponse, ApiError> {
    let found = interests::suggested(&kindred, &who.me.actor).await?;
    let lens = lens(&kindred, Some(&who.me));
    Ok(answer(
        &found
            .iter()
            .map(|topic| Tag::of(&lens, topic))
            .collect::<Vec<_>>(),
    ))
}
