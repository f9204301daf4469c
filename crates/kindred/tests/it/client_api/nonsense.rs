//! Wrong questions, put to every endpoint: each is refused with words in JSON and the status that clients expect; none breaks
//! anything, and none is answered with silence.

use std::time::Duration;

use kindred_web::description::{Answer, Asked, Endpoint, Kind, Who, endpoints};
use serde_json::{Value, json};

use super::stage::{ALL_SCOPES, Stage};
use crate::support::{Instance, Person, http, http::Request, on_both, on_sqlite};

/// The endpoints to which something can be said wrongly: those that answer in JSON.
pub(super) fn candidates() -> impl Iterator<Item = &'static Endpoint> {
    endpoints().iter().filter(|endpoint| {
        endpoint
            .here
            .as_ref()
            .is_ok_and(|terms| matches!(terms.answer, Answer::Json(_)))
    })
}

pub(super) fn asked(endpoint: &Endpoint) -> &[Asked] {
    endpoint.here.as_ref().map_or(&[], |terms| &terms.asked)
}

pub(super) fn filled(endpoint: &Endpoint, with: &str) -> String {
    let parts = endpoint
        .path
        .split('/')
        .map(|part| if part.starts_with(':') { with } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Whether an answer is one that a client can read: never a breakage, never silence, words in every refusal.
pub(super) fn fault(answer: &http::Answer) -> Option<String> {
    let text = answer.text();
    // Translating is not set up, and says so, as does what is described in JSON only; another server may be out of reach.
    if answer.status >= 500 && !matches!(answer.status, 501 | 503) {
        return Some(format!("{}: {text:.200}", answer.status));
    }
    if !answer
        .header("content-type")
        .starts_with("application/json")
    {
        return Some(format!(
            "{} {:?}: {text:.200}",
            answer.status,
            answer.header("content-type")
        ));
    }
    if answer.header("access-control-allow-origin") != "*" {
        return Some(format!("{}: closed to browsers", answer.status));
    }
    let Ok(value) = serde_json::from_str::<Value>(&text) else {
        return Some(format!("{}: no JSON: {text:.200}", answer.status));
    };
    let worded = value["error"]
        .as_str()
        .is_some_and(|words| !words.is_empty());
    (answer.status >= 400 && !worded).then(|| format!("{}: {text:.200}", answer.status))
}

/// Values of every wrong sort.
fn nonsense() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(9_223_372_036_854_775_807_i64),
        json!(1e300),
        json!(""),
        json!("\u{0}"),
        json!("before\u{0}behind"),
        json!("ж\u{202e}🦀'\"<script>;--"),
        json!("99999999999999999999999999"),
        json!([]),
        json!([[[]], {}, null, "x"]),
        json!({}),
        json!({ "0": { "a": [null] } }),
        json!("x".repeat(20_000)),
    ]
}

