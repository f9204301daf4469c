//! Styles and pictures that are part of the program, and the tags that spare sending anything twice.
//!
//! Each file has a piece of its own hash in its address, so browsers may keep it for ever. Nothing comes from elsewhere.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web::Path};
use rust_embed::RustEmbed;

use crate::error::PageError;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/assets/"]
struct Assets;

/// The address of the one style sheet.
pub static STYLE: LazyLock<String> = LazyLock::new(|| address("kindred.css"));
/// The address of the mark.
pub static MARK: LazyLock<String> = LazyLock::new(|| address("mark.svg"));

/// The address of an embedded file, such as `/assets/kindred.0f1e2d3c4b5a.css`.
fn address(name: &str) -> String {
    let hash = Assets::get(name)
        .map(|file| fingerprint(&file.data))
        .unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("/assets/{stem}.{hash:016x}.{ending}"),
        None => format!("/assets/{name}"),
    }
}

/// An embedded file. The hash in its name is not looked at: an old page may ask the new program.
pub async fn show(file: Path<String>) -> Result<HttpResponse, PageError> {
    let mut parts = file.split('.');
    let name = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(stem), Some(_), Some(ending), None) => format!("{stem}.{ending}"),
        _ => String::new(),
    };
    let found = Assets::get(&name);
    let found =
        found.ok_or_else(|| PageError::new(StatusCode::NOT_FOUND, "there is no such file"))?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"));
    Ok(answer
        .insert_header((header::CONTENT_TYPE, kind(&name)))
        .body(found.data.into_owned()))
}

/// The icon where browsers look for it unasked.
pub async fn icon() -> HttpResponse {
    let mark = Assets::get("mark.svg")
        .map(|file| file.data.into_owned())
        .unwrap_or_default();
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=86400"));
    answer
        .insert_header((header::CONTENT_TYPE, "image/svg+xml"))
        .body(mark)
}

/// Search engines may look at what strangers may see, but have no business in the API.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("User-agent: *\nDisallow: /api/\nDisallow: /a/\n")
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// A tag that changes when the body does.
pub(crate) fn etag(body: &[u8]) -> String {
    format!("W/\"{:016x}\"", fingerprint(body))
}

/// Whether the asker says that it has what this tag stands for.
pub(crate) fn knows(req: &HttpRequest, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    req.headers()
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|known| known.trim() == "*" || bare(known) == bare(tag))
}

/// JSON that is the same for everybody and changes rarely: kept for a minute, and then only looked at for changes.
pub(crate) fn kept(req: &HttpRequest, entity: &serde_json::Value) -> HttpResponse {
    let body = entity.to_string();
    let tag = etag(body.as_bytes());
    let mut answer = HttpResponse::Ok();
    if knows(req, &tag) {
        answer.status(actix_web::http::StatusCode::NOT_MODIFIED);
    }
    answer
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, "public, max-age=60"))
        .content_type("application/json");
    match answer.finish() {
        unchanged if unchanged.status() == actix_web::http::StatusCode::NOT_MODIFIED => unchanged,
        fresh => fresh.set_body(actix_web::body::BoxBody::new(body)),
    }
}

/// FNV-1a: short, and the same on every machine, so that several servers behind one name agree.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_style_sheet_is_there_and_its_address_carries_its_hash() {
        assert!(STYLE.starts_with("/assets/kindred.") && STYLE.ends_with(".css"));
        assert!(Assets::get("kindred.css").is_some_and(|file| !file.data.is_empty()));
    }

    #[test]
    fn a_tag_is_recognised_in_every_form_it_may_have() {
        let tag = etag(b"hello");
        let knows_with = |header: &str| {
            knows(
                &TestRequest::get()
                    .insert_header(("If-None-Match", header))
                    .to_http_request(),
                &tag,
            )
        };
        assert!(knows_with(&tag) && knows_with(&format!("\"x\", {tag}")) && knows_with("*"));
        assert!(knows_with(tag.trim_start_matches("W/")));
        assert!(!knows_with("\"x\"") && !knows_with(""));
    }
}
