//! Somebody with an account, and the client that they use: everything goes through the client API, with their token.

use kindred_community::Actor;
use serde_json::{Value, json};

use super::{
    http::{Answer, Request},
    instance::Instance,
};

#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) instance: Instance,
    pub(crate) actor: Actor,
    pub(crate) token: String,
}

impl Person {
    /// Asks the API and answers whatever comes back.
    pub(crate) async fn calls(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::new(method, path)
            .with("host", self.instance.host())
            .with("authorization", format!("Bearer {}", self.token));
        if let Some(body) = body {
            request = request
                .with("content-type", "application/json")
                .body(body.to_string());
        }
        request.send(self.instance.address()).await
    }

    /// Asks the API for something that has to work.
    pub(crate) async fn does(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let answer = self.calls(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text());
        answer.json()
    }

    pub(crate) async fn sees(&self, path: &str) -> Value {
        self.does("GET", path, None).await
    }

    /// Looks for somebody or something, elsewhere too.
    pub(crate) async fn searches(&self, what: &str) -> Value {
        let what: String = url::form_urlencoded::byte_serialize(what.as_bytes()).collect();
        self.sees(&format!("/api/v2/search?resolve=true&q={what}"))
            .await
    }

    /// The number under which this client knows an account.
    pub(crate) async fn finds(&self, acct: &str) -> String {
        let found = self.searches(acct).await;
        id(&found["accounts"][0])
    }

    /// The number under which this client knows a post.
    pub(crate) async fn finds_post(&self, uri: &str) -> String {
        let found = self.searches(uri).await;
        id(&found["statuses"][0])
    }

    pub(crate) async fn follows(&self, acct: &str) -> Value {
        let id = self.finds(acct).await;
        self.does("POST", &format!("/api/v1/accounts/{id}/follow"), None)
            .await
    }

    pub(crate) async fn leaves(&self, acct: &str) -> Value {
        let id = self.finds(acct).await;
        self.does("POST", &format!("/api/v1/accounts/{id}/unfollow"), None)
            .await
    }

    /// How they stand to somebody, as the button in their client shows it: following again changes nothing.
    pub(crate) async fn stands_to(&self, acct: &str) -> (bool, bool) {
        let standing = self.follows(acct).await;
        (
            standing["following"] == json!(true),
            standing["requested"] == json!(true),
        )
    }

    pub(crate) async fn says(&self, text: &str) -> Value {
        self.publishes(json!({ "status": text })).await
    }

    pub(crate) async fn publishes(&self, status: Value) -> Value {
        self.does("POST", "/api/v1/statuses", Some(&status)).await
    }

    /// Answers a post that they find by its address.
    pub(crate) async fn answers(&self, uri: &str, text: &str) -> Value {
        let parent = self.finds_post(uri).await;
        self.publishes(json!({ "status": text, "in_reply_to_id": parent }))
            .await
    }

    pub(crate) async fn edits(&self, status: &Value, text: &str) -> Value {
        let path = format!("/api/v1/statuses/{}", id(status));
        self.does("PUT", &path, Some(&json!({ "status": text })))
            .await
    }

    pub(crate) async fn deletes(&self, status: &Value) -> Value {
        let path = format!("/api/v1/statuses/{}", id(status));
        self.does("DELETE", &path, None).await
    }

    /// `favourite`, `unfavourite`, `reblog`, `unreblog` of a post that they find by its address.
    pub(crate) async fn reacts(&self, uri: &str, how: &str) -> Value {
        let id = self.finds_post(uri).await;
        self.does("POST", &format!("/api/v1/statuses/{id}/{how}"), None)
            .await
    }

    /// The post at this address as their client shows it; `None` when it is not there for them.
    pub(crate) async fn post_at(&self, uri: &str) -> Option<Value> {
        let found = self.searches(uri).await;
        found["statuses"].get(0).cloned()
    }

    /// The words at home, newest first, each with who passed it on: `"Hello by nadia, from rust@kindred.example"`.
    pub(crate) async fn home(&self) -> Vec<String> {
        let home = self.sees("/api/v1/timelines/home").await;
        home.as_array()
            .expect("a list")
            .iter()
            .map(|entry| {
                let acct = |status: &Value| {
                    status["account"]["acct"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned()
                };
                match &entry["reblog"] {
                    Value::Null => format!("{} by {}", words(entry), acct(entry)),
                    inner => format!("{} by {}, from {}", words(inner), acct(inner), acct(entry)),
                }
            })
            .collect()
    }

    /// The words below a post, in the order of the conversation.
    pub(crate) async fn thread_below(&self, uri: &str) -> Vec<String> {
        let id = self.finds_post(uri).await;
        let context = self.sees(&format!("/api/v1/statuses/{id}/context")).await;
        context["descendants"]
            .as_array()
            .expect("a list")
            .iter()
            .map(words)
            .collect()
    }
}

fn id(entity: &Value) -> String {
    entity["id"]
        .as_str()
        .unwrap_or_else(|| panic!("nothing was found: {entity}"))
        .to_owned()
}

/// What a status says, without markup.
pub(crate) fn words(status: &Value) -> String {
    kindred_protocol::html::to_text(status["content"].as_str().unwrap_or_default(), 500)
}
