//! A show of the project's own, for those who have no recording: generated from a seed, the same
//! seed always gives the same file.
//!
//! [`cast`] says who is there, [`phrases`] what they say, [`script`] when, [`plot`] what the host and
//! the helpers do; [`random`] is the only source of chance.

mod cast;
mod phrases;
mod plot;
mod random;
mod script;

use crate::recording::line::Line;

/// The seed of `matinee demo`.
pub const DEFAULT_SEED: u64 = 328;

/// Five minutes with some hundred viewers, sorted by time.
pub fn generate(seed: u64) -> Vec<Line> {
    script::write(seed)
}

/// The show as the text of a recording.
pub fn to_ndjson(lines: &[Line]) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&serde_json::to_string(line)?);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::recording::line::Kind;
    use crate::recording::sums::Sums;
    use crate::recording::types::Types;

    #[test]
    fn a_seed_always_gives_the_same_show() {
        let show = |seed| to_ndjson(&generate(seed)).unwrap();
        assert_eq!(show(328), show(328));
        assert_ne!(show(328), show(329));
    }

    #[test]
    fn a_show_has_some_of_everything() {
        for seed in [0, 1, DEFAULT_SEED, u64::MAX] {
            let lines = generate(seed);
            let users: HashSet<&str> = lines.iter().map(|line| line.user.as_str()).collect();
            assert!((200..500).contains(&users.len()), "{} users", users.len());
            assert!(Sums::of_recording(&lines).rows().iter().all(|(_, count)| 0 < *count));
            let products = lines.iter().filter(|line| matches!(line.kind, Kind::Product { .. }));
            assert!(3 <= products.count());
        }
    }

    /// What no line of a show can lead to, and why.
    const NOT_WRITTEN: [(&str, &str); 11] = [
        ("epoch_started", "whoever leads writes it"),
        ("user_registered", "everybody is registered before the show"),
        ("room_created", "the room is opened before the show"),
        ("level_reached", "the projector announces it"),
        ("admins_set", "a show must not shut out the admins of an app"),
        ("app_created", "in the registry's log"),
        ("app_status_set", "in the registry's log"),
        ("app_expiry_set", "in the registry's log"),
        ("app_keys_set", "in the registry's log"),
        ("app_deleted", "in the registry's log"),
        ("gift_refunded", "what a show gave is compared with the totals, and must stay in them"),
    ];

    #[test]
    fn every_type_of_event_comes_of_a_show() {
        let types = Types::of_recording(&generate(DEFAULT_SEED));
        for event in domain::sample::events() {
            let kind = event.data.type_name();
            let reason = NOT_WRITTEN.iter().find(|(not_written, _)| *not_written == kind);
            let written = types.of(kind) != 0;
            assert!(written != reason.is_some(), "`{kind}`: written {written}, {reason:?}");
        }
    }

    #[test]
    fn lines_are_numbered_and_sorted_and_end_after_five_minutes() {
        let lines = generate(DEFAULT_SEED);
        assert!(lines.iter().zip(1..).all(|(line, n)| line.n == n));
        assert!(lines.is_sorted_by_key(|line| line.t_ms));
        assert_eq!(lines.last().unwrap().t_ms, 300_000);
    }

    #[test]
    fn a_written_show_reads_back() {
        let lines = generate(1);
        let text = to_ndjson(&lines).unwrap();
        let read: Vec<Line> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, lines);
    }

    #[test]
    fn nobody_who_is_muted_sends_before_the_mute_is_over() {
        let lines = generate(DEFAULT_SEED);
        for line in &lines {
            let Kind::Moderation { seconds, .. } = line.kind else { continue };
            let over = line.t_ms + u64::from(seconds) * 1_000;
            let sends = |other: &&Line| {
                matches!(
                    other.kind,
                    Kind::Chat { .. }
                        | Kind::Gift { .. }
                        | Kind::Like { .. }
                        | Kind::Superchat { .. }
                )
            };
            let early = lines
                .iter()
                .filter(sends)
                .find(|other| other.user == line.user && line.n < other.n && other.t_ms < over);
            assert_eq!(early, None);
        }
    }
}
