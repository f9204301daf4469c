//! What the house tells everybody: written, changed, taken back.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path},
};
use kindred_community::{
    AnnouncementId, Kindred, Moment, Refusal,
    announcements::{self, Announced, Wish},
    views::Visitor,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::hand_to;
use crate::{
    error::PageError,
    extract::{FromHere, Member},
    mastodon::announcements::read_time,
    pages::{self, parts, texts::house as texts},
};

/// What is to be told.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default)]
    form: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    starts_at: String,
    #[serde(default)]
    ends_at: String,
    all_day: Option<String>,
}

impl Told {
    fn wish(&self) -> Result<Wish, Refusal> {
        let time = |typed: &str| match typed.trim() {
            "" => Ok(None),
            typed => read_time(typed)
                .map(Some)
                .ok_or_else(|| Refusal::NotUnderstood(format!("{typed:?} is no time"))),
        };
        Ok(Wish {
            text: Some(self.text.clone()),
            starts_at: Some(time(&self.starts_at)?),
            ends_at: Some(time(&self.ends_at)?),
            all_day: Some(self.all_day.is_some()),
        })
    }
}

/// `GET /admin/announcements`
pub(crate) async fn show(kindred: Data<Kindred>, me: Member) -> Result<HttpResponse, PageError> {
    page(&kindred, &me.0, &Told::default(), None).await
}

/// `POST /admin/announcements`
pub(crate) async fn publish(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let published = match told.wish() {
        Ok(wish) => announcements::publish(&kindred, &me.0.actor, wish)
            .await
            .map(drop),
        Err(refusal) => Err(refusal.into()),
    };
    done(&kindred, &me.0, &told, published).await
}

/// `POST /admin/announcements/{id}/{change|remove}`
pub(crate) async fn act(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    asked: Path<(i64, String)>,
    told: Form<Told>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let (id, deed) = asked.into_inner();
    let (id, who) = (AnnouncementId(id), &me.0.actor);
    let acted = match (deed.as_str(), told.wish()) {
        ("change", Ok(wish)) => announcements::change(&kindred, who, id, wish)
            .await
            .map(drop),
        ("change", Err(refusal)) => Err(refusal.into()),
        _ => announcements::take_back(&kindred, who, id).await,
    };
    done(&kindred, &me.0, &Told::default(), acted).await
}

async fn done(
    kindred: &Kindred,
    me: &Visitor,
    told: &Told,
    done: kindred_community::Result<()>,
) -> Result<HttpResponse, PageError> {
    match done {
        Ok(()) => Ok(pages::on_to("/admin/announcements")),
        Err(error) => {
            let words = pages::to_say(error)?;
            let mut answer = page(kindred, me, told, Some(&words)).await?;
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

async fn page(
    kindred: &Kindred,
    me: &Visitor,
    typed: &Told,
    wrong: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let all = announcements::all(kindred, &me.actor).await?;
    let content = html! {
        div.narrow.finding {
            header {
                h1 { (texts::ANNOUNCEMENTS) }
                p.lede { (texts::ANNOUNCEMENTS_LEDE) }
            }
            @if let Some(wrong) = wrong { p.note role="alert" { (wrong) } }
            section.box aria-labelledby="announce" {
                h2 #announce { (texts::ANNOUNCE) }
                form.fields-form method="post" action="/admin/announcements" {
                    (parts::proof(me))
                    (fields(&typed.text, &typed.starts_at, &typed.ends_at, typed.all_day.is_some()))
                    button.button type="submit" { (texts::ANNOUNCE_GO) }
                }
            }
            @if all.is_empty() { (parts::quiet(texts::NO_ANNOUNCEMENTS, texts::NO_ANNOUNCEMENTS_MORE)) }
            ul.plain-list { @for told in &all { (one(me, kindred.now(), told)) } }
        }
    };
    Ok(hand_to(
        kindred.settings(),
        me,
        texts::ANNOUNCEMENTS,
        &content,
    ))
}

fn fields(text: &str, starts: &str, ends: &str, all_day: bool) -> Markup {
    html! {
        label { span { (texts::TEXT) } textarea name="text" required maxlength=(announcements::LONGEST) rows="5" dir="auto" { (text) } }
        label { span { (texts::STARTS) } input name="starts_at" type="datetime-local" value=(starts); }
        label { span { (texts::ENDS) } input name="ends_at" type="datetime-local" value=(ends); }
        label.tick { input type="checkbox" name="all_day" value="yes" checked[all_day]; span { (texts::ALL_DAY) } }
    }
}

fn one(me: &Visitor, now: Moment, told: &Announced) -> Markup {
    let announcement = &told.announcement;
    let deed = |deed: &str| format!("/admin/announcements/{}/{deed}", announcement.id);
    // As such a field of a form writes it: without seconds and zone.
    let typed = |moment: Option<Moment>| {
        let whole = moment.map(crate::mastodon::entities::datetime);
        whole.map_or_else(String::new, |whole| whole.chars().take(16).collect())
    };
    html! {
        li.box {
            div.words dir="auto" { (parts::rich(&announcement.content)) }
            p.meta {
                (parts::time(now, announcement.published_at))
                @if announcement.ends_at.is_some_and(|end| end <= now) { " " span.standing { (texts::OVER) } }
                @for said in &told.reactions { " " span { (said.name) " " (said.count) } }
            }
            details {
                summary { (texts::CHANGE) }
                form.fields-form method="post" action=(deed("change")) {
                    (parts::proof(me))
                    (fields(&announcement.source, &typed(announcement.starts_at), &typed(announcement.ends_at), announcement.all_day))
                    button.button.quiet-button type="submit" { (texts::KEEP) }
                }
            }
            div.deeds { (parts::act(me, &deed("remove"), &[], "quiet-button", texts::TAKE_BACK)) }
        }
    }
}
