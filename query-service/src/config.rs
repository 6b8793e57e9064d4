//! The `[query]` section. Every bound of this service is a key here.

use serde::{Deserialize, Serialize};
use service_kit::config::{OutOfRange, at_speed, check_range};
use service_kit::http::HttpConfig;

pub use crate::heat::HeatConfig;
pub use crate::presence::config::PresenceConfig;
pub use crate::stream::config::WebSocketConfig;

/// The `[query]` section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueryConfig {
    /// The listener.
    pub http: HttpConfig,
    /// What is kept in memory for streams, and how they resume.
    pub hub: HubConfig,
    /// What happened before, while it is sent again.
    pub history: HistoryConfig,
    /// Past shows.
    pub replay: ReplayConfig,
    /// Answers to single questions.
    pub answers: AnswersConfig,
    /// What makes a room hot.
    pub heat: HeatConfig,
    /// WebSocket connections.
    pub websocket: WebSocketConfig,
    /// Who is in the rooms.
    pub presence: PresenceConfig,
    /// How streams end when the service stops.
    pub drain: DrainConfig,
}

/// The `[query.drain]` section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DrainConfig {
    /// Time over which the streams are told to go.
    pub spread_ms: u64,
    /// Streams that are told in a second at least: few take less time than that.
    pub byes_per_s_min: u32,
    /// When a client shall come back, give or take one half.
    pub retry_ms: u64,
    /// Time after which the service has ended, whoever is still there; `http.drain_ms` is the last part
    /// of it.
    pub bound_ms: u64,
}

impl Default for DrainConfig {
    fn default() -> Self {
        Self { spread_ms: 5_000, byes_per_s_min: 1_000, retry_ms: 2_000, bound_ms: 18_000 }
    }
}

/// The `[query.hub]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HubConfig {
    /// How many items of a room viewers are sent.
    pub shaping: ShapingConfig,
    /// Items that a room's ring holds.
    pub ring_items_max: usize,
    /// Bytes that a room's ring holds.
    pub ring_bytes_max: usize,
    /// Bytes that all rings of an app hold together.
    pub rings_bytes_max: usize,
    /// A ring that nobody listens to is dropped after this long without an event.
    pub ring_idle_ms: u64,
    /// How often idle rings are looked for.
    pub ring_sweep_ms: u64,
    /// Bytes that a viewer is sent at once.
    pub run_bytes_max: usize,
    /// Notices to all rooms that a room keeps for streams that have not read them yet.
    pub notices_max: usize,
    /// Bytes that a viewer who does not keep up may be behind; the lowest classes go first, and who
    /// is so far behind in what is high is closed.
    pub backlog_bytes_max: usize,
    /// Events that are folded in under one lock.
    pub batch_events_max: usize,
    /// A room with many listeners is sent to them once in this time at the most, unless something
    /// urgent happens; 0 sends at once.
    pub tick_ms: u64,
    /// The same in a room in which much happens, for a write less to everybody.
    pub tick_busy_ms: u64,
    /// So much must have come in one tick for the next to be the longer one.
    pub tick_busy_from: u32,
    /// Listeners from which on a room ticks.
    pub tick_listeners_min: usize,
    /// A busy room waits, after a round through its viewers, for this share of the time that it took,
    /// so that more goes out with the next one; not if something urgent happens.
    pub gather_percent: u32,
    /// The longest such wait, in millionths of a second; 0 is none.
    pub gather_max_us: u64,
    /// How long a new figure of who is there waits for items to go out with.
    pub online_wait_ms: u64,
    /// Comings and goings of a room within `moves_window_ms` that are sent as single items; those
    /// that are more are merged.
    pub moves_per_window_max: usize,
    /// The window; while nothing else happens what is merged is sent once in it.
    pub moves_window_ms: u64,
    /// A stream that has nothing to say says so this often; the longest silence is twice as long.
    pub heartbeat_ms: u64,
    /// What was left out is written into Postgres this often.
    pub insight_ms: u64,
    /// Missed items that are sent again; who has missed more gets a snapshot.
    pub resume_items_max: u64,
    /// Items in one page of history while a stream resumes.
    pub resume_page_items: u32,
    /// How often a page that the projector has not written yet is asked for.
    pub resume_attempts: u32,
    /// Pause between these attempts.
    pub resume_retry_ms: u64,
    /// Pause before a log that is out of reach is tried again.
    pub retry_ms: u64,
}

impl Default for HubConfig {
    fn default() -> Self {
        Self {
            shaping: ShapingConfig::default(),
            ring_items_max: 2_048,
            ring_bytes_max: 1 << 20,
            rings_bytes_max: 256 << 20,
            ring_idle_ms: 600_000,
            ring_sweep_ms: 10_000,
            run_bytes_max: 64 << 10,
            notices_max: 64,
            backlog_bytes_max: 256 << 10,
            batch_events_max: 512,
            tick_ms: 40,
            tick_busy_ms: 50,
            tick_busy_from: 4,
            tick_listeners_min: 100,
            gather_percent: 25,
            gather_max_us: 2_000,
            online_wait_ms: 500,
            moves_per_window_max: 5,
            moves_window_ms: 1_000,
            heartbeat_ms: 15_000,
            insight_ms: 10_000,
            resume_items_max: 10_000,
            resume_page_items: 256,
            resume_attempts: 5,
            resume_retry_ms: 50,
            retry_ms: 500,
        }
    }
}

