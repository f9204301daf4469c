//! Telling partners what changed, hearing it from them, and reading everything again once a day.

use std::time::Duration;

use chrono::DateTime;
use kindred_protocol::{Uri, html::to_text};
use kindred_storage::{
    ActorId, ActorKind, AgreementState, Circle, JoinPolicy, ListingId, Moment, TopicId,
    actors::{self, Actor},
    agreements,
    directory::{self, Listing, numbers},
    instances, topics as store,
};
use serde_json::{Value, json};

use super::{MOST_ENTRIES, PAGE, entries};
use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    announce::{self, Errand},
    audit,
    discovery::Tally,
    jobs::Job,
    partners, remote, servers, topics,
};

/// How long after everything was read it is read again.
const DAILY: Duration = Duration::from_hours(24);

/// The lane of everything that is about one partner's directory.
pub(crate) fn lane(host: &str) -> String {
    format!("partner:{host}")
}

/// Reads a partner's directory as soon as somebody has time.
pub(crate) fn read_soon(ledger: &mut Ledger<'_>, host: &str) {
    let host = host.to_owned();
    ledger.enqueue(lane(&host), &Job::ReadDirectory { host });
}

/// Tells all partners what one of ours is now, or that there is nothing to tell any more.
pub(crate) async fn introduce(kindred: &Kindred, who: ActorId) -> Result<()> {
    let us = kindred.service().await?.clone();
    kindred
        .write(move |ledger| {
            let Some(actor) = actors::find(ledger.db, who)? else {
                return Ok(());
            };
            let flow = match actor.kind {
                ActorKind::Group => "groups",
                _ => "people",
            };
            let entry = entries::entry(ledger.db, ledger.settings, who)?;
            let target = partners::directory_uri(ledger.settings);
            let mut told = Vec::new();
            for agreement in agreements::holding(ledger.db)? {
                if agreement.lets_flow(flow)
                    && let Some(them) = service_at(ledger, &agreement.host)?
                {
                    told.push(them);
                }
            }
            // What somebody lets partners know is told with a receipt for each of them, so that nobody has to wonder.
            let line = if flow == "people" && !told.is_empty() {
                let action = CONSENT[usize::from(entry.is_none())];
                Some(audit::act(
                    ledger,
                    Some(who),
                    None,
                    action,
                    &actor.uri,
                    json!({}),
                )?)
            } else {
                None
            };
            for them in told {
                let uri = announce::fresh(ledger);
                let (kind, object) = match &entry {
                    Some(entry) => ("Add", entry.clone()),
                    None => ("Remove", json!(actor.uri)),
                };
                let body = json!({
                    "@context": announce::context(), "id": uri, "type": kind, "actor": us.uri,
                    "to": [them.uri], "cc": [], "object": object, "target": target,
                });
                let errand = Errand {
                    uri,
                    kind,
                    object: &actor.uri,
                    body,
                };
                match line {
                    Some(line) => announce::with_a_receipt(ledger, &us, &errand, &them, line)?,
                    None => announce::on_an_errand(ledger, &us, &errand, &them)?,
                }
            }
            Ok(())
        })
        .await
}

/// How the record calls it when partners are told what somebody lets them know, and when it is taken back.
pub const CONSENT: [&str; 2] = ["passion.told", "passion.taken_back"];

fn service_at(ledger: &mut Ledger<'_>, host: &str) -> Result<Option<Actor>> {
    let uri = partners::service_uri(ledger.settings, host)?;
    Ok(actors::by_uri(ledger.db, &uri)?)
}

/// Whether another server's own actor tells of its directory.
pub(crate) fn is_about(sender: &Actor, raw: &Value) -> bool {
    matches!(raw["type"].as_str(), Some("Add" | "Update" | "Remove"))
        && raw["target"]
            .as_str()
            .and_then(|target| target.strip_prefix(sender.uri.as_str()))
            == Some("/directory")
}

/// A partner tells that one entry changed or is gone. Whoever is none is not heard.
pub(crate) async fn heard(kindred: &Kindred, sender: Actor, raw: Value) -> Result<()> {
    let host = sender.host.clone();
    let told = kindred
        .write(move |ledger| {
            let agreement = agreements::with(ledger.db, &sender.host)?
                .filter(agreements::Agreement::holds)
                .ok_or_else(|| Refusal::HostNotWelcome(sender.host.clone()))?;
            if raw["type"] == "Remove" {
                let gone = raw["object"].as_str().unwrap_or_default();
                let theirs = directory::find(ledger.db, gone)?
                    .is_some_and(|listing| listing.host == sender.host);
                if theirs {
                    unlist(ledger, gone)?;
                }
                return Ok(());
            }
            let told = Told::read(&raw["object"], &sender.host).ok_or(Refusal::NotYours)?;
            if !agreement.lets_flow(told.flow()) {
                return Err(Refusal::NotYours.into());
            }
            if directory::count_of(ledger.db, &sender.host)? >= MOST_ENTRIES
                && directory::find(ledger.db, &told.uri)?.is_none()
            {
                return Err(
                    Refusal::NotUnderstood("that is too much for one company".into()).into(),
                );
            }
            take_down(ledger, &sender.host, told, Circle::Partners)
        })
        .await;
    if let Err(Error::Refused(Refusal::NotYours)) = &told {
        partners::note_odd(kindred, host, "partner.foreign", json!({})).await?;
    }
    told
}

