//! The command line: every command with its arguments, as people type them.
//!
//! Nothing is done here. A command that was typed wrongly ends with exit status 2 and a hint before anything starts;
//! what the commands do, and the statuses 0 (done) and 1 (refused or failed), are the business of the other modules.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The scopes of a token for somebody who did not say which.
pub const USUAL_SCOPES: &str = "read write follow push";

/// Helps people who care about the same thing find each other, in their company and in others.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "kindred",
    version,
    about,
    arg_required_else_help = true,
    propagate_version = true
)]
pub struct Cli {
    /// The file with the settings [default: `KINDRED_CONFIG`, else kindred.toml when there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What Kindred can be asked to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Bring the database up to date, listen, and work the queue
    Serve(Serve),
    /// Work the queue alone; on PostgreSQL several may run beside each other
    Work,
    /// Play two companies and the public web on this machine, to look at
    Demo(Demo),
    /// Bring the database up to date and say what was done
    Migrate(Migrate),
    /// Accounts of people
    #[command(subcommand)]
    Person(Person),
    /// Groups
    #[command(subcommand)]
    Group(Group),
    /// The settings
    #[command(subcommand)]
    Config(Settings),
    /// Check settings, database, clock, TLS and WebFinger; one line each
    Doctor(Doctor),
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Output {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

/// `kindred serve`
#[derive(Clone, Copy, Debug, Args)]
pub struct Serve {
    /// Leave the queue to `kindred work`
    #[arg(long)]
    pub no_worker: bool,
}

/// `kindred demo`
#[derive(Clone, Copy, Debug, Args)]
pub struct Demo {
    /// Where the first house is found; the others have the two ports above
    #[arg(long, default_value_t = 8080)]
    pub port: u16,
}

/// `kindred migrate`
#[derive(Clone, Copy, Debug, Args)]
pub struct Migrate {
    /// How the result is printed.
    #[command(flatten)]
    pub output: Output,
}

/// `kindred person …`
#[derive(Clone, Debug, Subcommand)]
pub enum Person {
    /// Add a local account, ready to sign in
    Add(PersonAdd),
    /// Print a new access token for the client API, and nothing else
    Token(PersonToken),
    /// Let somebody leave: sign them out everywhere, hand their groups on, tell other servers
    Remove(PersonRemove),
}

/// `kindred person add`
#[derive(Clone, Debug, Args)]
pub struct PersonAdd {
    /// The short name in their address: "nadia" for @nadia@kindred.example.com
    pub handle: String,
    /// Their mail address
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// Their name as people read it [default: the handle]
    #[arg(long)]
    pub name: Option<String>,
    /// Their password; others on this machine may see it in the list of processes
    #[arg(long, conflicts_with = "password_stdin")]
    pub password: Option<String>,
    /// Read their password from the first line of standard input
    #[arg(long)]
    pub password_stdin: bool,
    /// What they may do on this instance
    #[arg(long, value_enum, default_value_t)]
    pub role: Role,
    /// How the result is printed.
    #[command(flatten)]
    pub output: Output,
}

/// What somebody may do on an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Take part
    #[default]
    Member,
    /// Also handle reports
    Moderator,
    /// Everything
    Admin,
}

/// `kindred person token`
#[derive(Clone, Debug, Args)]
pub struct PersonToken {
    /// Whose token it is
    pub handle: String,
    /// What it is good for, separated by spaces
    #[arg(long, default_value = USUAL_SCOPES)]
    pub scopes: String,
    /// How the result is printed.
    #[command(flatten)]
    pub output: Output,
}

/// `kindred person remove`
#[derive(Clone, Debug, Args)]
pub struct PersonRemove {
    /// Who leaves; nobody will ever have this name again
    pub handle: String,
    /// Take away what they wrote as well; without it, it stays here under their old address
    #[arg(long)]
    pub erase_posts: bool,
    /// How the result is printed.
    #[command(flatten)]
    pub output: Output,
}

/// `kindred group …`
#[derive(Clone, Debug, Subcommand)]
pub enum Group {
    /// Found a group
    Add(GroupAdd),
}

/// `kindred group add`
#[derive(Clone, Debug, Args)]
pub struct GroupAdd {
    /// The short name in its address: "rust" for @rust@kindred.example.com
    pub handle: String,
    /// Its name as people read it
    #[arg(long)]
    pub name: String,
    /// The handle of the person who organises it
    #[arg(long, value_name = "PERSON")]
    pub organiser: String,
    /// What it is about; may be given several times
    #[arg(long = "topic", value_name = "TOPIC")]
    pub topics: Vec<String>,
    /// Who may see it
    #[arg(long, value_enum, default_value_t)]
    pub visibility: Visibility,
    /// How people join
    #[arg(long, value_enum, default_value_t)]
    pub join: Join,
    /// What it is for, in a few sentences
    #[arg(long, value_name = "TEXT")]
    pub summary: Option<String>,
    /// How the result is printed.
    #[command(flatten)]
    pub output: Output,
}

/// Who may see a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Visibility {
    /// Everybody
    #[default]
    Public,
    /// This company and its partners
    Partners,
    /// This company
    Company,
    /// Its members
    Members,
}

