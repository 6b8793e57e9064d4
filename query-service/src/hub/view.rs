//! A room as a newcomer sees it, as JSON; [`super::room`] keeps it while nothing happens.

use std::sync::Arc;

use domain::field::Clearance;
use domain::ids::RoomId;
use domain::room::state::Room as RoomState;
use domain::view::clearance::Fields;
use domain::view::room_view::RoomView;

/// The view of a reader with this clearance.
pub(crate) fn view_json(
    room_id: &RoomId,
    state: &RoomState,
    fields: &Fields,
    clearance: Clearance,
) -> Arc<str> {
    // Plain structs with text keys: writing them into memory cannot fail.
    #[expect(clippy::expect_used, reason = "see above")]
    let json = serde_json::to_string(&RoomView::of(room_id, state, fields, clearance))
        .expect("a view is JSON");
    json.into()
}
