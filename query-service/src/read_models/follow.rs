//! `follow` and `follower_count`: who follows whom, and how many do.

use domain::ids::{AppId, UserId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::read_models::{ReadModels, Unavailable, unsigned};

/// Both by a primary key.
const COUNTS: &str = "
    SELECT
        (SELECT followers FROM matinee.follower_count WHERE app = $1 AND host_id = $2),
        (SELECT count(*) FROM matinee.follow WHERE app = $1 AND user_id = $2)";

/// Follows the primary key.
const AFTER: &str = "
    SELECT follow.host_id, app_user.nick, app_user.avatar, follow.followed_at
    FROM matinee.follow
    LEFT JOIN matinee.app_user
        ON app_user.app = follow.app AND app_user.user_id = follow.host_id
    WHERE follow.app = $1 AND follow.user_id = $2 AND follow.host_id > $3
    ORDER BY follow.host_id LIMIT $4";

/// How many follow somebody, and how many they follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FollowCounts {
    pub(crate) followers: u64,
    pub(crate) following: u64,
}

/// Somebody who is followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct FollowedHost {
    pub(crate) host_id: String,
    /// Null if they never registered.
    nick: Option<String>,
    avatar: Option<String>,
    followed_at: i64,
}

impl ReadModels {
    /// 0 and 0 for somebody unknown.
    pub(crate) async fn follow_counts(
        &self,
        app: &AppId,
        user_id: &UserId,
    ) -> Result<FollowCounts, Unavailable> {
        let rows = self.query(COUNTS, &[&app.as_str(), &user_id.as_str()]).await?;
        let number = |column: usize| {
            let number = rows.first().and_then(|row| row.get::<_, Option<i64>>(column));
            unsigned(number.unwrap_or_default())
        };
        Ok(FollowCounts { followers: number(0), following: number(1) })
    }

    /// Whom somebody follows, after a host, by id.
    pub(crate) async fn follows(
        &self,
        app: &AppId,
        user_id: &UserId,
        after: Option<&UserId>,
        limit: u32,
    ) -> Result<Vec<FollowedHost>, Unavailable> {
        // No id is empty, so all come after the empty text.
        let after = after.map_or("", UserId::as_str);
        let (app, user_id, limit) = (app.as_str(), user_id.as_str(), i64::from(limit));
        let rows = self.query(AFTER, &[&app, &user_id, &after, &limit]).await?;
        let hosts = rows.iter().map(|row| FollowedHost {
            host_id: row.get(0),
            nick: row.get(1),
            avatar: row.get(2),
            followed_at: row.get(3),
        });
        Ok(hosts.collect())
    }
}
