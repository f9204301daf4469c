//! A program introduces itself, somebody lets it in, and it speaks for them until they turn it away.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use super::{PASSWORD, nadias_house};
use crate::support::{
    Browser, Fediverse, Instance,
    http::{Answer, Request},
    on_both, on_sqlite,
};

const BACK: &str = "https://phanpy.example/cb";
const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async fn posts(ours: &Instance, path: &str, body: &Value) -> Answer {
    Request::new("POST", path)
        .with("host", ours.host())
        .with("content-type", "application/json")
        .body(body.to_string())
        .send(ours.address())
        .await
}

async fn asks(ours: &Instance, path: &str, token: &str) -> Answer {
    Request::new("GET", path)
        .with("host", ours.host())
        .with("authorization", format!("Bearer {token}"))
        .send(ours.address())
        .await
}

/// A program that is known here.
struct Program<'a> {
    ours: &'a Instance,
    id: String,
    secret: String,
}

impl<'a> Program<'a> {
    async fn called(ours: &'a Instance, name: &str, more: Value) -> Self {
        let mut body = json!({
            "client_name": name,
            "redirect_uris": [BACK, OUT_OF_BAND, "icecubesapp://"],
            "scopes": "read write push",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let answer = posts(ours, "/api/v1/apps", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let app = answer.json();
        let text = |name: &str| app[name].as_str().expect("a text").to_owned();
        Self {
            ours,
            id: text("client_id"),
            secret: text("client_secret"),
        }
    }

    fn question(&self, back: &str, more: &str) -> String {
        let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
        format!(
            "/oauth/authorize?response_type=code&client_id={}&redirect_uri={back}{more}",
            self.id
        )
    }

    /// Somebody who is signed in says yes; where that leads.
    async fn is_let_in(&self, browser: &Browser, back: &str, more: &str) -> String {
        let page = browser.opens(&self.question(back, more)).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let answer = browser.submits(&page, "/oauth/authorize", &[]).await;
        assert_eq!(answer.status, 302, "{}", answer.text());
        answer.header("location").to_owned()
    }

    async fn swaps(&self, code: &str, more: Value) -> Answer {
        let mut body = json!({
            "grant_type": "authorization_code",
            "client_id": self.id,
            "client_secret": self.secret,
            "redirect_uri": BACK,
            "code": code,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        posts(self.ours, "/oauth/token", &body).await
    }
}

fn code_in(address: &str) -> String {
    let url = url::Url::parse(address).expect("an address");
    url.query_pairs()
        .find(|(name, _)| name == "code")
        .unwrap_or_else(|| panic!("no code in {address}"))
        .1
        .into_owned()
}

async fn nadias_browser(ours: &Instance) -> Browser {
    let browser = Browser::at(ours);
    let answer = browser.signs_in("nadia", PASSWORD).await;
    assert_eq!(answer.status, 302, "{}", answer.text());
    browser
}

#[actix_web::test]
async fn somebody_lets_a_program_in_and_it_speaks_for_them_until_it_is_turned_away() {
    on_both(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let program = Program::called(&ours, "Phanpy", json!({})).await;
        let browser = Browser::at(&ours);
        let question = program.question(
            BACK,
            &format!(
                "&scope=read+write&state=a%26b%3D%C3%BC&code_challenge={CHALLENGE}&code_challenge_method=S256"
            ),
        );

        // Nobody is signed in: first the form, then back to the question.
        let first = browser.opens(&question).await;
        assert_eq!(first.status, 302);
        let page = browser.opens(first.header("location")).await;
        let filled_in = [("username", "Nadia@Kindred.Example"), ("password", PASSWORD)];
        let signed_in = browser.submits(&page, "/login", &filled_in).await;
        let page = browser.opens(signed_in.header("location")).await;
        assert!(page.text().contains("Phanpy would like to speak for you"));
        assert!(page.text().contains("post, delete, follow, join"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action 'self' https://phanpy.example;"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"));
        let answer = browser.submits(&page, "/oauth/authorize", &[]).await;
        let address = answer.header("location");
        assert!(address.starts_with("https://phanpy.example/cb?code="), "{address}");
        assert!(address.ends_with("&state=a%26b%3D%C3%BC"), "{address}");

        let code = code_in(address);
        let swapped = program.swaps(&code, json!({ "code_verifier": VERIFIER })).await;
        assert_eq!(swapped.status, 200, "{}", swapped.text());
        let token = swapped.json();
        assert_eq!(token["token_type"], "Bearer");
        assert_eq!(token["scope"], "read write");
        assert!(token["created_at"].is_i64());
        let token = token["access_token"].as_str().unwrap();
        let me = asks(&ours, "/api/v1/accounts/verify_credentials", token).await;
        assert_eq!(me.json()["username"], "nadia");

        let settings = browser.opens("/settings").await;
        assert!(settings.text().contains("Phanpy"));
        let action = settings
            .text()
            .split("action=\"")
            .find(|rest| rest.starts_with("/settings/programs/"))
            .and_then(|rest| rest.split('"').next().map(str::to_owned))
            .unwrap();
        assert_eq!(browser.submits(&settings, &action, &[]).await.status, 303);
        assert_eq!(
            asks(&ours, "/api/v1/accounts/verify_credentials", token).await.status,
            401
        );
    })
    .await;
}

#[actix_web::test]
async fn a_code_is_worth_something_once_soon_and_to_the_program_it_was_made_for() {
    on_both(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let program = Program::called(&ours, "Tusky", json!({})).await;
        let other = Program::called(&ours, "Fedilab", json!({})).await;
        let browser = nadias_browser(&ours).await;
        let pkce = format!("&code_challenge={CHALLENGE}&code_challenge_method=S256");
        let code = code_in(&program.is_let_in(&browser, BACK, &pkce).await);
        let good = json!({ "code_verifier": VERIFIER });

        let refused = [
            (json!({}), "invalid_grant", 400),
            (json!({ "code_verifier": "wrong" }), "invalid_grant", 400),
            (json!({ "code_verifier": CHALLENGE }), "invalid_grant", 400),
            (
                json!({ "code_verifier": VERIFIER, "redirect_uri": OUT_OF_BAND }),
                "invalid_grant",
                400,
            ),
            (
                json!({ "code_verifier": VERIFIER, "client_secret": "wrong" }),
                "invalid_client",
                401,
            ),
            (
                json!({ "code_verifier": VERIFIER, "client_secret": "" }),
                "invalid_client",
                401,
            ),
            (
                json!({ "code_verifier": VERIFIER, "client_id": "nobody" }),
                "invalid_client",
                401,
            ),
            (
                json!({ "code_verifier": VERIFIER, "client_id": other.id, "client_secret": other.secret }),
                "invalid_grant",
                400,
            ),
            (json!({ "grant_type": "password" }), "unsupported_grant_type", 400),
            (json!({ "grant_type": "" }), "invalid_request", 400),
            (json!({ "code": "" }), "invalid_request", 400),
        ];
        for (more, word, status) in refused {
            let answer = program.swaps(&code, more.clone()).await;
            assert_eq!(
                (answer.json()["error"].as_str(), answer.status),
                (Some(word), status),
                "{more}"
            );
        }
        assert_eq!(program.swaps(&code, good.clone()).await.status, 200);
        let again = program.swaps(&code, good.clone()).await;
        assert_eq!((again.status, &again.json()["error"]), (400, &json!("invalid_grant")));

        let code = code_in(&program.is_let_in(&browser, BACK, &pkce).await);
        fediverse.turn(Duration::from_mins(6));
        let late = program.swaps(&code, good).await;
        assert_eq!((late.status, &late.json()["error"]), (400, &json!("invalid_grant")));

        // A verifier for a code without a challenge means that somebody took the challenge away.
        let code = code_in(&program.is_let_in(&browser, BACK, "").await);
        let answer = program.swaps(&code, json!({ "code_verifier": VERIFIER })).await;
        assert_eq!(answer.json()["error"], "invalid_grant");
        assert_eq!(program.swaps(&code, json!({})).await.status, 200);
    })
    .await;
}

#[actix_web::test]
async fn a_program_is_never_sent_where_it_did_not_say_it_would_be() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let program = Program::called(&ours, "Elk", json!({})).await;
        let browser = nadias_browser(&ours).await;
        for elsewhere in [
            "https://evil.example/cb",
            "https://phanpy.example/cb/",
            "https://phanpy.example/CB",
            "https://phanpy.example/cb?x=1",
            "https://phanpy.example@evil.example/cb",
            "icecubesapp:",
            "javascript:alert(1)",
            "",
        ] {
            let answer = browser.opens(&program.question(elsewhere, "&state=x")).await;
            assert_eq!((answer.status, answer.header("location")), (400, ""), "{elsewhere}");
            assert!(answer.header("content-type").starts_with("text/html"));
        }
        let unknown = browser
            .opens("/oauth/authorize?response_type=code&client_id=nobody&redirect_uri=https%3A%2F%2Fevil.example")
            .await;
        assert_eq!((unknown.status, unknown.header("location")), (401, ""));

        for (more, word) in [
            ("&scope=read+admin:read&state=x", "invalid_scope"),
            ("&scope=all&state=x", "invalid_scope"),
            ("&response_type=token&state=x", "unsupported_response_type"),
            ("&code_challenge=abc&code_challenge_method=plain&state=x", "invalid_request"),
            ("&code_challenge=abc&state=x", "invalid_request"),
        ] {
            let answer = browser.opens(&program.question(BACK, more)).await;
            let address = answer.header("location");
            assert!(
                address.starts_with(&format!("{BACK}?error={word}&")) && address.ends_with("&state=x"),
                "{more} → {address}"
            );
        }
    })
    .await;
}

#[actix_web::test]
async fn a_program_without_a_secret_proves_itself_by_its_verifier_alone() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let public = json!({ "token_endpoint_auth_method": "none" });
        let program = Program::called(&ours, "toot", public).await;
        let browser = nadias_browser(&ours).await;
        let without = browser.opens(&program.question(BACK, "")).await;
        assert!(without.header("location").contains("error=invalid_request"));
        let pkce = format!("&code_challenge={CHALLENGE}&code_challenge_method=S256");
        let code = code_in(&program.is_let_in(&browser, BACK, &pkce).await);
        let no_secret = json!({ "client_secret": null, "code_verifier": VERIFIER });
        assert_eq!(program.swaps(&code, no_secret).await.status, 200);
        let for_itself = json!({ "grant_type": "client_credentials", "client_id": program.id });
        assert_eq!(posts(&ours, "/oauth/token", &for_itself).await.status, 401);
    })
    .await;
}

