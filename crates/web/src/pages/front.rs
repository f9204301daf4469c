//! The front page: what this place is, which groups there are, how to follow them from elsewhere.
//!
//! It shows nothing that a stranger may not see, whoever looks.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use kindred_community::{
    Kindred, Moment, pages,
    settings::Settings,
    views::{FrontPage, Visitor},
};
use maud::{Markup, html};

use super::{
    hand_over,
    layout::{self, Head},
    parts, texts,
};
use crate::{error::PageError, extract::Guest};

/// How many emblems make the quilt beside the headline.
const QUILT: usize = 9;

/// `GET /`
pub async fn show(
    req: HttpRequest,
    kindred: Data<Kindred>,
    guest: Guest,
) -> Result<HttpResponse, PageError> {
    let front = pages::front(&kindred, &guest.viewer()).await?;
    Ok(hand_over(
        &req,
        page(kindred.settings(), guest.0.as_ref(), kindred.now(), &front),
        None,
    ))
}

/// The page.
pub fn page(settings: &Settings, me: Option<&Visitor>, now: Moment, front: &FrontPage) -> Markup {
    let canonical = format!("{}/", settings.origin);
    let head = Head {
        description: texts::instance_description(&settings.name),
        canonical: Some(&canonical),
        me,
        ..Head::default()
    };
    let about = &front.about;
    let content = html! {
        section.hero.wide {
            div.hero-words {
                h1 { (texts::HERO) }
                p.lede { (texts::hero_lede(settings.company.as_deref())) }
                p.actions {
                    a.button href="#groups" { (texts::HERO_GROUPS) }
                    a.button.quiet-button href="#join" { (texts::HERO_JOIN) }
                }
                p.meta {
                    span { (texts::groups(about.groups)) }
                    span { (texts::people(about.people)) }
                    span { (texts::conversations(about.posts)) }
                }
            }
            (quilt(settings, front))
        }
        section.wide #groups aria-labelledby="groups-title" {
            h2 #groups-title { (texts::GROUPS) }
            @if front.groups.is_empty() {
                (parts::quiet(texts::NO_GROUPS, texts::NO_GROUPS_MORE))
            } @else {
                p.lede { (texts::GROUPS_INTRO) }
                (parts::group_cards(settings, now, &front.groups))
            }
        }
        section.join #join aria-labelledby="join-title" {
            div.wide {
                h2 #join-title { (texts::HOW) }
                p.lede { (texts::HOW_INTRO) }
                ol.steps {
                    @for (headline, words) in texts::HOW_STEPS { li { h3 { (headline) } p { (words) } } }
                }
                @if let Some(example) = front.groups.first() {
                    (parts::copy(texts::ADDRESS, &parts::full_handle(settings, &example.actor)))
                }
            }
        }
        section.wide aria-labelledby="ideas-title" {
            h2 #ideas-title { (texts::IDEAS) }
            div.ideas {
                @for (headline, words) in [texts::IDEA_PEOPLE, texts::IDEA_BORDERS, texts::IDEA_CALM] {
                    div { h3 { (headline) } p { (words) } }
                }
            }
        }
    };
    layout::page(settings, &head, &content)
}

/// Emblems of groups, sewn together; an empty place borrows from the name of the instance.
fn quilt(settings: &Settings, front: &FrontPage) -> Markup {
    let own = front
        .groups
        .iter()
        .map(|group| crate::avatars::avatar_path(&group.actor, crate::avatars::Form::Svg));
    let spare = (1..).map(|place| format!("/avatars/{}-{place}.group.svg", settings.host()));
    html! {
        div.quilt aria-hidden="true" {
            @for patch in own.chain(spare).take(QUILT) { img src=(patch) alt="" width="96" height="96"; }
        }
    }
}
