//! A command-service on a nats-server of its own, with rooms that are live.

use std::net::SocketAddr;

use command_service::config::CommandConfig;
use command_service::gateway::screen::Screen;
use command_service::gateway::submit::Submitter;
use command_service::sequencer::config::SequencerConfig;
use command_service::sequencer::handle::door;
use command_service::sequencer::lead::Candidate;
use command_service::sequencer::limiter::config::LimiterConfig;
use domain::actor::{Actor, Role};
use domain::command::{Action, Command, RoomCommand};
use domain::ids::{AppId, RoomId};
use domain::room::create_room::CreateRoom;
use domain::room::send_message::SendMessage;
use migrations::connection::PostgresConfig;
use migrations::testing::TestPostgres;
use nats::client::Nats;
use nats::testing::TestServer;
use service_kit::apps::{AppConfig, Apps};
use service_kit::auth::key::{AuthKeyConfig, KeyAlgorithm};
use service_kit::auth::{Auth, AuthConfig, Claims, sign};
use service_kit::clock;
use service_kit::config::Secret;
use service_kit::tasks::Tasks;

/// Rooms that the callers spread over.
pub(crate) const ROOMS: usize = 1_000;

/// About what people type: the event has about 380 bytes of JSON then.
const TEXT: &str = "this colour looks great, is it still there in size 38?";

/// Everything a run needs, gone with it. The benchmark's own sequencer leads, so that callers can
/// reach it with and without HTTP.
pub(crate) struct Stage {
    pub(crate) app: AppId,
    pub(crate) submitter: Submitter,
    pub(crate) addr: SocketAddr,
    pub(crate) nats: Nats,
    pub(crate) auth: Auth,
    pub(crate) tasks: Tasks,
    key: AuthKeyConfig,
    _server: TestServer,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.tasks.shut_down();
    }
}

impl Stage {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let server = TestServer::start().await;
        let nats = Nats::connect(&server.config()).await?;
        let app: AppId = "bench".parse()?;
        let key = AuthKeyConfig {
            kid: "bench".to_owned(),
            alg: KeyAlgorithm::HS256,
            secret: Some(Secret::new("a secret of the benchmark, long enough".to_owned())),
            public_key: None,
            private_key: None,
        };
        let keys = vec![key.clone()];
        let auth =
            Auth::new(Apps::try_new(&[AppConfig::new(app.clone(), keys)])?, AuthConfig::default());
        let tasks = Tasks::new();
        // Callers send as fast as they are answered: many times what a room takes.
        let sequencer =
            SequencerConfig { limiter: LimiterConfig::off(), ..SequencerConfig::default() };
        let config = CommandConfig { sequencer, ..CommandConfig::default() };
        let (door, handle) = door();
        let candidate = Candidate {
            nats: nats.clone(),
            log: nats.open_log(&app).await?,
            app: app.clone(),
            instance: "bench".to_owned(),
            config: config.sequencer.clone(),
            limits: config.limits.clone(),
            door,
        };
        tasks.spawn("sequencer", candidate.run(tasks.shutdown_token()));
        let local = std::collections::HashMap::from([(app.clone(), handle)]);
        let submitter = Submitter::new(local, nats.clone(), &config.gateway);
        let addr = serve(&config, nats.clone(), auth.clone(), submitter.clone(), &tasks).await?;
        let stage = Self { app, submitter, addr, nats, auth, tasks, key, _server: server };
        stage.create_rooms().await?;
        Ok(stage)
    }

    async fn create_rooms(&self) -> anyhow::Result<()> {
        let host = Actor::unknown("host".parse()?, Role::Host);
        let mut commands = Vec::with_capacity(ROOMS);
        for room in 0..ROOMS {
            let create = CreateRoom {
                name: "Bench".into(),
                owner: host.user.clone(),
                kind: "".into(),
                cover: "".into(),
                owner_unregistered: false,
            };
            commands.push(Command {
                id: clock::new_command_id(),
                actor: host.clone(),
                action: Action::Room {
                    room_id: room_id(room)?,
                    command: RoomCommand::CreateRoom(create),
                },
                screening: None,
            });
        }
        self.submitter.submit(&self.app, commands).await?;
        Ok(())
    }

    pub(crate) fn token(&self, role: Role, user: &str) -> anyhow::Result<String> {
        let claims = Claims {
            sub: user.parse()?,
            app: self.app.clone(),
            role,
            nick: None,
            avatar: None,
            rooms: None,
            iat: None,
            nbf: None,
            exp: clock::now().0 / 1_000 + 3_600,
        };
        Ok(sign(&self.key, &claims)?)
    }
}

/// The HTTP side alone, in front of the stage's own sequencer.
async fn serve(
    config: &CommandConfig,
    nats: Nats,
    auth: Auth,
    submitter: Submitter,
    tasks: &Tasks,
) -> anyhow::Result<SocketAddr> {
    let profiles = command_service::gateway::profiles::Profiles::new(nats.clone(), &config.gateway);
    let screen =
        Screen::new(config.filter.clone(), &config.limits, nats.clone(), tasks.clone()).await;
    let facts = command_service::gateway::facts::Facts::new(nats, &config.gateway);
    let config_gateway = config.gateway.clone();
    let before = command_service::gateway::before::Before::try_new(config.before.clone())?;
    let gateway = command_service::gateway::Gateway {
        auth,
        profiles,
        screen,
        before,
        facts,
        submitter,
        config: config_gateway,
    };
    let bound = service_kit::http::bind("command-service", &config.http)?;
    let (addr, shutdown) = (bound.addr(), tasks.shutdown_token());
    let routes = command_service::routes::routes(&gateway);
    tasks.spawn("http", async move { bound.run(routes, shutdown).await });
    Ok(addr)
}

pub(crate) fn room_id(room: usize) -> anyhow::Result<RoomId> {
    Ok(format!("room-{}", room % ROOMS).parse()?)
}

/// The message that every path sends.
pub(crate) fn message() -> SendMessage {
    SendMessage { text: TEXT.into(), reply_to: None }
}

/// One caller's next message.
pub(crate) fn say(caller: usize, room_id: &RoomId) -> anyhow::Result<Command> {
    let actor = Actor::unknown(format!("user-{caller}").parse()?, Role::Viewer);
    let command = RoomCommand::SendMessage(message());
    let action = Action::Room { room_id: room_id.clone(), command };
    Ok(Command { id: clock::new_command_id(), actor, action, screening: None })
}

/// An empty database with the tables.
pub(crate) async fn database(postgres: &TestPostgres) -> anyhow::Result<PostgresConfig> {
    let url = postgres.create_database().await?;
    let (mut client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    migrations::apply(&mut client).await?;
    connection.abort();
    Ok(PostgresConfig { url: Some(Secret::new(url)), ..PostgresConfig::default() })
}
