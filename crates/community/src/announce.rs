//! From a change to an activity, its audience and its fan-out.
//!
//! Every function here writes down what is said (an activity with an address of its own) and leaves the jobs that carry it. A group
//! speaks two dialects: microblogs are told the id of a post (`Announce{id}`), the threadiverse the activity itself
//! (`Announce{Create}`); never both to one server.

mod belonging;
mod faces;
pub(crate) mod keeping;
pub(crate) mod order;
mod quotes;
mod reactions;
mod relay;

use belonging::personally;
pub(crate) use belonging::{
    asked, asked_as, asked_no_more, asked_to_join, invitation_answered, invited, left, shut_out,
    shut_out_no_more, turned_away, welcomed,
};
pub(crate) use faces::{closed, gone, looks_different, moved, redecorated};
pub(crate) use quotes::{Question, asked_to_quote, quote_allowed, quote_refused, quote_revoked};
pub(crate) use reactions::{boosted, boosted_no_more, liked, liked_no_more, voted};
pub(crate) use relay::{
    Microblogs, boost_undone, boosted_again, echo_changed, echo_withdrawn, echoed, passed_on,
    passed_on_activity, room, was_told_to_microblogs, withdrawn,
};

use kindred_protocol::{
    Uri,
    write::{self, ActivityCard},
};
use kindred_storage::{
    ActivityId, ActorId, AuditId, Direction, ReceiptState, Visibility,
    activities::{self, Activity},
    actors::Actor,
    boosts, instances, posts,
    receipts::{self, Receipt},
};
use serde_json::Value;

use crate::{
    Ledger, Result,
    jobs::{Hearers, Job, Parcel, lane_out, lane_to},
    links,
    speech::Spoken,
};

/// How somebody asked to come in, which the answer has to repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// `Follow`: what nearly everybody sends.
    Follow,
    /// `Join`: Mobilizon's and Hubzilla's word for groups.
    Join,
}

/// Whoever asked to come to something here that takes no guests is told that there will be neither yes nor no (FEP-8a8e).
pub(crate) fn ignored(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    who: &Actor,
    uri: &str,
    object: &str,
) -> Result<()> {
    let question =
        serde_json::json!({ "id": uri, "type": "Join", "actor": who.uri, "object": object });
    let id = fresh(ledger);
    let body = write::ignore(&personal(id.clone(), author, who), &question);
    let saying = Saying {
        uri: &id,
        kind: "Ignore",
        actor: author.id,
        object: uri,
        group: None,
        visibility: Visibility::Direct,
    };
    let activity = say(ledger, &saying, &body)?;
    send_to(ledger, Parcel::alike(author.id, activity), who);
    Ok(())
}

/// A complaint goes to somebody elsewhere, in the name of the whole site. It is never without words: Lemmy wants a reason.
pub(crate) fn complained(
    ledger: &mut Ledger<'_>,
    by: &Actor,
    to: &Actor,
    addressee: &str,
    objects: &[String],
    comment: &str,
) -> Result<()> {
    let uri = fresh(ledger);
    let card = ActivityCard {
        to: vec![addressee.to_owned()],
        ..personal(uri.clone(), by, to)
    };
    let body = write::flag(&card, objects, comment);
    let saying = Saying {
        uri: &uri,
        kind: "Flag",
        actor: by.id,
        object: addressee,
        group: None,
        visibility: Visibility::Direct,
    };
    let activity = say(ledger, &saying, &body)?;
    send_to(ledger, Parcel::alike(by.id, activity), to);
    Ok(())
}

/// The `@context` of what Kindreds tell each other, with the words that nobody else has.
pub(crate) fn context() -> Value {
    let mut context = write::context();
    if let Some(parts) = context.as_array_mut() {
        parts.push(serde_json::json!({
            "kindred": "urn:kindred:ns#",
            "PartnerAgreement": "kindred:PartnerAgreement",
            "Listing": "kindred:Listing",
            "flows": {"@id": "kindred:flows", "@container": "@set"},
            "listed": "kindred:listed",
            "topic": "kindred:topic",
            "members": "kindred:members",
            "joinPolicy": "kindred:joinPolicy",
            "people": "kindred:people",
            "greetable": "kindred:greetable",
            "digest": "kindred:digest"
        }));
    }
    context
}

/// Something that our server itself has to say to another one.
pub(crate) struct Errand<'a> {
    /// The address of the activity.
    pub(crate) uri: String,
    /// Its type.
    pub(crate) kind: &'static str,
    /// What it is about.
    pub(crate) object: &'a str,
    /// The activity.
    pub(crate) body: Value,
}

/// Our server says something to another server, and to nobody else.
pub(crate) fn on_an_errand(
    ledger: &mut Ledger<'_>,
    us: &Actor,
    errand: &Errand<'_>,
    them: &Actor,
) -> Result<()> {
    let parcel = packed(ledger, us, errand)?;
    send_to(ledger, parcel, them);
    Ok(())
}

