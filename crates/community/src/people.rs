//! People: arriving, being found, changing, leaving; and the instance's own Service actor, which signs what nobody in particular says.

mod habits;
pub(crate) mod leaving;
pub(crate) mod links;
mod moving;
pub(crate) mod profile;

pub use habits::{HabitWish, change_habits};
pub use leaving::{Words, leave_company};
pub(crate) use leaving::{depart, forget};
pub(crate) use moving::follow_along;
pub use moving::{MOST_ALIASES, be_known_as, be_known_no_more_as, come_back, move_away};
pub use profile::{
    LONGEST_FIELD, LONGEST_NOTE, MOST_FIELDS, Profile, change_profile, check as check_profile,
};

use kindred_protocol::keys::KeyPair;
use kindred_storage::{
    AccountId, AccountOwner, AccountRole, AccountState, ActorId, ActorKind, Json,
    accounts::{self, Account},
    actors::{self, Actor},
    groups::{self, Group},
};

use crate::{
    Error, Kindred, Ledger, Refusal, Result, links as addresses, passwords, policy, sight, topics,
    views::Viewer,
};

/// Somebody who is to have an account here.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The name in addresses.
    pub handle: String,
    /// The name for people; the handle when empty.
    pub name: Option<String>,
    /// Where mail goes.
    pub email: String,
    /// For signing in with a password; without one, only tokens and other systems open the door.
    pub password: Option<String>,
    /// What the account may do here.
    pub role: AccountRole,
}

/// Gives somebody an account and a face.
///
/// Refuses handles and addresses that are taken, also by those who left: a name is never given twice.
pub async fn arrive(kindred: &Kindred, newcomer: Newcomer) -> Result<(Account, Actor)> {
    let handle = policy::handle(&newcomer.handle)?;
    let email = newcomer.email.trim().to_lowercase();
    if !looks_like_email(&email) {
        return Err(Refusal::BadEmail(newcomer.email).into());
    }
    let name = checked_name(newcomer.name.as_deref().unwrap_or(&newcomer.handle))?;
    let password_hash = match newcomer.password {
        Some(password) => Some(passwords::hash(password).await?),
        None => None,
    };
    let keys = new_keys().await?;
    kindred
        .write(move |ledger| {
            free_handle(ledger, &handle)?;
            if accounts::by_email(ledger.db, &email)?.is_some() {
                return Err(Refusal::EmailTaken(email).into());
            }
            let actor = new_actor(ledger, ActorKind::Person, &handle, &name, &keys);
            actors::insert(ledger.db, &actor)?;
            let account = Account {
                id: AccountId(ledger.next_id()),
                actor_id: actor.id,
                email,
                password_hash,
                role: newcomer.role,
                owner: AccountOwner::Local,
                external_id: None,
                state: AccountState::Active,
                locale: None,
                created_at: ledger.now,
                last_seen_at: None,
                habits: Json::default(),
            };
            accounts::insert(ledger.db, &account)?;
            Ok((account, actor))
        })
        .await
}

/// Somebody's face, if the viewer may know of them.
pub async fn profile(kindred: &Kindred, viewer: &Viewer, id: ActorId) -> Result<Actor> {
    let viewer = viewer.clone();
    kindred
        .read(move |db| {
            let actor = actors::find(db, id)?
                .filter(|actor| actor.kind != ActorKind::Application)
                .ok_or(Refusal::NoSuchPerson)?;
            if actor.deleted_at.is_some() || !sight::of_actor(db, &viewer, &actor)? {
                return Err(Refusal::NoSuchPerson.into());
            }
            Ok(actor)
        })
        .await
}

/// Those of these actors of whom the viewer may know, in the order asked for.
pub async fn several(
    kindred: &Kindred,
    viewer: &Viewer,
    mut ids: Vec<ActorId>,
) -> Result<Vec<Actor>> {
    let viewer = viewer.clone();
    ids.truncate(crate::timelines::MOST_BY_NUMBER);
    kindred
        .read(move |db| {
            let mut known = actors::find_many(db, &ids)?;
            known
                .retain(|actor| actor.kind != ActorKind::Application && actor.deleted_at.is_none());
            let mut found = Vec::new();
            for id in ids {
                let Some(at) = known.iter().position(|actor| actor.id == id) else {
                    continue;
                };
                let actor = known.swap_remove(at);
                if sight::of_actor(db, &viewer, &actor)? {
                    found.push(actor);
                }
            }
            Ok(found)
        })
        .await
}

/// What makes this actor a group, when it is one.
pub async fn group_of(kindred: &Kindred, id: ActorId) -> Result<Option<Group>> {
    kindred
        .read(move |db| Ok(groups::find(db, id)?.map(|(group, _)| group)))
        .await
}

/// The instance's own Service actor, made at the first call ever.
pub(crate) async fn ensure_service(kindred: &Kindred) -> Result<Actor> {
    let uri = addresses::service(kindred.settings());
    let known = kindred
        .read({
            let uri = uri.clone();
            move |db| Ok(actors::by_uri(db, &uri)?)
        })
        .await?;
    if let Some(known) = known {
        return Ok(known);
    }
    let keys = new_keys().await?;
    kindred
        .write(move |ledger| {
            // Another process may have been quicker.
            if let Some(known) = actors::by_uri(ledger.db, &uri)? {
                return Ok(known);
            }
            let handle = ledger.settings.host_name().to_owned();
            let name = ledger.settings.name.clone();
            let mut service = new_actor(ledger, ActorKind::Application, &handle, &name, &keys);
            service.inbox = addresses::shared_inbox(ledger.settings);
            // It says nothing of its own and follows nobody.
            service.featured_uri = None;
            service.locked = true;
            service.discoverable = false;
            actors::insert(ledger.db, &service)?;
            Ok(service)
        })
        .await
}

