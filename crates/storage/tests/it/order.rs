//! Receipts, sanctions and domains.

use kindred_storage::acts_heard::{self, ActHeard};
use kindred_storage::domains::{self, DomainAllow, DomainBlock};
use kindred_storage::receipts::{self, Receipt};
use kindred_storage::reports::{self, AuditLine};
use kindred_storage::sanctions::{self, Sanction};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::{self, THEN};
use kindred_storage::{
    ActorId, AuditId, DomainAllowId, DomainBlockId, InstanceId, Json, Moment, Page, PostId,
    ReceiptState, Severity, Standing, SuspendedWith, actors, instances, posts,
};

use crate::people::town;

const NADIA: ActorId = ActorId(1);
const TOMAS: ActorId = ActorId(2);

#[tokio::test]
async fn a_server_that_took_an_act_has_taken_it_whatever_its_other_inboxes_say() {
    both(|db| async move {
        town(&db).await;
        let receipt = |host: &str| Receipt {
            line_id: AuditId(1),
            host: host.to_owned(),
            state: ReceiptState::Waiting,
            why: None,
            changed_at: THEN,
        };
        let open = [receipt("acme.example"), receipt("far.example")];
        tell!(db, |db| {
            let line = AuditLine {
                id: AuditId(1),
                at: THEN,
                actor_id: Some(NADIA),
                action: "post.lock".to_owned(),
                subject: "https://kindred.example/posts/5".to_owned(),
                group_id: None,
                detail: Json(serde_json::Value::Null),
            };
            reports::record(db, &line)?;
            receipts::open(db, &open)?;
            receipts::open(db, &open)
        });
        for (state, why) in [
            (ReceiptState::GaveUp, Some("410")),
            (ReceiptState::Applied, None),
            (ReceiptState::GaveUp, Some("500")),
        ] {
            tell!(db, |db| receipts::settle(
                db,
                AuditId(1),
                "acme.example",
                state,
                why,
                Moment(9)
            ));
        }
        for (host, many) in [("acme.example", 0), ("far.example", 1), ("far.example", 0)] {
            let given_up = tell!(db, |db| receipts::give_up_on(db, host, "asleep", Moment(9)));
            assert_eq!(given_up, many, "{host}");
        }
        let found = ask!(db, |db| receipts::of_line(db, AuditId(1), "", 10));
        let states: Vec<_> = found
            .iter()
            .map(|receipt| (receipt.host.as_str(), receipt.state, receipt.why.as_deref()))
            .collect();
        assert_eq!(
            states,
            [
                ("acme.example", ReceiptState::Applied, None),
                ("far.example", ReceiptState::GaveUp, Some("asleep"))
            ]
        );
        let rest = ask!(db, |db| receipts::of_line(
            db,
            AuditId(1),
            "acme.example",
            10
        ));
        assert_eq!(rest.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_withheld_comes_back_and_what_a_moderator_removed_does_not() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            for id in [501, 502, 503] {
                posts::insert(db, &sample::post(id, TOMAS))?;
            }
            posts::mark_removed(db, PostId(501), Some(NADIA), Some("spam"), Moment(5))?;
            posts::mark_deleted(db, PostId(502), Moment(5))
        });
        assert_eq!(tell!(db, |db| sanctions::withhold(db, TOMAS, Moment(9))), 1);
        assert_eq!(tell!(db, |db| sanctions::withhold(db, TOMAS, Moment(9))), 0);
        assert!(ask!(db, |db| sanctions::is_withheld(db, PostId(503))));
        assert!(!ask!(db, |db| sanctions::is_withheld(db, PostId(501))));
        assert_eq!(tell!(db, |db| sanctions::release(db, TOMAS)), 1);
        let standing = ask!(db, |db| posts::page_of_author(db, TOMAS, &Page::first(9)));
        assert_eq!(
            standing.iter().map(|post| post.id.0).collect::<Vec<_>>(),
            [503]
        );
        let silenced = Sanction {
            silenced_at: Some(Moment(3)),
            suspended_with: Some(SuspendedWith::Person),
            ..Sanction::none(TOMAS)
        };
        let kept = silenced.clone();
        tell!(db, |db| {
            sanctions::record(db, &Sanction::none(TOMAS))?;
            sanctions::record(db, &silenced)
        });
        assert_eq!(
            ask!(db, |db| sanctions::find_many(db, &[NADIA, TOMAS])),
            [kept]
        );
    })
    .await;
}

