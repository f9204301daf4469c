//! kindred-storage
