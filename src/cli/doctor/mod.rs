//! `midair doctor`: what stands in the way of working here, and what to do about it; refuses to change anything.

mod here;
mod server;
mod store;

use serde::Serialize;

use super::arguments::{Common, Told};
use super::exit::{Exit, Failure};
use super::records::say;
use super::settings::Settings;

/// How something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    /// It works, and something should be known or done.
    Warn,
    /// It does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    check: &'static str,
    state: State,
    found: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

impl Check {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Check { check, state: State::Ok, found: found.into(), advice: None }
    }

    fn warn(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Check { check, state: State::Warn, found: found.into(), advice: Some(advice.into()) }
    }

    fn bad(check: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Check { check, state: State::Bad, found: found.into(), advice: Some(advice.into()) }
    }

    fn line(&self) -> String {
        let word = match self.state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Bad => "bad",
        };
        let advice = self.advice.as_ref().map(|advice| format!("\n{:17}→ {advice}", "")).unwrap_or_default();
        format!("{word:<5}{:<12}{}{advice}", self.check, self.found)
    }
}

/// Looks at everything, and tells how it was found.
pub async fn doctor(common: &Common, told: Told, settings: &Settings) -> Result<Exit, Failure> {
    let mut checks = here::terminal(settings);
    checks.extend(here::settings(settings));
    checks.push(here::editor());
    checks.extend(here::folders());
    checks.extend(here::drafts());
    checks.extend(server::server(common).await);
    if common.server.is_none() {
        checks.extend(store::store(common));
    }
    for check in &checks {
        match told.json {
            true => say::json(check)?,
            false => say::line(&check.line())?,
        }
    }
    let is_bad = checks.iter().any(|check| check.state == State::Bad);
    Ok(if is_bad { Exit::Failed } else { Exit::Done })
}
