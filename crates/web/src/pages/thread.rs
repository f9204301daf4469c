//! A conversation: what was said before a post, the post, and what was answered.
//!
//! Answers stand in the order of the conversation and are set in by how deep they are, up to a depth that a phone can show.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse};
use kindred_community::{
    ActorId, Kindred, Moment, PostId, Visibility, pages,
    settings::Settings,
    views::{PostView, ThreadPage, Visitor},
};
use maud::{Markup, html};

use super::{
    hand_over,
    layout::{self, Head},
    parts,
    post::{self, Frame},
    texts,
};
use crate::{
    avatars::{self, Form},
    error::PageError,
    extract::Guest,
};

/// Answers deeper than this are not set in further.
const DEEPEST: u32 = 8;

/// `GET /o/{id}` for people
pub async fn show(
    req: &HttpRequest,
    kindred: &Kindred,
    id: PostId,
) -> Result<HttpResponse, PageError> {
    let guest = Guest::of(req).await?;
    let thread = pages::thread(kindred, &guest.viewer(), id).await?;
    let page = page(kindred.settings(), guest.0.as_ref(), kindred.now(), &thread);
    Ok(hand_over(req, page, Some(&thread.focus.post.uri)))
}

/// The page.
pub fn page(settings: &Settings, me: Option<&Visitor>, now: Moment, thread: &ThreadPage) -> Markup {
    let (focus, starter) = (&thread.focus, thread.starter());
    let frame = Frame {
        settings,
        now,
        name_group: false,
    };
    let names = names(thread);
    let to = |view: &PostView| view.parent_author.and_then(|id| names.get(&id).copied());
    let content = html! {
        div.narrow.conversation {
            @if let Some(group) = &starter.group {
                p.room-link { (parts::face(settings, group, "s")) (parts::name_link(settings, group)) }
            }
            @if !thread.ancestors.is_empty() {
                p.whole { a href={ (post::address(starter)) "#post-" (focus.post.id) } { (texts::WHOLE_CONVERSATION) } }
                ol.posts.before { @for view in &thread.ancestors { li { (post::answer(&frame, view, to(view))) } } }
            }
            (post::focus(&frame, focus))
            @if starter.post.locked_at.is_some() { p.note { (texts::LOCKED) } }
            @if !thread.descendants.is_empty() {
                section aria-labelledby="answers" {
                    h2 #answers { (texts::ANSWERS) }
                    ol.thread {
                        @for (depth, view) in &thread.descendants {
                            li class={ "d" ((*depth).clamp(1, DEEPEST)) } {
                                (post::answer(&frame, view, to(view).filter(|_| *depth > 1)))
                            }
                        }
                    }
                }
            }
            section.box.follow aria-labelledby="reply" {
                h2 #reply { (texts::REPLY_BOX) }
                (parts::copy(texts::ADDRESS, &focus.post.uri))
                p { (texts::REPLY_HOW) }
            }
        }
    };
    let head = Head {
        me,
        ..head(settings, focus)
    };
    layout::page(settings, &head, &content)
}

fn head<'a>(settings: &Settings, focus: &'a PostView) -> Head<'a> {
    let author = parts::name(&focus.author);
    // Behind a warning nothing may shine through, not even in a preview.
    let words = focus
        .post
        .warning
        .clone()
        .unwrap_or_else(|| parts::teaser(&focus.post.content, 180));
    let title =
        post::title(focus).map_or_else(|| format!("{author}: {}", shorten(&words)), str::to_owned);
    Head {
        title: Some(title),
        description: words,
        canonical: Some(focus.post.url.as_deref().unwrap_or(&focus.post.uri)),
        feed: None,
        document: Some(&focus.post.uri),
        kind: Some("article"),
        picture: Some(format!(
            "{}{}",
            settings.origin,
            avatars::avatar_path(&focus.author, Form::Png)
        )),
        hidden: !focus.author.indexable
            || !focus.author.host.is_empty()
            || focus.post.visibility != Visibility::Public,
        me: None,
    }
}

fn shorten(words: &str) -> String {
    let mut short: String = words.chars().take(60).collect();
    if short.len() < words.len() {
        short.push('…');
    }
    short
}

/// The names of all who take part.
fn names(thread: &ThreadPage) -> HashMap<ActorId, &str> {
    let descendants = thread.descendants.iter().map(|(_, view)| view);
    let all = thread
        .ancestors
        .iter()
        .chain([&thread.focus])
        .chain(descendants);
    all.map(|view| (view.author.id, parts::name(&view.author)))
        .collect()
}
