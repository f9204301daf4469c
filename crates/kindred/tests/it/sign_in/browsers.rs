//! Signing in with a browser: who comes in, what that opens, and how it ends.

use std::time::Duration;

use kindred_community::{JoinPolicy, Visibility, setup};

use super::{PASSWORD, nadias_house};
use crate::support::{Browser, Fediverse, on_both, on_sqlite};

#[actix_web::test]
async fn whoever_knows_the_password_is_signed_in_until_they_sign_out() {
    on_both(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let browser = Browser::at(&ours);
        assert!(browser.opens("/").await.text().contains("href=\"/login\""));
        let answer = browser.signs_in("nadia", PASSWORD).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (302, "/welcome")
        );
        let cookie = answer.header("set-cookie");
        assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
        let front = browser.opens("/").await;
        assert!(front.text().contains("href=\"/settings\""));
        assert_eq!(front.header("cache-control"), "private, no-cache");
        let known = browser.opens("/login?next=%2Fsettings").await;
        assert_eq!(known.header("location"), "/settings");
        let first = browser.cookie();
        let page = browser.opens("/login?again=true").await;
        let filled_in = [("username", "nadia"), ("password", PASSWORD)];
        browser.submits(&page, "/login", &filled_in).await;
        assert_ne!(first, browser.cookie(), "every sign-in has its own secret");
        let settings = browser.opens("/settings").await;
        assert_eq!(settings.status, 200);
        assert_eq!(
            settings.text().matches("/settings/sessions/").count(),
            0,
            "the session before it has ended"
        );
        let out = browser.submits(&settings, "/logout", &[]).await;
        assert_eq!(out.status, 302);
        let turned = browser.opens("/settings").await;
        assert_eq!(
            (turned.status, turned.header("location")),
            (302, "/login?next=%2Fsettings")
        );
    })
    .await;
}

#[actix_web::test]
async fn wrong_names_and_wrong_passwords_get_the_same_answer_and_not_endlessly_many() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let browser = Browser::at(&ours);
        let shown = |name: &str, text: String| text.replace(name, "NAME");
        let wrong = browser.signs_in("nadia", "wrong password").await;
        assert_eq!(wrong.status, 401);
        let wrong = shown("nadia", wrong.text());
        for nobody in ["tomas", "mei", "tomas@far.example"] {
            let answer = browser.signs_in(nobody, "wrong password").await;
            assert_eq!(answer.status, 401);
            assert_eq!(shown(nobody, answer.text()), wrong);
        }
        for _ in 0..9 {
            assert_eq!(browser.signs_in("nadia", "wrong").await.status, 401);
        }
        let tired = browser.signs_in("nadia", PASSWORD).await;
        assert_eq!(tired.status, 429);
        assert_eq!(tired.header("set-cookie"), "");
        fediverse.turn(Duration::from_mins(16));
        assert_eq!(browser.signs_in("nadia", PASSWORD).await.status, 302);
    })
    .await;
}

#[actix_web::test]
async fn another_password_signs_out_everywhere_else() {
    on_both(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let (here, there) = (Browser::at(&ours), Browser::at(&ours));
        here.signs_in("nadia", PASSWORD).await;
        there.signs_in("nadia", PASSWORD).await;
        let settings = here.opens("/settings").await;
        let wrong = [("old", "wrong"), ("new", "another long password")];
        let answer = here.submits(&settings, "/settings/password", &wrong).await;
        assert!(answer.text().contains("do not belong together"));
        let right = [("old", PASSWORD), ("new", "another long password")];
        let answer = here.submits(&settings, "/settings/password", &right).await;
        assert!(answer.text().contains("Your password is changed"));
        assert_eq!(here.opens("/settings").await.status, 200);
        assert_eq!(there.opens("/settings").await.status, 302);
        assert_eq!(there.signs_in("nadia", PASSWORD).await.status, 401);
        assert_eq!(
            there
                .signs_in("nadia", "another long password")
                .await
                .status,
            302
        );
        // And one browser can be signed out from another.
        let settings = here.opens("/settings").await.text();
        let action = settings
            .split("action=\"")
            .find(|rest| rest.starts_with("/settings/sessions/"))
            .and_then(|rest| rest.split('"').next())
            .unwrap()
            .to_owned();
        let page = here.opens("/settings").await;
        assert_eq!(here.submits(&page, &action, &[]).await.status, 303);
        assert_eq!(there.opens("/settings").await.status, 302);
    })
    .await;
}

#[actix_web::test]
async fn a_session_that_is_not_used_ends_by_itself() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = nadias_house(fediverse).await;
        let browser = Browser::at(&ours);
        browser.signs_in("nadia", PASSWORD).await;
        fediverse.turn(Duration::from_hours(24 * 29));
        assert_eq!(browser.opens("/settings").await.status, 200);
        fediverse.turn(Duration::from_hours(24 * 29));
        assert_eq!(browser.opens("/settings").await.status, 200);
        fediverse.turn(Duration::from_hours(24 * 31));
        assert_eq!(browser.opens("/settings").await.status, 302);
    })
    .await;
}

#[actix_web::test]
async fn members_see_the_pages_of_their_closed_groups() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = fediverse
            .instance("kindred.example")
            .with_person("mei")
            .with_group_like("guild", Visibility::Company, JoinPolicy::Open)
            .start()
            .await;
        super::give_nadia_a_key(&ours).await;
        let (nadia, stranger) = (Browser::at(&ours), Browser::at(&ours));
        nadia.signs_in("nadia", PASSWORD).await;
        assert_eq!(stranger.opens("/g/guild").await.status, 404);
        let page = nadia.opens("/g/guild").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("The guild group"));
    })
    .await;
}

#[actix_web::test]
async fn the_first_admin_chooses_a_password_and_is_signed_in() {
    on_sqlite(async |fediverse: &Fediverse| {
        let ours = fediverse.instance("kindred.example").start().await;
        let code = setup::invitation(ours.kindred()).await.unwrap().unwrap();
        let browser = Browser::at(&ours);
        let page = browser.opens(&format!("/setup?code={code}")).await;
        let told = [
            ("handle", "ines"),
            ("name", "Ines"),
            ("email", "ines@kindred.example"),
            ("password", PASSWORD),
        ];
        let welcome = browser.submits(&page, "/setup", &told).await;
        assert!(welcome.text().contains("Hello, Ines!"));
        assert!(
            browser
                .opens("/settings")
                .await
                .text()
                .contains("@ines@kindred.example")
        );
        assert_eq!(
            Browser::at(&ours).signs_in("ines", PASSWORD).await.status,
            302
        );
    })
    .await;
}
