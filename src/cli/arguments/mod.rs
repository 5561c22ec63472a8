//! The command line: what can be asked for, in which words, with which help; refuses to do any of it.

mod edits;
mod merging;
mod packaging;
mod records;
mod scenarios;
mod serving;
mod transfer;

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use edits::{Bulk, Edit, Inbox, InboxDoes, Send as InboxSend};
pub use merging::{How, Merge, Mergetool};
pub use packaging::{Completions, Man, Shell};
pub use records::{Diff, Get, List, Log, OnConflict, OnEdited, Patch, Put, Remove, Restore, Scope, Show, Told, Watch};
pub use scenarios::{Demo, Play, ReportFormat};
pub use serving::{Backup, LogFormat, RestoreStore, Serve};
pub use transfer::{Export, Format, Import};

use super::exit::Exit;
use super::settings;

/// Where the local server listens, unless it is told otherwise.
pub const LISTEN: &str = "127.0.0.1:4120";

/// Edit shared records from many terminals, and settle mid-air collisions field by field.
///
/// Without a command, midair opens the records of the local server. It finds a running one or starts it in this very
/// process, on a database of your own that is made on first use. A second midair in another terminal joins the first,
/// and takes the server over when that one ends.
#[derive(Debug, Parser)]
#[command(name = "midair", version, after_help = Exit::table(), max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command understands.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub struct Common {
    /// The name that your changes carry [default: your login name]
    #[arg(long = "as", global = true, value_name = "NAME", env = "MIDAIR_AS", hide_env_values = true, value_parser = name)]
    pub who: Option<String>,

    /// The server to work on, instead of the local one: http://host:port or https://host
    #[arg(long, global = true, value_name = "URL", env = "MIDAIR_SERVER", hide_env_values = true)]
    pub server: Option<String>,

    /// The database file of the local server [default: midair/midair.db in the XDG data folder]
    #[arg(long, global = true, value_name = "PATH", env = "MIDAIR_DB", hide_env_values = true)]
    pub db: Option<PathBuf>,

    /// Where the local server listens, and is looked for [default: 127.0.0.1:4120]
    #[arg(
        long,
        global = true,
        value_name = "ADDR",
        env = "MIDAIR_LISTEN",
        hide_env_values = true,
        value_parser = socket_address
    )]
    pub listen: Option<SocketAddr>,

    /// Set what config.toml can set, as in theme=light; may stand several times (midair config lists the settings)
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = settings::assignment)]
    pub set: Vec<(String, String)>,

    /// Leave a new database empty, instead of putting sample records into it
    #[arg(long, global = true)]
    pub no_seed: bool,

    /// Leave the mouse to the terminal, which then selects text by itself: the same as --set mouse=off
    #[arg(long, global = true)]
    pub no_mouse: bool,
}