#[actix_web::test]
async fn whoever_says_nonsense_is_refused_with_words() {
    on_both(async |fediverse| {
        let stage = Stage::set(fediverse).await;
        let mut wrong = Vec::new();
        for endpoint in candidates() {
            let asker = stage.ours.person_who_may("ines", ALL_SCOPES).await;
            for (what, path) in [
                ("0", filled(endpoint, "0")),
                ("text", filled(endpoint, "x'y")),
                ("huge", filled(endpoint, "99999999999999999999")),
                ("negative", filled(endpoint, "-1")),
            ] {
                let answer = asker.calls(endpoint.method, &path, None).await;
                wrong.extend(fault(&answer).map(|fault| {
                    format!("{} {} ({what}): {fault}", endpoint.method, endpoint.path)
                }));
            }
            let call = stage.call(endpoint).await;
            let handle = match call.who.actor.handle.as_str() {
                "ines" => "ines",
                _ => "bo",
            };
            for one in asked(endpoint) {
                for value in nonsense() {
                    let who = stage.ours.person_who_may(handle, ALL_SCOPES).await;
                    let answer = says(&who, endpoint, &call.path, one, &value).await;
                    wrong.extend(fault(&answer).map(|fault| {
                        format!(
                            "{} {} {}={value:.40}: {fault}",
                            endpoint.method, endpoint.path, one.name
                        )
                    }));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

/// Says one thing wrongly and leaves out the others.
async fn says(
    who: &Person,
    endpoint: &Endpoint,
    path: &str,
    one: &Asked,
    value: &Value,
) -> http::Answer {
    if endpoint.method != "GET" {
        let body = json!({ one.name: value, "nobody_knows": value });
        return who.calls(endpoint.method, path, Some(&body)).await;
    }
    let name = match one.kind {
        Kind::List(_) => format!("{}[]", one.name),
        _ => one.name.to_owned(),
    };
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    // A line of a request is shorter than a body.
    let text: String = text.chars().take(1_000).collect();
    let text: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let asked = format!("{path}?{name}={text}&nobody_knows[a][]={text}");
    who.calls("GET", &asked, None).await
}

#[actix_web::test]
async fn bodies_that_cannot_be_read_are_refused_with_words() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_admin("ines")
            .start()
            .await;
        let mut wrong = Vec::new();
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        let deep_inside = format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
        for endpoint in candidates().filter(|endpoint| endpoint.method != "GET") {
            let ines = ours.person_who_may("ines", ALL_SCOPES).await;
            for (kind, body) in [
                ("application/json", &b"{"[..]),
                ("application/json", b"[]"),
                ("application/json", b"\"words\""),
                ("application/json", deep.as_bytes()),
                ("application/json", deep_inside.as_bytes()),
                ("application/json", b"{\"status\": \"\xff\xfe\"}"),
                ("application/json", b"\0"),
                (
                    "application/json",
                    b"{\"status\": 1, \"status\": [], \"status\": \"\\u0000\"}",
                ),
                ("application/json; charset=utf-16", b"\xfe\xff\0{\0}"),
                (
                    "multipart/form-data; boundary=line",
                    b"--line\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nbroken off",
                ),
                (
                    "multipart/form-data; boundary=line",
                    b"--line\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno last line\r\n",
                ),
                ("multipart/form-data; boundary=line", b"nothing at all"),
                ("multipart/form-data", b"--line--"),
                (
                    "application/x-www-form-urlencoded",
                    b"%ff[%00][]=%&&=&a[b=c]",
                ),
                ("application/x-www-form-urlencoded", b""),
                ("text/plain", b"words"),
                ("application/xml", b"<a/>"),
            ] {
                let answer = Request::new(endpoint.method, &filled(endpoint, "0"))
                    .with("host", ours.host())
                    .with("authorization", format!("Bearer {}", ines.token))
                    .with("content-type", kind)
                    .body(body)
                    .send(ours.address())
                    .await;
                wrong.extend(fault(&answer).map(|fault| {
                    let body = String::from_utf8_lossy(body);
                    format!(
                        "{} {} {kind} {body:.20}: {fault}",
                        endpoint.method, endpoint.path
                    )
                }));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

/// What a token gets that is not good, or none.
async fn asks(ours: &Instance, endpoint: &Endpoint, token: Option<&str>) -> http::Answer {
    let mut request =
        Request::new(endpoint.method, &filled(endpoint, "0")).with("host", ours.host());
    if let Some(token) = token {
        request = request.with("authorization", token);
    }
    request.send(ours.address()).await
}

#[actix_web::test]
async fn a_token_opens_what_its_scopes_say_and_a_bad_one_opens_nothing() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_admin("ines")
            .start()
            .await;
        let every = every_fine_scope();
        let mut wrong = Vec::new();
        for endpoint in candidates().filter(|endpoint| endpoint.path.starts_with("/api/")) {
            let Ok(terms) = &endpoint.here else { continue };
            let name = format!("{} {}", endpoint.method, endpoint.path);
            let mut expect = |what: &str, answer: &http::Answer, fine: bool| {
                if !fine {
                    wrong.push(format!(
                        "{name} with {what}: {} {:.100}",
                        answer.status,
                        answer.text()
                    ));
                }
                wrong.extend(fault(answer).map(|fault| format!("{name} with {what}: {fault}")));
            };
            let open = terms.who == Who::Anybody;
            let answer = asks(&ours, endpoint, None).await;
            expect("nothing", &answer, open || answer.status == 401);
            if open && terms.scopes.is_empty() {
                // Nobody looks at a token here.
                continue;
            }
            for bad in [
                "Bearer nonsense",
                "Bearer",
                "Basic Ym86Ym8=",
                "Bearer \u{e9}",
            ] {
                let answer = asks(&ours, endpoint, Some(bad)).await;
                expect(bad, &answer, answer.status == 401);
            }
            if terms.scopes.is_empty() {
                let with = ours.person_who_may("ines", "push").await;
                let answer = asks(&ours, endpoint, Some(&format!("Bearer {}", with.token))).await;
                expect("a token for something else", &answer, !outside(&answer));
                continue;
            }
            let others: Vec<&str> = every
                .iter()
                .copied()
                .filter(|scope| !reaches(scope, &terms.scopes))
                .collect();
            let with = ours.person_who_may("ines", &others.join(" ")).await;
            let answer = asks(&ours, endpoint, Some(&format!("Bearer {}", with.token))).await;
            expect("all other scopes", &answer, outside(&answer));
            for scope in &terms.scopes {
                let with = ours.person_who_may("ines", scope).await;
                let answer = asks(&ours, endpoint, Some(&format!("Bearer {}", with.token))).await;
                expect(scope, &answer, answer.status != 401 && !outside(&answer));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

/// Whether a token was refused for what it may not do.
fn outside(answer: &http::Answer) -> bool {
    answer.status == 403 && answer.text().contains("scopes")
}

/// All scopes that name one thing.
fn every_fine_scope() -> Vec<&'static str> {
    let mut all: Vec<&str> = endpoints()
        .iter()
        .filter_map(|endpoint| endpoint.here.as_ref().ok())
        .flat_map(|terms| terms.scopes.iter().copied())
        .filter(|scope| !matches!(*scope, "read" | "admin:read" | "admin:write"))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether a scope is one of those that are wanted, or part of one.
fn reaches(scope: &str, wanted: &[&str]) -> bool {
    wanted.contains(&scope)
}

#[actix_web::test]
async fn a_token_that_was_given_back_opens_nothing() {
    on_both(async |fediverse| {
        let ours = fediverse.instance("kindred.example").with_person("nadia").start().await;
        let nadia = ours.person_who_may("nadia", ALL_SCOPES).await;
        nadia.sees("/api/v1/accounts/verify_credentials").await;
        let app = nadia
            .does("POST", "/api/v1/apps", Some(&json!({ "client_name": "Notes", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read" })))
            .await;
        let own = nadia
            .does("POST", "/oauth/token", Some(&json!({
                "grant_type": "client_credentials", "client_id": app["client_id"], "client_secret": app["client_secret"]
            })))
            .await;
        let token = own["access_token"].as_str().expect("a token").to_owned();
        let program = Person { token: token.clone(), ..ours.person("nadia") };
        program.sees("/api/v1/apps/verify_credentials").await;
        let asked = program.calls("GET", "/api/v1/timelines/home", None).await;
        assert_eq!(asked.status, 422, "a program is nobody: {}", asked.text());
        program
            .does("POST", "/oauth/revoke", Some(&json!({
                "client_id": app["client_id"], "client_secret": app["client_secret"], "token": token
            })))
            .await;
        for path in ["/api/v1/apps/verify_credentials", "/api/v1/instance/peers", "/api/v1/timelines/home"] {
            let answer = program.calls("GET", path, None).await;
            assert_eq!(answer.status, 401, "{path}: {}", answer.text());
        }
        fediverse.turn(Duration::from_secs(1));
    })
    .await;
}

#[actix_web::test]
async fn what_is_said_about_limits_is_so_and_whoever_asks_too_much_is_told_when_to_come_back() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_limits(0.02)
            .start()
            .await;
        let nadia = ours.person("nadia");
        let figure = |answer: &http::Answer, name: &str| -> u32 {
            answer.header(name).parse().unwrap_or_else(|_| {
                panic!("{name} is {:?}, {}", answer.header(name), answer.status)
            })
        };
        let mut left = 6;
        while left > 0 {
            left -= 1;
            let answer = ours.page("/api/v1/nothing").await;
            assert_eq!(answer.status, 404, "errors count as well");
            assert_eq!(figure(&answer, "x-ratelimit-limit"), 6);
            assert_eq!(figure(&answer, "x-ratelimit-remaining"), left);
            let reset = answer.header("x-ratelimit-reset");
            let reset = chrono::DateTime::parse_from_rfc3339(reset).expect("a moment");
            assert!(std::time::SystemTime::from(reset) > fediverse.now());
            assert!(
                answer
                    .header("access-control-expose-headers")
                    .contains("X-RateLimit-Remaining")
            );
        }
        for _ in 0..2 {
            let answer = ours.page("/api/v1/instance").await;
            assert_eq!(answer.status, 429);
            assert_eq!(fault(&answer), None);
            assert_eq!(figure(&answer, "x-ratelimit-remaining"), 0);
            assert!((1..=300).contains(&figure(&answer, "retry-after")));
        }
        // Whoever shows a token counts by themself, and a preflight does not count.
        let path = "/api/v1/accounts/verify_credentials";
        let first = nadia.calls("GET", path, None).await;
        assert_eq!(figure(&first, "x-ratelimit-limit"), 30);
        let preflight = Request::new("OPTIONS", path)
            .with("host", ours.host())
            .send(ours.address())
            .await;
        assert_eq!(preflight.status, 204);
        let second = nadia.calls("GET", path, None).await;
        assert_eq!(
            figure(&second, "x-ratelimit-remaining") + 1,
            figure(&first, "x-ratelimit-remaining")
        );
    })
    .await;
}
