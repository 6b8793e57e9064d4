//! How the stream of a room is called at the CDN.

use std::fmt::Write;

use domain::ids::{AppId, RoomId};

/// `<app>-<room id in hex>`: the same room always has the same name, two rooms never share one, and
/// it goes into any URL. An underscore would mark a transcode; neither an app id nor hex has one.
pub fn stream_name(app: &AppId, room_id: &RoomId) -> String {
    let mut name = format!("{app}-");
    for byte in room_id.as_str().bytes() {
        // Writing to a string cannot fail.
        write!(name, "{byte:02x}").ok();
    }
    name
}

/// The room of a stream of an app; nothing for a name that is none of ours, or transcoded.
pub fn room_of(app: &AppId, stream: &str) -> Option<RoomId> {
    let hex = stream.strip_prefix(app.as_str())?.strip_prefix('-')?;
    // Two digits a byte, in the one spelling that `stream_name` has.
    let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if hex.len() % 2 != 0 || !hex.bytes().all(digits) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(byte).collect();
    String::from_utf8(bytes?).ok()?.parse().ok()
}

/// The name of a stream as the CDN transcodes it; nothing if that is not the name of a template.
pub fn transcoded(stream: &str, template: &str) -> Option<String> {
    let fits = (1..=32).contains(&template.len())
        && template.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| format!("{stream}_{template}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_neither_underscores_nor_anything_that_a_url_would_change() {
        let app = "shop-1".parse().unwrap();
        let name = |room_id: &str| stream_name(&app, &room_id.parse().unwrap());

        assert_eq!(name("a_b /?#"), "shop-1-615f62202f3f23");
        assert_ne!(name("a_b"), name("a-b"));
        assert_ne!(name("A"), name("a"));
        // The last hyphen ends the app: `a` + `b` and `a-b` do not meet.
        let other = stream_name(&"shop".parse().unwrap(), &"1-a".parse().unwrap());
        assert_eq!(other, "shop-312d61");
        assert_eq!(name(&"~".repeat(48)).len(), "shop-1-".len() + 96);
    }

    #[test]
    fn a_name_leads_back_to_its_room_and_no_other_name_does() {
        let app: AppId = "shop-1".parse().unwrap();
        for room_id in ["a", "a_b /?#", &"~".repeat(48)] {
            let room_id: RoomId = room_id.parse().unwrap();
            assert_eq!(room_of(&app, &stream_name(&app, &room_id)), Some(room_id));
        }
        for none in [
            "",
            "shop-1",
            "shop-1-",
            "shop-1-6",
            "shop-1-6A",
            "shop-1-+6",
            "shop-1-ff",
            "shop-61",
            "shop-1-61_900",
        ] {
            assert_eq!(room_of(&app, none), None, "{none}");
        }
    }

    #[test]
    fn a_template_is_marked_with_the_one_underscore_of_the_name() {
        assert_eq!(transcoded("shop-61", "900").as_deref(), Some("shop-61_900"));
        assert_eq!(transcoded("shop-61", &"a".repeat(32)).map(|name| name.len()), Some(40));
        for none in ["", "a_b", "a&b", &"a".repeat(33)] {
            assert_eq!(transcoded("shop-61", none), None);
        }
    }
}