/// The same, with a receipt for that server under a line of the record.
pub(crate) fn with_a_receipt(
    ledger: &mut Ledger<'_>,
    us: &Actor,
    errand: &Errand<'_>,
    them: &Actor,
    act: AuditId,
) -> Result<()> {
    let parcel = packed(ledger, us, errand)?;
    let receipt = Receipt {
        line_id: act,
        host: them.host.clone(),
        state: ReceiptState::Waiting,
        why: None,
        changed_at: ledger.now,
    };
    receipts::open(ledger.db, &[receipt])?;
    let inbox = them.inbox.clone();
    let job = Job::DeliverAct { act, parcel, inbox };
    ledger.enqueue(lane_to(&them.host), &job);
    Ok(())
}

fn packed(ledger: &mut Ledger<'_>, us: &Actor, errand: &Errand<'_>) -> Result<Parcel> {
    let saying = Saying {
        uri: &errand.uri,
        kind: errand.kind,
        actor: us.id,
        object: errand.object,
        group: None,
        visibility: Visibility::Direct,
    };
    Ok(Parcel::alike(us.id, say(ledger, &saying, &errand.body)?))
}

/// Somebody of ours published: told to their followers and to those they name; their group passes it on by itself.
///
/// Answers the `Create`, which a group of ours embeds.
pub(crate) fn published(ledger: &mut Ledger<'_>, spoken: &Spoken<'_>) -> Result<Value> {
    let note = spoken.note(ledger.settings);
    let (uri, card) = activity_of(ledger, spoken, spoken.post.published_at.0);
    let body = write::create(&card, &note);
    let activity = say(ledger, &about(&uri, "Create", spoken), &body)?;
    tell_author_side(ledger, spoken, activity, None, &[])?;
    Ok(body)
}

/// Somebody of ours changed a post: told to all who had it. Microblogs believe only the author, so the followers of its group there
/// hear it from the author too.
pub(crate) fn edited(ledger: &mut Ledger<'_>, spoken: &Spoken<'_>) -> Result<Value> {
    as_now(ledger, spoken, &[])
}

/// A poll of ours has new counts: told to all who have it, and to those who voted. The post bears no later `updated` than before, by
/// which Mastodon knows that only the counts are new.
pub(crate) fn counted(
    ledger: &mut Ledger<'_>,
    spoken: &Spoken<'_>,
    voters: &[ActorId],
) -> Result<Value> {
    as_now(ledger, spoken, voters)
}

fn as_now(ledger: &mut Ledger<'_>, spoken: &Spoken<'_>, further: &[ActorId]) -> Result<Value> {
    let note = spoken.note(ledger.settings);
    let (uri, card) = activity_of(ledger, spoken, ledger.now.0);
    let body = write::update(&card, &note);
    let activity = say(ledger, &about(&uri, "Update", spoken), &body)?;
    let microblogs_of = microblogs_that_had(ledger, spoken)?;
    tell_author_side(ledger, spoken, activity, microblogs_of, further)?;
    Ok(body)
}

/// Somebody of ours took a post back.
pub(crate) fn deleted(ledger: &mut Ledger<'_>, spoken: &Spoken<'_>) -> Result<Value> {
    let (uri, card) = activity_of(ledger, spoken, ledger.now.0);
    let body = write::delete(&card, &spoken.post.uri, None);
    let activity = say(ledger, &about(&uri, "Delete", spoken), &body)?;
    let microblogs_of = microblogs_that_had(ledger, spoken)?;
    tell_author_side(ledger, spoken, activity, microblogs_of, &[])?;
    Ok(body)
}

/// The open group here in which a post stands.
fn open_room(spoken: &Spoken<'_>) -> Option<ActorId> {
    let open = matches!(
        spoken.post.visibility,
        Visibility::Public | Visibility::Unlisted
    );
    spoken
        .group
        .filter(|group| open && group.host.is_empty())
        .map(|group| group.id)
}

/// The group here whose followers on microblogs were told of a post: they hear what becomes of it, and nobody hears what becomes of
/// a post that they never had.
fn microblogs_that_had(ledger: &mut Ledger<'_>, spoken: &Spoken<'_>) -> Result<Option<ActorId>> {
    let Some(group) = open_room(spoken) else {
        return Ok(None);
    };
    let boost = boosts::find(ledger.db, group, spoken.post.id)?;
    let told = match &boost {
        Some(boost) => was_told_to_microblogs(ledger, boost)?,
        None => false,
    };
    Ok(told.then_some(group))
}

/// The most people of a conversation that are told of an answer, beside those whom it names.
pub(crate) const MOST_VOICES: i64 = 50;

/// Those elsewhere who speak in the thread of an answer in an open group here. Their servers hear nothing of answers from the group
/// itself when they are microblogs.
fn voices(ledger: &mut Ledger<'_>, spoken: &Spoken<'_>) -> Result<Vec<ActorId>> {
    if spoken.post.parent_id.is_none() || open_room(spoken).is_none() {
        return Ok(Vec::new());
    }
    Ok(posts::voices_elsewhere(
        ledger.db,
        spoken.post.root_id,
        MOST_VOICES,
    )?)
}