#[tokio::test]
async fn a_domain_stands_for_everything_below_it_and_for_nothing_that_merely_looks_like_it() {
    both(|db| async move {
        town(&db).await;
        let hosts = [
            "bad.example",
            "a.bad.example",
            "notbad.example",
            "a.b_d.example",
            "a.bxd.example",
        ];
        tell!(db, |db| {
            for (id, host) in (900..).zip(hosts) {
                let unknown = instances::Instance::unknown(InstanceId(id), host, THEN);
                instances::remember(db, &unknown)?;
                actors::insert(db, &sample::stranger(id, "bo", host))?;
            }
            domains::set_standing(db, "bad.example", Standing::Blocked)
        });
        let mut under = ask!(db, |db| domains::hosts_under(db, "bad.example"));
        under.sort();
        assert_eq!(under, ["a.bad.example", "bad.example"]);
        assert_eq!(
            ask!(db, |db| domains::hosts_under(db, "b_d.example")),
            ["a.b_d.example"]
        );
        let people = ask!(db, |db| domains::actors_under(
            db,
            "bad.example",
            false,
            ActorId(0),
            10
        ));
        assert_eq!(people, [ActorId(900), ActorId(901)]);
        assert!(ask!(db, |db| instances::is_blocked(db, "a.bad.example")));

        let block = DomainBlock {
            id: DomainBlockId(1),
            domain: "bad.example".to_owned(),
            severity: Severity::Suspend,
            reject_media: true,
            reject_reports: false,
            obfuscate: false,
            private_comment: Some("spam".to_owned()),
            public_comment: None,
            created_at: THEN,
        };
        let changed = DomainBlock {
            severity: Severity::Silence,
            private_comment: None,
            ..block.clone()
        };
        let (first, second, expected) = (block.clone(), block, changed.clone());
        assert!(tell!(db, |db| domains::insert_block(db, &first)));
        assert!(!tell!(db, |db| domains::insert_block(db, &second)));
        tell!(db, |db| domains::update_block(db, &changed));
        let known = ask!(db, |db| domains::blocks_among(
            db,
            &["bad.example", "example"]
        ));
        assert_eq!(known, [expected]);
        tell!(db, |db| domains::remove_block(db, DomainBlockId(1)));
        assert!(ask!(db, |db| domains::blocks(db, &Page::first(9))).is_empty());

        for (id, domain) in [
            (1, "*.acme.example"),
            (2, "far.example"),
            (3, "far.example"),
        ] {
            let allow = DomainAllow {
                id: DomainAllowId(id),
                domain: domain.to_owned(),
                created_at: THEN,
            };
            let kept = tell!(db, |db| domains::insert_allow(db, &allow));
            assert_eq!(kept.id.0, id.min(2));
        }
        for (host, allowed) in [
            ("shop.acme.example", true),
            ("acme.example", false),
            ("far.example", true),
            ("a.far.example", false),
        ] {
            let found = ask!(db, |db| domains::is_allowed(db, host));
            assert_eq!(found, allowed, "{host}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_act_is_known_by_the_id_of_its_letter_until_it_is_taken_back() {
    both(|db| async move {
        town(&db).await;
        let lock = ActHeard {
            uri: "https://acme.example/activities/1".to_owned(),
            group_id: NADIA,
            kind: "Lock".to_owned(),
            subject: "https://kindred.example/posts/5".to_owned(),
            heard_at: THEN,
        };
        let other = ActHeard {
            kind: "Delete".to_owned(),
            ..lock.clone()
        };
        let first = lock.clone();
        tell!(db, |db| acts_heard::record(db, &first));
        tell!(db, |db| acts_heard::record(db, &other));
        let uri = lock.uri.clone();
        let known = ask!(db, |db| acts_heard::by_uri(db, &uri));
        assert_eq!(known, Some(lock.clone()), "what was first stays");
        let uri = lock.uri.clone();
        tell!(db, |db| acts_heard::forget(db, &uri));
        assert_eq!(ask!(db, |db| acts_heard::by_uri(db, &lock.uri)), None);
    })
    .await;
}
