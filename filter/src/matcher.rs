//! Many words at once: one automaton over the readings of a text, and for each hit the questions
//! whether it is a word here and whether the letters are repeated as nobody does by accident.

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};

use crate::fold::{Kind, Unit};
use crate::pattern::Pattern;
use crate::stream::{Cell, Readings, Stream};

/// Where a pattern comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A word of this list.
    Word { list: u32 },
    /// A phrase in which words are no offence.
    Allowed,
}

/// A hit: which bytes of the text, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) begin: usize,
    pub(crate) end: usize,
    pub(crate) source: Source,
}

/// Words, compiled.
#[derive(Debug)]
pub(crate) struct Matcher {
    automaton: AhoCorasick,
    patterns: Vec<Pattern>,
}

/// Which reading a hit was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Written,
    Leet,
}

impl Matcher {
    /// Takes a while for many words: not on a thread that serves requests.
    pub(crate) fn new(patterns: Vec<Pattern>) -> Result<Self, BuildError> {
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(patterns.iter().map(|pattern| pattern.text.as_bytes()))?;
        Ok(Self { automaton, patterns })
    }

    /// All hits, in no order; they may overlap.
    pub(crate) fn find(&self, readings: &Readings) -> Vec<Hit> {
        let mut hits = vec![];
        let Readings { units, plain, joined, leet } = readings;
        self.find_in(plain, Reading::Written, units, &mut hits);
        if let Some(joined) = joined {
            self.find_in(joined, Reading::Written, units, &mut hits);
        }
        for stream in leet {
            self.find_in(stream, Reading::Leet, units, &mut hits);
        }
        hits
    }

    fn find_in(&self, stream: &Stream, reading: Reading, units: &[Unit], hits: &mut Vec<Hit>) {
        for found in self.automaton.find_overlapping_iter(&stream.text) {
            let pattern = &self.patterns[found.pattern()];
            let first = stream.cell_of[found.start()] as usize;
            let last = stream.cell_of[found.end() - 1] as usize;
            let cells = &stream.cells[first..=last];
            if pattern.is_whole && !stands_alone(&stream.cells, first, last) {
                continue;
            }
            if !repeats_fit(pattern, cells) {
                continue;
            }
            let (first, last) = (cells[0].first as usize, cells[cells.len() - 1].last as usize);
            let hit = &units[first..=last];
            // A number is a number, whatever its digits are drawn like.
            if reading == Reading::Leet && hit.iter().all(|unit| unit.kind == Kind::Digit) {
                continue;
            }
            let (begin, end) = (units[first].begin as usize, units[last].end as usize);
            hits.push(Hit { begin, end, source: pattern.source });
        }
    }
}

/// Whether no word goes on before or after.
fn stands_alone(cells: &[Cell], first: usize, last: usize) -> bool {
    let goes_on = |place: Option<usize>, edge: Kind| {
        place.and_then(|place| cells.get(place)).is_some_and(|cell| match cell.kind {
            Kind::Letter => true,
            Kind::Digit => edge == Kind::Digit,
            Kind::Wide => edge == Kind::Wide,
            Kind::Picture | Kind::Space | Kind::Symbol | Kind::Apostrophe | Kind::Pause => false,
        })
    };
    !goes_on(first.checked_sub(1), cells[first].kind) && !goes_on(Some(last + 1), cells[last].kind)
}

/// Whether each letter stands at least as often as in the word, and oftener only on purpose: `fuuck`
/// may be a slip, and `good` is not `god`.
fn repeats_fit(pattern: &Pattern, cells: &[Cell]) -> bool {
    let (mut stretched, mut excess, mut is_mixed) = (0, 0, false);
    for (cell, run) in cells.iter().zip(&pattern.runs) {
        if cell.kind == Kind::Space {
            continue;
        }
        if cell.run < *run || (pattern.is_masked || cell.kind == Kind::Digit) && cell.run != *run {
            return false;
        }
        if cell.kind == Kind::Letter {
            stretched = stretched.max(cell.run - run);
            excess += cell.run - run;
            is_mixed |= cell.is_mixed;
        }
    }
    excess == 0 || 2 <= stretched || 2 <= excess || is_mixed
}
