//! Reads what a viewer gets, strictly: framing, and which items each frame stands for.

use std::io::BufRead;

use anyhow::{Context, bail, ensure};

/// How frames are put on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Sse,
    WebSocket,
}

/// The frames of one viewer, from bytes as they come.
#[derive(Debug)]
pub(super) struct Frames {
    framing: Framing,
    rest: Vec<u8>,
}

/// What a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Covered {
    pub(super) from: u64,
    pub(super) to: u64,
    /// A snapshot, or the place after which items follow: nothing that was delivered.
    pub(super) is_beginning: bool,
}

impl Frames {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, rest: Vec::new() }
    }

    /// Takes bytes and tells of each whole frame in them.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        mut tell: impl FnMut(Covered) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let joined;
        let mut left = if self.rest.is_empty() {
            bytes
        } else {
            self.rest.extend_from_slice(bytes);
            joined = std::mem::take(&mut self.rest);
            &joined
        };
        while let Some((json, after)) = self.split(left)? {
            // How many there are is no item.
            if !json.is_empty() && !json.starts_with(br#"{"type":"online""#) {
                tell(covered(json)?)?;
            }
            left = after;
        }
        self.rest = left.to_vec();
        Ok(())
    }

    /// The first frame's JSON, empty for one that has none, and what follows it.
    fn split<'a>(&self, bytes: &'a [u8]) -> anyhow::Result<Option<(&'a [u8], &'a [u8])>> {
        match self.framing {
            Framing::Sse => Ok(sse_event(bytes)),
            Framing::WebSocket => websocket_frame(bytes),
        }
    }
}

fn sse_event(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut data: &[u8] = &[];
    let mut left = bytes;
    loop {
        let (line, after) = line(left)?;
        if line.is_empty() {
            return Some((data, after));
        }
        data = line.strip_prefix(b"data: ").unwrap_or(data);
        left = after;
    }
}

/// The first line and what follows it. The standard library searches faster than a loop does, and what
/// the viewers cost must not be what is measured.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut after = bytes;
    let count = after.skip_until(b'\n').ok()?;
    Some((bytes[..count].strip_suffix(b"\n")?, after))
}

/// A server's frames are whole messages, and not masked.
fn websocket_frame(bytes: &[u8]) -> anyhow::Result<Option<(&[u8], &[u8])>> {
    let [first, second, after @ ..] = bytes else { return Ok(None) };
    let (header, length) = match (*second, after) {
        (126, [a, b, ..]) => (4, usize::from(u16::from_be_bytes([*a, *b]))),
        (127, [0, 0, 0, 0, a, b, c, d, ..]) => {
            (10, usize::try_from(u32::from_be_bytes([*a, *b, *c, *d]))?)
        }
        (126 | 127, _) => return Ok(None),
        (length, _) => (2, usize::from(length)),
    };
    let Some(payload) = bytes.get(header..header + length) else { return Ok(None) };
    let payload = match first {
        0x81 => payload,
        // A ping.
        0x89 => &[],
        other => bail!("a websocket frame that begins with {other:#x}"),
    };
    Ok(Some((payload, &bytes[header + length..])))
}

/// Every frame says first what it is and then where it stands.
fn covered(json: &[u8]) -> anyhow::Result<Covered> {
    let shown = || String::from_utf8_lossy(&json[..json.len().min(80)]).into_owned();
    let kind = json.strip_prefix(b"{\"type\":\"").with_context(shown)?;
    let end = kind.iter().position(|byte| *byte == b'"').with_context(shown)?;
    let (kind, after) = (&kind[..end], &kind[end + 1..]);
    ensure!(kind != b"bye", "the stream ended: {}", shown());
    let is_beginning = matches!(kind, b"snapshot" | b"resumed");
    if let Some(after) = after.strip_prefix(b",\"from_seq\":") {
        let (from, after) = number(after).with_context(shown)?;
        let after = after.strip_prefix(b",\"room_seq\":").with_context(shown)?;
        let (to, _) = number(after).with_context(shown)?;
        return Ok(Covered { from, to, is_beginning });
    }
    let after = after.strip_prefix(b",\"room_seq\":").with_context(shown)?;
    let (seq, _) = number(after).with_context(shown)?;
    Ok(Covered { from: seq, to: seq, is_beginning })
}

fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, after) = text.split_at(digits);
    Some((std::str::from_utf8(number).ok()?.parse().ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(framing: Framing, bytes: &[u8], step: usize) -> Vec<(u64, u64, bool)> {
        let (mut frames, mut told) = (Frames::new(framing), Vec::new());
        for piece in bytes.chunks(step) {
            let tell = |c: Covered| {
                told.push((c.from, c.to, c.is_beginning));
                Ok(())
            };
            frames.take(piece, tell).unwrap();
        }
        told
    }

    #[test]
    fn frames_are_read_however_they_are_cut() {
        let json = [
            r#"{"type":"snapshot","room_seq":4,"reason":"fresh"}"#,
            r#"{"type":"message_sent","room_seq":5,"id":"x"}"#,
            r#"{"type":"merged","from_seq":6,"room_seq":9,"counts":{}}"#,
        ];
        let sse = json.map(|json| format!(":\n\nid: 1\ndata: {json}\n\n")).concat();
        let mut ws = vec![0x89, 0];
        for json in json {
            ws.extend_from_slice(&[0x81, u8::try_from(json.len()).unwrap()]);
            ws.extend_from_slice(json.as_bytes());
        }
        for step in [1, 2, 7, 1_000] {
            let expected = [(4, 4, true), (5, 5, false), (6, 9, false)];
            assert_eq!(read(Framing::Sse, sse.as_bytes(), step), expected);
            assert_eq!(read(Framing::WebSocket, &ws, step), expected);
        }
    }
}
