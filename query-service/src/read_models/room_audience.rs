//! `room_audience`: how many have been in a room. Written by this service, as
//! [`super::room_insight`] is.

use std::collections::HashSet;

use domain::ids::{AppId, RoomId};

use crate::presence::record::Record;
use crate::presence::users::Users;
use crate::read_models::{ReadModels, Unavailable, bigint, unsigned};

const COUNTS: &str = "SELECT room_id, peak, uniques FROM matinee.room_audience WHERE app = $1";

const OF: &str = "
    SELECT room_id, peak, uniques, ever, version FROM matinee.room_audience
    WHERE app = $1 AND room_id = ANY($2)";

/// A row is written only by whoever has seen what stands in it. Nothing of an app that is gone.
const WRITE: &str = "
    INSERT INTO matinee.room_audience AS known (app, room_id, peak, uniques, ever, version)
    SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[])
    WHERE EXISTS (SELECT FROM matinee.checkpoint WHERE app = $1)
    ON CONFLICT (app, room_id) DO UPDATE SET
        peak = greatest(known.peak, excluded.peak),
        uniques = greatest(known.uniques, excluded.uniques),
        ever = excluded.ever, version = excluded.version
    WHERE known.version = excluded.version - 1
    RETURNING room_id";

impl ReadModels {
    /// The peak and the number of users of every room that has had some.
    pub(crate) async fn audience_counts(
        &self,
        app: &AppId,
    ) -> Result<Vec<(RoomId, u64, u64)>, Unavailable> {
        let rows = self.query(COUNTS, &[&app.as_str()]).await?;
        let counts = rows.iter().filter_map(|row| {
            // An id that the log had.
            let room_id = row.get::<_, &str>(0).parse().ok()?;
            Some((room_id, unsigned(row.get(1)), unsigned(row.get(2))))
        });
        Ok(counts.collect())
    }

    /// What is known of these rooms; of a room that is not among the answers, nothing.
    pub(crate) async fn audiences(
        &self,
        app: &AppId,
        rooms: &[RoomId],
    ) -> Result<Vec<(RoomId, Record)>, Unavailable> {
        let rooms: Vec<&str> = rooms.iter().map(RoomId::as_str).collect();
        let rows = self.query(OF, &[&app.as_str(), &rooms]).await?;
        let records = rows.iter().filter_map(|row| {
            // A set of another program is begun anew; the numbers stand.
            let ever = serde_json::from_str(row.get(3)).unwrap_or_default();
            let (peak, unique) = (unsigned(row.get(1)), unsigned(row.get(2)));
            let room_id = row.get::<_, &str>(0).parse().ok()?;
            Some((room_id, Record { peak, unique, ever, version: row.get(4) }))
        });
        Ok(records.collect())
    }

    /// Writes each record over the version before it. The rooms in which that one stood.
    pub(crate) async fn write_audiences(
        &self,
        app: &AppId,
        records: &[(RoomId, Record)],
    ) -> Result<HashSet<RoomId>, Unavailable> {
        let ids: Vec<&str> = records.iter().map(|(room_id, _)| room_id.as_str()).collect();
        let numbers = |of: fn(&Record) -> i64| -> Vec<i64> {
            records.iter().map(|(_, record)| of(record)).collect()
        };
        let (peaks, uniques) =
            (numbers(|record| bigint(record.peak)), numbers(|record| bigint(record.unique)));
        let versions = numbers(|record| record.version);
        let ever: Vec<String> = records.iter().map(|(_, record)| json(&record.ever)).collect();
        let rows =
            self.query(WRITE, &[&app.as_str(), &ids, &peaks, &uniques, &ever, &versions]).await?;
        Ok(rows.iter().filter_map(|row| row.get::<_, &str>(0).parse().ok()).collect())
    }
}

fn json(users: &Users) -> String {
    // Numbers in lists: writing them into memory cannot fail.
    #[expect(clippy::expect_used, reason = "see above")]
    serde_json::to_string(users).expect("a set is JSON")
}
