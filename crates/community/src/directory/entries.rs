//! What our directory says: groups that may be known, and people who said that partners may know what they care about.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kindred_protocol::{html::to_text, write};
use kindred_storage::{
    ActorId, ActorKind, Circle, Conn, Page, TopicId, Visibility,
    actors::{self, Actor},
    groups::{self, Group},
    hellos,
    passions::{self, Passion},
    topics::{self as store, Topic},
};
use serde_json::{Value, json};

use super::PAGE;
use crate::{
    Kindred, Refusal, Result, announce,
    discovery::Tally,
    links,
    partners::{directory_uri, flows_to},
    settings::{Federation, Settings},
    topics,
    views::Viewer,
};

/// What flows to whoever reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flow {
    /// Groups that partners may see, beside those for everybody.
    closed_groups: bool,
    /// People who said that partners may know.
    people: bool,
    /// How many of them there are by topic, without their names.
    numbers: bool,
}

fn flow(db: &mut Conn, viewer: &Viewer) -> Result<Flow> {
    Ok(match viewer {
        Viewer::Server(host) => {
            let people = flows_to(db, host, "people")?;
            Flow {
                closed_groups: flows_to(db, host, "groups")?,
                people,
                // Whoever hears names counts for themselves.
                numbers: !people && flows_to(db, host, "counts")?,
            }
        }
        Viewer::Stranger | Viewer::Local(_) => Flow {
            closed_groups: false,
            people: false,
            numbers: false,
        },
    })
}

/// Our directory as this reader may see it. Strangers see the groups that are for everybody; `after` names the entry before the
/// page's first.
pub async fn document(kindred: &Kindred, viewer: &Viewer, after: Option<i64>) -> Result<Value> {
    if kindred.settings().federation == Federation::Off {
        return Err(Refusal::FederationOff.into());
    }
    let (app, viewer) = (kindred.clone(), viewer.clone());
    kindred
        .read_apart(move |db| {
            let flow = flow(db, &viewer)?;
            let all = everything(db, app.settings(), flow)?;
            let digest = digest(&all);
            let id = directory_uri(app.settings());
            let from = after.unwrap_or(0);
            let page: Vec<&(i64, Value)> = all
                .iter()
                .filter(|(number, _)| *number > from)
                .take(PAGE)
                .collect();
            let last = page.last().map(|(number, _)| *number);
            let more = last.is_some_and(|last| all.iter().any(|(number, _)| *number > last));
            let items: Vec<&Value> = page.iter().map(|(_, entry)| entry).collect();
            let mut body = json!({
                "@context": announce::context(),
                "id": after.map_or_else(|| id.clone(), |after| format!("{id}?after={after}")),
                "type": if after.is_some() { "OrderedCollectionPage" } else { "OrderedCollection" },
                "attributedTo": links::service(app.settings()),
                "totalItems": all.len(),
                "digest": digest,
                "orderedItems": items,
            });
            if let Some(last) = last.filter(|_| more) {
                body["next"] = json!(format!("{id}?after={last}"));
            }
            if after.is_some() {
                body["partOf"] = json!(id);
            }
            Ok(body)
        })
        .await
}

/// Every entry with the number that it is sorted by.
fn everything(db: &mut Conn, settings: &Settings, flow: Flow) -> Result<Vec<(i64, Value)>> {
    let mut all = of_groups(db, settings, flow)?;
    if flow.people {
        all.extend(of_people(db, settings)?);
    }
    if flow.numbers {
        all.extend(of_topics(db, settings)?);
    }
    all.sort_by_key(|(number, _)| *number);
    Ok(all)
}

/// How many people care about each topic and said so to partners. Whoever said so to everybody can be found by name and is left out,
/// or names and numbers could be subtracted from each other. One and two are a few.
fn of_topics(db: &mut Conn, settings: &Settings) -> Result<Vec<(i64, Value)>> {
    let numbers = passions::numbers(db, Circle::Partners)?;
    let ids: Vec<TopicId> = numbers.iter().map(|(topic, _)| *topic).collect();
    let topics = store::allowed(db, &ids)?;
    Ok(numbers
        .into_iter()
        .filter_map(|(id, people)| {
            let topic = topics.iter().find(|topic| topic.id == id)?;
            let mut entry = json!({
                "id": links::topic(settings, &topic.slug),
                "type": "Listing",
                "listed": "Topic",
                "name": format!("#{}", topics::hashtag(&topic.name).unwrap_or_default()),
                "topic": topic.name,
            });
            if let Tally::Many(people) = Tally::from(people) {
                entry["people"] = json!(rounded(people));
            }
            Some((id.0, entry))
        })
        .collect())
}

/// A number that seldom changes when one person comes or goes: 3, 5, and every fifth from there on, rounded down.
fn rounded(people: i64) -> i64 {
    match people {
        ..5 => people.min(3),
        _ => people - people % 5,
    }
}

fn of_groups(db: &mut Conn, settings: &Settings, flow: Flow) -> Result<Vec<(i64, Value)>> {
    let found = groups::local_page(db, &Page::first(i64::MAX))?;
    let found: Vec<(Group, Actor)> = found
        .into_iter()
        .filter(|(group, actor)| is_told_of(group, actor, flow))
        .collect();
    let ids: Vec<ActorId> = found.iter().map(|(group, _)| group.actor_id).collect();
    let topics = store::of_groups(db, &ids)?;
    Ok(found
        .iter()
        .map(|(group, actor)| {
            let about = topics
                .iter()
                .filter(|(of, _)| *of == actor.id)
                .map(|(_, topic)| (topic, ""));
            (actor.id.0, of_group(settings, group, actor, about))
        })
        .collect())
}

