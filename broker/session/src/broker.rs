//! The object on the bus: eight methods of one form. What they do stands in files of their own.
//!
//! A failure is told inside of the JSON; a D-Bus error is for what never became a request: a stranger, too many at once,
//! arguments of the wrong type.

use std::path::PathBuf;
use std::sync::Arc;

use dovetail_client::blame;
use dovetail_shared::broker1::{Accounts, Ask, Nothing, RefusalAnswer, VersionAnswer};
use dovetail_shared::{Code, Report, link};
use serde::Serialize;
use tokio::sync::Semaphore;
use zbus::message::Header;
use zbus::{Connection, fdo, interface};

use crate::caller::Caller;
use crate::daemon::{Daemon, accounts};
use crate::flows::Flows;
use crate::{account, cookie, interactive, token};

/// Calls that are answered at once; further ones are refused.
const CALLS: usize = 64;

/// The broker.
#[derive(Debug)]
pub(crate) struct Broker {
    daemon: Daemon,
    flows: Flows,
    seats: Arc<Semaphore>,
}

/// One call.
struct Call<'a> {
    bus: &'a Connection,
    header: &'a Header<'a>,
    version: &'a str,
    correlation: &'a str,
    request: &'a str,
}

impl Broker {
    /// In front of the daemon at this socket.
    pub(crate) fn new(socket: PathBuf) -> Self {
        Self {
            daemon: Daemon::at(socket),
            flows: Flows::default(),
            seats: Arc::new(Semaphore::new(CALLS)),
        }
    }

    /// What all methods have in common: a seat, a caller of our own user, a version that we speak, a request that is one.
    async fn answer<A: Serialize>(
        &self,
        call: Call<'_>,
        act: impl AsyncFnOnce(&Caller, &str, Ask) -> Result<A, Report>,
    ) -> fdo::Result<String> {
        let _seat = self
            .seats
            .try_acquire()
            .map_err(|_| fdo::Error::LimitsExceeded("too many calls at once".into()))?;
        let caller = Caller::of(call.bus, call.header).await?;
        let bad = |code: Code, detail: &str| blame::report(code).with_detail(detail);
        let result = if is_spoken(call.version) {
            match Ask::parse(call.request) {
                Ok(ask) => act(&caller, call.correlation, ask).await,
                Err(error) => Err(bad(Code::BAD_FRAME, &error.to_string())),
            }
        } else {
            let detail = "the protocol version is not spoken here";
            Err(bad(Code::BROKER_NOT_OFFERED, detail))
        };
        let answer = match &result {
            Ok(answer) => serde_json::to_string(answer),
            Err(report) => serde_json::to_string(&RefusalAnswer::from(report)),
        };
        answer.map_err(|_| fdo::Error::Failed("the answer could not be written".into()))
    }
}

/// All clients say `0.0`. Whatever version looks like one of that family is taken, and so is none at all.
fn is_spoken(version: &str) -> bool {
    version.is_empty()
        || version.split_once('.').is_some_and(|(major, minor)| {
            major == "0" && !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit())
        })
}

#[interface(name = "com.microsoft.identity.Broker1")]
impl Broker {
    /// Tokens, with the person asked where that is needed. May take minutes.
    #[zbus(name = "acquireTokenInteractively", out_args("responseJson"))]
    async fn acquire_token_interactively(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        protocol_version: &str,
        correlation_id: &str,
        request_json: &str,
    ) -> fdo::Result<String> {
        let call = Call {
            bus,
            header: &header,
            version: protocol_version,
            correlation: correlation_id,
            request: request_json,
        };
        let with = (&self.daemon, bus, &self.flows);
        self.answer(call, async |caller, correlation, ask| {
            interactive::acquire(with, caller, correlation, &ask).await
        })
        .await
    }

    /// Tokens without a question.
    #[zbus(name = "acquireTokenSilently", out_args("responseJson"))]
    async fn acquire_token_silently(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        protocol_version: &str,
        correlation_id: &str,
        request_json: &str,
    ) -> fdo::Result<String> {
        let call = Call {
            bus,
            header: &header,
            version: protocol_version,
            correlation: correlation_id,
            request: request_json,
        };
        self.answer(call, async |caller, correlation, ask| {
            token::silently(&self.daemon, caller, correlation, &ask).await
        })
        .await
    }

