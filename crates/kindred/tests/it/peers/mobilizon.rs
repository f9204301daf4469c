//! Bo is on Mobilizon: people join groups, and events are what it is about.

use kindred_lab::peers::{Mobilizon, mobilizon::answers_to};

use super::{Stage, id, uri};
use crate::support::{on_sqlite, words};

#[tokio::test]
async fn mobilizon_joins_the_group_and_departs() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Mobilizon).await;
        stage.bo.joins(&stage.rust).await.expect("a question");
        stage.settle().await;
        assert!(stage.far.follows(stage.bo.uri(), &stage.rust.uri));
        let guild = stage.ours.group("rust");
        assert!(guild.followers().await.contains(&stage.bo.uri().to_owned()));

        stage.bo.departs(&stage.rust).await.expect("a letter");
        stage.settle().await;
        assert!(!guild.followers().await.contains(&stage.bo.uri().to_owned()));
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn mobilizon_follows_the_group_too_and_lets_go_of_what_is_no_event() {
    on_sqlite(async |fediverse| {
        let stage = Stage::with_bo_in_the_group(fediverse, Mobilizon).await;
        stage.ours.person("nadia").says("@rust Hello").await;
        stage.settle().await;
        assert_eq!(stage.far.faults(), [""; 0]);
        assert_eq!(stage.far.all_shown(), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_meetup_of_a_mobilizon_group_is_read_with_its_organiser() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Mobilizon).await;
        let trains = stage.far.group("trains");
        let nadia = stage.ours.person("nadia");
        nadia.follows("@trains@far.example").await;
        stage.settle().await;
        assert_eq!(nadia.stands_to("@trains@far.example").await, (true, false));

        let event = stage.bo.event(trains.uri(), "Breakfast on rails");
        let create = stage.bo.publishes(&event, &[]).await.expect("an event");
        trains.passes_on(&create).await.expect("a letter");
        stage.settle().await;
        let home = nadia.home().await;
        assert_eq!(home.len(), 1, "{home:?}");
        assert!(home[0].contains("by bo@far.example"), "{home:?}");
        let seen = nadia.post_at(id(&event)).await.expect("the meetup");
        for fact in [
            "Sunday, 22 February 2026, 09:00 to 10:30 (UTC+01:00)",
            "Canteen, Berlin",
            "Bring a bug.",
        ] {
            assert!(words(&seen).contains(fact), "{fact}: {}", words(&seen));
        }
        stage.ends_well().await;
    })
    .await;
}

#[tokio::test]
async fn whoever_asks_to_come_to_what_takes_no_guests_is_told_so() {
    on_sqlite(async |fediverse| {
        let stage = Stage::set(fediverse, Mobilizon).await;
        let author = stage.known("nadia").await;
        let post = stage
            .ours
            .person("nadia")
            .says("Breakfast on Thursday")
            .await;

        let join = stage.bo.asks_to_come(uri(&post), &author).await;
        let join = join.expect("a question");
        stage.settle().await;
        assert_eq!(answers_to(&stage.far.heard(), &join), ["Ignore"]);
        assert_eq!(
            stage.ours.traces().await.of("memberships"),
            1,
            "Nadia's own"
        );
    })
    .await;
}
