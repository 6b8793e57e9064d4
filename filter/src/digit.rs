//! Digits in all their styles: ASCII, full width, circled, bracketed, raised, Chinese.

/// The digit that a styled character stands for; Chinese numerals are not among them.
pub(crate) fn styled(c: char) -> Option<u32> {
    let within = |first: u32, value: u32| Some(c as u32 - first + value);
    match c {
        '0'..='9' => within(0x30, 0),
        '²' | '³' => within(0xB2, 2),
        '¹' => Some(1),
        '⁴'..='⁹' => within(0x2074, 4),
        '₀'..='₉' => within(0x2080, 0),
        '①'..='⑨' => within(0x2460, 1),
        '⑴'..='⑼' => within(0x2474, 1),
        '⒈'..='⒐' => within(0x2488, 1),
        '⁰' | '⓪' | '⓿' | '\u{1F100}' => Some(0),
        '⓵'..='⓽' => within(0x24F5, 1),
        '❶'..='❾' => within(0x2776, 1),
        '➀'..='➈' => within(0x2780, 1),
        '➊'..='➒' => within(0x278A, 1),
        '０'..='９' => within(0xFF10, 0),
        '\u{1D7CE}'..='\u{1D7FF}' => Some((c as u32 - 0x1D7CE) % 10),
        '\u{1F101}'..='\u{1F10A}' => within(0x1F101, 0),
        _ => None,
    }
}

/// The digit that a character stands for in a number that is to be read by people.
pub(crate) fn spoken(c: char) -> Option<u32> {
    const NUMERALS: [&str; 10] = [
        "零〇",
        "一壹㈠㊀幺",
        "二贰貳㈡㊁两",
        "三叁參㈢㊂",
        "四肆㈣㊃",
        "五伍㈤㊄",
        "六陆陸㈥㊅",
        "七柒㈦㊆",
        "八捌㈧㊇",
        "九玖㈨㊈",
    ];
    let numeral = || NUMERALS.iter().zip(0..).find(|(all, _)| all.contains(c));
    styled(c).or_else(|| if c.is_ascii() { None } else { numeral().map(|(_, value)| value) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_of_a_digit_is_that_digit() {
        for (text, digits) in [
            ("9⓿二肆⁹₈③⑸⒋➃㈤㊄", "902498354455"),
            ("０１２３４５６７８９", "0123456789"),
            ("❶➁➌𝟜𝟝⓺⒎", "1234567"),
            ("零壹贰叁肆伍陆柒捌玖", "0123456789"),
        ] {
            let read: String = text.chars().map(|c| spoken(c).unwrap().to_string()).collect();
            assert_eq!(read, digits);
        }
        assert_eq!(styled('三'), None);
        assert_eq!(spoken('a'), None);
        assert_eq!(spoken('十'), None);
    }
}
