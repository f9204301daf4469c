//! Starting a group: one name is enough. What is like it already is shown first.

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Form, Query},
};
use kindred_community::{
    JoinPolicy, Kindred, Visibility,
    discovery::{self, Suggestions},
    groups::{self, Founding},
    views::Visitor,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{cards, hand_to};
use crate::{
    error::PageError,
    extract::{FromHere, Member},
    pages::{self, parts, texts::finding as texts},
};

/// A group as it stands in the form.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Plan {
    #[serde(default)]
    form: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    topics: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    handle: String,
    #[serde(default)]
    visibility: String,
    #[serde(default)]
    join: String,
    /// They have seen what is like it.
    #[serde(default)]
    fresh: String,
    /// The group of which it is to be a chapter.
    #[serde(default)]
    chapter: String,
}

impl Plan {
    fn about(&self) -> Vec<String> {
        self.topics
            .split([',', ';', '\n'])
            .map(|topic| topic.trim().to_owned())
            .filter(|topic| !topic.is_empty())
            .collect()
    }

    fn founding(&self) -> Founding {
        Founding {
            handle: if self.handle.trim().is_empty() {
                handle_from(&self.name)
            } else {
                self.handle.trim().to_owned()
            },
            name: self.name.trim().to_owned(),
            summary: self.summary.trim().to_owned(),
            topics: self.about(),
            visibility: self.visibility.parse().unwrap_or(Visibility::Public),
            join_policy: self.join.parse().unwrap_or(JoinPolicy::Open),
        }
    }
}

/// A short name for those who gave a name only.
fn handle_from(name: &str) -> String {
    let mut handle = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => handle.push(c),
            'ä' | 'à' | 'á' | 'â' | 'ã' | 'å' => handle.push('a'),
            'é' | 'è' | 'ê' | 'ë' => handle.push('e'),
            'í' | 'ì' | 'î' | 'ï' => handle.push('i'),
            'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' => handle.push('o'),
            'ü' | 'ú' | 'ù' | 'û' => handle.push('u'),
            'ç' => handle.push('c'),
            'ñ' => handle.push('n'),
            'ß' => handle.push_str("ss"),
            _ if !handle.is_empty() && !handle.ends_with('_') => handle.push('_'),
            _ => {}
        }
    }
    let handle: String = handle.chars().take(30).collect();
    handle.trim_end_matches('_').to_owned()
}

/// `GET /groups/new`
pub(crate) async fn show(
    kindred: Data<Kindred>,
    me: Member,
    plan: Query<Plan>,
) -> Result<HttpResponse, PageError> {
    let plan = Plan {
        topics: plan.topic.clone(),
        name: plan.topic.clone(),
        ..Plan::default()
    };
    Ok(form(&kindred, &me.0, &plan, None))
}

/// `POST /groups/new`
pub(crate) async fn found(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    plan: Form<Plan>,
) -> Result<HttpResponse, PageError> {
    me.check(&plan.form)?;
    let (plan, who) = (plan.into_inner(), &me.0.actor);
    if plan.fresh.is_empty() && plan.chapter.is_empty() {
        let alike = discovery::similar_groups(&kindred, who, &plan.name, plan.about()).await?;
        if !alike.groups.is_empty() || !alike.groups_elsewhere.is_empty() {
            let content = similar(&kindred, &me.0, &plan, &alike);
            return Ok(hand_to(kindred.settings(), &me.0, texts::SIMILAR, &content));
        }
    }
    let founding = plan.founding();
    let founded = if plan.chapter.is_empty() {
        groups::found(&kindred, who, founding).await
    } else {
        Box::pin(groups::found_chapter(
            &kindred,
            who,
            founding,
            &plan.chapter,
        ))
        .await
    };
    match founded {
        Ok((_, face)) => Ok(pages::on_to(parts::address(kindred.settings(), &face))),
        Err(error) => {
            let words = pages::to_say(error)?;
            let mut answer = form(&kindred, &me.0, &plan, Some(&words));
            *answer.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(answer)
        }
    }
}

