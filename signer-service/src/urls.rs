//! The URLs of a stream, as a pushing program and a player take them.

use domain::ids::UserId;
use domain::timestamp::Timestamp;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use schemars::JsonSchema;
use serde::Serialize;

use crate::config::StreamApp;
use crate::scheme::{Parameters, Resource, Scheme, ivs_jwt};

/// The port of SRT at the CDN.
const SRT_PORT: u16 = 9_000;

/// Where a host pushes to. The whole URL is a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PushUrls {
    /// For OBS and the like.
    pub rtmp: String,
    /// For a browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webrtc: Option<String>,
    /// For bad networks. The stream id is percent-encoded: a bare `#` would end the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub srt: Option<String>,
    /// The stream id of `srt` alone, for programs that have a field for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub srt_stream_id: Option<String>,
    /// From then on pushing cannot begin, nor begin again.
    pub expires_at: Timestamp,
}

/// Where a viewer plays from, as far as the scheme has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlayUrls {
    /// Low delay, for programs. Looked at once, when playing begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtmp: Option<String>,
    /// Low delay, for browsers with a player in script. Looked at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flv: Option<String>,
    /// Plays everywhere, seconds behind. Asked again at every playlist: it stops at the expiry.
    pub hls: String,
    /// Under a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webrtc: Option<String>,
    /// From then on they do not play; absent where play URLs are not signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Who asks when. `nonce` is 32 hexadecimal digits that were never used.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The moment.
    pub now: Timestamp,
    /// The one whom play URLs may name.
    pub user: &'a UserId,
    /// For schemes that want chance.
    pub nonce: &'a str,
}

/// The push URLs of a stream, signed with the primary key; nothing where there is none to sign with.
pub fn push_urls(app: &StreamApp, stream: &str, asked: Asked<'_>) -> Option<PushUrls> {
    let StreamApp { scheme, push_domain: domain, app_name, .. } = app;
    let key = app.push_key.as_ref()?.expose();
    let expires_at_s = seconds(asked.now).saturating_add(app.push_ttl_s);
    let time_s = expires_at_s.saturating_sub(app.push_validity_s);
    let resource = Resource { app_name, stream, suffix: "" };
    let signature = scheme.sign(key, &resource, time_s, asked.nonce);
    let url = format!("{domain}{}?{}", resource.path(), joined(&signature, "&"));
    let is_tencent = *scheme == Scheme::Tencent;
    let srt_stream_id = (is_tencent && app.push_srt)
        .then(|| format!("#!::h={domain},r={app_name}/{stream},{}", joined(&signature, ",")));
    let srt = srt_stream_id.as_ref().map(|id| {
        let id = utf8_percent_encode(id, OF_A_VALUE);
        format!("srt://{domain}:{SRT_PORT}?streamid={id}")
    });
    Some(PushUrls {
        rtmp: format!("rtmp://{url}"),
        webrtc: (is_tencent && app.push_webrtc).then(|| format!("webrtc://{url}")),
        srt,
        srt_stream_id,
        expires_at: Timestamp(i64::from(expires_at_s) * 1_000),
    })
}

