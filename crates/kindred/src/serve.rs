//! `kindred serve` and `kindred work`: the doors and the worker, from start to an orderly end.

use std::{net::TcpListener, time::Duration};

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use kindred_community::{Kindred, happenings, setup, work};
use kindred_web::{DoorSettings, limits::Limits, mastodon::streaming::Streams};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};

use crate::{config::Config, failure::Failure, open};

/// How long requests that are under way may take after the end was asked for.
const LAST_REQUESTS: u64 = 10;

/// How long everything may take after the end was asked for.
const LAST_WORK: Duration = Duration::from_secs(25);

/// A client has so long to send its headers.
const HEADERS_WITHIN: Duration = Duration::from_secs(10);

/// An open connection without a request is kept so long.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Doors that are open.
pub struct Doors {
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
}

/// Opens the doors on a listener. The only way to make an instance: tests go it too.
pub fn doors(
    kindred: Kindred,
    settings: &DoorSettings,
    listener: TcpListener,
) -> Result<Doors, Failure> {
    let (kindred, settings) = (web::Data::new(kindred), web::Data::new(settings.clone()));
    let limits = web::Data::new(Limits::new(settings.rate_limit));
    let streams = web::Data::new(Streams::default());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(kindred.clone())
            .app_data(settings.clone())
            .app_data(limits.clone())
            .app_data(streams.clone())
            .configure(kindred_web::configure)
    })
    .client_request_timeout(HEADERS_WITHIN)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(LAST_REQUESTS)
    .disable_signals()
    .listen(listener)
    .map_err(Failure::because("the address cannot be listened on"))?
    .run();
    Ok(Doors {
        handle: server.handle(),
        server: tokio::spawn(server),
    })
}

impl Doors {
    /// Takes no more requests, finishes those that are under way.
    pub async fn close(self) {
        self.handle.stop(true).await;
        // What the server has to say at its end was said to whoever asked.
        let _ = self.server.await;
    }

    /// Takes no more requests and breaks off those that are under way.
    pub async fn slam(self) {
        self.handle.stop(false).await;
        let _ = self.server.await;
    }
}

/// `kindred serve`
pub async fn serve(config: &Config, with_worker: bool) -> Result<(), Failure> {
    let kindred = open::kindred(config)?;
    kindred.service().await?;
    let listener = TcpListener::bind(config.listen).map_err(Failure::because(&format!(
        "{} cannot be listened on",
        config.listen
    )))?;
    let settings = DoorSettings {
        trusted_proxies: config.trusted_proxies.as_slice().to_vec(),
        rate_limit: config.rate_limit.factor(),
    };
    let doors = doors(kindred.clone(), &settings, listener)?;
    let admin = match config.admin_listen {
        Some(address) => Some(admin_door(&kindred, address)?),
        None => None,
    };
    tracing::info!(address = %config.listen, origin = config.origin.as_str(), "Kindred {} is here: {}", open::VERSION, config.origin.as_str());
    if let Some(code) = setup::invitation(&kindred).await? {
        // To stdout: whoever started the program is meant, not the log.
        println!(
            "Nobody lives here yet. The first admin moves in at {}/setup?code={code}",
            config.origin.as_str()
        );
    }
    let carrier = Carrier::start(&kindred);
    let worker = with_worker.then(|| Worker::start(kindred));
    asked_to_end().await?;
    tracing::info!("Ending: finishing what is in hand");
    let farewell = async {
        doors.close().await;
        if let Some(admin) = admin {
            admin.close().await;
        }
        if let Some(worker) = worker {
            worker.end().await;
        }
        drop(carrier);
    };
    if tokio::time::timeout(LAST_WORK, farewell).await.is_err() {
        tracing::warn!(
            "Not everything in hand was finished; its lease will end and it will be done again"
        );
    }
    Ok(())
}

/// `kindred work`
pub async fn work(config: &Config) -> Result<(), Failure> {
    let kindred = open::kindred(config)?;
    kindred.service().await?;
    let _carrier = Carrier::start(&kindred);
    let worker = Worker::start(kindred);
    tracing::info!("Working the queue");
    asked_to_end().await?;
    if tokio::time::timeout(LAST_WORK, worker.end()).await.is_err() {
        tracing::warn!(
            "Not everything in hand was finished; its lease will end and it will be done again"
        );
    }
    Ok(())
}

/// The address for probes and admins alone.
fn admin_door(kindred: &Kindred, address: std::net::SocketAddr) -> Result<Doors, Failure> {
    let listener = TcpListener::bind(address).map_err(Failure::because(&format!(
        "{address} cannot be listened on"
    )))?;
    let kindred = web::Data::new(kindred.clone());
    let server = HttpServer::new(move || {
        App::new()
            .app_data(kindred.clone())
            .configure(kindred_web::health::configure_admin)
    })
    .workers(1)
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)
    .map_err(Failure::because(
        "the address for admins cannot be listened on",
    ))?
    .run();
    Ok(Doors {
        handle: server.handle(),
        server: tokio::spawn(server),
    })
}

/// Carries what happens to the other processes on this database, until it is dropped.
struct Carrier {
    _stop: watch::Sender<bool>,
}

impl Carrier {
    fn start(kindred: &Kindred) -> Self {
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(happenings::carry(kindred.clone(), stopped));
        Self { _stop: stop }
    }
}

/// A worker that runs beside everything else.
pub(crate) struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    pub(crate) fn start(kindred: Kindred) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self {
            stop,
            task: tokio::spawn(work::run(kindred, stopped)),
        }
    }

    /// Takes no new work, finishes what is in hand.
    pub(crate) async fn end(self) {
        // A worker that is gone already needs not be told.
        let _ = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "The worker ended badly");
        }
    }
}

/// Waits for SIGTERM (service managers, containers) or SIGINT (Ctrl-C).
pub(crate) async fn asked_to_end() -> Result<(), Failure> {
    const CANNOT: &str = "signals cannot be listened for";
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::because(CANNOT))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::because(CANNOT))?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
