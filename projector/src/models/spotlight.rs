//! `spotlight`: when which product was being explained.
//!
//! Reads `spotlight_set`. Writes `spotlight` (`migrations/sql/models/spotlight.sql`).

use std::collections::BTreeMap;

use domain::event::{Event, EventData, Scope};
use domain::ids::{AppId, ProductId, RoomId};
use domain::room::shelf::Product;

use super::Fold;
use crate::column::TextColumn;
use crate::write::{Write, bigint};

/// The windows of a batch, and where the windows end that were open before it.
#[derive(Debug, Default)]
pub(crate) struct Spotlights {
    ends_before: BTreeMap<RoomId, Place>,
    windows: BTreeMap<RoomId, Vec<Window>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    seq: i64,
    at: i64,
}

#[derive(Debug, PartialEq, Eq)]
struct Window {
    product_id: ProductId,
    product: Option<Product>,
    from: Place,
    to: Option<Place>,
}

impl Fold for Spotlights {
    fn fold(&mut self, event: &Event) {
        let (Scope::Room { room_id, room_seq }, EventData::SpotlightSet(set)) =
            (&event.scope, &event.data)
        else {
            return;
        };
        let place = Place { seq: bigint(*room_seq), at: event.at.0 };
        self.ends_before.entry(room_id.clone()).or_insert(place);
        let windows = self.windows.entry(room_id.clone()).or_default();
        if let Some(open) = windows.last_mut().filter(|window| window.to.is_none()) {
            open.to = Some(place);
        }
        if let Some(product_id) = set.product_id.clone() {
            windows.push(Window {
                product_id,
                product: set.product.clone(),
                from: place,
                to: None,
            });
        }
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let Self { ends_before, windows } = std::mem::take(self);
        let mut writes = vec![];
        if !ends_before.is_empty() {
            let write = Write::new(END, app)
                .with(ends_before.keys().map(RoomId::as_str).collect::<TextColumn>())
                .with(ends_before.values().map(|place| place.seq).collect::<Vec<_>>())
                .with(ends_before.values().map(|place| place.at).collect::<Vec<_>>());
            writes.push(write);
        }
        let rows: Vec<(RoomId, Window)> = windows
            .into_iter()
            .flat_map(|(room_id, windows)| {
                windows.into_iter().map(move |window| (room_id.clone(), window))
            })
            .collect();
        if !rows.is_empty() {
            writes.push(insert(app, &rows));
        }
        writes
    }
}

const END: &str = "
    UPDATE spotlight SET to_seq = ended.seq, to_at = ended.at
    FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS ended (room_id, seq, at)
    WHERE spotlight.app = $1 AND spotlight.room_id = ended.room_id AND spotlight.to_seq IS NULL";

const INSERT: &str = "
    INSERT INTO spotlight
        (app, room_id, product_id, product, from_seq, from_at, to_seq, to_at)
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
        $7::bigint[], $8::bigint[])";

fn insert(app: &AppId, rows: &[(RoomId, Window)]) -> Write {
    let windows = || rows.iter().map(|(_, window)| window);
    let mut products = TextColumn::default();
    for window in windows() {
        // A plain struct with text keys: writing it into memory cannot fail.
        let json = window.product.as_ref().map(serde_json::to_string).and_then(Result::ok);
        products.push_option(json.as_deref());
    }
    let to = |of: fn(Place) -> i64| -> Vec<Option<i64>> {
        windows().map(|window| window.to.map(of)).collect()
    };
    Write::new(INSERT, app)
        .with(rows.iter().map(|(room_id, _)| room_id.as_str()).collect::<TextColumn>())
        .with(windows().map(|window| window.product_id.as_str()).collect::<TextColumn>())
        .with(products)
        .with(windows().map(|window| window.from.seq).collect::<Vec<_>>())
        .with(windows().map(|window| window.from.at).collect::<Vec<_>>())
        .with(to(|place| place.seq))
        .with(to(|place| place.at))
        .changing(rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::room::set_spotlight::SpotlightSet;
    use domain::sample;

    fn set(room_seq: u64, product: Option<&str>) -> Event {
        let product_id = product.map(|id| id.parse().unwrap());
        Event {
            scope: Scope::Room { room_id: sample::room_id(), room_seq },
            data: EventData::SpotlightSet(SpotlightSet { product_id, product: None }),
            ..sample::events()[0].clone()
        }
    }

    #[test]
    fn a_window_ends_where_the_next_begins() {
        let mut spotlights = Spotlights::default();
        for event in [set(4, None), set(5, Some("tea")), set(7, Some("cup")), set(9, None)] {
            spotlights.fold(&event);
        }

        let room_id = sample::room_id();
        let windows = spotlights.windows[&room_id].iter();
        let windows: Vec<(i64, Option<i64>)> =
            windows.map(|window| (window.from.seq, window.to.map(|to| to.seq))).collect();
        assert_eq!(spotlights.ends_before[&room_id].seq, 4);
        assert_eq!(windows, [(5, Some(7)), (7, Some(9))]);
    }
}
