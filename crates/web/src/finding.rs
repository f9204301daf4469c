//! The door for what the Mastodon API has no word for: topics, passions, finding each other, agreements between companies.
//!
//! Everything is under `/api/kindred/v1`, answers JSON, and asks one function of the heart.

pub mod discover;
mod entities;
pub mod partners;
pub mod passions;
pub mod topics;

use actix_web::web::{self, ServiceConfig};

use crate::{at, read};

/// The routes of this door, below `/api`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/kindred/v1/topics").route(read(topics::beginning)))
        .service(at("/kindred/v1/topics/{name}").route(read(topics::show)))
        .service(at("/kindred/v1/topics/{name}/people").route(read(topics::people)))
        .service(at("/kindred/v1/topics/{name}/names").route(web::post().to(topics::add_name)))
        .service(at("/kindred/v1/topics/{name}/rename").route(web::post().to(topics::rename)))
        .service(at("/kindred/v1/topics/{name}/merge").route(web::post().to(topics::merge)))
        .service(
            at("/kindred/v1/topics/{name}/{word:forbid|allow}")
                .route(web::post().to(topics::forbid)),
        )
        .service(
            at("/kindred/v1/passions")
                .route(read(passions::mine))
                .route(web::post().to(passions::declare)),
        )
        .service(
            at("/kindred/v1/passions/{name}")
                .route(web::put().to(passions::change))
                .route(web::patch().to(passions::change))
                .route(web::delete().to(passions::give_up)),
        )
        .service(at("/kindred/v1/accounts/{id}/passions").route(read(passions::of_account)))
        .service(at("/kindred/v1/discover").route(read(discover::suggestions)))
        .service(at("/kindred/v1/discover/groups").route(read(discover::groups)))
        .service(at("/kindred/v1/discover/counts").route(read(discover::counts)))
        .service(at("/kindred/v1/discover/similar_groups").route(read(discover::similar_groups)))
        .service(at("/kindred/v1/discover/dismiss").route(web::post().to(discover::dismiss)))
        .service(at("/kindred/v1/hellos").route(web::post().to(discover::hello)))
        .service(
            at("/kindred/v1/hellos/{word:refuse|welcome}").route(web::post().to(discover::refuse)),
        )
        .service(
            at("/kindred/v1/partners")
                .route(read(partners::list))
                .route(web::post().to(partners::propose)),
        )
        .service(at("/kindred/v1/partners/{host}/accept").route(web::post().to(partners::accept)))
        .service(at("/kindred/v1/partners/{host}").route(web::delete().to(partners::end)));
}
