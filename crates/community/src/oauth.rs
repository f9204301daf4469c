//! Programs that people use to reach us: they introduce themselves, are let in by somebody, and get a token for it (OAuth 2).
//!
//! A program asks for a code, a person consents, the program swaps the code for a token: once, soon, from the address it was sent
//! to, and with the verifier whose challenge it sent ahead (RFC 7636). Nothing here knows pages or headers; which words and
//! statuses OAuth has for a refusal is the door's business.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
pub use kindred_storage::apps::App;
use kindred_storage::{
    AccountId, AppId, Moment, TokenId, accounts as rows, actors,
    apps::{self, Token},
    codes::{self, Code},
};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::{
    Kindred, Ledger, Refusal, Result,
    accounts::{self, fingerprint, fresh_secret, may_sign_in},
    scopes,
};

/// The address that stands for "show the code to the person".
pub const OUT_OF_BAND: &str = "urn:ietf:wg:oauth:2.0:oob";

/// A code is good for so long: time enough to carry it to another window by hand.
const CODE_LASTS: Duration = Duration::from_mins(5);

/// A program that nobody let in for so long is forgotten.
const UNUSED_FOR: Duration = Duration::from_hours(24 * 30);

/// The most addresses that a program may be sent back to.
const MOST_ADDRESSES: usize = 20;
/// The longest address, in characters.
const LONGEST_ADDRESS: usize = 2000;
/// The longest name of a program, in characters.
const LONGEST_NAME: usize = 100;

/// A browser would run, show or hand these to somebody else instead of carrying a code to a program.
const NO_WAY_BACK: [&str; 8] = [
    "javascript",
    "data",
    "vbscript",
    "file",
    "about",
    "blob",
    "view-source",
    "mailto",
];

/// A program that introduces itself.
#[derive(Clone, Debug)]
pub struct NewApp {
    /// What it calls itself towards people.
    pub name: String,
    /// Where it may be sent back to.
    pub redirect_uris: Vec<String>,
    /// What it may ask for at most.
    pub scopes: String,
    /// Where one learns more.
    pub website: Option<String>,
    /// It can keep a secret.
    pub confidential: bool,
}

/// A program's wish, understood and found to be within what it may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What it asks for, separated by spaces.
    pub scopes: String,
    /// What its verifier will be compared with.
    pub challenge: Option<String>,
}

/// Why a program is sent back without a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// OAuth's word for it.
    pub code: &'static str,
    /// What is wrong, for whoever develops the program.
    pub words: String,
}

/// A token as it is handed out: the only time its secret is seen.
#[derive(Clone, Debug)]
pub struct Issued {
    /// What the program shows from now on.
    pub secret: String,
    /// What it may do.
    pub scopes: String,
    /// When it was given.
    pub created_at: Moment,
}

/// Lets a program introduce itself. Answers it and its secret, which is shown once.
///
/// Refuses one without a name or an address to be sent back to, and addresses that no browser should follow.
pub async fn register(kindred: &Kindred, new: NewApp) -> Result<(App, String)> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Refusal::BadProgram("its name has 1 to 100 characters".into()).into());
    }
    let scopes = scopes::checked(&new.scopes).map_err(|no| Refusal::BadProgram(no.to_string()))?;
    let redirect_uris = checked_addresses(&new.redirect_uris)?;
    let website = new
        .website
        .filter(|site| !site.is_empty())
        .map(|site| checked_website(&site))
        .transpose()?;
    let (client_id, secret) = (fresh_secret()?, fresh_secret()?);
    let secret_hash = fingerprint(&secret);
    let app = kindred
        .write(move |ledger| {
            sweep(ledger)?;
            let app = App {
                id: AppId(ledger.next_id()),
                client_id,
                secret_hash,
                name,
                website,
                redirect_uris: redirect_uris.join("\n"),
                scopes,
                created_at: ledger.now,
                confidential: new.confidential,
            };
            apps::insert(ledger.db, &app)?;
            Ok(app)
        })
        .await?;
    Ok((app, secret))
}

