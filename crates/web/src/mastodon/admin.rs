//! Keeping order on the whole server, as Mastodon's admin API has it: people, complaints, domains, and the record.

pub mod accounts;
pub mod domains;
pub mod reports;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, ServiceConfig},
};
use kindred_community::{Kindred, site};

use super::{
    entities::order,
    paging::{Cut, listed},
};
use crate::{
    at,
    error::ApiError,
    extract::{Bearer, Params, scope},
    read,
};

/// Entries on a page, as Mastodon has it; at most twice as many.
const ENTRIES: usize = 100;

/// The routes of this area.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/v1/admin/accounts").route(read(accounts::v1)))
        .service(at("/v2/admin/accounts").route(read(accounts::v2)))
        .service(
            at("/v1/admin/accounts/{id}")
                .route(read(accounts::show))
                .route(web::delete().to(accounts::delete)),
        )
        .service(at("/v1/admin/accounts/{id}/action").route(web::post().to(accounts::action)))
        .service(
            at("/v1/admin/accounts/{id}/{answer:approve|reject}")
                .route(web::post().to(accounts::approve)),
        )
        .service(
            at("/v1/admin/accounts/{id}/{end:enable|unsilence|unsuspend|unsensitive}")
                .route(web::post().to(accounts::lift)),
        )
        .service(at("/v1/admin/reports").route(read(reports::list)))
        .service(
            at("/v1/admin/reports/{id}")
                .route(read(reports::show))
                .route(web::put().to(reports::update)),
        )
        .service(
            at("/v1/admin/reports/{id}/{answer:resolve|reopen|assign_to_self|unassign}")
                .route(web::post().to(reports::answer_to)),
        )
        .service(
            at("/v1/admin/domain_blocks")
                .route(read(domains::blocks))
                .route(web::post().to(domains::block)),
        )
        .service(
            at("/v1/admin/domain_blocks/{id}")
                .route(read(domains::blocked))
                .route(web::put().to(domains::change))
                .route(web::delete().to(domains::unblock)),
        )
        .service(
            at("/v1/admin/domain_allows")
                .route(read(domains::allows))
                .route(web::post().to(domains::allow)),
        )
        .service(
            at("/v1/admin/domain_allows/{id}")
                .route(read(domains::allowed))
                .route(web::delete().to(domains::disallow)),
        )
        .service(at("/kindred/v1/admin/audit").route(read(audit)));
}

/// `GET /api/kindred/v1/admin/audit`: the whole record, that of the groups among it.
pub async fn audit(
    req: HttpRequest,
    kindred: Data<Kindred>,
    who: Bearer<scope::AdminRead>,
    params: Params,
) -> Result<HttpResponse, ApiError> {
    let cut = Cut::asked(&params, 20);
    let found = site::record(&kindred, &who.me.actor, cut.page()).await?;
    let settings = kindred.settings();
    Ok(listed(&req, settings, cut, &found, |view| {
        order::line(settings, view)
    }))
}