/// The `[query.hub.shaping]` section: items of a class and those below it that a viewer is sent in a
/// second; 0 is no limit. What is high is always sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShapingConfig {
    /// Chat, and all below.
    pub normal_items_per_s: u32,
    /// Custom messages of low priority, and all below.
    pub low_items_per_s: u32,
    /// Of the lowest.
    pub lowest_items_per_s: u32,
}

impl Default for ShapingConfig {
    fn default() -> Self {
        Self { normal_items_per_s: 250, low_items_per_s: 100, lowest_items_per_s: 50 }
    }
}

impl ShapingConfig {
    /// For a show that is played at this many times its speed.
    #[must_use]
    pub fn at_speed(self, speed: f64) -> Self {
        let faster = |items| at_speed(items, speed);
        Self {
            normal_items_per_s: faster(self.normal_items_per_s),
            low_items_per_s: faster(self.low_items_per_s),
            lowest_items_per_s: faster(self.lowest_items_per_s),
        }
    }
}

/// The `[query.history]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HistoryConfig {
    /// Bytes of segments that are kept for the next who asks.
    pub segments_bytes_max: u64,
    /// How long a segment is kept.
    pub segment_ttl_ms: u64,
    /// What could not be read is not tried again for this long.
    pub failure_ms: u64,
    /// Without Postgres, how many commits back the log is looked through; 0 is not at all.
    pub log_commits_max: u64,
    /// Bytes of the log that are looked through for one reader.
    pub log_bytes_max: usize,
    /// How long that may take.
    pub log_timeout_ms: u64,
    /// How many may look through the log at the same time.
    pub log_reads_max: usize,
}

impl Default for HistoryConfig {
    fn default() -> Self {
        Self {
            segments_bytes_max: 64 << 20,
            segment_ttl_ms: 60_000,
            failure_ms: 1_000,
            log_commits_max: 20_000,
            log_bytes_max: 64 << 20,
            log_timeout_ms: 5_000,
            log_reads_max: 2,
        }
    }
}

/// The `[query.replay]` section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplayConfig {
    /// Replays of one app at the same time.
    pub replays_max: usize,
    /// How many times the show's own speed they may be.
    pub speed_max: u32,
    /// A longer silence of the show is shortened to this.
    pub gap_max_ms: u64,
}

impl Default for ReplayConfig {
    fn default() -> Self {
        Self { replays_max: 100, speed_max: 100, gap_max_ms: 30_000 }
    }
}

/// The `[query.answers]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnswersConfig {
    /// How long `?min_seq=` waits for the caller's own write.
    pub min_seq_wait_ms: u64,
    /// How often the projector's checkpoint is looked at meanwhile; once for all who wait.
    pub min_seq_poll_ms: u64,
    /// `recent` of a snapshot, unless asked otherwise.
    pub recent_items: u32,
    /// Most items of `recent`.
    pub recent_items_max: u32,
    /// Items of a page of history or entries of a ranking, unless asked otherwise.
    pub page_items: u32,
    /// Most of them.
    pub page_items_max: u32,
    /// Seconds for which viewers are shown what happened in a room; 0 is for ever.
    pub history_ttl_s: u32,
    /// Members of a room up to which they are listed.
    pub members_max: u32,
    /// Bytes of what is searched for.
    pub search_bytes_max: usize,
    /// Users in one profile request.
    pub profile_users_max: usize,
    /// Profile requests that are worked on at once, for each app.
    pub profile_requests_max: usize,
    /// Longest time for one question to Postgres, waiting for a connection included.
    pub postgres_timeout_ms: u64,
}

impl Default for AnswersConfig {
    fn default() -> Self {
        Self {
            min_seq_wait_ms: 2_000,
            min_seq_poll_ms: 20,
            recent_items: 50,
            recent_items_max: 200,
            page_items: 50,
            page_items_max: 200,
            history_ttl_s: 86_400,
            members_max: 1_000,
            search_bytes_max: 60,
            profile_users_max: 200,
            profile_requests_max: 16,
            postgres_timeout_ms: 2_000,
        }
    }
}