fn is_told_of(group: &Group, actor: &Actor, flow: Flow) -> bool {
    actor.suspended_at.is_none()
        && group.archived_at.is_none()
        && match group.visibility {
            Visibility::Public => actor.discoverable,
            Visibility::Partners => flow.closed_groups,
            _ => false,
        }
}

fn of_people(db: &mut Conn, settings: &Settings) -> Result<Vec<(i64, Value)>> {
    let mut all = Vec::new();
    let mut after = ActorId(0);
    loop {
        let some = passions::everybody(db, &ACROSS, after, 500)?;
        let Some(last) = some.last().copied() else {
            return Ok(all);
        };
        after = last;
        let said = passions::of_people(db, &some, &ACROSS)?;
        let refusing = hellos::refused_by(db, &some)?;
        for actor in actors::find_many(db, &some)? {
            if actor.deleted_at.is_some() || actor.suspended_at.is_some() {
                continue;
            }
            let of_them: Vec<&(Passion, Topic)> = said
                .iter()
                .filter(|(passion, _)| passion.actor_id == actor.id)
                .collect();
            if !of_them.is_empty() {
                let greetable = !refusing.contains(&actor.id);
                let entry = of_person(settings, &actor, &of_them, greetable);
                all.push((actor.id.0, entry));
            }
        }
    }
}

/// The circles whose passions cross the border to partners.
pub(super) const ACROSS: [Circle; 2] = [Circle::Partners, Circle::Everyone];

/// The entry of one actor of ours for partners, or nothing when there is none.
pub(super) fn entry(db: &mut Conn, settings: &Settings, who: ActorId) -> Result<Option<Value>> {
    let Some(actor) = actors::find(db, who)?
        .filter(|actor| actor.deleted_at.is_none() && actor.suspended_at.is_none())
    else {
        return Ok(None);
    };
    if actor.kind == ActorKind::Group {
        let flow = Flow {
            closed_groups: true,
            people: false,
            numbers: false,
        };
        let group = groups::find(db, who)?.filter(|(group, actor)| is_told_of(group, actor, flow));
        let topics = store::of_groups(db, &[who])?;
        return Ok(group.map(|(group, actor)| {
            of_group(
                settings,
                &group,
                &actor,
                topics.iter().map(|(_, topic)| (topic, "")),
            )
        }));
    }
    let greetable = !hellos::are_refused(db, who)?;
    let said = passions::of_people(db, &[who], &ACROSS)?;
    let said: Vec<_> = said.iter().collect();
    Ok((!said.is_empty()).then(|| of_person(settings, &actor, &said, greetable)))
}

/// A day in milliseconds.
const A_DAY: i64 = 24 * 60 * 60 * 1_000;

fn of_person(
    settings: &Settings,
    actor: &Actor,
    said: &[&(Passion, Topic)],
    greetable: bool,
) -> Value {
    let about = said
        .iter()
        .map(|(passion, topic)| (topic, passion.words.as_str()));
    let mut entry = listing(settings, actor, "Person", about);
    if !greetable {
        entry["greetable"] = json!(false);
    }
    entry
}

fn of_group<'a>(
    settings: &Settings,
    group: &Group,
    actor: &Actor,
    about: impl Iterator<Item = (&'a Topic, &'a str)>,
) -> Value {
    let mut entry = listing(settings, actor, "Group", about);
    entry["summary"] = json!(to_text(&actor.summary, 500));
    entry["members"] = json!(actor.followers_count);
    entry["joinPolicy"] = json!(group.join_policy);
    if let Some(last) = actor.last_post_at {
        // To the day: an entry that changes with every word would have to be told with every word.
        entry["updated"] = json!(write::timestamp(last.0 - last.0.rem_euclid(A_DAY)));
    }
    if let Some(language) = &group.language {
        entry["language"] = json!(language);
    }
    entry
}

fn listing<'a>(
    settings: &Settings,
    actor: &Actor,
    listed: &str,
    about: impl Iterator<Item = (&'a Topic, &'a str)>,
) -> Value {
    let tags: Vec<Value> = about
        .map(|(topic, words)| {
            let mut tag = json!({
                "type": "Hashtag",
                "name": format!("#{}", topics::hashtag(&topic.name).unwrap_or_default()),
                "topic": topic.name,
                "href": links::topic(settings, &topic.slug),
            });
            if !words.is_empty() {
                tag["content"] = json!(words);
            }
            tag
        })
        .collect();
    json!({
        "id": actor.uri,
        "type": "Listing",
        "listed": listed,
        "preferredUsername": actor.handle,
        "name": actor.name,
        "icon": actor.icon_url.clone().unwrap_or_else(|| links::avatar(settings, actor)),
        "tag": tags,
    })
}

fn digest(all: &[(i64, Value)]) -> String {
    let mut hash = openssl::sha::Sha256::new();
    for (_, entry) in all {
        hash.update(entry.to_string().as_bytes());
        hash.update(b"\n");
    }
    BASE64_URL_SAFE_NO_PAD.encode(hash.finish())
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn a_number_seldom_tells_that_one_came_or_went() {
        let told: Vec<i64> = (3..=16).map(rounded).collect();
        assert_eq!(told, [3, 3, 5, 5, 5, 5, 5, 10, 10, 10, 10, 10, 15, 15]);
    }
}
