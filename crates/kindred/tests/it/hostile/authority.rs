//! Letters that are signed well by somebody who has no right to say what they say.

use kindred_storage::{FollowState, follows};
use serde_json::{Value, json};

use super::{Stage, stage};
use crate::support::{PUBLIC, Somebody, on_both};

/// A second person on Bo's server, whom we know already.
async fn carl(stage: &Stage) -> Somebody {
    let carl = stage.far.person("carl");
    // Something without any effect, so that his key is here and the instance known.
    let nothing = carl.activity("Like", json!(stage.far.uri("/nothing")));
    carl.tells(&stage.ours, &nothing).await;
    carl
}

#[tokio::test]
async fn nobody_speaks_for_somebody_else() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let carl = carl(&stage).await;
        fediverse.settle().await;
        let (group, bo) = (stage.group(), &stage.bo);
        let note = carl.note("Words", &[&group]);
        let put = |mut value: Value, field: &str, with: Value| {
            value[field] = with;
            value
        };
        let create_of = |note: Value| carl.create(&note);
        let cases = [
            ("a foreign actor", bo.create(&bo.note("Mine", &[&group]))),
            (
                "two actors",
                put(carl.create(&note), "actor", json!([carl.uri, bo.uri])),
            ),
            ("no actor", put(carl.create(&note), "actor", json!(null))),
            (
                "our group as actor",
                put(carl.create(&note), "actor", json!(group)),
            ),
            (
                "another's words",
                create_of(put(note.clone(), "attributedTo", json!(bo.uri))),
            ),
            (
                "an object of another host",
                create_of(put(
                    note.clone(),
                    "id",
                    json!("http://near.example/notes/1"),
                )),
            ),
            (
                "an object of ours",
                create_of(put(note.clone(), "id", json!("http://kindred.example/o/1"))),
            ),
            (
                "an activity of ours",
                put(
                    carl.create(&note),
                    "id",
                    json!("http://kindred.example/a/1"),
                ),
            ),
            (
                "an activity of another host",
                put(carl.create(&note), "id", json!("http://near.example/a/1")),
            ),
            (
                "an announcement in the group's name",
                put(
                    carl.activity("Announce", json!(stage.note["id"])),
                    "actor",
                    json!(group),
                ),
            ),
        ];
        for (what, letter) in cases {
            let request = carl.letter(&stage.ours, &letter);
            stage
                .is_refused(fediverse, what, request, &[400, 401, 403])
                .await;
        }
        for two in [json!([bo.uri, carl.uri]), json!([carl.uri, bo.uri])] {
            let by_two = create_of(put(note.clone(), "attributedTo", two));
            stage
                .has_no_effect(fediverse, "words of two", &carl, &by_two)
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_stored_owner_decides_not_the_letter() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let carl = carl(&stage).await;
        fediverse.settle().await;
        let (group, bo) = (stage.group(), &stage.bo);
        let mut stolen = stage.note.clone();
        stolen["content"] = json!("Stolen");
        let mut taken_over = stolen.clone();
        taken_over["attributedTo"] = json!(carl.uri);
        let follow = json!({ "id": format!("{}/activities/0", bo.uri), "type": "Follow", "actor": bo.uri, "object": group });
        let mut not_his = follow.clone();
        not_his["actor"] = json!(carl.uri);
        let featured = json!(format!("{group}/featured"));
        let moderators = json!(format!("{group}/moderators"));
        let with = |mut letter: Value, field: &str, value: &Value| {
            letter[field] = value.clone();
            letter
        };
        let cases = [
            ("an edit of another's post", carl.activity("Update", stolen)),
            ("an edit that takes a post over", carl.activity("Update", taken_over)),
            ("an edit of our post", carl.activity("Update", json!({ "id": stage.post["uri"], "type": "Note", "attributedTo": carl.uri, "content": "Stolen", "to": [PUBLIC] }))),
            ("a deletion of another's post", carl.activity("Delete", stage.note["id"].clone())),
            ("a deletion of our post", carl.activity("Delete", stage.post["uri"].clone())),
            ("a deletion of another person", carl.activity("Delete", json!(bo.uri))),
            ("a deletion of our group", carl.activity("Delete", json!(group))),
            ("an undone follow of another, whole", carl.activity("Undo", follow.clone())),
            ("an undone follow of another, by its id", carl.activity("Undo", follow["id"].clone())),
            ("an undone follow of another, under his own name", carl.activity("Undo", not_his)),
            ("an accept that nobody asked for", carl.activity("Accept", follow.clone())),
            ("a reject in another's name", carl.activity("Reject", follow.clone())),
            ("a pin by a stranger", with(carl.activity("Add", stage.note["id"].clone()), "target", &featured)),
            ("a moderator made by himself", with(carl.activity("Add", json!(carl.uri)), "target", &moderators)),
            ("a moderator unmade", with(carl.activity("Remove", json!(stage.ours.person("nadia").actor.uri)), "target", &moderators)),
            ("a ban by a stranger", with(carl.activity("Block", json!(bo.uri)), "target", &json!(group))),
            ("a lock by a stranger", carl.activity("Lock", stage.note["id"].clone())),
            ("a new face for the group", carl.activity("Update", json!({ "id": group, "type": "Group", "name": "Mine", "inbox": format!("{}/inbox", carl.uri) }))),
            ("a move of another", with(carl.activity("Move", json!(bo.uri)), "target", &json!(carl.uri))),
            ("a boost of what is not here", carl.activity("Announce", json!("http://kindred.example/o/1"))),
        ];
        for (what, letter) in cases {
            stage.has_no_effect(fediverse, what, &carl, &letter).await;
        }
        let theirs = stage.ours.actor_at(&bo.uri).await.expect("Bo");
        assert!(theirs.deleted_at.is_none() && theirs.moved_to.is_none());
    })
    .await;
}

