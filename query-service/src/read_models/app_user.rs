//! `app_user` and `user_level`: who somebody is, and how far they have come.

use domain::ids::{AppId, UserId};
use domain::view::profile::Profile;

use crate::read_models::{ReadModels, Unavailable, unsigned};

/// Both tables by their primary keys. Somebody may have a level without ever having registered.
const PROFILES: &str = "
    SELECT asked.user_id, app_user.nick, app_user.avatar, user_level.level, user_level.points
    FROM unnest($2::text[]) AS asked (user_id)
    LEFT JOIN matinee.app_user ON app_user.app = $1 AND app_user.user_id = asked.user_id
    LEFT JOIN matinee.user_level ON user_level.app = $1 AND user_level.user_id = asked.user_id
    WHERE app_user.user_id IS NOT NULL OR user_level.user_id IS NOT NULL";

/// A user with the points behind their level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownUser {
    pub(crate) profile: Profile,
    pub(crate) points: u64,
}

impl ReadModels {
    /// Those of the users who are known, in no order.
    pub(crate) async fn users(
        &self,
        app: &AppId,
        user_ids: &[UserId],
    ) -> Result<Vec<KnownUser>, Unavailable> {
        let (app, asked) = (app.as_str(), user_ids.iter().map(UserId::as_str).collect::<Vec<_>>());
        let rows = self.query(PROFILES, &[&app, &asked]).await?;
        let users = rows.iter().filter_map(|row| {
            let user_id: &str = row.get(0);
            let user_id = user_ids.iter().find(|asked| asked.as_str() == user_id)?.clone();
            let nick = row.get::<_, Option<&str>>(1).map(Into::into);
            let avatar = row.get::<_, Option<&str>>(2).map(Into::into);
            let level = row.get::<_, Option<i32>>(3).unwrap_or_default();
            let level = u32::try_from(level).unwrap_or_default();
            let points = unsigned(row.get::<_, Option<i64>>(4).unwrap_or_default());
            Some(KnownUser { profile: Profile { user_id, nick, avatar, level }, points })
        });
        Ok(users.collect())
    }
}
