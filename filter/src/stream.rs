//! The ways to read a folded text, each as a string for the automaton: as it is written, with noise
//! between letters left out, and with digits and signs read as the letters they are drawn like.
//!
//! A letter that is repeated stands once and its count is kept, so that `fuuuck` is found as `fuck`
//! and `ass` is not found in `as`.

use crate::fold::{Kind, Unit};

/// One character of a stream: a run of equal units.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    pub(crate) kind: Kind,
    pub(crate) run: u32,
    /// Written in more than one style, as nobody does by accident: `cⓒ`.
    pub(crate) is_mixed: bool,
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// A string to search, and what each of its bytes came from.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) text: String,
    pub(crate) cells: Vec<Cell>,
    /// For each byte of the text its cell.
    pub(crate) cell_of: Vec<u32>,
    last_char: Option<char>,
    last_raw: Option<char>,
}

/// A folded text in all its readings.
#[derive(Debug)]
pub(crate) struct Readings {
    pub(crate) units: Vec<Unit>,
    pub(crate) plain: Stream,
    /// Only where it differs.
    pub(crate) joined: Option<Stream>,
    /// With `1` and `!` as i, and as l; only where there is something to read so.
    pub(crate) leet: Vec<Stream>,
}

impl Readings {
    pub(crate) fn of(units: Vec<Unit>) -> Self {
        let plain = plain(&units);
        let is_noise = |kind| matches!(kind, Kind::Symbol | Kind::Apostrophe | Kind::Picture);
        let noisy = units.iter().any(|unit| is_noise(unit.kind));
        // Without signs only letters that stand alone can be joined.
        let lonely = || (1..plain.cells.len()).any(|at| may_be_noise(&plain.cells, at));
        let joined = (noisy || lonely()).then(|| joined(&units));
        let leet = if units.iter().any(|unit| leet_letter(unit.folded, 'i').is_some()) {
            let forked = units.iter().any(|unit| matches!(unit.folded, '1' | '!' | '|'));
            let others: &[char] = if forked { &['i', 'l'] } else { &['i'] };
            others.iter().filter_map(|one| leet(&units, *one)).collect()
        } else {
            vec![]
        };
        Self { units, plain, joined, leet }
    }
}

/// Whether a gap stands between two letters that stand alone, or within a script without spaces.
fn may_be_noise(cells: &[Cell], at: usize) -> bool {
    let kind = |at: Option<usize>| at.and_then(|at| cells.get(at)).map(|cell| cell.kind);
    let is_gap = |at: Option<usize>| kind(at).is_none_or(|kind| kind == Kind::Space);
    let (left, right) = (at.checked_sub(1), Some(at + 1));
    if !is_gap(Some(at)) || is_gap(left) || is_gap(right) {
        return false;
    }
    let is_wide = kind(left) == Some(Kind::Wide) && kind(right) == Some(Kind::Wide);
    is_wide || is_gap(at.checked_sub(2)) && is_gap(Some(at + 2))
}

impl Stream {
    fn push(&mut self, c: char, kind: Kind, raw: char, unit: u32) {
        if let Some(cell) = self.cells.last_mut()
            && self.last_char == Some(c)
        {
            cell.run += 1;
            cell.last = unit;
            cell.is_mixed |= self.last_raw != Some(raw);
        } else {
            let number = u32::try_from(self.cells.len()).unwrap_or(u32::MAX);
            self.cells.push(Cell { kind, run: 1, is_mixed: false, first: unit, last: unit });
            self.text.push(c);
            self.cell_of.resize(self.text.len(), number);
        }
        self.last_char = Some(c);
        self.last_raw = Some(raw);
    }

    fn push_gap(&mut self, unit: u32) {
        if self.last_char != Some(' ') {
            self.push(' ', Kind::Space, ' ', unit);
        }
    }
}

fn numbered(units: &[Unit]) -> impl Iterator<Item = (u32, &Unit)> {
    (0..).zip(units)
}

fn plain(units: &[Unit]) -> Stream {
    let mut stream = Stream::with_capacity(units.len());
    for (number, unit) in numbered(units) {
        if unit.kind.is_of_words() {
            stream.push(unit.folded, unit.kind, unit.raw, number);
        } else {
            stream.push_gap(number);
        }
    }
    stream
}

impl Stream {
    fn with_capacity(units: usize) -> Self {
        Self {
            text: String::with_capacity(units),
            cells: Vec::with_capacity(units),
            cell_of: Vec::with_capacity(units),
            ..Self::default()
        }
    }
}

