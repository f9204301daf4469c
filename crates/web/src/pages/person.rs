//! A person's page: who somebody is, what they care about, what they said in public.
//!
//! No scores, no levels: it tells what somebody loves, not how much they know.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path},
};
use kindred_community::{
    Kindred, Moment, pages,
    settings::Settings,
    views::{PersonPage, Visitor},
};
use maud::{Markup, html};

use super::{
    finding, hand_over,
    layout::{self, Head},
    parts,
    post::{self, Frame},
    texts,
};
use crate::{
    avatars::{self, Form},
    error::PageError,
    extract::{Guest, Params},
};

/// `GET /p/{handle}` for people
pub async fn show(
    req: &HttpRequest,
    kindred: &Kindred,
    handle: &str,
) -> Result<HttpResponse, PageError> {
    let guest = Guest::of(req).await?;
    let before = Params::from_query(req.query_string()).number("before");
    let person = pages::person(kindred, &guest.viewer(), handle, before).await?;
    let page = page(
        kindred.settings(),
        guest.0.as_ref(),
        kindred.now(),
        &person,
        before.is_none(),
    );
    Ok(hand_over(req, page, Some(&person.actor.uri)))
}

/// `GET /@{handle}`: the way to a person or a group, whichever it is.
pub async fn at_handle(
    kindred: Data<Kindred>,
    handle: Path<String>,
) -> Result<HttpResponse, PageError> {
    let path = pages::address_of(&kindred, &handle).await?;
    Ok(HttpResponse::Found()
        .insert_header((header::LOCATION, path))
        .finish())
}

/// The page; `top` when it shows the newest.
pub fn page(
    settings: &Settings,
    me: Option<&Visitor>,
    now: Moment,
    shown: &PersonPage,
    top: bool,
) -> Markup {
    let actor = &shown.actor;
    let head = Head {
        title: Some(format!(
            "{} ({})",
            parts::name(actor),
            parts::full_handle(settings, actor)
        )),
        description: parts::teaser(&actor.summary, 180),
        canonical: Some(&actor.uri),
        document: Some(&actor.uri),
        feed: None,
        kind: Some("profile"),
        picture: Some(format!(
            "{}{}",
            settings.origin,
            avatars::avatar_path(actor, Form::Png)
        )),
        hidden: !actor.indexable || !top,
        me,
    };
    let frame = Frame {
        settings,
        now,
        name_group: true,
    };
    let content = html! {
        (masthead(settings, me, shown))
        div.columns.wide {
            section.feed aria-labelledby="posts" {
                h2 #posts { (texts::POSTS) }
                @if shown.entries.is_empty() {
                    (parts::quiet(texts::QUIET_PERSON, texts::QUIET_PERSON_MORE))
                } @else {
                    ol.posts { @for entry in &shown.entries { (post::entry(&frame, entry, actor.id)) } }
                }
                (parts::pager(parts::address(settings, actor), shown.older, top))
            }
            aside.side {
                (parts::follow_box(settings, actor))
                @if !shown.groups.is_empty() {
                    section.box aria-labelledby="rooms" {
                        h2 #rooms { (texts::groups_of(parts::name(actor))) }
                        ul.people {
                            @for group in &shown.groups {
                                li {
                                    (parts::face(settings, group, "m"))
                                    div {
                                        p { (parts::name_link(settings, group)) }
                                        p.handle { (parts::full_handle(settings, group)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    layout::page(settings, &head, &content)
}

fn masthead(settings: &Settings, me: Option<&Visitor>, shown: &PersonPage) -> Markup {
    let actor = &shown.actor;
    html! {
        header.masthead.person {
            div.wide {
                (parts::face(settings, actor, "xl"))
                div.masthead-words {
                    h1 { bdi { (parts::name(actor)) } }
                    p.handle { (parts::full_handle(settings, actor)) }
                    @if actor.memorial { p.note { (texts::MEMORIAL) } }
                    @if let Some(moved) = actor.moved_to.as_deref().filter(|moved| parts::is_web(moved)) {
                        p.note { (texts::MOVED) " " a href=(moved) rel="nofollow noopener" { (moved) } }
                    }
                    div.words.lede dir="auto" { (parts::rich(&actor.summary)) }
                    (cares(shown))
                    @if !actor.fields.is_empty() {
                        dl.fields {
                            @for field in actor.fields.iter() {
                                div { dt { bdi { (field.name) } } dd { (parts::rich(&field.value)) } }
                            }
                        }
                    }
                    p.meta {
                        span { (texts::followers(actor.followers_count)) }
                        span { (texts::since(actor.published_at)) }
                    }
                    @if me.is_some_and(|me| me.actor.id != actor.id) {
                        p.actions { a.button href=(finding::hello_path(&actor.uri, first(shown))) { (texts::finding::SAY_HELLO) } }
                    }
                    (parts::follow_jump())
                }
            }
        }
    }
}

/// What they care about, with their words where there are some.
fn cares(shown: &PersonPage) -> Markup {
    let (told, plain): (Vec<_>, Vec<_>) = shown
        .cares
        .iter()
        .partition(|(passion, _)| !passion.words.is_empty());
    html! {
        @if !shown.cares.is_empty() {
            div.cares {
                h2 { (texts::CARES_ABOUT) }
                @if !told.is_empty() {
                    dl.passions {
                        @for (passion, topic) in &told {
                            div {
                                dt { a href={ "/topics/" (topic.slug) } { bdi { (topic.name) } } }
                                dd dir="auto" { "“" (passion.words) "”" }
                            }
                        }
                    }
                }
                @if !plain.is_empty() {
                    ul.chips {
                        @for (_, topic) in &plain { li { a href={ "/topics/" (topic.slug) } { bdi { (topic.name) } } } }
                    }
                }
            }
        }
    }
}

/// What to begin a conversation with.
fn first(shown: &PersonPage) -> &str {
    shown
        .cares
        .first()
        .map_or("", |(_, topic)| topic.name.as_str())
}
