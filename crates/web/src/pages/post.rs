//! One post, as it looks in every list and in a conversation.
//!
//! Pictures of other servers are named and linked, not loaded: loading them would tell those servers who reads here.

use kindred_community::{
    Attachment, Moment, Poll,
    settings::Settings,
    views::{Entry, PostView},
};
use maud::{Markup, html};

use super::{
    parts::{face, full_handle, is_web, name, name_link, rich, time},
    texts,
};
use crate::mastodon::entities::media_kind;

/// Where and how a post is shown.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// How this instance is set up.
    pub settings: &'a Settings,
    /// This moment.
    pub now: Moment,
    /// Tells which group the post is in: not wanted on that group's own page.
    pub name_group: bool,
}

/// An entry of a list; who passed it on is told unless it is the owner of the page.
pub fn entry(frame: &Frame<'_>, entry: &Entry, owner: kindred_community::ActorId) -> Markup {
    let booster = entry
        .boost
        .as_ref()
        .map(|(_, actor)| actor)
        .filter(|actor| {
            // On a person's page it is worth telling; on a group's page everything is passed on by the group.
            actor.id != owner || actor.kind != kindred_community::ActorKind::Group
        });
    html! {
        li {
            @if let Some(booster) = booster { p.passed-on { (texts::passed_on_by(name(booster))) } }
            (card(frame, &entry.view))
        }
    }
}

/// A post in a list.
pub fn card(frame: &Frame<'_>, view: &PostView) -> Markup {
    html! {
        article.post aria-label=(texts::post_by(name(&view.author))) {
            (byline(frame, view, None))
            @if let Some(title) = title(view) { h3.title { a href=(address(view)) { bdi { (title) } } } }
            (body(frame, view))
            (counts(view, true))
        }
    }
}

/// A post in a conversation; `to` is the name of whom it answers.
pub fn answer(frame: &Frame<'_>, view: &PostView, to: Option<&str>) -> Markup {
    html! {
        article.post.answer id={ "post-" (view.post.id) } aria-label=(texts::post_by(name(&view.author))) {
            (byline(frame, view, to))
            @if let Some(title) = title(view) { h3.title { bdi { (title) } } }
            (body(frame, view))
            (counts(view, false))
        }
    }
}

/// The post that a page is about.
pub fn focus(frame: &Frame<'_>, view: &PostView) -> Markup {
    html! {
        article.post.focus id={ "post-" (view.post.id) } {
            (byline(frame, view, None))
            @match title(view) {
                Some(title) => { h1.title { bdi { (title) } } }
                None => { h1.hidden { (texts::post_by(name(&view.author))) } }
            }
            (body(frame, view))
            (counts(view, false))
        }
    }
}

/// The page of a post on this instance, wherever the post comes from.
pub fn address(view: &PostView) -> String {
    format!("/o/{}", view.post.id)
}

/// A title that says something.
pub fn title(view: &PostView) -> Option<&str> {
    view.post
        .title
        .as_deref()
        .map(str::trim)
        .filter(|title| !title.is_empty())
}

fn byline(frame: &Frame<'_>, view: &PostView, to: Option<&str>) -> Markup {
    let post = &view.post;
    html! {
        header.byline {
            (face(frame.settings, &view.author, "m"))
            div {
                p.who {
                    (name_link(frame.settings, &view.author))
                    " " span.handle { (full_handle(frame.settings, &view.author)) }
                }
                p.when {
                    a href=(address(view)) { (time(frame.now, post.published_at)) }
                    @if let Some(edited) = post.edited_at { " · " span title=(texts::exactly(edited)) { (texts::EDITED) } }
                    @if let Some(to) = to { " · " (texts::to_whom(to)) }
                    @if frame.name_group {
                        @if let Some(group) = &view.group { " · " (texts::IN_GROUP) " " (name_link(frame.settings, group)) }
                    }
                    @if post.pinned_at.is_some() { " · " span.pinned { (texts::PINNED) } }
                }
            }
        }
    }
}

