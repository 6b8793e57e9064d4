//! A merchant's server, ready to be asked.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use domain::timestamp::Timestamp;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::config::{Form, TargetConfig};
use super::sign::{SigningKey, signatures, tencent_sign};
use crate::config::{OutOfRange, Secret, check_range};

/// Connections that are kept for the next request, and for how long.
const IDLE_MAX: usize = 8;
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a target cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidTarget {
    /// No address, or one with a password or a fragment in it.
    #[error("`url` is `{0}`, it must be `http://` or `https://` with a host, without `@` and `#`")]
    Url(String),
    /// Nothing to sign with.
    #[error("`secrets` must have one or more, each `whsec_` and base64 of 24 to 64 bytes")]
    Secrets,
    /// The form of Tencent knows one token and a number of the app.
    #[error("the form `tencent` needs `sdk_app_id` and exactly one of `secrets`, its token")]
    Tencent,
    /// A number outside its range.
    #[error("{0}")]
    OutOfRange(#[from] OutOfRange),
    /// The certificates cannot be read.
    #[error("`ca_file` `{path}` cannot be used")]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The TLS library does not start.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

/// Why there is no answer. What the server did with the request is not known, but for
/// [`PostError::NotConnected`].
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// No answer, or not all of it, in time.
    #[error("no answer in time")]
    TimedOut,
    /// Nobody listens there, or not with a certificate that is trusted.
    #[error("no connection")]
    NotConnected(#[source] Box<dyn Error + Send + Sync>),
    /// The connection broke, or what came is no HTTP.
    #[error("the request failed")]
    Broken(#[source] Box<dyn Error + Send + Sync>),
    /// The answer is larger than it may be.
    #[error("the answer is too large")]
    TooLarge,
}

impl PostError {
    /// A word for metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::NotConnected(_) => "not_connected",
            Self::Broken(_) => "broken",
            Self::TooLarge => "answer_too_large",
        }
    }
}

/// What is sent.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// The same for every attempt, so that the receiver can drop what came twice. No full stop: it
    /// stands between the parts that are signed.
    pub id: &'a str,
    /// `CallbackCommand` of the form of Tencent.
    pub command: &'a str,
    /// JSON.
    pub body: Bytes,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status. A redirect is not followed.
    pub status: StatusCode,
    /// When to ask again, if it says so in seconds.
    pub retry_after_s: Option<u64>,
    /// The body.
    pub body: Bytes,
}

/// A merchant's server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Target {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    url: Uri,
    proof: Proof,
    answer_bytes_max: usize,
}

/// How a request shows who sends it.
#[derive(Debug, Clone)]
enum Proof {
    Standard(Arc<[SigningKey]>),
    Tencent { token: Secret<String>, sdk_app_id: u32 },
}

impl Target {
    /// Checks the configuration and reads the certificates; asks nobody yet.
    pub fn try_new(config: &TargetConfig) -> Result<Self, InvalidTarget> {
        let range = 1_024..=4 * 1_024 * 1_024;
        check_range("answer_bytes_max", config.answer_bytes_max, range)?;
        let invalid = || InvalidTarget::Url(config.url.clone());
        let url: Uri = config.url.parse().map_err(|_invalid| invalid())?;
        let is_https = url.scheme_str() == Some("https");
        let authority = url.authority().ok_or_else(invalid)?;
        let is_plain = !config.url.contains('#') && !authority.as_str().contains('@');
        if !is_plain || !(is_https || url.scheme_str() == Some("http")) {
            return Err(invalid());
        }
        let proof = proof(config)?;
        let roots =
            if is_https { roots(config.ca_file.as_deref())? } else { RootCertStore::empty() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(InvalidTarget::Tls)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(https.enable_http1().wrap_connector(http));
        Ok(Self { client, url, proof, answer_bytes_max: config.answer_bytes_max })
    }

    /// How its requests look.
    pub fn form(&self) -> Form {
        match self.proof {
            Proof::Standard(_) => Form::Standard,
            Proof::Tencent { .. } => Form::Tencent,
        }
    }

    /// Sends once and waits for the whole answer.
    pub async fn post(
        &self,
        message: &Message<'_>,
        now: Timestamp,
        timeout: Duration,
    ) -> Result<Answer, PostError> {
        let request =
            self.request(message, now).map_err(|error| PostError::Broken(error.into()))?;
        let exchange = tokio::time::timeout(timeout, self.exchange(request)).await;
        exchange.map_err(|_elapsed| PostError::TimedOut)?
    }

    fn request(
        &self,
        message: &Message<'_>,
        now: Timestamp,
    ) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let seconds = now.0.div_euclid(1_000);
        let request = Request::builder()
            .method(Method::POST)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("matinee/", env!("CARGO_PKG_VERSION")));
        let request = match &self.proof {
            Proof::Standard(keys) => request
                .uri(&self.url)
                .header("webhook-id", message.id)
                .header("webhook-timestamp", seconds)
                .header("webhook-signature", signatures(keys, message.id, seconds, &message.body)),
            Proof::Tencent { token, sdk_app_id } => {
                let sign = tencent_sign(token, seconds);
                let command = message.command;
                let separator = if self.url.query().is_some() { '&' } else { '?' };
                request.uri(format!(
                    "{}{separator}SdkAppid={sdk_app_id}&CallbackCommand={command}&contenttype=json\
                     &OptPlatform=Unknown&RequestTime={seconds}&Sign={sign}",
                    self.url
                ))
            }
        };
        request.body(Full::new(message.body.clone()))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, PostError> {
        let response = self.client.request(request).await.map_err(|error| {
            if error.is_connect() {
                PostError::NotConnected(error.into())
            } else {
                PostError::Broken(error.into())
            }
        })?;
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after_s = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let status = response.status();
        let body = Limited::new(response.into_body(), self.answer_bytes_max).collect().await;
        let body = body.map_err(|error| match error.downcast::<LengthLimitError>() {
            Ok(_) => PostError::TooLarge,
            Err(error) => PostError::Broken(error),
        })?;
        Ok(Answer { status, retry_after_s, body: body.to_bytes() })
    }
}

