//! Notices, complaints and the record.

use kindred_storage::notifications::{self, Notification, Sieve};
use kindred_storage::reports::{self, AuditLine, Report, Sought};
use kindred_storage::testing::both;
use kindred_storage::testing::sample::THEN;
use kindred_storage::{
    ActorId, AuditId, Error, Json, Moment, NotificationId, NotificationKind, Page, PostId,
    ReportCategory, ReportId, ReportState, on,
};

use crate::people::town;

const NADIA: ActorId = ActorId(1);
const TOMAS: ActorId = ActorId(2);
const MEI: ActorId = ActorId(3);
const RUST: ActorId = ActorId(10);

fn notice(id: i64, owner: ActorId, kind: NotificationKind) -> Notification {
    Notification {
        id: NotificationId(id),
        owner_id: owner,
        kind,
        actor_id: MEI,
        post_id: None,
        group_id: Some(RUST),
        created_at: THEN,
        read_at: None,
        set_apart: false,
    }
}

#[tokio::test]
async fn notices_are_read_dismissed_and_taken_back_by_their_owner_only() {
    both(|db| async move {
        town(&db).await;
        tell!(db, |db| {
            notifications::add(db, &notice(1, NADIA, NotificationKind::Follow))?;
            let more: Vec<_> = (2..=5)
                .map(|id| notice(id, NADIA, NotificationKind::JoinRequest))
                .collect();
            notifications::add_many(db, &more)?;
            notifications::add_many(db, &[])?;
            notifications::add(db, &notice(6, TOMAS, NotificationKind::Like))
        });
        let page = ask!(db, |db| notifications::page(
            db,
            NADIA,
            &Sieve::default(),
            &Page::first(2)
        ));
        assert_eq!(
            page.iter().map(|notice| notice.id.0).collect::<Vec<_>>(),
            [5, 4]
        );
        assert_eq!(
            ask!(db, |db| notifications::find(db, TOMAS, NotificationId(1))),
            None
        );
        assert!(ask!(db, |db| notifications::find(db, NADIA, NotificationId(1))).is_some());
        assert_eq!(
            ask!(db, |db| notifications::count_after(
                db,
                NADIA,
                &Sieve::default(),
                NotificationId(0),
                100
            )),
            5
        );
        assert_eq!(
            ask!(db, |db| notifications::count_after(
                db,
                NADIA,
                &Sieve::default(),
                NotificationId(0),
                3
            )),
            3
        );
        assert_eq!(
            tell!(db, |db| notifications::mark_read(
                db,
                NADIA,
                NotificationId(4),
                Moment(9)
            )),
            4
        );
        assert_eq!(
            ask!(db, |db| notifications::count_after(
                db,
                NADIA,
                &Sieve::default(),
                NotificationId(4),
                100
            )),
            1
        );
        assert!(!tell!(db, |db| notifications::dismiss(
            db,
            TOMAS,
            NotificationId(1)
        )));
        assert!(tell!(db, |db| notifications::dismiss(
            db,
            NADIA,
            NotificationId(1)
        )));
        let asked = NotificationKind::JoinRequest;
        assert_eq!(
            tell!(db, |db| notifications::take_back(
                db,
                NADIA,
                asked,
                MEI,
                Some(PostId(1))
            )),
            0
        );
        assert_eq!(
            tell!(db, |db| notifications::take_back(
                db, NADIA, asked, MEI, None
            )),
            4
        );
        assert_eq!(tell!(db, |db| notifications::clear(db, NADIA)), 0);
        assert_eq!(tell!(db, |db| notifications::clear(db, TOMAS)), 1);
    })
    .await;
}

