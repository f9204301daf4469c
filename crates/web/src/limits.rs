//! How much a stranger may ask in a while.
//!
//! Requests that show neither a token nor a signature count, and apart from them those whose token or signature was wrong: whoever
//! guesses too much is not listened to for a while, signed or not. Pictures and styles are free, because one page needs many of
//! them. Where clients knock, each token counts by itself, and may ask more often.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, RandomState},
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
    extract::{self, Wants, bearer, client},
    mastodon::entities::datetime,
};

/// How many requests an address has in each [`WINDOW`].
pub const REQUESTS: u32 = 300;
/// How many times that a token may ask: what Mastodon allows an account.
pub const TOKEN_FACTOR: u32 = 5;
/// How long requests are counted together.
pub const WINDOW: Duration = Duration::from_mins(5);
/// Above so many addresses, those whose window has passed are forgotten.
const CROWD: usize = 10_000;

/// What each address has asked lately. One for all workers: make it outside of the application's factory.
#[derive(Debug)]
pub struct Limits {
    allowed: u32,
    fingerprints: RandomState,
    seen: Mutex<HashMap<(IpAddr, Counted), Window>>,
}

/// What is counted, each by itself: a wrong signature costs a stranger behind the same address no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// A request that shows nothing.
    Request,
    /// A token or a signature that was wrong.
    Failure,
    /// A request with this token, by a fingerprint of it; from wherever it comes.
    Token(u64),
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
            fingerprints: RandomState::new(),
            seen: Mutex::default(),
        }
    }

    /// How much of this is allowed in each [`WINDOW`].
    fn allowed_for(&self, counted: Counted) -> u32 {
        match counted {
            Counted::Request | Counted::Failure => self.allowed,
            Counted::Token(_) => self.allowed.saturating_mul(TOKEN_FACTOR),
        }
    }

    /// A fingerprint of the token that a client shows, which means nothing outside of this process.
    fn token(&self, req: &ServiceRequest) -> Option<Counted> {
        if !req.path().starts_with("/api/") {
            return None;
        }
        let shown = bearer::token(req.request()).ok()??;
        Some(Counted::Token(self.fingerprints.hash_one(shown)))
    }

    /// Counts one request of this address at this moment.
    pub fn count(&self, address: IpAddr, counted: Counted, now: Instant) -> Left {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (household(address), counted);
        if seen.len() >= CROWD && !seen.contains_key(&key) {
            seen.retain(|_, window| now.duration_since(window.began) < WINDOW);
            // Whoever has so many addresses is not held up by counting them, and memory is ours.
            if seen.len() >= CROWD {
                seen.clear();
            }
        }
        let window = seen.entry(key).or_insert(Window {
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
            requests: self.allowed_for(counted).checked_sub(window.asked),
            reset: WINDOW.saturating_sub(now.duration_since(window.began)),
        }
    }

    /// What is left when this address has guessed wrong too often; nothing is counted.
    fn tired_of(&self, address: IpAddr, now: Instant) -> Option<Left> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let window = seen.get(&(household(address), Counted::Failure))?;
        let passed = now.duration_since(window.began);
        (passed < WINDOW && window.asked >= self.allowed).then(|| Left {
            requests: None,
            reset: WINDOW.saturating_sub(passed),
        })
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
        if let Some(left) = limits.tired_of(address, Instant::now()) {
            return Ok(refuse(req, left));
        }
        let counted = limits.token(&req).filter(|_| !is_free(&req));
        // The same token counts together, wherever it is shown.
        let everywhere = IpAddr::from([0, 0, 0, 0]);
        let left = counted.map(|token| limits.count(everywhere, token, Instant::now()));
        if let Some(left) = left.filter(|left| left.requests.is_none()) {
            return Ok(refuse(req, left));
        }
        let mut answer = next.call(req).await?.map_into_boxed_body();
        if let Some((counted, left)) = counted.zip(left) {
            tell(&mut answer, limits.allowed_for(counted), left);
        }
        if answer.status() == StatusCode::UNAUTHORIZED {
            limits.count(address, Counted::Failure, Instant::now());
        }
        return Ok(answer);
    }
    let left = limits.count(address, Counted::Request, Instant::now());
    let mut answer = match left.requests {
        Some(_) => next.call(req).await?.map_into_boxed_body(),
        None => refuse(req, left),
    };
    tell(&mut answer, limits.allowed, left);
    Ok(answer)
}

/// Whether nothing is shown that will be looked at: a token counts where clients knock, a signature where servers do. Elsewhere
/// anybody could write anything.
fn shows_nothing(req: &ServiceRequest) -> bool {
    let headers = req.headers();
    if req.path().starts_with("/api/") {
        return !headers.contains_key(header::AUTHORIZATION)
            && !req.query_string().contains("access_token=");
    }
    let for_servers = req.method() == Method::POST || Wants::of(req.request()) == Wants::Activity;
    !(for_servers && headers.contains_key("signature"))
}

fn is_free(req: &ServiceRequest) -> bool {
    req.method() == Method::OPTIONS
        || ["/assets/", "/avatars/", "/headers/", "/health/", "/media/"]
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

/// Says how much is left, and the moment at which everything is allowed again.
fn tell(answer: &mut ServiceResponse<BoxBody>, limit: u32, left: Left) {
    let reset = extract::kindred(answer.request()).now() + left.reset;
    let figures = [
        ("x-ratelimit-limit", limit.to_string()),
        (
            "x-ratelimit-remaining",
            left.requests.unwrap_or(0).to_string(),
        ),
        ("x-ratelimit-reset", datetime(reset)),
    ];
    for (name, figure) in figures {
        if let Ok(value) = HeaderValue::try_from(figure) {
            answer
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
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
            .map(|_| limits.count(address, Counted::Request, now).requests)
            .collect();
        assert_eq!(left, [Some(2), Some(1), Some(0), None]);
        assert_eq!(
            limits
                .count("203.0.113.10".parse().unwrap(), Counted::Request, now)
                .requests,
            Some(2),
            "somebody else is not meant"
        );
        let later = now + WINDOW;
        assert_eq!(
            limits.count(address, Counted::Request, later).requests,
            Some(2)
        );
    }

    #[test]
    fn who_guesses_too_often_is_not_listened_to_for_a_while() {
        let limits = Limits::new(0.01);
        let (now, address) = (Instant::now(), "203.0.113.9".parse().unwrap());
        for _ in 0..3 {
            assert_eq!(limits.tired_of(address, now), None);
            limits.count(address, Counted::Failure, now);
        }
        assert!(limits.tired_of(address, now).is_some());
        assert_eq!(limits.tired_of(address, now + WINDOW), None);
        assert_eq!(
            limits.count(address, Counted::Request, now).requests,
            Some(2),
            "others behind that address may still read"
        );
    }

    #[test]
    fn a_crowd_does_not_fill_the_memory() {
        let limits = Limits::new(1.0);
        let now = Instant::now();
        for number in 0..u32::try_from(CROWD * 2).unwrap() {
            limits.count(IpAddr::V4(number.into()), Counted::Request, now);
        }
        assert!(limits.seen.lock().unwrap().len() <= CROWD);
    }

    #[test]
    fn a_household_of_version_six_counts_as_one() {
        let limits = Limits::new(0.01);
        let now = Instant::now();
        for address in ["2001:db8::1", "2001:db8::2", "2001:db8::ffff"] {
            limits.count(address.parse().unwrap(), Counted::Request, now);
        }
        assert_eq!(
            limits
                .count("2001:db8::3".parse().unwrap(), Counted::Request, now)
                .requests,
            None
        );
    }
}
