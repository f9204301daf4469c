//! First posts of newcomers that wait for a moderator's look.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{
    Kindred, Refusal,
    posts::{self, Verdict},
};
use serde_json::json;

use super::group_id;
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, scope},
    mastodon::{
        answer,
        entities::Status,
        lens, number,
        paging::{Cut, STATUSES, listed},
    },
    read,
};

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/kindred/v1/groups/{id}/held").route(read(waiting)))
        .service(
            at("/kindred/v1/groups/{id}/held/{post}/{verdict:approve|decline}")
                .route(web::post().to(look_at)),
        );
}

/// `GET /api/kindred/v1/groups/:id/held`
async fn waiting(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadGroups>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let me = &who.me.actor;
    let held = posts::waiting_for_a_look(&kindred, me, group_id(&group)?, cut.page()).await?;
    let lens = lens(&kindred, Some(&who.me));
    Ok(listed(&req, lens.settings, cut, &held, |view| {
        Status::of(&lens, view)
    }))
}

/// `POST /api/kindred/v1/groups/:id/held/:post/approve` and `…/decline`, the latter perhaps with a `reason`
async fn look_at(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    about: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, post, word) = about.into_inner();
    let post = number(&post, Refusal::NoSuchPost)?;
    let verdict = match word.as_str() {
        "approve" => Verdict::LetIn,
        _ => Verdict::Decline(params.words("reason")),
    };
    posts::look_at(&kindred, &who.me.actor, group_id(&group)?, post, verdict).await?;
    Ok(answer(&json!({})))
}
