//! The fault run's parts: a proxy that loses what passes, clients that record what they did, a checker that judges it.
#![allow(dead_code, clippy::unwrap_used)]

pub mod audit;
pub mod broken;
pub mod checker;
pub mod client;
pub mod dice;
pub mod follower;
pub mod framing;
pub mod history;
pub mod proxy;
pub mod run;
pub mod server;