fn body(frame: &Frame<'_>, view: &PostView) -> Markup {
    let post = &view.post;
    if post.removed_at.is_some() || post.deleted_at.is_some() {
        return html! { p.gone { (if post.removed_at.is_some() { texts::REMOVED } else { texts::DELETED }) } };
    }
    let inside = html! {
        div.words lang=[post.language.as_deref()] dir="auto" { (rich(&post.content)) }
        @if let Some(link) = post.link_url.as_deref().filter(|link| is_web(link)) { (link_card(link)) }
        @if let Some(poll) = &view.poll { (poll_results(frame.now, poll)) }
        (attachments(frame.settings, view))
    };
    html! {
        @match post.warning.as_deref().map(str::trim).filter(|warning| !warning.is_empty()) {
            Some(warning) => {
                details.warning {
                    summary { span dir="auto" { (texts::warning(warning)) } }
                    (inside)
                }
            }
            None => { (inside) }
        }
    }
}

fn link_card(link: &str) -> Markup {
    let host = host_of(link);
    html! {
        a.link-card href=(link) rel="nofollow noopener ugc" {
            span.host { (host) }
            span.path { (link.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches(&host)) }
        }
    }
}

fn poll_results(now: Moment, poll: &Poll) -> Markup {
    let total: i64 = poll
        .options
        .iter()
        .map(|option| i64::from(option.votes))
        .sum();
    let share = |votes: i64| if total > 0 { votes * 100 / total } else { 0 };
    html! {
        div.poll {
            ul {
                @for option in poll.options.iter() {
                    li {
                        span.choice { bdi { (option.title) } }
                        span.share { (share(i64::from(option.votes))) " %" }
                        meter min="0" max="100" value=(share(i64::from(option.votes))) aria-hidden="true" {}
                    }
                }
            }
            p.meta {
                span { (texts::votes(total)) }
                @match poll.closes_at {
                    Some(end) if poll.closed_at.is_none() && end > now => { span { (texts::poll_closes(now, end)) } }
                    None if poll.closed_at.is_none() => {}
                    _ => { span { (texts::POLL_OVER) } }
                }
            }
        }
    }
}

fn attachments(settings: &Settings, view: &PostView) -> Markup {
    let shown: Vec<&Attachment> = view
        .post
        .attachments
        .iter()
        .filter(|one| is_web(&one.url))
        .collect();
    if shown.is_empty() {
        return html! {};
    }
    let list =
        html! { ul.attachments { @for one in shown { li { (attachment(settings, one)) } } } };
    html! {
        @if view.post.sensitive && view.post.warning.is_none() {
            details.warning { summary { (texts::SENSITIVE) } (list) }
        } @else {
            (list)
        }
    }
}

fn attachment(settings: &Settings, one: &Attachment) -> Markup {
    let words = one
        .description
        .as_deref()
        .map(str::trim)
        .filter(|words| !words.is_empty());
    let kind = media_kind(one.media_type.as_deref().unwrap_or_default());
    html! {
        @if settings.is_ours(&one.url) && kind == "image" {
            a.picture href=(one.url) {
                img src=(one.url) alt=(words.unwrap_or_default()) width=[one.width] height=[one.height] loading="lazy";
            }
        } @else {
            a.file href=(one.url) rel="nofollow noopener ugc" {
                span.host {
                    @if kind == "image" { (texts::picture_elsewhere(&host_of(&one.url))) }
                    @else { (texts::media_elsewhere(&host_of(&one.url))) }
                }
                span.alt dir="auto" { (words.unwrap_or(texts::NO_DESCRIPTION)) }
            }
        }
    }
}

fn counts(view: &PostView, linked: bool) -> Markup {
    let post = &view.post;
    let (answers, likes) = (
        texts::answers(post.replies_count),
        texts::likes(post.likes_count),
    );
    html! {
        footer.counts {
            @if linked { a href={ (address(view)) } { (answers) } }
            @else if post.replies_count > 0 { span { (answers) } }
            @if !likes.is_empty() { span.likes { (likes) } }
        }
    }
}

fn host_of(link: &str) -> String {
    url::Url::parse(link)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}
