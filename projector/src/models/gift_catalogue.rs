//! `gift_catalogue`: the gifts that can be sent, retired ones included.
//!
//! Reads `gift_defined`. Writes `gift_catalogue` (`migrations/sql/models/gift_catalogue.sql`).

use std::collections::BTreeMap;

use domain::app::define_gift::GiftDefined;
use domain::event::{Event, EventData};
use domain::ids::{AppId, GiftId};

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The gifts of a batch as they were defined last, and when.
#[derive(Debug, Default)]
pub(crate) struct Gifts(BTreeMap<GiftId, (GiftDefined, i64)>);

impl Fold for Gifts {
    fn fold(&mut self, event: &Event) {
        if let EventData::GiftDefined(defined) = &event.data {
            self.0.insert(defined.gift_id.clone(), (defined.clone(), event.at.0));
        }
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let gifts = std::mem::take(&mut self.0);
        if gifts.is_empty() {
            return vec![];
        }
        let defined = || gifts.values().map(|(defined, _)| defined);
        let write = Write::new(UPSERT, app)
            .with(gifts.keys().map(GiftId::as_str).collect::<TextColumn>())
            .with(defined().map(|gift| &*gift.name).collect::<TextColumn>())
            .with(defined().map(|gift| bigint(gift.unit_price.0)).collect::<Vec<_>>())
            .with(defined().map(|gift| gift.retired).collect::<Vec<_>>())
            .with(defined().map(|gift| bigint(gift.catalogue_version)).collect::<Vec<_>>())
            .with(gifts.values().map(|(_, at)| *at).collect::<Vec<_>>());
        vec![write.changing(gifts.len())]
    }
}

const UPSERT: &str = "
    INSERT INTO gift_catalogue
        (app, gift_id, name, unit_price, retired, catalogue_version, changed_at)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::bigint[],
        $7::bigint[])
    ON CONFLICT (app, gift_id) DO UPDATE SET
        name = excluded.name, unit_price = excluded.unit_price, retired = excluded.retired,
        catalogue_version = excluded.catalogue_version, changed_at = excluded.changed_at";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn the_last_definition_of_a_gift_wins() {
        let mut gifts = Gifts::default();
        let events = sample::events();
        let event = events.iter().find(|event| matches!(event.data, EventData::GiftDefined(_)));
        let mut event = event.unwrap().clone();
        gifts.fold(&event);
        let EventData::GiftDefined(defined) = &mut event.data else { unreachable!() };
        defined.retired = true;
        gifts.fold(&event);

        let retired: Vec<bool> = gifts.0.values().map(|(gift, _)| gift.retired).collect();
        assert_eq!(retired, [true]);
    }
}
