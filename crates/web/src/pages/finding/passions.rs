//! What somebody cares about, as they tell it themselves: words, circle, and taking it back.

use actix_web::{
    HttpResponse,
    web::{Data, Form, Query},
};
use kindred_community::{
    Circle, Kindred, Moment, Refusal, discovery,
    passions::{self, Passion, Receipt, Topic},
    views::Visitor,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{asking, cards, hand_to};
use crate::{
    error::PageError,
    extract::{FromHere, Member},
    pages::{self, parts, texts::finding as texts},
};

/// A passion as it is declared in a form.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    form: String,
    #[serde(default)]
    topic: String,
    /// Unchanged when it is not said.
    words: Option<String>,
    #[serde(default)]
    circle: String,
    #[serde(default)]
    next: String,
}

/// A topic that was pointed at from elsewhere.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct About {
    #[serde(default)]
    topic: String,
}

/// Whether hellos are welcome.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Hellos {
    #[serde(default)]
    form: String,
    #[serde(default)]
    refuse: String,
}

/// `GET /passions`
pub(crate) async fn show(
    kindred: Data<Kindred>,
    me: Member,
    about: Query<About>,
) -> Result<HttpResponse, PageError> {
    answer(&kindred, &me.0, &about.topic, None).await
}

/// `POST /passions`
pub(crate) async fn declare(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let circle: Circle = told
        .circle
        .parse()
        .map_err(|_| Refusal::NotUnderstood("please choose who may know".into()))?;
    let who = &me.0.actor;
    let words = told.words.clone().unwrap_or_default();
    match passions::declare(&kindred, who, &told.topic, &words, circle).await {
        Ok(_) if told.next == "/welcome" => {
            let circle = circle.to_string();
            Ok(pages::on_to(&asking("/welcome", &[("circle", &circle)])))
        }
        Ok(_) if told.next.is_empty() => Ok(pages::on_to("/passions")),
        Ok(_) => Ok(pages::on_to(&told.next)),
        Err(error) => {
            let words = pages::to_say(error)?;
            let mut answer = answer(&kindred, &me.0, &told.topic, Some(&words)).await?;
            *answer.status_mut() = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

/// `POST /passions/give_up`
pub(crate) async fn give_up(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    passions::give_up(&kindred, &me.0.actor, &told.topic).await?;
    let next = if told.next.is_empty() {
        "/passions"
    } else {
        &told.next
    };
    Ok(pages::on_to(next))
}

/// `POST /passions/hellos`
pub(crate) async fn hellos(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Hellos>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    discovery::refuse_hellos(&kindred, &me.0.actor, told.refuse == "yes").await?;
    Ok(pages::on_to("/passions"))
}

async fn answer(
    kindred: &Kindred,
    me: &Visitor,
    topic: &str,
    wrong: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let mine = passions::mine(kindred, me.actor.id).await?;
    let refuses = discovery::refuses_hellos(kindred, &me.actor).await?;
    let heard = passions::heard_by(kindred, &me.actor).await?;
    let content = html! {
        div.narrow.finding {
            header {
                h1 { (texts::PASSIONS) }
                p.lede { (texts::PASSIONS_LEDE) }
            }
            @if let Some(wrong) = wrong { p.note role="alert" { (wrong) } }
            @if mine.is_empty() { (parts::quiet(texts::NO_PASSIONS, texts::NO_PASSIONS_MORE)) }
            ul.plain-list { @for (passion, topic) in &mine { (one(me, passion, topic)) } }
            section.box aria-labelledby="more" {
                h2 #more { (texts::ADD_ONE) }
                form.fields-form method="post" action="/passions" {
                    (parts::proof(me))
                    label { span { (texts::TOPIC) } input name="topic" required maxlength="100" value=(topic) placeholder=(texts::TYPE_EXAMPLES); }
                    (words_field(""))
                    (cards::circles(Circle::Partners))
                    button.button type="submit" { (texts::ADD) }
                }
            }
            @if let Some((at, receipts)) = &heard { (heard_by(kindred.now(), *at, receipts)) }
            section.box aria-labelledby="hellos" {
                h2 #hellos { (texts::BE_GREETED) }
                p { (if refuses { texts::HELLOS_REFUSED } else { texts::HELLOS_WELCOME }) }
                div.deeds {
                    @if refuses {
                        (parts::act(me, "/passions/hellos", &[("refuse", "no")], "quiet-button", texts::WELCOME_HELLOS))
                    } @else {
                        (parts::act(me, "/passions/hellos", &[("refuse", "yes")], "quiet-button", texts::REFUSE_HELLOS))
                    }
                }
            }
        }
    };
    Ok(hand_to(kindred.settings(), me, texts::PASSIONS, &content))
}

fn one(me: &Visitor, passion: &Passion, topic: &Topic) -> Markup {
    html! {
        li.box {
            h2 { a.name href=(cards::topic_path(&topic.slug)) { bdi { (topic.name) } } }
            form.fields-form method="post" action="/passions" {
                (parts::proof(me))
                input type="hidden" name="topic" value=(topic.name);
                (words_field(&passion.words))
                (cards::circles(passion.circle))
                button.button.quiet-button type="submit" { (texts::SAVE) }
            }
            div.deeds { (parts::act(me, "/passions/give_up", &[("topic", &topic.slug)], "link-button", texts::TAKE_OFF)) }
        }
    }
}

fn words_field(words: &str) -> Markup {
    html! {
        label { span { (texts::YOUR_WORDS) } input name="words" maxlength=(passions::LONGEST_WORDS) value=(words) placeholder=(texts::WORDS_EXAMPLE) dir="auto"; }
    }
}

/// Which partners have heard the last change.
fn heard_by(now: Moment, at: Moment, receipts: &[Receipt]) -> Markup {
    html! {
        @if !receipts.is_empty() {
            section.box aria-labelledby="heard" {
                h2 #heard { (texts::HEARD_BY) }
                p.small-print { (parts::time(now, at)) }
                ul.receipts {
                    @for receipt in receipts {
                        li { bdi { (receipt.host) } span { (texts::receipt(receipt.state, now, receipt.changed_at)) } }
                    }
                }
            }
        }
    }
}
