//! Every name that stands on the wire or on the server's disk. Nothing else spells one.

use domain::ids::AppId;

/// The stream of an app's log.
pub(crate) fn log_stream(app: &AppId) -> String {
    format!("LOG_{app}")
}

/// Whose log, snapshots or checkpoints a stream holds.
pub(crate) fn app_of_stream(stream: &str) -> Option<AppId> {
    let beginnings = ["LOG_", "OBJ_matinee_snapshot_", "KV_matinee_checkpoint_"];
    beginnings.iter().find_map(|beginning| stream.strip_prefix(beginning))?.parse().ok()
}

/// The one subject of an app's log.
pub(crate) fn log(app: &AppId) -> String {
    format!("log.{app}")
}

/// Commands on their way to the app's sequencer.
pub(crate) fn commands(app: &AppId) -> String {
    format!("cmd.{app}")
}

/// Questions for the word lists of an app, answered by its leader.
pub(crate) fn word_lists(app: &AppId) -> String {
    format!("words.{app}")
}

/// Profile look-ups, answered by any query-service.
pub(crate) fn profiles(app: &AppId) -> String {
    format!("profile.{app}")
}

/// Who shares the profile look-ups among themselves.
pub(crate) const PROFILES_GROUP: &str = "profile";

/// Look-ups of what decisions need and only read models know, answered by any query-service.
pub(crate) fn facts(app: &AppId) -> String {
    format!("facts.{app}")
}

/// What query-services tell each other about who is in the rooms.
pub(crate) fn presence(app: &AppId) -> String {
    format!("presence.{app}")
}

/// Who shares the look-ups of facts among themselves.
pub(crate) const FACTS_GROUP: &str = "facts";

/// Commands that came in over a stream, answered by any command-service.
pub(crate) const GATEWAY: &str = "gateway";

/// Who shares these commands among themselves.
pub(crate) const GATEWAY_GROUP: &str = "gateway";

/// The bucket of leases; the key is the app, or what a reader does with it.
pub(crate) const LEASE_BUCKET: &str = "matinee_lease";

/// Where a lease is stored.
pub(crate) fn lease(key: &str) -> String {
    format!("$KV.{LEASE_BUCKET}.{key}")
}

/// The lease of a reader of an app's log. No app has a dot in its id.
pub(crate) fn reader_lease(app: &AppId, reader: &str) -> String {
    format!("{app}.{reader}")
}

/// The bucket of the checkpoints of an app's readers: one each, like the snapshots.
pub(crate) fn checkpoint_bucket(app: &AppId) -> String {
    format!("matinee_checkpoint_{app}")
}

/// The stream behind that bucket.
pub(crate) fn checkpoint_stream(app: &AppId) -> String {
    format!("KV_{}", checkpoint_bucket(app))
}

/// Where a reader's checkpoint is stored.
pub(crate) fn checkpoint(app: &AppId, reader: &str) -> String {
    format!("$KV.{}.{reader}", checkpoint_bucket(app))
}

/// The bucket of an app's snapshots: one each, so that an app can be deleted without a trace.
pub(crate) fn snapshot_bucket(app: &AppId) -> String {
    format!("matinee_snapshot_{app}")
}

/// The stream behind that bucket.
pub(crate) fn snapshot_stream(app: &AppId) -> String {
    format!("OBJ_{}", snapshot_bucket(app))
}

/// The pieces of all snapshots of an app.
pub(crate) fn snapshot_chunks(app: &AppId) -> String {
    format!("$O.{}.C.>", snapshot_bucket(app))
}

/// The pieces of one snapshot.
pub(crate) fn snapshot_chunks_of(app: &AppId, object: &str) -> String {
    format!("$O.{}.C.{object}", snapshot_bucket(app))
}

/// The object that holds the newest snapshot.
pub(crate) const SNAPSHOT_OBJECT: &str = "state";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_tells_whose_it_is() {
        let app: AppId = "shop-1".parse().unwrap();
        assert_eq!(app_of_stream(&log_stream(&app)), Some(app.clone()));
        assert_eq!(app_of_stream(&snapshot_stream(&app)), Some(app.clone()));
        assert_eq!(app_of_stream(&checkpoint_stream(&app)), Some(app));
        assert_eq!(app_of_stream("KV_matinee_lease"), None);
    }
}
