//! What is measured, in the order in which it is printed, with what it must be and what it should be.

/// A row of the table.
pub(crate) struct Row {
    /// What it is called in the program.
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) must: Option<Bound>,
    pub(crate) aim: Option<Bound>,
}

/// What a figure has to be.
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    pub(crate) fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(bound) => value <= bound,
            Self::AtLeast(bound) => value >= bound,
        }
    }

    pub(crate) fn text(bound: Option<Self>) -> String {
        match bound {
            Some(Self::AtMost(bound)) => format!("≤ {bound}"),
            Some(Self::AtLeast(bound)) => format!("≥ {bound}"),
            None => "–".to_owned(),
        }
    }
}

const fn most(
    key: &'static str,
    title: &'static str,
    unit: &'static str,
    must: f64,
    aim: f64,
) -> Row {
    Row {
        key,
        title,
        unit,
        must: Some(Bound::AtMost(must)),
        aim: Some(Bound::AtMost(aim)),
    }
}

const fn plain(key: &'static str, title: &'static str, unit: &'static str) -> Row {
    Row {
        key,
        title,
        unit,
        must: None,
        aim: None,
    }
}

/// All rows, in the order in which they are printed.
pub(crate) const ROWS: &[Row] = &[
    plain("limit.sign", "limit: RSA-2048 signature made", "µs CPU"),
    plain(
        "limit.verify",
        "limit: RSA-2048 signature verified",
        "µs CPU",
    ),
    most("binary", "program, stripped", "MiB", 40.0, 25.0),
    most(
        "start.first",
        "start in an empty folder to the first 200",
        "s",
        1.0,
        0.3,
    ),
    most("start.later", "later start", "s", 0.5, 0.1),
    most(
        "idle",
        "memory 10 s after the start (PSS)",
        "MiB",
        40.0,
        20.0,
    ),
    most(
        "ingest.group",
        "post for a local group, without its fan-out",
        "ms CPU",
        1.0,
        0.5,
    ),
    most(
        "ingest.followed",
        "post of a followed person",
        "ms CPU",
        0.8,
        0.4,
    ),
    Row {
        key: "ingest.rate",
        title: "posts of followed people accepted and processed",
        unit: "per s (wall)",
        must: Some(Bound::AtLeast(800.0)),
        aim: Some(Bound::AtLeast(2000.0)),
    },
    most(
        "ingest.peak",
        "most memory while taking in (RSS)",
        "MiB",
        80.0,
        45.0,
    ),
    most(
        "follow.100",
        "new follower on a new server, 100 servers",
        "ms CPU",
        4.0,
        2.0,
    ),
    most(
        "follow.1000",
        "new follower on a new server, 1,000 servers",
        "ms CPU",
        4.0,
        2.0,
    ),
    most("deliver.100", "delivery, 100 servers", "ms CPU", 0.60, 0.40),
    most(
        "deliver.1000",
        "delivery, 1,000 servers",
        "ms CPU",
        0.60,
        0.40,
    ),
    most(
        "deliver.growth",
        "delivery, 5,000 servers against 1,000",
        "times",
        1.2,
        1.05,
    ),
    plain("deliver.5000", "delivery, 5,000 servers", "ms CPU"),
    most(
        "reach.100",
        "one post to 100 servers, p99 from the call to arrival",
        "ms (wall)",
        500.0,
        150.0,
    ),
    most(
        "reach.1000",
        "10 posts to 1,000 servers, last arrival",
        "s (wall)",
        5.0,
        3.0,
    ),
    most(
        "fanout.peak",
        "most memory while telling 1,000 servers (RSS)",
        "MiB",
        80.0,
        45.0,
    ),
    plain(
        "follow.5000",
        "new follower on a new server, 5,000 servers",
        "ms CPU",
    ),
    plain(
        "reach.5000",
        "10 posts to 5,000 servers, last arrival",
        "s (wall)",
    ),
    most(
        "fanout.peak.5000",
        "most memory while telling 5,000 servers (RSS)",
        "MiB",
        150.0,
        80.0,
    ),
    most(
        "quiet",
        "1,000 servers follow and nothing happens",
        "% of a core",
        0.2,
        0.05,
    ),
    most(
        "read.actor",
        "group actor (ActivityPub)",
        "ms CPU",
        0.10,
        0.05,
    ),
    most("read.webfinger", "WebFinger", "ms CPU", 0.05, 0.025),
    most(
        "read.outbox",
        "outbox page of a group (ActivityPub)",
        "ms CPU",
        1.0,
        0.4,
    ),
    most(
        "read.home",
        "home timeline, 20 entries (client API)",
        "ms CPU",
        0.6,
        0.3,
    ),
    most("read.page", "page of a group (HTML)", "ms CPU", 1.0, 0.5),
    most(
        "small.home",
        "home timeline of 20, 1,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("small.home.p99", "… p99", "ms (wall)"),
    most(
        "small.deep",
        "page of 20 far down the home timeline, 1,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("small.deep.p99", "… p99", "ms (wall)"),
    most(
        "small.group",
        "timeline of a group, 20, 1,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("small.group.p99", "… p99", "ms (wall)"),
    most(
        "small.account",
        "posts of a group as an account, 20, 1,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("small.account.p99", "… p99", "ms (wall)"),
    plain(
        "small.thread",
        "thread of 500 answers, 1,000 posts",
        "ms CPU",
    ),
    plain("small.thread.p99", "… p99", "ms (wall)"),
    most(
        "small.search",
        "search for a word of every post, 20, 1,000 posts",
        "ms CPU",
        5.0,
        2.0,
    ),
    plain("small.search.p99", "… p99", "ms (wall)"),
    most(
        "small.rare",
        "search for a word of few posts, 20, 1,000 posts",
        "ms CPU",
        5.0,
        2.0,
    ),
    plain("small.rare.p99", "… p99", "ms (wall)"),
    most(
        "large.home",
        "home timeline of 20, 100,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("large.home.p99", "… p99", "ms (wall)"),
    most(
        "large.deep",
        "page of 20 far down the home timeline, 100,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("large.deep.p99", "… p99", "ms (wall)"),
    most(
        "large.group",
        "timeline of a group, 20, 100,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("large.group.p99", "… p99", "ms (wall)"),
    most(
        "large.account",
        "posts of a group as an account, 20, 100,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("large.account.p99", "… p99", "ms (wall)"),
    plain(
        "large.thread",
        "thread of 500 answers, 100,000 posts",
        "ms CPU",
    ),
    plain("large.thread.p99", "… p99", "ms (wall)"),
    most(
        "large.search",
        "search for a word of every post, 20, 100,000 posts",
        "ms CPU",
        5.0,
        2.0,
    ),
    plain("large.search.p99", "… p99", "ms (wall)"),
    most(
        "large.rare",
        "search for a word of few posts, 20, 100,000 posts",
        "ms CPU",
        5.0,
        2.0,
    ),
    plain("large.rare.p99", "… p99", "ms (wall)"),
    most(
        "growth.home",
        "growth from 1,000 to 100,000 posts: home timeline",
        "times",
        1.5,
        1.2,
    ),
    most(
        "growth.deep",
        "growth from 1,000 to 100,000 posts: a page far down",
        "times",
        1.5,
        1.2,
    ),
    most(
        "growth.group",
        "growth from 1,000 to 100,000 posts: timeline of a group",
        "times",
        1.5,
        1.2,
    ),
    most(
        "growth.account",
        "growth from 1,000 to 100,000 posts: posts of a group as an account",
        "times",
        1.5,
        1.2,
    ),
    plain(
        "growth.thread",
        "growth from 1,000 to 100,000 posts: thread",
        "times",
    ),
    most(
        "growth.search",
        "growth from 1,000 to 100,000 posts: search for a word of every post",
        "times",
        3.0,
        2.0,
    ),
    most(
        "growth.rare",
        "growth from 1,000 to 100,000 posts: search for a word of few posts",
        "times",
        3.0,
        2.0,
    ),
    most(
        "growth.ingest",
        "growth from 1,000 to 100,000 posts: taking a post in",
        "times",
        1.5,
        1.2,
    ),
    plain(
        "young.ingest",
        "post for a local group, behind 1,000 posts",
        "ms CPU",
    ),
    plain(
        "old.ingest",
        "post for a local group, behind 95,000 posts",
        "ms CPU",
    ),
    most(
        "database",
        "database at 100,000 posts, for each post",
        "bytes",
        2200.0,
        1600.0,
    ),
    most(
        "sockets",
        "1,000 open streams, memory more (PSS)",
        "MiB",
        60.0,
        30.0,
    ),
    plain(
        "busy.alone",
        "home timeline five times a second, nobody else there, p99",
        "ms (wall)",
    ),
    most(
        "busy.p99",
        "the same while letters come in as fast as they are taken, p99",
        "ms (wall)",
        60.0,
        25.0,
    ),
    most("busy.ratio", "that much more", "times", 5.0, 3.0),
    plain("busy.taken", "letters taken meanwhile", "per s (wall)"),
    plain(
        "broken.live",
        "5 posts to 200 servers, p99 of the well ones: all of them are",
        "s (wall)",
    ),
    plain("broken.refusing", "… 20 % refuse", "s (wall)"),
    plain("broken.slow", "… 10 % answer after 2 s", "s (wall)"),
    plain("broken.busy", "… 10 % answer 503", "s (wall)"),
    plain(
        "broken.hanging",
        "… 5 % accept and never answer",
        "s (wall)",
    ),
    most(
        "broken.excess",
        "… the worst of these, beyond twice all live",
        "s (wall)",
        0.5,
        0.0,
    ),
    most(
        "back.refusing",
        "until they have what they missed: those that refused, Kindred started anew meanwhile",
        "s (wall)",
        120.0,
        30.0,
    ),
    most(
        "back.slow",
        "… those that were slow",
        "s (wall)",
        120.0,
        30.0,
    ),
    most(
        "back.busy",
        "… those that answered 503",
        "s (wall)",
        120.0,
        30.0,
    ),
    most(
        "back.hanging",
        "… those that never answered",
        "s (wall)",
        120.0,
        30.0,
    ),
    most("broken.twice", "told twice", "letters", 0.0, 0.0),
];
