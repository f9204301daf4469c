//! The addresses that every server looks for: WebFinger, host-meta and NodeInfo.
//!
//! Numbers about the instance come from the heart and count only what a stranger may know of.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path},
};
use kindred_community::{Kindred, Refusal, documents};
use kindred_protocol::nodeinfo::{self, Version};

use crate::{error::ApiError, extract::Params};

/// Who is behind a handle.
pub async fn webfinger(req: HttpRequest, kindred: Data<Kindred>) -> Result<HttpResponse, ApiError> {
    let asked = Params::from_query(req.query_string()).words("resource");
    let resource =
        asked.ok_or_else(|| Refusal::NotUnderstood("please say which resource is meant".into()))?;
    let found = documents::webfinger(&kindred, &resource).await?;
    Ok(hand_over("application/jrd+json", found.to_string()))
}

/// Where WebFinger lives, for those who do not know.
pub async fn host_meta(kindred: Data<Kindred>) -> HttpResponse {
    let origin = &kindred.settings().origin;
    hand_over(
        "application/xrd+xml; charset=utf-8",
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
             <Link rel=\"lrdd\" template=\"{origin}/.well-known/webfinger?resource={{uri}}\"/>\n\
             </XRD>\n"
        ),
    )
}

/// Where NodeInfo lives, and the instance's own actor.
pub async fn nodeinfo_links(kindred: Data<Kindred>) -> Result<HttpResponse, ApiError> {
    Ok(hand_over(
        "application/json",
        documents::nodeinfo_links(&kindred)?.to_string(),
    ))
}

/// What kind of server this is, in the version of the format that was asked for.
pub async fn nodeinfo(
    kindred: Data<Kindred>,
    version: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let version = if *version == "2.0" {
        Version::V2_0
    } else {
        Version::V2_1
    };
    let document = documents::nodeinfo(&kindred, version).await?;
    Ok(hand_over(
        nodeinfo::content_type(version),
        document.to_string(),
    ))
}

fn hand_over(content_type: &'static str, body: String) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "no-cache"));
    answer
        .insert_header((header::CONTENT_TYPE, content_type))
        .body(body)
}
