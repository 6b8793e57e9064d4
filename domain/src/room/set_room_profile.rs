//! `SetRoomProfile` → `room_profile_set`: what a room is called, of which kind it is, its cover.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::limits::Limits;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::state::Room;
use crate::state::Context;
use crate::text;

/// For those who run the room. What is absent stays; an empty kind or cover is taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRoomProfile {
    /// The name to show.
    #[serde(default)]
    pub name: Option<Arc<str>>,
    /// What kind of room it is, in the merchant's own words.
    #[serde(default)]
    pub kind: Option<Arc<str>>,
    /// Address of a picture.
    #[serde(default)]
    pub cover: Option<Arc<str>>,
}

/// All of the profile as it is now, also what did not change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomProfileSet {
    /// The name to show.
    pub name: Arc<str>,
    /// What kind of room it is; empty if nobody has said.
    #[serde(default)]
    pub kind: Arc<str>,
    /// Address of a picture; empty if there is none.
    #[serde(default)]
    pub cover: Arc<str>,
}

impl RoomProfileSet {
    /// Refuses a profile with a part that is too long.
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), Rejection> {
        text::check("name", &self.name, limits.room_name_bytes_max, true)?;
        text::check("kind", &self.kind, limits.room_kind_bytes_max, false)?;
        text::check("cover", &self.cover, limits.url_bytes_max, false)
    }
}

pub(crate) fn set_room_profile(
    room: &Room,
    actor: &Actor,
    command: SetRoomProfile,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_run(room, actor)?;
    let before = RoomProfileSet {
        name: room.name.clone(),
        kind: room.kind.clone(),
        cover: room.cover.clone(),
    };
    let SetRoomProfile { name, kind, cover } = command;
    let after = RoomProfileSet {
        name: name.unwrap_or_else(|| before.name.clone()),
        kind: kind.unwrap_or_else(|| before.kind.clone()),
        cover: cover.unwrap_or_else(|| before.cover.clone()),
    };
    after.check(context.limits)?;
    if after == before { Ok(vec![]) } else { Ok(vec![EventData::RoomProfileSet(after)]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, assistant, host, viewer};

    fn set(name: Option<&str>, kind: Option<&str>, cover: Option<&str>) -> RoomCommand {
        let [name, kind, cover] = [name, kind, cover].map(|part| part.map(Into::into));
        RoomCommand::SetRoomProfile(SetRoomProfile { name, kind, cover })
    }

    fn profile(name: &str, kind: &str, cover: &str) -> EventData {
        let (name, kind, cover) = (name.into(), kind.into(), cover.into());
        EventData::RoomProfileSet(RoomProfileSet { name, kind, cover })
    }

    #[test]
    fn what_is_absent_stays_and_what_is_empty_goes() {
        let given = || Given::room().and_in_room([profile("Tea time", "tea", "https://x/a.png")]);
        let renamed = profile("Late tea", "tea", "https://x/a.png");
        given().when(host(), set(Some("Late tea"), None, None)).then([renamed]);
        given()
            .when(assistant(), set(None, Some(""), Some("")))
            .then([profile("Tea time", "", "")]);
        given().when(host(), set(None, Some("tea"), None)).then([]);
        given().when(host(), set(None, None, None)).then([]);
        given().when(viewer("ann"), set(Some("x"), None, None)).then_refused("not_allowed");
    }

    #[test]
    fn each_part_has_its_limit() {
        let a = |bytes: usize| "a".repeat(bytes);
        let when = |command| Given::room().when(host(), command);
        when(set(Some(&a(30)), Some(&a(32)), Some(&a(500)))).then_accepted();
        when(set(Some(&a(31)), None, None)).then_refused("text_too_long");
        when(set(None, Some(&a(33)), None)).then_refused("text_too_long");
        when(set(None, None, Some(&a(501)))).then_refused("text_too_long");
        when(set(Some(""), None, None)).then_refused("text_empty");
    }
}
