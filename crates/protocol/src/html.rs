//! Text that people read.
