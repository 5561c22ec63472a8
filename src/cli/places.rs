//! Where midair keeps its things, by the XDG base directories; refuses to make or open any of them.

use std::path::PathBuf;

use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;

use super::exit::Failure;

/// The settings.
pub fn config() -> Result<PathBuf, Failure> {
    Ok(xdg()?.config_dir().join("midair/config.toml"))
}

/// The database of the local server.
pub fn database() -> Result<PathBuf, Failure> {
    Ok(xdg()?.data_dir().join("midair/midair.db"))
}

/// The folder of drafts.
pub fn drafts() -> Result<PathBuf, Failure> {
    Ok(state()?.join("drafts"))
}

/// The folder of texts that are being written in an editor outside.
pub fn outside() -> Result<PathBuf, Failure> {
    Ok(state()?.join("outside"))
}

/// The folder of what lasts and is of no use elsewhere: drafts and the log.
pub fn state() -> Result<PathBuf, Failure> {
    let xdg = xdg()?;
    Ok(xdg.state_dir().unwrap_or_else(|| xdg.data_dir()).join("midair"))
}

fn xdg() -> Result<Xdg, Failure> {
    Xdg::new().map_err(|_| Failure::because("there is no home folder to keep records and drafts in; set HOME"))
}
