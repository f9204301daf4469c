//! Telling the acts of those who keep order, with a receipt for every server.
//!
//! It is the usual fan-out and the usual delivery with one row more for each server, which nothing else that is said has to pay for.

use std::collections::{BTreeMap, HashSet};

use kindred_storage::{
    ActorId, AuditId, Dialect, ReceiptState, follows,
    receipts::{self, Receipt},
};

use super::{Fate, Why, attempt, form_for, inboxes as inboxes_of, may_hear, visibility_of};
use crate::{
    Error, Kindred, Ledger, Result,
    jobs::{Hearers, Job, Outcome, Parcel, lane_to},
};

/// Turns one act into one delivery per inbox, and opens a receipt per server.
pub(crate) async fn spread(
    kindred: &Kindred,
    act: AuditId,
    parcel: Parcel,
    room: ActorId,
    also: Vec<ActorId>,
) -> Result<()> {
    let federation = kindred.settings().federation;
    kindred
        .write(move |ledger| {
            let visibility = visibility_of(ledger.db, parcel)?;
            let hearers = Hearers {
                followers_of: Some(room),
                // Whom it concerns is told as one of those who follow: a closed group tells nobody outside.
                ..Hearers::default()
            };
            let mut inboxes = inboxes_of(ledger.db, &hearers)?;
            let concerned = follows::inboxes_of(ledger.db, &also)?;
            inboxes.extend(concerned.into_iter().map(|inbox| (inbox, Why::Follower)));
            let mut told: BTreeMap<String, Receipt> = BTreeMap::new();
            let mut seen = HashSet::new();
            for (inbox, why) in inboxes {
                if !may_hear(federation, &inbox, visibility, why)
                    || !seen.insert(inbox.inbox.clone())
                {
                    continue;
                }
                let dialect = inbox.dialect.unwrap_or(Dialect::Microblog);
                let (state, words) = if inbox.asleep_since.is_some() {
                    (ReceiptState::GaveUp, Some(SILENT))
                } else if inbox.nodeinfo_at.is_some() && form_for(parcel, dialect).is_none() {
                    (ReceiptState::Unspeakable, None)
                } else {
                    (ReceiptState::Waiting, None)
                };
                if state == ReceiptState::Waiting {
                    let job = Job::DeliverAct {
                        act,
                        parcel,
                        inbox: inbox.inbox,
                    };
                    ledger.enqueue(lane_to(&inbox.host), &job);
                }
                told.entry(inbox.host.clone()).or_insert_with(|| Receipt {
                    line_id: act,
                    host: inbox.host,
                    state,
                    why: words.map(str::to_owned),
                    changed_at: ledger.now,
                });
            }
            let told: Vec<Receipt> = told.into_values().collect();
            Ok(receipts::open(ledger.db, &told)?)
        })
        .await
}

/// What is said of a server that has not answered for days.
const SILENT: &str = "it has not answered for days";

/// Carries one act to one inbox, and settles the receipt of its server.
pub(crate) async fn deliver(
    kindred: &Kindred,
    act: AuditId,
    parcel: Parcel,
    inbox: &str,
) -> Outcome {
    let fate = match attempt(kindred, parcel, inbox).await {
        Ok(fate) => fate,
        Err(Error::Refused(refusal)) => Fate::refused(refusal.to_string()),
        Err(error) => return Outcome::Failed(error.to_string()),
    };
    let Some((state, why)) = fate.receipt else {
        return fate.outcome;
    };
    let Ok(address) = kindred_protocol::Uri::parse(inbox) else {
        return fate.outcome;
    };
    let host = address.host().to_owned();
    let settled = kindred
        .write(move |ledger| {
            receipts::settle(ledger.db, act, &host, state, why.as_deref(), ledger.now)
                .map_err(Error::from)
        })
        .await;
    match settled {
        Ok(()) => fate.outcome,
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

/// Nothing more is tried with a job: if it carried an act, its receipt says so.
pub(crate) fn given_up(ledger: &mut Ledger<'_>, job: &Job, why: &str) -> Result<()> {
    if let Job::DeliverAct { act, inbox, .. } = job
        && let Ok(address) = kindred_protocol::Uri::parse(inbox)
    {
        let state = ReceiptState::GaveUp;
        receipts::settle(
            ledger.db,
            *act,
            address.host(),
            state,
            Some(why),
            ledger.now,
        )?;
    }
    Ok(())
}

/// Nothing more is said to a server.
pub(crate) fn given_up_on(ledger: &mut Ledger<'_>, host: &str) -> Result<()> {
    receipts::give_up_on(ledger.db, host, SILENT, ledger.now)?;
    Ok(())
}
