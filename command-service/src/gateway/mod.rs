//! From a request to an answer: who asks, which command that is, and who decides it.
//!
//! [`request`] is what every route begins with ([`operator`] those about apps), [`caller`] makes the
//! actor, [`profiles`] looks up how they are shown, [`facts`] what else only read models know, [`screen`] looks for words that are not wanted,
//! [`before`] asks the merchant's server, [`submit`] brings commands to the sequencer, wherever it is,
//! and [`reply`] says what became of them; [`relayed`] are those that came in over a WebSocket.

pub mod before;
pub mod caller;
pub mod config;
pub mod facts;
pub mod operator;
mod owners;
pub mod profiles;
pub(crate) mod relayed;
pub mod reply;
pub mod request;
pub mod screen;
pub mod submit;

use domain::command::Command;
use domain::ids::AppId;
use service_kit::auth::Auth;

use crate::gateway::before::Before;
use crate::gateway::config::GatewayConfig;
use crate::gateway::facts::Facts;
use crate::gateway::profiles::Profiles;
use crate::gateway::screen::Screen;
use crate::gateway::submit::{SubmitError, Submitter};
use crate::sequencer::answer::Answer;

/// What a route works with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Verifies tokens.
    pub auth: Auth,
    /// Looks senders up.
    pub profiles: Profiles,
    /// Screens texts.
    pub screen: Screen,
    /// Asks merchants' servers.
    pub before: Before,
    /// Looks up what decisions need and only read models know.
    pub facts: Facts,
    /// Brings commands to their sequencer.
    pub submitter: Submitter,
    /// Limits.
    pub config: GatewayConfig,
}

impl Gateway {
    /// Carries out the commands of one request. One answer for each, in order.
    pub(crate) async fn carry_out(
        &self,
        app: &AppId,
        commands: Vec<Command>,
    ) -> Result<Vec<Answer>, SubmitError> {
        let mut commands = self.screen.commands(app, commands).await?;
        // What a decision needs and only the read models know.
        self.facts.mark_known(app, &mut commands).await;
        self.mark_unregistered(app, &mut commands).await;
        let commands = self.before.commands(app, commands).await?;
        self.submitter.submit(app, commands).await
    }
}
