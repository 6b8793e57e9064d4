//! Server-sent events from bytes as they come (HTML standard, 9.2.6).

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The `id` field, if the event has one.
    pub id: Option<String>,
    /// The `data` fields.
    pub data: String,
}

/// Longest line that is gathered.
const LINE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A line that no server of ours sends.
#[derive(Debug, thiserror::Error)]
#[error("a line of the stream is longer than {LINE_BYTES_MAX} bytes")]
pub struct LineTooLong;

/// Holds what has come of the next event.
#[derive(Debug, Default)]
pub struct FrameReader {
    line: Vec<u8>,
    id: Option<String>,
    data: Option<String>,
    after_carriage_return: bool,
}

impl FrameReader {
    /// Calls `frame` for each event that ends in these bytes.
    pub fn read(&mut self, bytes: &[u8], mut frame: impl FnMut(Frame)) -> Result<(), LineTooLong> {
        for &byte in bytes {
            let second_of_pair = byte == b'\n' && self.after_carriage_return;
            self.after_carriage_return = byte == b'\r';
            match byte {
                _ if second_of_pair => {}
                b'\r' | b'\n' => {
                    if let Some(complete) = self.end_of_line() {
                        frame(complete);
                    }
                }
                _ if LINE_BYTES_MAX <= self.line.len() => return Err(LineTooLong),
                _ => self.line.push(byte),
            }
        }
        Ok(())
    }

    fn end_of_line(&mut self) -> Option<Frame> {
        let line = String::from_utf8_lossy(&self.line).into_owned();
        self.line.clear();
        if line.is_empty() {
            let id = self.id.take();
            return self.data.take().map(|data| Frame { id, data });
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.id = Some(value.to_owned()),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            // A comment, or a field that means nothing here.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[&str]) -> Vec<(Option<String>, String)> {
        let mut reader = FrameReader::default();
        let mut frames = Vec::new();
        for chunk in chunks {
            reader.read(chunk.as_bytes(), |frame| frames.push((frame.id, frame.data))).unwrap();
        }
        frames
    }

    fn frame(id: &str, data: &str) -> (Option<String>, String) {
        (Some(id.into()), data.into())
    }

    #[test]
    fn events_end_at_an_empty_line_wherever_the_chunks_end() {
        let whole = read(&["id: 1\ndata: {\"a\":1}\n\n:\n\nid: 2\ndata: b\n\n"]);
        let torn =
            read(&["id: 1\nda", "ta: {\"a\":1}\n", "\n:\n\nid", ": 2\r\ndata: b\r", "\n\r\n"]);

        assert_eq!(whole, [frame("1", "{\"a\":1}"), frame("2", "b")]);
        assert_eq!(torn, whole);
    }

    #[test]
    fn comments_and_events_without_data_are_nothing() {
        assert_eq!(read(&[":hi\n\nid: 3\n\ndata: x\n\n"]), [(None, "x".to_owned())]);
    }
}
