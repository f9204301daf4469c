//! A form that may carry files: parameters in any encoding, and beside them what was uploaded.
//!
//! A file is written down as it arrives and never held in memory; whoever is not signed in is found out about beside it. Fields may
//! come in any order, and a file needs no name.

use std::{
    cell::Cell,
    collections::HashMap,
    future::{self, Future},
    pin::Pin,
    rc::Rc,
    task::Poll,
    time::Duration,
};

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    rt::time::timeout,
    web::Bytes,
};
use futures_util::{Stream, StreamExt as _, stream};
use kindred_community::{
    Kindred,
    media::{self, Incoming, LARGEST_PICTURE},
};

use super::{
    Params,
    body::{self, LARGEST_BODY},
    kindred,
};
use crate::error::{ApiError, Failure};

/// The fields that are files, whether they have a file name or not.
const FILES: [&str; 5] = ["file", "thumbnail", "avatar", "header", "image"];
/// More fields than any form has.
const MOST_FIELDS: usize = 200;
/// How long a form with files may take to arrive.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// All parameters of a request, and its files.
#[derive(Debug, Default)]
pub struct Form {
    /// The parameters.
    pub params: Params,
    files: HashMap<String, Incoming>,
}

impl Form {
    /// The file in this field. An empty one was not sent.
    pub fn file(&mut self, name: &str) -> Option<Incoming> {
        self.files.remove(name).filter(|file| file.length() > 0)
    }
}

impl FromRequest for Form {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        if !is_multipart(&req) {
            let params = Params::from_request(&req, payload);
            return Box::pin(async move {
                Ok(Self {
                    params: params.await?,
                    files: HashMap::new(),
                })
            });
        }
        let payload = payload.take();
        Box::pin(async move {
            body::check_encoding(&req)?;
            let kindred = kindred(&req);
            let largest = largest(&kindred);
            check_length(&req, largest)?;
            let parts = Parts::new(&req, payload);
            let params = Params::from_query(req.query_string());
            let form = timeout(LONGEST_WAIT, read(&kindred, parts, params, largest))
                .await
                .unwrap_or_else(|_| {
                    Err(Failure::new(
                        StatusCode::REQUEST_TIMEOUT,
                        "the upload took too long",
                    ))
                })?;
            Ok(form)
        })
    }
}

fn is_multipart(req: &HttpRequest) -> bool {
    req.headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| {
            kind.trim_start()
                .to_ascii_lowercase()
                .starts_with("multipart/form-data")
        })
}

/// The largest file that arrives at all.
fn largest(kindred: &Kindred) -> u64 {
    kindred.settings().media.largest.max(LARGEST_PICTURE)
}

/// Refuses a form that says it is too long: one large file, a small one and some words.
fn check_length(req: &HttpRequest, largest: u64) -> Result<(), Failure> {
    let said = req
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|said| said.to_str().ok())
        .and_then(|said| said.parse::<u64>().ok());
    match said {
        Some(length) if length > largest + LARGEST_PICTURE + LARGEST_BODY as u64 => {
            Err(too_large(largest))
        }
        _ => Ok(()),
    }
}

/// The parts of a form, as they arrive.
///
/// The parser goes on waiting when a form ends without its last line. Once everything has arrived there is nothing to wait for.
struct Parts {
    form: Multipart,
    arrived: Rc<Cell<bool>>,
}

impl Parts {
    fn new(req: &HttpRequest, mut payload: Payload) -> Self {
        let arrived = Rc::new(Cell::new(false));
        let note = Rc::clone(&arrived);
        let watched = stream::poll_fn(move |context| {
            let piece = payload.poll_next_unpin(context);
            if matches!(piece, Poll::Ready(None)) {
                note.set(true);
            }
            piece
        });
        Self {
            form: Multipart::new(req.headers(), watched),
            arrived,
        }
    }

    /// The next part.
    async fn next(&mut self) -> Option<Result<Field, MultipartError>> {
        in_time(&mut self.form, &self.arrived).await
    }

    /// The next piece of a part.
    async fn piece(&self, of: &mut Field) -> Option<Result<Bytes, MultipartError>> {
        in_time(of, &self.arrived).await
    }
}

/// What comes next; an error when something should come, and everything has arrived.
async fn in_time<T>(
    parts: &mut (impl Stream<Item = Result<T, MultipartError>> + Unpin),
    arrived: &Cell<bool>,
) -> Option<Result<T, MultipartError>> {
    future::poll_fn(|context| match parts.poll_next_unpin(context) {
        Poll::Pending if arrived.get() => Poll::Ready(Some(Err(MultipartError::Incomplete))),
        next => next,
    })
    .await
}

async fn read(
    kindred: &Kindred,
    mut parts: Parts,
    params: Params,
    largest: u64,
) -> Result<Form, Failure> {
    let mut form = Form::default();
    let mut words = Vec::new();
    let mut room = LARGEST_BODY;
    let mut fields = 0;
    while let Some(field) = parts.next().await {
        let mut field = field.map_err(|error| broken(&error))?;
        fields += 1;
        if fields > MOST_FIELDS {
            return Err(Failure::new(
                StatusCode::BAD_REQUEST,
                "the form has too many fields",
            ));
        }
        let Some(name) = field.name().map(str::to_owned) else {
            continue;
        };
        let named = field
            .content_disposition()
            .is_some_and(|said| said.get_filename().is_some());
        if FILES.contains(&name.as_str()) {
            let file = receive(kindred, &parts, &mut field, largest).await?;
            form.files.insert(name, file);
        } else if !named {
            let text = read_text(&parts, &mut field, &mut room).await?;
            words.push((name, text));
        }
    }
    form.params = params.with_fields(words);
    Ok(form)
}

async fn receive(
    kindred: &Kindred,
    parts: &Parts,
    field: &mut Field,
    largest: u64,
) -> Result<Incoming, Failure> {
    let mut file = media::expect(kindred).await?;
    while let Some(piece) = parts.piece(field).await {
        let piece = piece.map_err(|error| broken(&error))?;
        if file.length() + piece.len() as u64 > largest {
            return Err(too_large(largest));
        }
        file.write(&piece).await?;
    }
    Ok(file)
}

async fn read_text(parts: &Parts, field: &mut Field, room: &mut usize) -> Result<String, Failure> {
    let mut text = Vec::new();
    while let Some(piece) = parts.piece(field).await {
        let piece = piece.map_err(|error| broken(&error))?;
        *room = room
            .checked_sub(piece.len())
            .ok_or_else(|| too_large(LARGEST_BODY as u64))?;
        text.extend_from_slice(&piece);
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn broken(error: &MultipartError) -> Failure {
    tracing::debug!(%error, "A form cannot be read");
    Failure::new(StatusCode::BAD_REQUEST, "the multipart form cannot be read")
}

fn too_large(largest: u64) -> Failure {
    Failure::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("a file has at most {largest} bytes"),
    )
}
