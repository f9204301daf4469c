//! What the smaller commands do: accounts, groups, settings, migrations. Results go to stdout, everything else to stderr.

use std::io::BufRead as _;

use kindred_community::{AccountRole, JoinPolicy, Visibility, accounts, groups, links, people};
use serde_json::json;

use crate::{
    cli::{self, GroupAdd, PersonAdd, PersonRemove, PersonToken},
    config::Config,
    failure::Failure,
    open,
};

/// `kindred migrate`
pub fn migrate(config: &Config, output: cli::Output) -> Result<(), Failure> {
    let (_, applied) = open::database(config)?;
    if output.json {
        println!("{}", json!({ "applied": applied }));
    } else if applied.is_empty() {
        println!("The database is up to date.");
    } else {
        for migration in applied {
            println!("applied {migration}");
        }
    }
    Ok(())
}

/// `kindred person add`
pub async fn add_person(config: &Config, add: PersonAdd) -> Result<(), Failure> {
    let password = match add.password {
        None if add.password_stdin => Some(first_line_of_stdin()?),
        password => password,
    };
    let kindred = open::kindred(config)?;
    let newcomer = people::Newcomer {
        handle: add.handle,
        name: add.name,
        email: add.email,
        password,
        role: match add.role {
            cli::Role::Member => AccountRole::Member,
            cli::Role::Moderator => AccountRole::Moderator,
            cli::Role::Admin => AccountRole::Admin,
        },
    };
    let (_, actor) = people::arrive(&kindred, newcomer).await?;
    let acct = links::full_acct(kindred.settings(), &actor);
    if add.output.json {
        println!(
            "{}",
            json!({ "id": actor.id.to_string(), "handle": actor.handle, "uri": actor.uri, "acct": acct })
        );
    } else {
        println!("@{acct} is here: {}", actor.uri);
    }
    Ok(())
}

/// `kindred person token`
pub async fn issue_token(config: &Config, ask: PersonToken) -> Result<(), Failure> {
    let kindred = open::kindred(config)?;
    let token = accounts::issue_token(&kindred, &ask.handle, &ask.scopes).await?;
    if ask.output.json {
        println!("{}", json!({ "token": token, "scopes": ask.scopes }));
    } else {
        println!("{token}");
    }
    Ok(())
}

/// `kindred person remove`
pub async fn remove_person(config: &Config, remove: PersonRemove) -> Result<(), Failure> {
    let kindred = open::kindred(config)?;
    let words = if remove.erase_posts {
        people::Words::Erase
    } else {
        people::Words::Keep
    };
    let actor = people::leave_company(&kindred, &remove.handle, words).await?;
    let acct = links::full_acct(kindred.settings(), &actor);
    if remove.output.json {
        println!(
            "{}",
            json!({ "handle": actor.handle, "uri": actor.uri, "acct": acct })
        );
    } else {
        println!("@{acct} has left. Other servers hear of it as soon as the queue is worked.");
    }
    Ok(())
}

/// `kindred group add`
pub async fn add_group(config: &Config, add: GroupAdd) -> Result<(), Failure> {
    let kindred = open::kindred(config)?;
    let organiser = accounts::face_of(&kindred, &add.organiser).await?;
    let founding = groups::Founding {
        handle: add.handle,
        name: add.name,
        summary: add.summary.unwrap_or_default(),
        topics: add.topics,
        visibility: match add.visibility {
            cli::Visibility::Public => Visibility::Public,
            cli::Visibility::Partners => Visibility::Partners,
            cli::Visibility::Company => Visibility::Company,
            cli::Visibility::Members => Visibility::Members,
        },
        join_policy: match add.join {
            cli::Join::Open => JoinPolicy::Open,
            cli::Join::Ask => JoinPolicy::Ask,
            cli::Join::Invite => JoinPolicy::Invite,
        },
    };
    let (_, group) = groups::found(&kindred, &organiser, founding).await?;
    let acct = links::full_acct(kindred.settings(), &group);
    if add.output.json {
        println!(
            "{}",
            json!({ "id": group.id.to_string(), "handle": group.handle, "uri": group.uri, "acct": acct })
        );
    } else {
        println!("@{acct} is here: {}", group.uri);
    }
    Ok(())
}

fn first_line_of_stdin() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(Failure::because("the password cannot be read"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
