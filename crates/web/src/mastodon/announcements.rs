//! What the house tells everybody: read, put away, answered in one picture; and, for admins, written.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{self, Data, Path, ServiceConfig},
};
use chrono::{DateTime, NaiveDate, NaiveTime};
use kindred_community::{
    AnnouncementId, Kindred, Moment, Refusal,
    announcements::{self, Wish},
};
use serde_json::json;

use super::{answer, entities::Announcement, lens, number};
use crate::{
    at,
    error::{ApiError, Failure},
    extract::{Bearer, Params, scope},
    read,
};

/// The addresses.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/announcements").route(read(current)))
        .service(at("/v1/announcements/{id}/dismiss").route(web::post().to(dismiss)))
        .service(
            at("/v1/announcements/{id}/reactions/{name}")
                .route(web::put().to(react))
                .route(web::delete().to(unreact)),
        )
        .service(
            at("/kindred/v1/announcements")
                .route(read(all))
                .route(web::post().to(publish)),
        )
        .service(
            at("/kindred/v1/announcements/{id}")
                .route(web::put().to(change))
                .route(web::delete().to(take_back)),
        );
}

fn announcement(text: &str) -> Result<AnnouncementId, Refusal> {
    number(text, Refusal::NoSuch("announcement"))
}

/// `GET /api/v1/announcements`: with what was put away, unless `with_dismissed` says no.
async fn current(
    kindred: Data<Kindred>,
    who: Bearer<scope::Any>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let mut told = announcements::current(&kindred, &who.me.actor).await?;
    if params.flag("with_dismissed") == Some(false) {
        told.retain(|told| !told.read);
    }
    let lens = lens(&kindred, Some(&who.me));
    let told: Vec<_> = told
        .iter()
        .map(|told| Announcement::of(&lens, told))
        .collect();
    Ok(answer(&told))
}

/// `POST /api/v1/announcements/:id/dismiss`
async fn dismiss(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteAccounts>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    announcements::dismiss(&kindred, &who.me.actor, announcement(&id)?).await?;
    Ok(answer(&json!({})))
}

/// `PUT /api/v1/announcements/:id/reactions/:name`
async fn react(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteFavourites>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (id, name) = path.into_inner();
    announcements::react(&kindred, &who.me.actor, announcement(&id)?, &name).await?;
    Ok(answer(&json!({})))
}

/// `DELETE /api/v1/announcements/:id/reactions/:name`
async fn unreact(
    kindred: Data<Kindred>,
    who: Bearer<scope::WriteFavourites>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (id, name) = path.into_inner();
    announcements::unreact(&kindred, &who.me.actor, announcement(&id)?, &name).await?;
    Ok(answer(&json!({})))
}

/// `GET /api/kindred/v1/announcements`: all of them, for admins.
async fn all(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminRead>,
) -> Result<HttpResponse, ApiError> {
    let told = announcements::all(&kindred, &who.me.actor).await?;
    let lens = lens(&kindred, Some(&who.me));
    let told: Vec<_> = told
        .iter()
        .map(|told| Announcement::with_text(&lens, told))
        .collect();
    Ok(answer(&told))
}

/// `POST /api/kindred/v1/announcements`
async fn publish(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let told = announcements::publish(&kindred, &who.me.actor, wish(&params)?).await?;
    let lens = lens(&kindred, Some(&who.me));
    Ok(answer(&Announcement::with_text(&lens, &told)))
}

/// `PUT /api/kindred/v1/announcements/:id`
async fn change(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    id: Path<String>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let id = announcement(&id)?;
    let told = announcements::change(&kindred, &who.me.actor, id, wish(&params)?).await?;
    let lens = lens(&kindred, Some(&who.me));
    Ok(answer(&Announcement::with_text(&lens, &told)))
}

/// `DELETE /api/kindred/v1/announcements/:id`
async fn take_back(
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminWrite>,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    announcements::take_back(&kindred, &who.me.actor, announcement(&id)?).await?;
    Ok(answer(&json!({})))
}

fn wish(params: &Params) -> Result<Wish, Failure> {
    Ok(Wish {
        text: params.text("text"),
        starts_at: time(params, "starts_at")?,
        ends_at: time(params, "ends_at")?,
        all_day: params.flag("all_day"),
    })
}

/// A time, as programs write it or as a form on a page does; an empty one takes away what was said.
#[expect(
    clippy::option_option,
    reason = "not said, said to be none, and said are three things"
)]
fn time(params: &Params, name: &str) -> Result<Option<Option<Moment>>, Failure> {
    match params.text(name) {
        None => Ok(None),
        Some(text) if text.trim().is_empty() => Ok(Some(None)),
        Some(text) => read_time(text.trim())
            .map(|moment| Some(Some(moment)))
            .ok_or_else(|| {
                Failure::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    format!("{name} should be a time such as 2026-01-31T12:00:00Z"),
                )
            }),
    }
}

/// With a zone, or in UTC without one; a day alone is its beginning.
pub(crate) fn read_time(text: &str) -> Option<Moment> {
    let whole = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis());
    let plain = || {
        ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|form| chrono::NaiveDateTime::parse_from_str(text, form).ok())
    };
    let day = || {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(day.and_time(NaiveTime::MIN))
    };
    whole
        .ok()
        .or_else(|| Some(plain().or_else(day)?.and_utc().timestamp_millis()))
        .map(Moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_programs_and_forms_write_it() {
        let noon = Some(Moment(1_769_860_800_000));
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00.000Z",
            "2026-01-31T13:00:00+01:00",
            "2026-01-31T12:00",
            "2026-01-31T12:00:00",
        ] {
            assert_eq!(read_time(text), noon, "{text}");
        }
        assert_eq!(read_time("2026-01-31"), Some(Moment(1_769_817_600_000)));
        for nonsense in ["", "noon", "2026-13-01", "12:00"] {
            assert_eq!(read_time(nonsense), None, "{nonsense}");
        }
    }
}
