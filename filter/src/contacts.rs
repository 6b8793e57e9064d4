//! Numbers and addresses by which people are led elsewhere.

use std::collections::BTreeSet;
use std::ops::Range;

use domain::word_list::ContactKind;

use crate::digit::spoken;
use crate::fold::Unit;

/// Digits of the shortest number that is a way to reach somebody.
const DIGITS_MIN: usize = 8;
/// Characters that may stand between two digits of one number.
const GAP_MAX: usize = 2;

/// The bytes of each that is wanted.
pub(crate) fn find(
    text: &str,
    units: &[Unit],
    wanted: &BTreeSet<ContactKind>,
) -> Vec<Range<usize>> {
    let mut found = vec![];
    for kind in wanted {
        match kind {
            ContactKind::Number => numbers(units, &mut found),
            ContactKind::Url => words(text).filter_map(url).for_each(|url| found.push(url)),
            ContactKind::Email => words(text).filter_map(email).for_each(|mail| found.push(mail)),
        }
    }
    found
}

fn numbers(units: &[Unit], found: &mut Vec<Range<usize>>) {
    let is_digit = |unit: &Unit| spoken(unit.raw).or_else(|| spoken(unit.folded)).is_some();
    let mut at = 0;
    while at < units.len() {
        if !is_digit(&units[at]) {
            at += 1;
            continue;
        }
        let (begin, mut last, mut digits) = (at, at, 1);
        loop {
            let rest = &units[last + 1..];
            let gap = rest.iter().take_while(|unit| !unit.kind.is_of_words()).count();
            if GAP_MAX < gap || !rest.get(gap).is_some_and(is_digit) {
                break;
            }
            last += gap + 1;
            digits += 1;
        }
        if DIGITS_MIN <= digits {
            found.push(units[begin].begin as usize..units[last].end as usize);
        }
        at = last + 1;
    }
}

/// What stands between spaces and characters of other scripts, with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_edge = |c: char| !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | '(' | ')');
    let begin = text.as_ptr() as usize;
    text.split(is_edge)
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - begin, word))
}

fn url((at, word): (usize, &str)) -> Option<Range<usize>> {
    let lower = word.to_ascii_lowercase();
    let begin = lower.find("http://").or_else(|| lower.find("https://"));
    let begin = begin.or_else(|| lower.find("www."))?;
    let host = lower[begin..].trim_start_matches("http").trim_start_matches('s');
    let host = host.trim_start_matches("://").trim_start_matches("www.");
    host.starts_with(|c: char| c.is_ascii_alphanumeric()).then(|| at + begin..at + word.len())
}

fn email((at, word): (usize, &str)) -> Option<Range<usize>> {
    let (name, host) = word.split_once('@')?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    let name = &name[name.rfind(|c| !is_name(c)).map_or(0, |other| other + 1)..];
    let host = &host[..host.find(|c| !is_host(c)).unwrap_or(host.len())];
    let host = host.trim_end_matches(['.', '-']);
    let domain = host.rsplit_once('.').is_some_and(|(before, top)| {
        !before.is_empty() && 2 <= top.len() && top.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    let begin = at + word.find('@')? - name.len();
    (!name.is_empty() && domain).then(|| begin..begin + name.len() + 1 + host.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    fn found(kind: ContactKind, text: &str) -> Vec<&str> {
        let found = find(text, &fold(text), &BTreeSet::from([kind]));
        found.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_number_has_eight_digits_in_any_style() {
        let number = |text| found(ContactKind::Number, text);
        assert_eq!(number("call 1234567 now"), [""; 0]);
        assert_eq!(number("call 12345678 now"), ["12345678"]);
        assert_eq!(number("加 9⓿二肆⁹₈③⑸ 吧"), ["9⓿二肆⁹₈③⑸"]);
        assert_eq!(number("12-34 56.78"), ["12-34 56.78"]);
        assert_eq!(number("1234 and 5678"), [""; 0]);
    }

    #[test]
    fn an_address_is_known_by_its_form() {
        assert_eq!(found(ContactKind::Url, "看 https://a.example/x 吧"), ["https://a.example/x"]);
        assert_eq!(found(ContactKind::Url, "www.example.com"), ["www.example.com"]);
        assert_eq!(found(ContactKind::Url, "www. https://"), [""; 0]);
        assert_eq!(found(ContactKind::Email, "me:a.b@x.example."), ["a.b@x.example"]);
        assert_eq!(found(ContactKind::Email, "@home a@b"), [""; 0]);
    }
}
