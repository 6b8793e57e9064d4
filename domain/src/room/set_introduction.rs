//! `SetIntroduction` → `introduction_set`: what the show is about.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::event::EventData;
use crate::rejection::Rejection;
use crate::room::permission::may_run;
use crate::room::state::Room;
use crate::state::Context;
use crate::text;

/// For those who run the room, whatever the show's status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetIntroduction {
    /// As it was typed; empty takes it away.
    pub text: Arc<str>,
}

/// Everybody sees it, and who comes later with the room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntroductionSet {
    /// As it was typed; empty is none.
    pub text: Arc<str>,
}

pub(crate) fn set_introduction(
    room: &Room,
    actor: &Actor,
    command: SetIntroduction,
    context: &Context<'_>,
) -> Result<Vec<EventData>, Rejection> {
    may_run(room, actor)?;
    let text = command.text;
    text::check("text", &text, context.limits.introduction_bytes_max, false)?;
    if text == room.introduction {
        return Ok(vec![]);
    }
    Ok(vec![EventData::IntroductionSet(IntroductionSet { text })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::RoomCommand;
    use crate::state::testing::{Given, assistant, host, viewer};

    fn set(text: &str) -> RoomCommand {
        RoomCommand::SetIntroduction(SetIntroduction { text: text.into() })
    }

    fn was_set(text: &str) -> EventData {
        EventData::IntroductionSet(IntroductionSet { text: text.into() })
    }

    #[test]
    fn it_is_set_changed_and_taken_away_by_those_who_run_the_room() {
        let given = || Given::room().and_in_room([was_set("<b>now</b>")]);
        Given::room().when(host(), set("<b>now</b>")).then([was_set("<b>now</b>")]);
        Given::room().when(host(), set("")).then([]);
        Given::room().when(viewer("ann"), set("mine")).then_refused("not_allowed");
        given().when(assistant(), set("<b>now</b>")).then([]);
        given().when(assistant(), set("later")).then([was_set("later")]);
        given().when(assistant(), set("")).then([was_set("")]);
    }

    #[test]
    fn it_has_at_most_240_bytes() {
        Given::room().when(host(), set(&"字".repeat(80))).then_accepted();
        Given::room().when(host(), set(&("字".repeat(80) + "a"))).then_refused("text_too_long");
        Given::room().when(host(), set("\0")).then_refused("text_unstorable");
    }
}
