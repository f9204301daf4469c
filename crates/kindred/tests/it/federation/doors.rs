//! Groups that are not open to everybody: who is let in, who hears of them, and to whom they do not exist.

use kindred_community::{
    GroupRole, JoinPolicy, MembershipState, Visibility, invitations,
    requests::{self, Answer},
};
use kindred_storage::follows;
use serde_json::{Value, json};

use crate::support::{Fediverse, Instance, Person, on_both};

/// Nadia organises a group of this kind, Mei works elsewhere.
async fn a_group_and_mei(
    fediverse: &Fediverse,
    visibility: Visibility,
    join: JoinPolicy,
) -> (Instance, Instance) {
    let ours = fediverse
        .instance("kindred.example")
        .with_partner("acme.example")
        .with_person("nadia")
        .with_person("ines")
        .with_group_like("guild", visibility, join)
        .start()
        .await;
    let theirs = fediverse
        .instance("acme.example")
        .with_person("mei")
        .start()
        .await;
    (ours, theirs)
}

const GUILD: &str = "@guild@kindred.example";

/// Whether somebody follows, or has asked to follow, anything at all.
async fn asks_or_follows(who: &Person) -> bool {
    let id = who.actor.id;
    let page = kindred_storage::Page::first(10);
    let (following, uri) = (
        who.instance
            .asks(move |db| Ok(follows::following(db, id, &page)?))
            .await,
        "http://kindred.example/g/guild".to_owned(),
    );
    let target = who.instance.actor_at(&uri).await;
    let asked = match target {
        Some(target) => who
            .instance
            .asks(move |db| Ok(follows::find(db, id, target.id)?))
            .await
            .is_some(),
        None => false,
    };
    asked || !following.is_empty()
}

fn uri(status: &Value) -> &str {
    status["uri"].as_str().expect("an address")
}

#[tokio::test]
async fn a_group_that_asks_lets_in_whom_its_organiser_approves() {
    on_both(async |fediverse| {
        let (ours, theirs) = a_group_and_mei(fediverse, Visibility::Public, JoinPolicy::Ask).await;
        let (nadia, mei) = (ours.person("nadia"), theirs.person("mei"));
        let guild = ours.group("guild");

        mei.follows(GUILD).await;
        fediverse.settle().await;
        nadia.says("@guild Before").await;
        fediverse.settle().await;
        assert_eq!(mei.stands_to(GUILD).await, (false, true), "she waits");
        assert_eq!(
            guild.standing(&mei.actor.uri).await,
            Some((MembershipState::Requested, GroupRole::Member))
        );
        assert_eq!(mei.home().await, [""; 0]);

        let waiting = requests::waiting(
            ours.kindred(),
            &nadia.actor,
            guild.actor.id,
            kindred_storage::Page::first(10),
        )
        .await
        .expect("those who wait")
        .items;
        assert_eq!(waiting.len(), 1);
        requests::answer(
            ours.kindred(),
            &nadia.actor,
            guild.actor.id,
            waiting[0].asker.id,
            Answer::Welcome,
        )
        .await
        .expect("a yes");
        fediverse.settle().await;
        assert_eq!(mei.stands_to(GUILD).await, (true, false));

        nadia.says("@guild After").await;
        fediverse.settle().await;
        let home = mei.home().await;
        assert_eq!(
            home.len(),
            2,
            "what was said before is found in the outbox: {home:?}"
        );
        assert!(home[0].starts_with("@guild After"), "{home:?}");
    })
    .await;
}

#[tokio::test]
async fn only_organisers_answer_those_who_ask() {
    on_both(async |fediverse| {
        let (ours, theirs) = a_group_and_mei(fediverse, Visibility::Public, JoinPolicy::Ask).await;
        let (ines, mei, guild) = (
            ours.person("ines"),
            theirs.person("mei"),
            ours.group("guild"),
        );
        mei.follows(GUILD).await;
        fediverse.settle().await;
        let asker = ours.actor_at(&mei.actor.uri).await.expect("Mei is known");

        let answer = requests::answer(
            ours.kindred(),
            &ines.actor,
            guild.actor.id,
            asker.id,
            Answer::Welcome,
        )
        .await;

        assert!(answer.is_err());
        fediverse.settle().await;
        assert_eq!(mei.stands_to(GUILD).await, (false, true));
    })
    .await;
}

#[tokio::test]
async fn a_group_by_invitation_turns_strangers_away_and_lets_guests_in() {
    on_both(async |fediverse| {
        let (ours, theirs) =
            a_group_and_mei(fediverse, Visibility::Public, JoinPolicy::Invite).await;
        let (nadia, mei) = (ours.person("nadia"), theirs.person("mei"));
        let guild = ours.group("guild");

        mei.follows(GUILD).await;
        fediverse.settle().await;
        assert!(!asks_or_follows(&mei).await, "the answer was no");
        assert_eq!(guild.followers().await, ["http://kindred.example/p/nadia"]);

        let guest = ours.actor_at(&mei.actor.uri).await.expect("Mei is known");
        invitations::invite(ours.kindred(), &nadia.actor, guild.actor.id, guest.id)
            .await
            .expect("an invitation");
        fediverse.settle().await;
        mei.follows(GUILD).await;
        fediverse.settle().await;
        assert_eq!(mei.stands_to(GUILD).await, (true, false));
    })
    .await;
}