/// Reads all of a partner's directory, once a day while the agreement holds. When nothing has changed it is one question.
pub(crate) async fn read(kindred: &Kindred, host: &str) -> Result<()> {
    let name = host.to_owned();
    let known = kindred
        .read(move |db| Ok(agreements::with(db, &name)?))
        .await?;
    let Some(agreement) = known.filter(agreements::Agreement::holds) else {
        return Ok(());
    };
    let outcome = read_all(kindred, &agreement).await;
    let name = host.to_owned();
    kindred
        .write(move |ledger| {
            let again = ledger.now + DAILY;
            ledger.enqueue_later(lane(&name), &Job::ReadDirectory { host: name }, again);
            Ok(())
        })
        .await?;
    match outcome {
        // Tomorrow is another day; what the partner pushes arrives meanwhile.
        Err(Error::Refused(_) | Error::Unreachable { .. } | Error::Protocol(_)) => {
            tracing::info!(host, "The directory of a partner could not be read");
            Ok(())
        }
        other => other,
    }
}

async fn read_all(kindred: &Kindred, agreement: &agreements::Agreement) -> Result<()> {
    let host = agreement.host.clone();
    servers::welcome(kindred, &host).await?;
    let begun = kindred.now();
    let service = partners::service_uri(kindred.settings(), &host)?;
    let mut next = Some(format!("{service}/directory"));
    let mut digest = None;
    let mut pages = 0;
    while let Some(address) = next.take() {
        pages += 1;
        if pages > MOST_PAGES {
            // What is beyond the bound was not read.
            let detail = json!({ "entries_at_most": MOST_ENTRIES });
            partners::note_odd(kindred, host.clone(), "partner.too_much", detail).await?;
            break;
        }
        let page = ask(kindred, &address).await?;
        let told = page["digest"].as_str().map(str::to_owned);
        if pages == 1 && told.is_some() && told == agreement.digest {
            let (host, at) = (host.clone(), kindred.now());
            return kindred
                .write(move |ledger| {
                    Ok(agreements::note_synced(
                        ledger.db,
                        &host,
                        told.as_deref(),
                        at,
                    )?)
                })
                .await;
        }
        digest = told.or(digest);
        next = page["next"]
            .as_str()
            .filter(|next| same_host(next, &host))
            .map(str::to_owned);
        let (name, agreement) = (host.clone(), agreement.clone());
        let foreign = kindred
            .write(move |ledger| {
                let mut foreign = false;
                for entry in page["orderedItems"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .take(PAGE)
                {
                    foreign |= entry["id"].as_str().is_some_and(|id| !same_host(id, &name));
                    if let Some(told) = Told::read(entry, &name) {
                        if agreement.lets_flow(told.flow()) {
                            take_down(ledger, &name, told, Circle::Partners)?;
                        }
                    } else if agreement.lets_flow("counts")
                        && !agreement.lets_flow("people")
                        && let Some((topic, people)) = number(entry, &name)
                    {
                        note_number(ledger, &name, &topic, people)?;
                    }
                }
                Ok(foreign)
            })
            .await?;
        if foreign {
            partners::note_odd(kindred, host.clone(), "partner.foreign", json!({})).await?;
        }
    }
    kindred
        .write(move |ledger| {
            // It may have ended while we were reading.
            let holds = agreements::with(ledger.db, &host)?
                .is_some_and(|now| now.state == AgreementState::Agreed);
            if !holds {
                ledger.enqueue(lane(&host), &Job::ForgetPartner { host });
                return Ok(());
            }
            directory::remove_unseen(ledger.db, &host, begun)?;
            numbers::remove_unseen(ledger.db, &host, begun)?;
            let now = ledger.now;
            agreements::note_synced(ledger.db, &host, digest.as_deref(), now)?;
            Ok(())
        })
        .await
}

/// How many people at a partner care about a topic, as it tells: the name of the topic, and 0 for a few.
fn number(entry: &Value, host: &str) -> Option<(String, i32)> {
    let uri = Uri::parse(entry["id"].as_str()?).ok()?;
    if uri.host() != host || entry["type"] != "Listing" || entry["listed"] != "Topic" {
        return None;
    }
    let people = match &entry["people"] {
        Value::Null => 0,
        said => i32::try_from(said.as_i64()?).ok()?,
    };
    // One and two are not told, or they were not meant to be.
    let people = match Tally::from(i64::from(people)) {
        Tally::Many(_) => people,
        Tally::Few | Tally::Nobody => 0,
    };
    Some((text(&entry["topic"], topics::LONGEST)?, people))
}

fn note_number(ledger: &mut Ledger<'_>, host: &str, topic: &str, people: i32) -> Result<()> {
    let topic = match topics::ensure(ledger, topic) {
        Ok(topic) => topic,
        Err(Error::Refused(_)) => return Ok(()),
        Err(error) => return Err(error),
    };
    let number = numbers::Number {
        host: host.to_owned(),
        topic_id: topic.id,
        people,
        seen_at: ledger.now,
    };
    Ok(numbers::record(ledger.db, &number)?)
}

/// No partner has more pages than entries fit on.
const MOST_PAGES: usize = 40;

async fn ask(kindred: &Kindred, address: &str) -> Result<Value> {
    let uri = Uri::parse(address).map_err(Error::Protocol)?;
    Box::pin(remote::fetch_json(kindred, &uri)).await
}

fn same_host(address: &str, host: &str) -> bool {
    Uri::parse(address).is_ok_and(|uri| uri.host() == host)
}

/// Erases what a server told us as soon as somebody has time.
pub(crate) fn forget_soon(ledger: &mut Ledger<'_>, host: &str) {
    let host = host.to_owned();
    ledger.enqueue(lane(&host), &Job::ForgetPartner { host });
}

/// Everything that a former partner told us is erased, a thousand entries at a time; of a server that is blocked, everything that we
/// know.
pub(crate) async fn forget(kindred: &Kindred, host: &str) -> Result<()> {
    let host = host.to_owned();
    kindred
        .write(move |ledger| {
            let blocked = instances::is_blocked(ledger.db, &host)?;
            let holds = agreements::with(ledger.db, &host)?
                .is_some_and(|now| now.state == AgreementState::Agreed);
            if holds && !blocked {
                return Ok(());
            }
            numbers::remove_of(ledger.db, &host)?;
            let gone = if blocked {
                // When the block ends, all of it is read again.
                agreements::note_synced(ledger.db, &host, None, ledger.now)?;
                directory::remove_of_host(ledger.db, &host, AT_ONCE)?
            } else {
                directory::remove_of_partner(ledger.db, &host, AT_ONCE)?
            };
            if gone > 0 {
                ledger.enqueue(lane(&host), &Job::ForgetPartner { host });
            }
            Ok(())
        })
        .await
}

/// How many entries are erased in one unit of work.
const AT_ONCE: i64 = 1_000;

/// Somebody elsewhere is gone, whoever told of them.
pub(crate) fn unlist(ledger: &mut Ledger<'_>, uri: &str) -> Result<()> {
    directory::remove(ledger.db, uri)?;
    Ok(())
}

/// A group or a person elsewhere that we met by itself and that wants to be found: its own public words, for everybody.
pub(crate) fn met(ledger: &mut Ledger<'_>, actor: &Actor) -> Result<()> {
    let known = directory::find(ledger.db, &actor.uri)?;
    let topics = match actor.kind {
        ActorKind::Group => about(ledger, actor)?,
        _ => actor.topics.to_vec(),
    };
    let wants = actor.discoverable
        && actor.deleted_at.is_none()
        && actor.suspended_at.is_none()
        && match actor.kind {
            ActorKind::Person => !topics.is_empty(),
            ActorKind::Group => true,
            _ => false,
        };
    if !wants {
        if known.is_some_and(|known| known.circle == Circle::Everyone) {
            directory::remove(ledger.db, &actor.uri)?;
        }
        return Ok(());
    }
    // What a partner tells is more than what stands in public.
    if known
        .as_ref()
        .is_some_and(|known| known.circle == Circle::Partners)
    {
        return Ok(());
    }
    if known.is_none() && directory::count_of(ledger.db, &actor.host)? >= MOST_ENTRIES {
        return Ok(());
    }
    let door = match (actor.kind, actor.locked) {
        (ActorKind::Group, true) => Some(JoinPolicy::Ask),
        (ActorKind::Group, false) => Some(JoinPolicy::Open),
        _ => None,
    };
    let told = Told {
        uri: actor.uri.clone(),
        kind: actor.kind,
        handle: actor.handle.clone(),
        name: actor.name.clone(),
        icon: actor.icon_url.clone(),
        summary: to_text(&actor.summary, LONGEST_SUMMARY),
        language: None,
        join_policy: door,
        members: actor.followers_count,
        lively: actor.last_post_at,
        greetable: true,
        topics: topics
            .into_iter()
            .map(|name| (name, String::new()))
            .collect(),
    };
    take_down(ledger, &actor.host, told, Circle::Everyone)
}

/// What a group elsewhere is about: the topics that it names, or those known here that are called like it. Lemmy and its kin have no
/// topics but the names of their communities.
fn about(ledger: &mut Ledger<'_>, group: &Actor) -> Result<Vec<String>> {
    let mut about = group.topics.to_vec();
    if about.is_empty() {
        for name in [&group.name, &group.handle] {
            if let Some(topic) = topics::find(ledger.db, name)?
                && store::is_spoken_of(ledger.db, topic.id)?
                && !about.contains(&topic.name)
            {
                about.push(topic.name);
            }
        }
    }
    Ok(about)
}

fn take_down(ledger: &mut Ledger<'_>, host: &str, told: Told, circle: Circle) -> Result<()> {
    let mut about: Vec<(TopicId, String)> = Vec::new();
    for (name, words) in told.topics.iter().take(MOST_TOPICS) {
        // A name that we would not take from our own people is not taken from others.
        match topics::ensure(ledger, name) {
            Ok(topic) => about.push((topic.id, words.clone())),
            Err(Error::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let listing = Listing {
        id: ListingId(ledger.next_id()),
        uri: told.uri,
        host: host.to_owned(),
        kind: told.kind,
        circle,
        handle: told.handle,
        name: told.name,
        icon_url: told.icon,
        summary: told.summary,
        language: told.language,
        join_policy: told.join_policy,
        members: told.members,
        lively_at: told.lively.map(|last| last.min(ledger.now)),
        greetable: told.greetable,
        seen_at: ledger.now,
    };
    directory::record(ledger.db, &listing, &about)?;
    Ok(())
}

/// What a group or person says of itself is cut to so many characters.
const LONGEST_SUMMARY: usize = 500;

/// The most topics that one entry has.
const MOST_TOPICS: usize = 100;

/// One entry as another server tells it, with everything cut to what we keep.
struct Told {
    uri: String,
    kind: ActorKind,
    handle: String,
    name: String,
    icon: Option<String>,
    summary: String,
    language: Option<String>,
    join_policy: Option<JoinPolicy>,
    members: i32,
    lively: Option<Moment>,
    greetable: bool,
    topics: Vec<(String, String)>,
}

impl Told {
    /// Reads an entry. It must live on the server that tells of it: nobody speaks for a third company's people.
    fn read(entry: &Value, host: &str) -> Option<Self> {
        let uri = Uri::parse(entry["id"].as_str()?).ok()?;
        if uri.host() != host || entry["type"] != "Listing" {
            return None;
        }
        let kind = match entry["listed"].as_str()? {
            "Person" => ActorKind::Person,
            "Group" => ActorKind::Group,
            _ => return None,
        };
        let topics = entry["tag"]
            .as_array()
            .into_iter()
            .flatten()
            .take(MOST_TOPICS)
            .filter_map(|tag| {
                let name = text(&tag["topic"], topics::LONGEST)
                    .or_else(|| text(&tag["name"], topics::LONGEST))?;
                Some((
                    name,
                    text(&tag["content"], crate::passions::LONGEST_WORDS).unwrap_or_default(),
                ))
            })
            .collect();
        Some(Self {
            uri: uri.as_str().to_owned(),
            kind,
            handle: text(&entry["preferredUsername"], 128)?,
            name: text(&entry["name"], 100)?,
            icon: entry["icon"]
                .as_str()
                .and_then(|icon| Uri::parse(icon).ok())
                .map(|icon| icon.as_str().to_owned()),
            summary: text(&entry["summary"], LONGEST_SUMMARY).unwrap_or_default(),
            language: text(&entry["language"], 35),
            join_policy: entry["joinPolicy"]
                .as_str()
                .and_then(|word| word.parse().ok()),
            members: entry["members"]
                .as_i64()
                .and_then(|n| i32::try_from(n).ok())
                .unwrap_or(0)
                .max(0),
            lively: entry["updated"]
                .as_str()
                .and_then(|said| DateTime::parse_from_rfc3339(said).ok())
                .map(|last| Moment(last.timestamp_millis().max(0))),
            greetable: entry["greetable"] != json!(false),
            topics,
        })
    }

    fn flow(&self) -> &'static str {
        match self.kind {
            ActorKind::Group => "groups",
            _ => "people",
        }
    }
}

fn text(value: &Value, longest: usize) -> Option<String> {
    let text: String = value
        .as_str()?
        .chars()
        .filter(|c| !c.is_control() && !topics::turns_writing(*c))
        .take(longest + 1)
        .collect();
    Some(text).filter(|text| !text.is_empty() && text.chars().count() <= longest)
}
