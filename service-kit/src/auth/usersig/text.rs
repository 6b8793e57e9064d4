//! How a `UserSig` travels: JSON, compressed with zlib (RFC 1950), in base64 with `*`, `-` and `_` for
//! `+`, `/` and `=`, so that it goes into a URL, a header and the subprotocol of a WebSocket.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

/// Most bytes that one may inflate to: a small text can be a thousand times as large.
pub const INFLATED_BYTES_MAX: usize = 4_096;

/// As the libraries of Tencent do.
const LEVEL: u8 = 6;

/// The packed text of some JSON.
pub fn pack(json: &[u8]) -> String {
    let base64 = STANDARD.encode(compress_to_vec_zlib(json, LEVEL));
    base64.chars().map(|c| swap(c, [('+', '*'), ('/', '-'), ('=', '_')])).collect()
}

/// The JSON of a packed text; nothing if it is none, or too large.
pub fn unpack(text: &str) -> Option<Vec<u8>> {
    // Plain base64 is another spelling, which nobody makes.
    if text.contains(['+', '/', '=']) {
        return None;
    }
    let base64: String =
        text.chars().map(|c| swap(c, [('*', '+'), ('-', '/'), ('_', '=')])).collect();
    let compressed = STANDARD.decode(base64).ok()?;
    decompress_to_vec_zlib_with_limit(&compressed, INFLATED_BYTES_MAX).ok()
}

fn swap(c: char, pairs: [(char, char); 3]) -> char {
    pairs.into_iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_up_to_the_limit() {
        for bytes in [0, 1, 200, INFLATED_BYTES_MAX] {
            let json = vec![b'7'; bytes];
            assert_eq!(unpack(&pack(&json)), Some(json));
        }
        assert_eq!(unpack(&pack(&vec![b'7'; INFLATED_BYTES_MAX + 1])), None);
        // What a token of the longest that is let in could inflate to.
        let bomb = pack(&vec![0; 3_000_000]);
        assert!(bomb.len() < 4_096, "{}", bomb.len());
        assert_eq!(unpack(&bomb), None);
    }

    #[test]
    fn a_text_has_one_alphabet_and_is_whole() {
        // Of so many different ones some have each of the three characters.
        let bytes = |n: u32| n.wrapping_mul(2_654_435_761).to_le_bytes();
        let packed: Vec<String> = (0..500).map(|n| pack(&bytes(n)[n as usize % 4..])).collect();
        for (ours, theirs) in [('*', "+"), ('-', "/"), ('_', "=")] {
            let text = packed.iter().find(|text| text.contains(ours)).unwrap();
            assert!(unpack(text).is_some());
            assert_eq!(unpack(&text.replace(ours, theirs)), None);
            assert_eq!(unpack(&text[..text.len() - 4]), None);
            assert_eq!(unpack(&format!("{text}x")), None);
        }
    }
}