#[tokio::test]
async fn a_complaint_is_taken_once_and_resolved_once() {
    both(|db| async move {
        town(&db).await;
        let report = Report {
            id: ReportId(1),
            uri: Some("https://acme.example/flags/1".to_owned()),
            reporter_id: MEI,
            target_id: Some(TOMAS),
            group_id: Some(RUST),
            posts: Json(vec![PostId(5)]),
            comment: "rude".to_owned(),
            state: ReportState::Open,
            created_at: THEN,
            handled_at: None,
            handled_by: None,
            category: ReportCategory::Violation,
            rules: Json(vec!["2".to_owned()]),
            forwarded: false,
            assigned_to: None,
            site_since: None,
        };
        let first = report.clone();
        assert!(tell!(db, |db| reports::insert(db, &first)));
        let again = Report {
            id: ReportId(2),
            ..report.clone()
        };
        assert!(!tell!(db, |db| reports::insert(db, &again)));
        let other = Report {
            id: ReportId(3),
            uri: None,
            group_id: None,
            ..report.clone()
        };
        assert!(tell!(db, |db| reports::insert(db, &other)));
        assert_eq!(ask!(db, |db| reports::find(db, ReportId(1))), Some(report));
        let found =
            async |sought: Sought| ask!(db, |db| reports::page(db, sought, &Page::first(10))).len();
        let of_the_group = Sought {
            group: Some(RUST),
            state: Some(ReportState::Open),
            ..Sought::default()
        };
        assert_eq!(found(of_the_group).await, 1);
        assert_eq!(
            found(Sought::default()).await,
            0,
            "nothing is for the site yet"
        );
        for (id, new) in [(1, true), (3, true), (3, false)] {
            let handed = tell!(db, |db| reports::hand_to_site(db, ReportId(id), Moment(7)));
            assert_eq!(handed, new, "{id}");
        }
        assert_eq!(found(Sought::default()).await, 2);
        let by_tomas = Sought {
            reporter: Some(TOMAS),
            ..Sought::default()
        };
        assert_eq!(found(by_tomas).await, 0);
        assert_eq!(ask!(db, |db| reports::count_by(db, MEI, Moment(0))), 2);
        assert_eq!(ask!(db, |db| reports::count_by(db, MEI, THEN)), 0);
        assert!(tell!(db, |db| reports::resolve(
            db,
            ReportId(1),
            NADIA,
            Moment(9)
        )));
        assert!(!tell!(db, |db| reports::resolve(
            db,
            ReportId(1),
            TOMAS,
            Moment(10)
        )));
        let resolved = ask!(db, |db| reports::find(db, ReportId(1))).unwrap();
        assert_eq!(
            (resolved.handled_at, resolved.handled_by),
            (Some(Moment(9)), Some(NADIA))
        );
        tell!(db, |db| {
            reports::assign(db, ReportId(1), Some(TOMAS))?;
            reports::file_under(db, ReportId(1), ReportCategory::Spam, &Json(Vec::new()))
        });
        assert!(tell!(db, |db| reports::reopen(db, ReportId(1))));
        assert!(!tell!(db, |db| reports::reopen(db, ReportId(1))));
        let again = ask!(db, |db| reports::find(db, ReportId(1))).unwrap();
        assert_eq!(
            (
                again.state,
                again.handled_by,
                again.assigned_to,
                again.category
            ),
            (ReportState::Open, None, Some(TOMAS), ReportCategory::Spam)
        );
    })
    .await;
}

#[tokio::test]
async fn the_record_tells_who_did_what() {
    both(|db| async move {
        town(&db).await;
        let line = |id: i64, group| AuditLine {
            id: AuditId(id),
            at: THEN,
            actor_id: Some(NADIA),
            action: "remove_post".to_owned(),
            subject: "https://kindred.example/posts/5".to_owned(),
            group_id: group,
            detail: Json(serde_json::json!({ "reason": "off topic" })),
        };
        let (first, second) = (line(1, Some(RUST)), line(2, None));
        tell!(db, |db| {
            reports::record(db, &first)?;
            reports::record(db, &second)
        });
        assert_eq!(
            ask!(db, |db| reports::record_of_group(db, RUST, &Page::first(5))),
            [line(1, Some(RUST))]
        );
        assert_eq!(
            ask!(db, |db| reports::whole_record(db, &Page::first(5))).len(),
            2
        );
    })
    .await;
}

#[tokio::test]
async fn a_word_that_is_on_no_list_is_an_error_and_not_a_guess() {
    both(|db| async move {
        town(&db).await;
        let refused = db
            .write(|db| {
                let sql = "UPDATE actors SET kind = 'wizard' WHERE id = 3";
                on!(db, |conn| {
                    diesel::connection::SimpleConnection::batch_execute(conn, sql)
                })?;
                Ok::<_, Error>(kindred_storage::actors::find(db, MEI)?)
            })
            .await
            .unwrap_err();
        assert!(format!("{refused:?}").contains("wizard"), "{refused:?}");
    })
    .await;
}
