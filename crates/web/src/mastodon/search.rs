//! Search, also for what lives on other servers when a whole address is given.

use actix_web::{HttpResponse, web::Data};
use kindred_community::{
    Kindred, Refusal,
    search::{self, Resolve},
};

use super::{
    answer,
    entities::{Account, Search, Status, Tag},
    lens,
};
use crate::{
    error::ApiError,
    extract::{Caller, Params, scope},
};

/// How many results of each kind are given unless asked otherwise; at most twice as many.
const RESULTS: usize = 20;
/// How far one can page.
const DEEPEST: usize = 200;

/// `GET /api/v2/search`
pub async fn search(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadSearch>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let query = params
        .words("q")
        .ok_or_else(|| Refusal::NotUnderstood("please say what to look for".into()))?;
    let wanted = params.text("type");
    let wants = |kind: &str| wanted.as_deref().is_none_or(|wanted| wanted == kind);
    let limit = params
        .number("limit")
        .filter(|limit| *limit > 0)
        .unwrap_or(RESULTS)
        .min(2 * RESULTS);
    let offset = params.number("offset").unwrap_or(0).min(DEEPEST);
    // Asking other servers is for people of ours: strangers must not send us anywhere.
    let elsewhere = params.flag("resolve").unwrap_or(false) && caller.me.is_some();
    let resolve = if elsewhere {
        Resolve::Elsewhere
    } else {
        Resolve::Locally
    };
    let viewer = caller.viewer();
    // On the heap, because the way to other servers makes it large.
    let found = Box::pin(search::find(
        &kindred,
        &viewer,
        query.trim(),
        resolve,
        limit + offset,
    ))
    .await?;

    let lens = lens(&kindred, caller.me.as_ref());
    let hashtag = query
        .trim()
        .strip_prefix('#')
        .filter(|tag| !tag.is_empty() && !tag.contains(char::is_whitespace));
    let accounts = found
        .actors
        .iter()
        .skip(offset)
        .take(limit)
        .filter(|_| wants("accounts"));
    let statuses = found
        .posts
        .iter()
        .skip(offset)
        .take(limit)
        .filter(|_| wants("statuses"));
    Ok(answer(&Search {
        accounts: accounts
            .map(|actor| Account::of(lens.settings, actor))
            .collect(),
        statuses: statuses.map(|view| Status::of(&lens, view)).collect(),
        hashtags: hashtag
            .filter(|_| wants("hashtags"))
            .map(|tag| Tag::of(lens.settings, tag))
            .into_iter()
            .collect(),
    }))
}
