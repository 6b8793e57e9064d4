//! From a request to an answer: who asks, which command that is, and who decides it.
//!
//! [`request`] is what every route begins with ([`operator`] those about apps), [`caller`] makes the
//! actor, [`profiles`] looks up how they are shown, [`screen`] looks for words that are not wanted,
//! [`Gateway::look_up`] adds what only the read models know,
//! [`submit`] brings commands to the sequencer, wherever it is, and [`reply`] says
//! what became of them; [`relayed`] are those that came in over a WebSocket.

pub mod caller;
pub mod config;
pub mod operator;
pub mod orders;
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

use crate::gateway::config::GatewayConfig;
use crate::gateway::orders::Orders;
use crate::gateway::profiles::Profiles;
use crate::gateway::screen::Screen;
use crate::gateway::submit::Submitter;

/// What a route works with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Verifies tokens.
    pub auth: Auth,
    /// Looks senders up.
    pub profiles: Profiles,
    /// Screens texts.
    pub screen: Screen,
    /// Knows which purchases have been recorded.
    pub orders: Orders,
    /// Brings commands to their sequencer.
    pub submitter: Submitter,
    /// Limits.
    pub config: GatewayConfig,
}

impl Gateway {
    /// Adds to the commands what a decision needs and only the read models know.
    pub(crate) async fn look_up(&self, app: &AppId, commands: &mut [Command]) {
        self.orders.mark_known(app, commands).await;
        self.mark_unregistered(app, commands).await;
    }
}
