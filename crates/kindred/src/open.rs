//! From settings to a running heart: opens the database, brings it up to date, opens the one door to other servers.
//!
//! It listens to nobody and starts no work; [`crate::serve`] does.

use std::{
    hash::{BuildHasher as _, Hasher as _, RandomState},
    sync::Arc,
    time::{Duration, SystemTime},
};

use kindred_community::{
    Clock, Kindred,
    media::{Bucket, BucketSettings},
    seal::Seal,
    settings::{Federation, MediaSettings, Settings, SignUp},
};
use kindred_protocol::network::{DEADLINE, Network, NetworkSettings};
use kindred_storage::{Db, Options};

use crate::{
    config::{self, Config},
    failure::Failure,
    house,
};

/// The release, as other servers and clients are told.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How long a lock or a connection of the database is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens the database and brings it up to date. Answers what was applied, too.
pub fn database(config: &Config) -> Result<(Db, Vec<String>), Failure> {
    let options = Options {
        connections: config.database_connections.get(),
        patience: PATIENCE,
        ..Options::default()
    };
    let db = Db::open(config.database_url.reveal(), &options)
        .map_err(Failure::because("the database cannot be opened"))?;
    let applied = db.migrate().map_err(Failure::because(
        "the database cannot be brought up to date",
    ))?;
    Ok((db, applied))
}

/// Everything that use cases need, ready for the doors, the worker and the command line.
pub fn kindred(config: &Config) -> Result<Kindred, Failure> {
    let (db, applied) = database(config)?;
    for migration in applied {
        tracing::info!(migration, "The database was brought up to date");
    }
    if config.lab {
        tracing::warn!(
            "LAB: http, ports in ids and private addresses are allowed. Never run an instance for people like this"
        );
    }
    Ok(Kindred::new(
        db,
        network(config)?,
        settings(config)?,
        Clock::System,
        process_number(),
    ))
}

fn network(config: &Config) -> Result<Network, Failure> {
    Network::new(network_settings(config)).map_err(Failure::because(
        "the way to other servers cannot be opened",
    ))
}

fn network_settings(config: &Config) -> NetworkSettings {
    NetworkSettings {
        user_agent: format!("Kindred/{VERSION} (+{})", config.origin.as_str()),
        lab: config.lab,
        ca_pem: config.ca_file.as_ref().map(|file| file.pem().to_vec()),
        proxy: config.proxy.as_ref().map(|proxy| proxy.reveal().to_owned()),
        opened: config.private_ranges.as_slice().to_vec(),
        deadline: DEADLINE,
        clock: Arc::new(SystemTime::now),
        ..NetworkSettings::default()
    }
}

/// The bucket that files are kept in, if one is set; the settings are whole or not there.
fn bucket(config: &Config) -> Result<Option<Bucket>, Failure> {
    let (Some(endpoint), Some(bucket), Some(access_key), Some(secret_key)) = (
        &config.s3_endpoint,
        &config.s3_bucket,
        &config.s3_access_key,
        &config.s3_secret_key,
    ) else {
        return Ok(None);
    };
    let settings = BucketSettings {
        endpoint: endpoint.clone(),
        bucket: bucket.clone(),
        region: config.s3_region.clone(),
        access_key: access_key.clone(),
        secret_key: secret_key.reveal().to_owned(),
        in_path: config.s3_path_style,
    };
    Ok(Some(Bucket::new(settings, network_settings(config))?))
}

/// The settings as far as the heart needs to know.
pub fn settings(config: &Config) -> Result<Settings, Failure> {
    Ok(Settings {
        origin: config.origin.as_str().to_owned(),
        name: config.name.clone(),
        company: config.company.clone(),
        federation: match config.federation {
            config::Federation::Open => Federation::Open,
            config::Federation::Partners => Federation::Partners,
            config::Federation::Off => Federation::Off,
        },
        sign_up: match config.sign_up {
            config::SignUp::Closed => SignUp::Closed,
            config::SignUp::Invite => SignUp::Invite,
            config::SignUp::Domain => SignUp::Domain,
            config::SignUp::Open => SignUp::Open,
        },
        version: VERSION,
        source_url: config.source_url.clone().unwrap_or_default(),
        lab: config.lab,
        media: MediaSettings {
            largest: mebibytes(config.media_largest),
            copies: mebibytes(config.media_copies),
            bucket: bucket(config)?,
            ..MediaSettings::in_folder(config.data_dir.join("media"))
        },
        house: house::read(config)?,
        seal: Seal::default(),
    })
}

fn mebibytes(count: config::Count) -> u64 {
    u64::from(count.get()) * 1024 * 1024
}

/// A number that tells processes on one database apart; drawn anew at every start.
pub(crate) fn process_number() -> u32 {
    u32::try_from(RandomState::new().build_hasher().finish() & u64::from(u32::MAX))
        .unwrap_or_default()
}
