//! What the rules need from a Markdown document: its back-ticked texts, its links, its headings.
//! Fenced blocks are left out.

/// One place in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) line: usize,
    pub(crate) text: &'a str,
}

/// The lines outside fenced blocks.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Place<'_>> {
    let mut in_block = false;
    text.lines().zip(1..).filter_map(move |(text, line)| {
        let fence = text.trim_start().starts_with("```");
        in_block ^= fence;
        (!in_block && !fence).then_some(Place { line, text })
    })
}

/// Texts between back-ticks.
pub(crate) fn code_spans<'a>(
    lines: impl Iterator<Item = Place<'a>>,
) -> impl Iterator<Item = Place<'a>> {
    lines.flat_map(|Place { line, text }| {
        text.split('`').skip(1).step_by(2).map(move |text| Place { line, text })
    })
}

/// Targets of `[text](target)`.
pub(crate) fn link_targets(text: &str) -> impl Iterator<Item = Place<'_>> {
    lines(text).flat_map(|Place { line, text }| {
        let ends = text.split("](").skip(1);
        ends.filter_map(move |rest| {
            let (text, _) = rest.split_once(')')?;
            Some(Place { line, text })
        })
    })
}

/// The anchors that headings have, as forges make them.
pub(crate) fn anchors(text: &str) -> impl Iterator<Item = String> + '_ {
    lines(text).filter_map(|Place { text, .. }| {
        let heading = text.trim_start_matches('#');
        (heading.len() < text.len() && heading.starts_with(' ')).then(|| slug(heading.trim()))
    })
}

fn slug(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_links_and_anchors_are_found_outside_blocks() {
        let text = "# The life of a `SendGift`\n\nsee `a/b.rs` and [c](d.md#e)\n```\n`x` [y](z)\n```\n`last`\n";
        let spans: Vec<_> = code_spans(lines(text)).map(|place| (place.line, place.text)).collect();
        assert_eq!(spans, [(1, "SendGift"), (3, "a/b.rs"), (7, "last")]);
        let links: Vec<_> = link_targets(text).collect();
        assert_eq!(links, [Place { line: 3, text: "d.md#e" }]);
        assert_eq!(anchors(text).collect::<Vec<_>>(), ["the-life-of-a-sendgift"]);
    }
}
