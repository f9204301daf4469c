//! Streams: what happens, at the moment it happens, by WebSocket or as server-sent events.
//!
//! What a stream carries is decided by [`hub`], for each listener anew; here connections are opened, kept alive and closed. A
//! connection ends with the token it was opened with.

mod house;
mod hub;
mod names;
mod seats;

pub use seats::Streams;

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    rt,
    web::{self, Bytes, Data, Path, Payload, ServiceConfig},
};
use actix_ws::{CloseCode, CloseReason, Message};
use futures_util::{StreamExt as _, stream};
use kindred_community::{Kindred, Refusal, accounts, views::SignedIn};
use serde_json::{Value, json};
use tokio::time::{Instant, interval_at};

use crate::{
    at,
    error::ApiError,
    extract::{Params, bearer},
    read,
};
use names::Name;
use seats::{Frame, Seat};

/// How often a connection shows that it is alive, and looks whether its token is: phones and proxies cut silent ones.
const BEAT: Duration = Duration::from_secs(20);

/// The most streams on one connection.
const MOST_STREAMS: usize = 100;

/// The longest message that a client has to say, in bytes.
const LONGEST_MESSAGE: usize = 4096;

/// The addresses of streams.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/streaming").route(read(socket)))
        .service(at("/v1/streaming/health").route(read(health)))
        .service(web::resource("/v1/streaming/{name:.*}").route(web::get().to(events)));
}

/// `GET /api/v1/streaming/health`
pub async fn health() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("OK")
}

/// The token of a stream: where other requests have it, or as the subprotocol of a WebSocket, the one place where a browser can
/// put it.
fn shown(req: &HttpRequest) -> Result<(String, bool), Refusal> {
    if let Some(token) = bearer::token(req)? {
        return Ok((token, false));
    }
    req.headers()
        .get(header::SEC_WEBSOCKET_PROTOCOL)
        .and_then(|value| value.to_str().ok())
        .map(|token| (token.trim().to_owned(), true))
        .filter(|(token, _)| !token.is_empty())
        .ok_or(Refusal::NotSignedIn)
}

async fn person(kindred: &Kindred, token: &str) -> Result<SignedIn, ApiError> {
    let bearing = accounts::bearing(kindred, token).await?;
    Ok(bearing.person().ok_or(Refusal::NeedsPerson)?)
}

/// `GET /api/v1/streaming`: a WebSocket.
pub async fn socket(
    req: HttpRequest,
    payload: Payload,
    kindred: Data<Kindred>,
    streams: Data<Streams>,
) -> Result<HttpResponse, ApiError> {
    let (token, by_protocol) = shown(&req)?;
    let me = person(&kindred, &token).await?;
    let params = Params::from_query(req.query_string());
    let first = match params.words("stream") {
        Some(name) => Some(named(&name, &params, &me)?),
        None => None,
    };
    let (mut answer, session, incoming) =
        actix_ws::handle(&req, payload).map_err(|_| {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "this address speaks WebSocket; server-sent events are at /api/v1/streaming/user and so on",
            )
        })?;
    if by_protocol && let Ok(value) = HeaderValue::from_str(&token) {
        // Browsers drop the connection when what they asked for is not said again.
        answer
            .headers_mut()
            .insert(header::SEC_WEBSOCKET_PROTOCOL, value);
    }
    let seat = Seat::taken(&streams, &kindred, me);
    if let Some(first) = first {
        seat.listen(first);
    }
    rt::spawn(converse(kindred, token, seat, session, incoming));
    Ok(answer)
}

/// The name of a stream that this token reaches.
fn named(name: &str, params: &Params, me: &SignedIn) -> Result<Name, ApiError> {
    let name = Name::read(name, params).ok_or_else(|| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "there is no stream of that name, or it lacks its tag or list",
        )
    })?;
    if name.scopes().iter().any(|scope| me.allows(scope)) {
        Ok(name)
    } else {
        Err(Refusal::OutsideScopes.into())
    }
}

