//! One table over all doors: whoever may not see what a closed group says finds no word of it anywhere.
//!
//! The doors are those that the program itself names, so a new one without a line in the table fails here. Each is knocked at as
//! nobody, as a stranger's server, as a partner, as a server with a member, as somebody here who is no member, as a member and as a
//! moderator, for each kind of closed group.

use kindred_community::{JoinPolicy, Visibility};
use kindred_storage::activities;
use serde_json::json;

mod doors;

use self::doors::{DOORS, POSTED};
use super::routes;
use crate::support::{Fediverse, Instance, Peer, Person, Somebody, http::Request, on_sqlite};

/// A closed group and what is said in it.
struct Room {
    visibility: Visibility,
    handle: &'static str,
    /// What stands in posts and nowhere else.
    secret: &'static str,
    post: String,
    /// Numbers of its posts, of itself, and of what was said in it.
    numbers: Vec<String>,
}

/// Whoever knocks.
enum Knocker<'a> {
    Nobody,
    Server(&'a str, &'a Somebody),
    Here(&'a str, &'a Person),
}

impl Knocker<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Nobody => "nobody",
            Self::Server(name, _) | Self::Here(name, _) => name,
        }
    }

    async fn asks(&self, ours: &Instance, method: &str, path: &str) -> (u16, String) {
        let accept = "application/activity+json";
        let answer = match self {
            Self::Server(_, somebody) if method == "GET" => somebody.reads(ours, path).await,
            Self::Here(_, person) => person.calls(method, path, None).await,
            _ => {
                let request = Request::new(method, path)
                    .with("host", ours.host())
                    .with("accept", accept);
                request.send(ours.address()).await
            }
        };
        (answer.status, answer.text())
    }

    /// Whether the rule lets them see what is said in a room.
    fn may_read(&self, room: &Room) -> bool {
        matches!(
            (room.visibility, self.name()),
            (_, "a member" | "a moderator")
                | (Visibility::Members, "a server with a member")
                | (Visibility::Partners, "a partner" | "no member")
                | (Visibility::Company, "no member")
        )
    }
}

struct Stage {
    ours: Instance,
    far: Peer,
    partner: Peer,
    near: Peer,
    rooms: Vec<Room>,
}

/// What the rooms are for, what they are called, and the word that is said in them.
const KINDS: [(Visibility, &str, &str); 3] = [
    (Visibility::Partners, "allies", "Quittenbrot"),
    (Visibility::Company, "household", "Mirabelle"),
    (Visibility::Members, "den", "Zwetschge"),
];

async fn three_closed_rooms(fediverse: &Fediverse) -> (Stage, [Somebody; 3]) {
    let mut ours = fediverse
        .instance("kindred.example")
        .with_partner("acme.example")
        .with_person("nadia")
        .with_person("mei")
        .with_person("ines");
    for (visibility, handle, _) in KINDS {
        ours = ours.with_group_like(handle, visibility, JoinPolicy::Ask);
    }
    let ours = ours.start().await;
    let far = fediverse.peer("far.example", "lemmy");
    let partner = fediverse.peer("acme.example", "kindred");
    let near = fediverse.peer("near.example", "kindred");
    let people = [far.person("bo"), partner.person("max"), near.person("li")];
    for (visibility, handle, _) in KINDS {
        for somebody in &people {
            let knock = somebody.activity("Follow", json!(ours.group(handle).actor.uri));
            somebody.tells(&ours, &knock).await;
        }
        ours.person("mei").follows(&format!("@{handle}")).await;
        fediverse.settle().await;
        let mut welcome = vec![ours.person("mei").actor.uri];
        match visibility {
            Visibility::Partners => welcome.push(people[1].uri.clone()),
            Visibility::Members => welcome.push(people[2].uri.clone()),
            _ => {}
        }
        for uri in welcome {
            lets_in(&ours, handle, &uri).await;
        }
    }
    fediverse.settle().await;
    for peer in [&far, &partner, &near] {
        peer.new_letters();
    }
    let mut rooms = Vec::new();
    for (visibility, handle, secret) in KINDS {
        rooms.push(something_said(fediverse, &ours, visibility, handle, secret).await);
    }
    let stage = Stage {
        ours,
        far,
        partner,
        near,
        rooms,
    };
    (stage, people)
}

