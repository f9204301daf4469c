//! What it costs to write things down, alone and in company, and to show somebody their home: on SQLite, without HTTP.
//!
//!     cargo bench -p kindred --bench deeds [-- NAME]

use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::future::join_all;
use kindred_community::{
    Clock, Kindred, people, posts,
    seal::Seal,
    settings::{Federation, House, MediaSettings, Settings, SignUp},
    timelines,
    views::Draft,
};
use kindred_protocol::network::{Network, NetworkSettings};
use kindred_storage::{Page, testing, tombstones};
use tokio::runtime::Runtime;

/// As many as share one commit at most.
const TOGETHER: usize = 64;

fn settings() -> Settings {
    Settings {
        origin: "https://kindred.example".to_owned(),
        name: "Kindred".to_owned(),
        company: None,
        federation: Federation::Open,
        sign_up: SignUp::Closed,
        version: "bench",
        source_url: String::new(),
        lab: false,
        media: MediaSettings::in_folder("nowhere"),
        house: House::default(),
        seal: Seal::default(),
    }
}

fn deeds(bench: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let network = Network::new(NetworkSettings::default()).expect("a door");
    let kindred = Kindred::new(testing::sqlite(), network, settings(), Clock::System, 1);
    // Something small, new every time.
    let write_one = || {
        kindred.write(|ledger| {
            let uri = format!("https://far.example/{}", ledger.next_id());
            Ok(tombstones::add(ledger.db, &uri, ledger.now)?)
        })
    };
    bench.bench_function("write alone", |bench| {
        bench.iter(|| runtime.block_on(write_one()).expect("written"));
    });
    bench.bench_function("write 64 side by side", |bench| {
        bench.iter(|| {
            let all = join_all((0..TOGETHER).map(|_| write_one()));
            assert!(runtime.block_on(all).iter().all(Result::is_ok));
        });
    });

    let newcomer = people::Newcomer {
        handle: "nadia".to_owned(),
        name: None,
        email: "nadia@kindred.example".to_owned(),
        password: None,
        role: kindred_community::AccountRole::Member,
    };
    let (_, nadia) = runtime
        .block_on(people::arrive(&kindred, newcomer))
        .expect("Nadia");
    for number in 0..200 {
        let draft = Draft {
            text: format!("Post {number}: how do you keep your builds **short**?"),
            ..Draft::default()
        };
        runtime
            .block_on(posts::publish(&kindred, &nadia, draft, None))
            .expect("a post");
    }
    bench.bench_function("home timeline, 20 entries", |bench| {
        bench.iter(|| {
            let home = timelines::home(&kindred, &nadia, Page::first(20));
            assert_eq!(runtime.block_on(home).expect("home").items.len(), 20);
        });
    });
    bench.bench_function("publish a post that nobody hears", |bench| {
        bench.iter(|| {
            let draft = Draft {
                text: "One more".to_owned(),
                ..Draft::default()
            };
            runtime
                .block_on(posts::publish(&kindred, &nadia, draft, None))
                .expect("a post")
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1))
        .sample_size(20);
    targets = deeds
}
criterion_main!(benches);
