//! The house itself: what it tells everybody who lives in it, and pictures of its own.

mod announcements;
mod emojis;
mod pages;
