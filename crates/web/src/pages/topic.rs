//! A topic's page: the groups and the conversations about it.
//!
//! Only what a stranger may see; people by topic come with signing in.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    ActorId, Kindred, Moment,
    pages::{self, TopicPage},
    settings::Settings,
    views::Visitor,
};
use maud::{Markup, html};

use super::{
    hand_over,
    layout::{self, Head},
    parts,
    post::{self, Frame},
    texts,
};
use crate::{error::PageError, extract::Guest};

/// `GET /topics/{slug}`
pub async fn show(
    req: HttpRequest,
    kindred: Data<Kindred>,
    guest: Guest,
    slug: Path<String>,
) -> Result<HttpResponse, PageError> {
    let topic = pages::topic(&kindred, &guest.viewer(), &slug).await?;
    Ok(hand_over(
        &req,
        page(kindred.settings(), guest.0.as_ref(), kindred.now(), &topic),
        None,
    ))
}

/// The page.
pub fn page(settings: &Settings, me: Option<&Visitor>, now: Moment, topic: &TopicPage) -> Markup {
    let canonical = format!("{}/topics/{}", settings.origin, topic.slug);
    let head = Head {
        title: Some(topic.name.clone()),
        description: texts::topic_title(&topic.name),
        canonical: Some(&canonical),
        hidden: topic.groups.is_empty() && topic.entries.is_empty(),
        me,
        ..Head::default()
    };
    let frame = Frame {
        settings,
        now,
        name_group: true,
    };
    let content = html! {
        div.wide.topic {
            header {
                h1 { (texts::topic_title(&topic.name)) }
                p.lede { (texts::topic_lede(topic.groups.len())) }
            }
            @if !topic.groups.is_empty() { (parts::group_cards(settings, now, &topic.groups)) }
            section.narrow-left aria-labelledby="talk" {
                h2 #talk { (texts::CONVERSATIONS) }
                @if topic.entries.is_empty() {
                    (parts::quiet(texts::QUIET_TOPIC, texts::QUIET_TOPIC_MORE))
                } @else {
                    ol.posts { @for entry in &topic.entries { (post::entry(&frame, entry, ActorId(0))) } }
                }
            }
        }
    };
    layout::page(settings, &head, &content)
}
