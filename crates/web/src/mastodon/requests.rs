//! Who waits at a door, and the answers: follow requests of people, requests to join a group, invitations.

use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    ActorId, Kindred, Refusal,
    requests::{self, Answer},
};
use serde_json::json;

use super::{
    answer,
    entities::{Account, Relationship},
    number,
    paging::{Cut, STATUSES},
};
use crate::{
    error::ApiError,
    extract::{Bearer, Params, scope},
};

/// `GET /api/v1/follow_requests`
pub async fn waiting_for_me(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadFollows>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let page = Cut::asked(&params, 2 * STATUSES).page();
    let waiting = requests::waiting(&kindred, &who.me.actor, who.me.actor.id, page).await?;
    Ok(accounts(&kindred, &waiting))
}

/// `GET /api/v1/groups/:id/membership_requests`
pub async fn waiting_for_group(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadFollows>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let page = Cut::asked(&params, 2 * STATUSES).page();
    let group = number(&group, Refusal::NoSuchGroup)?;
    let waiting = requests::waiting(&kindred, &who.me.actor, group, page).await?;
    Ok(accounts(&kindred, &waiting))
}

/// `POST /api/v1/follow_requests/:account_id/authorize` and `…/reject`
pub async fn answer_mine(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteFollows>,
    asked: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (who_asks, word) = asked.into_inner();
    answered(&kindred, &who, who.me.actor.id, &who_asks, &word).await
}

/// `POST /api/v1/groups/:id/membership_requests/:account_id/authorize` and `…/reject`
pub async fn answer_for_group(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteFollows>,
    asked: Path<(String, String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (group, who_asks, word) = asked.into_inner();
    let group = number(&group, Refusal::NoSuchGroup)?;
    answered(&kindred, &who, group, &who_asks, &word).await
}

/// `POST /api/kindred/v1/groups/:id/invitations`
pub async fn invite(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteFollows>,
    params: Params,
    group: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let group = number(&group, Refusal::NoSuchGroup)?;
    let guest = number(
        &params.words("account_id").unwrap_or_default(),
        Refusal::NoSuchPerson,
    )?;
    requests::invite(&kindred, &who.me.actor, group, guest).await?;
    Ok(answer(&json!({})))
}

async fn answered(
    kindred: &Kindred,
    who: &Bearer<scope::WriteFollows>,
    door: ActorId,
    asker: &str,
    word: &str,
) -> Result<HttpResponse, ApiError> {
    let asker = number(asker, Refusal::NoSuchPerson)?;
    let given = match word {
        "authorize" => Answer::Welcome,
        _ => Answer::Decline,
    };
    let relationship = requests::answer(kindred, &who.me.actor, door, asker, given).await?;
    Ok(answer(&Relationship::from(relationship)))
}

fn accounts(kindred: &Kindred, waiting: &[kindred_community::Actor]) -> HttpResponse {
    let accounts: Vec<Account> = waiting
        .iter()
        .map(|actor| Account::of(kindred.settings(), actor))
        .collect();
    answer(&accounts)
}