#[tokio::test]
async fn a_group_of_the_company_does_not_exist_outside() {
    on_both(async |fediverse| {
        let (ours, theirs) =
            a_group_and_mei(fediverse, Visibility::Company, JoinPolicy::Open).await;
        let (nadia, ines, mei) = (
            ours.person("nadia"),
            ours.person("ines"),
            theirs.person("mei"),
        );
        mei.follows("@nadia@kindred.example").await;
        ines.follows(GUILD).await;
        fediverse.settle().await;
        let known = theirs.traces().await;

        let post = nadia.says("@guild Salaries").await;
        fediverse.settle().await;

        assert_eq!(ines.home().await.len(), 1, "colleagues hear of it");
        assert_eq!(theirs.traces().await, known, "nobody else does");
        for path in [
            "/g/guild",
            "/g/guild/outbox",
            "/g/guild/followers",
            "/g/guild/moderators",
            uri(&post),
        ] {
            assert_eq!(ours.document(path).await.status, 404, "{path}");
        }
        for path in [
            "/g/guild",
            "/@guild",
            uri(&post),
            "/.well-known/webfinger?resource=acct:guild@kindred.example",
        ] {
            assert_eq!(ours.page(path).await.status, 404, "{path}");
        }
        let front = ours.page("/").await.text();
        assert!(!front.contains("guild"), "{front}");
        assert_eq!(mei.searches(GUILD).await["accounts"], json!([]));
        assert_eq!(mei.searches(uri(&post)).await["statuses"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_knock_at_a_group_of_the_company_gets_no_answer() {
    on_both(async |fediverse| {
        let (ours, _) = a_group_and_mei(fediverse, Visibility::Company, JoinPolicy::Open).await;
        let far = fediverse.peer("far.example", "mastodon");
        let bo = far.person("bo");

        let knock = bo.activity("Follow", json!(ours.group("guild").actor.uri));
        bo.tells(&ours, &knock).await;
        fediverse.settle().await;

        assert_eq!(
            far.letters(),
            [json!(null); 0],
            "an answer would tell that it is there"
        );
        assert_eq!(ours.group("guild").standing(&bo.uri).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_group_among_partners_is_heard_by_partners_only() {
    on_both(async |fediverse| {
        let (ours, theirs) =
            a_group_and_mei(fediverse, Visibility::Partners, JoinPolicy::Open).await;
        let strangers = fediverse
            .instance("globex.example")
            .with_person("robert")
            .start()
            .await;
        let (nadia, mei, robert) = (
            ours.person("nadia"),
            theirs.person("mei"),
            strangers.person("robert"),
        );
        mei.follows(GUILD).await;
        robert.follows("@nadia@kindred.example").await;
        fediverse.settle().await;
        assert_eq!(mei.stands_to(GUILD).await, (true, false));

        let post = nadia.says("@guild Between us").await;
        let hers = mei.says("@guild@kindred.example Among partners").await;
        fediverse.settle().await;

        let home = mei.home().await;
        assert_eq!(home.len(), 2, "{home:?}");
        assert_eq!(nadia.home().await.len(), 2, "{:?}", nadia.home().await);
        assert_eq!(robert.home().await, [""; 0]);
        for status in [&post, &hers] {
            assert!(robert.post_at(uri(status)).await.is_none());
            assert!(strangers.post_at(uri(status)).await.is_none());
            let status = uri(status);
            let home = if status.starts_with(ours.origin()) {
                &ours
            } else {
                &theirs
            };
            assert_eq!(home.document(status).await.status, 404, "{status}");
            assert_eq!(home.page(status).await.status, 404, "{status}");
        }
        fediverse.settle().await;
    })
    .await;
}

#[tokio::test]
async fn a_stranger_does_not_get_into_a_group_among_partners() {
    on_both(async |fediverse| {
        let (ours, _) = a_group_and_mei(fediverse, Visibility::Partners, JoinPolicy::Open).await;
        let far = fediverse.peer("far.example", "lemmy");
        let bo = far.person("bo");
        let guild = ours.group("guild");
        let post = ours.person("nadia").says("@guild Between us").await;

        let knock = bo.activity("Follow", json!(guild.actor.uri));
        bo.tells(&ours, &knock).await;
        fediverse.settle().await;
        ours.person("nadia").says("@guild Still between us").await;
        let note = bo.note("Let me in", &[&guild.actor.uri]);
        bo.tells(&ours, &bo.create(&note)).await;
        let like = bo.activity("Like", post["uri"].clone());
        bo.tells(&ours, &like).await;
        fediverse.settle().await;

        assert_eq!(guild.standing(&bo.uri).await, None);
        let heard: Vec<Value> = far
            .letters()
            .iter()
            .map(|letter| letter["type"].clone())
            .collect();
        assert!(
            heard.iter().all(|kind| kind == "Reject"),
            "nothing but a no: {heard:?}"
        );
        let statuses = ours.person("nadia").home().await;
        assert_eq!(statuses.len(), 2, "{statuses:?}");
        let seen = ours
            .person("nadia")
            .post_at(uri(&post))
            .await
            .expect("her post");
        assert_eq!(seen["favourites_count"], 0);
    })
    .await;
}
