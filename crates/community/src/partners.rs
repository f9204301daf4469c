//! Agreements between companies: one proposes, the other accepts, both see the same terms, each can end it at once.
//!
//! On the wire they are activities between the two servers' own actors, told in `docs/federation/partners.md`; everybody else
//! ignores them. What flows under an agreement is the directory's business ([`crate::directory`]); what may be read and delivered
//! is decided by [`crate::policy`].

use std::time::Duration;

use kindred_protocol::Uri;
use kindred_storage::{
    ActorId, Json, actors::Actor, agreements, directory as listings, instances, reports,
};
pub use kindred_storage::{AgreementState, agreements::Agreement};
use serde_json::{Value, json};

use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    announce::{self, Errand},
    audit, directory, links,
    moderation::{LineView, with_faces},
    remote, servers,
    settings::{Federation, Settings},
    site,
};

/// What can flow: cards of groups that partners may see, numbers of people by topic, and people who said that partners may know.
pub const FLOWS: [&str; 3] = ["groups", "counts", "people"];

/// The type of the terms on the wire.
const TERMS: &str = "PartnerAgreement";

/// How long a name of somebody at another company may be here, in characters.
const LONGEST_NAME: usize = 100;

/// All agreements: proposed, holding, ended.
pub async fn all(kindred: &Kindred, who: &Actor) -> Result<Vec<Agreement>> {
    site::admins_only(kindred, who).await?;
    kindred.read(|db| Ok(agreements::all(db)?)).await
}

/// What was done about the agreement with a server, as the record calls it.
const ACTS: [&str; 9] = [
    "partner.propose",
    "partner.accept",
    "partner.end",
    "partner.asked",
    "partner.accepted",
    "partner.ended",
    "partner.refused",
    "partner.foreign",
    "partner.too_much",
];

/// An agreement with all that came of it, for admins.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What was agreed.
    pub agreement: Agreement,
    /// How many people and groups there can be found here.
    pub listed: i64,
    /// Of how many topics there are numbers.
    pub numbers: i64,
    /// What was done about it, the latest first.
    pub history: Vec<LineView>,
}

/// How many lines of its history are shown of an agreement.
const HISTORY: i64 = 20;

/// All agreements with what came of them, for admins.
pub async fn terms(kindred: &Kindred, who: &Actor) -> Result<Vec<Terms>> {
    site::admins_only(kindred, who).await?;
    kindred
        .read(|db| {
            let mut all = Vec::new();
            for agreement in agreements::all(db)? {
                let lines = reports::record_of_subject(db, &agreement.host, &ACTS, HISTORY)?;
                all.push(Terms {
                    listed: listings::count_of(db, &agreement.host)?,
                    numbers: listings::numbers::count_of(db, &agreement.host)?,
                    history: with_faces(db, lines)?,
                    agreement,
                });
            }
            Ok(all)
        })
        .await
}

/// The companies with which there is an agreement now, for everybody here: whom they talk to is no secret from them.
pub async fn holding(kindred: &Kindred) -> Result<Vec<Agreement>> {
    kindred.read(|db| Ok(agreements::holding(db)?)).await
}

/// Proposes an agreement to another server. When that server has proposed one to us, this accepts it: the terms are what both want.
pub async fn propose(
    kindred: &Kindred,
    who: &Actor,
    host: &str,
    flows: Vec<String>,
) -> Result<Agreement> {
    site::admins_only(kindred, who).await?;
    if kindred.settings().federation == Federation::Off {
        return Err(Refusal::FederationOff.into());
    }
    let flows = checked_flows(flows)?;
    let host = host.trim().trim_end_matches('.').to_lowercase();
    if host == kindred.settings().host() {
        return Err(Refusal::Oneself.into());
    }
    service_uri(kindred.settings(), &host)?;
    let us = kindred.service().await?.clone();
    // Noted first: with an allow-list, only a server that we have asked may answer.
    let (by, name) = (who.id, who.name.clone());
    let address = host.clone();
    let asked = kindred
        .write(move |ledger| {
            servers::meet(ledger, &address)?;
            let known = agreements::with(ledger.db, &address)?;
            if let Some(known) = known.as_ref().filter(|known| {
                known.holds() || (known.state == AgreementState::Proposed && known.ours)
            }) {
                return Ok(known.clone());
            }
            let answers = known.filter(|known| known.state == AgreementState::Proposed);
            let agreement = match answers {
                Some(theirs) => {
                    let common = theirs
                        .flows
                        .iter()
                        .filter(|flow| flows.contains(flow))
                        .cloned()
                        .collect();
                    Agreement {
                        flows: Json(common),
                        ..theirs
                    }
                }
                None => Agreement {
                    host: address.clone(),
                    uri: announce::fresh(ledger),
                    company: None,
                    ours: true,
                    flows: Json(flows),
                    state: AgreementState::Proposed,
                    proposed_by: name.clone(),
                    proposed_at: ledger.now,
                    accepted_by: None,
                    agreed_at: None,
                    ended_by: None,
                    ended_at: None,
                    digest: None,
                    synced_at: None,
                },
            };
            agreements::record(ledger.db, &agreement)?;
            note(ledger, Some(by), "partner.propose", &agreement)?;
            Ok(agreement)
        })
        .await?;
    kindred.keys().servers.invalidate(&host);
    if !asked.ours && !asked.holds() {
        return accept(kindred, who, &host).await;
    }
    let them = service_of(kindred, &host).await?;
    kindred
        .write(move |ledger| {
            let body = offer(ledger, &us, &asked, &them);
            announce::on_an_errand(
                ledger,
                &us,
                &Errand {
                    uri: asked.uri.clone(),
                    kind: "Offer",
                    object: &asked.uri,
                    body,
                },
                &them,
            )?;
            Ok(asked)
        })
        .await
}

