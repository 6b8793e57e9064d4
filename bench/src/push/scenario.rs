//! What is measured. Each has an aim of its own for us, in `docs/performance.md`.

/// A number of viewers, and what is said to them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) rooms: usize,
    pub(super) viewers_per_room: usize,
    /// Viewers of the first room, where it is of another size than the others.
    pub(super) crowd: Option<usize>,
    pub(super) load: Load,
    /// Whether our hub ticks and shapes, as it does by default. A closed loop waits for deliveries: it
    /// would measure the tick, and says more than anybody may.
    pub(super) ticks: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Load {
    /// The next message into the first room when one of `window` has reached everybody.
    Closed { window: u64, messages: u64 },
    /// So many a second, into each room.
    Rate { per_s: u64, messages: u64 },
    /// The next into the first room as above, and so many a second into each of the others.
    Beside { window: u64, per_s: u64, messages: u64 },
    /// Nothing is said; so many users a second are there too, without a stream, and all viewers are
    /// told how many are there.
    Figures { per_s: u64, figures: u64 },
    /// Nothing; the connections only stand there.
    Idle,
}

/// More than are said into the first room while the others are said all that they are.
const CROWD_MESSAGES_MAX: u64 = 50_000;

impl Scenario {
    pub(super) fn viewers(&self) -> usize {
        match self.crowd {
            Some(crowd) => crowd + (self.rooms - 1) * self.viewers_per_room,
            None => self.rooms * self.viewers_per_room,
        }
    }

    /// The room of a viewer.
    pub(super) fn room_of(&self, viewer: usize) -> usize {
        match self.crowd {
            Some(crowd) if viewer < crowd => 0,
            Some(crowd) => 1 + (viewer - crowd) % (self.rooms - 1),
            None => viewer % self.rooms,
        }
    }

    /// Whether a room is only there to be in the way of the others: they are what is timed, and the run
    /// is over when they have everything.
    pub(super) fn is_in_the_way(&self, room: usize) -> bool {
        self.crowd.is_some() && room == 0
    }

    /// Whether figures of who is there are what is timed: no peer has them.
    pub(super) fn says_figures(&self) -> bool {
        matches!(self.load, Load::Figures { .. })
    }

    /// Messages into a room, or figures, at the most.
    pub(super) fn messages(&self, room: usize) -> u64 {
        match self.load {
            Load::Beside { .. } if self.is_in_the_way(room) => CROWD_MESSAGES_MAX,
            Load::Closed { messages, .. }
            | Load::Rate { messages, .. }
            | Load::Beside { messages, .. } => messages,
            Load::Figures { figures, .. } => figures,
            Load::Idle => 0,
        }
    }
}

pub(super) const SCENARIOS: [Scenario; 8] = [
    Scenario {
        name: "single",
        what: "1,000 viewers, one message at a time",
        rooms: 1,
        viewers_per_room: 1_000,
        crowd: None,
        load: Load::Closed { window: 1, messages: 600 },
        ticks: false,
    },
    Scenario {
        name: "saturated",
        what: "1,000 viewers, 16 messages under way",
        rooms: 1,
        viewers_per_room: 1_000,
        crowd: None,
        load: Load::Closed { window: 16, messages: 4_000 },
        ticks: false,
    },
    Scenario {
        name: "chat",
        what: "1,000 viewers, 200 messages/s",
        rooms: 1,
        viewers_per_room: 1_000,
        crowd: None,
        load: Load::Rate { per_s: 200, messages: 1_200 },
        ticks: true,
    },
    Scenario {
        name: "big",
        what: "5,000 viewers, 20 messages/s",
        rooms: 1,
        viewers_per_room: 5_000,
        crowd: None,
        load: Load::Rate { per_s: 20, messages: 120 },
        ticks: true,
    },
    Scenario {
        name: "many",
        what: "500 rooms x 10 viewers, 2 messages/s",
        rooms: 500,
        viewers_per_room: 10,
        crowd: None,
        load: Load::Rate { per_s: 2, messages: 12 },
        ticks: true,
    },
    Scenario {
        name: "beside",
        what: "10 rooms x 10 viewers, 2 messages/s, beside 5,000 viewers with 16 under way",
        rooms: 11,
        viewers_per_room: 10,
        crowd: Some(5_000),
        load: Load::Beside { window: 16, per_s: 2, messages: 20 },
        ticks: false,
    },
    Scenario {
        name: "online",
        what: "5,000 viewers, told 10 times a second how many they are",
        rooms: 1,
        viewers_per_room: 5_000,
        crowd: None,
        load: Load::Figures { per_s: 10, figures: 60 },
        ticks: true,
    },
    Scenario {
        name: "idle",
        what: "10,000 idle viewers in 100 rooms",
        rooms: 100,
        viewers_per_room: 100,
        crowd: None,
        load: Load::Idle,
        ticks: true,
    },
];
