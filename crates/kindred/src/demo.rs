//! `kindred demo`: two companies and the public web in one process on loopback, with people, passions, groups and talk, to look at
//! and to play with.
//!
//! Nothing is staged: the houses federate with each other over real sockets, and everything happens through the functions that
//! people use. It begins afresh at every start, and reaches no other server.

mod cast;

use std::{fs, net::TcpListener, path::Path, sync::Arc, time::SystemTime};

use kindred_community::{
    AccountRole, Actor, Clock, Error, Kindred, PostId, accounts, groups,
    membership::{self, FollowWish},
    partners, passions,
    people::{self, Newcomer, Profile},
    posts,
    requests::{self, Answer},
    search::{self, Resolve},
    settings::{Federation, MediaSettings, Settings, SignUp},
    topics,
    views::{Draft, Viewer},
    work,
};
use kindred_protocol::network::{DEADLINE, Network, NetworkSettings};
use kindred_storage::{Db, Options};
use kindred_web::DoorSettings;

use crate::{
    config::Config,
    failure::Failure,
    open,
    serve::{self, Doors, Worker},
};
use cast::{HOUSES, House, Room, Talk};

/// What everybody in the demonstration signs in with.
const PASSWORD: &str = "care to share";

/// One running house.
struct Home {
    house: &'static House,
    kindred: Kindred,
    host: String,
    doors: Doors,
}

/// Opens the three houses at `port` and the two above it, lets their people move in and talk, prints where they are, and runs until
/// it is told to end.
pub async fn demo(config: &Config, port: u16) -> Result<(), Failure> {
    let folder = config.data_dir.join("demo");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::because(
            "the last demonstration cannot be cleared away",
        ))?;
    }
    let mut homes = Vec::new();
    for (house, port) in HOUSES.iter().zip(port..) {
        homes.push(open_up(config, house, &folder, port).await?);
    }
    eprintln!("People move in; this takes some seconds.");
    play(&homes).await.map_err(Failure::from)?;
    let workers: Vec<Worker> = homes
        .iter()
        .map(|home| Worker::start(home.kindred.clone()))
        .collect();
    for home in &homes {
        let first: Vec<&str> = home
            .house
            .people
            .iter()
            .map(|dweller| dweller.handle)
            .collect();
        println!(
            "{}: http://{} (sign in as {} with \"{PASSWORD}\")",
            home.house.name,
            home.host,
            first.join(", ")
        );
    }
    serve::asked_to_end().await?;
    for home in homes {
        home.doors.close().await;
    }
    for worker in workers {
        worker.end().await;
    }
    Ok(())
}

async fn open_up(
    config: &Config,
    house: &'static House,
    folder: &Path,
    port: u16,
) -> Result<Home, Failure> {
    let folder = folder.join(house.key);
    fs::create_dir_all(&folder).map_err(Failure::because("the demonstration has no folder"))?;
    let url = format!("sqlite://{}", folder.join("kindred.db").display());
    let db = Db::open(&url, &Options::default())
        .map_err(Failure::because("the database cannot be opened"))?;
    db.migrate()
        .map_err(Failure::because("the database cannot be made"))?;
    let host = format!("localhost:{port}");
    let origin = format!("http://{host}");
    let network = Network::new(NetworkSettings {
        user_agent: format!("Kindred/{} (+{origin})", open::VERSION),
        lab: true,
        deadline: DEADLINE,
        clock: Arc::new(SystemTime::now),
        ..NetworkSettings::default()
    })
    .map_err(Failure::because(
        "the way to the other houses cannot be opened",
    ))?;
    let settings = Settings {
        origin,
        name: house.name.to_owned(),
        company: house.company.map(str::to_owned),
        federation: Federation::Open,
        sign_up: SignUp::Closed,
        lab: true,
        media: MediaSettings::in_folder(folder.join("media")),
        ..open::settings(config)?
    };
    let kindred = Kindred::new(db, network, settings, Clock::System, open::process_number());
    kindred.service().await?;
    let listener = TcpListener::bind(("127.0.0.1", port)).map_err(Failure::because(&format!(
        "127.0.0.1:{port} cannot be listened on; choose others with --port"
    )))?;
    let doors = DoorSettings {
        trusted_proxies: Vec::new(),
        rate_limit: 0.0,
    };
    Ok(Home {
        house,
        doors: serve::doors(kindred.clone(), &doors, listener)?,
        kindred,
        host,
    })
}

