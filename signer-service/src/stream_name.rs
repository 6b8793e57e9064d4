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
}