#[tokio::test]
async fn a_yes_counts_only_from_whom_was_asked() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let evil = fediverse.peer("evil.example", "mastodon");
        let mallory = evil.person("mallory");
        let nadia = stage.ours.person("nadia");
        nadia.follows("@bo@far.example").await;
        fediverse.settle().await;
        let question = stage.far.new_letters().pop().expect("a question");
        assert_eq!(question["type"], "Follow");
        let answered = async || {
            let (id, uri) = (nadia.actor.id, stage.bo.uri.clone());
            let asked = stage
                .ours
                .asks(move |db| {
                    let bo = kindred_storage::actors::by_uri(db, &uri)?.expect("Bo");
                    Ok(follows::find(db, id, bo.id)?)
                })
                .await;
            asked.map(|follow| follow.state)
        };

        let mut inverted = question.clone();
        inverted["object"] = json!(mallory.uri);
        for answer in [question.clone(), question["id"].clone(), inverted] {
            for kind in ["Accept", "Reject"] {
                mallory
                    .sends(&stage.ours, &mallory.activity(kind, answer.clone()))
                    .await;
            }
        }
        fediverse.settle().await;
        assert_eq!(answered().await, Some(FollowState::Pending));

        stage
            .bo
            .tells(&stage.ours, &stage.bo.activity("Accept", question))
            .await;
        fediverse.settle().await;
        assert_eq!(answered().await, Some(FollowState::Accepted));
    })
    .await;
}

