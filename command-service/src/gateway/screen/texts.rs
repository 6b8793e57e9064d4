//! Which texts of a command people read, and what becomes of the command when one of them is found
//! wanting.

use std::sync::Arc;

use domain::command::{Action, AppCommand, RoomCommand};
use domain::ids::RoomId;
use domain::room::send_custom_message::SendCustomMessage;
use domain::screening::Screening;
use domain::word_list::FilterAction;
use filter::rules::{Rules, Verdict};
use serde_json::Value;

use crate::metrics;

/// Screens the texts of one command.
pub(super) struct Screener<'a> {
    pub(super) rules: &'a Rules,
    pub(super) custom_json_keys: &'a [String],
}

/// What of a command people read.
pub(super) enum Texts<'a> {
    /// Nothing that is screened.
    None,
    /// What somebody says, which can wait; paid for or not.
    Said(&'a mut Arc<str>),
    /// One text, by the name of its field.
    One(&'static str, &'a mut Arc<str>),
    /// Several, and what programs exchange.
    Custom(&'a mut SendCustomMessage),
}

impl<'a> Texts<'a> {
    /// The texts of a command, and the room that it is for.
    fn of(action: &'a mut Action) -> (Self, Option<&'a RoomId>) {
        match action {
            Action::App(command) => (Self::of_app(command), None),
            Action::Room { room_id, command } => (Self::of_room(command), Some(room_id)),
        }
    }

    fn of_app(command: &'a mut AppCommand) -> Self {
        match command {
            AppCommand::RegisterUser(command) => Self::One("nick", &mut command.nick),
            AppCommand::BroadcastMessage(command) => Self::One("text", &mut command.text),
            AppCommand::DefineGift(_)
            | AppCommand::DefineField(_)
            | AppCommand::SetLevelRule(_)
            | AppCommand::SetWordList(_)
            | AppCommand::RemoveWordList(_)
            | AppCommand::SetAdmins(_)
            | AppCommand::CreateApp(_)
            | AppCommand::SetAppStatus(_)
            | AppCommand::SetAppExpiry(_)
            | AppCommand::SetAppKeys(_)
            | AppCommand::DeleteApp(_) => Self::None,
        }
    }

    fn of_room(command: &'a mut RoomCommand) -> Self {
        match command {
            RoomCommand::SendMessage(command) => Self::Said(&mut command.text),
            RoomCommand::SendCustomMessage(command) => Self::Custom(command),
            RoomCommand::SendPaidMessage(command) => Self::Said(&mut command.text),
            RoomCommand::CreateRoom(command) => Self::One("name", &mut command.name),
            RoomCommand::SetAnnouncement(command) => Self::One("text", &mut command.text),
            RoomCommand::SetRoomProfile(command) => match &mut command.name {
                Some(name) => Self::One("name", name),
                None => Self::None,
            },
            RoomCommand::SetIntroduction(command) => Self::One("text", &mut command.text),
            RoomCommand::ChangeRoomStatus(_)
            | RoomCommand::SendGift(_)
            | RoomCommand::SendLikes(_)
            | RoomCommand::JoinRoom(_)
            | RoomCommand::LeaveRoom(_)
            | RoomCommand::SetProduct(_)
            | RoomCommand::SetSpotlight(_)
            | RoomCommand::MuteUser(_)
            | RoomCommand::DismissAssistant(_)
            | RoomCommand::AppointAssistant(_)
            | RoomCommand::MuteAll(_)
            | RoomCommand::SetFields(_)
            | RoomCommand::SetMemberFields(_)
            | RoomCommand::ChangeCounter(_)
            | RoomCommand::SetSlowMode(_)
            | RoomCommand::KickUser(_)
            | RoomCommand::UnbanUser(_)
            | RoomCommand::BanUser(_)
            | RoomCommand::AnnounceLevel(_)
            | RoomCommand::UnmuteUser(_)
            | RoomCommand::FollowHost(_)
            | RoomCommand::UnfollowHost(_)
            | RoomCommand::OrderShelf(_)
            | RoomCommand::RecordPurchase(_)
            | RoomCommand::RefundGift(_)
            | RoomCommand::MarkSoldOut(_)
            | RoomCommand::RecallMessage(_)
            | RoomCommand::PinMessage(_)
            | RoomCommand::UnpinMessage(_)
            | RoomCommand::ReviewMessage(_)
            | RoomCommand::ArchiveRoom(_)
            | RoomCommand::ReportStream(_)
            | RoomCommand::RemoveProduct(_) => Self::None,
        }
    }

    /// Bytes that would be screened; none for most commands.
    pub(super) fn bytes(action: &'a mut Action) -> usize {
        match Self::of(action).0 {
            Self::None => 0,
            Self::Said(text) | Self::One(_, text) => text.len(),
            Self::Custom(SendCustomMessage { data, description, extension, .. }) => {
                data.len() + description.len() + extension.len()
            }
        }
    }
}

impl Screener<'_> {
    /// Masks what is to be masked, and says what stands in the command's way.
    pub(super) fn screen(&self, action: &mut Action) -> Option<Screening> {
        match Texts::of(action) {
            (Texts::None, _) => None,
            (Texts::Said(text), room_id) => self.said("text", text, room_id),
            (Texts::One(field, text), room_id) => self.lasting(field, text, room_id),
            (Texts::Custom(command), room_id) => self.custom(command, room_id),
        }
    }

    /// A text that can wait, or be shown to nobody else.
    fn said(
        &self,
        field: &'static str,
        text: &mut Arc<str>,
        room: Option<&RoomId>,
    ) -> Option<Screening> {
        let field = field.to_owned();
        Some(match self.screened(text, room)? {
            FilterAction::Replace => return None,
            FilterAction::Silent => Screening::Silenced { field },
            FilterAction::Hold => Screening::Held { field },
            FilterAction::Reject => Screening::Refused { field },
        })
    }

    /// A text that stands for a while, and cannot wait for somebody to look at it.
    fn lasting(
        &self,
        field: &'static str,
        text: &mut Arc<str>,
        room: Option<&RoomId>,
    ) -> Option<Screening> {
        match self.screened(text, room)? {
            FilterAction::Replace => None,
            FilterAction::Silent | FilterAction::Hold | FilterAction::Reject => {
                Some(Screening::Refused { field: field.into() })
            }
        }
    }

    /// Masks what is to be masked; what is to be done if something was found.
    fn screened(&self, text: &mut Arc<str>, room: Option<&RoomId>) -> Option<FilterAction> {
        let action = match self.rules.screen(text, room) {
            Verdict::Clean => return None,
            Verdict::Replaced(masked) => {
                *text = masked.into();
                FilterAction::Replace
            }
            Verdict::Silent => FilterAction::Silent,
            Verdict::Held => FilterAction::Hold,
            Verdict::Refused => FilterAction::Reject,
        };
        metrics::found(action);
        Some(action)
    }

    fn custom(&self, command: &mut SendCustomMessage, room: Option<&RoomId>) -> Option<Screening> {
        let SendCustomMessage { data, description, extension, .. } = command;
        let described = self.said("description", description, room);
        let in_data = self.in_json("data", data, room);
        let in_extension = self.in_json("extension", extension, room);
        stricter(stricter(described, in_data), in_extension)
    }

    /// The wanted members of a JSON text, at any depth. What is not JSON is for programs, not people.
    fn in_json(
        &self,
        field: &'static str,
        text: &mut Arc<str>,
        room: Option<&RoomId>,
    ) -> Option<Screening> {
        if !text.starts_with(['{', '[']) {
            return None;
        }
        let mut json: Value = serde_json::from_str(text).ok()?;
        let before = json.clone();
        let everything = self.custom_json_keys.iter().any(|key| key == "*");
        let screening = self.in_value(field, &mut json, everything, room);
        if json != before {
            *text = json.to_string().into();
        }
        screening
    }

    fn in_value(
        &self,
        field: &'static str,
        value: &mut Value,
        is_wanted: bool,
        room: Option<&RoomId>,
    ) -> Option<Screening> {
        match value {
            Value::String(text) if is_wanted => {
                let mut screened = Arc::from(text.as_str());
                let screening = self.said(field, &mut screened, room);
                if **text != *screened {
                    *text = screened.to_string();
                }
                screening
            }
            Value::Array(values) => {
                let found = values.iter_mut();
                let found = found.map(|value| self.in_value(field, value, is_wanted, room));
                found.fold(None, stricter)
            }
            Value::Object(members) => {
                let found = members.iter_mut().map(|(key, value)| {
                    let is_wanted = is_wanted || self.custom_json_keys.contains(key);
                    self.in_value(field, value, is_wanted, room)
                });
                found.fold(None, stricter)
            }
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => None,
        }
    }
}

/// Of what was found in two texts of a command, what goes before the other; the first if they are equal.
fn stricter(one: Option<Screening>, other: Option<Screening>) -> Option<Screening> {
    let rank = |screening: &Option<Screening>| match screening {
        None => 0,
        Some(Screening::Silenced { .. }) => 1,
        Some(Screening::Held { .. }) => 2,
        Some(Screening::Refused { .. } | Screening::Declined { .. }) => 3,
    };
    if rank(&one) < rank(&other) { other } else { one }
}