async fn lets_in(ours: &Instance, group: &str, uri: &str) {
    let group = ours.group(group).actor.id;
    let who = ours.actor_at(uri).await.expect("they are known").id;
    let path = format!("/api/v1/groups/{group}/membership_requests/{who}/authorize");
    ours.person("nadia").does("POST", &path, None).await;
}

/// Nadia starts a thread and edits it, Mei answers.
async fn something_said(
    fediverse: &Fediverse,
    ours: &Instance,
    visibility: Visibility,
    handle: &'static str,
    secret: &'static str,
) -> Room {
    let nadia = ours.person("nadia");
    // Ines is named, and is no member: naming somebody lets nobody in.
    let post = nadia
        .says(&format!("@{handle} @ines {secret} #{secret}"))
        .await;
    let uri = post["uri"].as_str().expect("an address").to_owned();
    let answer = ours
        .person("mei")
        .answers(&uri, &format!("{secret} too"))
        .await;
    nadia
        .edits(&post, &format!("@{handle} @ines {secret}!"))
        .await;
    fediverse.settle().await;
    let group = ours.group(handle).actor.id;
    let said = ours
        .asks({
            let uri = uri.clone();
            move |db| {
                let mut said = Vec::new();
                for kind in ["Create", "Announce", "Update"] {
                    for who in [group, nadia.actor.id] {
                        said.extend(activities::about(db, who, kind, &uri)?);
                    }
                }
                Ok(said)
            }
        })
        .await;
    let mut numbers: Vec<String> = said.iter().map(|said| said.id.to_string()).collect();
    numbers.push(group.to_string());
    for status in [&post, &answer] {
        numbers.push(status["id"].as_str().expect("a number").to_owned());
    }
    Room {
        visibility,
        handle,
        secret,
        post: uri,
        numbers,
    }
}

/// The addresses that a pattern stands for when it is about this room.
fn addresses(pattern: &str, room: &Room) -> Vec<String> {
    let mut paths = vec![pattern.to_owned()];
    while let Some(start) = paths[0].find('{') {
        let end = start + paths[0][start..].find('}').expect("the end of a name");
        let (name, choice) = match paths[0][start + 1..end].split_once(':') {
            Some((name, choice)) => (name.to_owned(), Some(choice.to_owned())),
            None => (paths[0][start + 1..end].to_owned(), None),
        };
        let values: Vec<String> = match (name.as_str(), choice.as_deref()) {
            ("kind", _) => vec!["g".into()],
            ("key", _) => vec!["ungrouped-1".into()],
            ("version", Some(choice)) if choice.starts_with('2') => {
                vec!["2.0".into(), "2.1".into()]
            }
            (_, Some(choice)) => choice.split('|').map(str::to_owned).collect(),
            ("report" | "line", _) => vec!["1".into()],
            ("id" | "asker" | "quoting" | "group" | "post" | "link", _) => room.numbers.clone(),
            ("handle" | "slug" | "name", _) => vec![room.handle.into(), room.secret.to_lowercase()],
            ("host", _) => vec!["acme.example".into()],
            ("date", _) => vec!["2026-01-31".into()],
            ("mark" | "address", _) => vec!["forged".into()],
            ("token", _) => vec!["guess".into()],
            ("file", _) => vec![format!("{}.group.png", room.handle)],
            (other, _) => panic!("what stands for {{{other}}}?"),
        };
        paths = paths
            .iter()
            .flat_map(|path| {
                values
                    .iter()
                    .map(|value| format!("{}{value}{}", &path[..start], &path[end + 1..]))
            })
            .collect();
    }
    paths
}