fn form(kindred: &Kindred, me: &Visitor, plan: &Plan, wrong: Option<&str>) -> HttpResponse {
    let chosen = plan.founding();
    let content = html! {
        div.narrow.finding {
            header {
                h1 { (texts::START) }
                p.lede { (texts::START_LEDE) }
            }
            @if let Some(wrong) = wrong { p.note role="alert" { (wrong) } }
            form.fields-form.roomy method="post" action="/groups/new" {
                (parts::proof(me))
                label { span { (texts::GROUP_NAME) } input name="name" required maxlength="100" value=(plan.name) dir="auto"; }
                label { span { (texts::GROUP_TOPICS) } input name="topics" maxlength="510" value=(plan.topics) dir="auto"; }
                label { span { (texts::GROUP_SUMMARY) } textarea name="summary" rows="3" maxlength="5000" dir="auto" { (plan.summary) } }
                label {
                    span { (texts::GROUP_FOR) }
                    select name="visibility" {
                        @for visibility in [Visibility::Public, Visibility::Partners, Visibility::Company, Visibility::Members] {
                            option value=(visibility.to_string()) selected[chosen.visibility == visibility] { (texts::for_whom(visibility)) }
                        }
                    }
                }
                label {
                    span { (texts::DOOR) }
                    select name="join" {
                        @for policy in [JoinPolicy::Open, JoinPolicy::Ask, JoinPolicy::Invite] {
                            option value=(policy.to_string()) selected[chosen.join_policy == policy] { (texts::door(policy)) }
                        }
                    }
                }
                label { span { (texts::GROUP_HANDLE) } input name="handle" maxlength="30" pattern="[A-Za-z0-9_]*" value=(plan.handle) autocapitalize="none" spellcheck="false"; }
                button.button type="submit" { (texts::START_GO) }
            }
        }
    };
    hand_to(kindred.settings(), me, texts::START, &content)
}

/// What is like it already: join one, open a chapter of it, or start fresh.
fn similar(kindred: &Kindred, me: &Visitor, plan: &Plan, alike: &Suggestions) -> Markup {
    let (settings, now) = (kindred.settings(), kindred.now());
    let us = settings.company.as_deref().unwrap_or(texts::US);
    html! {
        div.wide.finding {
            header {
                h1 { (texts::SIMILAR) }
                p.lede { (texts::SIMILAR_LEDE) }
            }
            ul.cards {
                @for (group, face, _) in &alike.groups {
                    @let why = texts::has_one(us, i64::from(face.followers_count));
                    @let deeds = html! {
                        (cards::join(me, &face.uri, Some(group.join_policy), parts::address(settings, face)))
                        @if group.visibility == Visibility::Public { (again(me, plan, "chapter", &face.uri, "quiet-button", texts::CHAPTER)) }
                    };
                    (cards::group(settings, now, (group, face), Some(&why), &deeds))
                }
                @for (found, _) in &alike.groups_elsewhere {
                    @let listing = &found.listing;
                    @let why = texts::has_one(texts::company(&found.company), i64::from(listing.members));
                    @let deeds = html! {
                        (cards::join(me, &listing.uri, listing.join_policy, "/groups"))
                        (again(me, plan, "chapter", &listing.uri, "quiet-button", texts::CHAPTER))
                    };
                    (cards::elsewhere(now, found, Some(&why), &deeds))
                }
            }
            div.deeds.ends { (again(me, plan, "fresh", "yes", "", texts::START_FRESH)) }
        }
    }
}

/// The same plan once more, with one more decision.
fn again(me: &Visitor, plan: &Plan, what: &str, value: &str, class: &str, label: &str) -> Markup {
    let told = [
        ("name", plan.name.as_str()),
        ("topics", &plan.topics),
        ("summary", &plan.summary),
        ("handle", &plan.handle),
        ("visibility", &plan.visibility),
        ("join", &plan.join),
        (what, value),
    ];
    parts::act(me, "/groups/new", &told, class, label)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_short_name_is_made_from_a_name() {
        for (name, handle) in [
            ("Charts that lied", "charts_that_lied"),
            ("  Über Brot & Käse! ", "uber_brot_kase"),
            ("統計", ""),
            (&"a".repeat(40), &"a".repeat(30)),
        ] {
            assert_eq!(super::handle_from(name), handle, "{name}");
        }
    }
}
