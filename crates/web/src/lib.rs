//! The doors of Kindred: inbox and documents for other servers, the Mastodon API for clients, pages for people.
//!
//! A door takes in, asks the heart, and gives out. It decides nothing: there is no query here and no rule about who may do
//! what. All routes stand in [`configure`], on one screen.

pub mod assets;
pub mod avatars;
pub mod description;
pub mod doors;
pub mod error;
pub mod extract;
pub mod federation;
pub mod finding;
pub mod gate;
pub mod health;
pub mod limits;
pub mod mastodon;
pub mod media;
pub mod oauth;
pub mod pages;

use actix_web::{
    Handler, Resource, Responder, Route, Scope,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    guard,
    middleware::from_fn,
    web::{self, ServiceConfig},
};
use federation::{actors, inbox, objects, well_known};
use ipnet::IpNet;
use mastodon::{
    accounts, announcements, apps, companions, conversations, distance, embed, emojis, filters,
    house, instance, keeping, lists, neighbours, notifications, polls, push, quotes, registration,
    requests, search, showcase, statuses, streaming, tags, timelines,
};

/// What the doors need to know of how this instance is set up.
#[derive(Clone, Debug)]
pub struct DoorSettings {
    /// Reverse proxies whose word about the client's address is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Factor on all rate limits; 0 turns them off.
    pub rate_limit: f64,
}

/// Opens all doors. Needs `Data<Kindred>` and `Data<DoorSettings>`; see [`limits::Limits`] for the third, which is optional.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(
        web::scope("")
            .wrap(from_fn(gate::keep))
            .wrap(from_fn(limits::guard))
            .wrap(from_fn(doors::finish))
            .configure(for_servers)
            .service(for_clients())
            .configure(oauth::routes)
            .configure(for_people)
            .default_service(web::to(pages::nowhere)),
    );
}

/// Inboxes, documents and the addresses by which servers find each other.
fn for_servers(cfg: &mut ServiceConfig) {
    cfg.service(at("/inbox").route(web::post().to(inbox::receive)))
        .service(at("/{kind:p|g}/{handle}/inbox").route(web::post().to(inbox::receive)))
        .service(at("/{kind:p|g}/{handle}").route(read(actors::actor)))
        .service(at("/{kind:p|g}/{handle}/outbox").route(read(actors::outbox)))
        .service(at("/{kind:p|g}/{handle}/followers").route(read(actors::followers)))
        .service(at("/{kind:p|g}/{handle}/following").route(read(actors::following)))
        .service(at("/{kind:p|g}/{handle}/featured").route(read(actors::featured)))
        .service(at("/{kind:p|g}/{handle}/tags").route(read(actors::featured_tags)))
        .service(at("/g/{handle}/moderators").route(read(actors::moderators)))
        .service(at("/actor").route(read(actors::service)))
        .service(at("/actor/directory").route(read(actors::directory)))
        .service(
            at("/actor/{name:outbox|followers|following}").route(read(actors::service_collection)),
        )
        .service(at("/o/{id}").route(read(objects::post)))
        .service(at("/o/{id}/replies").route(read(objects::replies)))
        .service(at("/o/{id}/context").route(read(objects::context)))
        .service(at("/o/{id}/quotes/{quoting}").route(read(objects::stamp)))
        .service(at("/a/{id}").route(read(objects::activity)))
        .service(
            web::scope("/.well-known")
                .wrap(from_fn(doors::open_to_browsers))
                .service(at("/webfinger").route(read(well_known::webfinger)))
                .service(at("/host-meta").route(read(well_known::host_meta)))
                .service(at("/nodeinfo").route(read(well_known::nodeinfo_links)))
                .service(at("/oauth-authorization-server").route(read(oauth::about::server))),
        )
        .service(
            web::scope("/nodeinfo")
                .wrap(from_fn(doors::open_to_browsers))
                .service(at("/{version:2\\.[01]}").route(read(well_known::nodeinfo))),
        );
}

