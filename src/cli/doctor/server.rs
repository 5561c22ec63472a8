//! Whether the server answers, what it is, and what its clock says.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::Check;
use crate::backend::{Backend, CONTRACT, Fault};
use crate::cli::arguments::Common;
use crate::cli::hosting;

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How far its clock may be off, in seconds, before it is told.
const ASKEW: i64 = 10;

/// The server that commands would work on. The local one is not started.
pub async fn server(common: &Common) -> Vec<Check> {
    let address = common.server.clone().unwrap_or_else(|| hosting::url(common.listen()));
    let named = common.server.is_some();
    let backend = match Backend::connect(&address, "midair") {
        Ok(backend) => backend,
        Err(bad) => return vec![Check::bad("server", bad.to_string(), "name it as http://host:port or https://host")],
    };
    let began = Instant::now();
    let (hello, date) = match tokio::time::timeout(PATIENCE, backend.greeting()).await {
        Ok(Ok(greeting)) => greeting,
        Ok(Err(Fault::Unreachable(_))) if !named => {
            return vec![Check::ok("server", format!("none runs at {}; midair starts it", backend.name()))];
        }
        Ok(Err(fault)) => return vec![Check::bad("server", fault.to_string(), advice(&fault, named))],
        Err(_) => {
            let found = format!("{} does not answer within {} s", backend.name(), PATIENCE.as_secs());
            return vec![Check::bad("server", found, elsewhere(named))];
        }
    };
    let took = began.elapsed().as_millis();
    let found = format!("midair {} at {}, contract {CONTRACT}, answers in {took} ms", hello.version, backend.name());
    let mut checks = vec![Check::ok("server", found)];
    checks.push(match tokio::time::timeout(PATIENCE, backend.ready()).await {
        Ok(Ok(())) => Check::ok("readiness", "a write would reach its disk"),
        Ok(Err(fault)) => Check::bad("readiness", fault.to_string(), "see its log; reading goes on"),
        Err(_) => Check::bad("readiness", "it does not say", "see its log"),
    });
    checks.extend(date.map(|date| clock(Timestamp::now().as_second() - date.as_second())));
    checks
}

/// How far this clock is before the server's, in seconds.
fn clock(ahead: i64) -> Check {
    let advice = "set the clock that is wrong; ages on the screen are off by as much, what is saved is not";
    match ahead {
        _ if ahead.abs() <= ASKEW => Check::ok("clock", "as the server's"),
        0.. => Check::warn("clock", format!("{ahead} s before the server's"), advice),
        _ => Check::warn("clock", format!("{} s behind the server's", -ahead), advice),
    }
}

fn advice(fault: &Fault, named: bool) -> &'static str {
    match fault {
        Fault::OtherContract { .. } => "update the older of the two",
        Fault::Refused { status: 401 | 403, .. } => "ask whoever runs it to let you in",
        _ => elsewhere(named),
    }
}

fn elsewhere(named: bool) -> &'static str {
    match named {
        true => "see that it runs and that --server is right, or leave that out to work on this machine",
        false => "give midair an address of its own with --listen, or name a server with --server",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::State;

    #[test]
    fn a_clock_that_is_far_off_is_told_with_its_direction() {
        assert_eq!(clock(9).state, State::Ok);
        assert_eq!(clock(75).found, "75 s before the server's");
        assert_eq!(clock(-75).found, "75 s behind the server's");
    }
}
