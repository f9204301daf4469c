//! kindred-protocol
