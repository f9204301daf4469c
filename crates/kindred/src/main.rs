//! The program `kindred`: reads the command line and the settings, and starts what they ask for.

use std::{io::IsTerminal as _, process::ExitCode};

use clap::Parser as _;
use kindred::{
    cli::{Cli, Command, Group, Person, Settings},
    commands,
    config::{Config, LogFormat},
    demo, doctor,
    failure::Failure,
    serve,
};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load(cli.config.as_deref(), std::env::vars_os()) {
        Ok(config) => config,
        Err(problems) => {
            if let Command::Config(Settings::Check(check)) = &cli.command
                && check.output.json
            {
                println!("{}", problems.to_json());
            } else {
                eprintln!("{problems}");
            }
            return ExitCode::FAILURE;
        }
    };
    start_log(&config);
    match run(cli.command, &config).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("kindred: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, config: &Config) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(serve) => serve::serve(config, !serve.no_worker).await?,
        Command::Work => serve::work(config).await?,
        Command::Demo(wish) => demo::demo(config, wish.port).await?,
        Command::Migrate(migrate) => commands::migrate(config, migrate.output)?,
        Command::Person(Person::Add(add)) => commands::add_person(config, add).await?,
        Command::Person(Person::Token(token)) => commands::issue_token(config, token).await?,
        Command::Person(Person::Remove(remove)) => commands::remove_person(config, remove).await?,
        Command::Group(Group::Add(add)) => commands::add_group(config, add).await?,
        Command::Config(Settings::Show(show)) if show.output.json => {
            println!("{}", config.show_json());
        }
        Command::Config(Settings::Show(_)) => print!("{}", config.show()),
        Command::Config(Settings::Check(check)) if check.output.json => {
            println!("{}", serde_json::json!({ "problems": [] }));
        }
        Command::Config(Settings::Check(_)) => println!("The settings are in order."),
        Command::Doctor(doctor) => return doctor::examine(config, doctor.output).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// The log goes to stderr: stdout is for results.
fn start_log(config: &Config) {
    let wanted = config.log.as_str();
    // The server below tells of its threads at every start; people who look after an instance need not know.
    let quieter = format!("actix_server=warn,{wanted}");
    let filter = EnvFilter::try_new(quieter).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}
