//! The shapes of what can be found.

use kindred_community::{
    Actor, Group,
    discovery::{
        Company, ElsewhereFound, Glance, GroupsFound, PersonFound, Reason, Suggestions, Tally,
        TopicView,
    },
    links,
    partners::Agreement,
    passions::{Passion, Topic},
    settings::Settings,
    topics::NamedTopic,
};
use serde_json::{Value, json};

use crate::mastodon::entities::datetime;

/// How many: `count` is null below three, and `few` says that there is somebody all the same.
pub(super) fn tally(tally: Tally) -> Value {
    match tally {
        Tally::Nobody => json!({ "count": 0, "few": false }),
        Tally::Few => json!({ "count": null, "few": true }),
        Tally::Many(n) => json!({ "count": n, "few": false }),
    }
}

pub(super) fn topic(settings: &Settings, topic: &Topic) -> Value {
    json!({
        "id": topic.id.to_string(),
        "slug": topic.slug,
        "name": topic.name,
        "url": links::topic(settings, &topic.slug),
    })
}

pub(super) fn named(settings: &Settings, named: &NamedTopic) -> Value {
    let all: Vec<Value> = named
        .names
        .iter()
        .map(|(name, language)| json!({ "name": name, "language": language }))
        .collect();
    let mut topic = topic(settings, &named.topic);
    topic["names"] = json!(all);
    topic
}

pub(super) fn glance(settings: &Settings, glance: &Glance) -> Value {
    json!({
        "topic": topic(settings, &glance.topic),
        "people": tally(glance.people),
        "groups": glance.groups,
        "elsewhere": { "people": tally(glance.people_elsewhere), "companies": glance.companies },
    })
}

pub(super) fn topic_view(settings: &Settings, view: &TopicView) -> Value {
    let companies: Vec<Value> = view
        .at
        .iter()
        .map(|(at, people)| json!({ "company": company(at), "people": tally(*people) }))
        .collect();
    let groups: Vec<Value> = view
        .groups
        .iter()
        .map(|(of, face)| group(settings, of, face))
        .chain(view.groups_elsewhere.iter().map(found_elsewhere))
        .collect();
    let topics =
        |near: &[Topic]| -> Vec<Value> { near.iter().map(|near| topic(settings, near)).collect() };
    let mut whole = glance(settings, &view.glance);
    whole["topic"] = named(settings, &view.named);
    whole["elsewhere"]["at"] = json!(companies);
    whole["groups"] = json!(groups);
    whole["broader"] = json!(topics(&view.broader));
    whole["related"] = json!(topics(&view.related));
    whole
}

fn company(company: &Company) -> Value {
    json!({ "host": company.host, "name": company.name })
}

fn group(settings: &Settings, group: &Group, face: &Actor) -> Value {
    json!({
        "id": face.id.to_string(),
        "uri": face.uri,
        "acct": links::acct(face),
        "name": face.name,
        "avatar": face.icon_url.clone().unwrap_or_else(|| links::avatar(settings, face)),
        "topics": *face.topics,
        "join": group.join_policy,
        "members": face.followers_count,
        "last_post_at": face.last_post_at.map(datetime),
        "company": null,
    })
}

/// A group elsewhere with the name of its company.
fn found_elsewhere(found: &ElsewhereFound) -> Value {
    let listing = &found.listing;
    json!({
        "id": null,
        "uri": listing.uri,
        "acct": format!("{}@{}", listing.handle, listing.host),
        "name": listing.name,
        "avatar": listing.icon_url,
        "summary": listing.summary,
        "topics": found.topics,
        "join": listing.join_policy,
        "members": listing.members,
        "last_post_at": listing.lively_at.map(datetime),
        "company": company(&found.company),
    })
}

pub(super) fn person(person: &PersonFound) -> Value {
    json!({
        "uri": person.uri,
        "acct": person.acct,
        "name": person.name,
        "avatar": person.icon,
        "company": person.company.as_ref().map(company),
        "words": person.words,
        "greetable": person.greetable,
    })
}

/// Groups that were looked for, with the places from which to go on.
pub(super) fn groups(settings: &Settings, found: &GroupsFound) -> Value {
    let here: Vec<Value> = found
        .here
        .iter()
        .map(|here| {
            let mut group = group(settings, &here.group, &here.face);
            group["belongs"] = json!(here.belongs);
            group
        })
        .collect();
    let elsewhere: Vec<Value> = found.elsewhere.iter().map(found_elsewhere).collect();
    json!({
        "here": here,
        "after": found.more_here.map(|last| last.to_string()),
        "elsewhere": elsewhere,
        "beyond": found.more_elsewhere.map(|last| last.to_string()),
    })
}

pub(super) fn passion(settings: &Settings, passion: &Passion, about: &Topic) -> Value {
    json!({
        "topic": topic(settings, about),
        "words": passion.words,
        "circle": passion.circle,
        "since": datetime(passion.created_at),
    })
}

pub(super) fn suggestions(settings: &Settings, suggested: &Suggestions) -> Value {
    let because = |mut what: Value, reason: &Reason| {
        what["because"] = json!(reason);
        what
    };
    let groups: Vec<Value> = suggested
        .groups
        .iter()
        .map(|(of, face, reason)| because(group(settings, of, face), reason))
        .chain(
            suggested
                .groups_elsewhere
                .iter()
                .map(|(found, reason)| because(found_elsewhere(found), reason)),
        )
        .collect();
    let people: Vec<Value> = suggested
        .people
        .iter()
        .map(|(found, reason)| because(person(found), reason))
        .collect();
    json!({ "groups": groups, "people": people })
}

pub(super) fn agreement(agreement: &Agreement) -> Value {
    json!({
        "host": agreement.host,
        "company": agreement.company,
        "state": agreement.state,
        "ours": agreement.ours,
        "flows": *agreement.flows,
        "proposed_by": agreement.proposed_by,
        "proposed_at": datetime(agreement.proposed_at),
        "accepted_by": agreement.accepted_by,
        "since": agreement.agreed_at.map(datetime),
        "ended_by": agreement.ended_by,
        "ended_at": agreement.ended_at.map(datetime),
    })
}
