//! What the house tells everybody, at the moment it does.
//!
//! It is written once for all who look, not for each of them: to all of them it is new.

use std::sync::Arc;

use kindred_community::{
    AnnouncementId, Kindred, Result,
    announcements::{self, Announced},
};
use serde_json::json;

use super::{
    hub::written,
    seats::{Streams, Watchers},
};
use crate::mastodon::{
    entities::{Announcement, Reaction},
    lens,
};

/// Shows everybody who looks at their home what the house tells, as nobody in particular sees it: it is new to all of them.
pub(super) async fn tell_of_announcement(
    kindred: &Kindred,
    streams: &Streams,
    watchers: &Watchers,
    id: AnnouncementId,
) -> Result<()> {
    let Some(told) = told_to_all(kindred, watchers, id).await? else {
        return Ok(());
    };
    let words = written(&Announcement::of(&lens(kindred, None), &told));
    for who in watchers.keys() {
        streams.tell_at_home(*who, "announcement", Some(&words));
    }
    Ok(())
}

/// Shows everybody who looks at their home how many people say this to an announcement now.
pub(super) async fn tell_of_reaction(
    kindred: &Kindred,
    streams: &Streams,
    watchers: &Watchers,
    id: AnnouncementId,
    name: &str,
) -> Result<()> {
    let Some(told) = told_to_all(kindred, watchers, id).await? else {
        return Ok(());
    };
    let mut words = told
        .reactions
        .iter()
        .find(|said| said.name == name)
        .map_or_else(
            || json!({ "name": name, "count": 0 }),
            |said| json!(Reaction::of(&lens(kindred, None), said)),
        );
    words["announcement_id"] = json!(id.to_string());
    if let Some(words) = words.as_object_mut() {
        words.remove("me");
    }
    let words: Arc<str> = words.to_string().into();
    for who in watchers.keys() {
        streams.tell_at_home(*who, "announcement.reaction", Some(&words));
    }
    Ok(())
}

/// An announcement as nobody in particular sees it; nothing when it is gone, or when nobody looks.
async fn told_to_all(
    kindred: &Kindred,
    watchers: &Watchers,
    id: AnnouncementId,
) -> Result<Option<Announced>> {
    let Some((me, _)) = watchers.values().next() else {
        return Ok(None);
    };
    match announcements::one(kindred, &me.actor, id).await {
        Ok(mut told) => {
            told.read = false;
            for said in &mut told.reactions {
                said.me = false;
            }
            Ok(Some(told))
        }
        Err(error) if error.refusal().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}
