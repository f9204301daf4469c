//! How much a stranger may ask in a while.
//!
//! Only requests that show neither a token nor a signature count, and those whose token or signature was wrong. Pictures and
//! styles are free, because one page needs many of them. Limits per account are not made here.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::{
    Error, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};

use crate::{
    doors,
    error::{ApiError, Failure, PageError},
    extract::client,
};

/// How many requests an address has in each [`WINDOW`].
pub const REQUESTS: u32 = 300;
/// How long requests are counted together.
pub const WINDOW: Duration = Duration::from_mins(5);
/// Above so many addresses, those whose window has passed are forgotten.
const CROWD: usize = 10_000;

/// What each address has asked lately. One for all workers: make it outside of the application's factory.
#[derive(Debug)]
pub struct Limits {
    allowed: u32,
    seen: Mutex<HashMap<IpAddr, Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Instant,
    asked: u32,
}

/// What is left for an address, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Requests until the limit; none when it is passed.
    pub requests: Option<u32>,
    /// Until everything is allowed again.
    pub reset: Duration,
}

impl Limits {
    /// The usual limits times `factor`; 0 means none.
    pub fn new(factor: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped before; a limit is a rough thing"
        )]
        let allowed = (f64::from(REQUESTS) * factor).clamp(0.0, 1e9) as u32;
        Self {
            allowed,
            seen: Mutex::default(),
        }
    }

    /// Counts one request of this address at this moment.
    pub fn count(&self, address: IpAddr, now: Instant) -> Left {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= CROWD {
            seen.retain(|_, window| now.duration_since(window.began) < WINDOW);
        }
        let window = seen.entry(household(address)).or_insert(Window {
            began: now,
            asked: 0,
        });
        if now.duration_since(window.began) >= WINDOW {
            *window = Window {
                began: now,
                asked: 0,
            };
        }
        window.asked = window.asked.saturating_add(1);
        Left {
            requests: self.allowed.checked_sub(window.asked),
            reset: WINDOW.saturating_sub(now.duration_since(window.began)),
        }
    }
}

/// One household has a whole /64 of version 6.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).into(),
    }
}

/// Refuses strangers who ask too much. Without `Data<Limits>` nobody is refused.
pub async fn guard(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let limits = req
        .app_data::<Data<Limits>>()
        .filter(|limits| limits.allowed > 0)
        .cloned();
    let Some((limits, address)) = limits.zip(client::address(req.request())) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    if !shows_nothing(&req) || is_free(&req) {
        let answer = next.call(req).await?.map_into_boxed_body();
        if answer.status() == StatusCode::UNAUTHORIZED {
            limits.count(address, Instant::now());
        }
        return Ok(answer);
    }
    let left = limits.count(address, Instant::now());
    let mut answer = match left.requests {
        Some(_) => next.call(req).await?.map_into_boxed_body(),
        None => refuse(req, left),
    };
    tell(answer.headers_mut(), &limits, left);
    Ok(answer)
}

fn shows_nothing(req: &ServiceRequest) -> bool {
    let headers = req.headers();
    !headers.contains_key(header::AUTHORIZATION)
        && !headers.contains_key("signature")
        && !req.query_string().contains("access_token=")
}

fn is_free(req: &ServiceRequest) -> bool {
    req.method() == Method::OPTIONS
        || ["/assets/", "/avatars/", "/headers/", "/health/"]
            .iter()
            .any(|start| req.path().starts_with(start))
}

fn refuse(req: ServiceRequest, left: Left) -> ServiceResponse<BoxBody> {
    let mut failure = Failure::new(
        StatusCode::TOO_MANY_REQUESTS,
        "that was a lot at once; please come back in a few minutes",
    );
    failure.retry_after = u32::try_from(left.reset.as_secs().max(1)).ok();
    let answer = if doors::is_for_programs(req.path()) {
        let mut answer = ApiError(failure).error_response();
        answer.headers_mut().insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderValue::from_static("*"),
        );
        answer
    } else {
        PageError(failure).error_response()
    };
    req.into_response(answer)
}

fn tell(headers: &mut header::HeaderMap, limits: &Limits, left: Left) {
    let figures = [
        ("x-ratelimit-limit", u64::from(limits.allowed)),
        (
            "x-ratelimit-remaining",
            u64::from(left.requests.unwrap_or(0)),
        ),
        ("x-ratelimit-reset", left.reset.as_secs()),
    ];
    for (name, figure) in figures {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(figure));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_may_ask_up_to_the_limit_and_again_in_the_next_window() {
        let limits = Limits::new(0.01);
        let (now, address) = (Instant::now(), "203.0.113.9".parse().unwrap());
        let left: Vec<_> = (0..4)
            .map(|_| limits.count(address, now).requests)
            .collect();
        assert_eq!(left, [Some(2), Some(1), Some(0), None]);
        assert_eq!(
            limits.count("203.0.113.10".parse().unwrap(), now).requests,
            Some(2),
            "somebody else is not meant"
        );
        assert_eq!(limits.count(address, now + WINDOW).requests, Some(2));
    }

    #[test]
    fn a_household_of_version_six_counts_as_one() {
        let limits = Limits::new(0.01);
        let now = Instant::now();
        for address in ["2001:db8::1", "2001:db8::2", "2001:db8::ffff"] {
            limits.count(address.parse().unwrap(), now);
        }
        assert_eq!(
            limits.count("2001:db8::3".parse().unwrap(), now).requests,
            None
        );
    }
}
