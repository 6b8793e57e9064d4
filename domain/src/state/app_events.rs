//! How an event of the app changes it; those of its rooms are in [`crate::room::state`].

use std::sync::Arc;

use crate::app::define_field::FieldDefined;
use crate::app::define_gift::Gift;
use crate::app::remove_word_list::WordListRemoved;
use crate::app::set_word_list::WordListSet;
use crate::event::EventData;
use crate::field::Field;
use crate::state::AppState;

impl AppState {
    #[expect(clippy::too_many_lines, reason = "one arm for each event")]
    pub(super) fn evolve_app(&mut self, data: &EventData) {
        match data {
            EventData::EpochStarted(started) => self.epoch = started.epoch,
            EventData::GiftDefined(defined) => {
                self.catalogue_version = defined.catalogue_version;
                let gift = Gift::defined(defined, self.gifts.get(&defined.gift_id));
                self.gifts.insert(defined.gift_id.clone(), gift);
            }
            EventData::LevelRuleSet(set) => self.level_rule = set.rule.clone(),
            EventData::BroadcastSent(sent) => self.broadcast_seq = sent.broadcast_seq,
            EventData::WordListSet(WordListSet { room_id, name, list }) => {
                let lists = Arc::make_mut(&mut self.word_lists);
                lists.set(room_id.as_ref(), name, list.clone());
            }
            EventData::WordListRemoved(WordListRemoved { room_id, name }) => {
                Arc::make_mut(&mut self.word_lists).remove(room_id.as_ref(), name);
            }
            EventData::FieldDefined(defined) => {
                let FieldDefined { key, scope, read, write, kinds } = defined.clone();
                self.fields.insert(key, Field { scope, read, write, kinds });
            }
            EventData::UserRegistered(_) => {}
            EventData::AdminsSet(set) => self.admins.clone_from(&set.user_ids),
            EventData::AppCreated(created) => {
                self.registry.app_created(created, self.changed_at);
            }
            EventData::AppStatusSet(set) => self.registry.app_status_set(set),
            EventData::AppExpirySet(set) => self.registry.app_expiry_set(set),
            EventData::AppKeysSet(set) => self.registry.app_keys_set(set),
            EventData::AppDeleted(deleted) => self.registry.app_deleted(deleted),
            EventData::RoomCreated(_)
            | EventData::RoomStatusChanged(_)
            | EventData::MessageSent(_)
            | EventData::CustomMessageSent(_)
            | EventData::PaidMessageSent(_)
            | EventData::GiftSent(_)
            | EventData::LikesAdded(_)
            | EventData::RoomJoined(_)
            | EventData::RoomLeft(_)
            | EventData::MessageRecalled(_)
            | EventData::MessagePinned(_)
            | EventData::MessageUnpinned(_)
            | EventData::MessageHeld(_)
            | EventData::MessageSilenced(_)
            | EventData::MessageReviewed(_)
            | EventData::RoomProfileSet(_)
            | EventData::RoomArchived(_)
            | EventData::StreamReported(_)
            | EventData::ProductSet(_)
            | EventData::HostFollowed(_)
            | EventData::HostUnfollowed(_)
            | EventData::ShelfOrdered(_)
            | EventData::ProductSoldOut(_)
            | EventData::ProductRestocked(_)
            | EventData::ProductRemoved(_)
            | EventData::ProductPurchased(_)
            | EventData::GiftRefunded(_)
            | EventData::SpotlightSet(_)
            | EventData::UserMuted(_)
            | EventData::AssistantDismissed(_)
            | EventData::AssistantAppointed(_)
            | EventData::FieldsSet(_)
            | EventData::MemberFieldsSet(_)
            | EventData::CounterChanged(_)
            | EventData::IntroductionSet(_)
            | EventData::AnnouncementSet(_)
            | EventData::MuteAllSet(_)
            | EventData::SlowModeSet(_)
            | EventData::UserKicked(_)
            | EventData::UserUnbanned(_)
            | EventData::UserBanned(_)
            | EventData::LevelReached(_)
            | EventData::UserUnmuted(_) => {
                debug_assert!(false, "{} is not an event of the app", data.type_name());
            }
        }
    }
}
