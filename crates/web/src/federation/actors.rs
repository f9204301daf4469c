//! People, groups and the instance itself, for other servers and, at the same addresses, for people.
//!
//! An actor's own document is handed to anybody: asking for a signature here would lock out servers that first need our key.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    Kindred, directory,
    documents::{self, Sort},
    settings::Federation,
    views::Viewer,
};

use super::{for_everybody, for_reader, here};
use crate::{
    error::PageError,
    extract::{Params, Reader, Wants},
    pages,
};

/// The `p` or `g` of an address, and the handle.
pub type Name = Path<(String, String)>;

fn sort(name: &Name) -> Sort {
    if name.0 == "g" {
        Sort::Group
    } else {
        Sort::Person
    }
}

/// A person or a group.
pub async fn actor(
    req: HttpRequest,
    kindred: Data<Kindred>,
    wants: Wants,
    name: Name,
) -> Result<HttpResponse, PageError> {
    match (wants, sort(&name)) {
        (Wants::Activity, sort) => {
            let card = documents::actor(&kindred, sort, &name.1).await?;
            // Who federates with partners only gives strangers the key and nothing more.
            if kindred.settings().federation == Federation::Partners {
                let reader = Reader::extract(&req).await?.0;
                let card = match reader {
                    Viewer::Server(_) => card,
                    Viewer::Stranger | Viewer::Local(_) => documents::key_only(card),
                };
                return Ok(for_reader(&req, &reader, &card));
            }
            Ok(for_everybody(&req, &card))
        }
        (Wants::Page, Sort::Group) => pages::group::show(&req, &kindred, &name.1).await,
        (Wants::Page, Sort::Person) => pages::person::show(&req, &kindred, &name.1).await,
    }
}

/// The instance's own actor.
pub async fn service(req: HttpRequest, kindred: Data<Kindred>) -> Result<HttpResponse, PageError> {
    Ok(for_everybody(
        &req,
        &here(documents::service(&kindred).await?),
    ))
}

/// What the instance's own actor says and whom it knows: nothing and nobody.
pub async fn service_collection(
    req: HttpRequest,
    kindred: Data<Kindred>,
    name: Path<String>,
) -> Result<HttpResponse, PageError> {
    Ok(for_everybody(
        &req,
        &here(documents::service_collection(&kindred, &name)?),
    ))
}

/// What somebody said, newest first.
pub async fn outbox(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    name: Name,
) -> Result<HttpResponse, PageError> {
    let asked = Params::from_query(req.query_string());
    let page = asked.flag("page").unwrap_or(false);
    let outbox = documents::outbox(
        &kindred,
        &reader.0,
        sort(&name),
        &name.1,
        asked.number("max_id"),
        page,
    )
    .await?;
    Ok(for_reader(&req, &reader.0, &here(outbox)))
}

/// How many hear of somebody.
pub async fn followers(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    name: Name,
) -> Result<HttpResponse, PageError> {
    let asked = Params::from_query(req.query_string()).words("is_follower");
    let followers = documents::followers(&kindred, &reader.0, sort(&name), &name.1, asked).await?;
    Ok(for_reader(&req, &reader.0, &here(followers)))
}

/// Of how many somebody hears.
pub async fn following(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    name: Name,
) -> Result<HttpResponse, PageError> {
    let following = documents::following(&kindred, &reader.0, sort(&name), &name.1).await?;
    Ok(for_reader(&req, &reader.0, &here(following)))
}

/// What somebody pinned.
pub async fn featured(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    name: Name,
) -> Result<HttpResponse, PageError> {
    let featured = documents::featured(&kindred, &reader.0, sort(&name), &name.1).await?;
    Ok(for_reader(&req, &reader.0, &here(featured)))
}

/// The topics that somebody shows on their page.
pub async fn featured_tags(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    name: Name,
) -> Result<HttpResponse, PageError> {
    let shown = documents::featured_tags(&kindred, &reader.0, sort(&name), &name.1).await?;
    Ok(for_reader(&req, &reader.0, &here(shown)))
}

/// Who keeps order in a group.
pub async fn moderators(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
    handle: Path<String>,
) -> Result<HttpResponse, PageError> {
    let moderators = documents::moderators(&kindred, &reader.0, &handle).await?;
    Ok(for_reader(&req, &reader.0, &here(moderators)))
}

/// Whom and what one can find here, as far as the reader may know.
pub async fn directory(
    req: HttpRequest,
    kindred: Data<Kindred>,
    reader: Reader,
) -> Result<HttpResponse, PageError> {
    let after = Params::from_query(req.query_string()).number("after");
    let directory = directory::document(&kindred, &reader.0, after).await?;
    Ok(for_reader(&req, &reader.0, &here(directory)))
}
