//! Thousands of questions thrown together by dice that always fall the same way: whatever is asked in whatever form, nothing breaks,
//! and every answer can be read.

use kindred_web::description::{Endpoint, Kind, endpoints};

use super::{
    nonsense::{asked, candidates, fault, filled},
    stage::ALL_SCOPES,
};
use crate::support::{Fediverse, Person, http::Request, on_both};

/// How often each address is asked.
const EACH: usize = 6;

/// Dice that always fall the same way (xorshift), so that a failure can be had again.
struct Dice(u64);

impl Dice {
    fn next(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).unwrap_or(0)
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.next(of.len())]
    }
}

/// Values as they may stand in a form, as bytes: also such that are no text.
const WORDS: &[&[u8]] = &[
    b"",
    b"1",
    b"0",
    b"-1",
    b"true",
    b"null",
    b"NaN",
    b"1e309",
    b"18446744073709551616",
    b"2026-02-30T25:61:00Z",
    b"-2000000-01-01T00:00:00Z",
    b"a%00b",
    b"%00",
    b"%ff%fe",
    b"%e2%80%ae%f0%9f%a6%80",
    b"';DROP%20TABLE%20posts;--",
    b"%25_%5c",
    b"https://far.example/%00",
    b"http://127.0.0.1:1/",
    b"javascript:alert(1)",
    b"@nadia@kindred.example",
    b"home",
    b"public",
    b"direct",
    b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

/// Values as they may stand in JSON, written out: also such that are none.
const VALUES: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1e308",
    "1e999",
    "9223372036854775808",
    "\"\"",
    "\"\\u0000\"",
    "\"a\\u0000b\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "[null,[[]],{\"a\":null}]",
    "{\"0\":{\"keyword\":\"\\u0000\"},\"id\":[1]}",
    "[\"1\",1,true,null,\"\\u0000\"]",
    "\"2026-02-30T25:61:00Z\"",
    "\"+275760-09-13T00:00:00Z\"",
    "{\"last_read_id\":\"\\u0000\"}",
    "{\"options\":[\"a\\u0000\",\"b\"],\"expires_in\":-1}",
    "{\"keys\":{\"p256dh\":\"\\u0000\",\"auth\":[]},\"endpoint\":\"\\u0000\"}",
];

/// How the name of a parameter is bent.
const BENT: &[&str] = &["", "[]", "[0]", "[a]", "[a][b]", "[][keyword]", "["];

struct Question {
    path: String,
    kind: &'static str,
    body: Vec<u8>,
}

/// Names that this endpoint knows, and some that others know.
fn names(endpoint: &Endpoint) -> Vec<&'static str> {
    let own = asked(endpoint).iter().map(|one| one.name);
    let common = [
        "id", "limit", "max_id", "min_id", "since_id", "offset", "q", "status",
    ];
    own.chain(common).collect()
}

fn form(dice: &mut Dice, names: &[&str]) -> Vec<u8> {
    let mut form = Vec::new();
    for _ in 0..=dice.next(4) {
        let name = dice.one(names);
        // The same name may come twice.
        form.extend_from_slice(name.as_bytes());
        form.extend_from_slice(dice.one(BENT).as_bytes());
        form.push(b'=');
        form.extend_from_slice(dice.one(WORDS));
        form.push(b'&');
    }
    form
}

fn json(dice: &mut Dice, names: &[&str]) -> Vec<u8> {
    let members: Vec<String> = (0..=dice.next(4))
        .map(|_| format!("\"{}\":{}", dice.one(names), dice.one(VALUES)))
        .collect();
    format!("{{{}}}", members.join(",")).into_bytes()
}

fn multipart(dice: &mut Dice, names: &[&str]) -> Vec<u8> {
    let mut body = Vec::new();
    for _ in 0..=dice.next(4) {
        let file = dice.one(&["", "; filename=\"a\"", "; filename=\"\0\""]);
        let name = dice.one(names);
        let bent = dice.one(BENT);
        body.extend_from_slice(
            format!(
                "--line\r\nContent-Disposition: form-data; name=\"{name}{bent}\"{file}\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(dice.one(&[
            &b"\xff\xfe"[..],
            b"\0",
            b"1",
            b"",
            b"\x89PNG\r\n\x1a\n\0",
        ]));
        body.extend_from_slice(b"\r\n");
    }
    if dice.next(3) > 0 {
        body.extend_from_slice(b"--line--\r\n");
    }
    body
}

fn question(dice: &mut Dice, endpoint: &Endpoint) -> Question {
    let names = names(endpoint);
    let place = dice.one(&[
        "0",
        "-1",
        "1",
        "x",
        "%ff",
        "a%20b",
        "99999999999999999999",
        "%F0%9F%A6%80",
        "a%00",
    ]);
    let mut path = filled(endpoint, place);
    if endpoint.method == "GET" || dice.next(3) == 0 {
        path.push('?');
        path.push_str(&String::from_utf8_lossy(&form(dice, &names)));
    }
    let (kind, body) = match dice.next(4) {
        _ if endpoint.method == "GET" => ("", Vec::new()),
        0 => ("application/x-www-form-urlencoded", form(dice, &names)),
        1 => (
            "multipart/form-data; boundary=line",
            multipart(dice, &names),
        ),
        _ => ("application/json", json(dice, &names)),
    };
    Question { path, kind, body }
}

async fn asks(who: &Person, endpoint: &Endpoint, question: &Question) -> Option<String> {
    let mut request = Request::new(endpoint.method, &question.path)
        .with("host", who.instance.host())
        .with("authorization", format!("Bearer {}", who.token));
    if !question.kind.is_empty() {
        request = request.with("content-type", question.kind);
    }
    let answer = request
        .body(question.body.clone())
        .send(who.instance.address())
        .await;
    fault(&answer).map(|fault| {
        let body = String::from_utf8_lossy(&question.body);
        format!(
            "{} {} {} {body:.200}: {fault}",
            endpoint.method, question.path, question.kind
        )
    })
}

#[actix_web::test]
async fn whatever_is_thrown_at_an_address_comes_back_with_words() {
    on_both(async |fediverse: &Fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("nadia")
            .with_admin("ines")
            .with_group("rust")
            .start()
            .await;
        ours.person("nadia")
            .says("Something to be found #rust")
            .await;
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        let mut wrong = Vec::new();
        for endpoint in candidates() {
            // What somebody does to themself must not end the test: a fresh token for each address.
            let ines = ours.person_who_may("ines", ALL_SCOPES).await;
            for _ in 0..EACH {
                let question = question(&mut dice, endpoint);
                wrong.extend(asks(&ines, endpoint, &question).await);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

#[test]
fn every_kind_of_parameter_is_thrown() {
    let mut dice = Dice(1);
    let kinds = endpoints()
        .iter()
        .flat_map(asked)
        .filter(|one| matches!(one.kind, Kind::List(_) | Kind::Text | Kind::Flag))
        .count();
    assert!(kinds > 100);
    let endpoint = candidates().next().expect("an endpoint");
    let first = question(&mut dice, endpoint).path;
    assert_eq!(
        first,
        question(&mut Dice(1), endpoint).path,
        "the dice fall the same way"
    );
}
