//! The door for clients: the Mastodon API, as far as it goes.
//!
//! Groups appear as accounts, membership as following. Every answer is JSON, refusals included; how somebody signs in is
//! told in [`crate::oauth`].

pub mod accounts;
pub mod admin;
pub mod announcements;
pub mod apps;
pub mod companions;
pub mod conversations;
pub mod distance;
pub mod embed;
pub mod emojis;
pub mod entities;
pub mod filters;
pub mod groups;
pub mod house;
pub mod instance;
pub mod keeping;
mod languages;
pub mod lists;
pub mod media;
pub mod moderation;
pub mod neighbours;
mod notification_groups;
mod notification_requests;
pub mod notifications;
mod old_filters;
pub mod paging;
pub mod polls;
pub mod profile;
pub mod push;
pub mod quotes;
pub mod registration;
pub mod reports;
pub mod requests;
pub mod scheduled;
pub mod search;
pub mod showcase;
pub mod statuses;
pub mod streaming;
pub mod tags;
#[cfg(test)]
pub(crate) mod testing;
pub mod timelines;

use std::str::FromStr;

use actix_web::{HttpResponse, http::StatusCode, http::header};
use kindred_community::{Kindred, Refusal, views::SignedIn};
use serde::Serialize;

use crate::error::ApiError;
use entities::Lens;

/// What every unknown address under `/api` says.
pub async fn nowhere() -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(
        StatusCode::NOT_FOUND,
        "there is nothing at this address",
    ))
}

/// Looks at things as this person, or as a stranger.
pub(crate) fn lens<'a>(kindred: &'a Kindred, me: Option<&SignedIn>) -> Lens<'a> {
    Lens {
        settings: kindred.settings(),
        now: kindred.now(),
        me: me.map(|me| me.actor.id),
    }
}

/// The number in an address. What is no number has never been given to anything.
pub(crate) fn number<Id: FromStr>(text: &str, otherwise: Refusal) -> Result<Id, Refusal> {
    text.parse().map_err(|_| otherwise)
}

/// An answer that belongs to one reader and is kept by nobody in between.
pub(crate) fn answer(entity: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .json(entity)
}
