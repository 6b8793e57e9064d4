//! What is measured. Each has an aim of its own for us, in `docs/performance.md`.

/// A number of viewers, and what is said to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) rooms: usize,
    pub(super) viewers_per_room: usize,
    pub(super) load: Load,
    /// Whether our hub ticks and shapes, as it does by default. A closed loop waits for deliveries: it
    /// would measure the tick, and says more than anybody may.
    pub(super) ticks: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Load {
    /// The next message when one of `window` has reached everybody.
    Closed { window: u64, messages: u64 },
    /// So many a second, into each room.
    Rate { per_s: u64, messages: u64 },
    /// Nothing; the connections only stand there.
    Idle,
}

impl Scenario {
    pub(super) fn viewers(&self) -> usize {
        self.rooms * self.viewers_per_room
    }

    /// Messages into each room.
    pub(super) fn messages(&self) -> u64 {
        match self.load {
            Load::Closed { messages, .. } | Load::Rate { messages, .. } => messages,
            Load::Idle => 0,
        }
    }
}

pub(super) const SCENARIOS: [Scenario; 6] = [
    Scenario {
        name: "single",
        what: "1,000 viewers, one message at a time",
        rooms: 1,
        viewers_per_room: 1_000,
        load: Load::Closed { window: 1, messages: 600 },
        ticks: false,
    },
    Scenario {
        name: "saturated",
        what: "1,000 viewers, 16 messages under way",
        rooms: 1,
        viewers_per_room: 1_000,
        load: Load::Closed { window: 16, messages: 4_000 },
        ticks: false,
    },
    Scenario {
        name: "chat",
        what: "1,000 viewers, 200 messages/s",
        rooms: 1,
        viewers_per_room: 1_000,
        load: Load::Rate { per_s: 200, messages: 1_200 },
        ticks: true,
    },
    Scenario {
        name: "big",
        what: "5,000 viewers, 20 messages/s",
        rooms: 1,
        viewers_per_room: 5_000,
        load: Load::Rate { per_s: 20, messages: 120 },
        ticks: true,
    },
    Scenario {
        name: "many",
        what: "500 rooms x 10 viewers, 2 messages/s",
        rooms: 500,
        viewers_per_room: 10,
        load: Load::Rate { per_s: 2, messages: 12 },
        ticks: true,
    },
    Scenario {
        name: "idle",
        what: "10,000 idle viewers in 100 rooms",
        rooms: 100,
        viewers_per_room: 100,
        load: Load::Idle,
        ticks: true,
    },
];
