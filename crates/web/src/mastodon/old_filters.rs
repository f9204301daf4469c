//! Filters as they were before they had several words: each word of each filter is one.

use actix_web::{
    HttpResponse,
    web::{Data, Path, ServiceConfig, delete, post, put},
};
use kindred_community::{
    FilterAction, Keyword, Kindred, Refusal,
    filters::{self, FilterWish, KeywordWish},
    views::WholeFilter,
};
use serde_json::json;

use super::{
    answer,
    entities::OldFilter,
    filters::{Reader, Writer, keyword_id, wish},
};
use crate::{at, error::ApiError, extract::Params, read};

/// The addresses of old filters.
pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/filters").route(read(all)).route(post().to(make)))
        .service(
            at("/v1/filters/{id}")
                .route(read(show))
                .route(put().to(change))
                .route(delete().to(remove)),
        );
}

/// The word of this number, and the filter that it belongs to.
async fn found(
    kindred: &Kindred,
    who: &kindred_community::Actor,
    id: &str,
) -> Result<(WholeFilter, Keyword), ApiError> {
    let line = filters::keyword(kindred, who, keyword_id(id)?).await?;
    Ok((filters::one(kindred, who, line.filter_id).await?, line))
}

/// What a client of old says: the phrase is the name of the filter as well as its word.
fn old_wish(params: &Params, kindred: &Kindred) -> Result<FilterWish, Refusal> {
    let action = params.flag("irreversible").map(|hides| {
        if hides {
            FilterAction::Hide
        } else {
            FilterAction::Warn
        }
    });
    Ok(FilterWish {
        title: params.text("phrase"),
        action,
        keywords: Vec::new(),
        ..wish(params, kindred.now())?
    })
}

fn word(params: &Params) -> KeywordWish {
    KeywordWish {
        keyword: params.text("phrase"),
        whole_word: params.flag("whole_word"),
        ..KeywordWish::default()
    }
}

/// `GET /api/v1/filters`
async fn all(kindred: Data<Kindred>, who: Reader) -> Result<HttpResponse, ApiError> {
    let found = filters::mine(&kindred, &who.me.actor).await?;
    let lines = found.iter().flat_map(|whole| {
        whole
            .keywords
            .iter()
            .map(|line| OldFilter::of(&whole.filter, line))
    });
    Ok(answer(&lines.collect::<Vec<_>>()))
}

/// `GET /api/v1/filters/:id`
async fn show(
    kindred: Data<Kindred>,
    who: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (whole, line) = found(&kindred, &who.me.actor, &id).await?;
    Ok(answer(&OldFilter::of(&whole.filter, &line)))
}

/// `POST /api/v1/filters`
async fn make(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let wish = FilterWish {
        keywords: vec![word(&params)],
        ..old_wish(&params, &kindred)?
    };
    let made = filters::make(&kindred, &who.me.actor, wish).await?;
    let line = made.keywords.first().ok_or(Refusal::NoSuch("keyword"))?;
    Ok(answer(&OldFilter::of(&made.filter, line)))
}

/// `PUT /api/v1/filters/:id`
async fn change(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (whole, line) = found(&kindred, &who.me.actor, &id).await?;
    let keyword = KeywordWish {
        id: Some(line.id),
        ..word(&params)
    };
    let wish = FilterWish {
        // A filter of several words keeps its own name.
        title: None,
        keywords: vec![keyword],
        ..old_wish(&params, &kindred)?
    };
    let changed = filters::change(&kindred, &who.me.actor, whole.filter.id, wish).await?;
    let line = changed
        .keywords
        .iter()
        .find(|known| known.id == line.id)
        .ok_or(Refusal::NoSuch("keyword"))?;
    Ok(answer(&OldFilter::of(&changed.filter, line)))
}

/// `DELETE /api/v1/filters/:id`: with its last word a filter goes as well.
async fn remove(
    kindred: Data<Kindred>,
    who: Writer,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let (whole, line) = found(&kindred, &who.me.actor, &id).await?;
    if whole.keywords.len() == 1 && whole.posts.is_empty() {
        filters::remove(&kindred, &who.me.actor, whole.filter.id).await?;
    } else {
        filters::remove_keyword(&kindred, &who.me.actor, line.id).await?;
    }
    Ok(answer(&json!({})))
}
