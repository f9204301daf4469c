//! A topic's page: who cares about it, the groups, the conversations, and what stands beside it, each as far as whoever looks may know.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use kindred_community::{
    ActorId, Kindred, Moment,
    discovery::ElsewhereFound,
    pages::{self, TopicPage},
    passions::Topic,
    settings::Settings,
    views::{GroupTeaser, Visitor},
};
use maud::{Markup, html};

use super::{
    finding, hand_over,
    layout::{self, Head},
    parts,
    post::{self, Frame},
    texts::{self, finding as words},
};
use crate::{
    error::PageError,
    extract::{Guest, Params},
};

/// `GET /topics/{slug}`
pub async fn show(
    req: HttpRequest,
    kindred: Data<Kindred>,
    guest: Guest,
    slug: Path<String>,
) -> Result<HttpResponse, PageError> {
    let before = Params::from_query(req.query_string()).number("before");
    let topic = pages::topic(&kindred, &guest.viewer(), &slug, before).await?;
    let (settings, me) = (kindred.settings(), guest.0.as_ref());
    let page = page(settings, me, kindred.now(), &topic, before.is_none());
    Ok(hand_over(&req, page, None))
}

/// The page; `top` when it shows the newest.
pub fn page(
    settings: &Settings,
    me: Option<&Visitor>,
    now: Moment,
    shown: &TopicPage,
    top: bool,
) -> Markup {
    let topic = &shown.view.glance.topic;
    let path = finding::topic_path(&topic.slug);
    let canonical = format!("{}{path}", settings.origin);
    let feed = format!("{path}/feed.atom");
    let head = Head {
        title: Some(topic.name.clone()),
        description: texts::topic_title(&topic.name),
        canonical: Some(&canonical),
        feed: Some(&feed),
        hidden: !top || (shown.view.groups.is_empty() && shown.entries.is_empty()),
        me,
        ..Head::default()
    };
    let frame = Frame {
        settings,
        now,
        name_group: true,
    };
    let content = html! {
        div.wide.finding.topic {
            header {
                h1 { (texts::topic_title(&topic.name)) }
                p.lede { (words::glance(&shown.view.glance)) }
                (names(shown))
                (mine(me, shown))
            }
            (people(settings, me, shown))
            (groups(settings, now, shown))
            div.columns {
                section.feed aria-labelledby="talk" {
                    h2 #talk { (texts::CONVERSATIONS) }
                    @if shown.entries.is_empty() {
                        (parts::quiet(texts::QUIET_TOPIC, texts::QUIET_TOPIC_MORE))
                    } @else {
                        ol.posts { @for entry in &shown.entries { (post::entry(&frame, entry, ActorId(0))) } }
                    }
                    (parts::pager(&path, shown.older, top))
                }
                aside.side {
                    (beside(words::BROADER, &shown.view.broader))
                    (beside(words::RELATED, &shown.view.related))
                    section.box {
                        p { a href=(feed) type="application/atom+xml" { (words::FEED) } }
                    }
                }
            }
        }
    };
    layout::page(settings, &head, &content)
}

/// Its other names, in any language.
fn names(shown: &TopicPage) -> Markup {
    let others: Vec<_> = shown
        .view
        .named
        .names
        .iter()
        .filter(|(name, _)| *name != shown.view.glance.topic.name)
        .collect();
    html! {
        @if !others.is_empty() {
            p.also {
                (words::ALSO_CALLED) " "
                @for (place, (name, language)) in others.iter().enumerate() {
                    @if place > 0 { ", " }
                    bdi lang=[language.as_deref()] { (name) }
                }
            }
        }
    }
}

/// What whoever looks says of it, or the way to say something.
fn mine(me: Option<&Visitor>, shown: &TopicPage) -> Markup {
    let topic = &shown.view.glance.topic;
    html! {
        @if me.is_some() {
            div.deeds {
                @match &shown.mine {
                    Some(_) => {
                        span.belongs { (words::YOU_CARE) }
                        a.button.quiet-button.small href="/passions" { (words::CHANGE_IT) }
                    }
                    None => a.button href={ "/passions?topic=" (topic.slug) "#more" } { (words::I_CARE) },
                }
            }
        }
    }
}

fn people(settings: &Settings, me: Option<&Visitor>, shown: &TopicPage) -> Markup {
    let topic = &shown.view.glance.topic;
    html! {
        section aria-labelledby="people" {
            h2 #people { (words::PEOPLE) }
            @if shown.people.is_empty() {
                @if me.is_none() { p.small-print { a href={ "/login?next=" (finding::topic_path(&topic.slug)) } { (words::SIGN_IN_FOR_PEOPLE) } } }
                @else { (parts::quiet(words::NO_NAMES, words::NO_NAMES_MORE)) }
            }
            ul.cards {
                @for person in &shown.people {
                    @let deeds = html! {
                        @if person.greetable && me.is_some_and(|me| me.actor.uri != person.uri) {
                            a.button.quiet-button.small href=(finding::hello_path(&person.uri, &topic.name)) { (words::SAY_HELLO) }
                        }
                    };
                    (finding::person_card(settings, person, &deeds))
                }
            }
            @if !shown.view.at.is_empty() {
                h3 { (words::AT_COMPANIES) }
                ul.tallies {
                    @for (company, tally) in &shown.view.at {
                        li { bdi { (words::company(company)) } span { (words::people(*tally)) } }
                    }
                }
            }
        }
    }
}

fn groups(settings: &Settings, now: Moment, shown: &TopicPage) -> Markup {
    let here: Vec<GroupTeaser> = shown
        .view
        .groups
        .iter()
        .map(|(_, actor)| GroupTeaser {
            topics: actor.topics.to_vec(),
            actor: actor.clone(),
        })
        .collect();
    let elsewhere: &[ElsewhereFound] = &shown.view.groups_elsewhere;
    html! {
        @if !here.is_empty() || !elsewhere.is_empty() {
            section aria-labelledby="groups" {
                h2 #groups { (texts::GROUPS) }
                @if !here.is_empty() { (parts::group_cards(settings, now, &here)) }
                @if !elsewhere.is_empty() {
                    ul.cards { @for found in elsewhere { (finding::elsewhere_card(now, found)) } }
                }
            }
        }
    }
}

fn beside(headline: &str, topics: &[Topic]) -> Markup {
    html! {
        @if !topics.is_empty() {
            section.box {
                h2 { (headline) }
                ul.chips { @for topic in topics { li { a href=(finding::topic_path(&topic.slug)) { bdi { (topic.name) } } } } }
            }
        }
    }
}
