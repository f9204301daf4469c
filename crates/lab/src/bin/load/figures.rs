//! What was measured: every figure of every round, and the table of their medians beside what they must be.
//!
//! It judges nothing beyond that comparison.

use std::{collections::BTreeMap, fmt::Write as _};

/// A row of the table.
pub(crate) struct Row {
    /// What it is called in the program.
    pub(crate) key: &'static str,
    title: &'static str,
    unit: &'static str,
    must: Option<Bound>,
    aim: Option<Bound>,
}

#[derive(Clone, Copy)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(bound) => value <= bound,
            Self::AtLeast(bound) => value >= bound,
        }
    }

    fn text(bound: Option<Self>) -> String {
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
const ROWS: &[Row] = &[
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
        "small.group",
        "timeline of a group, 20, 1,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("small.group.p99", "… p99", "ms (wall)"),
    plain(
        "small.thread",
        "thread of 500 answers, 1,000 posts",
        "ms CPU",
    ),
    plain("small.thread.p99", "… p99", "ms (wall)"),
    most(
        "small.search",
        "full text search, 20 of all, 1,000 posts",
        "ms CPU",
        5.0,
        2.0,
    ),
    plain("small.search.p99", "… p99", "ms (wall)"),
    most(
        "large.home",
        "home timeline of 20, 100,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("large.home.p99", "… p99", "ms (wall)"),
    most(
        "large.group",
        "timeline of a group, 20, 100,000 posts",
        "ms CPU",
        0.6,
        0.3,
    ),
    plain("large.group.p99", "… p99", "ms (wall)"),
    plain(
        "large.thread",
        "thread of 500 answers, 100,000 posts",
        "ms CPU",
    ),
    plain("large.thread.p99", "… p99", "ms (wall)"),
    most(
        "large.search",
        "full text search, 20 of all, 100,000 posts",
        "ms CPU",
        5.0,
        2.0,
    ),
    plain("large.search.p99", "… p99", "ms (wall)"),
    most(
        "sockets",
        "1,000 open streams, memory more (PSS)",
        "MiB",
        60.0,
        30.0,
    ),
];

/// Everything that was measured.
#[derive(Debug, Default)]
pub(crate) struct Figures(BTreeMap<&'static str, Vec<f64>>);

impl Figures {
    /// Notes one figure of this round.
    pub(crate) fn note(&mut self, key: &'static str, value: f64) {
        debug_assert!(ROWS.iter().any(|row| row.key == key), "{key}");
        eprintln!("  {key}: {value:.3}");
        self.0.entry(key).or_default().push(value);
    }

    fn of(&self, key: &str) -> Option<(f64, f64, f64)> {
        let mut values = self.0.get(key)?.clone();
        values.sort_by(f64::total_cmp);
        let (first, last) = (*values.first()?, *values.last()?);
        Some((median(&values), first, last))
    }

    /// The medians with the smallest and the largest value, beside what they must be when they are to be judged.
    pub(crate) fn table(&self, judged: bool) -> String {
        let mut text = String::from(
            "| | figure | | smallest – largest | must | | aim |\n|---|---|---|---|---|---|---|\n",
        );
        for row in ROWS {
            let Some((median, first, last)) = self.of(row.key) else {
                continue;
            };
            let must = row.must.filter(|_| judged);
            let aim = row.aim.filter(|_| judged);
            let verdict = match must {
                Some(must) if must.holds(median) => "holds",
                Some(_) => "**MISSED**",
                None => "",
            };
            let (must, aim) = (Bound::text(must), Bound::text(aim));
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} – {} | {must} | {verdict} | {aim} |",
                row.title,
                shown(median),
                row.unit,
                shown(first),
                shown(last)
            );
        }
        if let (Some((sign, ..)), Some((deliver, ..))) =
            (self.of("limit.sign"), self.of("deliver.1000"))
        {
            let ratio = deliver * 1000.0 / sign;
            let _ = writeln!(
                text,
                "\nA delivery costs {ratio:.1} times what its signature costs."
            );
        }
        text
    }
}

/// The middle of sorted values.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        sorted[middle]
    } else {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    }
}

fn shown(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middling if middling >= 10.0 => format!("{value:.1}"),
        one if one >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}
