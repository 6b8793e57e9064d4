//! The read models, one file each: what an event changes, and the statement that writes a batch.
//!
//! Folding is pure and needs no database. It gives the same rows however the log is cut into
//! batches: sums stay at the largest number, the last value wins, and what depends on the order
//! within a batch (level rules, spotlight windows) is folded in that order. A model whose rows
//! decide what comes next (levels with their caps) reads them first (`lookup.rs`).

mod app_user;
mod follow;
mod gift_catalogue;
mod gift_rank;
mod gift_refund;
mod gift_total;
mod member_field;
mod product_history;
mod purchase;
mod recalled_message;
mod room;
mod room_activity;
mod room_feed;
mod room_member;
mod shelf;
mod spotlight;
mod user_level;

use domain::event::Event;
use domain::ids::AppId;
use domain::level::rule::LevelRule;

pub(crate) use self::user_level::read_rule;
use crate::lookup::Lookup;
use crate::outbox::config::OutboxConfig;
use crate::write::Write;

/// One read model of one app.
pub(crate) trait Fold: Send {
    /// Folds an event into the batch.
    fn fold(&mut self, event: &Event);

    /// The statements of the batch, in order; afterwards a new batch begins.
    fn take(&mut self, app: &AppId) -> Vec<Write>;

    /// What must be read before the rest of the batch is known. Called after `take`.
    fn take_lookup(&mut self, _app: &AppId) -> Option<Box<dyn Lookup>> {
        None
    }
}

/// The folds of the models of these names, at a place of the log where this rule is in force; with
/// an outbox if they are live.
pub(crate) fn folds(
    names: &[&str],
    rule: &LevelRule,
    outbox: Option<&OutboxConfig>,
) -> Vec<Box<dyn Fold>> {
    names.iter().filter_map(|name| fold(name, rule, outbox)).collect()
}

fn fold(name: &str, rule: &LevelRule, outbox: Option<&OutboxConfig>) -> Option<Box<dyn Fold>> {
    Some(match name {
        "app_user" => Box::new(app_user::AppUsers::default()),
        "follow" => Box::new(follow::Follows::default()),
        "gift_catalogue" => Box::new(gift_catalogue::Gifts::default()),
        "gift_rank" => Box::new(gift_rank::GiftRanks::default()),
        "gift_refund" => Box::new(gift_refund::GiftRefunds::default()),
        "gift_total" => Box::new(gift_total::GiftTotals::default()),
        "member_field" => Box::new(member_field::MemberFields::default()),
        "product_history" => Box::new(product_history::ProductHistory::default()),
        "recalled_message" => Box::new(recalled_message::RecalledMessages::default()),
        "purchase" => Box::new(purchase::Purchases::default()),
        "room" => Box::new(room::Rooms::default()),
        "room_activity" => Box::new(room_activity::RoomActivity::default()),
        "room_feed" => Box::new(room_feed::RoomFeed::default()),
        "room_member" => Box::new(room_member::RoomMembers::default()),
        "shelf" => Box::new(shelf::Shelves::default()),
        "spotlight" => Box::new(spotlight::Spotlights::default()),
        "user_level" => Box::new(user_level::UserLevels::new(rule.clone(), outbox.cloned())),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_that_has_tables_has_a_fold() {
        for model in migrations::model::MODELS {
            assert!(fold(model.name, &LevelRule::default(), None).is_some(), "{}", model.name);
        }
    }
}
