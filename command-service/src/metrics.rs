//! What the command side counts. Names are listed in `docs/operations.md`.

use metrics::{counter, gauge, histogram};

use domain::ids::AppId;
use domain::view::feed_item::Priority;
use domain::word_list::FilterAction;

use crate::sequencer::limiter::ShedReason;

/// A commit has become durable.
pub(crate) fn committed(app: &AppId, events: usize, bytes: usize, seconds: f64) {
    let app = app.to_string();
    counter!("matinee_commits_total", "app" => app.clone()).increment(1);
    counter!("matinee_events_total", "app" => app.clone()).increment(events as u64);
    counter!("matinee_commit_bytes_total", "app" => app.clone()).increment(bytes as u64);
    histogram!("matinee_append_seconds", "app" => app).record(seconds);
}

/// This instance leads an app, or no longer does.
pub(crate) fn leads(app: &AppId, leads: bool) {
    gauge!("matinee_leads", "app" => app.to_string()).set(u8::from(leads));
}

/// A rule said no.
pub(crate) fn refused(code: &'static str) {
    counter!("matinee_commands_refused_total", "code" => code).increment(1);
}

/// A command was left out because too much is sent.
pub(crate) fn shed(class: Priority, reason: ShedReason) {
    let (class, reason) = (class.as_str(), reason.as_str());
    counter!("matinee_commands_shed_total", "class" => class, "reason" => reason).increment(1);
}

/// A merchant's server was asked about a command, or should have been.
pub(crate) fn asked_before(app: &AppId, outcome: &'static str) {
    let app = app.to_string();
    counter!("matinee_before_callbacks_total", "app" => app, "outcome" => outcome).increment(1);
}

/// Commands got no answer.
pub(crate) fn unanswered(reason: &'static str) {
    counter!("matinee_commands_unanswered_total", "reason" => reason).increment(1);
}

/// The filter has found something in a text.
pub(crate) fn found(action: FilterAction) {
    let action = match action {
        FilterAction::Replace => "replace",
        FilterAction::Silent => "silent",
        FilterAction::Hold => "hold",
        FilterAction::Reject => "reject",
    };
    counter!("matinee_filter_hits_total", "action" => action).increment(1);
}
