//! The frame around every page: head, header, footer.
//!
//! It loads one style sheet and pictures of ours, and nothing from elsewhere; there is no script to load.

use kindred_community::{settings::Settings, views::Visitor};
use maud::{DOCTYPE, Markup, html};

use super::{parts, texts, texts::sign_in};
use crate::assets;

/// What a page says about itself to browsers, search engines and previews.
#[derive(Clone, Debug, Default)]
pub struct Head<'a> {
    /// The title; without one it is the front page's.
    pub title: Option<String>,
    /// One or two sentences.
    pub description: String,
    /// The one address of this page.
    pub canonical: Option<&'a str>,
    /// The same thing for other servers.
    pub document: Option<&'a str>,
    /// The same thing for feed readers.
    pub feed: Option<&'a str>,
    /// What it is, in the words of OpenGraph.
    pub kind: Option<&'static str>,
    /// A picture of it, absolute.
    pub picture: Option<String>,
    /// Search engines should leave it out.
    pub hidden: bool,
    /// Who looks, if they are signed in.
    pub me: Option<&'a Visitor>,
}

/// A whole page.
pub fn page(settings: &Settings, head: &Head<'_>, content: &Markup) -> Markup {
    let title = match &head.title {
        Some(title) => format!("{title} · {}", settings.name),
        None => settings.name.clone(),
    };
    html! {
        (DOCTYPE)
        html lang=(texts::LANGUAGE) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                meta name="description" content=(head.description);
                @if head.hidden { meta name="robots" content="noindex"; }
                meta name="color-scheme" content="light dark";
                meta name="theme-color" content="#fbf6ee" media="(prefers-color-scheme: light)";
                meta name="theme-color" content="#1b1613" media="(prefers-color-scheme: dark)";
                link rel="stylesheet" href=(*assets::STYLE);
                link rel="icon" type="image/svg+xml" href=(*assets::MARK);
                @if let Some(canonical) = head.canonical {
                    link rel="canonical" href=(canonical);
                    meta property="og:url" content=(canonical);
                }
                @if let Some(document) = head.document {
                    link rel="alternate" type="application/activity+json" href=(document);
                }
                @if let Some(feed) = head.feed {
                    link rel="alternate" type="application/atom+xml" href=(feed);
                }
                meta property="og:site_name" content=(settings.name);
                meta property="og:title" content=(head.title.as_deref().unwrap_or(&settings.name));
                meta property="og:description" content=(head.description);
                meta property="og:type" content=(head.kind.unwrap_or("website"));
                @if let Some(picture) = &head.picture { meta property="og:image" content=(picture); }
                meta name="twitter:card" content="summary";
            }
            body {
                a.skip href="#content" { (texts::SKIP) }
                (header(settings, head.me))
                main #content tabindex="-1" { (content) }
                (footer(settings))
            }
        }
    }
}

fn header(settings: &Settings, me: Option<&Visitor>) -> Markup {
    html! {
        header.top {
            div.wide {
                a.brand href="/" title=(texts::HOME) {
                    img src=(*assets::MARK) alt="" width="34" height="34";
                    span { (settings.name) }
                }
                nav aria-label=(texts::NAV) {
                    @if me.is_some() { a href="/find" { (texts::finding::FIND) } }
                    a href=(if me.is_some() { "/groups" } else { "/#groups" }) { (texts::GROUPS) }
                    @match me {
                        Some(me) => a.me href="/settings" title=(sign_in::SETTINGS) {
                            (parts::face(settings, &me.actor, "s")) span { (parts::name(&me.actor)) }
                        },
                        None => {
                            a href="/#join" { (texts::JOIN_IN) }
                            a href="/login" { (sign_in::SIGN_IN) }
                        }
                    }
                }
            }
        }
    }
}

fn footer(settings: &Settings) -> Markup {
    html! {
        footer.bottom {
            div.wide {
                p { (texts::FOOTER) }
                p { (texts::FOOTER_NOTE) }
                p {
                    a href="/about" { (texts::ABOUT) } " · "
                    @if settings.house.privacy.is_some() { a href="/privacy-policy" { (texts::PRIVACY) } " · " }
                    @if settings.house.terms.is_some() { a href="/terms-of-service" { (texts::TERMS) } " · " }
                    span.version { "Kindred " (settings.version) }
                    @if !settings.source_url.is_empty() { " · " a href=(settings.source_url) { (texts::SOURCE) } }
                }
            }
        }
    }
}
