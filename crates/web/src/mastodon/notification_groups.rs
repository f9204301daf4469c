//! Notices in groups: likes of one post, boosts of one post, new followers, each told as one within half a day.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig, post},
};
use kindred_community::{
    Actor, Bundle, Kindred, NotificationId, NotificationKind, Refusal,
    notices::{self, BUNDLED, Told, word_of},
    views::{Notice, PostView},
};
use serde_json::{Value, json};

use super::{
    accounts::people,
    answer,
    entities::{Account, Lens, NotificationGroup, PartialAccount, Status, read_key, samples},
    lens,
    notifications::{count_to, sieve},
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

/// The addresses of groups of notices.
pub(super) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/{version:v2|v2_alpha}/notifications").route(read(page)))
        .service(at("/{version:v2|v2_alpha}/notifications/unread_count").route(read(unread_count)))
        .service(at("/{version:v2|v2_alpha}/notifications/{key}").route(read(show)))
        .service(at("/{version:v2|v2_alpha}/notifications/{key}/dismiss").route(post().to(dismiss)))
        .service(at("/{version:v2|v2_alpha}/notifications/{key}/accounts").route(read(accounts)));
}

/// Which kinds the client would like to have told as one.
fn bundled(params: &Params) -> Vec<NotificationKind> {
    let wanted = params.list("grouped_types");
    let fits = |kind: &NotificationKind| {
        wanted.is_empty() || word_of(*kind).is_some_and(|name| wanted.iter().any(|it| it == name))
    };
    BUNDLED.into_iter().filter(fits).collect()
}

/// `GET /api/v2/notifications`
async fn page(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Reader,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let (sieve, bundled) = (sieve(&params), bundled(&params));
    let found = notices::bundled(&kindred, &who.me.actor, sieve, bundled, cut.page()).await?;
    let faces_only = params.text("expand_accounts").as_deref() == Some("partial_avatars");
    let lens = lens(&kindred, Some(&who.me));
    let results = results(&lens, &found.items, faces_only);
    Ok(cut.answer(lens.settings, &req, &found, &results))
}

/// Groups and everybody and everything that they name, each once.
fn results(lens: &Lens<'_>, told: &[Told], faces_only: bool) -> Value {
    let groups: Vec<_> = told.iter().filter_map(NotificationGroup::of).collect();
    let mut posts: Vec<&PostView> = Vec::new();
    let mut whole: Vec<&Actor> = Vec::new();
    let mut rest: Vec<&Actor> = Vec::new();
    for line in told {
        let post = line.notices.first().and_then(|notice| notice.post.as_ref());
        posts.extend(post.filter(|post| !posts.iter().any(|known| known.post.id == post.post.id)));
        for (at, actor) in samples(line).enumerate() {
            // The latest of a group is shown by name.
            let list = if faces_only && at > 0 {
                &mut rest
            } else {
                &mut whole
            };
            if !list.iter().any(|known| known.id == actor.id) {
                list.push(actor);
            }
        }
    }
    rest.retain(|actor| !whole.iter().any(|known| known.id == actor.id));
    let accounts: Vec<_> = whole
        .iter()
        .map(|actor| Account::of(lens.settings, actor))
        .collect();
    let statuses: Vec<_> = posts.iter().map(|view| Status::of(lens, view)).collect();
    let mut results = json!({
        "accounts": accounts,
        "statuses": statuses,
        "notification_groups": groups,
    });
    if faces_only {
        let faces: Vec<_> = rest
            .iter()
            .map(|actor| PartialAccount::of(lens.settings, actor))
            .collect();
        results["partial_accounts"] = json!(faces);
    }
    results
}

/// What a key names: a bundle, or one notice that stands alone.
enum Named {
    Bundle(Bundle),
    Alone(NotificationId),
}

fn named(key: &str) -> Result<Named, Refusal> {
    if let Some(id) = key
        .strip_prefix("ungrouped-")
        .and_then(|id| id.parse().ok())
    {
        return Ok(Named::Alone(id));
    }
    let (kind, post, span) = read_key(key).ok_or(Refusal::NoSuch("notification"))?;
    Ok(Named::Bundle(notices::bundle(kind, post, span)))
}

fn alone(notice: Notice) -> Told {
    Told {
        bundle: None,
        count: 1,
        latest: notice.row.id,
        notices: vec![notice],
    }
}

async fn told(kindred: &Kindred, who: &Reader, key: &str) -> Result<Told, ApiError> {
    Ok(match named(key)? {
        Named::Bundle(bundle) => notices::one_bundle(kindred, &who.me.actor, bundle).await?,
        Named::Alone(id) => alone(notices::one(kindred, &who.me.actor, id).await?),
    })
}

/// `GET /api/v2/notifications/:group_key`
async fn show(
    kindred: Data<Kindred>,
    who: Reader,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let told = told(&kindred, &who, &path.1).await?;
    let lens = lens(&kindred, Some(&who.me));
    Ok(answer(&results(&lens, &[told], false)))
}

/// `POST /api/v2/notifications/:group_key/dismiss`
async fn dismiss(
    kindred: Data<Kindred>,
    who: Writer,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    match named(&path.1)? {
        Named::Bundle(bundle) => {
            notices::dismiss_bundle(&kindred, &who.me.actor, bundle).await?;
        }
        Named::Alone(id) => notices::dismiss(&kindred, &who.me.actor, id).await?,
    }
    Ok(answer(&json!({})))
}

/// `GET /api/v2/notifications/:group_key/accounts`
async fn accounts(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Reader,
    params: Params,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let Named::Bundle(bundle) = named(&path.1)? else {
        let told = told(&kindred, &who, &path.1).await?;
        let found: Vec<_> = samples(&told)
            .map(|actor| Account::of(kindred.settings(), actor))
            .collect();
        return Ok(answer(&found));
    };
    let found = notices::in_bundle(&kindred, &who.me.actor, bundle, cut.page()).await?;
    Ok(people(&req, &kindred, cut, &found.map(|notice| notice.by)))
}

/// `GET /api/v2/notifications/unread_count`
async fn unread_count(
    kindred: Data<Kindred>,
    who: Reader,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let (sieve, bundled, to) = (sieve(&params), bundled(&params), count_to(&params));
    let count = notices::unread_bundles(&kindred, &who.me.actor, sieve, bundled, to).await?;
    Ok(answer(&json!({ "count": count })))
}
