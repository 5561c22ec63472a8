//! Keeps the feed of changes open, brings the server back where it is ours to bring, and tells the screen how it stands.

use std::time::Duration;

use futures_util::{StreamExt, pin_mut};
use tokio::sync::mpsc::UnboundedSender;

use super::Revive;
use crate::backend::{Backend, Fault, Presence, Told};
use crate::tui::Msg;
use crate::tui::msg::Link;

const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Runs until the screen is gone. Waits between tries grow and are jittered, so that many terminals do not come back as
/// one.
pub async fn keep(backend: Backend, revive: Option<Revive>, mut hosting: bool, send: UnboundedSender<Msg>) {
    let mut since = None;
    let mut wait = FIRST_WAIT;
    loop {
        let why = match attend(&backend, hosting, &mut since, &mut wait, &send).await {
            Ok(()) => format!("The server at {} went away.", backend.name()),
            Err(Fault::Refused { status: 410, .. }) => {
                since = None;
                "The feed of changes starts anew.".to_owned()
            }
            Err(fault) => format!("{}.", capital(&fault.to_string())),
        };
        if send.is_closed() {
            return;
        }
        let why = match &revive {
            None => why,
            Some(revive) => match revive().await {
                Ok(now_hosting) => {
                    hosting = now_hosting;
                    tokio::time::sleep(jittered(FIRST_WAIT)).await;
                    let _ = send.send(Msg::Link(Link::Lost(why)));
                    continue;
                }
                Err(trouble) => format!("{}.", capital(trouble.trim_end_matches('.'))),
            },
        };
        if send.send(Msg::Link(Link::Lost(why))).is_err() {
            return;
        }
        tokio::time::sleep(jittered(wait)).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Passes on what the feed says until it ends.
async fn attend(
    backend: &Backend,
    hosting: bool,
    since: &mut Option<u64>,
    wait: &mut Duration,
    send: &UnboundedSender<Msg>,
) -> Result<(), Fault> {
    backend.hello().await?;
    let feed = backend.clone().listen(*since).await?;
    pin_mut!(feed);
    *wait = FIRST_WAIT;
    let _ = send.send(Msg::Link(Link::Live { hosting }));
    while let Some(event) = feed.next().await {
        let msg = match event? {
            Told::Change(event) => {
                *since = Some(event.seq);
                Msg::Changed(event)
            }
            Told::Presence(Presence { key, by, path, here }) => Msg::Present { key, by, path, here },
        };
        if send.send(msg).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Between half and one and a half times `wait`.
fn jittered(wait: Duration) -> Duration {
    let random = uuid::Uuid::new_v4().as_bytes()[0];
    wait / 2 + wait * u32::from(random) / 255
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