/// Keeps one WebSocket going until either side ends it.
async fn converse(
    kindred: Data<Kindred>,
    token: String,
    mut seat: Seat,
    mut session: actix_ws::Session,
    incoming: actix_ws::MessageStream,
) {
    let mut incoming = incoming.max_frame_size(LONGEST_MESSAGE);
    let mut beat = interval_at(Instant::now() + BEAT, BEAT);
    let why = loop {
        tokio::select! {
            frame = seat.next() => match frame {
                Some(Frame::Event { stream, event, payload }) => {
                    let mut told = json!({ "stream": stream.path(), "event": event });
                    if let Some(payload) = &payload {
                        told["payload"] = json!(payload.as_ref());
                    }
                    if session.text(told.to_string()).await.is_err() {
                        return;
                    }
                }
                Some(Frame::End) => break CloseCode::Policy,
                // It did not keep up: it may come back and read what it missed.
                None => break CloseCode::Again,
            },
            _ = beat.tick() => {
                if person(&kindred, &token).await.is_err() {
                    break CloseCode::Policy;
                }
                if session.ping(b"").await.is_err() {
                    return;
                }
            }
            message = incoming.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    if let Err(words) = wish(&seat, &text) {
                        let told = json!({ "error": words, "status": 400 });
                        if session.text(told.to_string()).await.is_err() {
                            return;
                        }
                    }
                }
                Some(Ok(Message::Ping(bytes))) => {
                    if session.pong(&bytes).await.is_err() {
                        return;
                    }
                }
                Some(Ok(Message::Pong(_) | Message::Nop)) => {}
                Some(Ok(Message::Binary(_) | Message::Continuation(_))) => break CloseCode::Unsupported,
                Some(Ok(Message::Close(_))) | None => break CloseCode::Normal,
                Some(Err(_)) => break CloseCode::Protocol,
            },
        }
    };
    // The other side may have gone already.
    let _ = session
        .close(Some(CloseReason {
            code: why,
            description: None,
        }))
        .await;
}

/// `{"type": "subscribe", "stream": "hashtag", "tag": "rust"}`
fn wish(seat: &Seat, text: &str) -> Result<(), String> {
    let wish: Value = serde_json::from_str(text).map_err(|_| "this is no JSON".to_owned())?;
    let params = Params::from_json(wish);
    let name = named(
        &params.text("stream").unwrap_or_default(),
        &params,
        seat.me(),
    )
    .map_err(|error| error.to_string())?;
    match params.text("type").as_deref() {
        Some("subscribe") if seat.listens_to() < MOST_STREAMS => seat.listen(name),
        Some("subscribe") => return Err("these are too many streams for one connection".into()),
        Some("unsubscribe") => seat.leave(&name),
        _ => return Err("the type is subscribe or unsubscribe".into()),
    }
    Ok(())
}

/// `GET /api/v1/streaming/user` and so on: server-sent events.
pub async fn events(
    req: HttpRequest,
    kindred: Data<Kindred>,
    streams: Data<Streams>,
    path: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let params = Params::from_query(req.query_string());
    let name = Name::at_path(&path, &params).ok_or_else(|| {
        ApiError::new(StatusCode::NOT_FOUND, "there is no stream at this address")
    })?;
    let (token, _) = shown(&req)?;
    let me = person(&kindred, &token).await?;
    let name = named(&name, &params, &me)?;
    let seat = Seat::taken(&streams, &kindred, me);
    seat.listen(name);
    let beat = interval_at(Instant::now() + BEAT, BEAT);
    let lines = stream::unfold(Some((seat, beat, kindred, token)), |state| async move {
        let (mut seat, mut beat, kindred, token) = state?;
        let words = tokio::select! {
            frame = seat.next() => match frame? {
                Frame::Event { event, payload, .. } => {
                    let payload = payload.as_deref().unwrap_or("undefined");
                    format!("event: {event}\ndata: {payload}\n\n")
                }
                Frame::End => return None,
            },
            _ = beat.tick() => {
                person(&kindred, &token).await.ok()?;
                ":thump\n\n".to_owned()
            }
        };
        Some((
            Ok::<_, actix_web::Error>(Bytes::from(words)),
            Some((seat, beat, kindred, token)),
        ))
    });
    // Something at once, so that proxies and clients see that it begins.
    let lines = stream::once(async { Ok(Bytes::from_static(b":)\n\n")) }).chain(lines);
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(lines)))
}
