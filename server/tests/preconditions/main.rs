//! RFC 9110 section 13, told by what stands there, what is asked and under which conditions. In which order the rest is
//! told: order.rs. Of definitions and versions: definitions.rs.
#![allow(clippy::unwrap_used)]

#[path = "../house/mod.rs"]
mod house;
mod malformed;
mod place;
mod table;
mod told;