fn proof(config: &TargetConfig) -> Result<Proof, InvalidTarget> {
    match config.form {
        Form::Standard => {
            let keys = config.secrets.iter().map(|secret| SigningKey::parse(secret.expose()));
            let keys: Option<Vec<SigningKey>> = keys.collect();
            let keys = keys.filter(|keys| !keys.is_empty()).ok_or(InvalidTarget::Secrets)?;
            Ok(Proof::Standard(keys.into()))
        }
        Form::Tencent => match (&config.secrets[..], config.sdk_app_id) {
            ([token], Some(sdk_app_id)) => Ok(Proof::Tencent { token: token.clone(), sdk_app_id }),
            (_, _) => Err(InvalidTarget::Tencent),
        },
    }
}

/// Those of the machine, and those of a file.
fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, InvalidTarget> {
    static OF_MACHINE: OnceLock<RootCertStore> = OnceLock::new();
    let of_machine = OF_MACHINE.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (used, unusable) = roots.add_parsable_certificates(found.certs);
        let unreadable = found.errors.len();
        tracing::debug!(used, unusable, unreadable, "certificates of this machine");
        roots
    });
    let mut roots = of_machine.clone();
    if let Some(path) = ca_file {
        let unusable = |source| InvalidTarget::CaFile { path: path.to_owned(), source };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|e| unusable(e.into()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| unusable(error.into()))?;
            roots.add(certificate).map_err(|error| unusable(error.into()))?;
        }
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> TargetConfig {
        TargetConfig {
            url: url.to_owned(),
            form: Form::Standard,
            secrets: vec![Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned())],
            sdk_app_id: None,
            ca_file: None,
            answer_bytes_max: 1_024,
        }
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        for url in
            ["", "shop", "/hook", "ftp://shop/x", "http://", "http://a:b@shop/", "http://s/#x"]
        {
            assert!(Target::try_new(&config(url)).is_err(), "{url}");
        }
        for url in ["http://127.0.0.1:8/hook", "https://shop.example/a?b=c"] {
            Target::try_new(&config(url)).unwrap();
        }
    }

    #[test]
    fn each_form_wants_its_own_secrets() {
        let token = || Secret::new("token".to_owned());
        let standard = |secrets| Target::try_new(&TargetConfig { secrets, ..config("http://s/") });
        assert!(matches!(standard(vec![]), Err(InvalidTarget::Secrets)));
        assert!(matches!(standard(vec![token()]), Err(InvalidTarget::Secrets)));
        let tencent = |secrets, sdk_app_id| {
            let form = Form::Tencent;
            Target::try_new(&TargetConfig { form, secrets, sdk_app_id, ..config("http://s/") })
        };
        assert!(matches!(tencent(vec![token()], None), Err(InvalidTarget::Tencent)));
        assert!(matches!(tencent(vec![token(), token()], Some(1)), Err(InvalidTarget::Tencent)));
        let target = tencent(vec![token()], Some(1_400_000_000)).unwrap();
        let message = Message { id: "m", command: "State.StateChange", body: Bytes::new() };
        let request = target.request(&message, Timestamp(1_700_000_000_999)).unwrap();
        let query = request.uri().query().unwrap();
        assert!(query.starts_with("SdkAppid=1400000000&CallbackCommand=State.StateChange&"));
        assert!(query.contains("&RequestTime=1700000000&Sign="), "{query}");
    }
}
