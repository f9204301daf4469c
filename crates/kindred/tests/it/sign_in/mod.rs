//! Signing in: with a browser, and through programs that somebody lets in.

mod browsers;
mod processes;
mod programs;
mod pushes;
pub(crate) mod streams;

use kindred_community::{AccountRole, people};

use crate::support::{Fediverse, Instance};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Nadia has an account with a password, Mei one without.
pub(crate) async fn nadias_house(fediverse: &Fediverse) -> Instance {
    let ours = fediverse
        .instance("kindred.example")
        .with_person("mei")
        .start()
        .await;
    give_nadia_a_key(&ours).await;
    ours
}

/// Nadia gets an account with a password.
pub(crate) async fn give_nadia_a_key(ours: &Instance) {
    let newcomer = people::Newcomer {
        handle: "nadia".to_owned(),
        name: Some("Nadia".to_owned()),
        email: "nadia@kindred.example".to_owned(),
        password: Some(PASSWORD.to_owned()),
        role: AccountRole::Member,
    };
    people::arrive(ours.kindred(), newcomer)
        .await
        .expect("an account");
}
