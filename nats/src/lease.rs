//! A lease: who may be an app's sequencer. It keeps two from working against each other; what makes
//! it safe is the fence of the log.

use std::fmt;
use std::time::Instant;

use domain::ids::AppId;

use crate::Cause;
use crate::client::Nats;

/// Why a lease was not taken, kept or given back.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// It ran out or somebody else has it. Definite.
    #[error("the lease on app `{app}` is lost")]
    Lost {
        /// Which app.
        app: AppId,
    },
    /// No answer: held or not, nobody knows until [`Lease::held_until`] has passed.
    #[error("cannot reach the lease on app `{app}`")]
    Unavailable {
        /// Which app.
        app: AppId,
        /// Why.
        #[source]
        source: Cause,
    },
}

/// A lease that was held when this was made or last renewed.
pub struct Lease {
    app: AppId,
    held_until: Instant,
}

impl Nats {
    /// Takes the lease on an app; `None` when somebody else has it.
    pub async fn acquire_lease(
        &self,
        app: &AppId,
        holder: &str,
    ) -> Result<Option<Lease>, LeaseError> {
        todo!()
    }
}

impl Lease {
    /// The app.
    pub fn app(&self) -> &AppId {
        &self.app
    }

    /// Until when nobody else can have it. Past it, without a successful [`Lease::renew`], act as
    /// if it were lost.
    pub fn held_until(&self) -> Instant {
        self.held_until
    }

    /// Keeps the lease for another term. To be called well within each term.
    pub async fn renew(&mut self) -> Result<(), LeaseError> {
        todo!()
    }

    /// Gives it back, so that another need not wait for the end of the term.
    pub async fn release(self) -> Result<(), LeaseError> {
        todo!()
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("app", &self.app).finish_non_exhaustive()
    }
}
