//! The URLs of a stream, as a pushing program and a player take them.

use domain::timestamp::Timestamp;
use serde::Serialize;

use super::sign::{Signature, sign};
use crate::config::StreamApp;

/// The port of SRT at the CDN.
const SRT_PORT: u16 = 9_000;

/// Where a host pushes to. The whole URL is a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PushUrls {
    /// For OBS and the like.
    pub rtmp: String,
    /// For a browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webrtc: Option<String>,
    /// For bad networks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub srt: Option<String>,
    /// From then on pushing cannot begin, nor begin again.
    pub expires_at: Timestamp,
}

/// Where a viewer plays from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlayUrls {
    /// Low delay, for programs.
    pub rtmp: String,
    /// Low delay, for browsers with a player in script.
    pub flv: String,
    /// Plays everywhere, seconds behind. Asked again at every playlist: it stops at the expiry.
    pub hls: String,
    /// Under a second.
    pub webrtc: String,
    /// From then on they do not play; absent where play URLs are not signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The push URLs of a stream, signed with the primary key.
pub fn push_urls(app: &StreamApp, stream: &str, now: Timestamp) -> PushUrls {
    let time_s = seconds(now).saturating_add(app.push_ttl_s);
    let Signature { tx_secret, tx_time } = sign(app.push_key.expose(), stream, time_s);
    let (domain, app_name) = (&app.push_domain, &app.app_name);
    let path = format!("{domain}/{app_name}/{stream}?txSecret={tx_secret}&txTime={tx_time}");
    let srt = format!(
        "srt://{domain}:{SRT_PORT}?streamid=#!::h={domain},r={app_name}/{stream},\
         txSecret={tx_secret},txTime={tx_time}"
    );
    PushUrls {
        rtmp: format!("rtmp://{path}"),
        webrtc: app.push_webrtc.then(|| format!("webrtc://{path}")),
        srt: app.push_srt.then_some(srt),
        expires_at: Timestamp(i64::from(time_s) * 1_000),
    }
}

/// The play URLs of a stream, signed with the primary key where there is one.
pub fn play_urls(app: &StreamApp, stream: &str, now: Timestamp) -> PlayUrls {
    let expires_at_s = seconds(now).saturating_add(app.play_ttl_s);
    let query = app.play_key.as_ref().map_or_else(String::new, |key| {
        // The CDN adds its validity to the time of the URL.
        let time_s = expires_at_s.saturating_sub(app.play_validity_s);
        let Signature { tx_secret, tx_time } = sign(key.expose(), stream, time_s);
        format!("?txSecret={tx_secret}&txTime={tx_time}")
    });
    let http = if app.play_https { "https" } else { "http" };
    let path = format!("{}/{}/{stream}", app.play_domain, app.app_name);
    PlayUrls {
        rtmp: format!("rtmp://{path}{query}"),
        flv: format!("{http}://{path}.flv{query}"),
        hls: format!("{http}://{path}.m3u8{query}"),
        webrtc: format!("webrtc://{path}{query}"),
        expires_at: app.play_key.as_ref().map(|_| Timestamp(i64::from(expires_at_s) * 1_000)),
    }
}

/// Unix seconds; beyond the year 2106 the scheme has no times.
fn seconds(now: Timestamp) -> u32 {
    u32::try_from(now.0.div_euclid(1_000).max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use service_kit::config::Secret;

    use super::*;

    #[test]
    fn push_urls_are_as_the_documentation_shows_them() {
        let app = StreamApp { push_srt: true, push_webrtc: false, ..app() };
        let now = Timestamp(1_546_064_025_999 - i64::from(app.push_ttl_s) * 1_000);

        let signed = "txSecret=f85a2ab363fe4deaffef9754d79da6fe";
        assert_eq!(
            push_urls(&app, "test", now),
            PushUrls {
                rtmp: format!("rtmp://livepush.tcloud.com/live/test?{signed}&txTime=5C271099"),
                webrtc: None,
                srt: Some(format!(
                    "srt://livepush.tcloud.com:9000?streamid=#!::h=livepush.tcloud.com,\
                     r=live/test,{signed},txTime=5C271099"
                )),
                expires_at: Timestamp(1_546_064_025_000),
            }
        );
    }

    #[test]
    fn play_urls_expire_when_they_say_whatever_validity_the_cdn_adds() {
        let app = StreamApp { play_ttl_s: 3_600, play_validity_s: 600, ..app() };
        let now = Timestamp((0x5c2a_cacc - 3_000) * 1_000);

        let urls = play_urls(&app, "test", now);
        assert_eq!(urls.expires_at, Some(Timestamp((0x5c2a_cacc + 600) * 1_000)));
        let query = "?txSecret=";
        let (path, rest) = urls.hls.split_once(query).unwrap();
        assert_eq!(path, "https://liveplay.tcloud.com/live/test.m3u8");
        assert!(rest.ends_with("&txTime=5C2ACACC"), "{rest}");
        for (url, path) in [
            (urls.rtmp, "rtmp://liveplay.tcloud.com/live/test"),
            (urls.flv, "https://liveplay.tcloud.com/live/test.flv"),
            (urls.webrtc, "webrtc://liveplay.tcloud.com/live/test"),
        ] {
            assert_eq!(url, format!("{path}{query}{rest}"));
        }
    }

    #[test]
    fn without_a_key_play_urls_are_open_and_say_no_expiry() {
        let app = StreamApp { play_key: None, play_https: false, ..app() };
        let urls = play_urls(&app, "test", Timestamp(0));

        assert_eq!(urls.flv, "http://liveplay.tcloud.com/live/test.flv");
        assert_eq!(urls.expires_at, None);
    }

    fn app() -> StreamApp {
        StreamApp {
            push_domain: "livepush.tcloud.com".to_owned(),
            play_domain: "liveplay.tcloud.com".to_owned(),
            push_key: Secret::new("e12c46f2612d5106e2034781ab261ca3".to_owned()),
            play_key: Some(Secret::new("somestring".to_owned())),
            ..StreamApp::named("shop".parse().unwrap())
        }
    }
}
