//! A house in which everything has happened once, so that every endpoint of the client API has something to tell.
//!
//! Nadia asks; she leads a group, Mei and strangers do things to her. What an endpoint needs is made just before it is asked for.

mod groups;
mod others;

use std::cell::Cell;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kindred_storage::{AccountRole, JoinPolicy, Visibility};
use kindred_web::description::Endpoint;
use openssl::{
    bn::BigNumContext,
    ec::{EcGroup, EcKey, PointConversionForm},
    nid::Nid,
};
use serde_json::{Value, json};

use crate::{
    media::picture,
    support::{Fediverse, Instance, Person, http::Answer, http::Request},
};

/// Everything that a token can carry.
pub(crate) const ALL_SCOPES: &str = "read write follow push profile admin:read admin:write";

/// What is sent: by whom, where to, and with what.
pub(super) struct Call {
    pub(super) who: Person,
    pub(super) path: String,
    pub(super) body: Option<Value>,
}

pub(super) struct Stage<'a> {
    pub(super) fediverse: &'a Fediverse,
    pub(super) ours: Instance,
    theirs: Instance,
    next: Cell<usize>,
    /// Nadia's post with everything on it, Mei's poll, Mei's quotation of Nadia's post.
    post: Value,
    poll: Value,
    quote: Value,
    den: String,
}

fn id(of: &Value) -> String {
    of["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no id: {of}"))
        .to_owned()
}

impl<'a> Stage<'a> {
    pub(super) async fn set(fediverse: &'a Fediverse) -> Self {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("mei")
            .with_person("tomas")
            .with_person("bo")
            .with_admin("ines")
            .with_house(super::house::furnished())
            .with_group("rust")
            .with_group_like("garden", Visibility::Public, JoinPolicy::Ask);
        let ours = ours.start().await;
        let theirs = fediverse
            .instance("acme.example")
            .with_admin("robert")
            .with_person("max")
            .start()
            .await;
        let (nadia, mei) = (ours.person("nadia"), ours.person("mei"));
        nadia.follows("@mei").await;
        mei.follows("@nadia").await;
        mei.follows("@rust").await;
        let upload = nadia
            .uploads(&picture(8, 8, image::ImageFormat::Png), "Two colours")
            .await;
        let post = nadia
            .publishes(json!({
                "status": "@mei look at #rust and https://kindred.example/topics/rust", "media_ids": [upload["id"]],
                "spoiler_text": "Colours", "language": "en"
            }))
            .await;
        let uri = post["uri"].as_str().expect("an address").to_owned();
        mei.answers(&uri, "@nadia beautiful").await;
        mei.reacts(&uri, "favourite").await;
        mei.reacts(&uri, "reblog").await;
        nadia.edits(&post, "@mei look at #rust again").await;
        let poll = mei
            .publishes(json!({
                "status": "@rust Tea? #rust", "poll": { "options": ["yes", "no"], "expires_in": 3600, "multiple": true }
            }))
            .await;
        let quote = mei
            .publishes(json!({ "status": "See", "quoted_status_id": post["id"] }))
            .await;
        mei.publishes(json!({ "status": "@nadia in private", "visibility": "direct" }))
            .await;
        nadia
            .publishes(json!({ "status": "A link https://far.example/article #gardens" }))
            .await;
        let den = mei
            .does(
                "POST",
                "/api/v1/groups",
                Some(&json!({ "display_name": "Den", "handle": "den" })),
            )
            .await;
        fediverse.settle().await;
        Self {
            fediverse,
            ours,
            theirs,
            next: Cell::new(0),
            post,
            poll,
            quote,
            den: id(&den),
        }
    }

    /// Somebody new.
    async fn stranger(&self) -> Person {
        let number = self.next.replace(self.next.get() + 1);
        {
            let handle = format!("stranger{number}");
            self.ours.takes_in(&handle, AccountRole::Member).await;
            self.ours.person(&handle)
        }
    }

    /// Whatever came between Nadia and Mei is over: they follow each other.
    async fn reconcile(&self) {
        let (nadia, mei) = (self.ours.person("nadia"), self.ours.person("mei"));
        for (one, other) in [(&nadia, &mei), (&mei, &nadia)] {
            for act in ["unblock", "unmute", "follow"] {
                let path = format!("/api/v1/accounts/{}/{act}", other.actor.id);
                one.does("POST", &path, None).await;
            }
        }
        let path = format!("/api/v1/follow_requests/{}/authorize", mei.actor.id);
        nadia.calls("POST", &path, None).await;
    }

