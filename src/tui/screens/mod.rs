//! The screens, one file each; each is told what happened and draws itself.

pub mod browser;
mod changes;
pub mod collision;
pub mod deletion;
pub mod drafts;
pub mod editor;
pub mod help;
pub mod history;
pub mod palette;
pub mod prompt;
pub mod pulse;
