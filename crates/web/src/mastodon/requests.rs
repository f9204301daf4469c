//! Who waits at one's own door, and the answers. The doors of groups are in [`super::groups`].

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    Kindred, Refusal,
    requests::{self, Answer, Waiting},
    views::Section,
};
use serde::Serialize;

use super::{
    answer,
    entities::{Account, Relationship},
    number,
    paging::{ACCOUNTS, Cut},
};
use crate::{
    error::ApiError,
    extract::{Bearer, Params, scope},
};

/// `GET /api/v1/follow_requests`
pub async fn waiting_for_me(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadFollows>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let me = &who.me.actor;
    let waiting = requests::waiting(&kindred, me, me.id, cut.page()).await?;
    Ok(waiting_room(&req, &kindred, cut, &waiting))
}

/// `POST /api/v1/follow_requests/:account_id/authorize` and `…/reject`, also for those who ask to join a group that one looks after:
/// clients show both alike.
pub async fn answer_mine(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteFollows>,
    about: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (asker, word) = about.into_inner();
    let asker = number(&asker, Refusal::NoSuchPerson)?;
    let given = given(&word, None);
    let stands = requests::answer_anywhere(&kindred, &who.me.actor, asker, given).await?;
    Ok(answer(&Relationship::from(stands)))
}

/// The answer that the last word of an address gives.
pub(super) fn given(word: &str, reason: Option<String>) -> Answer {
    match word {
        "authorize" => Answer::Welcome,
        _ => Answer::Decline(reason),
    }
}

/// Those who wait, as accounts with their reasons, and the links to the rest of the list.
pub(super) fn waiting_room(
    req: &HttpRequest,
    kindred: &Kindred,
    cut: Cut,
    waiting: &Section<Waiting>,
) -> HttpResponse {
    let askers: Vec<Asker<'_>> = waiting
        .items
        .iter()
        .map(|waiting| Asker {
            account: Account::of(kindred.settings(), &waiting.asker),
            reason: waiting.reason.as_deref(),
        })
        .collect();
    cut.answer(kindred.settings(), req, waiting, &askers)
}

/// Somebody who waits: an account, and what they say to those who decide.
#[derive(Serialize)]
struct Asker<'a> {
    #[serde(flatten)]
    account: Account<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}