    /// Whom this user is signed in as.
    #[zbus(name = "getAccounts", out_args("responseJson"))]
    async fn get_accounts(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        protocol_version: &str,
        correlation_id: &str,
        request_json: &str,
    ) -> fdo::Result<String> {
        let call = Call {
            bus,
            header: &header,
            version: protocol_version,
            correlation: correlation_id,
            request: request_json,
        };
        self.answer(call, async |caller, _, _| {
            let mut client = self.daemon.connect(caller).await?;
            let accounts = accounts(&mut client).await?;
            Ok(Accounts::from(&link::Accounts { accounts }))
        })
        .await
    }

    /// Takes an account away from this device.
    #[zbus(name = "removeAccount", out_args("responseJson"))]
    async fn remove_account(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        protocol_version: &str,
        correlation_id: &str,
        request_json: &str,
    ) -> fdo::Result<String> {
        let call = Call {
            bus,
            header: &header,
            version: protocol_version,
            correlation: correlation_id,
            request: request_json,
        };
        self.answer(call, async |caller, _, ask| {
            account::remove(&self.daemon, caller, &ask).await
        })
        .await
    }

    /// What signs the person in at a sign-in page.
    #[zbus(name = "acquirePrtSsoCookie", out_args("responseJson"))]
    async fn acquire_prt_sso_cookie(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        protocol_version: &str,
        correlation_id: &str,
        request_json: &str,
    ) -> fdo::Result<String> {
        let call = Call {
            bus,
            header: &header,
            version: protocol_version,
            correlation: correlation_id,
            request: request_json,
        };
        self.answer(call, async |caller, _, ask| {
            cookie::acquire(&self.daemon, caller, &ask).await
        })
        .await
    }

    /// Not made here: it takes a token that is bound to a key.
    #[zbus(name = "generateSignedHttpRequest", out_args("responseJson"))]
    async fn generate_signed_http_request(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        protocol_version: &str,
        correlation_id: &str,
        request_json: &str,
    ) -> fdo::Result<String> {
        let call = Call {
            bus,
            header: &header,
            version: protocol_version,
            correlation: correlation_id,
            request: request_json,
        };
        self.answer(call, async |_, _, _| {
            Err::<Nothing, _>(token::no_proof_of_possession())
        })
        .await
    }

    /// Ends what waits for a person under this correlation id.
    #[zbus(name = "cancelInteractiveFlow", out_args("responseJson"))]
    async fn cancel_interactive_flow(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        protocol_version: &str,
        correlation_id: &str,
        request_json: &str,
    ) -> fdo::Result<String> {
        let call = Call {
            bus,
            header: &header,
            version: protocol_version,
            correlation: correlation_id,
            request: request_json,
        };
        self.answer(call, async |_, correlation, _| {
            self.flows.cancel(correlation);
            Ok(Nothing {})
        })
        .await
    }

    /// Which broker this is.
    #[zbus(name = "getLinuxBrokerVersion", out_args("responseJson"))]
    async fn get_linux_broker_version(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] bus: &Connection,
        protocol_version: &str,
        correlation_id: &str,
        request_json: &str,
    ) -> fdo::Result<String> {
        let call = Call {
            bus,
            header: &header,
            version: protocol_version,
            correlation: correlation_id,
            request: request_json,
        };
        self.answer(call, async |_, _, _| {
            Ok(VersionAnswer {
                linux_broker_version: env!("CARGO_PKG_VERSION").to_owned(),
                native: None,
            })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_all_clients_is_spoken_and_its_kin() {
        for version in ["0.0", "0.1", "0.12", ""] {
            assert!(is_spoken(version), "{version}");
        }
        for version in ["1.0", "0", "0.", "x", "0.0.0", "0.0 "] {
            assert!(!is_spoken(version), "{version}");
        }
    }
}