/// Anybody may introduce programs, so those that lead to nothing go again.
fn sweep(ledger: &mut Ledger<'_>) -> Result<()> {
    codes::sweep(ledger.db, ledger.now)?;
    apps::sweep(ledger.db, ledger.now - UNUSED_FOR)?;
    Ok(())
}

fn checked_addresses(given: &[String]) -> Result<Vec<String>, Refusal> {
    let addresses: Vec<String> = given
        .iter()
        .flat_map(|some| some.split_whitespace())
        .map(checked_address)
        .collect::<Result<_, _>>()?;
    if addresses.is_empty() || addresses.len() > MOST_ADDRESSES {
        return Err(Refusal::BadProgram(format!(
            "it needs 1 to {MOST_ADDRESSES} addresses to be sent back to"
        )));
    }
    Ok(addresses)
}

fn checked_address(address: &str) -> Result<String, Refusal> {
    let refused = |why: &str| {
        Err(Refusal::BadProgram(format!(
            "an address to be sent back to {why}"
        )))
    };
    if address.len() > LONGEST_ADDRESS {
        return refused("is too long");
    }
    let Ok(read) = Url::parse(address) else {
        return refused("has to be absolute");
    };
    if read.fragment().is_some() {
        return refused("has no fragment");
    }
    if NO_WAY_BACK.contains(&read.scheme()) || address.contains(char::is_control) {
        return refused("has to lead to a program");
    }
    if !read.username().is_empty() || read.password().is_some() {
        return refused("names no user");
    }
    Ok(address.to_owned())
}

fn checked_website(site: &str) -> Result<String, Refusal> {
    match Url::parse(site) {
        Ok(read) if site.len() <= LONGEST_ADDRESS && matches!(read.scheme(), "http" | "https") => {
            Ok(read.to_string())
        }
        _ => Err(Refusal::BadProgram(
            "its website is an http or https address".into(),
        )),
    }
}

/// The program that a token was handed to.
pub async fn app(kindred: &Kindred, id: AppId) -> Result<App> {
    kindred
        .read(move |db| Ok(apps::find(db, id)?.ok_or(Refusal::NoSuchProgram)?))
        .await
}

/// The program that calls itself so, if it may be sent back to this address: one of those that it named, letter for letter.
pub async fn asking(kindred: &Kindred, client_id: &str, redirect_uri: &str) -> Result<App> {
    let app = by_client_id(kindred, client_id).await?;
    if app.redirect_uris.lines().any(|known| known == redirect_uri) {
        Ok(app)
    } else {
        Err(Refusal::ForeignAddress.into())
    }
}

async fn by_client_id(kindred: &Kindred, client_id: &str) -> Result<App> {
    let client_id = client_id.to_owned();
    kindred
        .read(move |db| Ok(apps::by_client_id(db, &client_id)?.ok_or(Refusal::NoSuchProgram)?))
        .await
}

/// What a program asks for, if it may: a code, within its scopes, with a challenge by S256 if it cannot keep a secret.
pub fn wish(
    app: &App,
    response_type: &str,
    scopes: Option<&str>,
    challenge: Option<&str>,
    method: Option<&str>,
) -> Result<Wish, Denied> {
    let denied = |code, words: &str| Denied {
        code,
        words: words.to_owned(),
    };
    if response_type != "code" {
        return Err(denied(
            "unsupported_response_type",
            "only response_type=code is understood",
        ));
    }
    let scopes = match scopes {
        Some(list) => scopes::checked(list)
            .map_err(|refusal| denied("invalid_scope", &refusal.to_string()))?,
        None if scopes::cover(&app.scopes, scopes::DEFAULT) => scopes::DEFAULT.to_owned(),
        None => app.scopes.clone(),
    };
    if !scopes::cover(&app.scopes, &scopes) {
        return Err(denied(
            "invalid_scope",
            "the program asks for more than it introduced itself with",
        ));
    }
    let challenge = match (challenge, method) {
        (None, None) if app.confidential => None,
        (None, None) => {
            return Err(denied(
                "invalid_request",
                "a program without a secret has to send a code_challenge",
            ));
        }
        (Some(challenge), Some("S256")) if is_challenge(challenge) => Some(challenge.to_owned()),
        (Some(_), Some("S256")) => {
            return Err(denied(
                "invalid_request",
                "the code_challenge is no SHA-256 in base64url",
            ));
        }
        _ => {
            return Err(denied(
                "invalid_request",
                "code_challenge and code_challenge_method=S256 belong together",
            ));
        }
    };
    Ok(Wish { scopes, challenge })
}

