//! What a room remembers, and how an event changes it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::coins::Coins;
use crate::event::{Event, EventData};
use crate::ids::{CounterKey, FieldKey, ProductId, UserId};
use crate::room::create_room::RoomCreated;
use crate::room::hold_message::{HeldMessage, HeldMessages, MessageHeld};
use crate::room::permission::{is_exempt, is_in_force};
use crate::room::recent_messages::RecentMessages;
use crate::room::report_stream::Stream;
use crate::room::said::Besides;
use crate::room::set_fields::FieldValue;
use crate::room::shelf::Shelf;
use crate::room::slow_mode::SlowMode;
use crate::room::status::RoomStatus;
use crate::room::streaks::Streaks;
use crate::timestamp::Timestamp;

/// What a decision or a snapshot for viewers needs; nothing that grows with the number of viewers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// `room_seq` of the last event.
    pub seq: u64,
    /// When the last event was decided.
    pub changed_at: Timestamp,
    /// The name to show.
    pub name: Arc<str>,
    /// The host.
    pub owner: UserId,
    /// What kind of room it is; empty if nobody has said.
    pub kind: Arc<str>,
    /// Address of a picture; empty if there is none.
    pub cover: Arc<str>,
    /// Nothing more happens here.
    pub archived: bool,
    /// Where the show stands.
    pub status: RoomStatus,
    /// What everybody shall read; empty if there is nothing.
    pub announcement: Arc<str>,
    /// What the show is about; empty if nobody has said.
    pub introduction: Arc<str>,
    /// Custom fields of the room, removed ones included: their versions go on.
    pub fields: BTreeMap<FieldKey, FieldValue>,
    /// Numbers that those who run it change.
    pub counters: BTreeMap<CounterKey, i64>,
    /// Who was appointed to help; assistants by their token are not listed.
    pub assistants: BTreeSet<UserId>,
    /// What media servers said of its stream; absent if none has.
    pub stream: Option<Stream>,
    /// When the show first went live: what a recording counts from.
    pub live_at: Option<Timestamp>,
    /// What is on sale, in order.
    pub shelf: Shelf,
    /// The product being explained.
    pub spotlight: Option<ProductId>,
    /// Who is muted, until when; `None` has no end.
    pub mutes: HashMap<UserId, Option<Timestamp>>,
    /// Who is banned, until when; `None` has no end.
    pub bans: HashMap<UserId, Option<Timestamp>>,
    /// While everybody is muted: who may talk all the same.
    pub mute_all: Option<BTreeSet<UserId>>,
    /// How long viewers wait between two messages, and who waits.
    pub slow_mode: SlowMode,
    /// Gifts that are clicked again and again.
    pub streaks: Streaks,
    /// Messages that everybody shall see, by `room_seq`.
    pub pinned: BTreeSet<u64>,
    /// Messages that wait until somebody has looked.
    pub held: HeldMessages,
    /// Who sent the newest messages.
    pub recent: RecentMessages,
    /// What has been sent so far.
    pub totals: Totals,
}

/// Running totals of a room.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Chat messages.
    pub messages: u64,
    /// Paid messages.
    pub paid_messages: u64,
    /// Coins of paid messages.
    pub paid_message_coins: Coins,
    /// Gifts, counting each piece.
    pub gifts: u64,
    /// Coins of gifts.
    pub gift_coins: Coins,
    /// Likes.
    pub likes: u64,
}

impl Room {
    /// The room as its first event makes it.
    pub(crate) fn created(created: &RoomCreated, at: Timestamp) -> Self {
        Self {
            seq: 1,
            changed_at: at,
            name: created.name.clone(),
            owner: created.owner.clone(),
            kind: "".into(),
            cover: "".into(),
            archived: false,
            status: RoomStatus::Scheduled,
            announcement: "".into(),
            introduction: "".into(),
            fields: BTreeMap::new(),
            counters: BTreeMap::new(),
            assistants: BTreeSet::new(),
            stream: None,
            live_at: None,
            shelf: Shelf::default(),
            spotlight: None,
            mutes: HashMap::new(),
            bans: HashMap::new(),
            mute_all: None,
            slow_mode: SlowMode::default(),
            streaks: Streaks::default(),
            pinned: BTreeSet::new(),
            held: HeldMessages::new(),
            recent: RecentMessages::default(),
            totals: Totals::default(),
        }
    }

