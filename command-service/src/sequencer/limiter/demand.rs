//! What a command asks of the limits.

use domain::actor::{Actor, Role};
use domain::command::{Action, RoomCommand};
use domain::view::feed_item::Priority;

/// One message of a class, or likes. Everything else is outside the limits: a change of state must
/// not be lost in a storm of talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// Chat or a custom message.
    Message(Priority),
    /// A gift or a paid message: counts for the room, not for the user.
    Paid,
    /// So many likes.
    Likes(u32),
}

impl Demand {
    pub(super) fn of(action: &Action) -> Option<Self> {
        let Action::Room { command, .. } = action else { return None };
        match command {
            RoomCommand::SendMessage(_) => Some(Self::Message(Priority::Normal)),
            RoomCommand::SendCustomMessage(send) => Some(Self::Message(send.priority)),
            RoomCommand::SendPaidMessage(_) | RoomCommand::SendGift(_) => Some(Self::Paid),
            RoomCommand::SendLikes(send) => Some(Self::Likes(send.count)),
            RoomCommand::CreateRoom(_)
            | RoomCommand::ChangeRoomStatus(_)
            | RoomCommand::FollowHost(_)
            | RoomCommand::UnfollowHost(_)
            | RoomCommand::JoinRoom(_)
            | RoomCommand::LeaveRoom(_)
            | RoomCommand::RecallMessage(_)
            | RoomCommand::PinMessage(_)
            | RoomCommand::UnpinMessage(_)
            | RoomCommand::ReviewMessage(_)
            | RoomCommand::SetRoomProfile(_)
            | RoomCommand::ArchiveRoom(_)
            | RoomCommand::ReportStream(_)
            | RoomCommand::SetProduct(_)
            | RoomCommand::RemoveProduct(_)
            | RoomCommand::OrderShelf(_)
            | RoomCommand::RecordPurchase(_)
            | RoomCommand::RefundGift(_)
            | RoomCommand::MarkSoldOut(_)
            | RoomCommand::SetSpotlight(_)
            | RoomCommand::MuteUser(_)
            | RoomCommand::DismissAssistant(_)
            | RoomCommand::AppointAssistant(_)
            | RoomCommand::SetFields(_)
            | RoomCommand::SetMemberFields(_)
            | RoomCommand::ChangeCounter(_)
            | RoomCommand::SetIntroduction(_)
            | RoomCommand::SetAnnouncement(_)
            | RoomCommand::MuteAll(_)
            | RoomCommand::SetSlowMode(_)
            | RoomCommand::KickUser(_)
            | RoomCommand::UnbanUser(_)
            | RoomCommand::BanUser(_)
            | RoomCommand::AnnounceLevel(_)
            | RoomCommand::UnmuteUser(_) => None,
        }
    }

    /// The class in which it is let in or shed.
    pub(super) fn class(self) -> Priority {
        match self {
            Self::Message(priority) => priority,
            Self::Paid => Priority::High,
            Self::Likes(_) => Priority::Lowest,
        }
    }
}

/// The merchant's servers, also in a user's name.
pub(super) fn is_trusted(actor: &Actor) -> bool {
    actor.role == Role::Admin || actor.via.is_some()
}