    async fn first(&self, who: &Person, path: &str) -> String {
        let list = who.sees(path).await;
        id(list.get(0).unwrap_or_else(|| panic!("nothing at {path}")))
    }

    /// What an endpoint is asked with, after everything that it needs was done.
    pub(super) async fn call(&self, endpoint: &Endpoint) -> Call {
        let asker = if endpoint.path.contains("/admin/")
            || endpoint.path.contains("/partners")
            || needs_admin(endpoint)
        {
            "ines"
        } else {
            "nadia"
        };
        // What ends a token gets a fresh one each time.
        let who = self.ours.person_who_may(asker, ALL_SCOPES).await;
        self.reconcile().await;
        let (ids, body) = self.made(&who, endpoint).await;
        let mut ids = ids.into_iter();
        let parts = endpoint.path.split('/').map(|part| match part {
            part if part.starts_with(':') => ids.next().unwrap_or_else(|| {
                panic!("{} {}: what is {part}?", endpoint.method, endpoint.path)
            }),
            part => part.to_owned(),
        });
        Call {
            path: parts.collect::<Vec<_>>().join("/"),
            who,
            body,
        }
    }

    /// The numbers in the address, and what is said with it.
    #[expect(clippy::too_many_lines, reason = "a table of what each endpoint needs")]
    async fn made(&self, who: &Person, endpoint: &Endpoint) -> (Vec<String>, Option<Value>) {
        let (method, path) = (endpoint.method, endpoint.path);
        if path.contains("/groups")
            || path.contains("/invitations")
            || path.contains("/timelines/group")
        {
            return self.in_a_group(who, method, path).await;
        }
        if path.contains("/admin/") {
            return self.by_an_admin(who, method, path).await;
        }
        if path.contains("/v1/announcements") && path.contains("kindred")
            || path.contains("/v1/emojis")
        {
            if method == "GET" {
                self.happened(who, path).await;
            }
            return self.looking_after(method, path).await;
        }
        if path.contains("/kindred/v1/") {
            return self.finding(who, method, path).await;
        }
        if path.contains("/filters") {
            return Self::filtering(who, method, path).await;
        }
        if path.contains("/notifications") {
            return self.notified(who, method, path).await;
        }
        let mei = || self.ours.person("mei").actor.id.to_string();
        let rust = || "rust".to_owned();
        let none = Vec::new;
        match (method, path) {
            ("GET", path) if self.happened(who, path).await => (none(), None),
            ("POST", "/api/v1/apps") => (
                none(),
                Some(json!({
                    "client_name": "Notes", "redirect_uris": ["https://notes.example/"], "scopes": "read write", "website": "https://notes.example/"
                })),
            ),
            ("POST", "/oauth/token") => (none(), Some(self.program("client_credentials").await)),
            ("POST", "/oauth/revoke") => (none(), Some(self.program("").await)),
            ("POST", "/api/v1/accounts") => (
                none(),
                Some(
                    json!({ "username": "new", "email": "new@kindred.example", "password": "long enough", "agreement": true, "locale": "en" }),
                ),
            ),
            ("PATCH" | "PUT", "/api/v1/accounts/update_credentials" | "/api/v1/profile") => (
                none(),
                Some(json!({
                    "display_name": "Nadia", "fields_attributes": [{ "name": "Team", "value": "Platform" }]
                })),
            ),
            (_, path) if path.starts_with("/api/v1/announcements/") => {
                (vec![self.announced().await, "%F0%9F%9A%80".into()], None)
            }
            (_, "/api/v1/instance/terms_of_service/:date") => (vec!["2026-01-01".into()], None),
            (_, path) if path.starts_with("/api/v1/accounts/:") => {
                self.shown_by(who, path).await;
                (vec![mei()], None)
            }
            ("POST", path) if path.starts_with("/api/v1/follow_requests/") => {
                who.does(
                    "PATCH",
                    "/api/v1/accounts/update_credentials",
                    Some(&json!({ "locked": true })),
                )
                .await;
                let stranger = self.stranger().await;
                stranger.follows("@nadia").await;
                (vec![stranger.actor.id.to_string()], None)
            }
            (_, path)
                if path.starts_with("/api/v1/tags/")
                    || path.starts_with("/api/v1/timelines/tag/") =>
            {
                (vec![rust()], None)
            }
            ("POST", "/api/v1/featured_tags") => (none(), Some(json!({ "name": "gardens" }))),
            ("DELETE", "/api/v1/featured_tags/:id") => {
                let made = who
                    .does(
                        "POST",
                        "/api/v1/featured_tags",
                        Some(&json!({ "name": "winter" })),
                    )
                    .await;
                (vec![id(&made)], None)
            }
            ("POST" | "DELETE", "/api/v1/domain_blocks") => {
                (none(), Some(json!({ "domain": "spam.example" })))
            }
            ("DELETE", "/api/v1/suggestions/:account_id") => {
                (vec![self.stranger().await.actor.id.to_string()], None)
            }
            ("POST", "/api/v1/statuses") => (none(), Some(json!({ "status": "New #rust" }))),
            ("DELETE", "/api/v1/statuses/:id") => (vec![id(&who.says("Short").await)], None),
            ("PUT", "/api/v1/statuses/:id") => (
                vec![id(&self.post)],
                Some(json!({ "status": "@mei look at #rust anew" })),
            ),
            ("PUT", "/api/v1/statuses/:id/interaction_policy") => (
                vec![id(&self.post)],
                Some(json!({ "quote_approval_policy": "followers" })),
            ),
            (_, path) if path.starts_with("/api/v1/statuses/:id") => {
                (vec![id(&self.post), id(&self.quote)], None)
            }
            ("POST", "/api/v1/polls/:id/votes") => (
                vec![id(&self.poll["poll"])],
                Some(json!({ "choices": [0] })),
            ),
            (_, "/api/v1/polls/:id") => (vec![id(&self.poll["poll"])], None),
            (_, path) if path.starts_with("/api/v1/media/") => {
                let upload = who
                    .uploads(&picture(4, 4, image::ImageFormat::Png), "")
                    .await;
                (
                    vec![id(&upload)],
                    Some(json!({ "description": "Small" })).filter(|_| method == "PUT"),
                )
            }
            ("PUT", "/api/v1/scheduled_statuses/:id") => (
                vec![self.later(who).await],
                Some(json!({ "scheduled_at": "2026-02-20T12:00:00Z" })),
            ),
            (_, "/api/v1/scheduled_statuses/:id") => (vec![self.later(who).await], None),
            ("POST", "/api/v1/lists") => (none(), Some(json!({ "title": "Friends" }))),
            (_, path)
                if path.starts_with("/api/v1/lists/")
                    || path.starts_with("/api/v1/timelines/list/") =>
            {
                let list = who
                    .does(
                        "POST",
                        "/api/v1/lists",
                        Some(&json!({ "title": "Friends" })),
                    )
                    .await;
                let whom = json!({ "account_ids": [mei()] });
                if !(method == "POST" && path.ends_with("/accounts")) {
                    who.does(
                        "POST",
                        &format!("/api/v1/lists/{}/accounts", id(&list)),
                        Some(&whom),
                    )
                    .await;
                }
                let said = match path {
                    "/api/v1/lists/:id" if method == "PUT" => {
                        Some(json!({ "title": "Old friends", "exclusive": true }))
                    }
                    "/api/v1/lists/:id/accounts" if method != "GET" => Some(whom),
                    _ => None,
                };
                (vec![id(&list)], said)
            }
            ("POST", "/api/v1/markers") => (
                none(),
                Some(json!({ "home": { "last_read_id": id(&self.post) } })),
            ),
            (_, path) if path.starts_with("/api/v1/conversations") => {
                let whisper = json!({ "status": "@nadia psst", "visibility": "direct" });
                self.ours.person("mei").publishes(whisper).await;
                (vec![self.first(who, "/api/v1/conversations").await], None)
            }
            ("POST", "/api/v1/push/subscription") => (none(), Some(phone())),
            (_, "/api/v1/push/subscription") => {
                who.does("POST", path, Some(&phone())).await;
                (
                    none(),
                    Some(json!({ "data": { "alerts": { "mention": true } } }))
                        .filter(|_| method == "PUT"),
                )
            }
            ("POST", "/api/v1/reports") => (
                none(),
                Some(json!({ "account_id": mei(), "comment": "Rude", "rule_ids": ["1"] })),
            ),
            _ => (none(), None),
        }
    }

