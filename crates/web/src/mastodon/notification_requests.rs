//! Whose notices come as they are, and whose are set apart.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig, patch, post, put},
};
use kindred_community::{
    Kindred, NoticeRequestId, Policy, Reception, Refusal,
    notices::{self, Verdict},
};
use serde_json::{Value, json};

use super::{
    answer,
    entities::NotificationRequest,
    lens, number,
    paging::{ACCOUNTS, Cut},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, scope},
    read,
};

type Reader = Bearer<scope::ReadNotifications>;
type Writer = Bearer<scope::WriteNotifications>;

/// The addresses of policy and requests.
pub(super) fn routes(cfg: &mut ServiceConfig) {
    for address in ["/v2/notifications/policy", "/v1/notifications/policy"] {
        cfg.service(
            at(address)
                .route(read(policy))
                .route(patch().to(set_policy))
                .route(put().to(set_policy)),
        );
    }
    cfg.service(at("/v1/notifications/requests").route(read(page)))
        .service(at("/v1/notifications/requests/merged").route(read(merged)))
        .service(
            at("/v1/notifications/requests/{verdict:accept|dismiss}")
                .route(post().to(judge_several)),
        )
        .service(at("/v1/notifications/requests/{id}").route(read(show)))
        .service(
            at("/v1/notifications/requests/{id}/{verdict:accept|dismiss}").route(post().to(judge)),
        );
}

fn as_entity(policy: &Policy, (people, notices): (i64, i64)) -> Value {
    json!({
        "for_not_following": policy.not_following,
        "for_not_followers": policy.not_followers,
        "for_new_accounts": policy.new_accounts,
        "for_private_mentions": policy.private_mentions,
        "for_limited_accounts": policy.limited_accounts,
        "summary": {
            "pending_requests_count": people,
            "pending_notifications_count": notices,
        },
    })
}

/// `GET /api/v2/notifications/policy`
async fn policy(kindred: Data<Kindred>, who: Reader) -> Result<HttpResponse, ApiError> {
    let (policy, pending) = notices::policy(&kindred, &who.me.actor).await?;
    Ok(answer(&as_entity(&policy, pending)))
}

/// `PATCH /api/v2/notifications/policy`
async fn set_policy(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let said = |name: &str| -> Result<Option<Reception>, Refusal> {
        let word = params.words(name);
        let read = word.map(|word| {
            word.parse()
                .map_err(|_| Refusal::Needed("accept, filter or drop"))
        });
        read.transpose()
    };
    let not_following = said("for_not_following")?;
    let not_followers = said("for_not_followers")?;
    let new_accounts = said("for_new_accounts")?;
    let private_mentions = said("for_private_mentions")?;
    let limited_accounts = said("for_limited_accounts")?;
    let change = move |policy: &mut Policy| {
        for (place, word) in [
            (&mut policy.not_following, not_following),
            (&mut policy.not_followers, not_followers),
            (&mut policy.new_accounts, new_accounts),
            (&mut policy.private_mentions, private_mentions),
            (&mut policy.limited_accounts, limited_accounts),
        ] {
            *place = word.unwrap_or(*place);
        }
    };
    let (policy, pending) = notices::set_policy(&kindred, &who.me.actor, change).await?;
    Ok(answer(&as_entity(&policy, pending)))
}

/// `GET /api/v1/notifications/requests`
async fn page(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Reader,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let found = notices::set_apart(&kindred, &who.me.actor, cut.page()).await?;
    let lens = lens(&kindred, Some(&who.me));
    let entities: Vec<_> = found
        .items
        .iter()
        .map(|waiting| NotificationRequest::of(&lens, waiting))
        .collect();
    Ok(cut.answer(lens.settings, &req, &found, &entities))
}

fn request(text: &str) -> Result<NoticeRequestId, Refusal> {
    number(text, Refusal::NoSuch("request"))
}

/// `GET /api/v1/notifications/requests/:id`
async fn show(
    kindred: Data<Kindred>,
    who: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = notices::one_set_apart(&kindred, &who.me.actor, request(&id)?).await?;
    Ok(answer(&NotificationRequest::of(
        &lens(&kindred, Some(&who.me)),
        &found,
    )))
}

/// `GET /api/v1/notifications/requests/merged`: what was accepted is there at once.
async fn merged(_: Reader) -> HttpResponse {
    answer(&json!({ "merged": true }))
}

fn verdict(word: &str) -> Verdict {
    match word {
        "accept" => Verdict::Accept,
        _ => Verdict::Dismiss,
    }
}

/// `POST /api/v1/notifications/requests/:id/accept` and `…/dismiss`
async fn judge(
    kindred: Data<Kindred>,
    who: Writer,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let ids = vec![request(&path.0)?];
    notices::judge(&kindred, &who.me.actor, ids, verdict(&path.1)).await?;
    Ok(answer(&json!({})))
}

/// `POST /api/v1/notifications/requests/accept` and `…/dismiss`
async fn judge_several(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
    word: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let ids = params.numbers("id");
    notices::judge(&kindred, &who.me.actor, ids, verdict(&word)).await?;
    Ok(answer(&json!({})))
}
