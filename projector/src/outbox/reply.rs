//! The leader's answer to commands that were sent over NATS, as far as the outbox must understand it
//! (`command-service/src/sequencer/remote.rs` writes it).

use domain::commit::Outcome;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// To all of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reply {
    /// One answer for each, in order.
    Answers(Vec<Answer>),
    /// Too much waits: nothing was done.
    Overloaded,
    /// The leader steps down: nobody knows.
    Unknown,
    /// Another version of the program leads.
    Unreadable,
}

/// To one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// Durable, now or before.
    Settled(Outcome),
    /// What became of it is no longer known.
    IdTooOld(IgnoredAny),
    /// Before its time.
    IdAhead(IgnoredAny),
    /// Somebody else has used the id.
    IdReused,
    /// Left out because of how much else was sent.
    Shed(IgnoredAny),
}

/// What becomes of the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It has its event.
    Published,
    /// It will never have one.
    Dropped(&'static str),
    /// It is sent again.
    Kept,
}

impl Answer {
    pub(super) fn fate(&self) -> Fate {
        match self {
            Self::Settled(Outcome::Accepted(_) | Outcome::AlreadySo) => Fate::Published,
            Self::Settled(Outcome::Refused(_)) => Fate::Dropped("refused"),
            Self::IdTooOld(_) => Fate::Dropped("too_old"),
            Self::IdReused => Fate::Dropped("id_reused"),
            Self::IdAhead(_) | Self::Shed(_) => Fate::Kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_decides_the_fate_of_its_row() {
        let json = r#"{"answers": [
            {"settled": {"accepted": {"room_id": "r", "seq": 1, "log_seq": 2, "at": 3}}},
            {"settled": "already_so"},
            {"settled": {"refused": {"type": "room_not_found", "room_id": "r"}}},
            {"id_too_old": {"window_s": 300}}, {"id_ahead": {"ahead_s": 60}}, "id_reused",
            {"shed": {"class": "high", "reason": "room_rate", "retry_after_ms": 5}}]}"#;
        let Reply::Answers(answers) = serde_json::from_str(json).unwrap() else { unreachable!() };
        let fates: Vec<Fate> = answers.iter().map(Answer::fate).collect();
        let dropped = Fate::Dropped;
        assert_eq!(
            fates,
            [
                Fate::Published,
                Fate::Published,
                dropped("refused"),
                dropped("too_old"),
                Fate::Kept,
                dropped("id_reused"),
                Fate::Kept
            ]
        );
        for other in ["overloaded", "unknown", "unreadable"] {
            assert!(serde_json::from_str::<Reply>(&format!("\"{other}\"")).is_ok());
        }
    }
}
