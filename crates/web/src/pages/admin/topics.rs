//! Topics and their names: brought together, renamed, forbidden, each with its history.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path, Query},
};
use kindred_community::{
    Kindred,
    passions::Topic,
    topics::{self, TopicFile},
    views::Visitor,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{hand_to, history};
use crate::{
    error::PageError,
    extract::{FromHere, Member},
    pages::{self, finding, parts, texts::finding as texts},
};

/// What was typed.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    q: String,
}

/// What is to be done with a topic.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    form: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    into: String,
    #[serde(default)]
    reason: String,
}

/// `GET /admin/topics`
pub(crate) async fn list(
    kindred: Data<Kindred>,
    me: Member,
    typed: Query<Typed>,
) -> Result<HttpResponse, PageError> {
    let forbidden = topics::forbidden(&kindred, &me.0.actor).await?;
    let found = topics::beginning_with(&kindred, &typed.q, 40).await?;
    let content = html! {
        div.narrow.finding {
            header {
                h1 { (texts::TOPICS) }
                p.lede { (texts::TOPICS_LEDE) }
            }
            form.search method="get" action="/admin/topics" role="search" {
                label.grow { span { (texts::TOPIC) } input name="q" type="search" value=(typed.q) maxlength="100"; }
                button.button type="submit" { (texts::LOOK) }
            }
            (some(&found))
            @if !forbidden.is_empty() {
                section aria-labelledby="forbidden" {
                    h2 #forbidden { (texts::FORBIDDEN_TOPICS) }
                    (some(&forbidden))
                }
            }
        }
    };
    Ok(hand_to(kindred.settings(), &me.0, texts::TOPICS, &content))
}

fn some(found: &[Topic]) -> Markup {
    html! {
        ul.chips { @for topic in found { li { a href={ "/admin/topics/" (topic.slug) } { bdi { (topic.name) } } } } }
    }
}

/// `GET /admin/topics/{slug}`
pub(crate) async fn show(
    kindred: Data<Kindred>,
    me: Member,
    slug: Path<String>,
) -> Result<HttpResponse, PageError> {
    let file = topics::file(&kindred, &me.0.actor, &slug).await?;
    Ok(page(&kindred, &me.0, &file, None))
}

/// `POST /admin/topics/{slug}/{deed}`
pub(crate) async fn act(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    asked: Path<(String, String)>,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let ((slug, deed), who) = (asked.into_inner(), &me.0.actor);
    let language = Some(told.language.trim().to_owned()).filter(|tag| !tag.is_empty());
    let done = match deed.as_str() {
        "name" => topics::also_called(&kindred, who, &slug, &told.name, language)
            .await
            .map(drop),
        "rename" => topics::rename(&kindred, who, &slug, &told.name)
            .await
            .map(drop),
        "merge" => topics::merge(&kindred, who, &slug, &told.into)
            .await
            .map(drop),
        deed => topics::forbid(&kindred, who, &slug, deed == "forbid", &told.reason).await,
    };
    match done {
        Ok(()) => Ok(pages::on_to(&format!("/admin/topics/{slug}"))),
        Err(error) => {
            let words = pages::to_say(error)?;
            let file = topics::file(&kindred, who, &slug).await?;
            let mut answer = page(&kindred, &me.0, &file, Some(&words));
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

fn page(kindred: &Kindred, me: &Visitor, file: &TopicFile, wrong: Option<&str>) -> HttpResponse {
    let topic = &file.named.topic;
    let deed = |deed: &str| format!("/admin/topics/{}/{deed}", topic.slug);
    let content = html! {
        div.narrow.finding {
            header {
                h1 { bdi { (topic.name) } }
                p.handle { a href=(finding::topic_path(&topic.slug)) { "/topics/" (topic.slug) } }
            }
            @if let Some(wrong) = wrong { p.note role="alert" { (wrong) } }
            @if file.forbidden { p.note { (texts::FORBIDDEN) } }
            ul.chips.flat {
                @for (name, language) in &file.named.names {
                    li { bdi lang=[language.as_deref()] { (name) } @if let Some(language) = language { " (" (language) ")" } }
                }
            }
            section.box {
                form.fields-form method="post" action=(deed("name")) {
                    (parts::proof(me))
                    label { span { (texts::ANOTHER_NAME) } input name="name" required maxlength="100" dir="auto"; }
                    label { span { (texts::NAME_LANGUAGE) } input name="language" maxlength="35" placeholder="de" autocapitalize="none"; }
                    button.button.quiet-button type="submit" { (texts::ADD_NAME) }
                }
            }
            section.box {
                form.fields-form method="post" action=(deed("rename")) {
                    (parts::proof(me))
                    label { span { (texts::RENAME) } input name="name" required maxlength="100" value=(topic.name) dir="auto"; }
                    button.button.quiet-button type="submit" { (texts::RENAME_GO) }
                }
            }
            section.box {
                form.fields-form method="post" action=(deed("merge")) {
                    (parts::proof(me))
                    label { span { (texts::MERGE) } input name="into" required maxlength="100" dir="auto"; }
                    p.small-print { (texts::MERGE_HELP) }
                    button.button.quiet-button type="submit" { (texts::MERGE_GO) }
                }
            }
            section.box {
                form.fields-form method="post" action=(deed(if file.forbidden { "allow" } else { "forbid" })) {
                    (parts::proof(me))
                    label { span { (texts::REASON) } input name="reason" maxlength="500" dir="auto"; }
                    button.button.quiet-button type="submit" { (if file.forbidden { texts::ALLOW } else { texts::FORBID }) }
                }
            }
            section aria-labelledby="history" {
                h2 #history { (texts::HISTORY) }
                (history(kindred.now(), &file.history))
            }
        }
    };
    hand_to(kindred.settings(), me, &topic.name, &content)
}
