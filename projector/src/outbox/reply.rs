//! What the leader's answer to a notice means for its row in the outbox.

use domain::commit::Outcome;
use service_kit::decided::Answer;

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

/// The fate that an answer means.
pub(super) fn fate(answer: &Answer) -> Fate {
    match answer {
        Answer::Settled(Outcome::Accepted(_) | Outcome::AlreadySo) => Fate::Published,
        Answer::Settled(Outcome::Refused(_)) => Fate::Dropped("refused"),
        Answer::IdTooOld(_) => Fate::Dropped("too_old"),
        Answer::IdReused => Fate::Dropped("id_reused"),
        Answer::IdAhead(_) | Answer::Shed(_) | Answer::Undecided(_) => Fate::Kept,
    }
}

#[cfg(test)]
mod tests {
    use service_kit::decided::Reply;

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
        let fates: Vec<Fate> = answers.iter().map(fate).collect();
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
