//! Keeping order across servers: what moderators here do is understood by every make of group server, and what moderators there do is
//! understood here.

use kindred_lab::peers::{Friendica, Known, Lemmy, LemmyOne, Make, Mbin, NodeBb, PieFed, Somebody};
use kindred_storage::{Page, memberships};
use serde_json::{Value, json};

use super::{Stage, id, uri};
use crate::support::{Fediverse, Person, on_sqlite};

/// A make of server whose people begin threads in groups.
trait Writes: Make {
    fn thread(who: &Somebody<Self>, group: &Known, words: &str) -> Value
    where
        Self: Sized;
}

macro_rules! writes {
    ($make:ty, |$who:ident, $group:ident, $words:ident| $thread:expr) => {
        impl Writes for $make {
            fn thread($who: &Somebody<Self>, $group: &Known, $words: &str) -> Value {
                $thread
            }
        }
    };
}

writes!(Lemmy, |who, group, words| who
    .page(&group.uri, "A title", words));
writes!(LemmyOne, |who, group, words| who
    .page(&group.uri, "A title", words));
writes!(PieFed, |who, group, words| who
    .page(&group.uri, "A title", words));
writes!(Mbin, |who, group, words| who
    .page(&group.uri, "A title", words));
writes!(NodeBb, |who, group, words| who.note(group, None, words));
writes!(Friendica, |who, group, words| who.note(group, words, None));

/// Nadia, who leads the group, and what she can do there.
struct Order {
    nadia: Person,
    group: String,
}

impl Order {
    async fn on_post(&self, post: &str, act: &str) {
        let number = self.nadia.finds_post(post).await;
        let path = format!(
            "/api/kindred/v1/groups/{}/statuses/{number}/{act}",
            self.group
        );
        self.nadia.does("POST", &path, None).await;
    }

    async fn on_person(&self, method: &str, acct: &str) {
        let whom = self.nadia.finds(acct).await;
        let path = format!("/api/v1/groups/{}/blocks", self.group);
        let sentence = json!({ "account_ids": [whom], "reason": "Enough" });
        self.nadia.does(method, &path, Some(&sentence)).await;
    }
}

async fn order_here_is_understood<M: Writes>(fediverse: &Fediverse, make: M) {
    let stage = Stage::with_bo_in_the_group(fediverse, make).await;
    let li = stage.far.person("li");
    li.follows(&stage.rust).await.expect("a question");
    let order = Order {
        nadia: stage.ours.person("nadia"),
        group: stage.ours.group("rust").actor.id.to_string(),
    };
    let ines = stage.ours.person("ines");
    ines.follows("@rust").await;
    let ours = ines.says("@rust Buy this").await;
    let ours = uri(&ours);
    let theirs = M::thread(&li, &stage.rust, "Buy that");
    let inbox = stage.rust.nearest_inbox();
    li.publishes(&theirs, &[inbox]).await.expect("a letter");
    stage.settle().await;
    for post in [ours, id(&theirs)] {
        let shown = || stage.far.shown(post).expect("a post that is shown");
        for (act, closed, pinned) in [
            ("lock", true, false),
            ("pin", true, true),
            ("unlock", false, true),
            ("unpin", false, false),
        ] {
            order.on_post(post, act).await;
            stage.settle().await;
            assert_eq!((shown().locked, shown().pinned), (closed, pinned), "{act}");
        }
        let number = order.nadia.finds_post(post).await;
        for (act, there) in [("remove", false), ("restore", true)] {
            let path = format!(
                "/api/kindred/v1/groups/{}/statuses/{number}/{act}",
                order.group
            );
            order.nadia.does("POST", &path, None).await;
            stage.settle().await;
            assert_eq!(stage.far.shown(post).is_some(), there, "{act} {post}");
        }
    }
    order.on_person("POST", "@li@far.example").await;
    stage.settle().await;
    assert!(stage.far.is_banned(&stage.rust.uri, li.uri()));
    let more = M::thread(&li, &stage.rust, "And this");
    li.publishes(&more, &[inbox]).await.expect("a letter");
    stage.settle().await;
    let there = stage.ours.group("rust").statuses().await;
    assert_eq!(there.len(), 2, "Li is banned");
    order.on_person("DELETE", "@li@far.example").await;
    stage.ends_well().await;
    assert!(!stage.far.is_banned(&stage.rust.uri, li.uri()));
}

#[tokio::test]
async fn lemmy_understands_all_that_moderators_here_do() {
    on_sqlite(async |fediverse| order_here_is_understood(fediverse, Lemmy).await).await;
}

#[tokio::test]
async fn lemmy_one_understands_all_that_moderators_here_do() {
    on_sqlite(async |fediverse| order_here_is_understood(fediverse, LemmyOne::default()).await)
        .await;
}

#[tokio::test]
async fn piefed_understands_all_that_moderators_here_do() {
    on_sqlite(async |fediverse| order_here_is_understood(fediverse, PieFed).await).await;
}

#[tokio::test]
async fn mbin_understands_all_that_moderators_here_do() {
    on_sqlite(async |fediverse| order_here_is_understood(fediverse, Mbin).await).await;
}

