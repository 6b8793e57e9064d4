//! Counters, gauges and histograms of the process as Prometheus text. They are written with the
//! macros of the `metrics` crate; before [`Metrics::install`] they go nowhere, which suits tests.
//!
//! Names: `<what>_total` for counters, `<what>_seconds` for times. No label without a bound.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::header::CONTENT_TYPE;
use warp::reply::{Reply, Response};

use crate::tasks::Tasks;

/// Upper bounds of the buckets of every histogram whose name ends in `_seconds`.
const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// Histograms keep raw samples until they are folded into buckets; this often they are.
const UPKEEP: Duration = Duration::from_secs(5);

/// The metrics of this process. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Starts collecting, once in a process and before anything is counted.
    pub fn install(tasks: &Tasks) -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .install_recorder()?;
        let (upkeep, shutdown) = (handle.clone(), tasks.shutdown_token());
        tasks.spawn("metrics", async move {
            while tokio::time::timeout(UPKEEP, shutdown.cancelled()).await.is_err() {
                upkeep.run_upkeep();
            }
        });
        Ok(Self(handle))
    }

    /// All metrics as Prometheus text.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// `GET /metrics`.
    pub fn route(&self) -> BoxedFilter<(Response,)> {
        let metrics = self.clone();
        let answer = move || {
            let content_type = "text/plain; version=0.0.4; charset=utf-8";
            let text = metrics.render();
            warp::reply::with_header(text, CONTENT_TYPE, content_type).into_response()
        };
        warp::path("metrics").and(warp::path::end()).and(crate::http::get()).map(answer).boxed()
    }
}
