//! Asking at doors elsewhere, in the words that each server knows, and asking again where no answer comes.

use std::time::Duration;

use kindred_storage::{
    ActorId, ActorKind, Dialect, FollowState,
    actors::{self, Actor},
    follows::{self, Follow},
};

use crate::{
    Error, Kindred, Ledger, Result, announce,
    jobs::{Job, lane_look},
    links, servers,
};

/// With which words one comes into a group and leaves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// Following is everything.
    Follow,
    /// Following is hearing; belonging is asked for by `Join`, as Mobilizon does.
    FollowAndJoin,
}

/// The words that the server of an actor knows. One that does not tell its software knows the usual ones.
pub(crate) async fn wording_of(kindred: &Kindred, target: ActorId) -> Result<Wording> {
    let target = kindred
        .read(move |db| Ok(actors::find(db, target)?))
        .await?
        .filter(|target| target.kind == ActorKind::Group && !target.host.is_empty());
    let Some(target) = target else {
        return Ok(Wording::Follow);
    };
    match servers::dialect(kindred, &target.host).await {
        Ok(Dialect::Mobilizon) => Ok(Wording::FollowAndJoin),
        Ok(_) | Err(Error::Refused(_) | Error::Unreachable { .. } | Error::Protocol(_)) => {
            Ok(Wording::Follow)
        }
        Err(error) => Err(error),
    }
}

/// Asks somebody elsewhere. A group that does not answer is asked once more: Lemmy never sends what it owes to a server that it has
/// just met.
pub(super) fn ask_there(
    ledger: &mut Ledger<'_>,
    who: &Actor,
    target: &Actor,
    follow: &str,
    wording: Wording,
    words: Option<&str>,
) -> Result<()> {
    announce::asked(ledger, who, target, follow, words)?;
    if wording == Wording::FollowAndJoin {
        announce::asked_to_join(ledger, who, target, follow, words)?;
    }
    if target.kind == ActorKind::Group {
        let job = Job::AskAgain {
            follow: follow.to_owned(),
        };
        let later = ledger.now + PATIENCE;
        ledger.enqueue_later(lane_look(&target.host), &job, later);
    }
    Ok(())
}

/// How long we wait for a group's answer before we ask again.
const PATIENCE: Duration = Duration::from_mins(2);

/// Asks again where no answer came. It is a new question, for whoever remembers the first one's address would not read it twice.
pub(crate) async fn ask_again(kindred: &Kindred, follow: &str) -> Result<()> {
    let follow = follow.to_owned();
    kindred
        .write(move |ledger| {
            let Some(waiting) = follows::by_uri(ledger.db, &follow)?
                .filter(|follow| follow.state == FollowState::Pending)
            else {
                return Ok(());
            };
            let (who, target) = (
                ledger.actor(waiting.follower_id)?,
                ledger.actor(waiting.target_id)?,
            );
            let uri = links::activity(ledger.settings, ledger.next_activity());
            announce::asked(ledger, &who, &target, &uri, None)?;
            follows::record(ledger.db, &Follow { uri, ..waiting })?;
            Ok(())
        })
        .await
}