#[tokio::test]
async fn nodebb_understands_all_that_moderators_here_do() {
    on_sqlite(async |fediverse| order_here_is_understood(fediverse, NodeBb).await).await;
}

async fn order_from_there_counts_here<M: Writes>(fediverse: &Fediverse, make: M) {
    let stage = Stage::with_bo_in_the_group(fediverse, make).await;
    let li = stage.far.person("li");
    li.follows(&stage.rust).await.expect("a question");
    let nadia = stage.ours.person("nadia");
    let post = nadia.says("@rust Buy this").await;
    stage.settle().await;
    let (group, bo) = (
        stage.ours.group("rust").actor.id,
        nadia.finds("@bo@far.example").await,
    );
    let moderator = json!({ "account_ids": [bo], "role": "moderator" });
    let path = format!("/api/v1/groups/{group}/promote");
    nadia.does("POST", &path, Some(&moderator)).await;
    stage.settle().await;
    assert!(stage.far.is_moderator(&stage.rust.uri, stage.bo.uri()));
    let inbox = stage.rust.nearest_inbox();
    let (about, whom) = (json!(uri(&post)), json!(li.uri()));
    let reason = json!({ "summary": "Advertising" });
    let pin = json!({ "target": stage.rust.featured });
    let ban = json!({ "target": stage.rust.uri, "summary": "Enough" });
    let condition = async || {
        let post = stage.ours.post_at(uri(&post)).await.expect("the post");
        [post.locked_at, post.pinned_at, post.removed_at].map(|at| at.is_some())
    };
    let bans = [
        ("Lock", &about, &reason, [true, false, false]),
        ("Add", &about, &pin, [true, true, false]),
        ("Delete", &about, &reason, [true, true, true]),
    ];
    let mut said = Vec::new();
    for (what, object, more, expected) in bans {
        let act = stage.bo.acts_with(what, object, &stage.rust, more).await;
        said.push(act.expect("a letter"));
        stage.settle().await;
        assert_eq!(condition().await, expected, "{what}");
    }
    let banned = stage
        .bo
        .acts_with("Block", &whom, &stage.rust, &ban)
        .await
        .expect("a letter");
    stage.settle().await;
    assert!(stage.far.is_banned(&stage.rust.uri, li.uri()), "told on");
    // Each is taken back in its turn: what is out of sight is neither opened nor taken down from the top.
    for (act, expected) in [
        (&said[2], [true, true, false]),
        (&said[0], [false, true, false]),
        (&banned, [false, true, false]),
    ] {
        stage.bo.takes_back(inbox, act).await.expect("a letter");
        stage.settle().await;
        assert_eq!(condition().await, expected, "{act}");
    }
    let unpin = stage
        .bo
        .acts_with("Remove", &about, &stage.rust, &pin)
        .await;
    unpin.expect("a letter");
    stage.settle().await;
    assert_eq!(condition().await, [false; 3]);
    assert!(!stage.far.is_banned(&stage.rust.uri, li.uri()), "told on");
    stage.ends_well().await;
}

#[tokio::test]
async fn a_moderator_on_lemmy_one_keeps_order_here() {
    on_sqlite(async |fediverse| order_from_there_counts_here(fediverse, LemmyOne::default()).await)
        .await;
}

#[tokio::test]
async fn a_moderator_on_piefed_keeps_order_here() {
    on_sqlite(async |fediverse| order_from_there_counts_here(fediverse, PieFed).await).await;
}

#[tokio::test]
async fn a_moderator_on_mbin_keeps_order_here() {
    on_sqlite(async |fediverse| order_from_there_counts_here(fediverse, Mbin).await).await;
}

