//! Samples about levels.

use super::{Place, ann, parse};
use crate::actor::Actor;
use crate::app::set_admins::SYSTEM_USER;
use crate::event::EventData;
use crate::room::announce_level::LevelReached;

pub(super) fn events() -> Vec<(Place, Actor, EventData)> {
    let reached = LevelReached { from: 1, level: 2, points: 301 };
    let ann = Actor { via: Some(parse(SYSTEM_USER)), ..ann() };
    vec![(Place::Room, ann, EventData::LevelReached(reached))]
}
