//! Callers that each wait for their answer before they ask again.

use std::time::{Duration, Instant};

use anyhow::Context;
use hdrhistogram::Histogram;

use crate::figures::Run;

/// Runs `count` callers for `length`; each call of `call(caller)` counts for `weight` commands.
pub(crate) async fn run<F, Fut>(
    count: usize,
    length: Duration,
    weight: u32,
    call: F,
) -> anyhow::Result<Run>
where
    F: Fn(usize) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = anyhow::Result<()>> + Send,
{
    let began = Instant::now();
    let end = began + length;
    let callers: Vec<_> = (0..count)
        .map(|caller| {
            let call = call.clone();
            tokio::spawn(async move {
                let mut latencies = Histogram::<u64>::new(3)?;
                while Instant::now() < end {
                    let asked = Instant::now();
                    call(caller).await?;
                    latencies.record(u64::try_from(asked.elapsed().as_micros())?)?;
                }
                anyhow::Ok(latencies)
            })
        })
        .collect();
    let mut all = Histogram::<u64>::new(3)?;
    for caller in callers {
        all.add(caller.await??).context("histograms of one kind")?;
    }
    let calls = u32::try_from(all.len())?;
    let per_second = f64::from(calls) * f64::from(weight) / began.elapsed().as_secs_f64();
    let ms = |quantile| Duration::from_micros(all.value_at_quantile(quantile)).as_secs_f64() * 1e3;
    Ok(Run { per_second, p50_ms: ms(0.5), p99_ms: ms(0.99) })
}
