//! Whether so many come into a room and go that single notices say nothing any more. Pure: the time is
//! that of the events, so every process merges the same ones, and whoever resumes finds them merged too.

use std::collections::VecDeque;

use domain::timestamp::Timestamp;

/// The comings and goings of a room that may still count.
#[derive(Debug)]
pub(crate) struct Moves {
    max: usize,
    window_ms: i64,
    /// At most `max`.
    newest: VecDeque<Timestamp>,
}

impl Moves {
    /// A crowd is more than `max` of them within the window.
    pub(crate) fn new(max: usize, window_ms: u64) -> Self {
        Self { max, window_ms: window_ms.cast_signed(), newest: VecDeque::new() }
    }

    /// Somebody comes or goes. Whether it is one of a crowd: then `max` others have done so in the
    /// window that ends now.
    pub(crate) fn is_crowded(&mut self, at: Timestamp) -> bool {
        self.newest.push_back(at);
        if self.newest.len() <= self.max {
            return false;
        }
        let oldest = self.newest.pop_front();
        oldest.is_some_and(|oldest| at.0.saturating_sub(oldest.0) < self.window_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowded(max: usize, at: &[i64]) -> Vec<bool> {
        let mut moves = Moves::new(max, 1_000);
        at.iter().map(|at| moves.is_crowded(Timestamp(*at))).collect()
    }

    #[test]
    fn up_to_the_threshold_within_a_window_nobody_is_in_a_crowd() {
        assert_eq!(crowded(3, &[0, 0, 999]), [false; 3]);
        assert_eq!(crowded(3, &[0, 0, 0, 999]), [false, false, false, true]);
        // The window is over with its last millisecond, and slides.
        assert_eq!(crowded(3, &[0, 0, 0, 1_000]), [false; 4]);
        assert_eq!(crowded(2, &[0, 600, 999, 1_599, 1_600]), [false, false, true, true, true]);
        assert_eq!(crowded(2, &[0, 600, 1_000, 1_600]), [false; 4]);
    }

    #[test]
    fn with_a_threshold_of_nothing_all_are_and_little_is_remembered() {
        assert_eq!(crowded(0, &[0, 5_000]), [true; 2]);
        let mut moves = Moves::new(3, 1_000);
        for at in 0..100 {
            moves.is_crowded(Timestamp(at));
        }
        assert_eq!(moves.newest.len(), 3);
    }
}
