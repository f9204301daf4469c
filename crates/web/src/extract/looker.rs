//! Who looks at a file: somebody of ours with a token or signed in on the pages, another server that signed, or nobody in particular.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use kindred_community::views::Viewer;

use super::{Guest, Reader, bearer};
use crate::error::PageError;

/// The one who looks. A wrong token or signature is refused rather than taken for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looker(pub Viewer);

impl FromRequest for Looker {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reader = Reader::from_request(req, payload);
        let req = req.clone();
        Box::pin(async move {
            if let Some(viewer) = bearer::viewer(&req).await? {
                return Ok(Self(viewer));
            }
            match Guest::of(&req).await?.viewer() {
                Viewer::Stranger => Ok(Self(reader.await?.0)),
                viewer => Ok(Self(viewer)),
            }
        })
    }
}
