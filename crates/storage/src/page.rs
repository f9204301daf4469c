//! Walking through a list that is sorted by id, a page at a time.
//!
//! A page is named by the id it begins at, never by a number of rows to skip: a list that grows at its head would show
//! rows twice, and a deep page would cost as much as all the pages before it.

/// Which part of a list that is sorted by id is wanted. The answer is newest first in every case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Only older than this one (`max_id`).
    pub before: Option<i64>,
    /// Only newer than this one, the newest of all first (`since_id`).
    pub since: Option<i64>,
    /// Only newer than this one, and of those the ones right above it (`min_id`).
    pub above: Option<i64>,
    /// How many at most.
    pub limit: i64,
}

impl Page {
    /// The newest `limit`.
    pub const fn first(limit: i64) -> Self {
        Self {
            before: None,
            since: None,
            above: None,
            limit,
        }
    }

    /// The `limit` that come before this one.
    pub const fn before(id: i64, limit: i64) -> Self {
        Self {
            before: Some(id),
            ..Self::first(limit)
        }
    }

    /// The newest `limit` that came after this one.
    pub const fn since(id: i64, limit: i64) -> Self {
        Self {
            since: Some(id),
            ..Self::first(limit)
        }
    }

    /// The `limit` that came right after this one.
    pub const fn above(id: i64, limit: i64) -> Self {
        Self {
            above: Some(id),
            ..Self::first(limit)
        }
    }

    /// The upper end: every id must be below it.
    pub(crate) fn ceiling(&self) -> i64 {
        self.before.unwrap_or(i64::MAX)
    }

    /// The lower end: every id must be above it.
    pub(crate) fn floor(&self) -> i64 {
        self.above
            .unwrap_or(i64::MIN)
            .max(self.since.unwrap_or(i64::MIN))
    }

    /// Whether the oldest of what lies between the ends is wanted, rather than the newest.
    pub(crate) const fn upward(&self) -> bool {
        self.above.is_some()
    }
}

/// Loads one page of a query, whose rows are told apart by an id column.
///
/// Both ends are always part of the query: its text never changes, and so it is prepared once.
macro_rules! page {
    ($conn:expr, $query:expr, $id:expr, $page:expr) => {{
        let query = $query
            .filter($id.lt($page.ceiling()))
            .filter($id.gt($page.floor()))
            .limit($page.limit);
        if $page.upward() {
            query.order($id.asc()).load($conn).map(|mut rows| {
                rows.reverse();
                rows
            })
        } else {
            query.order($id.desc()).load($conn)
        }
    }};
}

pub(crate) use page;