fn questions(pattern: &str, asked: &[&str], room: &Room) -> Vec<String> {
    let mut all = Vec::new();
    for path in addresses(pattern, room) {
        all.extend(asked.iter().flat_map(|question| {
            let fill = |number: &str| {
                let question = question
                    .replace("{q}", room.secret)
                    .replace("{handle}", room.handle)
                    .replace("{uri}", &room.post)
                    .replace("{id}", number);
                format!("{path}?{question}")
            };
            room.numbers
                .iter()
                .map(|number| fill(number))
                .collect::<std::collections::BTreeSet<_>>()
        }));
        all.push(path);
    }
    all
}

/// Names the doors that have no line in the table, and the lines that have no door.
fn every_door_is_listed(known: &[String]) {
    let listed: Vec<&str> = DOORS.iter().map(|(pattern, _)| *pattern).collect();
    let new: Vec<&String> = known
        .iter()
        .filter(|door| !listed.contains(&door.as_str()))
        .collect();
    let gone: Vec<&&str> = listed
        .iter()
        .filter(|door| !known.iter().any(|known| known == *door))
        .collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "doors without a line in the table: {new:?}; lines without a door: {gone:?}"
    );
}

#[tokio::test]
async fn nobody_finds_a_word_of_a_closed_group_who_may_not_read_there() {
    on_sqlite(async |fediverse| {
        let (stage, [bo, max, li]) = three_closed_rooms(fediverse).await;
        let ours = &stage.ours;
        every_door_is_listed(&routes::there_are(ours).await);

        let (nadia, mei, ines) = (
            ours.person("nadia"),
            ours.person("mei"),
            ours.person("ines"),
        );
        let knockers = [
            Knocker::Nobody,
            Knocker::Server("a stranger's server", &bo),
            Knocker::Server("a partner", &max),
            Knocker::Server("a server with a member", &li),
            Knocker::Here("no member", &ines),
            Knocker::Here("a member", &mei),
            Knocker::Here("a moderator", &nadia),
        ];
        let mut leaks = Vec::new();
        for room in &stage.rooms {
            for knocker in &knockers {
                let mut found = 0;
                for (pattern, asked) in DOORS {
                    let mut methods = vec!["GET"];
                    if POSTED.contains(pattern) {
                        methods.push("POST");
                    }
                    for path in questions(pattern, asked, room) {
                        for method in &methods {
                            let (status, text) = knocker.asks(ours, method, &path).await;
                            assert!(
                                status < 500 || path.starts_with("/health"),
                                "{method} {path}: {text}"
                            );
                            let tells = text.contains(room.secret);
                            found += usize::from(tells);
                            if tells && !knocker.may_read(room) {
                                leaks.push(format!("{} at {method} {path}", knocker.name()));
                            }
                        }
                    }
                }
                if knocker.may_read(room) {
                    assert!(
                        found > 0,
                        "{} reads nothing in {}",
                        knocker.name(),
                        room.handle
                    );
                }
            }
        }
        assert_eq!(leaks, [""; 0]);

        // What was carried to other servers.
        for (peer, may) in [
            (&stage.far, Visibility::Public),
            (&stage.partner, Visibility::Partners),
            (&stage.near, Visibility::Members),
        ] {
            let told = json!(peer.letters()).to_string();
            for room in &stage.rooms {
                assert_eq!(
                    told.contains(room.secret),
                    room.visibility == may,
                    "{} was told about {}",
                    peer.host,
                    room.handle
                );
            }
        }
        // What is said of the company alone is known to nobody else, not even that there is such a room.
        for knocker in &knockers[..4] {
            for path in [
                "/",
                "/g/household",
                "/api/v2/search?q=household",
                "/topics/household",
            ] {
                let (_, text) = knocker.asks(ours, "GET", path).await;
                assert!(
                    !text.contains("household"),
                    "{} at {path}: {text}",
                    knocker.name()
                );
            }
        }
    })
    .await;
}
