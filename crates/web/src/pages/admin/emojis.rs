//! Pictures that stand for words: added, switched off, taken away.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{self, Data, Path},
};
use kindred_community::{
    CustomEmoji, EmojiId, Kindred,
    emojis::{self, Change},
    links,
    settings::Settings,
    views::Visitor,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::hand_to;
use crate::{
    error::PageError,
    extract::{Form, FromHere, Member},
    pages::{self, parts, texts::house as texts},
};

/// The proof that a form is one of ours.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    form: String,
}

/// `GET /admin/emojis`
pub(crate) async fn show(kindred: Data<Kindred>, me: Member) -> Result<HttpResponse, PageError> {
    page(&kindred, &me.0, None).await
}

/// `POST /admin/emojis`
pub(crate) async fn add(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    mut form: Form,
) -> Result<HttpResponse, PageError> {
    let text = |name: &str| form.params.text(name).unwrap_or_default();
    me.check(&text("form"))?;
    let (shortcode, category) = (text("shortcode"), Some(text("category")));
    let change = Change {
        category,
        ..Change::default()
    };
    let picture = form.file("image");
    let added = emojis::add(&kindred, &me.0.actor, &shortcode, change, picture).await;
    done(&kindred, &me.0, added.map(drop)).await
}

/// `POST /admin/emojis/{id}/{on|off|remove}`
pub(crate) async fn act(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    asked: Path<(i64, String)>,
    told: web::Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let (id, deed) = asked.into_inner();
    let (id, who) = (EmojiId(id), &me.0.actor);
    let acted = match deed.as_str() {
        "remove" => emojis::remove(&kindred, who, id).await,
        deed => {
            let change = Change {
                enabled: Some(deed == "on"),
                ..Change::default()
            };
            emojis::change(&kindred, who, id, change).await.map(drop)
        }
    };
    done(&kindred, &me.0, acted).await
}

async fn done(
    kindred: &Kindred,
    me: &Visitor,
    done: kindred_community::Result<()>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) => Ok(pages::on_to("/admin/emojis")),
        Err(error) => {
            let words = pages::to_say(error)?;
            let mut answer = page(kindred, me, Some(&words)).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

async fn page(
    kindred: &Kindred,
    me: &Visitor,
    wrong: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let all = emojis::all(kindred, &me.actor).await?;
    let content = html! {
        div.narrow.finding {
            header {
                h1 { (texts::EMOJIS) }
                p.lede { (texts::EMOJIS_LEDE) }
            }
            @if let Some(wrong) = wrong { p.note role="alert" { (wrong) } }
            section.box aria-labelledby="add" {
                h2 #add { (texts::ADD_EMOJI) }
                form.fields-form method="post" action="/admin/emojis" enctype="multipart/form-data" {
                    (parts::proof(me))
                    label { span { (texts::SHORTCODE) } input name="shortcode" required maxlength="50" pattern="[a-zA-Z0-9_]{2,}" autocapitalize="none" spellcheck="false"; }
                    label { span { (texts::CATEGORY) } input name="category" maxlength="50" dir="auto"; }
                    label { span { (texts::PICTURE) } input name="image" type="file" required accept="image/png,image/webp,image/gif,image/jpeg"; }
                    button.button type="submit" { (texts::ADD_EMOJI_GO) }
                }
            }
            @if all.is_empty() { (parts::quiet(texts::NO_EMOJIS, texts::NO_EMOJIS_MORE)) }
            ul.plain-list { @for emoji in &all { (one(kindred.settings(), me, emoji)) } }
        }
    };
    Ok(hand_to(kindred.settings(), me, texts::EMOJIS, &content))
}

fn one(settings: &Settings, me: &Visitor, emoji: &CustomEmoji) -> Markup {
    let deed = |deed: &str| format!("/admin/emojis/{}/{deed}", emoji.id);
    html! {
        li.box {
            p {
                img src=(links::file(settings, &emoji.file)) alt="" width="32" height="32" loading="lazy";
                " " code { ":" (emoji.shortcode) ":" }
                @if let Some(category) = &emoji.category { " " bdi { (category) } }
            }
            @if emoji.disabled_at.is_some() { p.standing { (texts::SWITCHED_OFF) } }
            div.deeds {
                @if emoji.disabled_at.is_some() {
                    (parts::act(me, &deed("on"), &[], "quiet-button", texts::SWITCH_ON))
                } @else {
                    (parts::act(me, &deed("off"), &[], "quiet-button", texts::SWITCH_OFF))
                }
                (parts::act(me, &deed("remove"), &[], "quiet-button", texts::REMOVE))
            }
        }
    }
}