/// The play URLs of a stream, signed with the primary key where there is one; nothing if that key
/// cannot sign.
pub fn play_urls(app: &StreamApp, stream: &str, asked: Asked<'_>) -> Option<PlayUrls> {
    let StreamApp { scheme, play_domain: domain, app_name, .. } = app;
    let expires_at_s = seconds(asked.now).saturating_add(app.play_ttl_s);
    let expires_at = app.play_key.as_ref().map(|_| Timestamp(i64::from(expires_at_s) * 1_000));
    if *scheme == Scheme::IvsJwt {
        let hls = ivs_url(app, asked.user, expires_at_s)?;
        return Some(PlayUrls { rtmp: None, flv: None, hls, webrtc: None, expires_at });
    }
    let http = if app.play_https { "https" } else { "http" };
    let url = |protocol: &str, suffix| {
        let resource = Resource { app_name, stream, suffix };
        let query = app.play_key.as_ref().map_or_else(String::new, |key| {
            // The CDN adds its validity to the time of the URL.
            let time_s = expires_at_s.saturating_sub(app.play_validity_s);
            let signature = scheme.sign(key.expose(), &resource, time_s, asked.nonce);
            format!("?{}", joined(&signature, "&"))
        });
        format!("{protocol}://{domain}{}{query}", resource.path())
    };
    Some(PlayUrls {
        rtmp: Some(url("rtmp", "")),
        // nginx-rtmp has no FLV over HTTP.
        flv: (!scheme.is_self_hosted()).then(|| url(http, ".flv")),
        hls: url(http, ".m3u8"),
        webrtc: (*scheme == Scheme::Tencent).then(|| url("webrtc", "")),
        expires_at,
    })
}

fn ivs_url(app: &StreamApp, viewer: &UserId, exp: u32) -> Option<String> {
    let channel_arn = app.channel_arn.as_deref()?;
    let (key, path) = (ivs_jwt::key(app.play_key.as_ref()?.expose())?, ivs_jwt::path(channel_arn)?);
    let viewer_id = viewer.as_str();
    let claims = ivs_jwt::Claims { channel_arn, allow_origin: "*", viewer_id, exp };
    let token = ivs_jwt::sign(&key, &claims)?;
    Some(format!("https://{}{path}?token={token}", app.play_domain))
}

/// What would end a value in a query, or be read as something else.
const OF_A_VALUE: &AsciiSet = &CONTROLS.add(b' ').add(b'#').add(b'%').add(b'&').add(b'+').add(b'=');

fn joined(parameters: &Parameters, by: &str) -> String {
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join(by)
}

