//! What an endpoint is sent: the event as it stands in the log, and what it is.

use bytes::Bytes;
use domain::event::{Event, EventId};
use domain::ids::{AppId, LogSeq};
use domain::timestamp::Timestamp;
use serde::Serialize;

use crate::lanes::InHand;

#[derive(Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    app: &'a AppId,
    at: Timestamp,
    log_seq: LogSeq,
    data: &'a Event,
}

/// The body of a request.
pub(crate) fn body(app: &AppId, in_hand: &InHand) -> Result<Bytes, serde_json::Error> {
    let InHand { log_seq, event } = in_hand;
    let (kind, at) = (event.data.type_name(), event.at);
    let payload = Payload { kind, app, at, log_seq: *log_seq, data: event };
    serde_json::to_vec(&payload).map(Bytes::from)
}

/// `webhook-id`: follows from the event, so that whoever sends it, and however often, sends the same.
/// An event id is only one in its app, and has a full stop.
pub(crate) fn webhook_id(app: &AppId, id: EventId) -> String {
    format!("{app}_{}_{}", id.command, id.index)
}

#[cfg(test)]
mod tests {
    use domain::sample;
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_body_says_what_happened_and_its_id_follows_from_the_event() {
        let app = "shop".parse().unwrap();
        let is_gift = |event: &Event| event.data.type_name() == "gift_sent";
        let event = sample::events().into_iter().find(is_gift).unwrap();
        let in_hand = InHand { log_seq: LogSeq(9), event: event.clone() };
        let body: Value = serde_json::from_slice(&body(&app, &in_hand).unwrap()).unwrap();
        assert_eq!((&body["type"], &body["app"]), (&"gift_sent".into(), &"shop".into()));
        assert_eq!((&body["log_seq"], &body["at"]), (&9.into(), &event.at.0.into()));
        assert_eq!(body["data"], serde_json::to_value(&event).unwrap());
        let id = webhook_id(&app, event.id);
        assert_eq!(id, format!("shop_{}", event.id.to_string().replace('.', "_")));
    }
}