/// A group elsewhere, with Bo as its moderator and Nadia in it.
async fn order_there_is_seen_here<M: Writes>(fediverse: &Fediverse, make: M) {
    let stage = Stage::set(fediverse, make).await;
    let trains = stage.far.group("trains");
    let list = stage.far.own(trains.uri()).moderators;
    let path = list.strip_prefix("http://far.example").expect("a list");
    let moderators = json!({
        "@context": "https://www.w3.org/ns/activitystreams", "type": "OrderedCollection", "id": list,
        "orderedItems": [stage.bo.uri()]
    });
    stage.far.publish(path, &moderators);
    let known = stage.far.own(trains.uri());
    let nadia = stage.ours.person("nadia");
    nadia.follows("@trains@far.example").await;
    stage.settle().await;
    let li = stage.far.person("li");
    let theirs = M::thread(&li, &known, "Which is best?");
    let create = li.publishes(&theirs, &[]).await.expect("a post");
    trains.passes_on(&create).await.expect("a letter");
    let ours = nadia.says("@trains@far.example Buy this").await;
    stage.settle().await;
    let shown = stage.far.shown(uri(&ours)).expect("taken");
    assert_eq!(shown.group.as_deref(), Some(trains.uri()));

    let condition = async |uri: &str| {
        let post = stage.ours.post_at(uri).await.expect("the post");
        [post.locked_at, post.pinned_at, post.removed_at].map(|at| at.is_some())
    };
    let says = async |kind: &str, object: &Value, more: Value| {
        let mut act = stage.bo.activity(kind, object);
        act["to"] = json!([crate::support::PUBLIC]);
        act["cc"] = json!([trains.uri()]);
        act["audience"] = json!(trains.uri());
        for (name, value) in more.as_object().into_iter().flatten() {
            act[name] = value.clone();
        }
        trains.passes_on(&act).await.expect("a letter");
        stage.settle().await;
        act
    };
    for post in [uri(&ours), id(&theirs)] {
        let about = json!(post);
        let lock = says("Lock", &about, json!({ "summary": "Enough" })).await;
        assert_eq!(condition(post).await, [true, false, false], "{post}");
        let pin = json!({ "target": known.featured });
        says("Add", &about, pin.clone()).await;
        assert_eq!(condition(post).await, [true, true, false], "{post}");
        says("Remove", &about, pin).await;
        says("Undo", &lock, json!({})).await;
        assert_eq!(condition(post).await, [false; 3], "{post}");
        let removal = says("Delete", &about, json!({ "summary": "Advertising" })).await;
        assert_eq!(condition(post).await, [false, false, true], "{post}");
        // Taken back by nothing but its id.
        says("Undo", &removal["id"], json!({})).await;
        assert_eq!(condition(post).await, [false; 3], "{post}");
    }
    let ban = json!({ "target": trains.uri(), "summary": "Enough" });
    says("Block", &json!(nadia.actor.uri), ban).await;
    let group = stage.ours.actor_at(trains.uri()).await.expect("it").id;
    let bans = stage
        .ours
        .asks(move |db| Ok(memberships::bans(db, group, &Page::first(9))?))
        .await;
    let banned: Vec<_> = bans.iter().map(|(ban, _)| ban.actor_id).collect();
    assert_eq!(banned, [nadia.actor.id]);
    stage.settle().await;
}

#[tokio::test]
async fn what_moderators_on_lemmy_do_is_seen_here() {
    on_sqlite(async |fediverse| order_there_is_seen_here(fediverse, Lemmy).await).await;
}

#[tokio::test]
async fn what_moderators_on_lemmy_one_do_is_seen_here() {
    on_sqlite(async |fediverse| order_there_is_seen_here(fediverse, LemmyOne::default()).await)
        .await;
}

#[tokio::test]
async fn what_moderators_on_piefed_do_is_seen_here() {
    on_sqlite(async |fediverse| order_there_is_seen_here(fediverse, PieFed).await).await;
}

#[tokio::test]
async fn what_moderators_on_mbin_do_is_seen_here() {
    on_sqlite(async |fediverse| order_there_is_seen_here(fediverse, Mbin).await).await;
}

async fn a_complaint_reaches_them<M: Writes>(fediverse: &Fediverse, make: M) {
    let stage = Stage::set(fediverse, make).await;
    let trains = stage.far.group("trains");
    let known = stage.far.own(trains.uri());
    let nadia = stage.ours.person("nadia");
    nadia.follows("@trains@far.example").await;
    stage.settle().await;
    let theirs = M::thread(&stage.bo, &known, "Buy this");
    let create = stage.bo.publishes(&theirs, &[]).await.expect("a post");
    trains.passes_on(&create).await.expect("a letter");
    stage.settle().await;
    let post = nadia.finds_post(id(&theirs)).await;
    let bo = nadia.finds("@bo@far.example").await;
    let report = json!({ "account_id": bo, "status_ids": [post], "comment": "Advertising", "forward": true });
    nadia.does("POST", "/api/v1/reports", Some(&report)).await;
    stage.ends_well().await;
    let reports = stage.far.reports();
    assert!(!reports.is_empty());
    for report in &reports {
        assert_eq!(report.reason, "Advertising");
        assert!(report.by.ends_with("/p/reports"), "{}", report.by);
    }
    assert!(
        reports
            .iter()
            .any(|report| report.about.iter().any(|about| about == id(&theirs))),
        "{:?}",
        reports
            .iter()
            .map(|report| &report.about)
            .collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_complaint_reaches_lemmy() {
    on_sqlite(async |fediverse| a_complaint_reaches_them(fediverse, Lemmy).await).await;
}

#[tokio::test]
async fn a_complaint_reaches_lemmy_one() {
    on_sqlite(async |fediverse| a_complaint_reaches_them(fediverse, LemmyOne::default()).await)
        .await;
}

#[tokio::test]
async fn a_complaint_reaches_piefed() {
    on_sqlite(async |fediverse| a_complaint_reaches_them(fediverse, PieFed).await).await;
}

#[tokio::test]
async fn a_complaint_reaches_mbin() {
    on_sqlite(async |fediverse| a_complaint_reaches_them(fediverse, Mbin).await).await;
}

#[tokio::test]
async fn a_complaint_reaches_nodebb() {
    on_sqlite(async |fediverse| a_complaint_reaches_them(fediverse, NodeBb).await).await;
}

#[tokio::test]
async fn a_complaint_reaches_friendica() {
    on_sqlite(async |fediverse| a_complaint_reaches_them(fediverse, Friendica).await).await;
}
