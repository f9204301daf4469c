use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "one example of every job there is")]
fn the_written_form_of_every_job_stays() {
    let parcel = Parcel {
        signer: ActorId(1),
        microblog: None,
        threadiverse: Some(ActivityId(2)),
        small_talk: false,
    };
    let written: Vec<String> = [
        Job::Receive {
            activity: ActivityId(3),
        },
        Job::FanOut {
            parcel,
            hearers: Hearers {
                followers_of: Some(ActorId(4)),
                also: vec![ActorId(5)],
                ..Hearers::default()
            },
        },
        Job::Deliver {
            parcel,
            inbox: "https://far.example/inbox".into(),
        },
        Job::Learn {
            host: "far.example".into(),
        },
        Job::Introduce { actor: ActorId(6) },
        Job::FollowAlong {
            old: ActorId(6),
            new: ActorId(7),
        },
        Job::ReadDirectory {
            host: "far.example".into(),
        },
        Job::ForgetPartner {
            host: "far.example".into(),
        },
        Job::RedrawCards {
            topic: TopicId(9),
            after: ActorId(0),
        },
        Job::ReadTags {
            actor: ActorId(6),
            collection: "https://far.example/u/bo/tags".into(),
        },
        Job::Refresh {
            actor: "https://far.example/u/bo".into(),
        },
        Job::Ancestors {
            of: "https://far.example/1".into(),
            child: "https://far.example/2".into(),
        },
        Job::TellPoll { post: PostId(6) },
        Job::ClosePoll { post: PostId(6) },
        Job::LookAgain {
            post: "https://far.example/3".into(),
        },
        Job::AskAgain {
            follow: "https://kindred.example/a/7".into(),
        },
        Job::CatchUp { actor: ActorId(8) },
        Job::ReadPinned { actor: ActorId(8) },
        Job::TakeIn {
            post: "https://far.example/3".into(),
            find: Find {
                of: ActorId(8),
                at_home: true,
                pinned: false,
                deep: 1,
            },
        },
        Job::VerifyQuote {
            post: PostId(6),
            stamp: Some("https://far.example/stamps/1".into()),
            unasked: false,
        },
        Job::ReadThread {
            post: "https://far.example/3".into(),
            of: ActorId(8),
            reading: Reading {
                page: None,
                pages: 0,
                items: 0,
                deep: 3,
            },
        },
        Job::Publish {
            scheduled: ScheduledId(7),
        },
        Job::Card { post: PostId(8) },
        Job::VisitPages { of: ActorId(9) },
        Job::SweepUpload {
            upload: UploadId(6),
        },
        Job::RemoveFiles {
            files: vec!["abc.png".into()],
        },
        Job::EndAnnouncement {
            announcement: AnnouncementId(9),
        },
    ]
    .iter()
    .map(|job| serde_json::to_string(job).unwrap())
    .collect();
    insta::assert_snapshot!(written.join("\n"), @r#"
    {"kind":"receive","activity":3}
    {"kind":"fan_out","parcel":{"signer":1,"threadiverse":2},"followers_of":4,"also":[5]}
    {"kind":"deliver","parcel":{"signer":1,"threadiverse":2},"inbox":"https://far.example/inbox"}
    {"kind":"learn","host":"far.example"}
    {"kind":"introduce","actor":6}
    {"kind":"follow_along","old":6,"new":7}
    {"kind":"read_directory","host":"far.example"}
    {"kind":"forget_partner","host":"far.example"}
    {"kind":"redraw_cards","topic":9,"after":0}
    {"kind":"read_tags","actor":6,"collection":"https://far.example/u/bo/tags"}
    {"kind":"refresh","actor":"https://far.example/u/bo"}
    {"kind":"ancestors","of":"https://far.example/1","child":"https://far.example/2"}
    {"kind":"tell_poll","post":6}
    {"kind":"close_poll","post":6}
    {"kind":"look_again","post":"https://far.example/3"}
    {"kind":"ask_again","follow":"https://kindred.example/a/7"}
    {"kind":"catch_up","actor":8}
    {"kind":"read_pinned","actor":8}
    {"kind":"take_in","post":"https://far.example/3","find":{"of":8,"at_home":true,"pinned":false,"deep":1}}
    {"kind":"verify_quote","post":6,"stamp":"https://far.example/stamps/1","unasked":false}
    {"kind":"read_thread","post":"https://far.example/3","of":8,"reading":{"pages":0,"items":0,"deep":3}}
    {"kind":"publish","scheduled":7}
    {"kind":"card","post":8}
    {"kind":"visit_pages","of":9}
    {"kind":"sweep_upload","upload":6}
    {"kind":"remove_files","files":["abc.png"]}
    {"kind":"end_announcement","announcement":9}
    "#);
}

#[test]
fn the_written_form_of_every_job_about_order_stays() {
    let parcel = Parcel {
        signer: ActorId(1),
        microblog: None,
        threadiverse: Some(ActivityId(2)),
        small_talk: false,
    };
    let written: Vec<String> = [
        Job::SpreadAct {
            act: AuditId(6),
            parcel,
            room: ActorId(4),
            also: vec![ActorId(5)],
        },
        Job::DeliverAct {
            act: AuditId(6),
            parcel,
            inbox: "https://far.example/inbox".into(),
        },
        Job::TakeContent {
            group: ActorId(4),
            author: ActorId(5),
            by: ActorId(1),
        },
        Job::Moderators {
            group: "https://far.example/c/rust".into(),
        },
        Job::Complain {
            report: ReportId(7),
            to: ActorId(5),
        },
        Job::HandOver {
            report: ReportId(7),
        },
        Job::Sweep {
            domain: "far.example".into(),
            after: ActorId(0),
        },
    ]
    .iter()
    .map(|job| serde_json::to_string(job).unwrap())
    .collect();
    insta::assert_snapshot!(written.join("\n"), @r#"
    {"kind":"spread_act","act":6,"parcel":{"signer":1,"threadiverse":2},"room":4,"also":[5]}
    {"kind":"deliver_act","act":6,"parcel":{"signer":1,"threadiverse":2},"inbox":"https://far.example/inbox"}
    {"kind":"take_content","group":4,"author":5,"by":1}
    {"kind":"moderators","group":"https://far.example/c/rust"}
    {"kind":"complain","report":7,"to":5}
    {"kind":"hand_over","report":7}
    {"kind":"sweep","domain":"far.example","after":0}
    "#);
}

#[test]
fn a_short_break_is_noticed_within_half_a_minute_and_a_long_one_costs_little() {
    assert_eq!(pause(Duration::ZERO), Duration::from_secs(5));
    assert_eq!(pause(Duration::from_mins(10)), Duration::from_secs(30));
    assert_eq!(pause(PATIENCE), PATIENCE / 20);
    assert_eq!(pause(PATIENCE * 100), Duration::from_hours(6));
}

#[test]
fn a_job_that_fails_comes_back_ever_later() {
    let waits: Vec<u64> = [1, 2, 3, 9, 40]
        .map(|tries| retry_after(tries).as_secs())
        .into();
    assert_eq!(waits, [5, 15, 45, 6 * 3600, 6 * 3600]);
}