/// Everything that happens before anybody looks.
async fn play(homes: &[Home]) -> Result<(), Error> {
    for home in homes {
        move_in(home).await?;
    }
    let [acme, globex, ..] = homes else {
        return Ok(());
    };
    agree(acme, globex).await?;
    settle(homes).await?;
    for home in homes {
        for room in home.house.groups {
            found(homes, home, room).await?;
        }
    }
    settle(homes).await?;
    for home in homes {
        for room in home.house.groups {
            for talk in room.talk {
                say(homes, home, room, talk).await?;
            }
        }
    }
    settle(homes).await
}

async fn move_in(home: &Home) -> Result<(), Error> {
    for (n, dweller) in home.house.people.iter().enumerate() {
        let newcomer = Newcomer {
            handle: dweller.handle.to_owned(),
            name: Some(dweller.name.to_owned()),
            email: format!("{}@{}.example", dweller.handle, home.house.key),
            password: Some(PASSWORD.to_owned()),
            role: if n == 0 {
                AccountRole::Admin
            } else {
                AccountRole::Member
            },
        };
        let (_, actor) = people::arrive(&home.kindred, newcomer).await?;
        let profile = Profile {
            note: Some(dweller.note.to_owned()),
            ..Profile::default()
        };
        people::change_profile(&home.kindred, &actor, profile).await?;
        for (topic, words, circle) in dweller.cares {
            passions::declare(&home.kindred, &actor, topic, words, *circle).await?;
        }
    }
    Ok(())
}

/// The admins of both companies agree on everything, and one topic gets its other names.
async fn agree(acme: &Home, globex: &Home) -> Result<(), Error> {
    let flows = || partners::FLOWS.map(str::to_owned).to_vec();
    let ours = admin_of(acme).await?;
    let theirs = admin_of(globex).await?;
    for (home, admin) in [(acme, &ours), (globex, &theirs)] {
        name_it(&home.kindred, admin).await?;
    }
    Box::pin(partners::propose(
        &acme.kindred,
        &ours,
        &globex.host,
        flows(),
    ))
    .await?;
    settle(std::slice::from_ref(acme)).await?;
    settle(std::slice::from_ref(globex)).await?;
    Box::pin(partners::accept(&globex.kindred, &theirs, &acme.host)).await?;
    Ok(())
}

/// What people of a house call the same thing becomes one topic with three names.
async fn name_it(kindred: &Kindred, admin: &Actor) -> Result<(), Error> {
    const NAME: &str = "Statistical process control";
    const OTHERS: [(&str, Option<&str>); 2] =
        [("statistische Prozesskontrolle", Some("de")), ("SPC", None)];
    for (other, language) in OTHERS {
        let known = topics::at(kindred, NAME).await.is_ok();
        if topics::at(kindred, other).await.is_err() {
            let language = language.map(str::to_owned);
            topics::also_called(kindred, admin, NAME, other, language).await?;
        } else if known {
            topics::merge(kindred, admin, other, NAME).await?;
        } else {
            topics::rename(kindred, admin, other, NAME).await?;
        }
    }
    Ok(())
}

/// The first one of a house, who looks after it.
async fn admin_of(home: &Home) -> Result<Actor, Error> {
    let first = home.house.people.first();
    accounts::face_of(&home.kindred, first.map_or("", |dweller| dweller.handle)).await
}

