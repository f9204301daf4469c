//! What is said about quotes: the question whether one may, the answers, and the permission taken back (FEP-044f).

use kindred_protocol::write;
use kindred_storage::{Visibility, actors::Actor};
use serde_json::{Value, json};

use super::{Saying, fresh, personal, personally, say, send_to};
use crate::{Ledger, Result, jobs::Parcel, speech::Spoken};

/// Somebody of ours asks an author elsewhere whether a post may quote theirs. The post is shown with the question, since it may be for
/// few people only.
pub(crate) fn asked_to_quote(
    ledger: &mut Ledger<'_>,
    spoken: &Spoken<'_>,
    author: &Actor,
    uri: &str,
) -> Result<()> {
    let quoted = spoken.post.quote_uri.clone().unwrap_or_default();
    let note = spoken.note(ledger.settings);
    let body = write::quote_request(
        &personal(uri.to_owned(), spoken.author, author),
        &quoted,
        &note,
    );
    let saying = Saying {
        uri,
        kind: "QuoteRequest",
        actor: spoken.author.id,
        object: &quoted,
        group: None,
        visibility: Visibility::Direct,
    };
    let activity = say(ledger, &saying, &body)?;
    send_to(ledger, Parcel::alike(spoken.author.id, activity), author);
    Ok(())
}

/// A question from elsewhere whether a post may quote another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    /// Its address.
    pub id: &'a str,
    /// What is to be quoted.
    pub object: &'a str,
    /// What would quote it.
    pub instrument: &'a str,
}

impl Question<'_> {
    fn to_value(self, asker: &Actor) -> Value {
        json!({
            "id": self.id, "type": "QuoteRequest", "actor": asker.uri,
            "object": self.object, "instrument": self.instrument
        })
    }
}

/// An author of ours says yes, with the stamp that proves it.
pub(crate) fn quote_allowed(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    asker: &Actor,
    question: &Question<'_>,
    stamp: &str,
) -> Result<()> {
    let uri = fresh(ledger);
    let card = personal(uri.clone(), author, asker);
    let body = write::accept_with(&card, &question.to_value(asker), stamp);
    personally(ledger, author, asker, &uri, "Accept", &body)
}

/// An author of ours says no.
pub(crate) fn quote_refused(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    asker: &Actor,
    question: &Question<'_>,
) -> Result<()> {
    let uri = fresh(ledger);
    let card = personal(uri.clone(), author, asker);
    let body = write::reject(&card, &question.to_value(asker));
    personally(ledger, author, asker, &uri, "Reject", &body)
}

/// An author of ours takes a yes back: the stamp is gone.
pub(crate) fn quote_revoked(
    ledger: &mut Ledger<'_>,
    author: &Actor,
    quoting: &Actor,
    stamp: &str,
) -> Result<()> {
    let uri = fresh(ledger);
    let body = write::delete(&personal(uri.clone(), author, quoting), stamp, None);
    personally(ledger, author, quoting, &uri, "Delete", &body)
}
