//! Who reads: nobody in particular, or another server that signed its request.
//!
//! People with a token are found out by [`super::bearer`]; those with a browser by [`super::session`].

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use kindred_community::{letters, views::Viewer};

use super::{kindred, request_parts};
use crate::error::PageError;

/// The one who reads. A wrong signature is refused rather than taken for none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader(pub Viewer);

impl FromRequest for Reader {
    type Error = PageError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, PageError>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            if !req.headers().contains_key("signature") {
                return Ok(Self(Viewer::Stranger));
            }
            let kindred = kindred(&req);
            let parts = request_parts(&req, &kindred.settings().origin, None);
            Ok(Self(letters::reader(&kindred, &parts).await?))
        })
    }
}
