//! Keeping order in a group: removing and restoring posts, closing threads, pinning, banning, complaints, the record.
//!
//! The addresses and names are those that Mastodon once proposed for groups, where it did; the rest is ours.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{
    ActorId, Kindred, PostId, Refusal,
    moderation::{self, Answer, ReportState, Room, Sentence, Sought},
};
use serde_json::json;

use super::{
    answer,
    entities::order,
    lens, number,
    paging::{Cut, listed},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, scope},
    read,
};

type Keeper = Bearer<scope::WriteGroups>;
type Looker = Bearer<scope::ReadGroups>;

/// Lines on a page of the record.
const LINES: usize = 20;

/// The routes of this area.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/groups/{group}/kick").route(web::post().to(kick)))
        .service(
            at("/v1/groups/{group}/blocks")
                .route(read(blocks))
                .route(web::post().to(block))
                .route(web::delete().to(unblock)),
        )
        .service(at("/v1/groups/{group}/statuses/{post}").route(web::delete().to(remove)))
        .service(
            at("/kindred/v1/groups/{group}/statuses/{post}/{act:remove|restore|lock|unlock|pin|unpin}")
                .route(web::post().to(act)),
        )
        .service(at("/kindred/v1/groups/{group}/reports").route(read(reports)))
        .service(at("/kindred/v1/groups/{group}/reports/{report}").route(read(report)))
        .service(
            at("/kindred/v1/groups/{group}/reports/{report}/{answer:resolve|reopen|assign_to_self|unassign}")
                .route(web::post().to(answer_report)),
        )
        .service(at("/kindred/v1/groups/{group}/audit").route(read(audit)))
        .service(at("/kindred/v1/groups/{group}/audit/{line}/receipts").route(read(receipts)));
}

fn group_id(text: &str) -> Result<ActorId, Refusal> {
    number(text, Refusal::NoSuchGroup)
}

/// The people whom a request is about: a list, or one.
fn people(params: &Params) -> Result<Vec<ActorId>, Refusal> {
    let mut named = params.list("account_ids");
    named.extend(params.words("account_id"));
    if named.is_empty() || named.len() > MOST_AT_ONCE {
        return Err(Refusal::NotUnderstood(format!(
            "please name 1 to {MOST_AT_ONCE} people as account_ids"
        )));
    }
    named
        .iter()
        .map(|id| number(id, Refusal::NoSuchPerson))
        .collect()
}

/// The most people of one request.
const MOST_AT_ONCE: usize = 40;

/// `POST /api/v1/groups/:id/kick` with `account_ids[]`, perhaps with a `reason`.
pub async fn kick(
    kindred: Data<Kindred>,
    who: Keeper,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let group = group_id(&group)?;
    for whom in people(&params)? {
        moderation::kick(&kindred, &who.me.actor, group, whom, params.words("reason")).await?;
    }
    Ok(answer(&json!({})))
}

/// `GET /api/v1/groups/:id/blocks`
pub async fn blocks(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Looker,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, LINES);
    let found = moderation::banned(&kindred, &who.me.actor, group_id(&group)?, cut.page()).await?;
    let settings = kindred.settings();
    Ok(listed(&req, settings, cut, &found, |(ban, whom)| {
        order::banned(settings, ban, whom)
    }))
}

/// `POST /api/v1/groups/:id/blocks`: also with `reason`, `expires_in` (seconds) and `remove_content`.
pub async fn block(
    kindred: Data<Kindred>,
    who: Keeper,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let group = group_id(&group)?;
    let seconds: Option<u64> = params.number("expires_in");
    let sentence = Sentence {
        until: seconds.map(|seconds| kindred.now() + std::time::Duration::from_secs(seconds)),
        reason: params.words("reason"),
        takes_content: params.flag("remove_content").unwrap_or(false),
    };
    for whom in people(&params)? {
        moderation::ban(&kindred, &who.me.actor, group, whom, sentence.clone()).await?;
    }
    Ok(answer(&json!({})))
}

/// `DELETE /api/v1/groups/:id/blocks`
pub async fn unblock(
    kindred: Data<Kindred>,
    who: Keeper,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let group = group_id(&group)?;
    for whom in people(&params)? {
        moderation::unban(&kindred, &who.me.actor, group, whom).await?;
    }
    Ok(answer(&json!({})))
}

