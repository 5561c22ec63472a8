//! The feed of changes, one event after the other until the connection is lost; refuses to reconnect by itself.

use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use midair_record::wire::Event;
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use sse_stream::SseByteStream;

use super::fault::{Asks, Fault};
use super::{ANSWER_WITHIN, Backend, Presence};

/// An event names members and carries no values: the largest one names every member of a record of 1 MiB.
const LARGEST_EVENT: usize = 4 << 20;
/// What an event of the feed is called that tells who is editing.
const PRESENCE: &str = "presence";

/// What a feed tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Somebody wrote a record.
    Change(Event),
    /// Somebody is editing a record, or no longer is.
    Presence(Presence),
}

impl Backend {
    /// Every change after the position `since`, in order; without one, every change from now on. Ends, or yields a
    /// [`Fault`] as its last item, when the connection is lost, also when it only falls silent.
    pub fn watch(&self, since: Option<u64>) -> impl Stream<Item = Result<Event, Fault>> + Send + use<> {
        let backend = self.clone();
        stream::once(async move { backend.open(since).await }).try_flatten()
    }

    /// Opens the feed; it is open when this resolves, so that no change after that is missed.
    ///
    /// # Errors
    /// [`Fault`]; a position that is no longer kept is [`Fault::Refused`] with status 410.
    pub async fn open(self, since: Option<u64>) -> Result<impl Stream<Item = Result<Event, Fault>> + Send, Fault> {
        let change = |told| match told {
            Ok(Told::Change(event)) => Some(Ok(event)),
            Ok(Told::Presence(_)) => None,
            Err(fault) => Some(Err(fault)),
        };
        let feed = self.feed(since, false).await?;
        Ok(feed.filter_map(move |told| std::future::ready(change(told))))
    }

    /// Opens the feed with word of who is editing: first who is, then who comes and goes.
    ///
    /// # Errors
    /// As [`Backend::open`].
    pub async fn listen(self, since: Option<u64>) -> Result<impl Stream<Item = Result<Told, Fault>> + Send, Fault> {
        self.feed(since, true).await
    }

    async fn feed(
        self,
        since: Option<u64>,
        presence: bool,
    ) -> Result<impl Stream<Item = Result<Told, Fault>> + Send, Fault> {
        let mut url = self.url(&["v1", "changes"]);
        if presence {
            url.query_pairs_mut().append_pair("presence", "true");
        }
        if let Some(since) = since {
            url.query_pairs_mut().append_pair("since", &since.to_string());
        }
        let request = self.traced(self.inner.client.get(url).header(ACCEPT, "text/event-stream"));
        let response = match tokio::time::timeout(ANSWER_WITHIN, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(fault)) => return Err(Fault::of(self.name(), Asks::Read, &fault)),
            Err(_) => {
                return Err(Fault::Unreachable(format!(
                    "{} did not open its feed of changes (timed out); try again",
                    self.name()
                )));
            }
        };
        let kind = response.headers().get(CONTENT_TYPE);
        let is_feed = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if response.status() != StatusCode::OK || !is_feed {
            return Err(self.whole(Asks::Read, response).await?.fault(Asks::Read));
        }
        let name = self.name().to_owned();
        let lost = {
            let name = name.clone();
            move |fault: reqwest::Error| Fault::of(&name, Asks::Read, &fault)
        };
        let mut since_event = EventSize::default();
        let bytes = response.bytes_stream().map(move |chunk| {
            let chunk = chunk.map_err(&lost)?;
            if since_event.grows_past_the_limit(&chunk) {
                return Err(Fault::Broken(format!("the feed holds an event of more than {LARGEST_EVENT} bytes")));
            }
            Ok(chunk)
        });
        Ok(SseByteStream::new(bytes).filter_map(move |sse| {
            let event = match sse {
                Ok(sse) if sse.event.as_deref() == Some(PRESENCE) => sse.data.and_then(|data| presence_in(&data)),
                Ok(sse) => sse.data.map(|data| read(&name, &data).map(Told::Change)),
                Err(fault) => Some(Err(end(&name, fault))),
            };
            std::future::ready(event)
        }))
    }
}

/// Why the feed ended, where it did not just end.
fn end(server: &str, fault: sse_stream::Error) -> Fault {
    match fault {
        sse_stream::Error::Body(why) => match why.downcast::<Fault>() {
            Ok(fault) => *fault,
            Err(why) => Fault::Broken(format!("the feed of {server} broke off: {why}")),
        },
        other => Fault::Broken(format!("the feed of {server} cannot be read: {other}")),
    }
}

fn read(server: &str, data: &str) -> Result<Event, Fault> {
    serde_json::from_str(data).map_err(|fault| {
        Fault::Broken(format!("the feed of {server} holds an event that is not what the contract says ({fault})"))
    })
}

/// Who is editing is worth no fault: what cannot be read is left out.
fn presence_in(data: &str) -> Option<Result<Told, Fault>> {
    serde_json::from_str(data).ok().map(|presence| Ok(Told::Presence(presence)))
}

/// Counts the bytes since the last blank line, which is what ends an event.
#[derive(Default)]
struct EventSize {
    bytes: usize,
    at_line_start: bool,
}

impl EventSize {
    fn grows_past_the_limit(&mut self, chunk: &[u8]) -> bool {
        for byte in chunk {
            match byte {
                b'\n' if self.at_line_start => self.bytes = 0,
                b'\n' => self.at_line_start = true,
                b'\r' => {}
                _ => self.at_line_start = false,
            }
            self.bytes += 1;
            if self.bytes > LARGEST_EVENT {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_event_is_noticed_and_an_endless_feed_is_not() {
        let mut size = EventSize::default();
        for _ in 0..LARGEST_EVENT {
            assert!(!size.grows_past_the_limit(b"data: x\r\n\r\n: still here\n\n"));
        }
        let mut size = EventSize::default();
        assert!(!size.grows_past_the_limit(&vec![b'x'; LARGEST_EVENT]));
        assert!(size.grows_past_the_limit(b"x"));
    }
}
