//! Filters: several words and single posts under one name.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, delete, post, put},
};
use kindred_community::{
    FilterId, FilterPostId, KeywordId, Kindred, Moment, Refusal,
    filters::{self, FilterWish, KeywordWish},
};
use serde_json::json;

use super::{
    answer,
    entities::{Filter, FilterKeyword, FilterStatus},
    number,
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, scope},
    read,
};

pub(super) type Reader = Bearer<scope::ReadFilters>;
pub(super) type Writer = Bearer<scope::WriteFilters>;

/// The addresses of filters. What has a name comes before what has a number.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v2/filters").route(read(all)).route(post().to(make)))
        .service(
            at("/v2/filters/keywords/{id}")
                .route(read(keyword))
                .route(put().to(change_keyword))
                .route(delete().to(remove_keyword)),
        )
        .service(
            at("/v2/filters/statuses/{id}")
                .route(read(status))
                .route(delete().to(remove_status)),
        )
        .service(
            at("/v2/filters/{id}")
                .route(read(show))
                .route(put().to(change))
                .route(delete().to(remove)),
        )
        .service(
            at("/v2/filters/{id}/keywords")
                .route(read(keywords))
                .route(post().to(add_keyword)),
        )
        .service(
            at("/v2/filters/{id}/statuses")
                .route(read(statuses))
                .route(post().to(add_status)),
        )
        .configure(super::old_filters::routes);
}

fn filter(text: &str) -> Result<FilterId, Refusal> {
    number(text, Refusal::NoSuch("filter"))
}

pub(super) fn keyword_id(text: &str) -> Result<KeywordId, Refusal> {
    number(text, Refusal::NoSuch("keyword"))
}

fn line(text: &str) -> Result<FilterPostId, Refusal> {
    number(text, Refusal::NoSuchPost)
}

/// What a client says about a filter. Words that are none of the closed lists are refused rather than overlooked.
pub(super) fn wish(params: &Params, now: Moment) -> Result<FilterWish, Refusal> {
    let places = params.list("context");
    let places = (!places.is_empty()).then(|| {
        let read = places.iter().map(|word| {
            word.parse().map_err(|_| {
                Refusal::Needed("home, notifications, public, thread or account as a context")
            })
        });
        read.collect::<Result<Vec<_>, _>>()
    });
    let action = params.words("filter_action").map(|word| {
        word.parse()
            .map_err(|_| Refusal::Needed("warn, hide or blur as an action"))
    });
    Ok(FilterWish {
        title: params.text("title"),
        places: places.transpose()?,
        action: action.transpose()?,
        // So many seconds from now; what is no number is never.
        ends: params.text("expires_in").map(|given| {
            let seconds: Option<u64> = given.trim().parse().ok().filter(|seconds| *seconds > 0);
            seconds.map(|seconds| now.plus(Duration::from_secs(seconds)))
        }),
        keywords: params
            .each("keywords_attributes")
            .iter()
            .map(keyword_wish)
            .collect::<Result<_, _>>()?,
    })
}

fn keyword_wish(params: &Params) -> Result<KeywordWish, Refusal> {
    Ok(KeywordWish {
        id: params.words("id").map(|id| keyword_id(&id)).transpose()?,
        keyword: params.text("keyword"),
        whole_word: params.flag("whole_word"),
        gone: params.flag("_destroy").unwrap_or(false),
    })
}

/// `GET /api/v2/filters`
async fn all(kindred: Data<Kindred>, who: Reader) -> Result<HttpResponse, ApiError> {
    let found = filters::mine(&kindred, &who.me.actor).await?;
    Ok(answer(&found.iter().map(Filter::of).collect::<Vec<_>>()))
}

/// `GET /api/v2/filters/:id`
async fn show(
    kindred: Data<Kindred>,
    who: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = filters::one(&kindred, &who.me.actor, filter(&id)?).await?;
    Ok(answer(&Filter::of(&found)))
}

/// `POST /api/v2/filters`
async fn make(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let wish = wish(&params, kindred.now())?;
    let made = filters::make(&kindred, &who.me.actor, wish).await?;
    Ok(answer(&Filter::of(&made)))
}

/// `PUT /api/v2/filters/:id`
async fn change(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let wish = wish(&params, kindred.now())?;
    let changed = filters::change(&kindred, &who.me.actor, filter(&id)?, wish).await?;
    Ok(answer(&Filter::of(&changed)))
}

/// `DELETE /api/v2/filters/:id`
async fn remove(
    kindred: Data<Kindred>,
    who: Writer,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    filters::remove(&kindred, &who.me.actor, filter(&id)?).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v2/filters/:filter_id/keywords`
async fn keywords(
    kindred: Data<Kindred>,
    who: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = filters::one(&kindred, &who.me.actor, filter(&id)?).await?;
    let lines: Vec<_> = found.keywords.iter().map(FilterKeyword::of).collect();
    Ok(answer(&lines))
}

/// `POST /api/v2/filters/:filter_id/keywords`
async fn add_keyword(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let wish = KeywordWish {
        id: None,
        ..keyword_wish(&params)?
    };
    let added = filters::add_keyword(&kindred, &who.me.actor, filter(&id)?, wish).await?;
    Ok(answer(&FilterKeyword::of(&added)))
}

/// `GET /api/v2/filters/keywords/:id`
async fn keyword(
    kindred: Data<Kindred>,
    who: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = filters::keyword(&kindred, &who.me.actor, keyword_id(&id)?).await?;
    Ok(answer(&FilterKeyword::of(&found)))
}

/// `PUT /api/v2/filters/keywords/:id`
async fn change_keyword(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let wish = KeywordWish {
        id: None,
        ..keyword_wish(&params)?
    };
    let changed = filters::change_keyword(&kindred, &who.me.actor, keyword_id(&id)?, wish).await?;
    Ok(answer(&FilterKeyword::of(&changed)))
}

/// `DELETE /api/v2/filters/keywords/:id`
async fn remove_keyword(
    kindred: Data<Kindred>,
    who: Writer,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    filters::remove_keyword(&kindred, &who.me.actor, keyword_id(&id)?).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v2/filters/:filter_id/statuses`
async fn statuses(
    kindred: Data<Kindred>,
    who: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = filters::one(&kindred, &who.me.actor, filter(&id)?).await?;
    let lines: Vec<_> = found.posts.iter().map(FilterStatus::of).collect();
    Ok(answer(&lines))
}

/// `POST /api/v2/filters/:filter_id/statuses`
async fn add_status(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let named = params.words("status_id").unwrap_or_default();
    let post = number(&named, Refusal::NoSuchPost)?;
    let added = filters::add_post(&kindred, &who.me.actor, filter(&id)?, post).await?;
    Ok(answer(&FilterStatus::of(&added)))
}

/// `GET /api/v2/filters/statuses/:id`
async fn status(
    kindred: Data<Kindred>,
    who: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = filters::post(&kindred, &who.me.actor, line(&id)?).await?;
    Ok(answer(&FilterStatus::of(&found)))
}

/// `DELETE /api/v2/filters/statuses/:id`
async fn remove_status(
    kindred: Data<Kindred>,
    who: Writer,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let gone = filters::remove_post(&kindred, &who.me.actor, line(&id)?).await?;
    Ok(answer(&FilterStatus::of(&gone)))
}
