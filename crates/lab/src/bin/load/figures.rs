//! What was measured: every figure of every round, and the table of their medians beside what they must be.
//!
//! It judges nothing beyond that comparison.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::rows::{Bound, ROWS};

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

    /// Notes how many times as much the last figure of one kind is as that of another, where there are both.
    pub(crate) fn note_ratio(&mut self, key: &'static str, of: &str, to: &str) {
        let last = |key: &str| self.0.get(key).and_then(|values| values.last()).copied();
        if let (Some(of), Some(to)) = (last(of), last(to)) {
            self.note(key, of / to);
        }
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

/// What all but a hundredth of these stay below.
pub(crate) fn p99(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let at = (values.len() * 99).div_ceil(100).saturating_sub(1);
    values.get(at.min(last)).copied().unwrap_or_default()
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
