//! Timelines: what somebody hears of, newest first.
//!
//! What belongs into one is the heart's business; here it is only paged.

use actix_web::{HttpRequest, HttpResponse, http::header, web::Data};
use kindred_community::{Kindred, timelines, views::Entry};

use super::{
    entities::{Lens, Status},
    lens,
    paging::{self, Cut, STATUSES},
};
use crate::{
    error::ApiError,
    extract::{Bearer, Params, scope},
};

/// `GET /api/v1/timelines/home`
pub async fn home(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadStatuses>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let entries = timelines::home(&kindred, &who.me.actor, cut.page()).await?;
    Ok(page(&req, &lens(&kindred, Some(&who.me)), &cut, entries))
}

/// One page of entries with its links.
pub(super) fn page(
    req: &HttpRequest,
    lens: &Lens<'_>,
    cut: &Cut,
    mut entries: Vec<Entry>,
) -> HttpResponse {
    let more = cut.cut(&mut entries);
    let ends = entries
        .first()
        .zip(entries.last())
        .map(|(newest, oldest)| (newest.id, oldest.id));
    let link = cut.link(lens.settings, req, ends, more);
    let statuses: Vec<Status<'_>> = entries
        .iter()
        .map(|entry| Status::entry(lens, entry))
        .collect();
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "private, no-store"));
    paging::with_link(&mut answer, link).json(statuses)
}
