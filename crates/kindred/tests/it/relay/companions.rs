//! Groups that hear of groups: two groups of two companies become one room, without circles and doubles.

use serde_json::{Value, json};

use super::{gists, group_of, publish};
use crate::support::{Fediverse, Instance, Person, on_both, on_sqlite, words};

fn uri(status: &Value) -> &str {
    status["uri"].as_str().expect("an address")
}

/// Lets a group hear of another, as its organiser does in a client.
async fn hears_of(organiser: &Person, group: &str, other: &str) -> Value {
    let (id, other) = (organiser.finds(group).await, organiser.finds(other).await);
    organiser
        .does(
            "POST",
            &format!("/api/kindred/v1/groups/{id}/follows"),
            Some(&json!({ "account_id": other })),
        )
        .await
}

async fn companions_of(organiser: &Person, group: &str) -> Vec<(String, String)> {
    let id = organiser.finds(group).await;
    let found = organiser
        .sees(&format!("/api/kindred/v1/groups/{id}/follows"))
        .await;
    found
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&one["group"]["acct"]), text(&one["state"]))
        })
        .collect()
}

/// Nadia and Tomás are in a group of their company, Mei and Robert in one of theirs; each group hears of the other.
async fn one_room(fediverse: &Fediverse) -> (Instance, Instance) {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("nadia")
        .with_person("tomas")
        .with_group("rust")
        .start()
        .await;
    let theirs = fediverse
        .instance("acme.example")
        .with_person("mei")
        .with_person("robert")
        .with_group("crab")
        .start()
        .await;
    ours.person("tomas").follows("@rust").await;
    theirs.person("robert").follows("@crab").await;
    let asked = hears_of(&ours.person("nadia"), "@rust", "@crab@acme.example").await;
    assert_eq!(asked["state"], "waiting");
    hears_of(&theirs.person("mei"), "@crab", "@rust@kindred.example").await;
    fediverse.settle().await;
    (ours, theirs)
}

/// The threads that somebody has at home, in the order of the alphabet.
async fn at_home(person: &Person) -> Vec<String> {
    let mut home: Vec<String> = person
        .home()
        .await
        .into_iter()
        .filter(|line| line.starts_with('@'))
        .map(|line| line.split(" by ").next().unwrap_or_default().to_owned())
        .collect();
    home.sort();
    home
}

#[tokio::test]
async fn in_one_room_everybody_finds_every_post_once() {
    on_both(async |fediverse| {
        let (ours, theirs) = one_room(fediverse).await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        let (mei, robert) = (theirs.person("mei"), theirs.person("robert"));
        assert_eq!(
            companions_of(&nadia, "@rust").await,
            [("crab@acme.example".to_owned(), "hears".to_owned())]
        );

        nadia.publishes(json!({ "status": "@rust One" })).await;
        mei.publishes(json!({ "status": "@crab Two" })).await;
        robert.publishes(json!({ "status": "@crab Three" })).await;
        fediverse.settle().await;

        for person in [&nadia, &tomas, &mei, &robert] {
            assert_eq!(
                at_home(person).await,
                ["@crab Three", "@crab Two", "@rust One"],
                "for {}",
                person.actor.uri
            );
        }
        for (instance, group) in [(&ours, "rust"), (&theirs, "crab")] {
            let shown = instance.group(group).statuses().await;
            assert_eq!(shown.len(), 3, "in {group}");
            // One line for each group and post that it passed on, and none for what would only come back.
            assert_eq!(instance.traces().await.of("posts"), 3);
        }
        assert_eq!(ours.traces().await.of("boosts"), 5);
        assert_eq!(theirs.traces().await.of("boosts"), 4);
    })
    .await;
}

