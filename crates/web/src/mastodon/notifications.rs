//! Notices one by one, and how far they were read.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, ServiceConfig, post},
};
use kindred_community::{
    ActorId, Kindred, Marked, NotificationId, NotificationKind, Refusal, Sieve,
    notices::{self, word_of},
};
use serde_json::{Map, json};

use super::{
    answer,
    entities::{Marker, Notification},
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

/// How far unread notices are counted unless asked otherwise, and at most.
const COUNTED: i64 = 100;
const COUNTED_AT_MOST: i64 = 1_000;

/// The addresses of notices. What has a name comes before what has a number.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(super::notification_requests::routes)
        .service(at("/v1/notifications").route(read(page)))
        .service(at("/v1/notifications/clear").route(post().to(clear)))
        .service(at("/v1/notifications/dismiss").route(post().to(dismiss_named)))
        .service(at("/v1/notifications/unread_count").route(read(unread_count)))
        .service(at("/v1/notifications/{id}").route(read(show)))
        .service(at("/v1/notifications/{id}/dismiss").route(post().to(dismiss)))
        .configure(super::notification_groups::routes)
        .service(
            at("/v1/markers")
                .route(read(markers))
                .route(post().to(mark)),
        );
}

/// Which notices a client asks for. Kinds that clients have no word for are never among them.
pub(super) fn sieve(params: &Params) -> Sieve {
    let (wanted, unwanted) = (params.list("types"), params.list("exclude_types"));
    let fits = |kind: &NotificationKind| {
        word_of(*kind).is_some_and(|name| {
            let named = |list: &[String]| list.iter().any(|given| given == name);
            (wanted.is_empty() || named(&wanted)) && !named(&unwanted)
        })
    };
    Sieve {
        kinds: NotificationKind::ALL.iter().copied().filter(fits).collect(),
        of: params
            .words("account_id")
            .map(|id| id.parse().unwrap_or(ActorId(0))),
        with_set_apart: params.flag("include_filtered").unwrap_or(false),
    }
}

/// How far to count.
pub(super) fn count_to(params: &Params) -> i64 {
    params
        .number("limit")
        .filter(|limit| *limit > 0)
        .unwrap_or(COUNTED)
        .min(COUNTED_AT_MOST)
}

fn notice(text: &str) -> Result<NotificationId, Refusal> {
    number(text, Refusal::NoSuch("notification"))
}

/// `GET /api/v1/notifications`
async fn page(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Reader,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, ACCOUNTS);
    let found = notices::mine(&kindred, &who.me.actor, sieve(&params), cut.page()).await?;
    let lens = lens(&kindred, Some(&who.me));
    let entities: Vec<_> = found
        .items
        .iter()
        .filter_map(|notice| Notification::of(&lens, notice))
        .collect();
    Ok(cut.answer(lens.settings, &req, &found, &entities))
}

/// `GET /api/v1/notifications/:id`
async fn show(
    kindred: Data<Kindred>,
    who: Reader,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let found = notices::one(&kindred, &who.me.actor, notice(&id)?).await?;
    let entity = Notification::of(&lens(&kindred, Some(&who.me)), &found);
    Ok(answer(&entity.ok_or(Refusal::NoSuch("notification"))?))
}

/// `POST /api/v1/notifications/clear`
async fn clear(kindred: Data<Kindred>, who: Writer) -> Result<HttpResponse, ApiError> {
    notices::clear(&kindred, &who.me.actor).await?;
    Ok(answer(&json!({})))
}

/// `POST /api/v1/notifications/:id/dismiss`
async fn dismiss(
    kindred: Data<Kindred>,
    who: Writer,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    notices::dismiss(&kindred, &who.me.actor, notice(&id)?).await?;
    Ok(answer(&json!({})))
}

/// `POST /api/v1/notifications/dismiss`, as it was called before
async fn dismiss_named(
    kindred: Data<Kindred>,
    who: Writer,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let id = notice(&params.words("id").unwrap_or_default())?;
    notices::dismiss(&kindred, &who.me.actor, id).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/v1/notifications/unread_count`
async fn unread_count(
    kindred: Data<Kindred>,
    who: Reader,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let (sieve, to) = (sieve(&params), count_to(&params));
    let count = notices::unread(&kindred, &who.me.actor, sieve, to).await?;
    Ok(answer(&json!({ "count": count })))
}

const TIMELINES: [Marked; 2] = [Marked::Home, Marked::Notifications];

fn as_answer(found: &[kindred_community::Marker]) -> HttpResponse {
    let marks: Map<_, _> = found
        .iter()
        .map(|mark| (mark.timeline.to_string(), json!(Marker::of(mark))))
        .collect();
    answer(&marks)
}

/// `GET /api/v1/markers`
async fn markers(
    kindred: Data<Kindred>,
    who: Bearer<scope::ReadStatuses>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let wanted = params.list("timeline");
    let timelines = wanted.iter().filter_map(|name| name.parse().ok()).collect();
    let found = notices::markers(&kindred, &who.me.actor, timelines).await?;
    Ok(as_answer(&found))
}

/// `POST /api/v1/markers`
async fn mark(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteStatuses>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let marks = TIMELINES
        .into_iter()
        .filter_map(|timeline| {
            let to = params.inside(timeline.as_str())?.number("last_read_id")?;
            Some((timeline, to))
        })
        .collect();
    let moved = notices::mark(&kindred, &who.me.actor, marks).await?;
    Ok(as_answer(&moved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_kinds_that_clients_know_are_asked_for() {
        let kinds = |query: &str| sieve(&Params::from_query(query)).kinds;
        assert!(kinds("").iter().all(|kind| word_of(*kind).is_some()));
        assert_eq!(
            kinds("types[]=mention"),
            [NotificationKind::Mention, NotificationKind::Reply]
        );
        assert_eq!(kinds("types[]=pleroma:emoji_reaction"), []);
        assert!(!kinds("exclude_types[]=favourite").contains(&NotificationKind::Like));
    }

    #[test]
    fn nonsense_in_the_account_finds_nobody() {
        let of = |query: &str| sieve(&Params::from_query(query)).of;
        assert_eq!(of(""), None);
        assert_eq!(of("account_id=7"), Some(ActorId(7)));
        assert_eq!(of("account_id=abc"), Some(ActorId(0)));
    }
}
