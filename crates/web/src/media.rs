//! The door to files: pictures, films and recordings that were uploaded here.
//!
//! Who may see a file is the heart's business. Here a part of it is cut out when only a part was asked for, as players do, and it is
//! handed over so that nothing in it runs.

use std::ops::RangeInclusive;

use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    web::{Data, Path},
};
use kindred_community::{
    Kindred,
    media::{self, Opened, Shown},
};

use crate::{error::PageError, extract::Looker};

/// What everybody may see is kept on the way for so long; then it is asked again whether it still is there.
const KEPT: &str = "public, max-age=86400";

/// `GET /media/:file`
pub async fn show(
    req: HttpRequest,
    kindred: Data<Kindred>,
    looker: Looker,
    file: Path<String>,
) -> Result<HttpResponse, PageError> {
    let opened = media::open(&kindred, &looker.0, &file).await?;
    hand_over(&req, opened).await
}

/// `GET /media/remote/:mark/:address`: a copy of what another server shows.
pub async fn copy(
    req: HttpRequest,
    kindred: Data<Kindred>,
    sealed: Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    match media::copy(&kindred, &sealed.0, &sealed.1).await? {
        Shown::Here(opened) => hand_over(&req, opened).await,
        Shown::Elsewhere(url) => Ok(HttpResponse::Found()
            .insert_header((header::LOCATION, url))
            .insert_header((header::CACHE_CONTROL, "private, no-store"))
            .finish()),
    }
}

async fn hand_over(req: &HttpRequest, opened: Opened) -> Result<HttpResponse, PageError> {
    let length = opened.content.length();
    let range = req
        .headers()
        .get(header::RANGE)
        .and_then(|range| wanted(range, length));
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CONTENT_TYPE, opened.media_type));
    answer.insert_header((header::ACCEPT_RANGES, "bytes"));
    // What is packed already is not packed again.
    answer.insert_header((header::CONTENT_ENCODING, "identity"));
    answer.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    answer.insert_header((header::ACCESS_CONTROL_EXPOSE_HEADERS, "Content-Range"));
    answer.insert_header(("cross-origin-resource-policy", "cross-origin"));
    answer.insert_header((
        header::CACHE_CONTROL,
        if opened.for_everybody {
            KEPT
        } else {
            "private, no-store"
        },
    ));
    let (start, length) = match range {
        None => (0, length),
        Some(Wanted::Part(part)) => {
            answer.status(StatusCode::PARTIAL_CONTENT);
            answer.insert_header((
                header::CONTENT_RANGE,
                format!("bytes {}-{}/{length}", part.start(), part.end()),
            ));
            (*part.start(), part.end() - part.start() + 1)
        }
        Some(Wanted::Nothing) => {
            answer.status(StatusCode::RANGE_NOT_SATISFIABLE);
            answer.insert_header((header::CONTENT_RANGE, format!("bytes */{length}")));
            return Ok(answer.finish());
        }
    };
    if req.method() == Method::HEAD {
        return Ok(answer.body(SizedStream::new(
            length,
            futures_util::stream::empty::<std::io::Result<_>>(),
        )));
    }
    let part = opened.content.part(start, length).await?;
    Ok(answer.body(SizedStream::new(length, part)))
}

/// The part of a file that is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Part(RangeInclusive<u64>),
    /// A part behind the end.
    Nothing,
}

/// One part, as players ask for it. Who asks for several, or in words that are not understood, gets the whole.
fn wanted(range: &HeaderValue, length: u64) -> Option<Wanted> {
    let (first, last) = range
        .to_str()
        .ok()?
        .strip_prefix("bytes=")?
        .split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    let end = length.checked_sub(1);
    let part = match (first, last) {
        ("", back) => {
            let back: u64 = back.parse().ok()?;
            end.filter(|_| back > 0)
                .map(|end| length.saturating_sub(back)..=end)
        }
        (first, "") => {
            let first: u64 = first.parse().ok()?;
            end.filter(|end| first <= *end).map(|end| first..=end)
        }
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if first > last {
                return None;
            }
            end.filter(|end| first <= *end)
                .map(|end| first..=last.min(end))
        }
    };
    Some(part.map_or(Wanted::Nothing, Wanted::Part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_was_asked_for_and_never_more_than_there_is() {
        for (asked, expected) in [
            ("bytes=0-0", Some(Wanted::Part(0..=0))),
            ("bytes=0-99", Some(Wanted::Part(0..=9))),
            ("bytes=4-", Some(Wanted::Part(4..=9))),
            ("bytes=-3", Some(Wanted::Part(7..=9))),
            ("bytes=-30", Some(Wanted::Part(0..=9))),
            ("bytes=10-", Some(Wanted::Nothing)),
            ("bytes=-0", Some(Wanted::Nothing)),
            ("bytes=5-4", None),
            ("bytes=0-1,4-5", None),
            ("bytes=a-b", None),
            ("bytes=-", None),
            ("lines=0-1", None),
            ("bytes=0-99999999999999999999", None),
        ] {
            assert_eq!(
                wanted(&HeaderValue::from_static(asked), 10),
                expected,
                "{asked}"
            );
        }
        let all = HeaderValue::from_static("bytes=0-");
        assert_eq!(wanted(&all, 0), Some(Wanted::Nothing));
    }
}
