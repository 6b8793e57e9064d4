//! The counts side by side.

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Cell, CellAlignment};

use crate::demo::count::Counts;
use crate::terminal::{Colour, paint};

/// The table and the verdict.
#[derive(Debug)]
pub struct Table {
    /// To be printed.
    pub text: String,
    /// Whether everything adds up.
    pub is_equal: bool,
}

impl Table {
    /// Compares.
    pub fn of(counts: &Counts) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_header(["", "recording", "log", "Postgres", "SSE client", ""]);
        let columns = [counts.recording, counts.log, counts.postgres, counts.viewer.sums];
        let columns = columns.map(|sums| sums.rows());
        let mut is_equal = counts.complaints.is_empty();
        for (row, (name, first)) in columns[0].iter().enumerate() {
            let values = columns.map(|column| column[row].1);
            let same = values.iter().all(|value| value == first);
            is_equal &= same;
            let mut cells = vec![Cell::new(name)];
            cells.extend(values.map(|value| right(&thousands(value))));
            cells.push(Cell::new(if same { "=" } else { "≠" }));
            table.add_row(cells);
        }
        let mut text = table.to_string();
        for complaint in &counts.complaints {
            text.push('\n');
            text.push_str(&paint(Colour::Red, complaint));
        }
        text.push('\n');
        text.push_str(&verdict(is_equal, counts));
        Self { text, is_equal }
    }
}

fn verdict(is_equal: bool, counts: &Counts) -> String {
    if is_equal {
        let (events, types) = (thousands(counts.events), counts.types.len());
        let text =
            format!("equal everywhere: {events} events of {types} types, none missing, none twice");
        paint(Colour::Green, &text)
    } else {
        paint(Colour::Red, "NOT EQUAL: something was lost or doubled")
    }
}

fn right(text: &str) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// 230000 as `230,000`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::sums::Sums;
    use crate::recording::types::Types;
    use crate::sse::Received;

    fn counts() -> Counts {
        let sums = Sums { messages: 306, paid_gold: 230_000, ..Sums::default() };
        let viewer = Received { sums, ..Received::default() };
        Counts {
            recording: sums,
            log: sums,
            postgres: sums,
            viewer,
            types: Types::default(),
            events: 306,
            complaints: vec![],
        }
    }

    #[test]
    fn equal_counts_are_equal() {
        let table = Table::of(&counts());
        assert!(table.is_equal);
        assert!(table.text.contains("230,000") && !table.text.contains('≠'));
    }

    #[test]
    fn one_difference_anywhere_is_a_failure() {
        let mut lost = counts();
        lost.postgres.messages = 305;
        assert!(!Table::of(&lost).is_equal);

        let mut complained = counts();
        complained.complaints.push("the viewer missed 1 items".into());
        assert!(!Table::of(&complained).is_equal);
    }

    #[test]
    fn thousands_are_grouped() {
        let grouped = [0, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(grouped, ["0", "999", "1,000", "1,234,567"]);
    }
}