    /// Folds a later event in. Cannot fail: the event has happened.
    #[expect(clippy::too_many_lines, reason = "one arm for each event")]
    pub(crate) fn evolve(&mut self, seq: u64, event: &Event) {
        let Event { at, data, actor, .. } = event;
        let at = *at;
        self.seq = seq;
        self.changed_at = at;
        let totals = &mut self.totals;
        match data {
            EventData::RoomStatusChanged(changed) => {
                self.status = changed.to;
                if changed.to == RoomStatus::Live {
                    self.live_at.get_or_insert(at);
                }
            }
            EventData::StreamReported(reported) => {
                self.stream = Some(Stream::after(self.stream.as_ref(), reported));
            }
            EventData::MessageSent(_) => {
                totals.messages += 1;
                self.recent.push(seq, actor.user.clone(), at);
                self.sent(actor, at);
            }
            EventData::PaidMessageSent(sent) => {
                totals.paid_messages += 1;
                self.recent.push(seq, actor.user.clone(), at);
                totals.paid_message_coins = totals.paid_message_coins.saturating_add(sent.amount);
            }
            EventData::GiftSent(sent) => {
                totals.gifts = totals.gifts.saturating_add(u64::from(sent.count));
                totals.gift_coins = totals.gift_coins.saturating_add(sent.amount);
                if let Some(combo) = &sent.combo {
                    let of = (&actor.user, &sent.gift_id);
                    self.streaks.sent(of, combo, sent.unit_price, at);
                }
            }
            EventData::GiftRefunded(refunded) => {
                totals.gifts = totals.gifts.saturating_sub(u64::from(refunded.count));
                totals.gift_coins = totals.gift_coins.saturating_sub(refunded.amount);
            }
            EventData::LikesAdded(added) => {
                totals.likes = totals.likes.saturating_add(added.count);
            }
            EventData::ProductSet(set) => self.shelf.set(&set.product_id, &set.product),
            EventData::ProductRemoved(removed) => self.shelf.remove(&removed.product_id),
            EventData::ShelfOrdered(ordered) => self.shelf.reorder(&ordered.product_ids),
            EventData::ProductSoldOut(out) => self.shelf.mark(&out.product_id, true),
            EventData::ProductRestocked(restocked) => {
                self.shelf.mark(&restocked.product_id, false);
            }
            EventData::SpotlightSet(set) => self.spotlight.clone_from(&set.product_id),
            EventData::UserMuted(muted) => {
                // The expired ones go here, at a moment that is the same in every replay.
                self.mutes.retain(|_, until| is_in_force(*until, at));
                self.mutes.insert(muted.user_id.clone(), muted.until);
            }
            EventData::UserUnmuted(unmuted) => {
                self.mutes.remove(&unmuted.user_id);
            }
            EventData::UserBanned(banned) => {
                self.bans.retain(|_, until| is_in_force(*until, at));
                self.bans.insert(banned.user_id.clone(), banned.until);
                self.assistants.remove(&banned.user_id);
            }
            EventData::AnnouncementSet(set) => self.announcement = set.text.clone(),
            EventData::FieldsSet(set) => {
                for (key, value) in &set.values {
                    let value = FieldValue { value: value.clone(), version: seq };
                    self.fields.insert(key.clone(), value);
                }
            }
            EventData::CounterChanged(changed) => {
                self.counters.insert(changed.key.clone(), changed.value);
            }
            EventData::IntroductionSet(set) => self.introduction = set.text.clone(),
            EventData::AssistantAppointed(appointed) => {
                self.assistants.insert(appointed.user_id.clone());
            }
            EventData::AssistantDismissed(dismissed) => {
                self.assistants.remove(&dismissed.user_id);
            }
            EventData::UserUnbanned(unbanned) => {
                self.bans.remove(&unbanned.user_id);
            }
            EventData::MuteAllSet(set) => self.mute_all = set.on.then(|| set.allow.clone()),
            EventData::SlowModeSet(set) => self.slow_mode = SlowMode::new(set.seconds),
            EventData::MessageHeld(held) => {
                // Those that have waited too long go here, in every replay the same.
                self.held.retain(|_, held| held.waits(at));
                let MessageHeld { text, reply_to, besides } = held.clone();
                let is_paid = Besides::is_paid(besides.as_ref());
                let held = HeldMessage { actor: actor.clone(), at, text, reply_to, besides };
                self.held.insert(seq, held);
                if !is_paid {
                    self.sent(actor, at);
                }
            }
            EventData::MessageReviewed(reviewed) => {
                self.held.remove(&reviewed.room_seq);
            }
            EventData::CustomMessageSent(_) => {
                self.recent.push(seq, actor.user.clone(), at);
                self.sent(actor, at);
            }
            EventData::MessageSilenced(silenced) => {
                self.recent.push(seq, actor.user.clone(), at);
                if !Besides::is_paid(silenced.besides.as_ref()) {
                    self.sent(actor, at);
                }
            }
            EventData::MessageRecalled(recalled) => {
                self.recent.recall(recalled.room_seq);
                self.pinned.remove(&recalled.room_seq);
            }
            EventData::MessagePinned(pinned) => {
                self.pinned.insert(pinned.room_seq);
            }
            EventData::MessageUnpinned(unpinned) => {
                self.pinned.remove(&unpinned.room_seq);
            }
            EventData::RoomProfileSet(set) => {
                self.name = set.name.clone();
                self.kind = set.kind.clone();
                self.cover = set.cover.clone();
            }
            EventData::RoomArchived(_) => {
                self.archived = true;
                // Nobody sends or comes any more: there is nothing left to keep away.
                self.mutes = HashMap::new();
                self.bans = HashMap::new();
                self.held = HeldMessages::new();
                self.slow_mode = SlowMode::new(self.slow_mode.seconds);
            }
            EventData::RoomJoined(_)
            | EventData::MemberFieldsSet(_)
            | EventData::HostFollowed(_)
            | EventData::HostUnfollowed(_)
            | EventData::ProductPurchased(_)
            | EventData::RoomLeft(_)
            | EventData::LevelReached(_)
            | EventData::UserKicked(_) => {}
            EventData::RoomCreated(_)
            | EventData::EpochStarted(_)
            | EventData::UserRegistered(_)
            | EventData::FieldDefined(_)
            | EventData::GiftDefined(_)
            | EventData::LevelRuleSet(_)
            | EventData::WordListSet(_)
            | EventData::WordListRemoved(_)
            | EventData::AdminsSet(_)
            | EventData::AppCreated(_)
            | EventData::AppStatusSet(_)
            | EventData::AppExpirySet(_)
            | EventData::AppKeysSet(_)
            | EventData::AppDeleted(_)
            | EventData::BroadcastSent(_) => {
                debug_assert!(false, "{} is not a later event of a room", data.type_name());
            }
        }
    }

    /// In slow mode the next message has to wait from now on.
    fn sent(&mut self, actor: &Actor, at: Timestamp) {
        if self.slow_mode.seconds != 0 && !is_exempt(self, actor) {
            self.slow_mode.sent(&actor.user, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::mute_user::UserMuted;

    #[test]
    fn a_new_mute_takes_away_those_that_are_over() {
        let created = RoomCreated { name: "Tea time".into(), owner: "host".parse().unwrap() };
        let mut room = Room::created(&created, Timestamp(0));
        for (seq, (user, at)) in (2..).zip([("ann", 0), ("bob", 1), ("cid", 5_000)]) {
            let until = Some(Timestamp(at + 5_000));
            let user_id = user.parse().unwrap();
            let muted = EventData::UserMuted(UserMuted { user_id, seconds: 5, until });
            let begin = crate::sample::events().swap_remove(0);
            room.evolve(seq, &Event { at: Timestamp(at), data: muted, ..begin });
        }

        let mut muted: Vec<&str> = room.mutes.keys().map(UserId::as_str).collect();
        muted.sort_unstable();
        assert_eq!(muted, ["bob", "cid"]);
    }
}