    async fn later(&self, who: &Person) -> String {
        id(&who
            .publishes(json!({ "status": "Later", "scheduled_at": "2026-02-10T12:00:00Z" }))
            .await)
    }

    /// A program's own papers, with which it asks for a token or gives one back.
    async fn program(&self, grant: &str) -> Value {
        let app = self
            .ours
            .person("nadia")
            .does("POST", "/api/v1/apps", Some(&json!({ "client_name": "Notes", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": "read" })))
            .await;
        json!({
            "grant_type": grant, "client_id": app["client_id"], "client_secret": app["client_secret"], "scope": "read", "token": "none"
        })
    }

    /// What is said in the query of a question.
    pub(super) fn question(&self, endpoint: &Endpoint) -> Option<String> {
        let mei = self.ours.person("mei").actor.id;
        Some(match (endpoint.method, endpoint.path) {
            ("GET", "/oauth/authorize") => {
                "response_type=code&client_id=nobody&redirect_uri=https://notes.example/".into()
            }
            ("GET", "/api/v1/streaming/list") => "list=1".into(),
            ("GET", "/api/v1/streaming/hashtag" | "/api/v1/streaming/hashtag/local") => {
                "tag=rust".into()
            }
            ("GET", "/api/oembed") => {
                format!("url={}", self.quote["uri"].as_str().expect("an address"))
            }
            ("GET", "/api/v1/accounts") => format!("id[]={mei}"),
            ("GET", "/api/v1/accounts/relationships" | "/api/v1/accounts/familiar_followers") => {
                format!("id[]={mei}")
            }
            ("GET", "/api/v1/accounts/search") => "q=mei".into(),
            ("GET", "/api/v1/accounts/lookup") => "acct=mei".into(),
            ("GET", "/api/v1/statuses") => format!("id[]={}", id(&self.post)),
            ("GET", "/api/v1/markers") => "timeline[]=home".into(),
            ("GET", "/api/v2/search" | "/api/v1/search" | "/api/v1/groups/search") => {
                "q=rust".into()
            }
            ("GET", "/api/v1/timelines/link") => "url=https://far.example/article".into(),
            ("GET", "/api/v1/domain_blocks/preview") => "domain=acme.example".into(),
            ("GET", "/api/v1/groups/lookup") => "name=rust".into(),
            ("GET", "/api/v1/groups/relationships") => {
                format!("id[]={}", self.ours.group("rust").actor.id)
            }
            ("GET", "/api/kindred/v1/topics") => "q=ru".into(),
            ("GET", "/api/kindred/v1/discover/counts") => "topic[]=rust".into(),
            ("GET", "/api/kindred/v1/discover/similar_groups") => "name=rust&topic[]=rust".into(),
            _ => return None,
        })
    }

    /// Sends what was put together.
    pub(super) async fn send(&self, endpoint: &Endpoint, call: &Call) -> Answer {
        if endpoint.method == "POST" && endpoint.path.ends_with("/media") {
            let file = picture(4, 4, image::ImageFormat::Png);
            return call
                .who
                .sends_form("POST", &call.path, &[("file", None, &file)])
                .await;
        }
        if (endpoint.method, endpoint.path) == ("POST", "/api/kindred/v1/emojis") {
            return self.sends_emoji(&call.who, &call.path).await;
        }
        if endpoint.path.starts_with("/api/v1/streaming") && !endpoint.path.ends_with("/health") {
            // A stream never ends; what it carries is looked at where streams are. A stranger is refused at once.
            let question = self.question(endpoint).unwrap_or_default();
            return Request::new("GET", &format!("{}?{question}", call.path))
                .with("host", self.ours.host())
                .send(self.ours.address())
                .await;
        }
        let path = match self.question(endpoint) {
            Some(question) => format!("{}?{question}", call.path),
            None => call.path.clone(),
        };
        call.who
            .calls(endpoint.method, &path, call.body.as_ref())
            .await
    }
}

fn needs_admin(endpoint: &Endpoint) -> bool {
    let scopes = endpoint.here.as_ref().map(|terms| terms.scopes.clone());
    scopes.is_ok_and(|scopes| scopes.iter().any(|scope| scope.starts_with("admin:")))
}

/// A phone that wants to be told.
fn phone() -> Value {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).expect("a curve");
    let key = EcKey::generate(&group).expect("a key");
    let mut context = BigNumContext::new().expect("room");
    let point = key
        .public_key()
        .to_bytes(&group, PointConversionForm::UNCOMPRESSED, &mut context)
        .expect("a point");
    json!({
        "subscription": {
            "endpoint": "http://far.example/push",
            "standard": true,
            "keys": { "p256dh": BASE64_URL_SAFE_NO_PAD.encode(point), "auth": BASE64_URL_SAFE_NO_PAD.encode([7; 16]) }
        },
        "data": { "alerts": { "mention": true } }
    })
}
