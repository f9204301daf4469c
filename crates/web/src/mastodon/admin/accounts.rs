//! People and groups as those who keep order on the server see them, and measures against them.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    ActorId, Kindred, Refusal,
    site::{self, Lifted, Measure, Search, Status},
};
use serde_json::json;

use super::ENTRIES;
use crate::{
    error::ApiError,
    extract::{Bearer, Params, scope},
    mastodon::{
        answer,
        entities::order,
        number,
        paging::{Cut, listed},
    },
};

type Looker = Bearer<scope::AdminReadAccounts>;
type Keeper = Bearer<scope::AdminWriteAccounts>;

fn id_of(text: &str) -> Result<ActorId, Refusal> {
    number(text, Refusal::NoSuchPerson)
}

/// `GET /api/v1/admin/accounts`: each wish is a flag.
pub async fn v1(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Looker,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let wished = |name: &str| params.flag(name).unwrap_or(false);
    let status = [
        ("active", Status::Active),
        ("pending", Status::Pending),
        ("disabled", Status::Disabled),
        ("silenced", Status::Silenced),
        ("suspended", Status::Suspended),
    ];
    let wanted = Search {
        local: match (wished("local"), wished("remote")) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        },
        status: status
            .iter()
            .find(|(name, _)| wished(name))
            .map(|(_, status)| *status),
        keepers: wished("staff"),
        ..by_name(&params)
    };
    search(&req, &kindred, &who, &params, wanted).await
}

/// `GET /api/v2/admin/accounts`: the wishes have names.
pub async fn v2(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Looker,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let word = |name: &str| params.words(name).unwrap_or_default();
    let wanted = Search {
        local: match word("origin").as_str() {
            "local" => Some(true),
            "remote" => Some(false),
            _ => None,
        },
        status: match word("status").as_str() {
            "active" => Some(Status::Active),
            "pending" => Some(Status::Pending),
            "disabled" => Some(Status::Disabled),
            "silenced" => Some(Status::Silenced),
            "suspended" => Some(Status::Suspended),
            _ => None,
        },
        keepers: word("permissions") == "staff",
        ..by_name(&params)
    };
    search(&req, &kindred, &who, &params, wanted).await
}

fn by_name(params: &Params) -> Search {
    Search {
        handle: params
            .words("username")
            .map(|name| name.trim_start_matches('@').to_lowercase()),
        name: params.words("display_name"),
        email: params.words("email").map(|email| email.to_lowercase()),
        host: params.words("by_domain").map(|host| host.to_lowercase()),
        ..Search::default()
    }
}

async fn search(
    req: &HttpRequest,
    kindred: &Kindred,
    who: &Looker,
    params: &Params,
    wanted: Search,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(params, ENTRIES);
    let found = site::search(kindred, &who.me.actor, wanted, cut.page()).await?;
    let settings = kindred.settings();
    Ok(listed(req, settings, cut, &found, |view| {
        order::person(settings, view)
    }))
}

/// `GET /api/v1/admin/accounts/:id`
pub async fn show(
    kindred: Data<Kindred>,
    who: Looker,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = site::person(&kindred, &who.me.actor, id_of(&id)?).await?;
    Ok(answer(&order::person(kindred.settings(), &view)))
}

/// `POST /api/v1/admin/accounts/:id/action`
pub async fn action(
    kindred: Data<Kindred>,
    who: Keeper,
    params: Params,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let measure = match params.words("type").unwrap_or_default().as_str() {
        "none" => Measure::Warn,
        "sensitive" => Measure::Cover,
        "disable" => Measure::Disable,
        "silence" => Measure::Silence,
        "suspend" => Measure::Suspend,
        other => Err(Refusal::NotUnderstood(format!(
            "there is no action {other:?}: none, sensitive, disable, silence, suspend"
        )))?,
    };
    let report = match params.words("report_id") {
        Some(report) => Some(number(&report, Refusal::NoSuchReport)?),
        None => None,
    };
    let reason = params.words("text");
    site::hold_back(
        &kindred,
        &who.me.actor,
        id_of(&id)?,
        measure,
        reason,
        report,
    )
    .await?;
    Ok(answer(&json!({})))
}

/// `POST /api/v1/admin/accounts/:id/approve` and `…/reject`
pub async fn approve(
    kindred: Data<Kindred>,
    who: Keeper,
    asked: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let view = site::approve(&kindred, &who.me.actor, id_of(&asked.0)?).await?;
    Ok(answer(&order::person(kindred.settings(), &view)))
}

/// `POST /api/v1/admin/accounts/:id/enable`, `…/unsilence`, `…/unsuspend`, `…/unsensitive`
pub async fn lift(
    kindred: Data<Kindred>,
    who: Keeper,
    asked: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let lifted = match asked.1.as_str() {
        "enable" => Lifted::Disabled,
        "unsilence" => Lifted::Silenced,
        "unsuspend" => Lifted::Suspended,
        _ => Lifted::Covered,
    };
    let view = site::lift(&kindred, &who.me.actor, id_of(&asked.0)?, lifted).await?;
    Ok(answer(&order::person(kindred.settings(), &view)))
}

/// `DELETE /api/v1/admin/accounts/:id`
pub async fn delete(
    kindred: Data<Kindred>,
    who: Keeper,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let view = site::erase(&kindred, &who.me.actor, id_of(&id)?).await?;
    Ok(answer(&order::person(kindred.settings(), &view)))
}
