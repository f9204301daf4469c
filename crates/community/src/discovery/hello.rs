//! Saying hello to somebody who cares about the same thing: one direct message, few a day, and never twice.

use std::time::Duration;

use kindred_protocol::Uri;
use kindred_storage::{
    ActorKind,
    actors::{self, Actor},
    directory, hellos, passions,
};

use super::{PersonFound, circles, circles_elsewhere, person, person_elsewhere};
use crate::{
    Kindred, Refusal, Result, links, posts, remote, topics,
    views::{Audience, Draft, PostView, Viewer},
};

/// How many strangers somebody may greet in a day.
const HELLOS_A_DAY: i64 = 10;

const DAY: Duration = Duration::from_hours(24);

/// The longest hello, in characters.
const LONGEST_HELLO: usize = 1_000;

/// The person at this address with what they say of a topic, as far as one of ours may know of them: somebody here, or somebody who
/// can be found elsewhere.
pub async fn whom(kindred: &Kindred, who: &Actor, uri: &str, topic: &str) -> Result<PersonFound> {
    let (app, viewer, uri) = (kindred.clone(), Viewer::Local(who.id), uri.to_owned());
    let topic = topic.to_owned();
    kindred
        .read(move |db| {
            if let Some(actor) = actors::by_uri(db, &uri)?.filter(|actor| {
                actor.is_local()
                    && actor.kind == ActorKind::Person
                    && actor.deleted_at.is_none()
                    && actor.suspended_at.is_none()
            }) {
                let greetable = !hellos::are_refused(db, actor.id)?;
                let circles = circles(db, &viewer)?;
                let said = passions::of_people(db, &[actor.id], &circles)?;
                let words = match topics::find(db, &topic)? {
                    Some(topic) => said
                        .into_iter()
                        .find(|(_, of)| of.id == topic.id)
                        .map_or_else(String::new, |(passion, _)| passion.words),
                    None => String::new(),
                };
                return Ok(person(app.settings(), &actor, words, greetable));
            }
            let circles = circles_elsewhere(db, &viewer)?;
            let listing = directory::find(db, &uri)?
                .filter(|listing| {
                    listing.kind == ActorKind::Person && circles.contains(&listing.circle)
                })
                .ok_or(Refusal::NoSuchPerson)?;
            let meant = topics::find(db, &topic)?.map(|topic| topic.name);
            let words = directory::said_in(db, &[listing.id])?
                .into_iter()
                .find(|(_, of, _)| Some(of) == meant.as_ref())
                .map_or_else(String::new, |(.., words)| words);
            person_elsewhere(db, listing, words)
        })
        .await
}

/// Says hello to the person at this address. The words are the greeter's own; without any, the topic speaks.
///
/// Refused when they would rather not be greeted, when they were greeted by this person before, and after ten hellos in a day.
pub async fn say_hello(
    kindred: &Kindred,
    who: &Actor,
    uri: &str,
    topic: &str,
    words: &str,
) -> Result<PostView> {
    Uri::parse(uri).map_err(|_| Refusal::NoSuchPerson)?;
    let to = Box::pin(remote::actor(kindred, uri)).await?;
    if to.id == who.id {
        return Err(Refusal::Oneself.into());
    }
    let words: String = words.trim().chars().take(LONGEST_HELLO).collect();
    let topic = topics::spelling(topic);
    let words = match (words.is_empty(), topic.is_empty()) {
        (false, _) => words,
        (true, false) => format!("Hello! You care about {topic}, and so do I."),
        (true, true) => {
            return Err(Refusal::NotUnderstood("a hello needs some words".into()).into());
        }
    };
    let (from, address) = (who.id, to.uri.clone());
    kindred
        .write(move |ledger| {
            if let Some(to) = actors::by_uri(ledger.db, &address)?
                && (hellos::are_refused(ledger.db, to.id)?
                    || kindred_storage::blocks::find(ledger.db, to.id, from)?.is_some())
            {
                return Err(Refusal::NoHellos.into());
            }
            if directory::find(ledger.db, &address)?.is_some_and(|listing| !listing.greetable) {
                return Err(Refusal::NoHellos.into());
            }
            if hellos::since(ledger.db, from, ledger.now - DAY)? >= HELLOS_A_DAY {
                return Err(Refusal::EnoughHellos.into());
            }
            if !hellos::note(ledger.db, from, &address, ledger.now)? {
                return Err(Refusal::NoHellos.into());
            }
            Ok(())
        })
        .await?;
    let draft = Draft {
        text: format!("@{} {words}", links::full_acct(kindred.settings(), &to)),
        audience: Audience::Direct,
        ..Draft::default()
    };
    posts::publish(kindred, who, draft, None).await
}

/// Whether somebody of ours would rather not be greeted by strangers.
pub async fn refuses_hellos(kindred: &Kindred, who: &Actor) -> Result<bool> {
    let who = who.id;
    kindred
        .read(move |db| Ok(hellos::are_refused(db, who)?))
        .await
}

/// Would rather not be greeted by strangers from now on, or would again.
pub async fn refuse_hellos(kindred: &Kindred, who: &Actor, refuse: bool) -> Result<()> {
    let who = who.id;
    kindred
        .write(move |ledger| {
            hellos::refuse(ledger.db, who, refuse)?;
            // Partners do not offer what is not welcome.
            crate::directory::tell_of_person(ledger, who, false)
        })
        .await
}
