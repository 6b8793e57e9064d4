//! `gift_catalogue`: the gifts that can be sent, retired ones included, and every version of each.
//!
//! Reads `gift_defined`. Writes `gift_catalogue` and `gift_version`
//! (`migrations/sql/models/gift_catalogue.sql`).

use std::collections::BTreeMap;

use domain::app::define_gift::GiftDefined;
use domain::event::{Event, EventData};
use domain::ids::{AppId, GiftId};

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The definitions of a batch, in order, and when they were made.
#[derive(Debug, Default)]
pub(crate) struct Gifts(Vec<(GiftDefined, i64)>);

impl Fold for Gifts {
    fn fold(&mut self, event: &Event) {
        if let EventData::GiftDefined(defined) = &event.data {
            self.0.push((defined.clone(), event.at.0));
        }
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let versions = std::mem::take(&mut self.0);
        if versions.is_empty() {
            return vec![];
        }
        let newest: BTreeMap<&GiftId, &(GiftDefined, i64)> =
            versions.iter().map(|version| (&version.0.gift_id, version)).collect();
        let newest: Vec<&(GiftDefined, i64)> = newest.into_values().collect();
        let versions: Vec<&(GiftDefined, i64)> = versions.iter().collect();
        vec![
            columns(Write::new(UPSERT, app), &newest),
            columns(Write::new(INSERT_VERSION, app), &versions),
        ]
    }
}

/// What both statements take.
fn columns(write: Write, gifts: &[&(GiftDefined, i64)]) -> Write {
    let defined = || gifts.iter().map(|(defined, _)| defined);
    let (mut images, mut categories, mut effects) =
        (TextColumn::default(), TextColumn::default(), TextColumn::default());
    for gift in defined() {
        images.push_option(gift.image.as_deref());
        categories.push_option(gift.category.as_deref());
        effects.push_option(gift.effect.as_ref().map(ToString::to_string).as_deref());
    }
    write
        .with(defined().map(|gift| gift.gift_id.as_str()).collect::<TextColumn>())
        .with(defined().map(|gift| &*gift.name).collect::<TextColumn>())
        .with(defined().map(|gift| bigint(gift.unit_price.0)).collect::<Vec<_>>())
        .with(defined().map(|gift| gift.retired).collect::<Vec<_>>())
        .with(images)
        .with(categories)
        .with(effects)
        .with(defined().map(|gift| bigint(gift.catalogue_version)).collect::<Vec<_>>())
        .with(gifts.iter().map(|(_, at)| *at).collect::<Vec<_>>())
        .changing(gifts.len())
}

const UPSERT: &str = "
    INSERT INTO gift_catalogue (app, gift_id, name, unit_price, retired, image, category, effect,
        catalogue_version, changed_at)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::text[],
        $7::text[], $8::text[], $9::bigint[], $10::bigint[])
    ON CONFLICT (app, gift_id) DO UPDATE SET
        name = excluded.name, unit_price = excluded.unit_price, retired = excluded.retired,
        image = excluded.image, category = excluded.category, effect = excluded.effect,
        catalogue_version = excluded.catalogue_version, changed_at = excluded.changed_at";

const INSERT_VERSION: &str = "
    INSERT INTO gift_version (app, gift_id, name, unit_price, retired, image, category, effect,
        catalogue_version, at)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::boolean[], $6::text[],
        $7::text[], $8::text[], $9::bigint[], $10::bigint[])";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::sample;

    #[test]
    fn the_last_definition_of_a_gift_wins_and_every_version_is_kept() {
        let mut gifts = Gifts::default();
        let events = sample::events();
        let event = events.iter().find(|event| matches!(event.data, EventData::GiftDefined(_)));
        let mut event = event.unwrap().clone();
        gifts.fold(&event);
        let EventData::GiftDefined(defined) = &mut event.data else { unreachable!() };
        defined.catalogue_version += 1;
        gifts.fold(&event);

        let writes = gifts.take(&"shop".parse().unwrap());
        let rows: Vec<Option<u64>> = writes.iter().map(|write| write.rows).collect();
        assert_eq!(rows, [Some(1), Some(2)]);
        assert!(gifts.0.is_empty());
    }
}
