//! Coming, going, and who leads.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Path, ServiceConfig},
};
use kindred_community::{
    ActorId, GroupRole, Kindred, Refusal,
    groups::{self, Standing},
    membership::{self, Afterwards},
    requests, roles,
    roles::Step,
};
use serde_json::json;

use super::group_id;
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Caller, Params, scope},
    mastodon::{
        answer,
        entities::{GroupRelationship, Member, role_named},
        number,
        paging::{Cut, STATUSES, listed},
        requests::{given, waiting_room},
    },
    read,
};

pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/groups/{id}/join").route(web::post().to(join)))
        .service(at("/v1/groups/{id}/leave").route(web::post().to(leave)))
        .service(at("/v1/groups/{id}/memberships").route(read(members)))
        .service(at("/v1/groups/{id}/membership_requests").route(read(waiting)))
        .service(
            at("/v1/groups/{id}/membership_requests/{asker}/{answer:authorize|reject}")
                .route(web::post().to(answered)),
        )
        .service(at("/v1/groups/{id}/promote").route(web::post().to(promote)))
        .service(at("/v1/groups/{id}/demote").route(web::post().to(demote)));
}

/// How the caller stands in a group after something was done.
pub(super) async fn standing(
    kindred: &Kindred,
    who: &Bearer<scope::WriteGroups>,
    group: ActorId,
) -> Result<HttpResponse, ApiError> {
    let standings: Vec<Standing> = groups::standings(kindred, &who.me.actor, vec![group]).await?;
    let standing = standings.into_iter().next().ok_or(Refusal::NoSuchGroup)?;
    Ok(answer(&GroupRelationship::from(standing)))
}

/// `GET /api/v1/groups/relationships?id[]=`
pub(super) async fn relationships(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadGroups>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let standings = groups::standings(&kindred, &who.me.actor, ids(&params, "id")).await?;
    let standings: Vec<GroupRelationship> =
        standings.into_iter().map(GroupRelationship::from).collect();
    Ok(answer(&standings))
}

fn ids(params: &Params, name: &str) -> Vec<ActorId> {
    params
        .list(name)
        .iter()
        .filter_map(|id| id.parse().ok())
        .collect()
}

/// `POST /api/v1/groups/:id/join`, perhaps with a `reason` for those who decide
async fn join(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = group_id(&id)?;
    membership::join(&kindred, &who.me.actor, id, params.words("reason")).await?;
    standing(&kindred, &who, id).await
}

/// `POST /api/v1/groups/:id/leave`; with `keep_following` one goes on hearing of a group here
async fn leave(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let id = group_id(&id)?;
    let afterwards = match params.flag("keep_following") {
        Some(true) => Afterwards::Hearing,
        _ => Afterwards::Silence,
    };
    membership::leave(&kindred, &who.me.actor, id, afterwards).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v1/groups/:id/memberships?role=`
async fn members(
    req: HttpRequest,
    kindred: Data<Kindred>,
    caller: Caller<scope::ReadGroups>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let role = params.words("role").map(|role| named(&role)).transpose()?;
    let (viewer, id) = (caller.viewer(), group_id(&id)?);
    let members = groups::members(&kindred, &viewer, id, role, cut.page()).await?;
    let settings = kindred.settings();
    Ok(listed(&req, settings, cut, &members, |member| {
        Member::of(settings, member)
    }))
}

fn named(role: &str) -> Result<GroupRole, Refusal> {
    role_named(role).ok_or_else(|| Refusal::NotUnderstood(format!("there is no role {role:?}")))
}

/// `GET /api/v1/groups/:id/membership_requests`
async fn waiting(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadGroups>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, STATUSES);
    let id = group_id(&id)?;
    let waiting = requests::waiting(&kindred, &who.me.actor, id, cut.page()).await?;
    Ok(waiting_room(&req, &kindred, cut, &waiting))
}

/// `POST /api/v1/groups/:id/membership_requests/:account_id/authorize` and `…/reject`, the latter perhaps with a `reason`
async fn answered(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    about: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, asker, word) = about.into_inner();
    let asker = number(&asker, Refusal::NoSuchPerson)?;
    let given = given(&word, params.words("reason"));
    requests::answer(&kindred, &who.me.actor, group_id(&group)?, asker, given).await?;
    Ok(answer(&json!({})))
}

/// `POST /api/v1/groups/:id/promote` with `account_ids[]` and `role`
async fn promote(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    appoint(&kindred, &who, &params, &id, Step::Up).await
}

/// `POST /api/v1/groups/:id/demote` with `account_ids[]` and `role`
async fn demote(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteGroups>,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    appoint(&kindred, &who, &params, &id, Step::Down).await
}

async fn appoint(
    kindred: &Kindred,
    who: &Bearer<scope::WriteGroups>,
    params: &Params,
    id: &str,
    step: Step,
) -> Result<HttpResponse, ApiError> {
    let role = named(&params.words("role").unwrap_or_default())?;
    let (me, office) = (&who.me.actor, who.me.account.role);
    let whom = ids(params, "account_ids");
    let members = roles::appoint(kindred, me, office, group_id(id)?, whom, (step, role)).await?;
    let members: Vec<Member<'_>> = members
        .iter()
        .map(|member| Member::of(kindred.settings(), member))
        .collect();
    Ok(answer(&members))
}
