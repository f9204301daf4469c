//! Posts and activities by their addresses, for other servers and, in the case of posts, for people.
//!
//! Who may see what is the heart's decision; to those who may not, everything here looks as if it did not exist.

use std::str::FromStr;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{ActivityId, Kindred, PostId, Refusal, documents, quotes};

use super::{for_reader, here};
use crate::{
    error::PageError,
    extract::{Params, Reader, Wants},
    pages,
};

/// The number in an address. What is no number has never been given to anything.
fn number<Id: FromStr>(text: &str, otherwise: Refusal) -> Result<Id, Refusal> {
    text.parse().map_err(|_| otherwise)
}

/// A post.
pub async fn post(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    wants: Wants,
    id: Path<String>,
) -> Result<HttpResponse, PageError> {
    let id: PostId = number(&id, Refusal::NoSuchPost)?;
    match wants {
        Wants::Activity => Ok(for_reader(
            &req,
            &reader.0,
            &documents::post(&kindred, &reader.0, id).await?,
        )),
        Wants::Page => pages::thread::show(&req, &kindred, id).await,
    }
}

/// The answers to a post.
pub async fn replies(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    id: Path<String>,
) -> Result<HttpResponse, PageError> {
    let (id, after) = (number(&id, Refusal::NoSuchPost)?, after(&req));
    let replies = documents::replies(&kindred, &reader.0, id, after).await?;
    Ok(for_reader(&req, &reader.0, &here(replies)))
}

/// The whole conversation that a post started.
pub async fn context(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    id: Path<String>,
) -> Result<HttpResponse, PageError> {
    let (id, after) = (number(&id, Refusal::NoSuchPost)?, after(&req));
    let context = documents::context(&kindred, &reader.0, id, after).await?;
    Ok(for_reader(&req, &reader.0, &here(context)))
}

/// The stamp that lets one post quote another.
pub async fn stamp(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    ids: Path<(String, String)>,
) -> Result<HttpResponse, PageError> {
    let quoted = number(&ids.0, Refusal::NoSuchPost)?;
    let quoting = number(&ids.1, Refusal::NoSuchPost)?;
    let stamp = quotes::stamp(&kindred, &reader.0, quoted, quoting).await?;
    Ok(for_reader(&req, &reader.0, &here(stamp)))
}

/// Something that was said from here.
pub async fn activity(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    id: Path<String>,
) -> Result<HttpResponse, PageError> {
    let id: ActivityId = number(&id, Refusal::NoSuchActivity)?;
    Ok(for_reader(
        &req,
        &reader.0,
        &documents::activity(&kindred, &reader.0, id).await?,
    ))
}

/// Where a page of a collection begins; none means the collection itself.
fn after(req: &HttpRequest) -> Option<i64> {
    Params::from_query(req.query_string()).number("after")
}
