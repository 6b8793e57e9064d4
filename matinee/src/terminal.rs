//! What a person at the terminal sees: lines on standard output, progress on standard error. Logging
//! is separate.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Prints a line. Nobody who listens is no failure: `matinee demo | head` may end early.
pub fn line(text: &str) {
    writeln!(io::stdout().lock(), "{text}").ok();
}

/// Prints without a line break.
pub fn raw(text: &str) {
    write!(io::stdout().lock(), "{text}").ok();
}

/// A wheel that turns while something takes long.
pub fn spinner(message: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(message);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// A bar with a count.
pub fn bar(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} [{elapsed}]")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// Whether standard output is a person's terminal, and so may have colours.
pub fn is_person() -> bool {
    io::stdout().is_terminal()
}

/// Colours, where they can be shown.
#[derive(Debug, Clone, Copy)]
pub enum Colour {
    /// Names.
    Dim,
    /// Money.
    Yellow,
    /// What is well.
    Green,
    /// What is not.
    Red,
    /// The host's doings.
    Cyan,
}

/// The text in a colour, or as it is where nobody sees colours.
pub fn paint(colour: Colour, text: &str) -> String {
    if !is_person() {
        return text.to_owned();
    }
    let code = match colour {
        Colour::Dim => 2,
        Colour::Red => 31,
        Colour::Green => 32,
        Colour::Yellow => 33,
        Colour::Cyan => 36,
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// A text of a stranger, without anything that a terminal would obey.
pub fn harmless(text: &str) -> String {
    let invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if invisible(c) { '·' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_command_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\r\nc 笑死 \u{202e}d"), "a·[2Jb··c 笑死 ·d");
    }
}
