//! Closed groups elsewhere, and whose people may read there what ours write in them.
//!
//! Only the home of a group knows all its members. When a server asks for a post that one of ours wrote in a closed group elsewhere,
//! its home is asked whether that server has members, as Lemmy asks it too: `GET followers?is_follower=ACTOR`.

use kindred_protocol::Uri;
use kindred_storage::{ActorId, PostId, Visibility, actors, posts};

use crate::{Error, Kindred, Result, remote};

/// Whether the home of the group in which a post of ours stands says that this server has members there. The answer is kept for
/// seconds.
pub(crate) async fn vouched_for(kindred: &Kindred, host: &str, post: PostId) -> Result<bool> {
    let group = kindred
        .read(move |db| {
            let post = posts::find(db, post)?
                .filter(|post| post.is_standing() && post.visibility == Visibility::Members);
            match post.and_then(|post| post.group_id) {
                Some(group) => Ok(actors::find(db, group)?.filter(|group| !group.host.is_empty())),
                None => Ok(None),
            }
        })
        .await?;
    let (Some(group), Some(asker)) = (group, kindred.keys().readers.get(host)) else {
        return Ok(false);
    };
    let Some(followers) = &group.followers_uri else {
        return Ok(false);
    };
    let key: (ActorId, String) = (group.id, host.to_owned());
    if let Some(known) = kindred.keys().vouched.get(&key) {
        return Ok(known);
    }
    let asker: String = url::form_urlencoded::byte_serialize(asker.as_bytes()).collect();
    let question =
        Uri::parse(&format!("{followers}?is_follower={asker}")).map_err(Error::Protocol)?;
    let vouched = Box::pin(remote::says_yes(kindred, &question)).await?;
    kindred.keys().vouched.insert(key, vouched);
    Ok(vouched)
}
