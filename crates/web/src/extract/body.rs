//! Reading a request body up to a limit, whatever its length is said to be.
//!
//! It does not look at what the body contains, and never unpacks one.

use std::time::Duration;

use actix_web::{
    HttpRequest,
    dev::Payload,
    http::{StatusCode, header},
    rt::time::timeout,
    web::{Bytes, BytesMut},
};
use futures_util::StreamExt as _;

use crate::error::Failure;

/// The largest letter and the largest API request. Units: bytes.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// Refuses a body that says it is too long, before a byte of it is read.
pub fn check_length(req: &HttpRequest) -> Result<(), Failure> {
    let Some(said) = req.headers().get(header::CONTENT_LENGTH) else {
        return Ok(());
    };
    let length = said.to_str().ok().and_then(|said| said.parse::<u64>().ok());
    match length {
        Some(length) if length <= LARGEST_BODY as u64 => Ok(()),
        Some(_) => Err(too_large()),
        None => Err(Failure::new(
            StatusCode::BAD_REQUEST,
            "the content length is no number",
        )),
    }
}

/// Refuses a packed body: nobody needs it, and unpacking invites bombs.
pub fn check_encoding(req: &HttpRequest) -> Result<(), Failure> {
    let packed = req
        .headers()
        .get_all(header::CONTENT_ENCODING)
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if packed {
        return Err(Failure::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "please send the body without a content encoding",
        ));
    }
    Ok(())
}

/// How long a body may take to arrive: whoever sends drop by drop keeps a connection from others.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Reads the whole body; stops at the limit, also when no length was given, and when it takes too long.
pub async fn read(payload: Payload) -> Result<Bytes, Failure> {
    timeout(LONGEST_WAIT, read_all(payload))
        .await
        .unwrap_or_else(|_| {
            Err(Failure::new(
                StatusCode::REQUEST_TIMEOUT,
                "the body took too long",
            ))
        })
}

async fn read_all(mut payload: Payload) -> Result<Bytes, Failure> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|_| Failure::new(StatusCode::BAD_REQUEST, "the body broke off"))?;
        if body.len() + chunk.len() > LARGEST_BODY {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_large() -> Failure {
    Failure::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("a request has at most {LARGEST_BODY} bytes"),
    )
}
