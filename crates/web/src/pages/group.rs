//! A group's page: a room with people in it.
//!
//! Strangers see what is public. A closed group shows its face and its door, if the heart lets them see even that.

use actix_web::{HttpRequest, HttpResponse};
use kindred_community::{
    Kindred, Moment, Visibility, pages,
    settings::Settings,
    views::{GroupPage, Visitor},
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

/// `GET /g/{handle}` for people
pub async fn show(
    req: &HttpRequest,
    kindred: &Kindred,
    handle: &str,
) -> Result<HttpResponse, PageError> {
    let guest = Guest::of(req).await?;
    let before = Params::from_query(req.query_string()).number("before");
    let group = pages::group(kindred, &guest.viewer(), handle, before).await?;
    let page = page(
        kindred.settings(),
        guest.0.as_ref(),
        kindred.now(),
        &group,
        before.is_none(),
    );
    Ok(hand_over(req, page, Some(&group.actor.uri)))
}

/// The page; `top` when it shows the newest.
pub fn page(
    settings: &Settings,
    me: Option<&Visitor>,
    now: Moment,
    shown: &GroupPage,
    top: bool,
) -> Markup {
    let actor = &shown.actor;
    let head = Head {
        title: Some(parts::name(actor).to_owned()),
        description: parts::teaser(&actor.summary, 180),
        canonical: Some(&actor.uri),
        document: Some(&actor.uri),
        feed: None,
        kind: Some("website"),
        picture: Some(format!(
            "{}{}",
            settings.origin,
            avatars::avatar_path(actor, Form::Png)
        )),
        hidden: !actor.discoverable || !top,
        me,
    };
    let frame = Frame {
        settings,
        now,
        name_group: false,
    };
    let content = html! {
        (masthead(settings, me, shown))
        div.columns.wide {
            section.feed aria-labelledby="talk" {
                h2 #talk { (texts::CONVERSATIONS) }
                @if shown.entries.is_empty() && shown.group.visibility != Visibility::Public {
                    (parts::quiet(texts::CLOSED_ROOM, texts::joined_by(shown.group.join_policy)))
                } @else if shown.entries.is_empty() {
                    (parts::quiet(texts::QUIET_GROUP, texts::QUIET_GROUP_MORE))
                } @else {
                    ol.posts { @for entry in &shown.entries { (post::entry(&frame, entry, actor.id)) } }
                }
                (parts::pager(parts::address(settings, actor), shown.older, top))
            }
            aside.side {
                (parts::follow_box(settings, actor))
                (people(settings, shown))
                @if !shown.group.rules.trim().is_empty() {
                    section.box { h2 { (texts::RULES) } div.words.plain dir="auto" { (shown.group.rules) } }
                }
            }
        }
    };
    layout::page(settings, &head, &content)
}

fn masthead(settings: &Settings, me: Option<&Visitor>, shown: &GroupPage) -> Markup {
    let (actor, group) = (&shown.actor, &shown.group);
    html! {
        header.masthead {
            img.banner src=(avatars::header_path(actor, Form::Svg)) alt="" width="1200" height="400";
            div.wide {
                (parts::face(settings, actor, "xl"))
                div.masthead-words {
                    h1 { bdi { (parts::name(actor)) } }
                    p.handle { (parts::full_handle(settings, actor)) }
                    div.words.lede dir="auto" { (parts::rich(&actor.summary)) }
                    (parts::chips(&shown.topics))
                    p.meta {
                        span { (texts::people_here(shown.followers)) }
                        span { (texts::seen_by(group.visibility)) ", " (texts::joined_by(group.join_policy)) }
                        span { (texts::since(group.created_at)) }
                    }
                    @if let (Some(me), Some(standing)) = (me, &shown.standing) {
                        (finding::door(me, &actor.uri, parts::address(settings, actor), group.join_policy, standing))
                    }
                    (parts::follow_jump())
                    @if group.archived_at.is_some() { p.note { (texts::ARCHIVED) } }
                }
            }
        }
    }
}

fn people(settings: &Settings, shown: &GroupPage) -> Markup {
    html! {
        @if !shown.organisers.is_empty() {
            section.box aria-labelledby="hosts" {
                h2 #hosts { (texts::LOOKED_AFTER) }
                ul.people {
                    @for (membership, actor) in &shown.organisers {
                        li {
                            (parts::face(settings, actor, "m"))
                            div {
                                p { (parts::name_link(settings, actor)) }
                                p.handle { (parts::full_handle(settings, actor)) }
                                p.role { (texts::role(membership.role)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