fn checked_flows(flows: Vec<String>) -> Result<Vec<String>, Refusal> {
    let flows = if flows.is_empty() {
        FLOWS.map(str::to_owned).into()
    } else {
        flows
    };
    match flows.iter().find(|flow| !FLOWS.contains(&flow.as_str())) {
        Some(unknown) => Err(Refusal::NotUnderstood(format!(
            "{unknown:?} cannot flow; there are groups, counts and people"
        ))),
        None => Ok(flows),
    }
}

/// The other server's own actor. Kindreds have it at `/actor`.
async fn service_of(kindred: &Kindred, host: &str) -> Result<Actor> {
    let uri = service_uri(kindred.settings(), host)?;
    Box::pin(remote::actor(kindred, &uri)).await
}

/// The address of another Kindred's own actor.
pub(crate) fn service_uri(settings: &Settings, host: &str) -> Result<String, Refusal> {
    let scheme = settings
        .origin
        .split_once("://")
        .map_or("https", |(scheme, _)| scheme);
    let uri = format!("{scheme}://{host}/actor");
    match Uri::parse(&uri) {
        Ok(address) if address.host() == host => Ok(uri),
        _ => Err(Refusal::NotUnderstood(format!("{host:?} is no host"))),
    }
}

/// Accepts what another server has proposed.
pub async fn accept(kindred: &Kindred, who: &Actor, host: &str) -> Result<Agreement> {
    site::admins_only(kindred, who).await?;
    let (by, name) = (who.id, who.name.clone());
    answer(
        kindred,
        host,
        by,
        "partner.accept",
        move |ledger, agreement| {
            if agreement.ours || agreement.state != AgreementState::Proposed {
                return Err(Refusal::NoSuchProposal);
            }
            agreement.state = AgreementState::Agreed;
            agreement.accepted_by = Some(name.clone());
            agreement.agreed_at = Some(ledger.now);
            Ok("Accept")
        },
    )
    .await
}

/// Ends an agreement, or declines or takes back a proposal: nothing flows from this moment on, and what was received is erased
/// within a day.
pub async fn end(kindred: &Kindred, who: &Actor, host: &str) -> Result<Agreement> {
    site::admins_only(kindred, who).await?;
    let (by, name) = (who.id, who.name.clone());
    answer(
        kindred,
        host,
        by,
        "partner.end",
        move |ledger, agreement| {
            if agreement.state == AgreementState::Ended {
                return Err(Refusal::NoSuchProposal);
            }
            agreement.state = AgreementState::Ended;
            agreement.ended_by = Some(name.clone());
            agreement.ended_at = Some(ledger.now);
            Ok(if agreement.ours { "Undo" } else { "Reject" })
        },
    )
    .await
}

