//! What other makes of servers are told, how often, and in which dialect.

use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Peer, Somebody, must_be_signed_by_its_actor, on_both};

struct Stage {
    ours: Instance,
    far: Peer,
    people: Vec<Somebody>,
}

/// A group with two followers on a server of this make.
async fn followed_from(fediverse: &Fediverse, software: &str) -> Stage {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_group("rust")
        .start()
        .await;
    let far = fediverse.peer("far.example", software);
    let people = vec![far.person("bo"), far.person("li")];
    for person in &people {
        let follow = person.activity("Follow", json!(ours.group("rust").actor.uri));
        person.tells(&ours, &follow).await;
    }
    fediverse.settle().await;
    Stage { ours, far, people }
}

/// `Announce of Create`, `Announce of an id`, `Delete of an id`: what a letter is, in short.
fn gist(letter: &Value) -> String {
    let object = letter["object"]["type"].as_str().unwrap_or("an id");
    format!("{} of {object}", letter["type"].as_str().unwrap_or("?"))
}

fn gists(letters: &[Value]) -> Vec<String> {
    letters.iter().map(gist).collect()
}

#[tokio::test]
async fn a_follow_is_answered_with_itself_inside() {
    on_both(async |fediverse| {
        let stage = followed_from(fediverse, "lemmy").await;
        let letters = stage.far.letters();
        assert_eq!(gists(&letters), ["Accept of Follow", "Accept of Follow"]);
        let answers = letters[0]["object"].clone();
        assert_eq!(answers["actor"], json!(stage.people[0].uri));
        assert_eq!(
            letters[0]["actor"],
            json!(stage.ours.group("rust").actor.uri)
        );
    })
    .await;
}

#[tokio::test]
async fn a_microblog_is_told_the_id_of_a_post_once_for_all_its_people() {
    for software in ["mastodon", "gotosocial", "nobody-knows-this"] {
        on_both(async |fediverse| {
            let Stage { ours, far, .. } = followed_from(fediverse, software).await;
            let nadia = ours.person("nadia");
            far.new_letters();

            let post = nadia.says("@rust Hello").await;
            fediverse.settle().await;
            let letters = far.new_letters();
            assert_eq!(gists(&letters), ["Announce of an id"]);
            assert_eq!(letters[0]["object"], post["uri"]);
            let boost = letters[0]["id"].clone();

            nadia
                .answers(post["uri"].as_str().unwrap(), "A thought")
                .await;
            nadia
                .reacts(post["uri"].as_str().unwrap(), "favourite")
                .await;
            fediverse.settle().await;
            assert_eq!(
                gists(&far.new_letters()),
                [""; 0],
                "answers and likes would flood homes"
            );

            nadia.edits(&post, "@rust Hello all").await;
            fediverse.settle().await;
            let letters = far.new_letters();
            assert_eq!(gists(&letters), ["Update of Note"]);
            assert_eq!(
                letters[0]["actor"],
                json!(nadia.actor.uri),
                "only its author is believed"
            );

            nadia.deletes(&post).await;
            fediverse.settle().await;
            let letters = far.new_letters();
            let mut told = gists(&letters);
            told.sort();
            assert_eq!(told, ["Delete of an id", "Undo of Announce"]);
            let undo = letters
                .iter()
                .find(|letter| letter["type"] == "Undo")
                .unwrap();
            assert_eq!(undo["object"]["id"], boost);
        })
        .await;
    }
}

#[tokio::test]
async fn the_threadiverse_is_told_whole_activities_once_for_all_its_people() {
    for software in ["lemmy", "kindred", "piefed"] {
        on_both(async |fediverse| {
            let Stage { ours, far, .. } = followed_from(fediverse, software).await;
            let nadia = ours.person("nadia");
            far.new_letters();
            let told = async || {
                fediverse.settle().await;
                gists(&far.new_letters())
            };

            let post = nadia.says("@rust Hello").await;
            let uri = post["uri"].as_str().unwrap();
            assert_eq!(told().await, ["Announce of Create"]);
            nadia.answers(uri, "A thought").await;
            assert_eq!(told().await, ["Announce of Create"]);
            nadia.reacts(uri, "favourite").await;
            assert_eq!(told().await, ["Announce of Like"]);
            nadia.reacts(uri, "unfavourite").await;
            assert_eq!(told().await, ["Announce of Undo"]);
            nadia.edits(&post, "@rust Hello all").await;
            assert_eq!(told().await, ["Announce of Update"]);
            nadia.deletes(&post).await;
            assert_eq!(told().await, ["Announce of Delete"]);
        })
        .await;
    }
}

