//! Pages for finding each other: what one cares about, who else does, which groups there are, how to begin.
//!
//! Each form works without a script, and what it asks for is decided by the heart.

mod cards;
mod founding;
mod groups;
mod hello;
mod passions;
mod people;
mod welcome;

pub(crate) use cards::{door, elsewhere_card, person_card, topic_path};
pub(crate) use hello::path as hello_path;

use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig},
};
use kindred_community::{settings::Settings, views::Visitor};
use maud::Markup;
use serde::Deserialize;

use super::layout::{self, Head};
use crate::{at, read};

/// The routes of this story.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(at("/welcome").route(read(welcome::show)))
        .service(at("/welcome/done").route(web::post().to(welcome::done)))
        .service(
            at("/passions")
                .route(read(passions::show))
                .route(web::post().to(passions::declare)),
        )
        .service(at("/passions/give_up").route(web::post().to(passions::give_up)))
        .service(at("/passions/hellos").route(web::post().to(passions::hellos)))
        .service(at("/find").route(read(people::show)))
        .service(at("/find/dismiss").route(web::post().to(people::dismiss)))
        .service(
            at("/hello")
                .route(read(hello::show))
                .route(web::post().to(hello::send)),
        )
        .service(at("/groups").route(read(groups::show)))
        .service(at("/groups/join").route(web::post().to(groups::join)))
        .service(at("/groups/leave").route(web::post().to(groups::leave)))
        .service(
            at("/groups/new")
                .route(read(founding::show))
                .route(web::post().to(founding::found)),
        );
}

/// Something that is pointed at, and where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Pointed {
    #[serde(default)]
    form: String,
    #[serde(default)]
    uri: String,
    #[serde(default)]
    next: String,
}

/// A page for somebody signed in, which nobody in between keeps.
fn hand_to(settings: &Settings, me: &Visitor, title: &str, content: &Markup) -> HttpResponse {
    let head = Head {
        title: Some(title.to_owned()),
        hidden: true,
        me: Some(me),
        ..Head::default()
    };
    super::hand_to(layout::page(settings, &head, content))
}

/// A question that leads to a page: `/hello?uri=…`.
fn asking(path: &str, told: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(told.iter().filter(|(_, value)| !value.is_empty()))
        .finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}
