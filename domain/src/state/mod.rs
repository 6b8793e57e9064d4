//! An app in memory: `decide` says what a command leads to, `evolve` folds what happened.
//!
//! The sequencer decides with it; the query-service folds the same log into the same state and
//! shows it. Both are pure.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::app::define_field;
use crate::app::define_gift::{self, Gift};
use crate::app::recent::Recent;
use crate::app::remove_word_list;
use crate::app::set_word_list;
use crate::app::{broadcast_message, register_user, set_admins, set_level_rule};
use crate::command::{Action, AppCommand, RoomCommand};
use crate::event::{Event, EventData, Scope};
use crate::field::Field;
use crate::ids::{AppId, FieldKey, GiftId, LogSeq, OrderId, RoomId, UserId};
use crate::level::rule::LevelRule;
use crate::limits::Limits;
use crate::registry::state::Registry;
use crate::registry::{self, create_app, delete_app, set_app_expiry, set_app_keys, set_app_status};
use crate::rejection::Rejection;
use crate::room::archive_room::ArchiveRoom;
use crate::room::create_room::create_room;
use crate::room::hold_message::HELD_MAX;
use crate::room::join_room::JoinRoom;
use crate::room::leave_room::LeaveRoom;
use crate::room::permission::may_ask;
use crate::room::recent_messages::RECENT_MESSAGES_MAX;
use crate::room::state::Room;
use crate::room::{
    announce_level, appoint_assistant, archive_room, ban_user, change_counter, change_room_status,
    dismiss_assistant, follow_host, join_room, kick_user, leave_room, mark_sold_out, mute_all,
    mute_user, order_shelf, pin_message, recall_message, record_purchase, refund_gift,
    remove_product, report_stream, review_message, send_custom_message, send_gift, send_likes,
    send_message, send_paid_message, set_announcement, set_fields, set_introduction,
    set_member_fields, set_product, set_room_profile, set_slow_mode, set_spotlight, unban_user,
    unfollow_host, unmute_user, unpin_message,
};
use crate::timestamp::Timestamp;
use crate::word_list::WordLists;

mod app_events;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

/// The names under which the shape of [`AppState`] is stored. A snapshot of another number is not
/// read: the log is replayed instead.
pub const STATE_SCHEMA: u32 = 7;

/// All of an app that a decision must know exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppState {
    /// `app_seq` of the last app event.
    pub app_seq: u64,
    /// The last epoch that began.
    pub epoch: u64,
    /// When the last event was decided.
    pub changed_at: Timestamp,
    /// How often the catalogue changed.
    pub catalogue_version: u64,
    /// The purchases that were recorded last.
    pub recent_orders: Recent<OrderId, ()>,
    /// Who began or stopped to follow whom last.
    pub recent_follows: Recent<(UserId, UserId), bool>,
    /// The gifts that were refunded last.
    pub recent_refunds: Recent<(RoomId, u64), ()>,
    /// How many broadcasts there were.
    pub broadcast_seq: u64,
    /// The gift catalogue, retired gifts included.
    pub gifts: BTreeMap<GiftId, Gift>,
    /// The custom fields of rooms and members.
    pub fields: BTreeMap<FieldKey, Field>,
    /// What earns points.
    pub level_rule: LevelRule,
    /// What texts are screened for. Shared with the filters that are made of it.
    #[serde(default)]
    pub word_lists: Arc<WordLists>,
    /// The rooms of the messages that are remembered, in the order of the messages.
    pub message_order: VecDeque<RoomId>,
    /// The messages that wait until somebody has looked, oldest first; some wait no longer.
    pub held_order: VecDeque<(RoomId, u64)>,
    /// Every room that was created.
    pub rooms: HashMap<RoomId, Room>,
    /// Who is an admin; while it is empty, whose token says so.
    #[serde(default)]
    pub admins: BTreeSet<UserId>,
    /// The apps of the installation: in the registry's own app only.
    #[serde(default, skip_serializing_if = "Registry::is_empty")]
    pub registry: Registry,
}

