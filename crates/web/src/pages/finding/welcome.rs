//! "What do you care about?": the first screen after the first sign-in. It can be skipped, and comes back when it is asked for.

use actix_web::{
    HttpResponse,
    web::{Data, Form, Query},
};
use kindred_community::{
    Circle, Kindred,
    discovery::{self, Cloud},
    settings::Settings,
    views::Visitor,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Pointed, cards, hand_to};
use crate::{
    error::PageError,
    extract::{FromHere, Member},
    pages::{self, parts, texts::finding as texts},
};

/// What was typed, and the circle that was chosen last.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    q: String,
    #[serde(default)]
    circle: String,
}

/// `GET /welcome`
pub(crate) async fn show(
    kindred: Data<Kindred>,
    me: Member,
    typed: Query<Typed>,
) -> Result<HttpResponse, PageError> {
    let cloud = discovery::cloud(&kindred, &me.0.actor, &typed.q).await?;
    let circle = typed.circle.parse().unwrap_or(Circle::Partners);
    let content = page(kindred.settings(), &me.0, &cloud, typed.q.trim(), circle);
    Ok(hand_to(kindred.settings(), &me.0, texts::WELCOME, &content))
}

/// `POST /welcome/done`: they are not asked again by themselves.
pub(crate) async fn done(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Pointed>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    discovery::welcomed(&kindred, &me.0.actor).await?;
    Ok(pages::on_to(&told.next))
}

fn page(settings: &Settings, me: &Visitor, cloud: &Cloud, typed: &str, circle: Circle) -> Markup {
    html! {
        div.wide.finding {
            header {
                h1 { (texts::WELCOME) }
                p.lede { (texts::WELCOME_LEDE) }
            }
            form.search method="get" action="/welcome" role="search" {
                label.grow {
                    span { (texts::TYPE) }
                    input name="q" type="search" value=(typed) placeholder=(texts::TYPE_EXAMPLES) maxlength="100" autocomplete="off" autofocus[cloud.mine.is_empty()];
                }
                button.button type="submit" { (texts::LOOK) }
            }
            @if !cloud.mine.is_empty() {
                section aria-labelledby="picked" {
                    h2 #picked { (texts::PICKED) }
                    ul.picks {
                        @for pick in &cloud.mine {
                            @let told = [("topic", pick.glance.topic.slug.as_str()), ("next", "/welcome")];
                            (cards::pick(settings, pick, &parts::act(me, "/passions/give_up", &told, "quiet-button small", texts::TAKE_OFF)))
                        }
                    }
                }
            }
            section aria-labelledby="others" {
                h2 #others { (if typed.is_empty() { texts::OTHERS_PICK } else { texts::MEANT }) }
                @if cloud.others.is_empty() && cloud.new.is_none() {
                    (parts::quiet(texts::EMPTY_CLOUD, texts::EMPTY_CLOUD_MORE))
                } @else {
                    form method="post" action="/passions" {
                        (parts::proof(me))
                        input type="hidden" name="next" value="/welcome";
                        div.one-line { (cards::circles(circle)) }
                        ul.picks {
                            @if let Some(new) = &cloud.new {
                                li.pick {
                                    div.pick-words {
                                        h3 { bdi { (new) } }
                                        p.meta { (texts::NOBODY_YET) }
                                    }
                                    (choose(new))
                                }
                            }
                            @for pick in &cloud.others { (cards::pick(settings, pick, &choose(&pick.glance.topic.name))) }
                        }
                    }
                }
            }
            div.deeds.ends {
                @if !cloud.mine.is_empty() {
                    (parts::act(me, "/welcome/done", &[("next", "/find")], "", texts::MEET_THEM))
                }
                (parts::act(me, "/welcome/done", &[("next", "/")], "quiet-button", texts::NOT_NOW))
            }
        }
    }
}

fn choose(topic: &str) -> Markup {
    html! {
        button.button.small type="submit" name="topic" value=(topic) aria-label={ (texts::PICK) ": " (topic) } { (texts::PICK) }
    }
}
