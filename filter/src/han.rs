//! Traditional characters as simplified ones, one by one.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The block in which characters have two forms.
const UNIFIED: std::ops::RangeInclusive<char> = '\u{4E00}'..='\u{9FFF}';

/// Only those that differ. The crate converts texts; a text of one character asks it for its table.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let both = UNIFIED.filter_map(|traditional| {
        let mut buffer = [0; 4];
        let simplified = fast2s::convert(traditional.encode_utf8(&mut buffer)).chars().next()?;
        (simplified != traditional).then_some((traditional, simplified))
    });
    both.collect()
});

/// Whether it is a Chinese character, in either form.
pub(crate) fn is_han(c: char) -> bool {
    UNIFIED.contains(&c)
        || ('\u{3400}'..='\u{4DBF}').contains(&c)
        || ('\u{F900}'..='\u{FAFF}').contains(&c)
        || ('\u{20000}'..='\u{3FFFF}').contains(&c)
        || c == '〇'
}

/// The simplified form.
pub(crate) fn simplified(c: char) -> char {
    SIMPLIFIED.get(&c).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_become_simplified_ones() {
        let simple: String = "五星紅旗 國語 我".chars().map(simplified).collect();
        assert_eq!(simple, "五星红旗 国语 我");
    }
}
