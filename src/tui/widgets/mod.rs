//! Pieces that several screens draw with; each knows only what it is given.

pub mod brief;
pub mod glyph;
pub mod panel;
pub mod signs;
pub mod text;