/// How people join a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Join {
    /// By wishing to
    #[default]
    Open,
    /// By asking
    Ask,
    /// By being invited
    Invite,
}

/// `kindred config …`
#[derive(Clone, Debug, Subcommand)]
pub enum Settings {
    /// Print the settings in force, secrets hidden
    Show(ConfigOutput),
    /// Print everything that is wrong with the settings, at once
    Check(ConfigOutput),
}

/// `kindred config show` and `check`
#[derive(Clone, Copy, Debug, Args)]
pub struct ConfigOutput {
    /// How the result is printed.
    #[command(flatten)]
    pub output: Output,
}

/// `kindred doctor`
#[derive(Clone, Copy, Debug, Args)]
pub struct Doctor {
    /// How the result is printed.
    #[command(flatten)]
    pub output: Output,
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;
    use clap::{CommandFactory as _, Parser as _};

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_group_is_public_and_open_unless_said() {
        let line = "kindred group add rust --name Rust --organiser nadia --topic rust --topic tokio --json";
        let Command::Group(Group::Add(add)) = parse(line).unwrap().command else {
            panic!("another command")
        };
        assert_eq!(
            (add.handle.as_str(), add.organiser.as_str()),
            ("rust", "nadia")
        );
        assert_eq!(add.topics, ["rust", "tokio"]);
        assert_eq!((add.visibility, add.join), (Visibility::Public, Join::Open));
        assert!(add.output.json);
    }

    #[test]
    fn the_file_may_be_named_before_or_behind_the_command() {
        for line in [
            "kindred --config a.toml serve --no-worker",
            "kindred serve --no-worker --config a.toml",
        ] {
            let cli = parse(line).unwrap();
            assert_eq!(cli.config, Some("a.toml".into()), "{line}");
            assert!(
                matches!(cli.command, Command::Serve(Serve { no_worker: true })),
                "{line}"
            );
        }
    }

    #[test]
    fn a_password_is_said_in_one_way() {
        let line =
            "kindred person add nadia --email n@kindred.example.com --password x --password-stdin";
        assert_eq!(parse(line).unwrap_err().kind(), ErrorKind::ArgumentConflict);
    }

    #[test]
    fn a_token_is_for_the_usual_things_unless_said() {
        let Command::Person(Person::Token(token)) =
            parse("kindred person token nadia").unwrap().command
        else {
            panic!("another command")
        };
        assert_eq!(token.scopes, USUAL_SCOPES);
    }

    #[test]
    fn wrong_usage_ends_with_status_2() {
        for line in [
            "kindred",
            "kindred paint",
            "kindred group add rust",
            "kindred serve --json",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }

    /// The words of a line, as a shell would part them; what stands in quotation marks stays together.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for letter in line.chars() {
            match letter {
                '"' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                _ => words.last_mut().unwrap().push(letter),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn every_command_in_the_documentation_exists() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut seen = 0;
        for page in ["README.md", "docs/operate.md"] {
            let text = std::fs::read_to_string(root.join(page)).unwrap();
            let blocks = text.split("```").skip(1).step_by(2);
            for line in blocks.flat_map(str::lines) {
                let line = line.split(" #").next().unwrap_or_default().trim();
                let line = line.trim_start_matches("token=$(").trim_end_matches(')');
                let prefixes = ["docker compose exec ", "cd / && sudo -u "];
                let line = prefixes
                    .iter()
                    .find_map(|prefix| line.strip_prefix(prefix))
                    .unwrap_or(line);
                let line = line
                    .strip_prefix("kindred kindred")
                    .map_or(line.to_owned(), |rest| format!("kindred{rest}"));
                if line.starts_with("kindred ") {
                    Cli::try_parse_from(words(&line))
                        .unwrap_or_else(|why| panic!("{page}: {line}\n{why}"));
                    seen += 1;
                }
            }
        }
        assert!(seen >= 10, "only {seen} commands were found");
    }
}