#[tokio::test]
async fn what_is_not_public_is_passed_on_by_nobody() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let carl = carl(&stage).await;
        let nadia = stage.ours.person("nadia");
        let secret = nadia
            .publishes(json!({ "status": "@bo@far.example a secret", "visibility": "direct" }))
            .await;
        fediverse.settle().await;
        stage.far.new_letters();

        // Bo's server was told the secret, so who of its people likes it is its own affair; nobody may pass it on.
        for by in [&carl, &stage.bo] {
            let mut letter = by.activity("Announce", secret["uri"].clone());
            letter["to"] = json!([PUBLIC]);
            stage
                .has_no_effect(fediverse, "a secret passed on", by, &letter)
                .await;
        }
        let seen = nadia
            .post_at(secret["uri"].as_str().unwrap())
            .await
            .unwrap();
        assert_eq!(seen["reblogs_count"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_post_that_was_deleted_does_not_come_back() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let id = stage.note["id"].as_str().unwrap();
        stage
            .bo
            .tells(&stage.ours, &stage.bo.activity("Delete", json!(id)))
            .await;
        let early = stage.bo.note("Deleted before it came", &[&stage.group()]);
        stage
            .bo
            .tells(
                &stage.ours,
                &stage.bo.activity("Delete", early["id"].clone()),
            )
            .await;
        fediverse.settle().await;
        stage.far.new_letters();

        for note in [&stage.note, &early] {
            stage
                .has_no_effect(
                    fediverse,
                    "a deleted post",
                    &stage.bo,
                    &stage.bo.create(note),
                )
                .await;
        }
        let shown = stage.ours.group("rust").statuses().await;
        assert_eq!(shown.len(), 1, "only what Nadia wrote: {shown:?}");
    })
    .await;
}

#[tokio::test]
async fn whoever_knows_an_address_early_cannot_bar_it() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let carl = carl(&stage).await;
        let note = stage.bo.note("Not yet sent", &[&stage.group()]);
        let id = note["id"].as_str().unwrap();
        let create = stage.bo.create(&note);
        // He takes the address of the post, and that of the letter that is to bring it.
        carl.tells(&stage.ours, &carl.activity("Delete", json!(id)))
            .await;
        let mut squatter = carl.activity("Like", json!("http://far.example/nothing"));
        squatter["id"] = create["id"].clone();
        carl.sends(&stage.ours, &squatter).await;
        fediverse.settle().await;

        stage.bo.tells(&stage.ours, &create).await;
        fediverse.settle().await;

        assert!(stage.ours.post_at(id).await.is_some());
    })
    .await;
}

#[tokio::test]
async fn an_announcement_brings_only_what_the_authors_server_shows() {
    on_both(async |fediverse| {
        let stage = stage(fediverse).await;
        let near = fediverse.peer("near.example", "lemmy");
        let evil = fediverse.peer("evil.example", "lemmy");
        let (room, eve) = (evil.actor("Group", "room"), near.person("eve"));
        let nadia = stage.ours.person("nadia");
        nadia.follows("@room@evil.example").await;
        fediverse.settle().await;
        let question = evil.new_letters().pop().expect("a question");
        room.tells(&stage.ours, &room.activity("Accept", question))
            .await;
        fediverse.settle().await;

        let mut real = eve.note("What Eve wrote", &[]);
        real["id"] = json!(near.uri("/notes/real"));
        near.publish("/notes/real", &real);
        let mut forged = real.clone();
        forged["content"] = json!("What Eve never wrote");
        let invented = eve.note("Invented", &[]);
        room.tells(&stage.ours, &room.activity("Announce", eve.create(&forged)))
            .await;
        room.tells(
            &stage.ours,
            &room.activity("Announce", eve.create(&invented)),
        )
        .await;
        let mut like = eve.activity("Like", stage.post["uri"].clone());
        like["id"] = json!(near.uri("/likes/1"));
        room.tells(&stage.ours, &room.activity("Announce", like))
            .await;
        let gone = eve.activity("Delete", stage.post["uri"].clone());
        room.tells(&stage.ours, &room.activity("Announce", gone))
            .await;
        fediverse.settle().await;

        let home = nadia.home().await.join("\n");
        assert!(home.contains("What Eve wrote"), "{home}");
        assert!(
            !home.contains("never") && !home.contains("Invented"),
            "{home}"
        );
        let mine = nadia
            .post_at(stage.post["uri"].as_str().unwrap())
            .await
            .expect("her post");
        assert_eq!(mine["favourites_count"], 0);
    })
    .await;
}
