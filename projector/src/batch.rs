//! Commits, folded into the statements of one transaction.

use domain::event::{Event, EventData};
use domain::ids::{AppId, LogSeq};
use domain::level::rule::LevelRule;
use domain::timestamp::Timestamp;
use nats::TailCommit;

use crate::error::ProjectError;
use crate::lookup::Lookup;
use crate::models::{Fold, folds};
use crate::outbox::config::OutboxConfig;
use crate::write::Write;

/// A stretch of the log that is written together.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The place before its first commit.
    pub(crate) after: LogSeq,
    /// Its last commit.
    pub(crate) last: LogSeq,
    /// When that was packed.
    pub(crate) at: Timestamp,
    pub(crate) events: usize,
    pub(crate) writes: Vec<Write>,
    pub(crate) lookups: Vec<Box<dyn Lookup>>,
}

/// Folds one app's log, batch by batch.
pub(crate) struct Folder {
    app: AppId,
    folds: Vec<Box<dyn Fold>>,
}

impl Folder {
    /// For the models of these names, at a place of the log where this rule is in force.
    pub(crate) fn new(app: AppId, models: &[&str], rule: &LevelRule) -> Self {
        Self { app, folds: folds(models, rule, None) }
    }

    /// The same, and what follows from the log goes into the outbox.
    pub(crate) fn live(
        app: AppId,
        models: &[&str],
        rule: &LevelRule,
        outbox: &OutboxConfig,
    ) -> Self {
        Self { app, folds: folds(models, rule, Some(outbox)) }
    }

    pub(crate) fn app(&self) -> &AppId {
        &self.app
    }

    /// `None` for no commits.
    pub(crate) fn fold(&mut self, commits: &[TailCommit]) -> Result<Option<Batch>, ProjectError> {
        let (Some(first), Some(last)) = (commits.first(), commits.last()) else { return Ok(None) };
        let mut events = 0;
        for TailCommit { seq, commit, .. } in commits {
            events += commit.events.len();
            for event in &commit.events {
                if let Some(field) = unstorable(event) {
                    return Err(ProjectError::Unstorable { event: event.id, seq: *seq, field });
                }
                self.folds.iter_mut().for_each(|fold| fold.fold(event));
            }
        }
        let app = &self.app;
        Ok(Some(Batch {
            after: LogSeq(first.seq.0 - 1),
            last: last.seq,
            at: last.commit.at,
            events,
            writes: self.folds.iter_mut().flat_map(|fold| fold.take(app)).collect(),
            lookups: self.folds.iter_mut().filter_map(|fold| fold.take_lookup(app)).collect(),
        }))
    }
}

/// A text that goes into a column as it is and that Postgres cannot hold. Ids have no control
/// characters, and in JSON they are escaped.
#[expect(clippy::too_many_lines, reason = "one arm for each event")]
fn unstorable(event: &Event) -> Option<&'static str> {
    let texts: Vec<(&str, Option<&str>)> = match &event.data {
        EventData::UserRegistered(user) => {
            vec![("nick", Some(&*user.nick)), ("avatar", user.avatar.as_deref())]
        }
        EventData::GiftDefined(gift) => vec![
            ("name", Some(&*gift.name)),
            ("image", gift.image.as_deref()),
            ("category", gift.category.as_deref()),
        ],
        EventData::RoomCreated(room) => vec![("name", Some(&*room.name))],
        EventData::RoomProfileSet(set) => vec![
            ("name", Some(&*set.name)),
            ("kind", Some(&*set.kind)),
            ("cover", Some(&*set.cover)),
        ],
        EventData::ProductSet(set) => vec![("title", Some(&*set.product.title))],
        EventData::ProductRemoved(removed) => vec![("title", Some(&*removed.product.title))],
        EventData::ProductSoldOut(out) => vec![("title", Some(&*out.product.title))],
        EventData::ProductRestocked(restocked) => {
            vec![("title", Some(&*restocked.product.title))]
        }
        EventData::EpochStarted(_)
        | EventData::LevelRuleSet(_)
        | EventData::WordListSet(_)
        | EventData::WordListRemoved(_)
        | EventData::AdminsSet(_)
        | EventData::AppCreated(_)
        | EventData::AppStatusSet(_)
        | EventData::AppExpirySet(_)
        | EventData::AppKeysSet(_)
        | EventData::AppDeleted(_)
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
        | EventData::RoomArchived(_)
        | EventData::StreamReported(_)
        | EventData::ShelfOrdered(_)
        | EventData::BroadcastSent(_)
        | EventData::HostFollowed(_)
        | EventData::HostUnfollowed(_)
        | EventData::ProductPurchased(_)
        | EventData::GiftRefunded(_)
        | EventData::SpotlightSet(_)
        | EventData::UserMuted(_)
        | EventData::AssistantDismissed(_)
        | EventData::AssistantAppointed(_)
        | EventData::FieldDefined(_)
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
        | EventData::UserUnmuted(_) => return None,
    };
    let field = texts.into_iter().find(|(_, text)| text.is_some_and(|text| text.contains('\0')));
    field.map(|(field, _)| field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    fn commit(seq: u64, events: Vec<Event>) -> TailCommit {
        let commit = domain::commit::Commit { events, ..sample::commit() };
        TailCommit { seq: LogSeq(seq), commit, bytes: 0 }
    }

    fn folder() -> Folder {
        let names: Vec<&str> = migrations::model::MODELS.iter().map(|model| model.name).collect();
        Folder::new("shop".parse().unwrap(), &names, &LevelRule::default())
    }

    #[test]
    fn a_batch_knows_its_place_and_writes_every_table() {
        let commits = [commit(5, sample::events()), commit(6, vec![])];

        let batch = folder().fold(&commits).unwrap().unwrap();

        assert_eq!((batch.after, batch.last), (LogSeq(4), LogSeq(6)));
        assert_eq!(batch.events, sample::events().len());
        for model in migrations::model::MODELS {
            for table in model.tables {
                let writes = |write: &Write| write.sql.contains(&format!(" {}", table.name));
                let asked = batch.lookups.iter().map(|lookup| lookup.select());
                let mut statements = batch.writes.iter().chain(asked);
                assert!(statements.any(writes), "{}", table.name);
            }
        }
    }

    #[test]
    fn a_text_that_postgres_cannot_hold_stops_the_projection_and_is_named() {
        let mut event = sample::events().swap_remove(1);
        let EventData::UserRegistered(user) = &mut event.data else { unreachable!() };
        user.nick = "a\0b".into();

        let error = folder().fold(&[commit(1, vec![event.clone()])]).unwrap_err();

        let text = error.to_string();
        assert!(text.contains(&event.id.to_string()) && text.contains("`nick`"), "{text}");
        assert!(!error.is_passing());
    }
}