#[tokio::test]
async fn in_one_room_answers_edits_and_deletions_are_seen_on_both_sides() {
    on_both(async |fediverse| {
        let (ours, theirs) = one_room(fediverse).await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        let (mei, robert) = (theirs.person("mei"), theirs.person("robert"));
        let first = nadia.says("@rust Who is there?").await;
        let second = mei.says("@crab Where?").await;
        fediverse.settle().await;

        let answer = robert.answers(uri(&first), "Robert is").await;
        fediverse.settle().await;
        tomas.answers(uri(&answer), "Welcome").await;
        tomas.answers(uri(&second), "Here").await;
        fediverse.settle().await;
        for person in [&nadia, &tomas, &mei, &robert] {
            assert_eq!(
                person.thread_below(uri(&first)).await,
                ["Robert is", "Welcome"],
                "for {}",
                person.actor.uri
            );
            assert_eq!(person.thread_below(uri(&second)).await, ["Here"]);
        }

        nadia.edits(&first, "@rust Who else is there?").await;
        robert.edits(&answer, "Robert was").await;
        fediverse.settle().await;
        for person in [&tomas, &mei] {
            let seen = person.post_at(uri(&first)).await.expect("the post");
            assert!(words(&seen).contains("Who else"), "{seen}");
            let seen = person.post_at(uri(&answer)).await.expect("the answer");
            assert_eq!(words(&seen), "Robert was");
        }

        mei.deletes(&second).await;
        fediverse.settle().await;
        for person in [&nadia, &tomas, &mei, &robert] {
            assert_eq!(at_home(person).await, ["@rust Who else is there?"]);
            assert!(person.post_at(uri(&second)).await.is_none());
        }
        assert_eq!(ours.group("rust").statuses().await.len(), 1);
        assert_eq!(theirs.group("crab").statuses().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn followers_elsewhere_hear_once_of_what_came_from_the_other_group() {
    on_sqlite(async |fediverse| {
        let (ours, theirs) = one_room(fediverse).await;
        let far = fediverse.peer("far.example", "mastodon");
        let near = fediverse.peer("near.example", "kindred");
        let rust = ours.group("rust").actor.uri;
        for who in [far.person("bo"), near.person("li")] {
            who.tells(&ours, &who.activity("Follow", json!(rust))).await;
        }
        fediverse.settle().await;
        far.new_letters();
        near.new_letters();

        let post = theirs.person("mei").says("@crab News").await;
        fediverse.settle().await;
        theirs.person("mei").edits(&post, "@crab Newer news").await;
        fediverse.settle().await;
        theirs.person("mei").deletes(&post).await;
        fediverse.settle().await;
        let told = far.new_letters();
        assert_eq!(gists(&told), ["Announce of an id", "Undo of Announce"]);
        assert_eq!(
            (&told[0]["object"], &told[0]["actor"]),
            (&post["uri"], &json!(rust))
        );
        let told = near.new_letters();
        assert_eq!(
            gists(&told),
            [
                "Announce of an id",
                "Announce of Update",
                "Undo of Announce",
                "Announce of Delete"
            ]
        );
        assert!(
            told[1]["object"]["object"].is_string(),
            "no words that we do not vouch for: {}",
            told[1]
        );
    })
    .await;
}

#[tokio::test]
async fn what_came_from_a_group_is_not_passed_on_to_further_groups() {
    on_sqlite(async |fediverse| {
        let (ours, theirs) = one_room(fediverse).await;
        let far = fediverse.peer("far.example", "lemmy");
        let third = group_of(&far, "third");
        third
            .tells(
                &ours,
                &third.activity("Follow", json!(ours.group("rust").actor.uri)),
            )
            .await;
        fediverse.settle().await;
        assert_eq!(gists(&far.new_letters()), ["Accept of Follow"]);

        theirs.person("mei").says("@crab From elsewhere").await;
        fediverse.settle().await;
        assert_eq!(gists(&far.new_letters()), [""; 0]);
        ours.person("nadia").says("@rust From here").await;
        fediverse.settle().await;
        assert_eq!(gists(&far.new_letters()), ["Announce of Create"]);
    })
    .await;
}

#[tokio::test]
async fn a_group_that_hears_no_more_passes_nothing_on() {
    on_sqlite(async |fediverse| {
        let (ours, theirs) = one_room(fediverse).await;
        let nadia = ours.person("nadia");
        let (rust, crab) = (
            nadia.finds("@rust").await,
            nadia.finds("@crab@acme.example").await,
        );
        nadia
            .does(
                "DELETE",
                &format!("/api/kindred/v1/groups/{rust}/follows?account_id={crab}"),
                None,
            )
            .await;
        fediverse.settle().await;
        assert_eq!(companions_of(&nadia, "@rust").await, []);
        theirs.person("mei").says("@crab Unheard").await;
        fediverse.settle().await;
        assert_eq!(at_home(&ours.person("tomas")).await, [""; 0]);
        assert_eq!(ours.traces().await.of("posts"), 0);
    })
    .await;
}

#[tokio::test]
async fn two_groups_of_one_company_become_one_room_too() {
    on_both(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_group("rust")
            .with_group("crab")
            .start()
            .await;
        ours.person("tomas").follows("@crab").await;
        let made = hears_of(&ours.person("nadia"), "@crab", "@rust").await;
        assert_eq!(made["state"], "hears");
        let post = ours.person("nadia").says("@rust Hello").await;
        fediverse.settle().await;
        let home = ours.person("tomas").home().await;
        assert_eq!(home, ["@rust Hello by nadia, from crab"]);
        assert_eq!(ours.group("crab").statuses().await.len(), 1);

        ours.person("nadia").deletes(&post).await;
        fediverse.settle().await;
        assert_eq!(ours.group("crab").statuses().await, [json!(null); 0]);
    })
    .await;
}

#[tokio::test]
async fn a_group_of_another_make_may_say_no() {
    on_sqlite(async |fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_group("rust")
            .start()
            .await;
        ours.person("tomas").follows("@rust").await;
        let far = fediverse.peer("far.example", "lemmy");
        let other = group_of(&far, "other");
        let bo = far.person("bo");
        let nadia = ours.person("nadia");
        hears_of(&nadia, "@rust", "@other@far.example").await;
        fediverse.settle().await;
        let question = far.new_letters().pop().expect("a question");
        assert_eq!(question["type"], "Follow");
        assert_eq!(question["actor"], json!(ours.group("rust").actor.uri));

        other
            .tells(&ours, &other.activity("Accept", question.clone()))
            .await;
        fediverse.settle().await;
        let note = bo.note("Hello from far", &[&other.uri]);
        publish(&far, &note);
        other
            .tells(&ours, &other.activity("Announce", bo.create(&note)))
            .await;
        fediverse.settle().await;
        assert_eq!(
            ours.person("tomas").home().await,
            ["Hello from far by bo@far.example, from rust"]
        );

        other
            .tells(&ours, &other.activity("Reject", question))
            .await;
        fediverse.settle().await;
        assert_eq!(
            companions_of(&nadia, "@rust").await,
            [("other@far.example".to_owned(), "declined".to_owned())]
        );
    })
    .await;
}

#[tokio::test]
async fn only_organisers_of_open_groups_let_them_hear_of_others() {
    on_sqlite(async |fediverse| {
        use kindred_community::{JoinPolicy, Visibility};
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_person("tomas")
            .with_group("rust")
            .with_group_like("den", Visibility::Members, JoinPolicy::Open)
            .start()
            .await;
        let (nadia, tomas) = (ours.person("nadia"), ours.person("tomas"));
        tomas.follows("@rust").await;
        let (rust, den) = (ours.group("rust").actor.id, ours.group("den").actor.id);
        let tries = async |who: &Person, group: i64, other: String| {
            let path = format!("/api/kindred/v1/groups/{group}/follows");
            who.calls("POST", &path, Some(&json!({ "account_id": other })))
                .await
                .status
        };
        assert_eq!(tries(&tomas, rust.0, den.to_string()).await, 403);
        assert_eq!(tries(&nadia, rust.0, den.to_string()).await, 404);
        assert_eq!(tries(&nadia, den.0, rust.to_string()).await, 400);
        assert_eq!(tries(&nadia, rust.0, rust.to_string()).await, 422);
        assert_eq!(tries(&nadia, rust.0, "nonsense".into()).await, 404);
        assert_eq!(tries(&nadia, rust.0, tomas.actor.id.to_string()).await, 404);
        let settled = nadia
            .does(
                "PATCH",
                &format!("/api/kindred/v1/groups/{rust}/relay"),
                Some(&json!({ "boosts_comments": true })),
            )
            .await;
        assert_eq!(settled["boosts_comments"], true);
    })
    .await;
}

#[tokio::test]
async fn whom_a_group_shut_out_does_not_come_back_through_another() {
    on_sqlite(async |fediverse| {
        use kindred_storage::{BanId, memberships};
        let (ours, theirs) = one_room(fediverse).await;
        let (mei, robert) = (theirs.person("mei"), theirs.person("robert"));
        robert.says("@crab Before").await;
        fediverse.settle().await;
        assert_eq!(at_home(&ours.person("tomas")).await, ["@crab Before"]);
        let (rust, him) = (
            ours.group("rust").actor.id,
            ours.actor_at(&robert.actor.uri).await.expect("Robert").id,
        );
        ours.kindred()
            .write(move |ledger| {
                let ban = memberships::Ban {
                    id: BanId(ledger.next_id()),
                    group_id: rust,
                    actor_id: him,
                    by_id: None,
                    reason: None,
                    until: None,
                    created_at: ledger.now,
                };
                Ok(memberships::ban(ledger.db, &ban)?)
            })
            .await
            .expect("a ban");
        robert.says("@crab After").await;
        mei.says("@crab Others are heard").await;
        fediverse.settle().await;
        assert_eq!(
            at_home(&ours.person("tomas")).await,
            ["@crab Before", "@crab Others are heard"]
        );
    })
    .await;
}
