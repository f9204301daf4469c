//! The words about moving.

pub(crate) const MOVING: &str = "Moving";
pub(crate) const ALIASES: &str = "Old addresses of yours";
pub(crate) const ALIASES_WHY: &str = "To bring your followers here, name your old address first. Then say there that you have moved here.";
pub(crate) const OLD_ADDRESS: &str = "Your old address";
pub(crate) const NEW_ADDRESS: &str = "Your new address";
pub(crate) const EXAMPLE: &str = "@name@server.example";
pub(crate) const ADD: &str = "Name it";
pub(crate) const REMOVE: &str = "Remove";
pub(crate) const AWAY: &str = "Move away from here";
pub(crate) const AWAY_HOW: &str = "Name this address at your new one first, as an alias. Your followers go along with you; your posts, your groups and whom you follow stay here.";
pub(crate) const PASSWORD: &str = "Your password here";
pub(crate) const GO: &str = "Move my followers";
pub(crate) const GONE: &str = "You have moved to";
pub(crate) const RETURN: &str = "I am here again";

pub(crate) fn here_as(acct: &str) -> String {
    format!("Here you are {acct}.")
}
