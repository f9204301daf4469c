//! Invitations of somebody in particular, and links for whoever has them.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{
    Kindred, Refusal,
    groups::GroupView,
    invitations::{self, LinkWish},
};
use serde::Serialize;
use serde_json::json;

use super::{belonging::standing, group_id};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    mastodon::{
        answer,
        entities::{Account, Group, InvitationLink},
        number,
        paging::{Cut, STATUSES, listed},
    },
    read,
};

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/kindred/v1/groups/{id}/invitations").route(web::post().to(invite)))
        .service(
            at("/kindred/v1/groups/{id}/invitation/{answer:accept|decline}")
                .route(web::post().to(answered)),
        )
        .service(
            at("/kindred/v1/groups/{id}/links")
                .route(read(links))
                .route(web::post().to(make_link)),
        )
        .service(at("/kindred/v1/groups/{id}/links/{link}").route(web::delete().to(revoke)))
        .service(at("/kindred/v1/invitations").route(read(mine)))
        .service(
            at("/kindred/v1/invitations/{token}")
                .route(read(look))
                .route(web::post().to(come_in)),
        );
}

/// `POST /api/kindred/v1/groups/:id/invitations` with `account_id`
async fn invite(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let guest = number(
        &params.words("account_id").unwrap_or_default(),
        Refusal::NoSuchPerson,
    )?;
    // On the heap, because the way to other servers makes it large.
    Box::pin(invitations::invite(
        &kindred,
        &who.me.actor,
        group_id(&group)?,
        guest,
    ))
    .await?;
    Ok(answer(&json!({})))
}

/// An invitation that waits for one's answer.
#[derive(Serialize)]
struct Invitation<'a> {
    id: String,
    group: Account<'a>,
    by: Option<Account<'a>>,
}

/// `GET /api/kindred/v1/invitations`
async fn mine(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadGroups>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let open = invitations::waiting_for(&kindred, &who.me.actor, cut.page()).await?;
    let settings = kindred.settings();
    Ok(listed(&req, settings, cut, &open, |open| Invitation {
        id: open.id.to_string(),
        group: Account::of(settings, &open.group),
        by: open.by.as_ref().map(|by| Account::of(settings, by)),
    }))
}

/// `POST /api/kindred/v1/groups/:id/invitation/accept` and `…/decline`, the latter perhaps with a `reason`
async fn answered(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    about: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, word) = about.into_inner();
    let (me, group) = (&who.me.actor, group_id(&group)?);
    if word == "accept" {
        invitations::accept(&kindred, me, group).await?;
        return standing(&kindred, &who, group).await;
    }
    invitations::decline(&kindred, me, group, params.words("reason")).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/kindred/v1/groups/:id/links`
async fn links(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadGroups>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let me = &who.me.actor;
    let links = invitations::of_group(&kindred, me, group_id(&group)?, cut.page()).await?;
    let now = kindred.now();
    let settings = kindred.settings();
    Ok(listed(&req, settings, cut, &links, |link| {
        InvitationLink::of(link, now)
    }))
}

/// `POST /api/kindred/v1/groups/:id/links`, perhaps with `max_uses` and `expires_in` (seconds)
async fn make_link(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let wish = LinkWish {
        uses: params.number("max_uses"),
        lasts: params.number("expires_in").map(Duration::from_secs),
    };
    let made = invitations::make_link(&kindred, &who.me.actor, group_id(&group)?, wish).await?;
    let link = InvitationLink::of(&made.link, kindred.now());
    Ok(answer(&link.with_secret(made.address, made.token)))
}

/// `DELETE /api/kindred/v1/groups/:id/links/:link`
async fn revoke(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    about: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, link) = about.into_inner();
    let link = number(&link, Refusal::NoSuchInvitation)?;
    invitations::revoke(&kindred, &who.me.actor, group_id(&group)?, link).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/kindred/v1/invitations/:token`: where a link leads
async fn look(
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadGroups>,
    token: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = invitations::look(&kindred, &caller.viewer(), &token).await?;
    let view = GroupView {
        members: i64::from(found.face.followers_count),
        organiser: None,
        group: found.group,
        face: found.face,
    };
    Ok(answer(&Group::of(kindred.settings(), &view)))
}

/// `POST /api/kindred/v1/invitations/:token`: come in by a link
async fn come_in(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    token: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let group = invitations::use_link(&kindred, &who.me.actor, &token).await?;
    standing(&kindred, &who, group).await
}
