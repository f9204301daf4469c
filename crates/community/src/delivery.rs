//! Carrying what was said to those who are to hear it: first one delivery for each server, then each delivery by itself.
//!
//! The body is written once and sent to all; every attempt is signed anew. Whom it is for was decided when it was said; whether that
//! server may still hear it is asked again before each attempt.

pub(crate) mod receipts;

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use kindred_protocol::{
    Uri,
    deliver::{self, Knock, Outcome as Answer},
    keys::SigningKey,
    signature::Form,
};
use kindred_storage::{
    ActivityId, ActorId, Agreement, Conn, Dialect, Moment, ReceiptState, Standing, Visibility,
    activities, actors, follows, follows::Inbox, instances, memberships,
};

use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    announce::keeping,
    jobs::{Hearers, Job, Outcome, PATIENCE, Parcel, lane_look, lane_to},
    servers,
    settings::Federation,
};

/// NodeInfo is asked for again after a day.
const SOFTWARE_IS_KNOWN_FOR: std::time::Duration = std::time::Duration::from_hours(24);

/// Turns one thing that was said into one delivery per inbox, in one unit of work. What was passed on and nobody hears of is not
/// kept word by word: it can be said again.
pub(crate) async fn fan_out(kindred: &Kindred, parcel: Parcel, hearers: Hearers) -> Result<()> {
    kindred
        .write(move |ledger| {
            let visibility = visibility_of(ledger.db, parcel)?;
            let inboxes = inboxes(ledger.db, &hearers)?;
            if carry_to(ledger, parcel, visibility, inboxes) == 0 {
                let forms: Vec<ActivityId> = parcel
                    .microblog
                    .into_iter()
                    .chain(parcel.threadiverse)
                    .collect();
                activities::forget_announced(ledger.db, &forms)?;
            }
            Ok(())
        })
        .await
}

/// Leaves one delivery for each of these inboxes that understands what is said and may hear it; answers how many those are.
pub(crate) fn carry_to(
    ledger: &mut Ledger<'_>,
    parcel: Parcel,
    visibility: Visibility,
    inboxes: Vec<(Inbox, Why)>,
) -> usize {
    let federation = ledger.settings.federation;
    let mut seen = HashSet::new();
    let mut told = 0;
    for (inbox, why) in inboxes {
        // A server whose software is not known yet is decided when its turn comes.
        let known = inbox.nodeinfo_at.is_some();
        let nothing_for_it =
            known && form_for(parcel, inbox.dialect.unwrap_or(Dialect::Microblog)).is_none();
        if nothing_for_it
            || inbox.asleep_since.is_some()
            || !may_hear(federation, &inbox, visibility, why)
            || !seen.insert(inbox.inbox.clone())
        {
            continue;
        }
        if inbox
            .nodeinfo_at
            .is_some_and(|at| ledger.now.since(at) > SOFTWARE_IS_KNOWN_FOR)
        {
            ledger.enqueue(
                lane_look(&inbox.host),
                &Job::Learn {
                    host: inbox.host.clone(),
                },
            );
        }
        ledger.enqueue(
            lane_to(&inbox.host),
            &Job::Deliver {
                parcel,
                inbox: inbox.inbox,
            },
        );
        told += 1;
    }
    told
}

/// Why a server is to hear something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Somebody there follows.
    Follower,
    /// Somebody there is meant: one who is named, or the group for which it is.
    Meant,
}

/// Where the hearers are reached; a place may occur more than once.
fn inboxes(db: &mut Conn, hearers: &Hearers) -> Result<Vec<(Inbox, Why)>> {
    let microblog =
        |inbox: &Inbox| inbox.dialect.unwrap_or(Dialect::Microblog) == Dialect::Microblog;
    let mut found: Vec<(Inbox, Why)> = Vec::new();
    let mut add = |inboxes: Vec<Inbox>, why: Why| {
        found.extend(inboxes.into_iter().map(|inbox| (inbox, why)));
    };
    add(follows::inboxes_of(db, &hearers.also)?, Why::Meant);
    if let Some(of) = hearers.followers_of {
        add(follows::inboxes_of_followers(db, of)?, Why::Follower);
    }
    if let Some(of) = hearers.people_of {
        add(follows::inboxes_of_people(db, of)?, Why::Follower);
    }
    if let Some(of) = hearers.microblogs_of {
        let mut followers = follows::inboxes_of_followers(db, of)?;
        followers.retain(microblog);
        add(followers, Why::Follower);
    }
    let mut others = follows::inboxes_of(db, &hearers.on_microblogs)?;
    others.retain(microblog);
    add(others, Why::Follower);
    found.retain(|(inbox, _)| Some(&inbox.host) != hearers.except.as_ref());
    Ok(found)
}

