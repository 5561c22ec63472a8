//! The screen: an App that turns messages into effects and draws itself; knows no network, no clock and no global.

pub mod app;
mod clipboard;
pub mod company;
pub mod definition;
pub mod field;
mod keyboard;
pub mod keys;
mod masking;
pub mod merge_files;
pub mod msg;
pub mod preferences;
pub mod screens;
pub mod theatre;
pub mod theme;
pub mod when;
pub mod widgets;

pub use app::App;
pub use merge_files::MergeFiles;
pub use msg::{Effect, Msg};
pub use preferences::Preferences;