#[tokio::test]
async fn what_a_member_elsewhere_said_is_passed_on_unchanged() {
    on_both(async |fediverse| {
        let Stage { ours, far, people } = followed_from(fediverse, "lemmy").await;
        let near = fediverse.peer("near.example", "mastodon");
        let eve = near.person("eve");
        far.new_letters();

        let mut note = eve.note("A question", &[&ours.group("rust").actor.uri]);
        note["https://far.example/ns#unknown"] = json!({ "kept": true });
        let create = eve.create(&note);
        eve.tells(&ours, &create).await;
        fediverse.settle().await;

        let letters = far.new_letters();
        assert_eq!(gists(&letters), ["Announce of Create"]);
        assert_eq!(letters[0]["actor"], json!(ours.group("rust").actor.uri));
        assert_eq!(letters[0]["object"]["id"], create["id"]);
        assert_eq!(letters[0]["object"]["object"], note);
        assert_eq!(ours.group("rust").statuses().await.len(), 1);
        assert_eq!(
            near.letters(),
            [json!(null); 0],
            "its author does not follow"
        );
        assert_eq!(people.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn an_answer_without_the_name_of_the_group_belongs_to_its_thread() {
    on_both(async |fediverse| {
        let Stage { ours, far, people } = followed_from(fediverse, "mastodon").await;
        let near = fediverse.peer("near.example", "lemmy");
        let eve = near.person("eve");
        let follow = eve.activity("Follow", json!(ours.group("rust").actor.uri));
        eve.tells(&ours, &follow).await;
        let post = ours.person("nadia").says("@rust Who?").await;
        fediverse.settle().await;
        far.new_letters();
        near.new_letters();

        let mut note = people[0].note("Me", &[]);
        note["inReplyTo"] = post["uri"].clone();
        people[0].tells(&ours, &people[0].create(&note)).await;
        fediverse.settle().await;

        assert_eq!(gists(&near.new_letters()), ["Announce of Create"]);
        assert_eq!(gists(&far.new_letters()), [""; 0]);
        let nadia = ours.person("nadia");
        assert_eq!(
            nadia.thread_below(post["uri"].as_str().unwrap()).await,
            ["Me"]
        );
    })
    .await;
}

#[tokio::test]
async fn every_letter_is_signed_by_the_actor_that_it_names() {
    on_both(async |fediverse| {
        let Stage { ours, far, people } = followed_from(fediverse, "mastodon").await;
        let nadia = ours.person("nadia");
        let post = nadia.says("@rust Hello").await;
        nadia.edits(&post, "@rust Hello again").await;
        fediverse.settle().await;
        nadia.deletes(&post).await;
        fediverse.settle().await;

        let letters: Vec<_> = far
            .got()
            .into_iter()
            .filter(|got| got.method == "POST")
            .collect();
        assert_eq!(letters.len(), 6);
        for letter in letters {
            let signer = letter.json()["actor"].as_str().unwrap().to_owned();
            let actor = ours.actor_at(&signer).await.expect("somebody here");
            must_be_signed_by_its_actor(&letter, &far.host, fediverse.now(), &actor.public_key_pem);
        }
        assert_eq!(people.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_away_for_a_while_misses_nothing_and_gets_nothing_twice() {
    on_both(async |fediverse| {
        let Stage { ours, far, .. } = followed_from(fediverse, "lemmy").await;
        far.new_letters();
        far.answer_with("/inbox", 503);
        ours.person("nadia").says("@rust One").await;
        ours.person("nadia").says("@rust Two").await;
        fediverse.settle().await;
        assert_eq!(
            far.new_letters().len(),
            1,
            "the first failure makes the others wait"
        );

        far.answer_with("/inbox", 202);
        fediverse.turn(std::time::Duration::from_mins(1));
        fediverse.settle().await;

        let said: Vec<String> = far
            .new_letters()
            .iter()
            .map(|letter| letter["object"]["object"]["content"].to_string())
            .collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(
            said[0].contains("One") && said[1].contains("Two"),
            "in their order: {said:?}"
        );
    })
    .await;
}
