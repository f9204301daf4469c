//! Accounts, and what people and programs show to be let in.

use kindred_storage::accounts::{self, Account, AccountPatch};
use kindred_storage::apps::{self, App, Token};
use kindred_storage::sessions::{self, Session};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::{self, THEN};
use kindred_storage::{
    AccountId, AccountOwner, AccountRole, AccountState, ActorId, AppId, Error, Moment, Page,
    SessionId, TokenId,
};

use crate::people::town;

#[tokio::test]
async fn an_account_is_found_by_everything_it_is_known_by() {
    both(|db| async move {
        town(&db).await;
        let nadia = sample::account(1, &sample::person(1, "nadia"));
        assert_eq!(
            ask!(db, |db| accounts::find(db, AccountId(1))),
            Some(nadia.clone())
        );
        assert_eq!(
            ask!(db, |db| accounts::by_actor(db, ActorId(1))),
            Some(nadia.clone())
        );
        let both = Some((nadia.clone(), sample::person(1, "nadia")));
        assert_eq!(ask!(db, |db| accounts::by_handle(db, "nadia")), both);
        assert_eq!(
            ask!(db, |db| accounts::by_email(db, "nadia@kindred.example")),
            both
        );
        assert_eq!(ask!(db, |db| accounts::by_handle(db, "mei")), None);
        assert_eq!(ask!(db, |db| accounts::page(db, &Page::first(10))).len(), 2);
        assert_eq!(ask!(db, |db| accounts::count(db)), 2);

        let patch = AccountPatch {
            owner: Some(AccountOwner::Oidc),
            external_id: Some(Some("42".to_owned())),
            role: Some(AccountRole::Admin),
            last_seen_at: Some(Some(Moment(9))),
            ..AccountPatch::default()
        };
        tell!(db, |db| accounts::update(db, AccountId(1), &patch));
        tell!(db, |db| accounts::update(
            db,
            AccountId(1),
            &AccountPatch::default()
        ));
        let (found, _) = ask!(db, |db| accounts::by_external_id(
            db,
            AccountOwner::Oidc,
            "42"
        ))
        .unwrap();
        assert_eq!((found.id, found.role), (AccountId(1), AccountRole::Admin));
        assert_eq!(
            ask!(db, |db| accounts::by_external_id(
                db,
                AccountOwner::Scim,
                "42"
            )),
            None
        );
        assert_eq!(ask!(db, |db| accounts::count_seen(db, Moment(9))), 1);
        assert_eq!(ask!(db, |db| accounts::count_seen(db, Moment(10))), 0);
        let left = AccountPatch {
            state: Some(AccountState::Left),
            ..AccountPatch::default()
        };
        tell!(db, |db| accounts::update(db, AccountId(2), &left));
        assert_eq!(ask!(db, |db| accounts::count(db)), 1);
    })
    .await;
}

#[tokio::test]
async fn an_address_belongs_to_one_account() {
    both(|db| async move {
        town(&db).await;
        let refused = db
            .write(|db| {
                let third = sample::person(4, "ines");
                kindred_storage::actors::insert(db, &third)?;
                let taken = Account {
                    email: "nadia@kindred.example".to_owned(),
                    ..sample::account(4, &third)
                };
                Ok::<_, Error>(accounts::insert(db, &taken)?)
            })
            .await;
        assert!(refused.unwrap_err().is_duplicate());
    })
    .await;
}

