//! Servers.

use kindred_storage::instances::{self, Instance, InstancePatch};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::THEN;
use kindred_storage::{Dialect, InstanceId, Moment, Page, Standing};

fn lemmy(version: Option<&str>) -> instances::Software<'_> {
    instances::Software {
        name: Some("lemmy"),
        version,
        dialect: Dialect::Threadiverse,
        keeps_private: version.is_some(),
    }
}

#[tokio::test]
async fn a_server_is_remembered_once_and_watched() {
    both(|db| async move {
        let acme = Instance::unknown(InstanceId(1), "acme.example", THEN);
        let first = acme.clone();
        assert_eq!(tell!(db, |db| instances::remember(db, &first)), acme);
        let again = tell!(db, |db| instances::remember(
            db,
            &Instance::unknown(InstanceId(2), "acme.example", THEN)
        ));
        assert_eq!(again, acme);
        assert_eq!(
            ask!(db, |db| instances::find(db, InstanceId(1))),
            Some(acme)
        );
        assert_eq!(
            ask!(db, |db| instances::by_hosts(
                db,
                &["acme.example".to_owned(), "b.example".to_owned()]
            ))
            .len(),
            1
        );
        assert_eq!(ask!(db, |db| instances::count(db)), 1);
        assert_eq!(ask!(db, |db| instances::page(db, &Page::first(5))).len(), 1);

        tell!(db, |db| instances::note_nodeinfo(
            db,
            InstanceId(1),
            lemmy(None),
            Moment(5)
        ));
        let learned = InstancePatch {
            dialect: Some(Dialect::Mobilizon),
            dialect_learned: Some(true),
            agreement: Some(kindred_storage::Agreement::Agreed),
            ..InstancePatch::default()
        };
        tell!(db, |db| instances::update(db, InstanceId(1), &learned));
        tell!(db, |db| instances::note_nodeinfo(
            db,
            InstanceId(1),
            lemmy(Some("1.0")),
            Moment(6)
        ));
        tell!(db, |db| instances::note_heard(
            db,
            "acme.example",
            Moment(7)
        ));
        tell!(db, |db| instances::note_signature_form(
            db,
            "acme.example",
            true
        ));
        let known = ask!(db, |db| instances::by_host(db, "acme.example")).unwrap();
        assert_eq!(
            (known.dialect, known.software_version.as_deref()),
            (Dialect::Mobilizon, Some("1.0"))
        );
        assert!(known.keeps_private);
        assert_eq!(
            (known.nodeinfo_at, known.last_heard_at, known.speaks_rfc9421),
            (Some(Moment(6)), Some(Moment(7)), true)
        );
        assert_eq!(
            ask!(db, |db| instances::with_agreement(
                db,
                kindred_storage::Agreement::Agreed
            ))
            .len(),
            1
        );

        assert!(!tell!(db, |db| instances::note_reached(db, "acme.example")));
        assert!(tell!(db, |db| instances::note_unreachable(
            db,
            "acme.example",
            Moment(8)
        )));
        assert!(!tell!(db, |db| instances::note_unreachable(
            db,
            "acme.example",
            Moment(9)
        )));
        assert!(tell!(db, |db| instances::note_asleep(
            db,
            "acme.example",
            Moment(9)
        )));
        assert_eq!(
            ask!(db, |db| instances::by_host(db, "acme.example"))
                .unwrap()
                .failing_since,
            Some(Moment(8))
        );
        assert!(tell!(db, |db| instances::note_reached(db, "acme.example")));
        let known = ask!(db, |db| instances::by_host(db, "acme.example")).unwrap();
        assert_eq!((known.failing_since, known.asleep_since), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_block_of_a_server_covers_those_below_it() {
    both(|db| async move {
        tell!(db, |db| {
            let evil = Instance {
                standing: Standing::Blocked,
                ..Instance::unknown(InstanceId(1), "evil.example", THEN)
            };
            instances::remember(db, &evil)
        });
        assert_eq!(
            ask!(db, |db| instances::with_standing(db, Standing::Blocked)).len(),
            1
        );
        for (host, blocked) in [
            ("evil.example", true),
            ("very.evil.example", true),
            ("evil.example:8443", true),
            ("devil.example", false),
            ("example", false),
            ("evil.example.org", false),
        ] {
            assert_eq!(
                ask!(db, |db| instances::is_blocked(db, host)),
                blocked,
                "{host}"
            );
        }
    })
    .await;
}