/// `DELETE /api/v1/groups/:id/statuses/:status_id`
pub async fn remove(
    kindred: Data<Kindred>,
    who: Keeper,
    params: Params,
    asked: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, post) = asked.into_inner();
    let (group, post) = (group_id(&group)?, number(&post, Refusal::NoSuchPost)?);
    moderation::remove(&kindred, &who.me.actor, group, post, params.words("reason")).await?;
    Ok(answer(&json!({})))
}

/// `POST /api/kindred/v1/groups/:id/statuses/:status_id/remove`, `…/restore`, `…/lock`, `…/unlock`, `…/pin`, `…/unpin`
pub async fn act(
    kindred: Data<Kindred>,
    who: Keeper,
    params: Params,
    asked: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, post, word) = asked.into_inner();
    let (group, me) = (group_id(&group)?, &who.me.actor);
    let post: PostId = number(&post, Refusal::NoSuchPost)?;
    let reason = params.words("reason");
    match word.as_str() {
        "remove" => moderation::remove(&kindred, me, group, post, reason).await?,
        "restore" => moderation::restore(&kindred, me, group, post).await?,
        "lock" => moderation::lock(&kindred, me, group, post, reason).await?,
        "unlock" => moderation::unlock(&kindred, me, group, post).await?,
        "pin" => moderation::pin(&kindred, me, group, post).await?,
        _ => moderation::unpin(&kindred, me, group, post).await?,
    }
    Ok(answer(&json!({})))
}

/// `GET /api/kindred/v1/groups/:id/reports`: those that are open, or with `resolved=true` those that are not any more.
pub async fn reports(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Looker,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, LINES);
    let place = Room::Group(group_id(&group)?);
    let sought = Sought {
        state: Some(state(&params)),
        ..Sought::default()
    };
    let found = moderation::complaints(&kindred, &who.me.actor, place, sought, cut.page()).await?;
    let lens = lens(&kindred, Some(&who.me));
    Ok(listed(&req, kindred.settings(), cut, &found, |view| {
        order::report_in_group(&lens, view)
    }))
}

/// Which half of the complaints is asked for.
pub(super) fn state(params: &Params) -> ReportState {
    if params.flag("resolved").unwrap_or(false) {
        ReportState::Resolved
    } else {
        ReportState::Open
    }
}

/// `GET /api/kindred/v1/groups/:id/reports/:report_id`
pub async fn report(
    kindred: Data<Kindred>,
    who: Looker,
    asked: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, report) = asked.into_inner();
    let place = Room::Group(group_id(&group)?);
    let report = number(&report, Refusal::NoSuchReport)?;
    let view = moderation::complaint(&kindred, &who.me.actor, place, report).await?;
    Ok(answer(&order::report_in_group(
        &lens(&kindred, Some(&who.me)),
        &view,
    )))
}

/// `POST /api/kindred/v1/groups/:id/reports/:report_id/resolve`, `…/reopen`, `…/assign_to_self`, `…/unassign`
pub async fn answer_report(
    kindred: Data<Kindred>,
    who: Keeper,
    asked: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, report, word) = asked.into_inner();
    let place = Room::Group(group_id(&group)?);
    let report = number(&report, Refusal::NoSuchReport)?;
    let view = moderation::answer(&kindred, &who.me.actor, place, report, given(&word)).await?;
    Ok(answer(&order::report_in_group(
        &lens(&kindred, Some(&who.me)),
        &view,
    )))
}

/// The answer that an address names.
pub(super) fn given(word: &str) -> Answer {
    match word {
        "resolve" => Answer::Resolve,
        "reopen" => Answer::Reopen,
        "assign_to_self" => Answer::Take,
        _ => Answer::Leave,
    }
}

/// `GET /api/kindred/v1/groups/:id/audit`
pub async fn audit(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Looker,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, LINES);
    let found = moderation::record(&kindred, &who.me.actor, group_id(&group)?, cut.page()).await?;
    let settings = kindred.settings();
    Ok(listed(&req, settings, cut, &found, |view| {
        order::line(settings, view)
    }))
}

/// `GET /api/kindred/v1/groups/:id/audit/:line/receipts`: by the names of the servers, from behind `after`.
pub async fn receipts(
    kindred: Data<Kindred>,
    who: Looker,
    params: Params,
    asked: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, line) = asked.into_inner();
    let (group, line) = (group_id(&group)?, number(&line, Refusal::NoSuchLine)?);
    let after = params.words("after").unwrap_or_default();
    let found = moderation::receipts(&kindred, &who.me.actor, group, line, after).await?;
    let shown: Vec<_> = found.iter().map(order::receipt).collect();
    Ok(answer(&shown))
}
