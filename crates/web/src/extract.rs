//! What handlers take in: letters, readers, callers, wishes about the form of the answer, and parameters in any encoding.
//!
//! Size limits and authentication live here, so that a handler's signature says all it needs. Nothing here decides what
//! somebody may do: it only finds out who they are.

pub mod bearer;
pub mod body;
pub mod client;
pub mod form;
pub mod letter;
pub mod looker;
pub mod multipart;
pub mod params;
pub mod reader;
pub mod session;
pub mod wants;

pub use bearer::{AppBearer, Bearer, Caller, Scope, scope};
pub use form::Form;
pub use letter::SignedLetter;
pub use looker::Looker;
pub use params::Params;
pub use reader::Reader;
pub use session::{FromHere, Guest, Member};
pub(crate) use session::{cookie, shown_cookie};
pub use wants::Wants;

use actix_web::{HttpRequest, http::header, web::Data};
use kindred_community::{Kindred, sessions::Browser};
use kindred_protocol::signature::RequestParts;

/// The application behind the doors. The binary always provides it.
pub(crate) fn kindred(req: &HttpRequest) -> Data<Kindred> {
    req.app_data::<Data<Kindred>>()
        .cloned()
        .expect("whoever configures the doors provides Data<Kindred>")
}

/// Where a request comes from that wants to sign in.
pub(crate) fn browser(req: &HttpRequest) -> Browser {
    let agent = req.headers().get(header::USER_AGENT);
    Browser {
        address: client::address(req),
        agent: agent
            .and_then(|agent| agent.to_str().ok())
            .map(str::to_owned),
        secret: shown_cookie(req),
    }
}

/// What of this request a signature can cover.
pub(crate) fn request_parts<'a>(
    req: &'a HttpRequest,
    origin: &'a str,
    body: Option<&'a [u8]>,
) -> RequestParts<'a> {
    RequestParts {
        method: req.method().as_str(),
        path_and_query: req
            .uri()
            .path_and_query()
            .map_or_else(|| req.path(), |whole| whole.as_str()),
        headers: req
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect(),
        scheme_authority: origin,
        body,
    }
}