#[actix_web::test]
async fn the_code_is_shown_to_those_who_carry_it_by_hand_and_no_means_no() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let program = Program::called(&ours, "toot", json!({})).await;
        let browser = nadias_browser(&ours).await;
        let address = program
            .is_let_in(&browser, OUT_OF_BAND, "&scope=read")
            .await;
        let page = browser.opens(&address).await;
        let code = code_in(&format!("http://x{address}"));
        assert!(page.text().contains(&format!("<code>{code}</code>")));
        let swapped = program
            .swaps(&code, json!({ "redirect_uri": OUT_OF_BAND }))
            .await;
        assert_eq!(swapped.json()["scope"], "read");

        let page = browser.opens(&program.question(BACK, "&state=s")).await;
        let answer = browser
            .submits(&page, "/oauth/authorize", &[("answer", "no")])
            .await;
        assert!(
            answer
                .header("location")
                .starts_with(&format!("{BACK}?error=access_denied&")),
        );
        let page = browser
            .opens("/oauth/authorize/native?code=%3Cscript%3E")
            .await;
        assert_eq!(page.status, 410);
    })
    .await;
}

#[actix_web::test]
async fn nobody_else_can_make_somebody_consent() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let program = Program::called(&ours, "Evil", json!({})).await;
        let browser = nadias_browser(&ours).await;
        let page = browser.opens(&program.question(BACK, "")).await;
        let fields = crate::support::form(&page.text(), "/oauth/authorize", &[]);
        let stolen = browser
            .posts("/oauth/authorize", &fields, Some("https://evil.example"))
            .await;
        assert_eq!((stolen.status, stolen.header("location")), (403, ""));
        let sandboxed = browser
            .posts("/oauth/authorize", &fields, Some("null"))
            .await;
        assert_eq!(sandboxed.status, 403);
        let mut guessed = fields.clone();
        guessed.retain(|(name, _)| name != "form");
        let answer = browser.posts("/oauth/authorize", &guessed, None).await;
        assert_eq!((answer.status, answer.header("location")), (403, ""));
        // The same fields from another session are worth nothing.
        let other = nadias_browser(&ours).await;
        let answer = other.posts("/oauth/authorize", &fields, None).await;
        assert_eq!(answer.status, 403);
        // And somebody who is not signed in is asked to.
        let stranger = Browser::at(&ours);
        let answer = stranger.posts("/oauth/authorize", &fields, None).await;
        assert_eq!((answer.status, answer.header("location")), (302, "/login"));
    })
    .await;
}

