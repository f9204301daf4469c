//! Cards follow their topics: one that was renamed, merged or forbidden is so on the pages of people and groups, and at partners.

use kindred_storage::{
    ActorId, ActorKind, Json, TopicId,
    actors::{self, ActorPatch},
    topics as store,
};

use crate::{Kindred, Ledger, Result, announce, directory, jobs::Job, passions};

/// How many cards are redrawn in one unit of work.
const AT_ONCE: i64 = 200;

/// The lane of everything that follows from what was done with a topic.
pub(super) fn lane(topic: TopicId) -> String {
    format!("topic:{}", topic.0)
}

/// Redraws some cards, and goes on with the next in a job of its own.
pub(crate) async fn redraw(kindred: &Kindred, topic: TopicId, after: ActorId) -> Result<()> {
    kindred
        .write(move |ledger| {
            let some = store::tied_to(ledger.db, topic, after, AT_ONCE)?;
            for who in &some {
                match actors::find(ledger.db, *who)?.map(|actor| actor.kind) {
                    Some(ActorKind::Group) => redraw_group(ledger, *who)?,
                    Some(_) => {
                        passions::redraw_card(ledger, *who)?;
                        let told = directory::was_told_of(ledger.db, *who)?;
                        directory::tell_of_person(ledger, *who, told)?;
                    }
                    None => {}
                }
            }
            let full = i64::try_from(some.len()) == Ok(AT_ONCE);
            if let Some(after) = some.last().copied().filter(|_| full) {
                ledger.enqueue(lane(topic), &Job::RedrawCards { topic, after });
            }
            Ok(())
        })
        .await
}

fn redraw_group(ledger: &mut Ledger<'_>, group: ActorId) -> Result<()> {
    let about: Vec<String> = store::of_groups(ledger.db, &[group])?
        .into_iter()
        .map(|(_, topic)| topic.name)
        .collect();
    let face = ledger.actor(group)?;
    if *face.topics == about || face.deleted_at.is_some() || !face.is_local() {
        return Ok(());
    }
    let patch = ActorPatch {
        topics: Some(Json(about)),
        updated_at: Some(ledger.now),
        ..ActorPatch::default()
    };
    actors::update(ledger.db, group, &patch)?;
    let face = ledger.actor(group)?;
    announce::looks_different(ledger, &face, None)?;
    directory::tell_of_group(ledger, group)
}
