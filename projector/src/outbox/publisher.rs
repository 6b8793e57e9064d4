//! Sends what waits in the outbox to the app's sequencer, and deletes what was answered.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::actor::{Actor, Role};
use domain::app::set_admins::SYSTEM_USER;
use domain::command::{Action, Command, RoomCommand};
use domain::ids::{AppId, InvalidId, UserId};
use domain::room::announce_level::AnnounceLevel;
use metrics::counter;
use nats::{Nats, RequestError, RequestSubject};
use service_kit::clock;
use service_kit::decided::{Answer, Reply};
use service_kit::error_chain::ErrorChain;
use tokio::sync::Notify;
use tokio_postgres::{Client, Row};

use super::config::OutboxConfig;
use super::reply::{Fate, fate};
use crate::error::ProjectError;
use crate::pool::Pool;

/// Publishes for one app. Two of them at once send twice, and the ledger answers twice.
pub(crate) struct Publisher<'a> {
    pub(crate) nats: &'a Nats,
    pub(crate) pool: &'a Pool,
    pub(crate) config: &'a OutboxConfig,
    pub(crate) app: &'a AppId,
    /// Says that something may be there.
    pub(crate) filled: &'a Notify,
}

/// Why the outbox could not be emptied for now.
#[derive(Debug, thiserror::Error)]
enum PublishError {
    #[error("could not use the outbox")]
    Postgres(#[from] ProjectError),
    #[error("a row of the outbox has an id that is none")]
    Id(#[from] InvalidId),
    #[error("the notices or their answers are not readable")]
    Json(#[from] serde_json::Error),
    #[error("the sequencer did not answer")]
    Request(#[from] RequestError),
    #[error("the sequencer could not take the notices: {0}")]
    NotTaken(&'static str),
}

impl Publisher<'_> {
    /// Publishes for ever.
    pub(crate) async fn run(&self) -> Infallible {
        let interval = Duration::from_millis(self.config.interval_ms);
        let mut failing = false;
        loop {
            let emptied = self.empty().await;
            if let Err(error) = &emptied {
                // Each neighbour that is away would fill the log, once a second.
                let chain = ErrorChain(error).to_string();
                if failing {
                    tracing::debug!(app.id = %self.app, error = chain, "notices still wait");
                } else {
                    tracing::warn!(app.id = %self.app, error = chain, "notices wait");
                }
            }
            failing = emptied.is_err();
            if failing {
                tokio::time::sleep(interval).await;
            } else {
                tokio::time::timeout(interval, self.filled.notified()).await.ok();
            }
        }
    }

    /// Until nothing waits any more.
    async fn empty(&self) -> Result<(), PublishError> {
        let lent = self.pool.lend().await?;
        let client = lent.connection.client();
        self.drop_old(client).await?;
        loop {
            let batch = i64::from(self.config.batch);
            let waiting = client.query(SELECT, &[&self.app.as_str(), &batch]).await;
            let waiting = waiting.map_err(ProjectError::postgres("read the outbox"))?;
            if waiting.is_empty() {
                break;
            }
            let ids: Vec<&str> = waiting.iter().map(|row| row.get(0)).collect();
            let commands: Result<Vec<Command>, InvalidId> = waiting.iter().map(command).collect();
            let answers = self.send(&commands?).await?;
            if !self.delete(client, &ids, &answers).await? {
                return Err(PublishError::NotTaken("some are to be sent again"));
            }
        }
        self.pool.give_back(lent);
        Ok(())
    }

    async fn send(&self, commands: &[Command]) -> Result<Vec<Answer>, PublishError> {
        let payload = Bytes::from(serde_json::to_vec(commands)?);
        let timeout = Duration::from_millis(self.config.answer_timeout_ms);
        let subject = RequestSubject::Commands(self.app.clone());
        let answer = self.nats.request(subject, payload, timeout).await?;
        match serde_json::from_slice(&answer)? {
            Reply::Answers(answers) if answers.len() == commands.len() => Ok(answers),
            Reply::Answers(_) => Err(PublishError::NotTaken("it answered to others")),
            Reply::Overloaded => Err(PublishError::NotTaken("overloaded")),
            Reply::Unknown => Err(PublishError::NotTaken("it steps down")),
            Reply::Unreadable => Err(PublishError::NotTaken("it is of another version")),
        }
    }

    /// Deletes what has found its fate. Says whether all have.
    async fn delete(
        &self,
        client: &Client,
        ids: &[&str],
        answers: &[Answer],
    ) -> Result<bool, PublishError> {
        let mut done = Vec::with_capacity(ids.len());
        let mut published = 0;
        for (id, answer) in ids.iter().zip(answers) {
            match fate(answer) {
                Fate::Kept => continue,
                Fate::Published => published += 1,
                Fate::Dropped(reason) => self.count_dropped(reason, 1),
            }
            done.push(*id);
        }
        let deleted = client.execute(DELETE, &[&self.app.as_str(), &done]).await;
        deleted.map_err(ProjectError::postgres("delete from the outbox"))?;
        let app = self.app.to_string();
        counter!("projector_outbox_published_total", "app" => app).increment(published);
        Ok(done.len() == ids.len())
    }

    async fn drop_old(&self, client: &Client) -> Result<(), PublishError> {
        let floor = self.config.floor(clock::now()).0;
        let dropped = client.execute(DROP_OLD, &[&self.app.as_str(), &floor]).await;
        let dropped = dropped.map_err(ProjectError::postgres("drop from the outbox"))?;
        if 0 < dropped {
            tracing::warn!(app.id = %self.app, dropped, "notices were too old to be sent");
            self.count_dropped("too_old", dropped);
        }
        Ok(())
    }

    fn count_dropped(&self, reason: &'static str, count: u64) {
        let app = self.app.to_string();
        let dropped = counter!("projector_outbox_dropped_total", "app" => app, "reason" => reason);
        dropped.increment(count);
    }
}

const SELECT: &str = "
    SELECT outbox.id, room_id, outbox.user_id, coalesce(app_user.nick, outbox.nick),
        CASE WHEN app_user.user_id IS NULL THEN outbox.avatar ELSE app_user.avatar END,
        from_level, level, points
    FROM matinee.outbox
    LEFT JOIN matinee.app_user ON app_user.app = outbox.app AND app_user.user_id = outbox.user_id
    WHERE outbox.app = $1 ORDER BY at, outbox.id LIMIT $2";

const DELETE: &str = "DELETE FROM matinee.outbox WHERE app = $1 AND id = ANY ($2::text[])";

const DROP_OLD: &str = "DELETE FROM matinee.outbox WHERE app = $1 AND at < $2";

fn command(row: &Row) -> Result<Command, InvalidId> {
    let number = |column: usize| row.get::<_, i32>(column).unsigned_abs();
    let user: UserId = row.get::<_, &str>(2).parse()?;
    let (from, level) = (number(5), number(6));
    let actor = Actor {
        nick: Arc::from(row.get::<_, &str>(3)),
        avatar: row.get::<_, Option<&str>>(4).map(Arc::from),
        level: Some(level),
        via: Some(SYSTEM_USER.parse()?),
        ..Actor::unknown(user, Role::Viewer)
    };
    let points = row.get::<_, i64>(7).unsigned_abs();
    let command = RoomCommand::AnnounceLevel(AnnounceLevel { from, level, points });
    let room_id = row.get::<_, &str>(1).parse()?;
    Ok(Command {
        id: row.get::<_, &str>(0).parse()?,
        actor,
        action: Action::Room { room_id, command },
        screening: None,
    })
}
