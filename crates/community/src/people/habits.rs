//! What people usually choose when they write.

use kindred_storage::{
    Json,
    accounts::{self, Account, AccountPatch},
};

use crate::{Kindred, Refusal, Result};

/// What somebody would like to choose from now on. What is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HabitWish {
    /// Who may see it: `public`, `unlisted`, `private` or `direct`.
    pub privacy: Option<String>,
    /// Whether pictures are covered at first.
    pub sensitive: Option<bool>,
    /// The language; an empty one is none.
    pub language: Option<String>,
    /// Who may quote it: `public`, `followers` or `nobody`.
    pub quote_policy: Option<String>,
}

/// Changes what somebody of ours usually chooses. Answers the account as it is now.
pub async fn change_habits(
    kindred: &Kindred,
    account: Account,
    wish: HabitWish,
) -> Result<Account> {
    if wish == HabitWish::default() {
        return Ok(account);
    }
    if wish.language.as_ref().is_some_and(|tag| !is_tag(tag)) {
        return Err(Refusal::Unfit("a language is a tag such as en or pt-BR".to_owned()).into());
    }
    kindred
        .write(move |ledger| {
            let mut account = accounts::find(ledger.db, account.id)?.ok_or(Refusal::NotSignedIn)?;
            let habits = &mut account.habits.0;
            if let Some(privacy) = wish.privacy {
                habits.privacy = privacy;
            }
            if let Some(policy) = wish.quote_policy {
                habits.quote_policy = policy;
            }
            if let Some(language) = wish.language {
                habits.language = Some(language).filter(|tag| !tag.is_empty());
            }
            habits.sensitive = wish.sensitive.unwrap_or(habits.sensitive);
            let patch = AccountPatch {
                habits: Some(Json(habits.clone())),
                ..AccountPatch::default()
            };
            accounts::update(ledger.db, account.id, &patch)?;
            Ok(account)
        })
        .await
}

/// Whether it looks like a BCP 47 tag, or is nothing.
fn is_tag(text: &str) -> bool {
    text.len() <= 35
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