/// What a decision needs besides state and command.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The moment of the decision; never earlier than the one before.
    pub now: Timestamp,
    /// The app's limits.
    pub limits: &'a Limits,
    /// The app that is decided for.
    pub app: &'a AppId,
}

impl AppState {
    /// What the command leads to. Nothing is changed; `Ok(vec![])` means "already so".
    pub fn decide(
        &self,
        actor: &Actor,
        action: Action,
        context: &Context<'_>,
    ) -> Result<Vec<EventData>, Rejection> {
        registry::check_place(&action, context)?;
        set_admins::check_listed(self, actor)?;
        match action {
            Action::App(command) => self.decide_app(actor, command, context),
            Action::Room { room_id, command } => match (self.rooms.get(&room_id), command) {
                (room, RoomCommand::CreateRoom(command)) => {
                    create_room(self, room, room_id, actor, command, context)
                }
                (Some(room), command) => {
                    may_ask(room, actor, &command, context.now)?;
                    self.decide_room(&room_id, room, actor, command, context)
                }
                (None, _) => Err(Rejection::RoomNotFound { room_id }),
            },
        }
    }

    fn decide_app(
        &self,
        actor: &Actor,
        command: AppCommand,
        context: &Context<'_>,
    ) -> Result<Vec<EventData>, Rejection> {
        match command {
            AppCommand::RegisterUser(command) => {
                register_user::register_user(actor, command, context)
            }
            AppCommand::BroadcastMessage(command) => {
                broadcast_message::broadcast_message(self, actor, command, context)
            }
            AppCommand::DefineField(command) => {
                define_field::define_field(self, actor, command, context)
            }
            AppCommand::DefineGift(command) => {
                define_gift::define_gift(self, actor, command, context)
            }
            AppCommand::SetLevelRule(command) => {
                set_level_rule::set_level_rule(self, actor, command, context)
            }
            AppCommand::SetAdmins(command) => set_admins::set_admins(self, actor, command, context),
            AppCommand::CreateApp(command) => create_app::create_app(self, actor, command, context),
            AppCommand::SetAppStatus(command) => {
                set_app_status::set_app_status(self, actor, command)
            }
            AppCommand::SetAppExpiry(command) => {
                set_app_expiry::set_app_expiry(self, actor, command, context)
            }
            AppCommand::SetAppKeys(command) => {
                set_app_keys::set_app_keys(self, actor, command, context)
            }
            AppCommand::DeleteApp(command) => delete_app::delete_app(self, actor, command),
            AppCommand::SetWordList(command) => {
                set_word_list::set_word_list(self, actor, command, context)
            }
            AppCommand::RemoveWordList(command) => {
                remove_word_list::remove_word_list(self, actor, command)
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each command")]
    fn decide_room(
        &self,
        room_id: &RoomId,
        room: &Room,
        actor: &Actor,
        command: RoomCommand,
        context: &Context<'_>,
    ) -> Result<Vec<EventData>, Rejection> {
        match command {
            // `decide` has taken it: the room need not exist.
            RoomCommand::CreateRoom(_) => Ok(vec![]),
            RoomCommand::ChangeRoomStatus(command) => {
                change_room_status::change_room_status(room, actor, command)
            }
            RoomCommand::SendMessage(command) => {
                send_message::send_message(room, actor, command, context)
            }
            RoomCommand::SendCustomMessage(command) => {
                send_custom_message::send_custom_message(room, actor, command, context)
            }
            RoomCommand::SendPaidMessage(command) => {
                send_paid_message::send_paid_message(room, actor, command, context)
            }
            RoomCommand::SendGift(command) => {
                send_gift::send_gift(self, room, actor, command, context)
            }
            RoomCommand::SendLikes(command) => {
                send_likes::send_likes(room, actor, command, context)
            }
            RoomCommand::RefundGift(command) => {
                refund_gift::refund_gift(self, (room_id, room), actor, command, context)
            }
            RoomCommand::FollowHost(command) => {
                follow_host::follow_host(self, room, actor, &command, context)
            }
            RoomCommand::UnfollowHost(command) => {
                unfollow_host::unfollow_host(self, room, actor, &command)
            }
            RoomCommand::JoinRoom(JoinRoom {}) => join_room::join_room(room, actor, context),
            RoomCommand::LeaveRoom(LeaveRoom {}) => leave_room::leave_room(room, actor),
            RoomCommand::RecallMessage(command) => {
                recall_message::recall_message(room, actor, &command, context)
            }
            RoomCommand::PinMessage(command) => {
                pin_message::pin_message(room, actor, &command, context)
            }
            RoomCommand::UnpinMessage(command) => {
                unpin_message::unpin_message(room, actor, &command)
            }
            RoomCommand::ReviewMessage(command) => {
                review_message::review_message(room, actor, &command, context)
            }
            RoomCommand::SetRoomProfile(command) => {
                set_room_profile::set_room_profile(room, actor, command, context)
            }
            RoomCommand::ReportStream(command) => {
                report_stream::report_stream(room, actor, command, context)
            }
            RoomCommand::ArchiveRoom(ArchiveRoom {}) => archive_room::archive_room(room, actor),
            RoomCommand::SetProduct(command) => {
                set_product::set_product(room, actor, command, context)
            }
            RoomCommand::RemoveProduct(command) => {
                remove_product::remove_product(room, actor, command)
            }
            RoomCommand::RecordPurchase(command) => {
                record_purchase::record_purchase(self, room, actor, command, context)
            }
            RoomCommand::OrderShelf(command) => order_shelf::order_shelf(room, actor, command),
            RoomCommand::MarkSoldOut(command) => mark_sold_out::mark_sold_out(room, actor, command),
            RoomCommand::SetSpotlight(command) => {
                set_spotlight::set_spotlight(room, actor, command)
            }
            RoomCommand::MuteUser(command) => mute_user::mute_user(room, actor, command, context),
            RoomCommand::DismissAssistant(command) => {
                dismiss_assistant::dismiss_assistant(room, actor, command)
            }
            RoomCommand::AppointAssistant(command) => {
                appoint_assistant::appoint_assistant(room, actor, command, context)
            }
            RoomCommand::SetFields(command) => {
                set_fields::set_fields(self, room, actor, command, context)
            }
            RoomCommand::SetMemberFields(command) => {
                set_member_fields::set_member_fields(self, room, actor, command, context)
            }
            RoomCommand::ChangeCounter(command) => {
                change_counter::change_counter(room, actor, command, context)
            }
            RoomCommand::SetIntroduction(command) => {
                set_introduction::set_introduction(room, actor, command, context)
            }
            RoomCommand::SetAnnouncement(command) => {
                set_announcement::set_announcement(room, actor, command, context)
            }
            RoomCommand::MuteAll(command) => mute_all::mute_all(room, actor, command, context),
            RoomCommand::SetSlowMode(command) => {
                set_slow_mode::set_slow_mode(room, actor, &command, context)
            }
            RoomCommand::KickUser(command) => kick_user::kick_user(room, actor, command, context),
            RoomCommand::UnbanUser(command) => unban_user::unban_user(room, actor, command),
            RoomCommand::BanUser(command) => ban_user::ban_user(room, actor, command, context),
            RoomCommand::AnnounceLevel(command) => {
                announce_level::announce_level(actor, command, context)
            }
            RoomCommand::UnmuteUser(command) => unmute_user::unmute_user(room, actor, command),
        }
    }

    /// The place that the next event of this action will have.
    pub fn next_scope(&self, action_room: Option<&RoomId>) -> Scope {
        match action_room {
            Some(room_id) => {
                let room_seq = self.rooms.get(room_id).map_or(0, |room| room.seq) + 1;
                Scope::Room { room_id: room_id.clone(), room_seq }
            }
            None => Scope::App { app_seq: self.app_seq + 1 },
        }
    }

    /// Folds an event of this commit in. Cannot fail: it has happened.
    pub fn evolve(&mut self, event: &Event, log_seq: LogSeq) {
        debug_assert!(self.changed_at <= event.at, "time in a log never goes back");
        self.changed_at = event.at;
        match &event.scope {
            Scope::App { app_seq } => {
                debug_assert_eq!(self.app_seq + 1, *app_seq, "app_seq is dense");
                self.app_seq = *app_seq;
                self.evolve_app(&event.data);
            }
            Scope::Room { room_id, room_seq } => {
                self.remember_fact(room_id, event, log_seq);
                if let Some(room) = self.rooms.get_mut(room_id) {
                    debug_assert_eq!(room.seq + 1, *room_seq, "room_seq is dense");
                    room.evolve(*room_seq, event);
                    if is_message(&event.data) {
                        self.remember_message(room_id.clone());
                    } else if let EventData::MessageHeld(_) = event.data {
                        self.remember_held(room_id.clone(), *room_seq);
                    }
                } else if let EventData::RoomCreated(created) = &event.data {
                    self.rooms.insert(room_id.clone(), Room::created(created, event.at));
                } else {
                    debug_assert!(false, "the first event of a room is `room_created`");
                }
            }
        }
    }

    /// Until the read models have it.
    fn remember_fact(&mut self, room_id: &RoomId, event: &Event, log_seq: LogSeq) {
        let actor = &event.actor.user;
        if let EventData::ProductPurchased(purchased) = &event.data {
            self.recent_orders.add(purchased.order_id.clone(), (), log_seq);
        } else if let EventData::HostFollowed(followed) = &event.data {
            let key = (actor.clone(), followed.host_id.clone());
            self.recent_follows.add(key, true, log_seq);
        } else if let EventData::HostUnfollowed(unfollowed) = &event.data {
            let key = (actor.clone(), unfollowed.host_id.clone());
            self.recent_follows.add(key, false, log_seq);
        } else if let EventData::GiftRefunded(refunded) = &event.data {
            let key = (room_id.clone(), refunded.refunded_seq);
            self.recent_refunds.add(key, (), log_seq);
        }
    }

    /// The room has one more message; the oldest of all rooms is forgotten for it.
    fn remember_message(&mut self, room_id: RoomId) {
        self.message_order.push_back(room_id);
        if RECENT_MESSAGES_MAX < self.message_order.len()
            && let Some(oldest) = self.message_order.pop_front()
            && let Some(room) = self.rooms.get_mut(&oldest)
        {
            room.recent.forget_oldest();
        }
    }

    /// One more message waits; the oldest of all rooms is forgotten for it.
    fn remember_held(&mut self, room_id: RoomId, room_seq: u64) {
        self.held_order.push_back((room_id, room_seq));
        if HELD_MAX < self.held_order.len()
            && let Some((oldest, room_seq)) = self.held_order.pop_front()
            && let Some(room) = self.rooms.get_mut(&oldest)
        {
            room.held.remove(&room_seq);
        }
    }

    /// Who speaks in the first of these events of a room, if it is not the actor.
    pub fn speaker(&self, room_id: &RoomId, actor: &Actor, events: &[EventData]) -> Option<Actor> {
        review_message::speaker(self.rooms.get(room_id)?, actor, events)
    }
}

/// What the sender may take back.
fn is_message(data: &EventData) -> bool {
    matches!(
        data,
        EventData::MessageSent(_)
            | EventData::MessageSilenced(_)
            | EventData::CustomMessageSent(_)
            | EventData::PaidMessageSent(_)
    )
}
