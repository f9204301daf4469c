//! People and groups as they stand in lists, and the door of a group.

use kindred_community::{
    Actor, Circle, Group, JoinPolicy, Moment,
    discovery::{ElsewhereFound, Glance, PersonFound, Pick},
    settings::Settings,
    views::{Relationship, Visitor},
};
use maud::{Markup, html};

use super::super::{
    parts,
    texts::{self, finding as words},
};

/// The page of a topic.
pub(crate) fn topic_path(slug: &str) -> String {
    format!("/topics/{slug}")
}

/// Somebody: their face, their name, where they are, what they say. Pictures of other servers are not loaded.
pub(super) fn person(
    settings: &Settings,
    found: &PersonFound,
    why: Option<&str>,
    deeds: &Markup,
) -> Markup {
    let own = found.icon.as_deref().filter(|icon| settings.is_ours(icon));
    let drawn = format!("/avatars/{}.svg", found.acct);
    let here = found.company.is_none();
    let address = found
        .uri
        .strip_prefix(settings.origin.as_str())
        .filter(|_| here)
        .unwrap_or(&found.uri);
    let address = if here || parts::is_web(address) {
        address
    } else {
        "#"
    };
    let name = if found.name.trim().is_empty() {
        &found.acct
    } else {
        &found.name
    };
    html! {
        li.card {
            img.face.l src=(own.unwrap_or(&drawn)) alt="" width="68" height="68" loading="lazy";
            div.card-body {
                h3 { a.name href=(address) rel=[(!here).then_some("nofollow noopener")] { bdi { (name) } } }
                @match &found.company {
                    Some(company) => p.company { bdi { (words::company(company)) } },
                    None => p.handle { "@" (found.acct) },
                }
                @if !found.words.is_empty() { p.said dir="auto" { "“" (found.words) "”" } }
                @if let Some(why) = why { p.why { (why) } }
                div.deeds { (deeds) }
            }
        }
    }
}

/// Somebody on the page of what they care about.
pub(crate) fn person_card(settings: &Settings, found: &PersonFound, deeds: &Markup) -> Markup {
    person(settings, found, None, deeds)
}

/// A group elsewhere on the page of what it is about.
pub(crate) fn elsewhere_card(now: Moment, found: &ElsewhereFound) -> Markup {
    elsewhere(now, found, None, &html! {})
}

/// A group here.
pub(super) fn group(
    settings: &Settings,
    now: Moment,
    (group, face): (&Group, &Actor),
    why: Option<&str>,
    deeds: &Markup,
) -> Markup {
    html! {
        li.card {
            (parts::face(settings, face, "l"))
            div.card-body {
                h3 { (parts::name_link(settings, face)) }
                p.meta {
                    span { (texts::people_here(i64::from(face.followers_count))) }
                    span { (texts::joined_by(group.join_policy)) }
                    span { (texts::last_talk(now, face.last_post_at)) }
                }
                @let summary = parts::teaser(&face.summary, 140);
                @if !summary.is_empty() { p dir="auto" { (summary) } }
                (parts::chips(&face.topics))
                @if let Some(why) = why { p.why { (why) } }
                div.deeds { (deeds) }
            }
        }
    }
}

/// A group elsewhere.
pub(super) fn elsewhere(
    now: Moment,
    found: &ElsewhereFound,
    why: Option<&str>,
    deeds: &Markup,
) -> Markup {
    let listing = &found.listing;
    let address = if parts::is_web(&listing.uri) {
        listing.uri.as_str()
    } else {
        "#"
    };
    html! {
        li.card {
            img.face.emblem.l src={ "/avatars/" (listing.handle) "@" (listing.host) ".group.svg" } alt="" width="68" height="68" loading="lazy";
            div.card-body {
                h3 { a.name href=(address) rel="nofollow noopener" { bdi { (listing.name) } } }
                p.company { bdi { (words::company(&found.company)) } }
                p.meta {
                    @if listing.members > 0 { span { (texts::people_here(i64::from(listing.members))) } }
                    @if let Some(policy) = listing.join_policy { span { (texts::joined_by(policy)) } }
                    @if listing.lively_at.is_some() { span { (texts::last_talk(now, listing.lively_at)) } }
                }
                @if !listing.summary.is_empty() { p dir="auto" { (parts::teaser(&listing.summary, 140)) } }
                (parts::chips(&found.topics))
                @if let Some(why) = why { p.why { (why) } }
                div.deeds { (deeds) }
            }
        }
    }
}

/// The button at a group's door, or why there is none.
pub(super) fn join(me: &Visitor, uri: &str, policy: Option<JoinPolicy>, next: &str) -> Markup {
    let label = match policy {
        Some(JoinPolicy::Invite) => return html! { span.small-print { (words::BY_INVITATION) } },
        Some(JoinPolicy::Ask) => words::ASK,
        Some(JoinPolicy::Open) | None => words::JOIN,
    };
    parts::act(
        me,
        "/groups/join",
        &[("uri", uri), ("next", next)],
        "",
        label,
    )
}

/// The door of a group on its own page, as somebody signed in finds it.
pub(crate) fn door(
    me: &Visitor,
    uri: &str,
    path: &str,
    policy: JoinPolicy,
    standing: &Relationship,
) -> Markup {
    let told = [("uri", uri), ("next", path)];
    html! {
        div.deeds.door {
            @if standing.following {
                span.belongs { (words::YOU_BELONG) }
                (parts::act(me, "/groups/leave", &told, "quiet-button", words::LEAVE))
            } @else if standing.requested {
                span.belongs { (words::YOU_ASKED) }
                (parts::act(me, "/groups/leave", &told, "quiet-button", words::TAKE_BACK))
            } @else {
                (join(me, uri, Some(policy), path))
            }
        }
    }
}

/// A topic with what it has to offer and some faces; `deed` is what one can do with it.
pub(super) fn pick(settings: &Settings, pick: &Pick, deed: &Markup) -> Markup {
    let Glance { topic, .. } = &pick.glance;
    html! {
        li.pick {
            div.pick-words {
                h3 { a.name href=(topic_path(&topic.slug)) { bdi { (topic.name) } } }
                p.meta { (words::glance(&pick.glance)) }
            }
            @if !pick.faces.is_empty() {
                div.faces aria-hidden="true" {
                    @for face in &pick.faces { (parts::face(settings, face, "s")) }
                }
            }
            (deed)
        }
    }
}

/// Who may know: a choice of circles.
pub(super) fn circles(chosen: Circle) -> Markup {
    html! {
        label {
            span { (words::WHO_KNOWS) }
            select name="circle" {
                @for circle in Circle::ALL.iter().rev() {
                    option value=(circle.to_string()) selected[*circle == chosen] { (words::circle(*circle)) }
                }
            }
        }
    }
}