fn activity_of(ledger: &Ledger<'_>, spoken: &Spoken<'_>, published: i64) -> (String, ActivityCard) {
    let uri = fresh(ledger);
    let addresses = spoken.addresses();
    let card = ActivityCard {
        id: uri.clone(),
        actor: spoken.author.uri.clone(),
        published: Some(published),
        to: addresses.to,
        cc: addresses.cc,
        audience: addresses.audience,
    };
    (uri, card)
}

fn about<'a>(uri: &'a str, kind: &'static str, spoken: &Spoken<'a>) -> Saying<'a> {
    Saying {
        uri,
        kind,
        actor: spoken.author.id,
        object: &spoken.post.uri,
        group: spoken.group.map(|group| group.id),
        visibility: spoken.post.visibility,
    }
}

/// To whom the author's own server tells it, apart from what a group of ours passes on.
fn tell_author_side(
    ledger: &mut Ledger<'_>,
    spoken: &Spoken<'_>,
    activity: ActivityId,
    microblogs_of: Option<ActorId>,
    further: &[ActorId],
) -> Result<()> {
    let closed = matches!(
        spoken.post.visibility,
        Visibility::Partners | Visibility::Company | Visibility::Members
    );
    let remote_group = spoken.group.filter(|group| !group.host.is_empty());
    let mut also: Vec<ActorId> = Vec::new();
    if !closed {
        also.extend(
            spoken
                .mentions
                .iter()
                .chain(spoken.parent_author)
                .filter(|actor| !actor.host.is_empty())
                .map(|actor| actor.id),
        );
        also.extend_from_slice(further);
    }
    also.extend(remote_group.map(|group| group.id));
    also.sort_unstable();
    also.dedup();
    let hearers = Hearers {
        followers_of: matches!(
            spoken.post.visibility,
            Visibility::Public | Visibility::Unlisted | Visibility::Followers
        )
        .then_some(spoken.author.id),
        microblogs_of,
        on_microblogs: voices(ledger, spoken)?,
        also,
        ..Hearers::default()
    };
    if hearers == Hearers::default() {
        return Ok(());
    }
    let job = Job::FanOut {
        parcel: Parcel::alike(spoken.author.id, activity),
        hearers,
    };
    ledger.enqueue(lane_out(spoken.author.id), &job);
    Ok(())
}

/// What is said from one actor to another and to nobody else.
fn personal(uri: String, who: &Actor, to: &Actor) -> ActivityCard {
    ActivityCard {
        id: uri,
        actor: who.uri.clone(),
        published: None,
        to: vec![to.uri.clone()],
        cc: Vec::new(),
        audience: None,
    }
}

/// The facts about something said, beside its words.
struct Saying<'a> {
    uri: &'a str,
    kind: &'static str,
    actor: ActorId,
    object: &'a str,
    group: Option<ActorId>,
    visibility: Visibility,
}

/// Writes down what is said, so that it can be carried, fetched and never said differently.
fn say(ledger: &mut Ledger<'_>, saying: &Saying<'_>, body: &Value) -> Result<ActivityId> {
    let id =
        links::activity_id(ledger.settings, saying.uri).unwrap_or_else(|| ledger.next_activity());
    let activity = Activity {
        id,
        uri: saying.uri.to_owned(),
        direction: Direction::Said,
        kind: saying.kind.to_owned(),
        actor_id: Some(saying.actor),
        object_uri: Some(saying.object.to_owned()),
        group_id: saying.group,
        body: Some(keeping::text_of(body)),
        visibility: saying.visibility,
        host: None,
        created_at: ledger.now,
    };
    activities::say(ledger.db, &activity)?;
    Ok(id)
}

/// The address of something that is about to be said.
pub(crate) fn fresh(ledger: &Ledger<'_>) -> String {
    links::activity(ledger.settings, ledger.next_activity())
}

/// Straight to one actor's own inbox, in the order of everything that goes to that server.
pub(crate) fn send_to(ledger: &mut Ledger<'_>, parcel: Parcel, to: &Actor) {
    if to.host.is_empty() || to.inbox.is_empty() || to.suspended_at.is_some() {
        return;
    }
    if let Ok(inbox) = Uri::parse(&to.inbox) {
        ledger.enqueue(
            lane_to(inbox.host()),
            &Job::Deliver {
                parcel,
                inbox: to.inbox.clone(),
            },
        );
    }
}

/// Whether there is an agreement with this server. Our own people are always partners.
pub(crate) fn is_partner(ledger: &mut Ledger<'_>, host: &str) -> Result<bool> {
    Ok(host.is_empty()
        || instances::by_host(ledger.db, host)?.is_some_and(|instance| instance.is_partner()))
}
