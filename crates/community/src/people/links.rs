//! Pages that lead back: whoever can write on a page that a profile names is the one whose profile it is.

use kindred_protocol::{Uri, html, network::Get};
use kindred_storage::{
    ActorId, Moment,
    actors::{self, Actor, Field},
};

use super::profile::rewrite;
use crate::{
    Kindred, Ledger, Result, announce,
    jobs::{Job, lane_look},
    servers,
};

/// Leaves behind that the pages which a profile names are visited.
pub(crate) fn visit_later(ledger: &mut Ledger<'_>, face: &Actor) {
    let mut unseen = face
        .fields
        .iter()
        .filter(|field| field.verified_at.is_none());
    if let Some(uri) = unseen.find_map(page) {
        ledger.enqueue(lane_look(uri.host()), &Job::VisitPages { of: face.id });
    }
}

fn page(field: &Field) -> Option<Uri> {
    Uri::parse(&html::only_link(&field.value)?).ok()
}

/// Visits the pages that a profile names, and notes which lead back.
pub(crate) async fn visit(kindred: &Kindred, of: ActorId) -> Result<()> {
    let Some(face) = kindred
        .read(move |db| Ok(actors::find(db, of)?.filter(|face| face.deleted_at.is_none())))
        .await?
    else {
        return Ok(());
    };
    let mut leading = Vec::new();
    for field in face
        .fields
        .iter()
        .filter(|field| field.verified_at.is_none())
    {
        if let Some(uri) = page(field)
            && Box::pin(leads_back(kindred, &uri, &face)).await
        {
            leading.push(field.value.clone());
        }
    }
    if leading.is_empty() {
        return Ok(());
    }
    kindred
        .write(move |ledger| {
            let mut face = ledger.actor(of)?;
            let now = ledger.now;
            mark(&mut face.fields.0, &leading, now);
            let face = rewrite(ledger, face)?;
            announce::looks_different(ledger, &face, None)
        })
        .await
}

fn mark(fields: &mut [Field], leading: &[String], now: Moment) {
    for field in fields {
        if field.verified_at.is_none() && leading.contains(&field.value) {
            field.verified_at = Some(now);
        }
    }
}

async fn leads_back(kindred: &Kindred, uri: &Uri, face: &Actor) -> bool {
    if servers::welcome(kindred, uri.host()).await.is_err() {
        return false;
    }
    let get = Get::new(uri, "text/html, application/xhtml+xml;q=0.9");
    let Ok(answer) = kindred.network().get(get).await else {
        return false;
    };
    let at = format!("{}/@{}", kindred.settings().origin, face.handle);
    let mut addresses = vec![face.uri.as_str(), at.as_str()];
    addresses.extend(face.url.as_deref());
    answer.status == 200 && html::leads_back(&String::from_utf8_lossy(&answer.body), &addresses)
}