/// The Mastodon API, as far as it goes, and what it has no word for.
fn for_clients() -> Scope<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    web::scope("/api")
        .wrap(from_fn(doors::open_to_browsers))
        .configure(for_readers)
        .service(at("/v1/instance").route(read(instance::v1)))
        .service(at("/v2/instance").route(read(instance::v2)))
        .configure(apps::routes)
        .configure(streaming::routes)
        .configure(push::routes)
        .configure(house::routes)
        .configure(announcements::routes)
        .configure(emojis::routes)
        .configure(embed::routes)
        .configure(description::routes)
        .service(at("/v1/accounts").route(web::post().to(registration::sign_up)))
        .service(
            at("/v1/accounts/verify_credentials")
                .route(read(mastodon::profile::verify_credentials)),
        )
        .configure(mastodon::profile::routes)
        .service(at("/v1/accounts/lookup").route(read(accounts::lookup)))
        .service(at("/v1/accounts/relationships").route(read(accounts::relationships)))
        .service(at("/v1/accounts/{id}").route(read(accounts::show)))
        .service(at("/v1/accounts/{id}/statuses").route(read(accounts::statuses)))
        .service(at("/v1/accounts/{id}/follow").route(web::post().to(accounts::follow)))
        .service(at("/v1/accounts/{id}/unfollow").route(web::post().to(accounts::unfollow)))
        .service(at("/v1/statuses").route(web::post().to(statuses::create)))
        .service(
            at("/v1/statuses/{id}")
                .route(read(statuses::show))
                .route(web::put().to(statuses::edit))
                .route(web::delete().to(statuses::delete)),
        )
        .service(at("/v1/statuses/{id}/context").route(read(statuses::context)))
        .service(at("/v1/statuses/{id}/history").route(read(statuses::history)))
        .service(at("/v1/statuses/{id}/translate").route(web::post().to(statuses::translate)))
        .service(at("/v1/statuses/{id}/source").route(read(statuses::source)))
        .service(at("/v1/statuses/{id}/favourite").route(web::post().to(statuses::favourite)))
        .service(at("/v1/statuses/{id}/unfavourite").route(web::post().to(statuses::unfavourite)))
        .service(at("/v1/statuses/{id}/reblog").route(web::post().to(statuses::reblog)))
        .service(at("/v1/statuses/{id}/unreblog").route(web::post().to(statuses::unreblog)))
        .configure(polls::routes)
        .configure(quotes::routes)
        .service(at("/v1/follow_requests").route(read(requests::waiting_for_me)))
        .service(
            at("/v1/follow_requests/{id}/{answer:authorize|reject}")
                .route(web::post().to(requests::answer_mine)),
        )
        .configure(companions::routes)
        .configure(mastodon::groups::routes)
        .configure(mastodon::media::routes)
        .configure(mastodon::scheduled::routes)
        .configure(mastodon::moderation::routes)
        .configure(mastodon::reports::routes)
        .configure(mastodon::admin::routes)
        .configure(finding::routes)
        .default_service(web::to(mastodon::nowhere))
}

/// What people read, and how each wants to read it. Before the rest, because a name must not be taken for a number.
fn for_readers(cfg: &mut ServiceConfig) {
    cfg.configure(timelines::routes)
        .configure(notifications::routes)
        .configure(neighbours::routes)
        .configure(distance::routes)
        .configure(keeping::routes)
        .configure(lists::routes)
        .configure(filters::routes)
        .configure(conversations::routes)
        .configure(tags::routes)
        .configure(showcase::routes)
        .configure(search::routes);
}

/// Pages, and what they are made of.
fn for_people(cfg: &mut ServiceConfig) {
    cfg.configure(pages::routes)
        .service(at("/").route(read(pages::front::show)))
        .service(
            at("/setup")
                .route(read(pages::setup::show))
                .route(web::post().to(pages::setup::introduce)),
        )
        .service(at("/@{handle}").route(read(pages::person::at_handle)))
        .service(at("/g/{handle}/join/{token}").route(read(pages::invitation::show)))
        .service(at("/topics/{slug}").route(read(pages::topic::show)))
        .service(at("/topics/{slug}/feed.atom").route(read(pages::feed::topic)))
        .configure(pages::house::routes)
        .service(at("/avatars/{file}").route(read(avatars::avatar)))
        .service(at("/headers/{file}").route(read(avatars::header)))
        .service(at("/media/remote/{mark}/{address}").route(read(media::copy)))
        .service(at("/media/{file}").route(read(media::show)))
        .service(at("/assets/{file}").route(read(assets::show)))
        .service(at("/favicon.ico").route(read(assets::icon)))
        .service(at("/robots.txt").route(read(assets::robots)))
        .service(at("/health").route(read(mastodon::streaming::health)))
        .service(at("/health/live").route(read(health::live)))
        .service(at("/health/ready").route(read(health::ready)));
}

/// An address, with a slash at its end or without.
pub(crate) fn at(path: &str) -> Resource {
    web::resource([path.to_owned(), format!("{path}/")])
}

/// A route for reading: GET, and HEAD, for which the server leaves out the body.
pub(crate) fn read<H, A>(handler: H) -> Route
where
    H: Handler<A>,
    A: actix_web::FromRequest + 'static,
    H::Output: Responder + 'static,
{
    Route::new().guard(reading()).to(handler)
}

/// What tells reading from everything else that may be done at an address.
pub(crate) fn reading() -> impl guard::Guard {
    guard::Any(guard::Get()).or(guard::Head())
}
