//! All groups that can be found, here and elsewhere, and the way in and out.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Form, Query},
};
use kindred_community::{
    ActorId, JoinPolicy, Kindred,
    directory::ListingId,
    discovery::{self, Anywhere, GroupsFound, Sought},
    membership,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Pointed, asking, cards};
use crate::{
    error::PageError,
    extract::{FromHere, Guest, Member},
    pages::{
        self, hand_over,
        layout::{self, Head},
        parts,
        texts::finding as texts,
    },
};

/// What is looked for, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    q: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    company: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    join: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    beyond: String,
}

/// How the address calls the company whose page this is.
const HERE: &str = "here";

impl Wish {
    fn sought(&self) -> Sought {
        Sought {
            words: self.q.clone(),
            topic: Some(self.topic.clone()),
            company: Anywhere::said(&self.company),
            language: Some(self.language.trim().to_lowercase()),
            join_policy: self.join.parse().ok(),
            after: self.after.parse().ok().map(ActorId),
            beyond: self.beyond.parse().ok().map(ListingId),
        }
    }

    /// The same question, from another place on.
    fn from(&self, after: &str, beyond: &str) -> String {
        let told = [
            ("q", self.q.as_str()),
            ("topic", &self.topic),
            ("company", &self.company),
            ("language", &self.language),
            ("join", &self.join),
            ("after", after),
            ("beyond", beyond),
        ];
        asking("/groups", &told)
    }
}

/// `GET /groups`
pub(crate) async fn show(
    req: HttpRequest,
    kindred: Data<Kindred>,
    guest: Guest,
    wish: Query<Wish>,
) -> Result<HttpResponse, PageError> {
    let found = discovery::groups(&kindred, &guest.viewer(), wish.sought()).await?;
    let canonical = format!("{}/groups", kindred.settings().origin);
    let head = Head {
        title: Some(texts::GROUPS_TITLE.to_owned()),
        description: texts::GROUPS_LEDE.to_owned(),
        canonical: Some(&canonical),
        hidden: !req.query_string().is_empty(),
        me: guest.0.as_ref(),
        ..Head::default()
    };
    let content = page(&kindred, &guest, &wish, &found);
    let page = layout::page(kindred.settings(), &head, &content);
    Ok(match guest.0 {
        // Its forms are for one session.
        Some(_) => pages::hand_to(page),
        None => hand_over(&req, page, None),
    })
}

/// `POST /groups/join`
pub(crate) async fn join(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Pointed>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    Box::pin(discovery::join(&kindred, &me.0.actor, &told.uri)).await?;
    Ok(pages::on_to(&told.next))
}

/// `POST /groups/leave`
pub(crate) async fn leave(
    _from: FromHere,
    kindred: Data<Kindred>,
    me: Member,
    told: Form<Pointed>,
) -> Result<HttpResponse, PageError> {
    me.check(&told.form)?;
    let group = Box::pin(discovery::group_at(&kindred, &told.uri)).await?;
    membership::unfollow(&kindred, &me.0.actor, group.id).await?;
    Ok(pages::on_to(&told.next))
}

fn page(kindred: &Kindred, guest: &Guest, wish: &Wish, found: &GroupsFound) -> Markup {
    let (settings, now, me) = (kindred.settings(), kindred.now(), guest.0.as_ref());
    let back = wish.from(&wish.after, &wish.beyond);
    html! {
        div.wide.finding {
            header {
                h1 { (texts::GROUPS_TITLE) }
                p.lede { (texts::GROUPS_LEDE) }
                @if me.is_some() { p.actions { a.button href=(asking("/groups/new", &[("topic", &wish.topic)])) { (texts::START) } } }
            }
            (search(wish, found, me.is_some()))
            @if found.here.is_empty() && found.elsewhere.is_empty() {
                (parts::quiet(texts::NO_GROUPS_FOUND, texts::NO_GROUPS_FOUND_MORE))
            }
            @if !found.here.is_empty() {
                section aria-labelledby="here" {
                    h2 #here { (texts::HERE) }
                    ul.cards {
                        @for here in &found.here {
                            @let deeds = html! {
                                @if here.belongs { span.belongs { (texts::YOU_BELONG) } }
                                @else if let Some(me) = me { (cards::join(me, &here.face.uri, Some(here.group.join_policy), &back)) }
                            };
                            (cards::group(settings, now, (&here.group, &here.face), None, &deeds))
                        }
                    }
                    @if let Some(last) = found.more_here { (more(&wish.from(&last.to_string(), &wish.beyond))) }
                }
            }
            @if !found.elsewhere.is_empty() {
                section aria-labelledby="elsewhere" {
                    h2 #elsewhere { (texts::ELSEWHERE) }
                    ul.cards {
                        @for elsewhere in &found.elsewhere {
                            @let deeds = html! {
                                @if let Some(me) = me { (cards::join(me, &elsewhere.listing.uri, elsewhere.listing.join_policy, &back)) }
                            };
                            (cards::elsewhere(now, elsewhere, None, &deeds))
                        }
                    }
                    @if let Some(last) = found.more_elsewhere { (more(&wish.from(&wish.after, &last.to_string()))) }
                }
            }
        }
    }
}

fn more(path: &str) -> Markup {
    html! { nav.pager { a.button.quiet-button href=(path) rel="next" { (texts::MORE) " →" } } }
}

fn search(wish: &Wish, found: &GroupsFound, signed_in: bool) -> Markup {
    html! {
        form.search method="get" action="/groups" role="search" {
            label.grow { span { (texts::WORDS) } input name="q" type="search" value=(wish.q) maxlength="100"; }
            label.grow { span { (texts::TOPIC) } input name="topic" value=(wish.topic) maxlength="100"; }
            @if signed_in {
                label {
                    span { (texts::COMPANY) }
                    select name="company" {
                        option value="" { (texts::ANYWHERE) }
                        option value=(HERE) selected[wish.company == HERE] { (texts::HERE) }
                        @for company in &found.companies {
                            option value=(company.host) selected[wish.company == company.host] { (texts::company(company)) }
                        }
                    }
                }
            }
            label.short { span { (texts::LANGUAGE) } input name="language" value=(wish.language) maxlength="35" placeholder=(texts::ANY) autocapitalize="none"; }
            label {
                span { (texts::DOOR) }
                select name="join" {
                    option value="" { (texts::ANY) }
                    @for policy in [JoinPolicy::Open, JoinPolicy::Ask, JoinPolicy::Invite] {
                        option value=(policy.to_string()) selected[wish.join == policy.to_string()] { (texts::door(policy)) }
                    }
                }
            }
            button.button type="submit" { (texts::LOOK) }
        }
    }
}
