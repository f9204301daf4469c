//! Groups that hear of other groups, and what microblogs hear of a group.

use actix_web::{
    HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{
    ActorId, Kindred, Refusal,
    companions::{self, Companion, Standing},
};
use serde::Serialize;
use serde_json::json;

use super::{
    answer,
    entities::{Account, datetime},
    number,
    paging::{Cut, STATUSES},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    read,
};

/// The addresses of this area.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        at("/kindred/v1/groups/{id}/follows")
            .route(read(list))
            .route(web::post().to(follow))
            .route(web::delete().to(unfollow)),
    )
    .service(at("/kindred/v1/groups/{id}/relay").route(web::patch().to(settle)));
}

/// Another group of which a group is to hear.
#[derive(Debug, Serialize)]
struct Entity<'a> {
    group: Account<'a>,
    state: &'static str,
    since: String,
}

impl<'a> Entity<'a> {
    fn of(kindred: &'a Kindred, companion: &'a Companion) -> Self {
        Self {
            group: Account::of(kindred.settings(), &companion.group),
            state: match companion.standing {
                Standing::Waiting => "waiting",
                Standing::Hears => "hears",
                Standing::Declined => "declined",
            },
            since: datetime(companion.since),
        }
    }
}

/// `GET /api/kindred/v1/groups/:id/follows`
pub async fn list(
    kindred: Data<Kindred>,
    who: Caller<scope::ReadGroups>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let page = Cut::asked(&params, 2 * STATUSES).page();
    let group = number(&group, Refusal::NoSuchGroup)?;
    let found = companions::of_group(&kindred, &who.viewer(), group, page).await?;
    let entities: Vec<Entity<'_>> = found
        .iter()
        .map(|companion| Entity::of(&kindred, companion))
        .collect();
    Ok(answer(&entities))
}

/// `POST /api/kindred/v1/groups/:id/follows` with `account_id`
pub async fn follow(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let group = number(&group, Refusal::NoSuchGroup)?;
    let companion = companions::follow(&kindred, &who.me.actor, group, other(&params)?).await?;
    Ok(answer(&Entity::of(&kindred, &companion)))
}

/// `DELETE /api/kindred/v1/groups/:id/follows` with `account_id`
pub async fn unfollow(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let group = number(&group, Refusal::NoSuchGroup)?;
    companions::unfollow(&kindred, &who.me.actor, group, other(&params)?).await?;
    Ok(answer(&json!({})))
}

/// `PATCH /api/kindred/v1/groups/:id/relay` with `boosts_comments`
pub async fn settle(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let group = number(&group, Refusal::NoSuchGroup)?;
    let wanted = params.flag("boosts_comments").ok_or_else(|| {
        Refusal::NotUnderstood("boosts_comments says whether microblogs hear of answers".into())
    })?;
    companions::boost_comments(&kindred, &who.me.actor, group, wanted).await?;
    Ok(answer(&json!({ "boosts_comments": wanted })))
}

fn other(params: &Params) -> Result<ActorId, Refusal> {
    number(
        &params.words("account_id").unwrap_or_default(),
        Refusal::NoSuchGroup,
    )
}
