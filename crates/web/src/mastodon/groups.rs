//! Groups: found them, change them, come and go, and govern them. Paths and words are those that other servers and clients of groups
//! use, as far as there are any; the rest stands under `/api/kindred/v1`.
//!
//! The number of a group is the number of its account. Who may do what is decided by the heart.

mod belonging;
mod inviting;
mod looking;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{
    ActorId, JoinPolicy, Kindred, Posting, Refusal, Visibility,
    groups::{self, Change, Founding, GroupView},
    media::{self, Shape},
    search::Resolve,
};
use serde_json::json;

use super::{
    answer,
    entities::Group,
    number,
    paging::{Cut, STATUSES, listed},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Form, Params, scope},
    read,
};

/// The routes of this story.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        at("/v1/groups")
            .route(read(mine))
            .route(web::post().to(found)),
    )
    .service(at("/v1/groups/search").route(read(search)))
    .service(at("/v1/groups/lookup").route(read(lookup)))
    .service(at("/v1/groups/relationships").route(read(belonging::relationships)))
    .service(
        at("/v1/groups/{id}")
            .route(read(show))
            .route(web::put().to(change))
            .route(web::patch().to(change))
            .route(web::delete().to(close)),
    );
    belonging::routes(cfg);
    inviting::routes(cfg);
    looking::routes(cfg);
}

/// The number of a group in an address.
fn group_id(text: &str) -> Result<ActorId, Refusal> {
    number(text, Refusal::NoSuchGroup)
}

/// `GET /api/v1/groups`
pub async fn mine(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadGroups>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let mine = groups::mine(&kindred, &who.me.actor, cut.page()).await?;
    let settings = kindred.settings();
    Ok(listed(&req, settings, cut, &mine, |view| {
        Group::of(settings, view)
    }))
}

/// `POST /api/v1/groups`
pub async fn found(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let me = &who.me.actor;
    let wish = wish_of(&params)?;
    let name = wish.name.clone().unwrap_or_default();
    let founding = Founding {
        handle: params
            .words("handle")
            .or_else(|| params.words("slug"))
            .unwrap_or_else(|| handle_from(&name)),
        name,
        summary: wish.summary.clone().unwrap_or_default(),
        topics: wish.topics.clone().unwrap_or_default(),
        visibility: wish.visibility.unwrap_or(Visibility::Public),
        join_policy: wish.join_policy.unwrap_or(JoinPolicy::Open),
    };
    let (_, face) = groups::found(&kindred, me, founding).await?;
    // What can be said only of a group that is there.
    groups::change(&kindred, me, face.id, wish).await?;
    shown(&kindred, &who.viewer(), face.id).await
}

/// A handle for those who gave a name only: its letters and digits.
fn handle_from(name: &str) -> String {
    let handle: String = name
        .to_ascii_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("_");
    handle.chars().take(30).collect()
}

/// `GET /api/v1/groups/:id`
pub async fn show(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadGroups>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    shown(&kindred, &caller.viewer(), group_id(&id)?).await
}

/// `PUT` and `PATCH /api/v1/groups/:id`, perhaps with a picture as `avatar` and a banner as `header`
pub async fn change(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    mut form: Form,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = group_id(&id)?;
    let me = &who.me.actor;
    // Whoever may not change it is refused before a picture is kept.
    groups::change(&kindred, me, id, wish_of(&form.params)?).await?;
    let mut pictures = Change::default();
    if let Some(file) = form.file("avatar") {
        pictures.icon_url = Some(media::portrait(&kindred, id, file, Shape::Avatar).await?);
    }
    if let Some(file) = form.file("header") {
        pictures.image_url = Some(media::portrait(&kindred, id, file, Shape::Header).await?);
    }
    if pictures != Change::default() {
        groups::change(&kindred, me, id, pictures).await?;
    }
    shown(&kindred, &who.viewer(), id).await
}

