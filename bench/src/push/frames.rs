//! Reads what a viewer gets, strictly: framing, and what each frame stands for.

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
pub(super) enum Said {
    /// A snapshot, or the place after which items follow: nothing that was delivered.
    Beginning(u64),
    Items {
        from: u64,
        to: u64,
    },
    /// How many users are there.
    Online(u64),
}

impl Frames {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, rest: Vec::new() }
    }

    /// Takes bytes and tells of each whole frame in them.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        mut tell: impl FnMut(Said) -> anyhow::Result<()>,
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
            if !json.is_empty() {
                tell(said(json)?)?;
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
fn said(json: &[u8]) -> anyhow::Result<Said> {
    let shown = || String::from_utf8_lossy(&json[..json.len().min(80)]).into_owned();
    let kind = json.strip_prefix(b"{\"type\":\"").with_context(shown)?;
    let end = kind.iter().position(|byte| *byte == b'"').with_context(shown)?;
    let (kind, after) = (&kind[..end], &kind[end + 1..]);
    ensure!(kind != b"bye", "the stream ended: {}", shown());
    if kind == b"online" {
        let (_, after) = member(after, b"connections").with_context(shown)?;
        let (users, _) = member(after, b"users").with_context(shown)?;
        return Ok(Said::Online(users));
    }
    let (from, after) =
        member(after, b"from_seq").map_or((None, after), |(from, after)| (Some(from), after));
    let (to, _) = member(after, b"room_seq").with_context(shown)?;
    if matches!(kind, b"snapshot" | b"resumed") {
        return Ok(Said::Beginning(to));
    }
    Ok(Said::Items { from: from.unwrap_or(to), to })
}

/// The number that is the next member, if it is that one, and what follows it.
fn member<'a>(after: &'a [u8], name: &[u8]) -> Option<(u64, &'a [u8])> {
    let value = after.strip_prefix(b",\"")?.strip_prefix(name)?.strip_prefix(b"\":")?;
    number(value)
}

fn number(text: &[u8]) -> Option<(u64, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, after) = text.split_at(digits);
    Some((std::str::from_utf8(number).ok()?.parse().ok()?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(framing: Framing, bytes: &[u8], step: usize) -> Vec<Said> {
        let (mut frames, mut told) = (Frames::new(framing), Vec::new());
        for piece in bytes.chunks(step) {
            let tell = |said: Said| {
                told.push(said);
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
            r#"{"type":"online","connections":30,"users":20,"peak":21,"unique":22,"at":1}"#,
            r#"{"type":"merged","from_seq":6,"room_seq":9,"counts":{}}"#,
        ];
        let sse = json.map(|json| format!(":\n\nid: 1\ndata: {json}\n\n")).concat();
        let mut ws = vec![0x89, 0];
        for json in json {
            ws.extend_from_slice(&[0x81, u8::try_from(json.len()).unwrap()]);
            ws.extend_from_slice(json.as_bytes());
        }
        for step in [1, 2, 7, 1_000] {
            let items = |from, to| Said::Items { from, to };
            let expected = [Said::Beginning(4), items(5, 5), Said::Online(20), items(6, 9)];
            assert_eq!(read(Framing::Sse, sse.as_bytes(), step), expected);
            assert_eq!(read(Framing::WebSocket, &ws, step), expected);
        }
    }
}
