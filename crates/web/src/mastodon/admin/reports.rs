//! Complaints as those who keep order on the server see them.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    ActorId, Kindred, Refusal,
    moderation::{self, Answer, ReportId, Room, Sought},
};

use super::ENTRIES;
use crate::{
    error::ApiError,
    extract::{Bearer, Params, scope},
    mastodon::{
        answer,
        entities::order,
        lens,
        moderation::{given, state},
        number,
        paging::{Cut, listed},
        reports::category,
    },
};

type Looker = Bearer<scope::AdminReadReports>;
type Keeper = Bearer<scope::AdminWriteReports>;

fn id_of(text: &str) -> Result<ReportId, Refusal> {
    number(text, Refusal::NoSuchReport)
}

/// `GET /api/v1/admin/reports`
pub async fn list(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Looker,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ENTRIES);
    let sought = Sought {
        group: None,
        state: Some(state(&params)),
        target: params.number::<i64>("target_account_id").map(ActorId),
        reporter: params.number::<i64>("account_id").map(ActorId),
    };
    let found =
        moderation::complaints(&kindred, &who.me.actor, Room::Site, sought, cut.page()).await?;
    let lens = lens(&kindred, Some(&who.me));
    Ok(listed(&req, kindred.settings(), cut, &found, |view| {
        order::report_on_site(&lens, view)
    }))
}

/// `GET /api/v1/admin/reports/:id`
pub async fn show(
    kindred: Data<Kindred>,
    who: Looker,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = moderation::complaint(&kindred, &who.me.actor, Room::Site, id_of(&id)?).await?;
    Ok(answer(&order::report_on_site(
        &lens(&kindred, Some(&who.me)),
        &view,
    )))
}

/// `PUT /api/v1/admin/reports/:id`
pub async fn update(
    kindred: Data<Kindred>,
    who: Keeper,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let filed = Answer::File(category(&params)?, params.list("rule_ids"));
    answered(&kindred, &who, &id, filed).await
}

/// `POST /api/v1/admin/reports/:id/resolve`, `…/reopen`, `…/assign_to_self`, `…/unassign`
pub async fn answer_to(
    kindred: Data<Kindred>,
    who: Keeper,
    asked: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    answered(&kindred, &who, &asked.0, given(&asked.1)).await
}

async fn answered(
    kindred: &Kindred,
    who: &Keeper,
    id: &str,
    given: Answer,
) -> Result<HttpResponse, ApiError> {
    let view = moderation::answer(kindred, &who.me.actor, Room::Site, id_of(id)?, given).await?;
    Ok(answer(&order::report_on_site(
        &lens(kindred, Some(&who.me)),
        &view,
    )))
}
