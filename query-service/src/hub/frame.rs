//! One thing that viewers receive, encoded once: the same allocation serves SSE and WebSocket.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use domain::field::Clearance;
use domain::ids::UserId;
use domain::view::clearance::{Fields, cleared, is_restricted_json};
use domain::view::withheld::own;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// A feed item or a control message. Cloning shares the bytes.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    sse: Bytes,
    text: Utf8Bytes,
    /// What readers get instead. Nearly all frames are the same for everybody and have none.
    less: Option<Arc<Less>>,
}

/// A frame for readers who may not all know the same.
#[derive(Debug)]
struct Less {
    by_clearance: Vec<Frame>,
    /// Somebody sees more of it than others with their clearance.
    own: Option<(UserId, Frame)>,
}

impl Frame {
    /// Encodes JSON that stands on one line; `id` becomes the SSE id that a client resumes from.
    ///
    /// A raw line break would end the SSE field early and let a text forge the next one. JSON has
    /// line breaks only between tokens, where they mean nothing, so they are left out here.
    pub(crate) fn encode(id: Option<u64>, json: &str) -> Self {
        Self::encode_with(&id.map(|id| format!("id: {id}\n")).unwrap_or_default(), json)
    }

    /// The same after other fields, whole lines, that only SSE has.
    pub(crate) fn encode_with(fields: &str, json: &str) -> Self {
        let mut sse = BytesMut::with_capacity(fields.len() + json.len() + 8);
        sse.extend_from_slice(fields.as_bytes());
        sse.extend_from_slice(b"data: ");
        let begin = sse.len();
        for line in json.split(['\r', '\n']) {
            sse.extend_from_slice(line.as_bytes());
        }
        let end = sse.len();
        sse.extend_from_slice(b"\n\n");
        let sse = sse.freeze();
        // Whole lines of a `&str` are UTF-8: the fallback is unreachable, not a loss.
        let text = Utf8Bytes::try_from(sse.slice(begin..end)).unwrap_or_default();
        Self { sse, text, less: None }
    }

    /// A feed item, encoded once for each clearance if readers may not all know the same.
    pub(crate) fn item(room_seq: u64, json: &str, fields: &Fields) -> Self {
        let mut frame = Self::encode(Some(room_seq), json);
        if is_restricted_json(json) {
            let of = |clearance| Self::encode(Some(room_seq), &cleared(json, fields, clearance));
            let by_clearance = Clearance::ALL.into_iter().map(of).collect();
            let own = own(json).map(|(user, json)| (user, Self::encode(Some(room_seq), &json)));
            frame.less = Some(Arc::new(Less { by_clearance, own }));
        }
        frame
    }

    /// Whether readers get different frames.
    pub(crate) fn is_restricted(&self) -> bool {
        self.less.is_some()
    }

    /// What this reader gets, who has this clearance.
    pub(crate) fn cleared(&self, clearance: Clearance, user: &UserId) -> &Self {
        let Some(less) = &self.less else { return self };
        match &less.own {
            Some((own, frame)) if own == user && clearance < Clearance::Assistant => frame,
            Some(_) | None => less.by_clearance.get(clearance as usize).unwrap_or(self),
        }
    }

    /// As an event of a `text/event-stream`.
    pub(crate) fn sse(&self) -> &Bytes {
        &self.sse
    }

    /// Appends it as a whole text message of a WebSocket (RFC 6455, 5.2), not masked.
    pub(crate) fn put_message(&self, buffer: &mut BytesMut) {
        const FINAL_TEXT: u8 = 0x81;
        let text = self.text.as_bytes();
        buffer.put_u8(FINAL_TEXT);
        match (u8::try_from(text.len()), u16::try_from(text.len())) {
            (Ok(length), _) if length < 126 => buffer.put_u8(length),
            (_, Ok(length)) => {
                buffer.put_u8(126);
                buffer.put_u16(length);
            }
            (_, Err(_)) => {
                buffer.put_u8(127);
                buffer.put_u64(text.len() as u64);
            }
        }
        buffer.extend_from_slice(text);
    }

    /// It alone as a message of a WebSocket.
    pub(crate) fn message(&self) -> Bytes {
        // The header has ten bytes at the most.
        let mut buffer = BytesMut::with_capacity(self.text.len() + 10);
        self.put_message(&mut buffer);
        buffer.freeze()
    }

    /// The JSON alone.
    pub(crate) fn json(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_transports_share_one_allocation() {
        let frame = Frame::encode(Some(7), r#"{"a":1}"#);
        assert_eq!(&frame.sse()[..], b"id: 7\ndata: {\"a\":1}\n\n");
        assert_eq!(frame.json(), r#"{"a":1}"#);
        let inside = frame.sse().as_ptr_range();
        assert!(inside.contains(&frame.json().as_ptr()));
    }

    #[test]
    fn a_message_is_framed_by_its_length() {
        for (length, header) in [
            (125, &[0x81, 125][..]),
            (126, &[0x81, 126, 0, 126]),
            (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let mut buffer = BytesMut::new();
            Frame::encode(None, &"x".repeat(length)).put_message(&mut buffer);
            assert_eq!(&buffer[..header.len()], header);
            assert_eq!(buffer.len(), header.len() + length);
        }
    }

    #[test]
    fn a_control_frame_has_no_id() {
        assert_eq!(&Frame::encode(None, "{}").sse()[..], b"data: {}\n\n");
    }

    #[test]
    fn a_line_break_between_tokens_cannot_forge_a_field() {
        let frame = Frame::encode(Some(1), "{\r\n\"a\":\r1,\n\"b\":\"\u{2028}\"}");
        assert_eq!(frame.json(), "{\"a\":1,\"b\":\"\u{2028}\"}");
        assert_eq!(frame.sse().split(|byte| *byte == b'\n').count(), 4);
    }
}
