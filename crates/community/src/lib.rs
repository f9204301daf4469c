//! kindred-community