fn joined(units: &[Unit]) -> Stream {
    let mut stream = Stream::with_capacity(units.len());
    let mut at = 0;
    while let Some(unit) = units.get(at) {
        if unit.kind.is_read() {
            stream.push(unit.folded, unit.kind, unit.raw, at.try_into().unwrap_or(u32::MAX));
            at += 1;
            continue;
        }
        let rest = &units[at..];
        let length = rest.iter().take_while(|unit| !unit.kind.is_read()).count();
        if !is_noise(units, at, length) {
            stream.push_gap(at.try_into().unwrap_or(u32::MAX));
        }
        at += length;
    }
    stream
}

/// Whether what stands at `at` only keeps the letters around it apart.
fn is_noise(units: &[Unit], at: usize, length: usize) -> bool {
    let gap = &units[at..at + length];
    let (Some(left), Some(right)) =
        (at.checked_sub(1).and_then(|left| units.get(left)), units.get(at + length))
    else {
        return false;
    };
    if gap.iter().any(|unit| unit.kind == Kind::Pause) {
        return false;
    }
    let stands_alone = |place: usize| {
        let other = |place: Option<usize>| {
            let kind = place.and_then(|place| units.get(place)).map(|unit| unit.kind);
            kind.is_some_and(Kind::is_read)
        };
        !other(place.checked_sub(1)) && !other(place.checked_add(1))
    };
    if left.kind == Kind::Wide && right.kind == Kind::Wide {
        return length <= 3;
    }
    if stands_alone(at - 1) && stands_alone(at + length) {
        return true;
    }
    gap.iter().all(|unit| matches!(unit.kind, Kind::Symbol | Kind::Picture))
}

/// The letter that a digit or a sign is drawn like; `one` says what `1` is.
fn leet_letter(c: char, one: char) -> Option<char> {
    Some(match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '6' | '9' => 'g',
        '7' | '+' => 't',
        '8' => 'b',
        '(' | '<' => 'c',
        '#' => 'h',
        // Somebody's own mask: the pattern says where it may stand.
        '*' => '*',
        _ => return None,
    })
}

fn leet(units: &[Unit], one: char) -> Option<Stream> {
    let mut stream = Stream::with_capacity(units.len());
    let mut is_of_use = false;
    let mut begin = 0;
    for token in units.split_inclusive(|unit| unit.kind == Kind::Space) {
        let letters = token.iter().filter(|unit| unit.kind == Kind::Letter).count();
        let drawn = token.iter().filter(|unit| leet_letter(unit.folded, one).is_some());
        let signs = drawn.clone().filter(|unit| unit.kind == Kind::Symbol).count();
        let reads = drawn.count() != 0 && (letters != 0 || 2 <= signs);
        is_of_use |= reads;
        for (number, unit) in (begin..).zip(token) {
            let letter = leet_letter(unit.folded, one).filter(|_| reads);
            if let Some(letter) = letter {
                stream.push(letter, Kind::Letter, unit.raw, number);
            } else if unit.kind.is_of_words() {
                stream.push(unit.folded, unit.kind, unit.raw, number);
            } else if !reads || unit.kind != Kind::Symbol {
                stream.push_gap(number);
            }
        }
        begin += u32::try_from(token.len()).unwrap_or(u32::MAX);
    }
    is_of_use.then_some(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    #[test]
    fn a_text_has_its_readings() {
        let readings = |text: &str| {
            let Readings { plain, joined, leet, .. } = Readings::of(fold(text));
            let leet: Vec<String> = leet.into_iter().map(|stream| stream.text).collect();
            (plain.text, joined.map(|stream| stream.text), leet)
        };
        assert_eq!(readings("good day").1, None);
        assert_eq!(readings("good  day").0, "god day");
        assert_eq!(readings("F A G").1.unwrap(), "fag");
        assert_eq!(readings("he'll do").1.unwrap(), "he l do");
        assert_eq!(readings("f.u.c.k off").1.unwrap(), "fuck of");
        assert_eq!(readings("傻@冒，狗+东西").1.unwrap(), "傻冒 狗东西");
        assert_eq!(readings("sh1t 12").2, ["shit 12", "shlt 12"]);
        assert_eq!(readings("page 12").2, [""; 0]);
        assert_eq!(readings("@$$").2, ["as"]);
    }
}
