//! One event of a room as the ring holds it: its own frame, and what is needed to merge it with its
//! neighbours ([`crate::hub::merge`]).

use std::sync::Arc;

use domain::event::{Event, EventData, Scope};
use domain::view::clearance::Fields;
use domain::view::feed_item::{Priority, feed_item};

use crate::hub::frame::Frame;

#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// What a reader gets who gets this item alone.
    pub(crate) frame: Frame,
    pub(crate) priority: Priority,
    pub(crate) part: Option<Part>,
    /// More than viewers are sent: it is left out, or merged where it can be.
    pub(crate) is_over_budget: bool,
    /// One of so many comings and goings that they are merged.
    pub(crate) is_crowded: bool,
}

/// What a merged frame says about an item that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Likes { count: u64, total: u64 },
    Joined { nick: Arc<str> },
    Left,
}

impl Item {
    /// Nothing for an event of the app.
    pub(crate) fn of(event: &Event, fields: &Fields) -> Option<Self> {
        let Scope::Room { room_seq, .. } = event.scope else { return None };
        Some(Self {
            frame: Frame::item(room_seq, &feed_item(event)?, fields),
            priority: Priority::of(&event.data),
            part: part(event),
            is_over_budget: false,
            is_crowded: false,
        })
    }

    /// Somebody comes or goes.
    pub(crate) fn is_move(&self) -> bool {
        matches!(self.part, Some(Part::Joined { .. } | Part::Left))
    }
}

fn part(event: &Event) -> Option<Part> {
    if let EventData::LikesAdded(likes) = &event.data {
        Some(Part::Likes { count: likes.count, total: likes.total })
    } else if let EventData::RoomJoined(_) = event.data {
        Some(Part::Joined { nick: event.actor.nick.clone() })
    } else if let EventData::RoomLeft(_) = event.data {
        Some(Part::Left)
    } else {
        None
    }
}
