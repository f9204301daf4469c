//! Who hears of somebody, and of whom they hear. Nothing is changed here.

use kindred_storage::{ActorId, Conn, Visibility, actors::Actor, follows, groups};

use crate::{
    Kindred, Result, people, sections, sight,
    timelines::people_shown,
    views::{Page, Section, Viewer},
};

/// Those who hear of somebody, the latest first; of a group, its members. Strangers are told numbers, not names; those here nothing of
/// whoever keeps that to themself; outsiders nothing of a group that is not for everybody.
pub async fn followers(
    kindred: &Kindred,
    viewer: &Viewer,
    of: ActorId,
    page: Page,
) -> Result<Section<Actor>> {
    around(kindred, viewer, of, page, move |db, page| {
        let found = follows::followers(db, of, page)?;
        Ok(found
            .into_iter()
            .map(|(follow, actor)| (follow.id.0, actor))
            .collect())
    })
    .await
}

/// Those of whom somebody hears, the latest first.
pub async fn followed(
    kindred: &Kindred,
    viewer: &Viewer,
    of: ActorId,
    page: Page,
) -> Result<Section<Actor>> {
    around(kindred, viewer, of, page, move |db, page| {
        let found = follows::following(db, of, page)?;
        Ok(found
            .into_iter()
            .map(|(follow, actor)| (follow.id.0, actor))
            .collect())
    })
    .await
}

async fn around(
    kindred: &Kindred,
    viewer: &Viewer,
    of: ActorId,
    page: Page,
    load: impl Fn(&mut Conn, &Page) -> Result<Vec<(i64, Actor)>> + Send + 'static,
) -> Result<Section<Actor>> {
    let face = people::profile(kindred, viewer, of).await?;
    let (viewer, now) = (viewer.clone(), kindred.now());
    kindred
        .read(move |db| {
            let Some(who) = viewer
                .actor()
                .filter(|who| *who == face.id || !face.hide_collections)
            else {
                return Ok(Section::default());
            };
            if let Some((group, _)) = groups::find(db, of)?
                && group.visibility != Visibility::Public
                && !sight::is_member(db, of, who)?
            {
                return Ok(Section::default());
            }
            let found = sections::section(
                db,
                page,
                |(cursor, _)| *cursor,
                &load,
                |db, rows| {
                    let mut seen = Vec::with_capacity(rows.len());
                    for (cursor, actor) in rows {
                        if sight::of_actor(db, &viewer, &actor)? {
                            seen.push((cursor, actor));
                        }
                    }
                    Ok(seen)
                },
            )?;
            people_shown(db, &viewer, now, found)
        })
        .await
}