impl QueryConfig {
    /// Refuses limits that make no sense.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let drain = &self.drain;
        check_range("query.drain.byes_per_s_min", drain.byes_per_s_min, 1..=1_000_000)?;
        check_range("query.drain.retry_ms", drain.retry_ms, 1..=600_000)?;
        check_range("query.drain.bound_ms", drain.bound_ms, self.http.drain_ms..=600_000)?;
        let spread_max = drain.bound_ms - self.http.drain_ms;
        check_range("query.drain.spread_ms", drain.spread_ms, 0..=spread_max)?;
        let (hub, answers) = (&self.hub, &self.answers);
        self.http.check()?;
        self.presence.check()?;
        self.websocket.check()?;
        self.heat.check()?;
        check_range("query.hub.ring_items_max", hub.ring_items_max, 1..=1_000_000)?;
        check_range("query.hub.ring_bytes_max", hub.ring_bytes_max, 1_024..=1 << 30)?;
        check_range("query.hub.rings_bytes_max", hub.rings_bytes_max, 1_024..=1 << 40)?;
        check_range("query.hub.ring_idle_ms", hub.ring_idle_ms, 0..=86_400_000)?;
        check_range("query.hub.ring_sweep_ms", hub.ring_sweep_ms, 10..=3_600_000)?;
        check_range("query.hub.run_bytes_max", hub.run_bytes_max, 1..=16 << 20)?;
        check_range("query.hub.notices_max", hub.notices_max, 1..=10_000)?;
        check_range("query.hub.backlog_bytes_max", hub.backlog_bytes_max, 1_024..=1 << 30)?;
        check_range("query.hub.batch_events_max", hub.batch_events_max, 1..=10_000)?;
        check_range("query.hub.tick_ms", hub.tick_ms, 0..=1_000)?;
        check_range("query.hub.tick_busy_ms", hub.tick_busy_ms, 0..=1_000)?;
        check_range("query.hub.tick_busy_from", hub.tick_busy_from, 1..=1_000_000)?;
        check_range("query.hub.gather_percent", hub.gather_percent, 0..=100)?;
        check_range("query.hub.gather_max_us", hub.gather_max_us, 0..=20_000)?;
        check_range("query.hub.online_wait_ms", hub.online_wait_ms, 0..=10_000)?;
        check_range("query.hub.heartbeat_ms", hub.heartbeat_ms, 10..=600_000)?;
        check_range("query.hub.moves_per_window_max", hub.moves_per_window_max, 0..=1_000)?;
        check_range("query.hub.moves_window_ms", hub.moves_window_ms, 0..=60_000)?;
        check_range("query.hub.insight_ms", hub.insight_ms, 10..=3_600_000)?;
        check_range("query.hub.resume_page_items", hub.resume_page_items, 1..=10_000)?;
        check_range("query.hub.resume_attempts", hub.resume_attempts, 1..=100)?;
        check_range("query.hub.resume_retry_ms", hub.resume_retry_ms, 0..=10_000)?;
        check_range("query.hub.retry_ms", hub.retry_ms, 10..=60_000)?;
        let history = &self.history;
        check_range("query.history.segments_bytes_max", history.segments_bytes_max, 0..=1 << 40)?;
        check_range("query.history.segment_ttl_ms", history.segment_ttl_ms, 1..=3_600_000)?;
        check_range("query.history.failure_ms", history.failure_ms, 0..=60_000)?;
        check_range("query.history.log_commits_max", history.log_commits_max, 0..=100_000_000)?;
        check_range("query.history.log_bytes_max", history.log_bytes_max, 0..=1 << 40)?;
        check_range("query.history.log_timeout_ms", history.log_timeout_ms, 10..=600_000)?;
        check_range("query.history.log_reads_max", history.log_reads_max, 1..=1_000)?;
        let replay = &self.replay;
        check_range("query.replay.replays_max", replay.replays_max, 0..=100_000)?;
        check_range("query.replay.speed_max", replay.speed_max, 1..=10_000)?;
        check_range("query.replay.gap_max_ms", replay.gap_max_ms, 0..=86_400_000)?;
        check_range("query.answers.min_seq_wait_ms", answers.min_seq_wait_ms, 0..=60_000)?;
        check_range("query.answers.min_seq_poll_ms", answers.min_seq_poll_ms, 1..=10_000)?;
        let most = answers.recent_items_max;
        check_range("query.answers.recent_items_max", most, 1..=10_000)?;
        check_range("query.answers.recent_items", answers.recent_items, 0..=most)?;
        let most = answers.page_items_max;
        check_range("query.answers.page_items_max", most, 1..=10_000)?;
        check_range("query.answers.page_items", answers.page_items, 1..=most)?;
        check_range("query.answers.history_ttl_s", answers.history_ttl_s, 0..=3_153_600_000)?;
        check_range("query.answers.members_max", answers.members_max, 0..=1_000_000)?;
        check_range("query.answers.search_bytes_max", answers.search_bytes_max, 1..=500)?;
        check_range("query.answers.profile_users_max", answers.profile_users_max, 1..=1_000)?;
        let requests = answers.profile_requests_max;
        check_range("query.answers.profile_requests_max", requests, 1..=1_000)?;
        let timeout_ms = answers.postgres_timeout_ms;
        check_range("query.answers.postgres_timeout_ms", timeout_ms, 10..=60_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_make_sense() {
        QueryConfig::default().check().unwrap();
    }

    #[test]
    fn goodbyes_must_fit_into_the_bound() {
        let mut config = QueryConfig::default();
        config.drain.spread_ms = config.drain.bound_ms - config.http.drain_ms;
        config.check().unwrap();
        config.drain.spread_ms += 1;
        config.check().unwrap_err();
    }
}
