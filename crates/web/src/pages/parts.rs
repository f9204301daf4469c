//! Small pieces that several pages share: faces, chips, times, addresses to copy.
//!
//! Everything written by people is escaped here, or cleaned once more when it is HTML.

use kindred_community::{
    Actor, ActorKind, Moment, links,
    settings::Settings,
    views::{GroupTeaser, Visitor},
};
use kindred_protocol::html as foreign;
use maud::{Markup, PreEscaped, html};

use super::texts;
use crate::avatars::{self, Form};

/// Foreign or local HTML, cleaned again on its way out: what was let in by mistake once must not run now.
pub fn rich(text: &str) -> Markup {
    PreEscaped(foreign::clean(text))
}

/// The text of some HTML, cut at a word after about `limit` characters.
pub fn teaser(html: &str, limit: usize) -> String {
    let text = foreign::to_text(html, usize::MAX);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= limit {
        return text;
    }
    let cut: String = text.chars().take(limit).collect();
    let whole_words = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(words, _)| words);
    format!(
        "{}…",
        whole_words.trim_end_matches([',', '.', ';', ':', ' '])
    )
}

/// What somebody is called; those without a name by their handle.
pub fn name(actor: &Actor) -> &str {
    if actor.name.trim().is_empty() {
        &actor.handle
    } else {
        &actor.name
    }
}

/// Where the page of somebody is: ours by path, others at their own server.
pub fn address<'a>(settings: &Settings, actor: &'a Actor) -> &'a str {
    if actor.host.is_empty() {
        return actor
            .uri
            .strip_prefix(settings.origin.as_str())
            .unwrap_or(&actor.uri);
    }
    let url = actor.url.as_deref().unwrap_or(&actor.uri);
    if is_web(url) { url } else { "#" }
}

/// Whether a link leads somewhere on the web; anything else is no link for a page.
pub fn is_web(url: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| url.len() > scheme.len() && url[..].starts_with(scheme))
}

/// `@rust@kindred.example`
pub fn full_handle(settings: &Settings, actor: &Actor) -> String {
    format!("@{}", links::full_acct(settings, actor))
}

/// The drawn face of a person or the emblem of a group. Pictures of other servers are not loaded: they would learn who
/// reads here.
pub fn face(settings: &Settings, actor: &Actor, size: &'static str) -> Markup {
    let group = actor.kind == ActorKind::Group;
    let own = actor
        .icon_url
        .as_deref()
        .filter(|url| settings.is_ours(url));
    let drawn = avatars::avatar_path(actor, Form::Svg);
    html! {
        img.face.emblem[group].(size) src=(own.unwrap_or(&drawn)) alt="" width="48" height="48" loading="lazy";
    }
}

/// A name that leads to its page, with a mark on those who live elsewhere.
pub fn name_link(settings: &Settings, actor: &Actor) -> Markup {
    let elsewhere = !actor.host.is_empty();
    html! {
        a.name href=(address(settings, actor)) rel=[elsewhere.then_some("nofollow noopener")] { bdi { (name(actor)) } }
    }
}

/// A time in words, exact on demand.
pub fn time(now: Moment, moment: Moment) -> Markup {
    let machine = crate::mastodon::entities::datetime(moment);
    html! { time datetime=(machine) title=(texts::exactly(moment)) { (texts::ago(now, moment)) } }
}

/// Topics that lead to their pages.
pub fn chips(topics: &[String]) -> Markup {
    html! {
        @if !topics.is_empty() {
            ul.chips {
                @for topic in topics { li { a href={ "/topics/" (slug(topic)) } { (topic) } } }
            }
        }
    }
}

