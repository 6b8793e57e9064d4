//! `follow`: who follows whom, as a set, and how many follow each host.
//!
//! Reads `host_followed` and `host_unfollowed`. Writes `follow` and `follower_count`
//! (`migrations/sql/models/follow.sql`).

use std::collections::{BTreeMap, BTreeSet};

use domain::event::{Event, EventData};
use domain::ids::{AppId, UserId};

use super::Fold;
use crate::column::TextColumn;
use crate::write::Write;

/// The user, then the host.
type Key = (UserId, UserId);

/// What a batch makes of the set. The counts follow from the rows that really come and go, so following
/// twice, or stopping without having begun, counts nothing.
#[derive(Debug, Default)]
pub(crate) struct Follows {
    /// Who stopped in this batch, also if they began again.
    ended: BTreeSet<Key>,
    /// Who follows at the end of it, and since when.
    begun: BTreeMap<Key, i64>,
}

impl Fold for Follows {
    fn fold(&mut self, event: &Event) {
        let key = |host_id: &UserId| (event.actor.user.clone(), host_id.clone());
        if let EventData::HostFollowed(followed) = &event.data {
            self.begun.entry(key(&followed.host_id)).or_insert(event.at.0);
        } else if let EventData::HostUnfollowed(unfollowed) = &event.data {
            let key = key(&unfollowed.host_id);
            self.begun.remove(&key);
            self.ended.insert(key);
        }
    }

    fn take(&mut self, app: &AppId) -> Vec<Write> {
        let Self { ended, begun } = std::mem::take(self);
        let hosts: BTreeSet<&UserId> =
            ended.iter().chain(begun.keys()).map(|(_, host)| host).collect();
        if hosts.is_empty() {
            return vec![];
        }
        let hosts: TextColumn = hosts.into_iter().map(UserId::as_str).collect();
        let mut writes = vec![Write::new(COUNT_FROM_0, app).with(hosts)];
        if !ended.is_empty() {
            writes.push(with_keys(Write::new(END, app), &ended.iter().collect()));
        }
        if !begun.is_empty() {
            let write = with_keys(Write::new(BEGIN, app), &begun.keys().collect());
            writes.push(write.with(begun.into_values().collect::<Vec<_>>()));
        }
        writes
    }
}

fn with_keys(write: Write, keys: &BTreeSet<&Key>) -> Write {
    write
        .with(keys.iter().map(|(user, _)| user.as_str()).collect::<TextColumn>())
        .with(keys.iter().map(|(_, host)| host.as_str()).collect::<TextColumn>())
}

// However the log is cut into batches, the same hosts have a row.
const COUNT_FROM_0: &str = "
    INSERT INTO follower_count (app, host_id, followers)
    SELECT $1, host_id, 0 FROM unnest($2::text[]) AS named (host_id)
    ON CONFLICT (app, host_id) DO NOTHING";

const END: &str = "
    WITH gone AS (
        DELETE FROM follow USING unnest($2::text[], $3::text[]) AS ended (user_id, host_id)
        WHERE follow.app = $1 AND follow.user_id = ended.user_id
            AND follow.host_id = ended.host_id
        RETURNING follow.host_id
    )
    UPDATE follower_count SET followers = followers - fewer.count
    FROM (SELECT host_id, count(*) FROM gone GROUP BY host_id) AS fewer
    WHERE follower_count.app = $1 AND follower_count.host_id = fewer.host_id";

const BEGIN: &str = "
    WITH come AS (
        INSERT INTO follow (app, user_id, host_id, followed_at)
        SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[])
        ON CONFLICT (app, user_id, host_id) DO NOTHING
        RETURNING host_id
    )
    UPDATE follower_count SET followers = followers + more.count
    FROM (SELECT host_id, count(*) FROM come GROUP BY host_id) AS more
    WHERE follower_count.app = $1 AND follower_count.host_id = more.host_id";

#[cfg(test)]
mod tests {
    use super::*;
    use domain::room::follow_host::HostFollowed;
    use domain::room::unfollow_host::HostUnfollowed;
    use domain::sample;
    use domain::timestamp::Timestamp;

    fn event(at: i64, follows: bool) -> Event {
        let host_id = "host".parse().unwrap();
        let data = if follows {
            EventData::HostFollowed(HostFollowed { host_id })
        } else {
            EventData::HostUnfollowed(HostUnfollowed { host_id })
        };
        Event { at: Timestamp(at), data, ..sample::events()[0].clone() }
    }

    fn folded(events: &[Event]) -> (usize, Vec<i64>) {
        let mut follows = Follows::default();
        for event in events {
            follows.fold(event);
        }
        (follows.ended.len(), follows.begun.into_values().collect())
    }

    #[test]
    fn the_last_word_counts_and_following_twice_keeps_the_first_time() {
        assert_eq!(folded(&[event(1, true), event(2, true)]), (0, vec![1]));
        assert_eq!(folded(&[event(1, true), event(2, false)]), (1, vec![]));
        let again = [event(1, false), event(2, true), event(3, true)];
        assert_eq!(folded(&again), (1, vec![2]));
    }
}
