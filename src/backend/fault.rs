//! Why no answer came, or none that can be used, in sentences for people; refuses to know what was asked.

use midair_record::schema::Violation;

/// Why a text is not the address of a server, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadServer(pub String);

/// Why no usable answer came. Its text is one sentence without its full stop: what happened, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There was no connection, or an answer to a mere question stayed out: nothing was written.
    #[error("{0}")]
    Unreachable(String),
    /// A write was sent and no answer came: it may have been written. Sent again under the same edit id it is
    /// recognised, so it is never written twice.
    #[error("{0}")]
    Uncertain(String),
    /// The server refused, and said why. Nothing was written.
    #[error("{detail} ({status}{gap}{code})", gap = if code.is_empty() { "" } else { " " })]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The stable name of the refusal, for programs; empty when the server gave none.
        code: String,
        /// One sentence a person can act on.
        detail: String,
        /// What is wrong with the record, each on its field; empty where it is not that.
        faults: Vec<Violation>,
    },
    /// Something answered, but it is not midair.
    #[error("{0}")]
    NotMidair(String),
    /// It is midair, but it speaks another contract.
    #[error(
        "the server speaks contract {found} and this midair speaks contract {}; update the older of the two",
        super::CONTRACT
    )]
    OtherContract {
        /// The contract it speaks.
        found: u64,
    },
    /// The server broke the contract: what it sent cannot be used.
    #[error("{0}")]
    Broken(String),
}

/// Whether a request could have changed something, had its answer been lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    Read,
    Write,
}

impl Fault {
    /// What a failed exchange with `server` means.
    pub(super) fn of(server: &str, asks: Asks, fault: &reqwest::Error) -> Self {
        let why = reason(fault);
        if fault.is_builder() {
            return Fault::Broken(format!("the request to {server} cannot be put together: {why}"));
        }
        if fault.is_connect() {
            return Fault::Unreachable(format!("no connection to {server} ({why}); see that the server runs"));
        }
        match asks {
            Asks::Read => Fault::Unreachable(format!("{server} did not answer ({why}); try again")),
            Asks::Write => Fault::Uncertain(format!(
                "the connection to {server} was lost before the answer came ({why}); the write may have arrived, and can safely be sent again"
            )),
        }
    }
}

/// The innermost cause, which is the one that names a thing: `Connection refused`, not `error sending request`.
fn reason(fault: &reqwest::Error) -> String {
    if fault.is_timeout() {
        return "timed out".into();
    }
    let mut cause: &dyn std::error::Error = fault;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let text = cause.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_lowercase(),
        None => text,
    }
}
