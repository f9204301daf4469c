//! Streams: what somebody says reaches those who look at that moment, and nobody else.

use std::time::Duration;

use kindred_community::{JoinPolicy, Visibility};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};

use crate::support::{Fediverse, Instance, Person, on_both, on_sqlite, read_head};

const PATIENCE: Duration = Duration::from_secs(30);

/// A connection on which the server speaks when it has something to say.
pub(crate) struct Line(BufReader<TcpStream>);

impl Line {
    async fn open(
        ours: &Instance,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (String, Vec<(String, String)>, Self) {
        let mut stream = TcpStream::connect(ours.address())
            .await
            .expect("a connection");
        let mut head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n", ours.host());
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await.expect("a question");
        let mut reader = BufReader::new(stream);
        let (first, headers) = read_head(&mut reader).await.expect("an answer");
        (first, headers, Self(reader))
    }

    pub(crate) async fn socket(ours: &Instance, query: &str, token: &str) -> Self {
        let (first, headers, line) = Self::open(
            ours,
            &format!("/api/v1/streaming{query}"),
            &[
                ("connection", "Upgrade"),
                ("upgrade", "websocket"),
                ("sec-websocket-version", "13"),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
                ("sec-websocket-protocol", token),
            ],
        )
        .await;
        assert!(first.contains("101"), "{first}");
        let echoed = headers
            .iter()
            .find(|(name, _)| name == "sec-websocket-protocol")
            .map(|(_, value)| value.as_str());
        assert_eq!(
            echoed,
            Some(token),
            "browsers drop the connection otherwise"
        );
        line
    }

    /// Says something on a WebSocket, masked with zeros.
    pub(crate) async fn says(&mut self, words: &Value) {
        let words = words.to_string();
        let length = u8::try_from(words.len()).expect("a short message");
        assert!(length < 126);
        let mut frame = vec![0x81, 0x80 | length, 0, 0, 0, 0];
        frame.extend_from_slice(words.as_bytes());
        self.0.get_mut().write_all(&frame).await.expect("a frame");
    }

    /// The next frame on a WebSocket: its kind, and what it says.
    async fn frame(&mut self) -> (u8, Vec<u8>) {
        timeout(PATIENCE, async {
            let kind = self.0.read_u8().await.expect("a frame") & 0x0f;
            let length = match self.0.read_u8().await.expect("a length") {
                126 => u64::from(self.0.read_u16().await.expect("a length")),
                127 => self.0.read_u64().await.expect("a length"),
                short => u64::from(short),
            };
            let mut words = vec![0; usize::try_from(length).expect("a length")];
            self.0.read_exact(&mut words).await.expect("the words");
            (kind, words)
        })
        .await
        .expect("a frame in time")
    }

    /// The next event on a WebSocket.
    pub(crate) async fn event(&mut self) -> (Value, String, Value) {
        loop {
            let (kind, words) = self.frame().await;
            if kind == 1 {
                let told: Value = serde_json::from_slice(&words).expect("JSON");
                let payload = told["payload"].as_str().unwrap_or("null").to_owned();
                return (
                    told["stream"].clone(),
                    told["event"].as_str().unwrap_or_default().to_owned(),
                    serde_json::from_str(&payload).unwrap_or(Value::Null),
                );
            }
            assert_ne!(kind, 8, "it was closed");
        }
    }

    /// The next event on a WebSocket, when it comes within a moment.
    pub(crate) async fn soon(&mut self) -> Option<(Value, String, Value)> {
        let within = Duration::from_millis(300);
        // Nothing of a frame has been read while its first byte has not come.
        timeout(within, self.0.fill_buf()).await.ok()?.ok()?;
        Some(self.event().await)
    }

    /// The next data of a server-sent event.
    async fn data(&mut self) -> String {
        timeout(PATIENCE, async {
            loop {
                let mut line = String::new();
                self.0.read_line(&mut line).await.expect("a line");
                if let Some(data) = line.strip_prefix("data: ") {
                    return data.trim().to_owned();
                }
            }
        })
        .await
        .expect("an event in time")
    }
}

pub(super) async fn a_house(fediverse: &Fediverse) -> (Instance, Person, Person) {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("ines")
        .with_group_like("guild", Visibility::Members, JoinPolicy::Open)
        .start()
        .await;
    let (nadia, ines) = (ours.person("nadia"), ours.person("ines"));
    (ours, nadia, ines)
}

#[actix_web::test]
async fn what_somebody_says_reaches_followers_at_that_moment_by_socket_and_by_events() {
    on_both(async |fediverse: &Fediverse| {
        let (ours, nadia, ines) = a_house(fediverse).await;
        ines.follows("nadia@kindred.example").await;
        let mut socket = Line::socket(&ours, "?stream=user", &ines.token).await;
        let bearer = format!("Bearer {}", ines.token);
        let (first, _, mut events) = Line::open(
            &ours,
            "/api/v1/streaming/user",
            &[("authorization", &bearer)],
        )
        .await;
        assert!(first.contains("200"), "{first}");

        let said = nadia.says("Hello to whoever listens").await;
        let (stream, event, status) = socket.event().await;
        assert_eq!((stream, event.as_str()), (json!(["user"]), "update"));
        assert_eq!(status["id"], said["id"]);
        assert_eq!(status["favourited"], false);
        let data: Value = serde_json::from_str(&events.data().await).expect("JSON");
        assert_eq!(data["id"], said["id"]);

        nadia.edits(&said, "Hello again").await;
        let (_, event, status) = socket.event().await;
        assert_eq!(event, "status.update");
        assert_eq!(crate::support::words(&status), "Hello again");
        nadia.deletes(&said).await;
        let (_, event, id) = socket.event().await;
        assert_eq!(event, "delete");
        assert_eq!(id.to_string(), said["id"].as_str().unwrap_or_default());
        fediverse.settle().await;
    })
    .await;
}

#[actix_web::test]
async fn a_stream_carries_only_what_its_listener_may_see() {
    on_sqlite(async |fediverse: &Fediverse| {
        let (ours, nadia, ines) = a_house(fediverse).await;
        let mut socket = Line::socket(&ours, "", &ines.token).await;
        socket
            .says(&json!({ "type": "subscribe", "stream": "nonsense" }))
            .await;
        let (_, words) = socket.frame().await;
        assert!(String::from_utf8_lossy(&words).contains("no stream of that name"));
        socket
            .says(&json!({ "type": "subscribe", "stream": "user" }))
            .await;
        socket
            .says(&json!({ "type": "subscribe", "stream": "public" }))
            .await;
        socket
            .says(&json!({ "type": "subscribe", "stream": "hashtag", "tag": "Rust" }))
            .await;
        // The answer to a message that is none tells that those before it were heard.
        socket.says(&json!({ "type": "heard?" })).await;
        let (_, words) = socket.frame().await;
        assert!(String::from_utf8_lossy(&words).contains("error"));

        nadia
            .publishes(json!({ "status": "Not for you #rust", "visibility": "private" }))
            .await;
        nadia
            .publishes(json!({ "status": "@guild Within our walls #rust" }))
            .await;
        nadia
            .publishes(json!({ "status": "@nadia Note to myself", "visibility": "direct" }))
            .await;
        nadia
            .publishes(json!({ "status": "For everybody #rust" }))
            .await;
        let mut streams = Vec::new();
        for _ in 0..2 {
            let (stream, _, status) = socket.event().await;
            assert_eq!(crate::support::words(&status), "For everybody #rust");
            streams.push(stream[0].clone());
        }
        streams.sort_by_key(ToString::to_string);
        assert_eq!(streams, [json!("hashtag"), json!("public")]);
        fediverse.settle().await;
    })
    .await;
}

#[actix_web::test]
async fn notices_lists_and_talks_are_told_on_streams_of_their_own() {
    on_both(async |fediverse: &Fediverse| {
        let (ours, nadia, ines) = a_house(fediverse).await;
        ines.follows("nadia@kindred.example").await;
        let list = ines
            .does("POST", "/api/v1/lists", Some(&json!({ "title": "Near" })))
            .await;
        let id = list["id"].as_str().expect("a number");
        ines.does(
            "POST",
            &format!("/api/v1/lists/{id}/accounts"),
            Some(&json!({ "account_ids": [nadia.actor.id.to_string()] })),
        )
        .await;
        let open = async |query: &str| Line::socket(&ours, query, &ines.token).await;
        let mut notices = open("?stream=user:notification").await;
        let mut near = open(&format!("?stream=list&list={id}")).await;
        let mut talks = open("?stream=direct").await;
        // Somebody else's list stays silent.
        let mut foreign =
            Line::socket(&ours, &format!("?stream=list&list={id}"), &nadia.token).await;
        foreign
            .says(&json!({ "type": "subscribe", "stream": "user:notification" }))
            .await;

        nadia
            .publishes(json!({ "status": "@ines Between us", "visibility": "direct" }))
            .await;
        let (stream, event, talk) = talks.event().await;
        assert_eq!(
            (stream, event.as_str()),
            (json!(["direct"]), "conversation")
        );
        assert_eq!(talk["unread"], true);
        assert_eq!(
            crate::support::words(&talk["last_status"]),
            "@ines Between us"
        );
        let (stream, event, notice) = notices.event().await;
        assert_eq!(
            (stream, event.as_str()),
            (json!(["user:notification"]), "notification")
        );
        assert_eq!(notice["type"], "mention");
        assert_eq!(notice["account"]["username"], "nadia");

        let said = nadia.says("For everybody").await;
        let (stream, event, status) = near.event().await;
        assert_eq!((stream, event.as_str()), (json!(["list", id]), "update"));
        assert_eq!(status["id"], said["id"]);

        let liked = said["id"].as_str().expect("a number");
        ines.does("POST", &format!("/api/v1/statuses/{liked}/favourite"), None)
            .await;
        let (stream, _, notice) = foreign.event().await;
        assert_eq!(stream, json!(["user:notification"]));
        assert_eq!(notice["type"], "favourite");
        fediverse.settle().await;
    })
    .await;
}

#[actix_web::test]
async fn a_stream_ends_with_its_token_and_begins_with_none_but_a_good_one() {
    on_sqlite(async |fediverse: &Fediverse| {
        let (ours, nadia, _) = a_house(fediverse).await;
        let mut socket = Line::socket(&ours, "?stream=user", &nadia.token).await;
        let account = nadia.actor.id;
        let token = ours
            .asks(move |db| {
                let account =
                    kindred_storage::accounts::by_actor(db, account)?.expect("an account");
                Ok((
                    account.id,
                    kindred_storage::apps::tokens_of(db, account.id)?[0].0.id,
                ))
            })
            .await;
        kindred_community::accounts::turn_away(ours.kindred(), token.0, token.1)
            .await
            .expect("an end");
        let (kind, _) = socket.frame().await;
        assert_eq!(kind, 8, "a close frame");
        for (path, headers, status) in [
            ("/api/v1/streaming/user", vec![], "401"),
            (
                "/api/v1/streaming/user",
                vec![("authorization", "Bearer wrong")],
                "401",
            ),
            (
                "/api/v1/streaming?stream=user&access_token=wrong",
                vec![],
                "401",
            ),
            ("/api/v1/streaming/health", vec![], "200"),
        ] {
            let (first, _, _) = Line::open(&ours, path, &headers).await;
            assert!(first.contains(status), "{path}: {first}");
        }
    })
    .await;
}