fn is_challenge(challenge: &str) -> bool {
    BASE64_URL_SAFE_NO_PAD
        .decode(challenge)
        .is_ok_and(|hash| hash.len() == 32)
}

/// Somebody consents: the code that the program may swap for a token.
pub async fn consent(
    kindred: &Kindred,
    who: AccountId,
    app: &App,
    redirect_uri: &str,
    wish: Wish,
) -> Result<String> {
    let secret = fresh_secret()?;
    let (code_hash, app, redirect_uri) = (fingerprint(&secret), app.id, redirect_uri.to_owned());
    kindred
        .write(move |ledger| {
            codes::sweep(ledger.db, ledger.now)?;
            let code = Code {
                code_hash,
                app_id: app,
                account_id: who,
                redirect_uri,
                scopes: wish.scopes,
                challenge: wish.challenge,
                expires_at: ledger.now + CODE_LASTS,
            };
            codes::insert(ledger.db, &code)?;
            Ok(())
        })
        .await?;
    Ok(secret)
}

/// A program as it shows itself: its name, and its secret if it has one.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What it calls itself towards us.
    pub client_id: String,
    /// Its secret.
    pub secret: Option<String>,
}

/// Swaps a code for a token. `scopes`, when given, may only narrow what was consented to.
pub async fn swap(
    kindred: &Kindred,
    shown: Shown,
    code: &str,
    redirect_uri: &str,
    verifier: Option<&str>,
) -> Result<Issued> {
    let app = proven(kindred, &shown).await?;
    let (hash, redirect_uri) = (fingerprint(code), redirect_uri.to_owned());
    let verifier = verifier.map(str::to_owned);
    let secret = fresh_secret()?;
    let token_hash = fingerprint(&secret);
    let token = kindred
        .write(move |ledger| {
            let code = codes::by_hash(ledger.db, &hash)?
                .filter(|code| code.expires_at > ledger.now && code.app_id == app.id)
                .ok_or(Refusal::BadGrant("this code is not (or no longer) good"))?;
            if code.redirect_uri != redirect_uri {
                return Err(Refusal::BadGrant("the code was sent to another redirect_uri").into());
            }
            check_verifier(code.challenge.as_deref(), verifier.as_deref())?;
            let gone = Refusal::BadGrant("whoever consented is not here any more");
            let account = rows::find(ledger.db, code.account_id)?.ok_or(gone.clone())?;
            let actor = actors::find(ledger.db, account.actor_id)?.ok_or(gone.clone())?;
            if !may_sign_in(&account, &actor) {
                return Err(gone.into());
            }
            if !codes::take(ledger.db, &hash)? {
                return Err(Refusal::BadGrant("this code was used already").into());
            }
            issue(ledger, Some(account.id), app.id, token_hash, code.scopes)
        })
        .await?;
    Ok(issued(secret, token))
}

