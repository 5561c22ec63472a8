//! The screen: an App that turns messages into effects and draws itself; knows no network, no clock and no global.

pub mod app;
pub mod field;
pub mod keys;
pub mod msg;
pub mod screens;
pub mod theme;
pub mod when;
pub mod widgets;

pub use app::App;
pub use msg::{Effect, Msg};
