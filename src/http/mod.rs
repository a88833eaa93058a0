//! Everything that speaks HTTP.

pub mod sockets;