/// A token for a program that speaks for itself alone.
pub async fn for_itself(kindred: &Kindred, shown: Shown, scopes: Option<&str>) -> Result<Issued> {
    let app = proven(kindred, &shown).await?;
    if !app.confidential {
        return Err(Refusal::NoSuchProgram.into());
    }
    let scopes = match scopes {
        Some(list) => scopes::checked(list).map_err(|no| Refusal::BadScopes(no.to_string()))?,
        None if scopes::cover(&app.scopes, scopes::DEFAULT) => scopes::DEFAULT.to_owned(),
        None => app.scopes.clone(),
    };
    if !scopes::cover(&app.scopes, &scopes) {
        return Err(Refusal::BadScopes(
            "the program asks for more than it introduced itself with".into(),
        )
        .into());
    }
    let secret = fresh_secret()?;
    let token_hash = fingerprint(&secret);
    let token = kindred
        .write(move |ledger| issue(ledger, None, app.id, token_hash, scopes))
        .await?;
    Ok(issued(secret, token))
}

/// A token for somebody who made an account through a program.
pub(crate) async fn for_newcomer(
    kindred: &Kindred,
    account: AccountId,
    app: AppId,
    scopes: String,
) -> Result<Issued> {
    let secret = fresh_secret()?;
    let token_hash = fingerprint(&secret);
    let token = kindred
        .write(move |ledger| issue(ledger, Some(account), app, token_hash, scopes))
        .await?;
    Ok(issued(secret, token))
}

/// Makes a token void. An unknown one is as void as can be; one that another program was handed is not this one's business.
pub async fn revoke(kindred: &Kindred, shown: Shown, token: &str) -> Result<()> {
    let app = proven(kindred, &shown).await?;
    let hash = fingerprint(token);
    kindred
        .write(move |ledger| match apps::token_by_hash(ledger.db, &hash)? {
            None => Ok(()),
            Some((token, _)) if token.app_id == Some(app.id) => accounts::void(ledger, token.id),
            Some(_) => Err(Refusal::NotYours.into()),
        })
        .await
}

/// The program that shows itself so: with its secret, unless it cannot keep one and has none.
async fn proven(kindred: &Kindred, shown: &Shown) -> Result<App> {
    let app = by_client_id(kindred, &shown.client_id).await?;
    let fits = match &shown.secret {
        Some(secret) => {
            let hash = fingerprint(secret);
            bool::from(hash.as_bytes().ct_eq(app.secret_hash.as_bytes()))
        }
        None => !app.confidential,
    };
    if fits {
        Ok(app)
    } else {
        Err(Refusal::NoSuchProgram.into())
    }
}

/// A challenge that was sent ahead has to be met, and a verifier without one means that somebody took the challenge away.
fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Refusal> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) => {
            let met = BASE64_URL_SAFE_NO_PAD.encode(openssl::sha::sha256(verifier.as_bytes()));
            let well_formed = (43..=128).contains(&verifier.len());
            if well_formed && bool::from(met.as_bytes().ct_eq(challenge.as_bytes())) {
                Ok(())
            } else {
                Err(Refusal::BadGrant("the code_verifier is not the right one"))
            }
        }
        (Some(_), None) => Err(Refusal::BadGrant("the code_verifier is missing")),
        (None, Some(_)) => Err(Refusal::BadGrant(
            "there is a code_verifier, but no code_challenge was sent ahead",
        )),
    }
}

fn issue(
    ledger: &mut Ledger<'_>,
    account_id: Option<AccountId>,
    app: AppId,
    token_hash: String,
    scopes: String,
) -> Result<Token> {
    let token = Token {
        id: TokenId(ledger.next_id()),
        account_id,
        app_id: Some(app),
        token_hash,
        scopes,
        created_at: ledger.now,
        last_used_at: None,
        revoked_at: None,
    };
    apps::insert_token(ledger.db, &token)?;
    Ok(token)
}

