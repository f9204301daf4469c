//! The doors for other servers: inboxes, documents, and the well-known addresses.
//!
//! Whether somebody may see a document is decided before it gets here; this module only knows how it is handed over.

pub mod actors;
pub mod inbox;
pub mod objects;
pub mod well_known;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header};
use kindred_community::{documents::Document, views::Viewer};
use serde_json::Value;

use crate::assets;

/// The one content type that every peer accepts, without parameters.
pub const ACTIVITY_JSON: &str = "application/activity+json";

/// Hands over a document that is the same for everybody.
pub(crate) fn for_everybody(req: &HttpRequest, document: &Document) -> HttpResponse {
    hand_over(req, document, "Accept", "no-cache")
}

/// Hands over a document that depends on who reads.
pub(crate) fn for_reader(req: &HttpRequest, viewer: &Viewer, document: &Document) -> HttpResponse {
    let cache = match viewer {
        Viewer::Stranger => "no-cache",
        Viewer::Local(_) | Viewer::Server(_) => "private, no-store",
    };
    hand_over(req, document, "Accept, Signature", cache)
}

fn hand_over(
    req: &HttpRequest,
    document: &Document,
    vary: &'static str,
    cache: &'static str,
) -> HttpResponse {
    let (status, document) = match document {
        Document::Here(document) => (StatusCode::OK, document),
        Document::Gone(tombstone) => (StatusCode::GONE, tombstone),
    };
    let body = document.to_string();
    let tag = assets::etag(body.as_bytes());
    let known = status == StatusCode::OK && assets::knows(req, &tag);
    let mut answer = HttpResponse::build(if known {
        StatusCode::NOT_MODIFIED
    } else {
        status
    });
    answer
        .insert_header((header::VARY, vary))
        .insert_header((header::CACHE_CONTROL, cache));
    if status == StatusCode::OK {
        answer.insert_header((header::ETAG, tag));
    }
    if known {
        return answer.finish();
    }
    answer
        .insert_header((header::CONTENT_TYPE, ACTIVITY_JSON))
        .body(body)
}

/// A collection or another document that simply is there.
pub(crate) fn here(document: Value) -> Document {
    Document::Here(document)
}
