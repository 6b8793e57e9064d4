//! What readers are shown. Pure folds and shapes; the query-service and the projector use the same.

pub mod clearance;
pub mod feed_item;
pub mod known_facts;
pub mod notice;
pub mod period;
pub mod profile;
pub mod recalled;
pub mod room_view;
pub(crate) mod value;
pub mod withheld;