fn visibility_of(db: &mut Conn, parcel: Parcel) -> Result<Visibility> {
    let Some(id) = parcel.threadiverse.or(parcel.microblog) else {
        return Ok(Visibility::Direct);
    };
    Ok(activities::find(db, id)?.map_or(Visibility::Direct, |activity| activity.visibility))
}

/// Whether this server may hear something of this visibility at all.
fn may_hear(federation: Federation, inbox: &Inbox, visibility: Visibility, why: Why) -> bool {
    let partner = inbox.agreement == Some(Agreement::Agreed);
    let blocked = inbox.standing == Some(Standing::Blocked);
    // Whether a server is let in where only some are is asked before every attempt.
    let welcome = crate::policy::may_talk(federation, &inbox.host, blocked, true).is_ok();
    welcome
        && match visibility {
            Visibility::Company => false,
            Visibility::Partners => partner,
            // What members say goes to where their group lives, and to servers that keep it among members.
            Visibility::Members => why == Why::Meant || inbox.keeps_private == Some(true),
            Visibility::Public
            | Visibility::Unlisted
            | Visibility::Followers
            | Visibility::Direct => true,
        }
}

/// The form that a server of this dialect understands.
fn form_for(parcel: Parcel, dialect: Dialect) -> Option<ActivityId> {
    match dialect {
        Dialect::Microblog => parcel.microblog,
        Dialect::Threadiverse => parcel.threadiverse,
        Dialect::Mobilizon => parcel.threadiverse.filter(|_| !parcel.small_talk),
    }
}