/// The handle of the actor that carries complaints to other servers.
pub(crate) const COMPLAINER: &str = "reports";

/// The actor in whose name complaints go to other servers, made at the first complaint ever. It is a Service: Lemmy reads complaints by
/// an Application as nothing. Where somebody had the name before it was kept free, it has another one.
pub(crate) async fn ensure_complainer(kindred: &Kindred) -> Result<Actor> {
    let keys = new_keys().await?;
    kindred
        .write(move |ledger| {
            for handle in [COMPLAINER, "reports_of_the_site", "site_reports_service"] {
                match actors::by_handle(ledger.db, handle, "")? {
                    Some(known) if known.kind == ActorKind::Service => return Ok(known),
                    Some(_) => {}
                    None => {
                        let name = format!("Reports of {}", ledger.settings.name);
                        let mut actor = new_actor(ledger, ActorKind::Service, handle, &name, &keys);
                        actor.locked = true;
                        actor.discoverable = false;
                        actors::insert(ledger.db, &actor)?;
                        return Ok(actor);
                    }
                }
            }
            Err(Refusal::HandleTaken(COMPLAINER.to_owned()).into())
        })
        .await
}

/// A key takes a tenth of a second of work, so it is made where nobody waits for the thread.
pub(crate) async fn new_keys() -> Result<KeyPair> {
    tokio::task::spawn_blocking(KeyPair::generate_rsa)
        .await
        .unwrap_or(Err(kindred_protocol::Error::Key(
            "the thread that made it died",
        )))
        .map_err(Error::Protocol)
}

/// Refuses a handle that anybody here has or had: one name space for people and groups, and names are never given twice.
pub(crate) fn free_handle(ledger: &mut Ledger<'_>, handle: &str) -> Result<()> {
    if RESERVED.contains(&handle) || actors::handle_taken(ledger.db, handle)? {
        return Err(Refusal::HandleTaken(handle.to_owned()).into());
    }
    Ok(())
}

/// Names that would be mistaken for the house itself.
const RESERVED: [&str; 9] = [
    "admin",
    "administrator",
    "root",
    "support",
    "security",
    "kindred",
    "actor",
    "moderator",
    COMPLAINER,
];

/// The row of a new actor of ours.
pub(crate) fn new_actor(
    ledger: &Ledger<'_>,
    kind: ActorKind,
    handle: &str,
    name: &str,
    keys: &KeyPair,
) -> Actor {
    let uri = addresses::actor(ledger.settings, kind, handle);
    let at = |part: &str| Some(format!("{uri}/{part}"));
    Actor {
        id: ActorId(ledger.next_id()),
        kind,
        handle: handle.to_owned(),
        host: String::new(),
        url: Some(uri.clone()),
        inbox: format!("{uri}/inbox"),
        shared_inbox: Some(addresses::shared_inbox(ledger.settings)),
        outbox: at("outbox"),
        followers_uri: at("followers"),
        following_uri: at("following"),
        featured_uri: at("featured"),
        moderators_uri: if kind == ActorKind::Group {
            at("moderators")
        } else {
            None
        },
        name: name.to_owned(),
        summary: String::new(),
        summary_source: None,
        emojis: Json(Vec::new()),
        hide_collections: false,
        icon_url: None,
        image_url: None,
        key_id: format!("{uri}#main-key"),
        public_key_pem: keys.public_pem().to_owned(),
        private_key_pem: Some(keys.private_pem().to_owned()),
        locked: false,
        discoverable: true,
        indexable: kind == ActorKind::Group,
        memorial: false,
        suspended_at: None,
        moved_to: None,
        also_known_as: Json(Vec::new()),
        fields: Json(Vec::new()),
        topics: Json(Vec::new()),
        followers_count: 0,
        following_count: 0,
        posts_count: 0,
        last_post_at: None,
        published_at: ledger.now,
        updated_at: ledger.now,
        fetched_at: None,
        deleted_at: None,
        uri,
    }
}

/// A name for people: 1 to 100 characters that can be seen.
pub(crate) fn checked_name(name: &str) -> Result<String, Refusal> {
    let name: String = name
        .trim()
        .chars()
        .filter(|c| !c.is_control() && !topics::turns_writing(*c))
        .collect();
    if (1..=100).contains(&name.chars().count()) {
        Ok(name)
    } else {
        Err(Refusal::BadName)
    }
}

/// The name of a group for people: like that of a person, and with each word in one alphabet, so that no group looks like another one.
pub(crate) fn checked_group_name(name: &str) -> Result<String, Refusal> {
    let name = checked_name(name)?;
    if name.split_whitespace().any(topics::mixes_alphabets) {
        return Err(Refusal::NotUnderstood(
            "each word in the name of a group has letters of one alphabet".into(),
        ));
    }
    Ok(name)
}

fn looks_like_email(email: &str) -> bool {
    email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && matches!(email.split_once('@'), Some((local, host)) if !local.is_empty() && !host.is_empty() && !host.contains('@'))
}