impl Common {
    /// Where the local server listens.
    pub fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 4120)))
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server in the foreground, until it is interrupted
    ///
    /// It answers /healthz and /readyz, and tells of itself at /metrics (OpenMetrics) and /v1/stats. A socket that systemd
    /// hands over is listened on in the place of --listen, and systemd is told when it is ready.
    #[command(after_help = Exit::table())]
    Serve(Serve),

    /// Print a record as it stands, byte for byte, what is secret in it included
    #[command(after_help = Exit::table())]
    Get(Get),

    /// List the collections, or the records of one
    #[command(after_help = Exit::table())]
    Ls(List),

    /// Write a record from a file, over the version that stood there just before
    ///
    /// Every write says what it replaces. Without --if-match that is the version that is read just before: what somebody
    /// saves in between is not overwritten unseen, and --on-conflict says what becomes of it.
    #[command(after_help = Exit::table())]
    Put(Put),

    /// Change fields of a record, and leave what others saved in between
    #[command(after_help = Exit::table())]
    Patch(Patch),

    /// Delete a record, if it is still the version that stood there just before
    #[command(after_help = Exit::table())]
    Rm(Remove),

    /// List the versions of a record: when, who, why and which fields
    #[command(after_help = Exit::table())]
    Log(Log),

    /// Show one version of a record: who wrote it when and why, and what it changed
    #[command(after_help = Exit::table())]
    Show(Show),

    /// Show in which fields two versions of a record differ
    #[command(after_help = Exit::table())]
    Diff(Diff),

    /// Write an older version of a record again, as its newest
    ///
    /// Nothing is rewound: what stands there now stays in the history.
    #[command(after_help = Exit::table())]
    Restore(Restore),

    /// Tell every change as it happens, until interrupted
    #[command(after_help = Exit::table())]
    Watch(Watch),

    /// Write a record in your own editor ($VISUAL, else $EDITOR, else vi), as JSON
    ///
    /// What cannot be read comes back with the reason on top. What you wrote is kept as a draft before it is sent, and
    /// until it is stored; where it was refused it waits in the inbox. On a terminal a collision opens the screen on it.
    #[command(after_help = Exit::table())]
    Edit(Edit),

    /// Carry out many writes, one a line: {"op":"put","key":"projects/moon","fields":{…}}
    ///
    /// A line has op (put, patch or delete) and key, or id under --into; a put has fields, a patch has patch (an array is
    /// a JSON patch, an object a merge patch, or what contentType says), and any may have note. Each replaces what its
    /// ifMatch names, creates under ifNoneMatch "*", or stands on the version that is read just before. One faulty line
    /// keeps all from being sent; then each is done or refused by itself.
    #[command(after_help = Exit::table())]
    Bulk(Bulk),

    /// List the drafts that wait on this machine; show, send or drop them
    ///
    /// A draft is what was typed or edited and is not stored. One that a living midair has open is left alone.
    #[command(after_help = Exit::table())]
    Inbox(Inbox),

    /// Look for what is wrong here, and say what to do about it
    ///
    /// The terminal, the settings, the editor, the folders, the drafts, the server and the store are looked at. Nothing is changed and no server is started. The exit code is 1 where something is bad.
    #[command(after_help = Exit::table())]
    Doctor(Told),

    /// Create records from a file: all of them, or none
    ///
    /// Records keep their exact text: number text, escapes, order and white space. Nothing that exists is replaced. Each
    /// fault is named with its line, and one fault keeps every record of the file out, unless --keep-going says
    /// otherwise.
    #[command(after_help = Exit::table())]
    Import(Import),

    /// Write the records of a collection to a file or to stdout
    #[command(after_help = Exit::table())]
    Export(Export),

    /// Copy the database of the local server to a new file, while people go on writing
    #[command(after_help = Exit::table())]
    Backup(Backup),

    /// Put a backup in the place of the local server's database, which no server may be using
    ///
    /// What stood there is moved aside, and its new name is printed. No token that was issued since the backup is ever
    /// taken for current again: a person who saves an edit from then is shown both sides.
    #[command(after_help = Exit::table())]
    RestoreStore(RestoreStore),

    /// Merge three versions of a file, field by field; serves as a git merge driver
    ///
    /// Prints what MINE and THEIRS come to, both having started from BASE. Every byte that nobody changed stays as it is
    /// in MINE. What both sides changed differently is left open, between conflict markers, and the exit code is 1.
    #[command(after_help = Exit::table())]
    Merge(Merge),

    /// Settle three versions of a file side by side, field by field; serves as a git mergetool
    ///
    /// Merges as `midair merge` does, shows what is left open in the collision screen, and writes the result to MERGED.
    /// Until everything is decided MERGED stays as it is, and what was decided is kept for the next time.
    #[command(after_help = Exit::table())]
    Mergetool(Mergetool),

    /// Play scenarios without a screen, as tests: real editors and programs on a real server, over a wire that breaks on cue
    ///
    /// A scenario is a text that says who does what in which order, and what must then be seen on whose screen, on the wire
    /// and in the store (docs/scenarios.md). Each is played on a server of its own, unless --server names one on the
    /// command line; there, what exists is left as it is, and records that were made are removed again.
    #[command(after_help = Exit::table())]
    Play(Play),

    /// Show on one screen how edits meet in mid-air: real editors, step by step, with the wire below them
    ///
    /// Each scenario is played on a server of its own, which is thrown away. Space does the next step, p plays, Tab takes a
    /// keyboard over; midair play runs the same scenarios as tests.
    #[command(after_help = Exit::table())]
    Demo(Demo),

    /// Show the settings, and where each comes from
    ///
    /// They stand in midair/config.toml in the XDG config folder; MIDAIR_NAME in the environment comes before the file,
    /// and --set NAME=VALUE before both.
    #[command(after_help = Exit::table())]
    Config(Config),

    /// Print what lets a shell complete the words of midair
    ///
    /// It belongs into ~/.local/share/bash-completion/completions/midair, a file _midair in a folder of zsh's $fpath, or
    /// ~/.config/fish/completions/midair.fish.
    #[command(after_help = Exit::table())]
    Completions(Completions),

    /// Print the manual page of midair, or write all pages into a folder
    #[command(after_help = Exit::table())]
    Man(Man),
}

#[derive(Args, Debug)]
pub struct Config {
    /// Write JSON
    #[arg(long, conflicts_with_all = ["path", "defaults", "actions"])]
    pub json: bool,

    /// Print only where the file is, whether it is there or not
    #[arg(long, conflicts_with_all = ["defaults", "actions"])]
    pub path: bool,

    /// Print a file to start from, in which every setting stands as a comment
    #[arg(long, conflicts_with = "actions")]
    pub defaults: bool,

    /// List the places and actions that keys can be given, with the keys that they have
    #[arg(long)]
    pub actions: bool,
}

/// Checks a name that changes are signed with.
pub fn name(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a name cannot be empty".into());
    }
    match text.chars().find(|c| c.is_control()) {
        Some(odd) => Err(format!("a name cannot hold the control character {odd:?}")),
        None => Ok(text.to_owned()),
    }
}

fn collection(text: &str) -> Result<String, String> {
    midair_record::wire::check_collection(text).map_err(|fault| fault.to_string())?;
    Ok(text.to_owned())
}

/// Reads an address and a port.
pub fn socket_address(text: &str) -> Result<SocketAddr, String> {
    let mut found = text.to_socket_addrs().map_err(|_| "not an address and a port, as in 127.0.0.1:4120".to_owned())?;
    found.next().ok_or_else(|| format!("{text} has no address"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
        let common = Arguments::try_parse_from(["midair"]).expect("parsed").common;
        assert_eq!(common.listen().to_string(), LISTEN);
    }

    #[test]
    fn a_name_that_could_steer_a_terminal_or_vanish_is_refused() {
        assert_eq!(name("Zoë"), Ok("Zoë".into()));
        for odd in ["", " ", "a\u{1b}[31m", "a\nb"] {
            assert!(name(odd).is_err(), "{odd:?}");
        }
    }

    #[test]
    fn options_may_stand_before_and_after_the_command() {
        for line in [["midair", "--as", "bob", "serve"], ["midair", "serve", "--as", "bob"]] {
            let parsed = Arguments::try_parse_from(line).expect("parsed");
            assert_eq!(parsed.common.who.as_deref(), Some("bob"));
        }
    }
}