/// Carries one activity to one inbox.
pub(crate) async fn deliver(kindred: &Kindred, parcel: Parcel, inbox: &str) -> Outcome {
    match attempt(kindred, parcel, inbox).await {
        Ok(fate) => fate.outcome,
        Err(Error::Refused(_)) => Outcome::Done,
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// What became of an attempt: for the job, and for the receipt of an act where that is settled by it.
struct Fate {
    outcome: Outcome,
    receipt: Option<(ReceiptState, Option<String>)>,
}

impl Fate {
    /// The server took it.
    fn taken() -> Self {
        Self {
            outcome: Outcome::Done,
            receipt: Some((ReceiptState::Applied, None)),
        }
    }

    /// It has no form in which the server would understand it.
    fn unspeakable() -> Self {
        Self {
            outcome: Outcome::Done,
            receipt: Some((ReceiptState::Unspeakable, None)),
        }
    }

    /// There is nothing more to be done about it.
    fn refused(why: String) -> Self {
        Self {
            outcome: Outcome::Done,
            receipt: Some((ReceiptState::GaveUp, Some(why))),
        }
    }

    /// It is tried again.
    fn open(outcome: Outcome) -> Self {
        Self {
            outcome,
            receipt: None,
        }
    }
}

async fn attempt(kindred: &Kindred, parcel: Parcel, inbox: &str) -> Result<Fate> {
    let address = Uri::parse(inbox).map_err(Error::Protocol)?;
    let server = servers::welcome(kindred, address.host()).await?;
    // What is told to one server alone has one form; the dialect matters only where there are two.
    let dialect = if parcel.microblog == parcel.threadiverse {
        Dialect::Microblog
    } else {
        servers::dialect(kindred, address.host()).await?
    };
    let Some(activity) = form_for(parcel, dialect) else {
        return Ok(Fate::unspeakable());
    };
    let Some(said) = said(kindred, activity).await? else {
        return Ok(Fate::refused("it was forgotten".into()));
    };
    let discreet = server
        .instance
        .as_ref()
        .is_some_and(|instance| instance.keeps_private);
    if !may_still_hear(kindred, address.host(), discreet, &said).await? {
        return Ok(Fate::refused("it is not for them any more".into()));
    }
    let body = said.body;
    let key = signing_key(kindred, parcel.signer).await?;
    let form = if server
        .instance
        .as_ref()
        .is_some_and(|instance| instance.speaks_rfc9421)
    {
        Form::Message
    } else {
        Form::Cavage
    };
    let attempt = deliver::deliver(kindred.network(), &key, &address, body, form, Knock::Twice);
    let delivery = Box::pin(attempt).await;
    if delivery.outcome == Answer::Delivered && delivery.form != form {
        let (host, rfc9421) = (address.host().to_owned(), delivery.form == Form::Message);
        kindred
            .write(move |ledger| Ok(instances::note_signature_form(ledger.db, &host, rfc9421)?))
            .await?;
    }
    Ok(settle(kindred, inbox, delivery.outcome).await)
}

/// What an answer means for the job.
async fn settle(kindred: &Kindred, inbox: &str, answer: Answer) -> Fate {
    match answer {
        Answer::Delivered => Fate::taken(),
        Answer::Gone { status } => {
            if status == 410 {
                let inbox = inbox.to_owned();
                let forgotten = kindred
                    .write(move |ledger| Ok(follows::remove_by_inbox(ledger.db, &inbox)?))
                    .await;
                if let Err(error) = forgotten {
                    return Fate::open(Outcome::Failed(error.to_string()));
                }
            }
            Fate::refused(format!("status {status}"))
        }
        Answer::Denied { status, text } => {
            Fate::open(Outcome::Denied(format!("status {status}: {text}")))
        }
        Answer::Refused { status, text } => {
            tracing::info!(inbox, status, text, "An inbox refused what we said");
            Fate::refused(format!("status {status}: {text}"))
        }
        Answer::TryLater {
            retry_after,
            why,
            host_level: true,
        } => Fate::open(Outcome::HostWaits {
            after: retry_after,
            why,
        }),
        Answer::TryLater { why, .. } => Fate::open(Outcome::Failed(why)),
    }
}

/// Something that was said, on its way to many.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// As bytes that are shared by all deliveries.
    pub body: Bytes,
    visibility: Visibility,
    group: Option<ActorId>,
}

async fn said(kindred: &Kindred, id: ActivityId) -> Result<Option<Said>> {
    if let Some(said) = kindred.keys().bodies.get(&id) {
        return Ok(Some(said));
    }
    let said = kindred
        .read(move |db| {
            Ok(activities::find(db, id)?.and_then(|activity| {
                Some(Said {
                    visibility: activity.visibility,
                    group: activity.group_id,
                    body: Bytes::from(keeping::whole(activity)?),
                })
            }))
        })
        .await?;
    if let Some(said) = &said {
        kindred.keys().bodies.insert(id, said.clone());
    }
    Ok(said)
}

/// Whether a server may hear what was said at the moment when it is told. What a closed group says waits no longer for a server whose
/// last member has left, or with which there is no agreement any more.
async fn may_still_hear(
    kindred: &Kindred,
    host: &str,
    discreet: bool,
    said: &Said,
) -> Result<bool> {
    let (host, group) = (host.to_owned(), said.group);
    match said.visibility {
        Visibility::Company => Ok(false),
        Visibility::Partners => {
            kindred
                .read(move |db| {
                    Ok(instances::by_host(db, &host)?.is_some_and(|server| server.is_partner()))
                })
                .await
        }
        Visibility::Members => {
            let Some(group) = group else {
                return Ok(true);
            };
            kindred
                .read(move |db| {
                    let room = actors::find(db, group)?;
                    // What goes to a group elsewhere goes to the server where it lives.
                    let home = room.is_some_and(|room| room.host == host);
                    Ok(home || (discreet && memberships::any_from_host(db, group, &host)?))
                })
                .await
        }
        Visibility::Public | Visibility::Unlisted | Visibility::Followers | Visibility::Direct => {
            Ok(true)
        }
    }
}

/// The key that an actor of ours signs with.
pub(crate) async fn signing_key(kindred: &Kindred, actor: ActorId) -> Result<Arc<SigningKey>> {
    if let Some(key) = kindred.keys().signing.get(&actor) {
        return Ok(key);
    }
    let row = kindred
        .read(move |db| Ok(actors::find(db, actor)?))
        .await?
        .ok_or(Refusal::NoSuchPerson)?;
    let pem = row
        .private_key_pem
        .as_deref()
        .ok_or(Refusal::NoSuchPerson)?;
    let key = Arc::new(SigningKey::from_pem(row.key_id.as_str(), pem).map_err(Error::Protocol)?);
    kindred.keys().signing.insert(actor, Arc::clone(&key));
    Ok(key)
}

/// A server that has been failing for longer than our patience sleeps: nothing more is written for it until it speaks to us.
pub(crate) fn is_out_of_patience(failing_since: Moment, now: Moment) -> bool {
    now.since(failing_since) > PATIENCE
}