/// A topic's name as it stands in an address.
pub fn slug(topic: &str) -> String {
    let mut slug = String::with_capacity(topic.len());
    for letter in topic.trim().to_lowercase().chars() {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// An address that is selected as a whole by one click or tap.
pub fn copy(label: &str, address: &str) -> Markup {
    html! {
        p.copy {
            span.hidden { (label) ": " }
            code tabindex="0" { (address) }
        }
    }
}

/// A box that tells how to follow from elsewhere.
pub fn follow_box(settings: &Settings, actor: &Actor) -> Markup {
    let group = actor.kind == ActorKind::Group;
    html! {
        section.box.follow aria-labelledby="follow" {
            h2 #follow { (texts::FOLLOW_BOX) }
            (copy(texts::ADDRESS, &full_handle(settings, actor)))
            p { (if group { texts::FOLLOW_GROUP } else { texts::FOLLOW_PERSON }) }
            @if group { p { (texts::WRITE_HOW) } }
        }
    }
}

/// The way down to the follow box, on narrow screens where it stands below everything said.
pub fn follow_jump() -> Markup {
    html! { p.jump { a.button href="#follow" { (texts::FOLLOW_BOX) } } }
}

/// Groups as doors to their rooms.
pub fn group_cards(settings: &Settings, now: Moment, groups: &[GroupTeaser]) -> Markup {
    html! {
        ul.rooms {
            @for GroupTeaser { actor, topics, .. } in groups {
                li.room {
                    img.banner src=(avatars::header_path(actor, Form::Svg)) alt="" width="300" height="100" loading="lazy";
                    div.room-body {
                        (face(settings, actor, "l"))
                        h3 { (name_link(settings, actor)) }
                        p.handle { (full_handle(settings, actor)) }
                        p.summary { (teaser(&actor.summary, 150)) }
                        (chips(topics))
                        p.meta {
                            span { (texts::people_here(i64::from(actor.followers_count))) }
                            span { (texts::last_talk(now, actor.last_post_at)) }
                        }
                    }
                }
            }
        }
    }
}

/// What is shown where nothing is yet.
pub fn quiet(headline: &str, more: &str) -> Markup {
    html! { div.quiet { h3 { (headline) } p { (more) } } }
}

/// What proves that a form is one of ours.
pub fn proof(me: &Visitor) -> Markup {
    html! { input type="hidden" name="form" value=(me.form); }
}

/// A button that does one thing: a form that nobody fills in.
pub fn act(me: &Visitor, action: &str, told: &[(&str, &str)], class: &str, label: &str) -> Markup {
    html! {
        form.act method="post" action=(action) {
            (proof(me))
            @for (name, value) in told { input type="hidden" name=(name) value=(value); }
            button.{ "button " (class) } type="submit" { (label) }
        }
    }
}

/// The way to older entries, and back up.
pub fn pager(path: &str, older: Option<i64>, top: bool) -> Markup {
    html! {
        @if older.is_some() || !top {
            nav.pager aria-label=(texts::PAGES) {
                @if !top { a.button.quiet-button href=(path) { (texts::NEWEST) } }
                @if let Some(older) = older {
                    a.button href={ (path) "?before=" (older) } rel="next" { (texts::OLDER) " →" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teaser_ends_at_a_word() {
        assert_eq!(
            teaser("<p>Flour, water &amp; salt.</p>", 50),
            "Flour, water & salt."
        );
        assert_eq!(
            teaser("<p>Flour, water, salt and patience</p>", 14),
            "Flour, water…"
        );
    }

    #[test]
    fn a_slug_has_letters_digits_and_single_dashes() {
        for (topic, expected) in [
            ("Process control", "process-control"),
            (" C++ & Rust! ", "c-rust"),
            ("Käse", "käse"),
            ("??", ""),
        ] {
            assert_eq!(slug(topic), expected);
        }
    }

    #[test]
    fn only_the_web_is_linked() {
        assert!(is_web("https://far.example/x") && is_web("http://far.example"));
        assert!(
            !is_web("javascript:alert(1)") && !is_web("https://") && !is_web("data:text/html,x")
        );
    }
}
