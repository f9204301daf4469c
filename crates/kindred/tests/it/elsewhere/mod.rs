//! Our people elsewhere: polls, groups, threads, quotes and people of other servers.

mod catching_up;
mod groups;
mod moving;
mod people;
mod polls;
mod quotes;
