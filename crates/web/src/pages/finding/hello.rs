//! Saying hello to somebody: one short message, with three ways to begin.

use actix_web::{
    HttpResponse,
    web::{Data, Form, Query},
};
use kindred_community::{
    Kindred,
    discovery::{self, PersonFound},
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

/// To whom, about what, and in which words.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Hello {
    #[serde(default)]
    form: String,
    #[serde(default)]
    uri: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    words: String,
    /// Which of the openers to begin with.
    opener: Option<usize>,
}

/// Where one says hello to somebody.
pub(crate) fn path(uri: &str, topic: &str) -> String {
    asking("/hello", &[("uri", uri), ("topic", topic)])
}

/// `GET /hello`
pub(crate) async fn show(
    kindred: Data<Kindred>,
    me: Member,
    hello: Query<Hello>,
) -> Result<HttpResponse, PageError> {
    let to = discovery::whom(&kindred, &me.0.actor, &hello.uri, &hello.topic).await?;
    let openers = texts::openers(&to.name, hello.topic.trim());
    let words = hello
        .opener
        .and_then(|number| openers.get(number))
        .or(openers.first())
        .cloned()
        .unwrap_or_default();
    Ok(answer(&kindred, &me.0, &to, &hello.topic, &words, None))
}

/// `POST /hello`
pub(crate) async fn send(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    hello: Form<Hello>,
) -> Result<HttpResponse, PageError> {
    me.check(&hello.form)?;
    let to = discovery::whom(&kindred, &me.0.actor, &hello.uri, &hello.topic).await?;
    let saying = discovery::say_hello(&kindred, &me.0.actor, &to.uri, &hello.topic, &hello.words);
    match Box::pin(saying).await {
        Ok(_) => {
            let content = html! {
                section.setup.narrow {
                    h1 { (texts::HELLO_DONE) }
                    p.lede { (texts::HELLO_DONE_MORE) }
                    p.actions { a.button href="/find" { (texts::FIND_TITLE) } }
                }
            };
            Ok(hand_to(
                kindred.settings(),
                &me.0,
                texts::HELLO_DONE,
                &content,
            ))
        }
        Err(error) => {
            let wrong = pages::to_say(error)?;
            let mut answer = answer(
                &kindred,
                &me.0,
                &to,
                &hello.topic,
                &hello.words,
                Some(&wrong),
            );
            *answer.status_mut() = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

fn answer(
    kindred: &Kindred,
    me: &Visitor,
    to: &PersonFound,
    topic: &str,
    words: &str,
    wrong: Option<&str>,
) -> HttpResponse {
    let title = texts::hello_to(&to.name);
    let content = html! {
        div.narrow.finding {
            header {
                h1 { (title) }
                p.lede { (texts::HELLO_LEDE) }
            }
            ul.cards { (cards::person(kindred.settings(), to, None, &html! {})) }
            @if let Some(wrong) = wrong { p.note role="alert" { (wrong) } }
            form.fields-form.roomy method="post" action="/hello" {
                (parts::proof(me))
                input type="hidden" name="uri" value=(to.uri);
                input type="hidden" name="topic" value=(topic);
                label { span { (texts::HELLO_WORDS) } textarea name="words" rows="4" maxlength="1000" required dir="auto" { (words) } }
                button.button type="submit" { (texts::HELLO_GO) }
            }
            (openers(to, topic))
        }
    };
    hand_to(kindred.settings(), me, &title, &content)
}

fn openers(to: &PersonFound, topic: &str) -> Markup {
    html! {
        section aria-labelledby="openers" {
            h2 #openers { (texts::HELLO_OPENERS) }
            ul.openers {
                @for (number, opener) in texts::openers(&to.name, topic.trim()).iter().enumerate() {
                    li { a href=(asking("/hello", &[("uri", &to.uri), ("topic", topic), ("opener", &number.to_string())])) { (opener) } }
                }
            }
        }
    }
}
