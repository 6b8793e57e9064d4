//! Reads what the rules need from Rust source, by plain text search.
//!
//! The conventions that it relies on are those of the tree: a `match` over all variants has one
//! arm a line, tests stand at the end of a file.

/// The source before its `#[cfg(test)]` modules.
pub(crate) fn without_tests(text: &str) -> &str {
    text.split_once("#[cfg(test)]\nmod ").map_or(text, |(before, _)| before)
}

/// The texts on the right of `=>` in the body of the function, for instance those of `type_name`.
pub(crate) fn arms_of<'a>(text: &'a str, function: &str) -> Vec<&'a str> {
    let Some((_, body)) = text.split_once(&format!("fn {function}(")) else { return vec![] };
    let body = body.split_once("\n    }\n").map_or(body, |(body, _)| body);
    body.lines().filter_map(|line| line.split_once("=> \"")?.1.split('"').next()).collect()
}

/// The names of the variants of an enum.
pub(crate) fn variants_of<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let Some((_, body)) = text.split_once(&format!("enum {name} {{\n")) else { return vec![] };
    let body = body.split_once("\n}\n").map_or(body, |(body, _)| body);
    let variant = |line: &'a str| {
        let line = line.strip_prefix("    ")?;
        let end = line.find(|c: char| !c.is_alphanumeric()).unwrap_or(line.len());
        line.starts_with(|c: char| c.is_ascii_uppercase()).then(|| &line[..end])
    };
    body.lines().filter_map(variant).collect()
}

/// `SendGift` -> `send_gift`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

/// The number of the line in which the byte stands, from 1.
pub(crate) fn line_of(text: &str, byte: usize) -> usize {
    text[..byte].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_the_text() {
        let text = "impl X {\n    fn code(&self) -> &str {\n        match self {\n            \
                    Self::A(_) => \"a\",\n            Self::B { .. } => \"b\",\n        }\n    }\n\n    \
                    fn other() {\n        Self::C => \"c\",\n    }\n}\n";
        assert_eq!(arms_of(text, "code"), ["a", "b"]);
        let text = "enum Room {\n    /// One.\n    SendGift(SendGift),\n    Other { at: u8 },\n    Last,\n}\n\
                    enum More {\n    No,\n}\n";
        assert_eq!(variants_of(text, "Room"), ["SendGift", "Other", "Last"]);
        assert_eq!(snake_case("SendGift"), "send_gift");
    }
}
