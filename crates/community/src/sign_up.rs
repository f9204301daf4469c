//! Making an account by oneself, where the house allows it.
//!
//! Without mail nobody can prove that an address is theirs, so a house that takes in people of its company only takes them in by the
//! hands of its admins.

use crate::{
    AccountRole, Kindred, Refusal, Result,
    oauth::{self, Issued},
    people::{self, Newcomer},
    settings::SignUp,
    views::Token,
};

/// Somebody makes an account through a program, which gets a token to speak for them.
///
/// Refuses whoever did not agree to the rules, and programs that speak for somebody already.
pub async fn through(
    kindred: &Kindred,
    program: &Token,
    newcomer: Newcomer,
    agreed: bool,
) -> Result<Issued> {
    if kindred.settings().sign_up != SignUp::Open {
        return Err(Refusal::SignUpClosed.into());
    }
    let app = program.app.ok_or(Refusal::NotYours)?;
    if !agreed {
        return Err(Refusal::MustAgree.into());
    }
    let newcomer = Newcomer {
        role: AccountRole::Member,
        ..newcomer
    };
    let (account, _) = people::arrive(kindred, newcomer).await?;
    oauth::for_newcomer(kindred, account.id, app, program.scopes.join(" ")).await
}
