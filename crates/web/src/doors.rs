//! What every answer gets on its way out: security headers, friendly error pages, and openness to browsers where it is due.
//!
//! It changes how an answer is dressed, never whether something is allowed.

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use serde_json::json;
use url::Url;

use crate::{error::Failure, extract, extract::Wants, pages};

/// Pages load their style and pictures from here, and nothing from anywhere else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; manifest-src 'self'; \
                           form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// What is no page loads nothing at all, wherever somebody opens it.
const OTHER_POLICY: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox";

/// The policy of a page whose forms may lead on to `target`: browsers look at where a form ends up, redirects included.
pub(crate) fn policy_leading_to(target: &str) -> String {
    let source = match Url::parse(target) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => url.origin().ascii_serialization(),
        Ok(url) if url.scheme() != "urn" => format!("{}:", url.scheme()),
        _ => return PAGE_POLICY.to_owned(),
    };
    PAGE_POLICY.replace(
        "form-action 'self'",
        &format!("form-action 'self' {source}"),
    )
}

/// Gives bare errors a page or a JSON object, and every answer its security headers.
pub async fn finish(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let answer = if req.path().contains("%00") {
        // Nothing here has a name with NUL in it, and PostgreSQL refuses to be asked.
        let mut nowhere = HttpResponse::NotFound();
        if is_for_programs(req.path()) {
            nowhere.insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
        }
        req.into_response(nowhere.finish())
    } else {
        next.call(req).await?.map_into_boxed_body()
    };
    let mut answer = dress_error(answer);
    if answer.status() == StatusCode::NOT_MODIFIED {
        // Its headers replace those of the page that the browser has kept (RFC 9111, 3.2), and what kind of thing that was is not
        // known any more here. What it was given the first time stays right.
        return Ok(answer);
    }
    let picture = ["/media/", "/avatars/", "/headers/"]
        .iter()
        .any(|start| answer.request().path().starts_with(start));
    let headers = answer.headers_mut();
    if picture {
        // Clients in browsers read pictures, and that there is none.
        set_if_absent(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    let html = content_type(headers).is_some_and(|kind| kind.starts_with("text/html"));
    set_if_absent(
        headers,
        header::CONTENT_SECURITY_POLICY,
        if html { PAGE_POLICY } else { OTHER_POLICY },
    );
    set_if_absent(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set_if_absent(headers, header::REFERRER_POLICY, "same-origin");
    set_if_absent(headers, header::X_FRAME_OPTIONS, "DENY");
    if html {
        set_if_absent(
            headers,
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
        set_if_absent(
            headers,
            HeaderName::from_static("permissions-policy"),
            "interest-cohort=(), browsing-topics=()",
        );
        set_if_absent(headers, header::CACHE_CONTROL, "no-cache");
    }
    Ok(answer)
}

/// Lets pages of other origins read the answer, errors included, and answers their preflights before anything else.
pub async fn open_to_browsers(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut answer = if req.method() == Method::OPTIONS {
        req.into_response(HttpResponse::NoContent().finish())
    } else {
        as_json_error(next.call(req).await?.map_into_boxed_body())
    };
    let preflight = answer.request().method() == Method::OPTIONS;
    let headers = answer.headers_mut();
    set_if_absent(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if preflight {
        set_if_absent(
            headers,
            header::ACCESS_CONTROL_ALLOW_METHODS,
            "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        );
        set_if_absent(
            headers,
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, Idempotency-Key",
        );
        set_if_absent(headers, header::ACCESS_CONTROL_MAX_AGE, "86400");
    } else {
        let exposed = "Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, Mastodon-Async-Refresh";
        set_if_absent(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    Ok(answer)
}

/// The router itself says "not found" and "not allowed" without words; here they get some.
fn as_json_error(answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(failure) = bare_failure(&answer) else {
        return answer;
    };
    let body = json!({ "error": failure.words });
    replace(answer, |old| {
        old.content_type("application/json").body(body.to_string())
    })
}

fn dress_error(answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(failure) = bare_failure(&answer) else {
        return answer;
    };
    match Wants::of(answer.request()) {
        Wants::Activity => as_json_error(answer),
        Wants::Page if is_for_programs(answer.request().path()) => as_json_error(answer),
        Wants::Page => {
            let kindred = extract::kindred(answer.request());
            let page = pages::failure::page(kindred.settings(), &failure).into_string();
            replace(answer, |old| {
                old.content_type("text/html; charset=utf-8").body(page)
            })
        }
    }
}

/// Addresses at which nobody expects a page.
pub fn is_for_programs(path: &str) -> bool {
    ["/api/", "/.well-known/", "/nodeinfo/", "/oauth/"]
        .iter()
        .any(|start| path.starts_with(start))
        && !path.starts_with("/oauth/authorize")
}

/// The failure that came without a dress: a [`crate::error::PageError`], or the router's own.
fn bare_failure(answer: &ServiceResponse<BoxBody>) -> Option<Failure> {
    if let Some(failure) = answer.response().extensions().get::<Failure>() {
        return Some(failure.clone());
    }
    let wordless = content_type(answer.headers()).is_none();
    match answer.status() {
        StatusCode::NOT_FOUND if wordless => Some(Failure::new(
            StatusCode::NOT_FOUND,
            "there is nothing at this address",
        )),
        StatusCode::METHOD_NOT_ALLOWED if wordless => Some(Failure::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "this address does not take this kind of request",
        )),
        _ => None,
    }
}

/// The same answer, status and headers, with another body.
fn replace(
    answer: ServiceResponse<BoxBody>,
    body: impl FnOnce(&mut actix_web::HttpResponseBuilder) -> HttpResponse,
) -> ServiceResponse<BoxBody> {
    let (req, old) = answer.into_parts();
    let mut new = HttpResponse::build(old.status());
    for (name, value) in old.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            new.append_header((name.clone(), value.clone()));
        }
    }
    if !old.headers().contains_key(header::VARY) {
        new.insert_header((header::VARY, "Accept"));
    }
    let new = body(&mut new);
    ServiceResponse::new(req, new)
}

fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

fn set_if_absent(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{
        App,
        middleware::from_fn,
        test::{TestRequest, call_service, init_service, read_body},
        web,
    };

    /// What the API door makes of a request to an address that takes only POST.
    async fn knock(request: TestRequest) -> (u16, HeaderMap, String) {
        let api = web::scope("/api")
            .wrap(from_fn(open_to_browsers))
            .service(
                web::resource("/v1/statuses")
                    .route(web::post().to(async || HttpResponse::Ok().json(json!({})))),
            )
            .default_service(web::to(crate::mastodon::nowhere));
        let app = init_service(App::new().service(api)).await;
        let answer = call_service(&app, request.to_request()).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        (
            status,
            headers,
            String::from_utf8(read_body(answer).await.to_vec()).unwrap(),
        )
    }

    #[actix_web::test]
    async fn errors_of_the_router_are_json_and_open_to_browsers() {
        for (request, expected) in [
            (TestRequest::get().uri("/api/v1/statuses"), 405),
            (TestRequest::get().uri("/api/v1/nothing"), 404),
            (TestRequest::post().uri("/api/nothing"), 404),
        ] {
            let (status, headers, body) = knock(request).await;
            assert_eq!(status, expected);
            assert_eq!(headers.get("access-control-allow-origin").unwrap(), "*");
            assert_eq!(headers.get("content-type").unwrap(), "application/json");
            assert!(body.starts_with("{\"error\":\""), "{body}");
        }
    }

    #[actix_web::test]
    async fn a_preflight_is_answered_whatever_it_asks_for() {
        let (status, headers, _) = knock(
            TestRequest::default()
                .method(Method::OPTIONS)
                .uri("/api/v1/anything"),
        )
        .await;
        assert_eq!(status, 204);
        let allowed = headers
            .get("access-control-allow-headers")
            .unwrap()
            .to_str()
            .unwrap();
        for name in ["Authorization", "Content-Type", "Idempotency-Key"] {
            assert!(allowed.contains(name), "{name}");
        }
    }

    #[actix_web::test]
    async fn a_page_that_did_not_change_keeps_the_policy_it_came_with() {
        let unchanged = async || HttpResponse::NotModified().finish();
        let app = init_service(
            App::new()
                .wrap(from_fn(finish))
                .default_service(web::to(unchanged)),
        );
        let answer = call_service(&app.await, TestRequest::get().to_request()).await;
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
        assert!(
            !answer
                .headers()
                .contains_key(header::CONTENT_SECURITY_POLICY)
        );
    }

    #[actix_web::test]
    async fn browsers_may_read_the_links() {
        let (status, headers, _) = knock(TestRequest::post().uri("/api/v1/statuses")).await;
        assert_eq!(status, 200);
        assert!(
            headers
                .get("access-control-expose-headers")
                .unwrap()
                .to_str()
                .unwrap()
                .contains("Link")
        );
    }
}
