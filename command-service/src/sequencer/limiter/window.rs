//! What one user has sent since their window began.

use domain::timestamp::Timestamp;

/// Begins with the first message after the last window.
#[derive(Debug, Default)]
pub(super) struct Window {
    began_at: Timestamp,
    used: u32,
}

impl Window {
    /// Takes some of the window, or says how many milliseconds are left of it.
    pub(super) fn take(
        &mut self,
        count: u32,
        max: u32,
        window_ms: u32,
        now: Timestamp,
    ) -> Result<(), u64> {
        let ends_at = self.began_at.0.saturating_add(i64::from(window_ms));
        if ends_at <= now.0 {
            *self = Self { began_at: now, used: 0 };
        }
        let used = self.used.saturating_add(count);
        if used <= max {
            self.used = used;
            return Ok(());
        }
        let ends_at = self.began_at.0.saturating_add(i64::from(window_ms));
        Err(ends_at.saturating_sub(now.0).max(1).cast_unsigned())
    }
}
