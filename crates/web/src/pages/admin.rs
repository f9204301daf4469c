//! What admins look after: partner companies, topics, what everybody is told, and pictures that stand for words.
//!
//! That they are admins is asked by the heart, at every step.

mod announcements;
mod emojis;
mod partners;
mod topics;

use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig},
};
use kindred_community::{Moment, moderation::LineView, settings::Settings, views::Visitor};
use maud::{Markup, html};

use super::{
    layout::{self, Head},
    parts,
    texts::finding as texts,
};
use crate::{at, read};

/// The routes of this story.
pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        at("/admin/partners")
            .route(read(partners::show))
            .route(web::post().to(partners::propose)),
    )
    .service(at("/admin/partners/{answer:accept|end}").route(web::post().to(partners::answer)))
    .service(
        at("/admin/announcements")
            .route(read(announcements::show))
            .route(web::post().to(announcements::publish)),
    )
    .service(
        at("/admin/announcements/{id}/{deed:change|remove}")
            .route(web::post().to(announcements::act)),
    )
    .service(
        at("/admin/emojis")
            .route(read(emojis::show))
            .route(web::post().to(emojis::add)),
    )
    .service(at("/admin/emojis/{id}/{deed:on|off|remove}").route(web::post().to(emojis::act)))
    .service(at("/admin/topics").route(read(topics::list)))
    .service(at("/admin/topics/{slug}").route(read(topics::show)))
    .service(
        at("/admin/topics/{slug}/{deed:name|rename|merge|forbid|allow}")
            .route(web::post().to(topics::act)),
    );
}

fn hand_to(settings: &Settings, me: &Visitor, title: &str, content: &Markup) -> HttpResponse {
    let head = Head {
        title: Some(title.to_owned()),
        hidden: true,
        me: Some(me),
        ..Head::default()
    };
    super::hand_to(layout::page(settings, &head, content))
}

/// What was done about something, by whom and when.
fn history(now: Moment, lines: &[LineView]) -> Markup {
    html! {
        @if lines.is_empty() { p.small-print { (texts::NO_HISTORY) } }
        ul.history {
            @for LineView { line, by } in lines {
                li {
                    span {
                        bdi { (by.as_ref().map_or(texts::BY_ITSELF, parts::name)) } " " (texts::deed(&line.action))
                        @for word in ["name", "to", "into", "from", "reason"] {
                            @if let Some(said) = line.detail[word].as_str().filter(|said| !said.is_empty()) { ": " bdi { "“" (said) "”" } }
                        }
                    }
                    span.small-print { (parts::time(now, line.at)) }
                }
            }
        }
    }
}