#[actix_web::test]
async fn a_program_can_insist_on_a_fresh_sign_in() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let program = Program::called(&ours, "Ivory", json!({})).await;
        let browser = nadias_browser(&ours).await;
        let asked = browser
            .opens(&program.question(BACK, "&force_login=true&lang=de"))
            .await;
        let page = browser.opens(asked.header("location")).await;
        assert!(page.text().contains("Please sign in once more"));
        let filled_in = [("username", "@nadia"), ("password", PASSWORD)];
        let answer = browser.submits(&page, "/login", &filled_in).await;
        let page = browser.opens(answer.header("location")).await;
        assert!(page.text().contains("Ivory would like to speak for you"));
        let slash = program
            .question(BACK, "")
            .replacen("authorize?", "authorize/?", 1);
        assert_eq!(browser.opens(&slash).await.status, 200);
    })
    .await;
}

#[actix_web::test]
async fn a_program_that_speaks_for_itself_is_nobody() {
    on_both(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let program = Program::called(&ours, "Search", json!({ "website": "https://search.example" })).await;
        let basic = BASE64_STANDARD.encode(format!("{}:{}", program.id, program.secret));
        let issued = Request::new("POST", "/oauth/token")
            .with("host", ours.host())
            .with("authorization", format!("Basic {basic}"))
            .with("content-type", "application/x-www-form-urlencoded")
            .body("grant_type=client_credentials&scope=read")
            .send(ours.address())
            .await;
        assert_eq!(issued.status, 200, "{}", issued.text());
        let token = issued.json()["access_token"].as_str().unwrap().to_owned();
        let app = asks(&ours, "/api/v1/apps/verify_credentials", &token).await;
        assert_eq!(app.json()["name"], "Search");
        assert_eq!(app.json()["website"], "https://search.example/");
        assert_eq!(app.json()["redirect_uris"][0], BACK);
        assert_eq!(
            asks(&ours, "/api/v1/accounts/verify_credentials", &token).await.status,
            422
        );
        assert_eq!(asks(&ours, "/api/v1/timelines/home", &token).await.status, 422);
        assert_eq!(asks(&ours, "/api/v1/accounts/lookup?acct=nadia", &token).await.status, 200);

        // It may give back its own token, not one of another program, and giving back twice is giving back once.
        let other = Program::called(&ours, "Other", json!({})).await;
        let give_back = |by: &Program<'_>| {
            json!({ "client_id": by.id, "client_secret": by.secret, "token": token })
        };
        assert_eq!(posts(&ours, "/oauth/revoke", &give_back(&other)).await.status, 403);
        let unproven = json!({ "token": token });
        assert_eq!(posts(&ours, "/oauth/revoke", &unproven).await.status, 403);
        for _ in 0..2 {
            let answer = posts(&ours, "/oauth/revoke", &give_back(&program)).await;
            assert_eq!((answer.status, answer.json()), (200, json!({})));
        }
        assert_eq!(asks(&ours, "/api/v1/apps/verify_credentials", &token).await.status, 401);
    })
    .await;
}