/// `DELETE /api/v1/groups/:id`
pub async fn close(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    groups::close(&kindred, &who.me.actor, group_id(&id)?).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v1/groups/search`
pub async fn search(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadGroups>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    // Asking other servers is for people of ours: strangers must not send us anywhere.
    let resolve = match &caller.me {
        Some(_) if params.flag("resolve").unwrap_or(false) => Resolve::Elsewhere,
        _ => Resolve::Locally,
    };
    let query = params.words("q").unwrap_or_default();
    let limit = params.number("limit").unwrap_or(STATUSES);
    let found = groups::find(&kindred, &caller.viewer(), &query, resolve, limit).await?;
    let groups: Vec<Group<'_>> = found
        .iter()
        .map(|view| Group::of(kindred.settings(), view))
        .collect();
    Ok(answer(&groups))
}

/// `GET /api/v1/groups/lookup?name=rust` or `?acct=rust@kindred.example`
pub async fn lookup(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadGroups>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let name = params
        .words("name")
        .or_else(|| params.words("acct"))
        .ok_or(Refusal::NoSuchGroup)?;
    let name = name.trim_start_matches(['@', '!']);
    let handle = if name.contains('@') {
        name.to_owned()
    } else {
        format!("{name}@{}", kindred.settings().host())
    };
    let viewer = caller.viewer();
    let found = groups::find(&kindred, &viewer, &handle, Resolve::Locally, 1).await?;
    let view = found.first().ok_or(Refusal::NoSuchGroup)?;
    Ok(answer(&Group::of(kindred.settings(), view)))
}

async fn shown(
    kindred: &Kindred,
    viewer: &kindred_community::views::Viewer,
    id: ActorId,
) -> Result<HttpResponse, ApiError> {
    let view: GroupView = groups::show(kindred, viewer, id).await?;
    Ok(answer(&Group::of(kindred.settings(), &view)))
}

/// What somebody would like a group to be, in our words and in those of other clients.
fn wish_of(params: &Params) -> Result<Change, Refusal> {
    let word = |name: &str| params.words(name).map(|word| word.to_ascii_lowercase());
    let locked = params.flag("locked").map(|locked| {
        if locked {
            JoinPolicy::Ask
        } else {
            JoinPolicy::Open
        }
    });
    let closed = params
        .text("statuses_visibility")
        .and_then(|word| match word.as_str() {
            "public" => Some(Visibility::Public),
            "members_only" => Some(Visibility::Members),
            _ => None,
        });
    let topics = ["topics", "tags"]
        .into_iter()
        .find(|name| params.has(name))
        .map(|name| params.list(name));
    Ok(Change {
        name: params.text("display_name").or_else(|| params.text("name")),
        summary: params.text("note").or_else(|| params.text("summary")),
        rules: params.text("rules"),
        topics,
        links: pairs(params),
        language: params.text("language"),
        icon_url: None,
        image_url: None,
        visibility: known("visibility", word("visibility"))?.or(closed),
        join_policy: known("join", word("join"))?.or(locked),
        posting: known::<Posting>("posting", word("posting"))?,
        hold_newcomers: params.flag("hold_newcomers"),
        discoverable: params.flag("discoverable"),
        archived: params.flag("archived"),
    })
}

/// A word out of a short list.
fn known<T: std::str::FromStr>(name: &str, word: Option<String>) -> Result<Option<T>, Refusal> {
    word.map(|word| {
        word.parse()
            .map_err(|_| Refusal::NotUnderstood(format!("{name} cannot be {word:?}")))
    })
    .transpose()
}

/// Pairs as clients send them for a profile: a list, or a map with numbers for names.
fn pairs(params: &Params) -> Option<Vec<(String, String)>> {
    params.has("fields_attributes").then(|| {
        params
            .each("fields_attributes")
            .iter()
            .map(|pair| {
                (
                    pair.text("name").unwrap_or_default(),
                    pair.text("value").unwrap_or_default(),
                )
            })
            .collect()
    })
}