fn issued(secret: String, token: Token) -> Issued {
    Issued {
        secret,
        scopes: token.scopes,
        created_at: token.created_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tusky(confidential: bool) -> App {
        App {
            id: AppId(1),
            client_id: "tusky".into(),
            secret_hash: String::new(),
            name: "Tusky".into(),
            website: None,
            redirect_uris: "oauth2redirect://com.keylesspalace.tusky/".into(),
            scopes: "read write push".into(),
            created_at: Moment(0),
            confidential,
        }
    }

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn a_wish_is_within_what_the_program_introduced_itself_with() {
        let cases: [(&str, Option<&str>, Result<&str, &str>); 6] = [
            ("code", Some("read write"), Ok("read write")),
            ("code", Some("read:lists push"), Ok("read:lists push")),
            ("code", None, Ok("read")),
            ("code", Some("follow"), Err("invalid_scope")),
            ("code", Some("everything"), Err("invalid_scope")),
            ("token", Some("read"), Err("unsupported_response_type")),
        ];
        for (kind, scopes, expected) in cases {
            let found = wish(&tusky(true), kind, scopes, None, None);
            let found = found
                .as_ref()
                .map(|wish| wish.scopes.as_str())
                .map_err(|denied| denied.code);
            assert_eq!(found, expected, "{kind} {scopes:?}");
        }
    }

    #[test]
    fn a_program_without_a_secret_needs_a_challenge_and_nobody_gets_around_sha_256() {
        let asks = |confidential, challenge, method| {
            wish(&tusky(confidential), "code", None, challenge, method)
                .map(|wish| wish.challenge)
                .map_err(|denied| denied.code)
        };
        assert_eq!(asks(true, None, None), Ok(None));
        assert_eq!(asks(false, None, None), Err("invalid_request"));
        for confidential in [true, false] {
            let ask = |challenge, method| asks(confidential, challenge, method);
            assert_eq!(
                ask(Some(CHALLENGE), Some("S256")),
                Ok(Some(CHALLENGE.into()))
            );
            assert_eq!(ask(Some(CHALLENGE), Some("plain")), Err("invalid_request"));
            assert_eq!(ask(Some(CHALLENGE), None), Err("invalid_request"));
            assert_eq!(ask(Some("short"), Some("S256")), Err("invalid_request"));
            assert_eq!(ask(None, Some("S256")), Err("invalid_request"));
        }
    }

    #[test]
    fn a_verifier_has_to_meet_the_challenge_that_was_sent_ahead() {
        // The example of RFC 7636.
        assert_eq!(check_verifier(Some(CHALLENGE), Some(VERIFIER)), Ok(()));
        assert_eq!(check_verifier(None, None), Ok(()));
        for (challenge, verifier) in [
            (Some(CHALLENGE), None),
            (Some(CHALLENGE), Some("wrong")),
            (Some(CHALLENGE), Some(CHALLENGE)),
            (Some(CHALLENGE), Some("")),
            (None, Some(VERIFIER)),
        ] {
            assert!(
                check_verifier(challenge, verifier).is_err(),
                "{challenge:?} {verifier:?}"
            );
        }
    }

    #[test]
    fn only_addresses_that_lead_to_a_program_are_taken() {
        for good in [
            OUT_OF_BAND,
            "https://phanpy.example/",
            "https://phanpy.example/?a=b",
            "http://localhost:5173/callback",
            "icecubesapp://",
            "oauth2redirect://com.keylesspalace.tusky/",
            "mastodon-android-auth://callback",
            "com.example.app:/back",
        ] {
            assert_eq!(checked_address(good).as_deref(), Ok(good));
        }
        for bad in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,hi",
            "https://a.example/#b",
            "/relative",
            "https://nadia:secret@a.example/",
            "nonsense",
            "",
        ] {
            assert!(checked_address(bad).is_err(), "{bad}");
        }
        let given = |text: &str| checked_addresses(&[text.to_owned()]);
        assert_eq!(
            given("a://b\nc://d e://f").unwrap(),
            ["a://b", "c://d", "e://f"]
        );
        assert!(given("  ").is_err());
        assert!(checked_addresses(&[]).is_err());
        assert!(given(&"a://b ".repeat(MOST_ADDRESSES + 1)).is_err());
    }
}