#[actix_web::test]
async fn programs_that_introduce_themselves_badly_are_refused_with_words() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        for bad in [
            json!({}),
            json!({ "client_name": "", "redirect_uris": BACK }),
            json!({ "client_name": "a", "redirect_uris": [] }),
            json!({ "client_name": "a", "redirect_uris": "javascript:alert(1)" }),
            json!({ "client_name": "a", "redirect_uris": BACK, "scopes": "everything" }),
            json!({ "client_name": "a", "redirect_uris": BACK, "website": "javascript:alert(1)" }),
            json!({ "client_name": "a".repeat(1000), "redirect_uris": BACK }),
            json!({ "client_name": 7, "redirect_uris": { "a": { "b": 1 } } }),
        ] {
            let answer = posts(&ours, "/api/v1/apps", &bad).await;
            assert_eq!(answer.status, 422, "{bad}: {}", answer.text());
            assert!(answer.json()["error"].is_string());
        }
        let several = json!({ "client_name": "a", "redirect_uris": "a://b\nc://d" });
        let app = posts(&ours, "/api/v1/apps", &several).await.json();
        assert_eq!(app["redirect_uris"], json!(["a://b", "c://d"]));
        assert_eq!(app["redirect_uri"], "a://b\nc://d");
        assert_eq!(app["scopes"], json!(["read"]));
        assert_eq!(app["client_secret_expires_at"], 0);
    })
    .await;
}

#[actix_web::test]
async fn clients_find_out_what_there_is() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let found = ours.page("/.well-known/oauth-authorization-server").await;
        assert_eq!(found.header("access-control-allow-origin"), "*");
        let about = found.json();
        assert_eq!(
            about["token_endpoint"],
            "http://kindred.example/oauth/token"
        );
        assert_eq!(about["code_challenge_methods_supported"], json!(["S256"]));
        let program = Program::called(&ours, "Claims", json!({ "scopes": "profile" })).await;
        let browser = nadias_browser(&ours).await;
        let code = code_in(&program.is_let_in(&browser, BACK, "&scope=profile").await);
        let token = program.swaps(&code, json!({})).await.json();
        let token = token["access_token"].as_str().unwrap();
        let claims = asks(&ours, "/oauth/userinfo", token).await.json();
        assert_eq!(claims["sub"], "http://kindred.example/p/nadia");
        assert_eq!(claims["preferred_username"], "nadia");
        assert_eq!(
            asks(&ours, "/api/v1/timelines/home", token).await.status,
            403
        );
        let preflight = Request::new("OPTIONS", "/oauth/token")
            .with("host", ours.host())
            .send(ours.address())
            .await;
        assert_eq!(preflight.status, 204);
        assert_eq!(preflight.header("access-control-allow-origin"), "*");
    })
    .await;
}
