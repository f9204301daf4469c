//! kindred-web
