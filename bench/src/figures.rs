//! Medians, and tables of them.

use comfy_table::{Table, presets};

/// What one run of one thing gave.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// How many a second.
    pub(crate) per_second: f64,
    /// Median latency in milliseconds.
    pub(crate) p50_ms: f64,
    /// 99th percentile in milliseconds.
    pub(crate) p99_ms: f64,
}

/// The run in the middle by rate, with the lowest and the highest rate.
pub(crate) fn median(mut runs: Vec<Run>) -> Option<(Run, f64, f64)> {
    runs.sort_by(|a, b| a.per_second.total_cmp(&b.per_second));
    let (first, last) = (runs.first()?.per_second, runs.last()?.per_second);
    Some((runs[runs.len() / 2], first, last))
}

/// A table in Markdown, ready for `docs/performance.md`.
pub(crate) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(header);
    table
}

/// A rate with thousands separators.
pub(crate) fn rate(per_second: f64) -> String {
    let digits = format!("{per_second:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
