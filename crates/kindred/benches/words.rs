//! What it costs to sign, to believe, to read, to write and to clean: everything that needs no database.
//!
//!     cargo bench -p kindred --bench words [-- NAME]

use std::{hint::black_box, time::SystemTime};

use criterion::{Criterion, criterion_group, criterion_main};
use kindred_lab::Lab;
use kindred_protocol::{
    Uri, html,
    keys::{KeyPair, PublicKey, SigningKey},
    read,
    signature::{self, Form, Outgoing, RequestParts, SignedHeaders},
    vocabulary::PostKind,
    write::{self, ActivityCard, NoteCard},
};

const INBOX: &str = "https://kindred.example/inbox";

/// A `Create` as Mastodon would send it.
fn letter() -> Vec<u8> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let lab = runtime.block_on(Lab::start(1)).expect("a server to play");
    lab.host(0)
        .person("tomas")
        .note(&[])
        .to_string()
        .into_bytes()
}

fn signatures(bench: &mut Criterion) {
    let pair = KeyPair::generate_rsa().expect("a key");
    let key = SigningKey::from_pem("https://far.example/u/bo#main-key", pair.private_pem())
        .expect("our own key");
    let public = PublicKey::from_pem(pair.public_pem()).expect("our own key");
    let url = Uri::parse(INBOX).expect("an address");
    let body = letter();
    for (form, name) in [(Form::Cavage, "cavage"), (Form::Message, "rfc9421")] {
        let sign = || {
            let request = Outgoing {
                method: "POST",
                url: &url,
                now: SystemTime::now(),
                body: Some((&body, "application/activity+json")),
            };
            signature::sign(&key, form, &request).expect("a signature")
        };
        bench.bench_function(&format!("sign {name}"), |bench| bench.iter(sign));
        let signed: SignedHeaders = sign();
        bench.bench_function(&format!("verify {name}"), |bench| {
            bench.iter(|| {
                let mut headers: Vec<(&str, &[u8])> = vec![("host", b"kindred.example")];
                headers.extend(signed.iter().map(|(name, value)| (*name, value.as_bytes())));
                let parts = RequestParts {
                    method: "POST",
                    path_and_query: "/inbox",
                    headers,
                    scheme_authority: "https://kindred.example",
                    body: Some(&body),
                };
                let unverified =
                    signature::begin(&parts, SystemTime::now()).expect("a signed request");
                unverified.verify(&public).expect("a good signature");
            });
        });
    }
}

fn words(bench: &mut Criterion) {
    let body = letter();
    bench.bench_function("peek into an envelope", |bench| {
        bench.iter(|| read::peek(black_box(&body)));
    });
    bench.bench_function("read an envelope", |bench| {
        bench.iter(|| read::envelope(black_box(body.as_slice())).expect("a good letter"));
    });
    let mut card = NoteCard::new(
        PostKind::Page,
        "https://kindred.example/o/1",
        "https://kindred.example/p/nadia",
        1_700_000_000_000,
    );
    card.name = Some("How do you keep your builds short?".to_owned());
    card.content = "<p>We moved the build to a smaller image last week.</p>".repeat(8);
    card.audience = Some("https://kindred.example/g/rust".to_owned());
    card.to = vec![
        "https://www.w3.org/ns/activitystreams#Public".to_owned(),
        "https://kindred.example/g/rust".to_owned(),
    ];
    let activity = ActivityCard {
        id: "https://kindred.example/a/2".to_owned(),
        actor: "https://kindred.example/p/nadia".to_owned(),
        ..ActivityCard::default()
    };
    bench.bench_function("write a note and its create", |bench| {
        bench.iter(|| write::create(&activity, &write::note(black_box(&card))).to_string());
    });
    let html = "<p>Hello <a href=\"https://far.example/@bo\" class=\"u-url mention\">@<span>bo</span></a>, <b>look</b> \
        <script>alert(1)</script> at <a href=\"javascript:alert(2)\">this</a>.</p>"
        .repeat(4);
    bench.bench_function("clean foreign html", |bench| {
        bench.iter(|| html::clean(black_box(&html)));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1))
        .sample_size(20);
    targets = signatures, words
}
criterion_main!(benches);