/// Changes an agreement, and tells the other side in the word that `change` answers.
async fn answer(
    kindred: &Kindred,
    host: &str,
    by: ActorId,
    action: &'static str,
    change: impl Fn(&Ledger<'_>, &mut Agreement) -> Result<&'static str, Refusal> + Send + 'static,
) -> Result<Agreement> {
    let host = host.trim().to_lowercase();
    let us = kindred.service().await?.clone();
    // Ending has to work when the other side cannot be reached: then whatever we know of it will do.
    let them = service_of(kindred, &host).await.ok();
    let name = host.clone();
    let agreement = kindred
        .write(move |ledger| {
            let mut agreement =
                agreements::with(ledger.db, &name)?.ok_or(Refusal::NoSuchProposal)?;
            let word = change(ledger, &mut agreement)?;
            agreements::record(ledger.db, &agreement)?;
            note(ledger, Some(by), action, &agreement)?;
            if let Some(them) = &them {
                let (from, to) = if agreement.ours {
                    (&us, them)
                } else {
                    (them, &us)
                };
                let offer = offer(ledger, from, &agreement, to);
                let uri = announce::fresh(ledger);
                let by = agreement
                    .ended_by
                    .as_ref()
                    .or(agreement.accepted_by.as_ref());
                let body = json!({
                    "@context": offer["@context"], "id": uri, "type": word, "actor": us.uri,
                    "to": [them.uri], "cc": [], "name": ledger.settings.company, "summary": by, "object": offer,
                });
                announce::on_an_errand(
                    ledger,
                    &us,
                    &Errand {
                        uri,
                        kind: word,
                        object: &agreement.uri,
                        body,
                    },
                    them,
                )?;
            }
            follow_up(ledger, &agreement);
            Ok(agreement)
        })
        .await?;
    kindred.keys().servers.invalidate(&host);
    Ok(agreement)
}

/// What follows from the state of an agreement: the directory is read, or what came from there is erased.
fn follow_up(ledger: &mut Ledger<'_>, agreement: &Agreement) {
    let host = agreement.host.clone();
    match agreement.state {
        AgreementState::Agreed => directory::read_soon(ledger, &host),
        AgreementState::Ended => directory::forget_soon(ledger, &host),
        AgreementState::Proposed => {}
    }
}

/// The proposal as both sides see it.
fn offer(ledger: &Ledger<'_>, from: &Actor, agreement: &Agreement, to: &Actor) -> Value {
    json!({
        "@context": announce::context(),
        "id": agreement.uri,
        "type": "Offer",
        "actor": from.uri,
        "to": [to.uri],
        "cc": [],
        "summary": agreement.proposed_by,
        "object": {
            "type": TERMS,
            "name": if agreement.ours { ledger.settings.company.clone() } else { agreement.company.clone() },
            "flows": *agreement.flows,
        },
    })
}

/// Whether an activity of another server's own actor is about agreements.
pub(crate) fn is_about(raw: &Value) -> bool {
    let terms = |object: &Value| object["type"] == TERMS;
    match raw["type"].as_str() {
        Some("Offer") => terms(&raw["object"]),
        Some("Accept" | "Reject" | "Undo") => {
            raw["object"]["type"] == "Offer" && terms(&raw["object"]["object"])
        }
        _ => false,
    }
}

/// What another server says about an agreement. It is judged by what we wrote down, never by what it repeats.
pub(crate) async fn heard(kindred: &Kindred, sender: Actor, raw: Value) -> Result<()> {
    let host = sender.host.clone();
    let word = raw["type"].as_str().unwrap_or_default().to_owned();
    let told = kindred
        .write(move |ledger| match raw["type"].as_str() {
            Some("Offer") => offered(ledger, &sender, &raw),
            Some("Accept") => accepted(ledger, &sender, &raw),
            _ => ended(ledger, &sender, &raw),
        })
        .await;
    kindred.keys().servers.invalidate(&host);
    if let Err(Error::Refused(Refusal::NotYours)) = &told {
        note_odd(kindred, host, "partner.refused", json!({ "said": word })).await?;
    }
    told
}

/// How often one server is written down for what it had no right to say.
const AN_ODD_DAY: Duration = Duration::from_hours(24);

/// A server said what it had no right to say. Admins find it in the record, once a day, however often it is tried.
pub(crate) async fn note_odd(
    kindred: &Kindred,
    host: String,
    act: &'static str,
    detail: Value,
) -> Result<()> {
    kindred
        .write(move |ledger| {
            let last = reports::record_of_subject(ledger.db, &host, &[act], 1)?;
            if last
                .first()
                .is_some_and(|line| line.at > ledger.now - AN_ODD_DAY)
            {
                return Ok(());
            }
            audit::note(ledger, None, None, act, &host, detail)
        })
        .await
}

fn offered(ledger: &mut Ledger<'_>, sender: &Actor, raw: &Value) -> Result<()> {
    let Some(uri) = raw["id"].as_str() else {
        return Err(Refusal::NotUnderstood("a proposal needs an address".into()).into());
    };
    let flows: Vec<String> = raw["object"]["flows"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|flow| FLOWS.contains(flow))
        .map(str::to_owned)
        .collect();
    let company = words(&raw["object"]["name"]);
    let known = agreements::with(ledger.db, &sender.host)?;
    let agreement = match known {
        Some(known) if known.holds() => return Ok(()),
        // Both proposed: what both want holds, and each side finds it out for itself.
        Some(ours) if ours.ours && ours.state == AgreementState::Proposed => {
            let common = ours
                .flows
                .iter()
                .filter(|flow| flows.contains(flow))
                .cloned()
                .collect();
            Agreement {
                company,
                flows: Json(common),
                state: AgreementState::Agreed,
                accepted_by: words(&raw["summary"]),
                agreed_at: Some(ledger.now),
                ..ours
            }
        }
        _ => Agreement {
            host: sender.host.clone(),
            uri: uri.to_owned(),
            company,
            ours: false,
            flows: Json(flows),
            state: AgreementState::Proposed,
            proposed_by: words(&raw["summary"]).unwrap_or_default(),
            proposed_at: ledger.now,
            accepted_by: None,
            agreed_at: None,
            ended_by: None,
            ended_at: None,
            digest: None,
            synced_at: None,
        },
    };
    agreements::record(ledger.db, &agreement)?;
    note(ledger, None, "partner.asked", &agreement)?;
    follow_up(ledger, &agreement);
    Ok(())
}

fn words(value: &Value) -> Option<String> {
    let words: String = value
        .as_str()?
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect();
    Some(words).filter(|words| !words.is_empty())
}

fn accepted(ledger: &mut Ledger<'_>, sender: &Actor, raw: &Value) -> Result<()> {
    let known = agreements::with(ledger.db, &sender.host)?.filter(|known| {
        known.ours
            && known.state == AgreementState::Proposed
            && raw["object"]["id"] == known.uri.as_str()
    });
    let Some(known) = known else {
        return Err(Refusal::NotYours.into());
    };
    // They may want less than we proposed, never more.
    let wanted = &raw["object"]["object"]["flows"];
    let flows = known
        .flows
        .iter()
        .filter(|flow| {
            wanted
                .as_array()
                .is_some_and(|wanted| wanted.iter().any(|one| one == flow.as_str()))
        })
        .cloned()
        .collect();
    let agreement = Agreement {
        // The offer inside repeats our own name.
        company: words(&raw["name"]).or(known.company.clone()),
        flows: Json(flows),
        state: AgreementState::Agreed,
        accepted_by: words(&raw["summary"]),
        agreed_at: Some(ledger.now),
        ..known
    };
    agreements::record(ledger.db, &agreement)?;
    note(ledger, None, "partner.accepted", &agreement)?;
    follow_up(ledger, &agreement);
    Ok(())
}

fn ended(ledger: &mut Ledger<'_>, sender: &Actor, raw: &Value) -> Result<()> {
    let known = agreements::with(ledger.db, &sender.host)?.filter(|known| {
        known.state != AgreementState::Ended && raw["object"]["id"] == known.uri.as_str()
    });
    let Some(known) = known else {
        return Err(Refusal::NotYours.into());
    };
    let agreement = Agreement {
        state: AgreementState::Ended,
        ended_by: words(&raw["summary"]),
        ended_at: Some(ledger.now),
        ..known
    };
    agreements::record(ledger.db, &agreement)?;
    note(ledger, None, "partner.ended", &agreement)?;
    follow_up(ledger, &agreement);
    Ok(())
}

fn note(
    ledger: &mut Ledger<'_>,
    by: Option<ActorId>,
    action: &str,
    agreement: &Agreement,
) -> Result<()> {
    let detail = json!({ "flows": *agreement.flows, "uri": agreement.uri });
    audit::note(ledger, by, None, action, &agreement.host, detail)
}

/// Whether something flows to this server now.
pub(crate) fn flows_to(db: &mut kindred_storage::Conn, host: &str, what: &str) -> Result<bool> {
    if !instances::by_host(db, host)?.is_some_and(|server| server.is_partner()) {
        return Ok(false);
    }
    Ok(agreements::with(db, host)?.is_some_and(|agreement| agreement.lets_flow(what)))
}

/// The address of our directory.
pub(crate) fn directory_uri(settings: &Settings) -> String {
    format!("{}/directory", links::service(settings))
}