async fn found(homes: &[Home], home: &Home, room: &Room) -> Result<(), Error> {
    let Some((founder, others)) = room.people.split_first() else {
        return Ok(());
    };
    let founder = accounts::face_of(&home.kindred, founder).await?;
    let founding = groups::Founding {
        handle: room.handle.to_owned(),
        name: room.name.to_owned(),
        summary: room.summary.to_owned(),
        topics: room
            .topics
            .iter()
            .map(|topic| (*topic).to_owned())
            .collect(),
        visibility: room.visibility,
        join_policy: room.join,
    };
    let (_, group) = groups::found(&home.kindred, &founder, founding).await?;
    for who in others {
        let (at, who) = whereabouts(homes, home, who).await?;
        let door = look_up(at, &who, &format!("@{}@{}", room.handle, home.host)).await?;
        membership::follow(&at.kindred, &who, door.id, FollowWish::default()).await?;
        if room.join == kindred_community::JoinPolicy::Ask {
            requests::answer(&home.kindred, &founder, group.id, who.id, Answer::Welcome).await?;
        }
    }
    Ok(())
}

/// Somebody of the cast, and the house they live in.
async fn whereabouts<'a>(
    homes: &'a [Home],
    here: &'a Home,
    who: &str,
) -> Result<(&'a Home, Actor), Error> {
    let (handle, key) = who.split_once('@').unwrap_or((who, here.house.key));
    let home = homes
        .iter()
        .find(|home| home.house.key == key)
        .unwrap_or(here);
    Ok((home, accounts::face_of(&home.kindred, handle).await?))
}

async fn look_up(at: &Home, who: &Actor, acct: &str) -> Result<Actor, Error> {
    let viewer = Viewer::Local(who.id);
    let found = search::find(&at.kindred, &viewer, acct, Resolve::Elsewhere, 1);
    let found = Box::pin(found).await?;
    found
        .actors
        .into_iter()
        .next()
        .ok_or_else(|| Error::Broken(format!("{acct} cannot be found from {}", at.host)))
}

async fn say(homes: &[Home], home: &Home, room: &Room, talk: &Talk) -> Result<(), Error> {
    let (at, who) = whereabouts(homes, home, talk.by).await?;
    let words = format!("@{}@{} {}", room.handle, home.host, talk.words);
    let begun = publish(at, &who, words, None).await?;
    settle(homes).await?;
    for (by, words) in talk.answers {
        let (at, who) = whereabouts(homes, home, by).await?;
        let words = with_hosts(homes, words);
        let above = find_post(at, &who, &begun).await?;
        publish(at, &who, words, Some(above)).await?;
        settle(homes).await?;
    }
    Ok(())
}

/// Names of others as they are written in the cast, with the host that they have here.
fn with_hosts(homes: &[Home], words: &str) -> String {
    homes.iter().fold(words.to_owned(), |words, home| {
        words.replace(&format!("@{}", home.house.key), &format!("@{}", home.host))
    })
}

async fn publish(
    at: &Home,
    who: &Actor,
    text: String,
    reply_to: Option<PostId>,
) -> Result<String, Error> {
    let draft = Draft {
        text,
        language: Some("en".to_owned()),
        reply_to,
        ..Draft::default()
    };
    let said = Box::pin(posts::publish(&at.kindred, who, draft, None)).await?;
    Ok(said.post.uri)
}

async fn find_post(at: &Home, who: &Actor, uri: &str) -> Result<PostId, Error> {
    let viewer = Viewer::Local(who.id);
    let found = search::find(&at.kindred, &viewer, uri, Resolve::Elsewhere, 1);
    let found = Box::pin(found).await?;
    found
        .posts
        .first()
        .map(|view| view.post.id)
        .ok_or_else(|| Error::Broken(format!("{uri} cannot be found from {}", at.host)))
}

/// Lets all houses finish what they have in hand.
async fn settle(homes: &[Home]) -> Result<(), Error> {
    for _ in 0..50 {
        let mut done = 0;
        for home in homes {
            done += work::settle(&home.kindred).await?;
        }
        if done == 0 {
            break;
        }
    }
    Ok(())
}
