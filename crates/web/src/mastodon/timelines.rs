//! Timelines: what somebody hears of, newest first.
//!
//! What belongs into one is the heart's business; here it is only paged.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig},
};
use kindred_community::{
    Kindred, Refusal, lists,
    timelines::{self, About, Scope},
    views::{Entry, Section},
};

use super::{
    entities::{Lens, Status},
    lens, number,
    paging::{Cut, STATUSES},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    read,
};

type Reader = Caller<scope::ReadStatuses>;

/// The addresses of timelines.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/timelines/home").route(read(home)))
        .service(at("/v1/timelines/public").route(read(public)))
        .service(at("/v1/timelines/tag/{name}").route(read(tag)))
        .service(at("/v1/timelines/link").route(read(link)))
        .service(at("/v1/timelines/list/{id}").route(read(list)))
        .service(at("/v1/timelines/group/{id}").route(read(group)))
        .service(at("/v1/favourites").route(read(favourites)))
        .service(at("/v1/bookmarks").route(read(bookmarks)));
}

/// `GET /api/v1/timelines/home`
pub async fn home(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadStatuses>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let entries = timelines::home(&kindred, &who.me.actor, cut.page()).await?;
    Ok(page(&req, &lens(&kindred, Some(&who.me)), cut, &entries))
}

/// `GET /api/v1/timelines/public`
async fn public(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let viewer = reader.viewer();
    let (scope, media) = (scope_of(&params), only_media(&params));
    let entries = timelines::public(&kindred, &viewer, scope, media, cut.page()).await?;
    Ok(page(
        &req,
        &lens(&kindred, reader.me.as_ref()),
        cut,
        &entries,
    ))
}

/// `GET /api/v1/timelines/tag/:hashtag`
async fn tag(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    params: Params,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let mut any = params.list("any");
    any.insert(0, name.into_inner());
    let about = About {
        any,
        all: params.list("all"),
        none: params.list("none"),
        scope: scope_of(&params),
        only_media: only_media(&params),
    };
    let entries = timelines::about(&kindred, &reader.viewer(), about, cut.page()).await?;
    Ok(page(
        &req,
        &lens(&kindred, reader.me.as_ref()),
        cut,
        &entries,
    ))
}

/// `GET /api/v1/timelines/link?url=`
async fn link(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let url = params.words("url").ok_or(Refusal::Needed("an address"))?;
    let entries = timelines::about_link(&kindred, &reader.viewer(), url, cut.page()).await?;
    Ok(page(
        &req,
        &lens(&kindred, reader.me.as_ref()),
        cut,
        &entries,
    ))
}

/// `GET /api/v1/timelines/list/:list_id`
async fn list(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadLists>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let id = number(&id, Refusal::NoSuch("list"))?;
    let entries = lists::timeline(&kindred, &who.me.actor, id, cut.page()).await?;
    Ok(page(&req, &lens(&kindred, Some(&who.me)), cut, &entries))
}

/// `GET /api/v1/timelines/group/:id`: the posts of a group, unwrapped.
async fn group(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let id = number(&id, Refusal::NoSuchGroup)?;
    let entries = timelines::of_group(&kindred, &reader.viewer(), id, cut.page()).await?;
    Ok(page(
        &req,
        &lens(&kindred, reader.me.as_ref()),
        cut,
        &entries,
    ))
}

/// `GET /api/v1/favourites`
async fn favourites(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadFavourites>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let entries = timelines::liked(&kindred, &who.me.actor, cut.page()).await?;
    Ok(page(&req, &lens(&kindred, Some(&who.me)), cut, &entries))
}

/// `GET /api/v1/bookmarks`
async fn bookmarks(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadBookmarks>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let entries = timelines::kept(&kindred, &who.me.actor, cut.page()).await?;
    Ok(page(&req, &lens(&kindred, Some(&who.me)), cut, &entries))
}

fn scope_of(params: &Params) -> Scope {
    let wants = |name: &str| params.flag(name).unwrap_or(false);
    match (wants("local"), wants("remote")) {
        (true, _) => Scope::Here,
        (false, true) => Scope::Elsewhere,
        (false, false) => Scope::Everywhere,
    }
}

fn only_media(params: &Params) -> bool {
    params.flag("only_media").unwrap_or(false)
}

/// One page of entries with its links.
pub(super) fn page(
    req: &HttpRequest,
    lens: &Lens<'_>,
    cut: Cut,
    entries: &Section<Entry>,
) -> HttpResponse {
    let statuses: Vec<Status<'_>> = entries
        .items
        .iter()
        .map(|entry| Status::entry(lens, entry))
        .collect();
    cut.answer(lens.settings, req, entries, &statuses)
}
