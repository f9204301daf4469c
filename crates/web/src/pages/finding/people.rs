//! Who else cares: people first, then groups, each with its reason, and each to be waved away for good.

use actix_web::{
    HttpResponse,
    web::{Data, Form},
};
use kindred_community::{
    Kindred, Moment,
    discovery::{self, PersonFound, Reason, Suggestions},
    passions::Topic,
    settings::Settings,
    views::Visitor,
};
use maud::{Markup, html};

use super::{Pointed, cards, hand_to, hello};
use crate::{
    error::PageError,
    extract::{FromHere, Member},
    pages::{self, parts, texts::finding as texts},
};

/// `GET /find`
pub(crate) async fn show(kindred: Data<Kindred>, me: Member) -> Result<HttpResponse, PageError> {
    let found = discovery::suggestions(&kindred, &me.0.actor).await?;
    let viewer = kindred_community::views::Viewer::Local(me.0.actor.id);
    let stirring = discovery::stirring(&kindred, &viewer).await?;
    let content = page(kindred.settings(), &me.0, kindred.now(), &found, &stirring);
    Ok(hand_to(
        kindred.settings(),
        &me.0,
        texts::FIND_TITLE,
        &content,
    ))
}

/// `POST /find/dismiss`
pub(crate) async fn dismiss(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Pointed>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    discovery::dismiss(&kindred, &me.0.actor, &told.uri).await?;
    Ok(pages::on_to("/find"))
}

fn page(
    settings: &Settings,
    me: &Visitor,
    now: Moment,
    found: &Suggestions,
    stirring: &[Topic],
) -> Markup {
    let nobody = found.people.is_empty();
    let no_groups = found.groups.is_empty() && found.groups_elsewhere.is_empty();
    html! {
        div.wide.finding {
            header {
                h1 { (texts::FIND_TITLE) }
                p.lede { (texts::FIND_LEDE) }
                p.actions {
                    a.button.quiet-button href="/welcome" { (texts::SAY_MORE) }
                    a.button.quiet-button href="/groups" { (texts::GROUPS_TITLE) }
                    a.button.quiet-button href="/groups/new" { (texts::START) }
                }
            }
            section aria-labelledby="people" {
                h2 #people { (texts::FIND_PEOPLE) }
                @if nobody { (parts::quiet(texts::FIND_NOBODY, texts::FIND_NOBODY_MORE)) }
                ul.cards { @for (person, reason) in &found.people { (somebody(settings, me, person, reason)) } }
            }
            section aria-labelledby="groups" {
                h2 #groups { (texts::FIND_GROUPS) }
                @if no_groups { (parts::quiet(texts::FIND_NO_GROUPS, texts::FIND_NO_GROUPS_MORE)) }
                ul.cards {
                    @for (group, face, reason) in &found.groups {
                        @let deeds = html! {
                            (cards::join(me, &face.uri, Some(group.join_policy), "/find"))
                            (not_for_me(me, &face.uri))
                        };
                        (cards::group(settings, now, (group, face), Some(&texts::about_like_you(reason)), &deeds))
                    }
                    @for (elsewhere, reason) in &found.groups_elsewhere {
                        @let listing = &elsewhere.listing;
                        @let deeds = html! {
                            (cards::join(me, &listing.uri, listing.join_policy, "/find"))
                            (not_for_me(me, &listing.uri))
                        };
                        (cards::elsewhere(now, elsewhere, Some(&texts::about_like_you(reason)), &deeds))
                    }
                }
            }
            @if !stirring.is_empty() {
                section aria-labelledby="stirring" {
                    h2 #stirring { (texts::STIRRING) }
                    p.lede { (texts::STIRRING_LEDE) }
                    ul.chips { @for topic in stirring { li { a href=(cards::topic_path(&topic.slug)) { bdi { (topic.name) } } } } }
                }
            }
        }
    }
}

fn somebody(settings: &Settings, me: &Visitor, person: &PersonFound, reason: &Reason) -> Markup {
    let topic = reason.first().map_or("", String::as_str);
    let deeds = html! {
        a.button href=(hello::path(&person.uri, topic)) { (texts::SAY_HELLO) }
        (not_for_me(me, &person.uri))
    };
    cards::person(settings, person, Some(&texts::because(reason)), &deeds)
}

fn not_for_me(me: &Visitor, uri: &str) -> Markup {
    parts::act(
        me,
        "/find/dismiss",
        &[("uri", uri)],
        "link-button",
        texts::NOT_FOR_ME,
    )
}