#[tokio::test]
async fn a_token_opens_until_it_is_void() {
    both(|db| async move {
        town(&db).await;
        let app = App {
            id: AppId(1),
            client_id: "a-client".to_owned(),
            secret_hash: "a hash".to_owned(),
            name: "Crab".to_owned(),
            website: None,
            redirect_uris: "crab://back".to_owned(),
            scopes: "read write".to_owned(),
            created_at: THEN,
            confidential: true,
        };
        let token = Token {
            id: TokenId(1),
            account_id: Some(AccountId(1)),
            app_id: Some(AppId(1)),
            token_hash: "one".to_owned(),
            scopes: "read".to_owned(),
            created_at: THEN,
            last_used_at: None,
            revoked_at: None,
        };
        let for_itself = Token {
            id: TokenId(2),
            account_id: None,
            token_hash: "two".to_owned(),
            ..token.clone()
        };
        let second = Token {
            id: TokenId(3),
            app_id: None,
            token_hash: "three".to_owned(),
            ..token.clone()
        };
        let (given, known) = (token.clone(), app.clone());
        tell!(db, |db| {
            apps::insert(db, &known)?;
            apps::insert_token(db, &given)?;
            apps::insert_token(db, &for_itself)?;
            apps::insert_token(db, &second)
        });
        assert_eq!(ask!(db, |db| apps::find(db, AppId(1))), Some(app.clone()));
        assert_eq!(
            ask!(db, |db| apps::by_client_id(db, "a-client")),
            Some(app.clone())
        );
        let nadia = sample::person(1, "nadia");
        let who = (sample::account(1, &nadia), nadia);
        assert_eq!(
            ask!(db, |db| apps::token_by_hash(db, "one")),
            Some((token.clone(), Some(who)))
        );
        assert_eq!(
            ask!(db, |db| apps::token_by_hash(db, "two")).unwrap().1,
            None
        );
        assert_eq!(ask!(db, |db| apps::token_by_hash(db, "none")), None);
        let given = ask!(db, |db| apps::tokens_of(db, AccountId(1)));
        assert_eq!(
            given
                .iter()
                .map(|(token, app)| (token.id.0, app.is_some()))
                .collect::<Vec<_>>(),
            [(3, false), (1, true)]
        );
        tell!(db, |db| apps::touch_token(db, TokenId(1), Moment(9)));
        assert_eq!(
            ask!(db, |db| apps::token_by_hash(db, "one"))
                .unwrap()
                .0
                .last_used_at,
            Some(Moment(9))
        );
        assert!(tell!(db, |db| apps::revoke_token(
            db,
            TokenId(1),
            Moment(10)
        )));
        assert!(!tell!(db, |db| apps::revoke_token(
            db,
            TokenId(1),
            Moment(11)
        )));
        assert_eq!(ask!(db, |db| apps::token_by_hash(db, "one")), None);
        assert_eq!(
            tell!(db, |db| apps::revoke_tokens_of(
                db,
                AccountId(1),
                Moment(11)
            )),
            1
        );
        assert_eq!(ask!(db, |db| apps::tokens_of(db, AccountId(1))), []);
    })
    .await;
}

#[tokio::test]
async fn a_session_opens_until_it_ends() {
    both(|db| async move {
        town(&db).await;
        let session = |id: i64, hash: &str| Session {
            id: SessionId(id),
            account_id: AccountId(1),
            token_hash: hash.to_owned(),
            created_at: THEN,
            last_seen_at: Moment(id),
            expires_at: Moment(100),
            user_agent: None,
        };
        let all = [session(1, "one"), session(2, "two"), session(3, "three")];
        tell!(db, |db| all
            .iter()
            .try_for_each(|session| sessions::insert(db, session)));
        let (found, account, actor) =
            ask!(db, |db| sessions::by_hash(db, "one", Moment(99))).unwrap();
        assert_eq!((found.id.0, account.id.0, actor.id.0), (1, 1, 1));
        assert_eq!(
            ask!(db, |db| sessions::by_hash(db, "one", Moment(100))),
            None
        );
        tell!(db, |db| sessions::touch(
            db,
            SessionId(1),
            Moment(50),
            Moment(200)
        ));
        assert!(ask!(db, |db| sessions::by_hash(db, "one", Moment(150))).is_some());
        let listed = ask!(db, |db| sessions::of_account(db, AccountId(1)));
        assert_eq!(
            listed
                .iter()
                .map(|session| session.id.0)
                .collect::<Vec<_>>(),
            [1, 3, 2]
        );
        assert!(tell!(db, |db| sessions::end(db, SessionId(3))));
        assert!(!tell!(db, |db| sessions::end(db, SessionId(3))));
        assert_eq!(tell!(db, |db| sessions::sweep(db, Moment(100))), 1);
        assert_eq!(
            tell!(db, |db| sessions::end_all(
                db,
                AccountId(1),
                Some(SessionId(1))
            )),
            0
        );
        assert_eq!(tell!(db, |db| sessions::end_all(db, AccountId(1), None)), 1);
    })
    .await;
}