/// Unix seconds; beyond the year 2106 the scheme has no times.
fn seconds(now: Timestamp) -> u32 {
    u32::try_from(now.0.div_euclid(1_000).max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use service_kit::config::Secret;

    use super::*;
    use crate::scheme::ivs_jwt::testing::{CHANNEL, PRIVATE_PEM};

    #[test]
    fn push_urls_are_as_the_documentation_shows_them() {
        let app = StreamApp { push_srt: true, push_webrtc: false, ..app() };
        let now = Timestamp(1_546_064_025_999 - i64::from(app.push_ttl_s) * 1_000);

        let urls = push(&app, "test", now);
        let signed = "txSecret=f85a2ab363fe4deaffef9754d79da6fe";
        let rtmp = format!("rtmp://livepush.tcloud.com/live/test?{signed}&txTime=5C271099");
        assert_eq!(urls.rtmp, rtmp);
        assert_eq!(urls.webrtc, None);
        assert_eq!(urls.expires_at, Timestamp(1_546_064_025_000));
        let stream_id = format!("#!::h=livepush.tcloud.com,r=live/test,{signed},txTime=5C271099");
        assert_eq!(urls.srt_stream_id.as_ref(), Some(&stream_id));
        // Whoever reads the URL by the rules finds that stream id in its query, whole.
        let srt = reqwest::Url::parse(&urls.srt.unwrap()).unwrap();
        assert_eq!((srt.host_str(), srt.port()), (Some("livepush.tcloud.com"), Some(9_000)));
        assert_eq!(srt.fragment(), None);
        let query: Vec<_> = srt.query_pairs().collect();
        assert_eq!(query, [("streamid".into(), stream_id.into())]);
    }

    #[test]
    fn play_urls_expire_when_they_say_whatever_validity_the_cdn_adds() {
        let app = StreamApp { play_ttl_s: 3_600, play_validity_s: 600, ..app() };
        let now = Timestamp((0x5c2a_cacc - 3_000) * 1_000);

        let urls = play(&app, "test", now);
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
            assert_eq!(url.unwrap(), format!("{path}{query}{rest}"));
        }
    }

    #[test]
    fn without_a_key_play_urls_are_open_and_say_no_expiry() {
        let app = StreamApp { play_key: None, play_https: false, ..app() };
        let urls = play(&app, "test", Timestamp(0));

        assert_eq!(urls.flv.as_deref(), Some("http://liveplay.tcloud.com/live/test.flv"));
        assert_eq!(urls.expires_at, None);
    }

    #[test]
    fn each_scheme_has_what_it_can_do() {
        let now = Timestamp(1_700_000_000_000);
        let of = |scheme| StreamApp { scheme, push_ttl_s: 60, play_ttl_s: 60, ..app() };
        let query = |url: &str| url.split_once('?').unwrap().1.to_owned();

        let aliyun = StreamApp { push_validity_s: 50, ..of(Scheme::AliyunA) };
        let urls = push(&aliyun, "test", now);
        assert!(query(&urls.rtmp).starts_with("auth_key=1700000010-0-0-"), "{urls:?}");
        assert_eq!((urls.webrtc, urls.srt, urls.srt_stream_id), (None, None, None));
        let urls = play(&aliyun, "test", now);
        // The hash is over the path: every protocol has its own.
        assert_ne!(query(&urls.hls), query(&urls.flv.unwrap()));
        assert_eq!(urls.webrtc, None);

        let huawei = push(&of(Scheme::HuaweiA), "test", now);
        let prefix = format!("auth_key=1700000060-{NONCE}-0-");
        assert!(query(&huawei.rtmp).starts_with(&prefix), "{huawei:?}");

        let volc = StreamApp { play_key: None, ..of(Scheme::VolcB) };
        assert!(
            query(&push(&volc, "test", now).rtmp).starts_with("volcTime=1700000060&volcSecret=")
        );
        assert_eq!(play(&volc, "test", now).hls, "https://liveplay.tcloud.com/live/test.m3u8");

        let nginx = play(&of(Scheme::NginxSecureLink), "test", now);
        assert!(query(&nginx.hls).ends_with("&expires=1700000060"), "{nginx:?}");
        assert_eq!((nginx.flv, nginx.webrtc), (None, None));

        let ivs = StreamApp {
            push_key: None,
            play_key: Some(Secret::new(PRIVATE_PEM.to_owned())),
            channel_arn: Some(CHANNEL.to_owned()),
            ..of(Scheme::IvsJwt)
        };
        assert_eq!(push_urls(&ivs, "test", asked(now, &"vera".parse().unwrap())), None);
        let urls = play(&ivs, "test", now);
        let path = "/api/video/v1/us-west-2.123456789012.channel.abcdABCDefgh.m3u8?token=";
        assert!(urls.hls.starts_with(&format!("https://liveplay.tcloud.com{path}")), "{urls:?}");
        assert_eq!((urls.rtmp, urls.flv, urls.webrtc), (None, None, None));
        assert_eq!(urls.expires_at, Some(Timestamp(1_700_000_060_000)));
    }

    const NONCE: &str = "477b3bbc253f467b8def6711128c7bec";

    fn asked(now: Timestamp, user: &UserId) -> Asked<'_> {
        Asked { now, user, nonce: NONCE }
    }

    fn push(app: &StreamApp, stream: &str, now: Timestamp) -> PushUrls {
        push_urls(app, stream, asked(now, &"hanna".parse().unwrap())).unwrap()
    }

    fn play(app: &StreamApp, stream: &str, now: Timestamp) -> PlayUrls {
        play_urls(app, stream, asked(now, &"vera".parse().unwrap())).unwrap()
    }

    fn app() -> StreamApp {
        StreamApp {
            push_domain: "livepush.tcloud.com".to_owned(),
            play_domain: "liveplay.tcloud.com".to_owned(),
            push_key: Some(Secret::new("e12c46f2612d5106e2034781ab261ca3".to_owned())),
            play_key: Some(Secret::new("somestring".to_owned())),
            ..StreamApp::named("shop".parse().unwrap())
        }
    }
}
