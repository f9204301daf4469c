//! Other servers: whether we talk to them, and which dialect they speak.
//!
//! What is known of a server is kept in memory for seconds only, so that a change of its standing takes effect at once.

use std::sync::Arc;

use kindred_protocol::nodeinfo;
use kindred_storage::{
    Dialect, InstanceId,
    instances::{self, Instance},
};

use crate::{
    Kindred, Ledger, Refusal, Result,
    jobs::{Job, lane_look},
    policy,
};

/// What is known of a server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// What we wrote down about it; nothing, when we never met.
    pub(crate) instance: Option<Instance>,
    /// Whether we talk to it.
    welcome: Result<(), Refusal>,
}

/// Whether we talk to this server at all; asked before every question, every letter and every delivery.
pub(crate) async fn welcome(kindred: &Kindred, host: &str) -> Result<Arc<Server>> {
    let server = known(kindred, host).await?;
    server.welcome.clone()?;
    Ok(server)
}

async fn known(kindred: &Kindred, host: &str) -> Result<Arc<Server>> {
    if let Some(server) = kindred.keys().servers.get(host) {
        return Ok(server);
    }
    let federation = kindred.settings().federation;
    let name = host.to_owned();
    let server = kindred
        .read(move |db| {
            let instance = instances::by_host(db, &name)?;
            let partner = instance.as_ref().is_some_and(Instance::is_partner);
            let blocked = instances::is_blocked(db, &name)?;
            let welcome = policy::may_talk(federation, &name, blocked, partner);
            Ok(Arc::new(Server { instance, welcome }))
        })
        .await?;
    kindred
        .keys()
        .servers
        .insert(host.to_owned(), Arc::clone(&server));
    Ok(server)
}

/// The dialect of a server. One whose software is not known yet is asked first: what it is told depends on the answer.
pub(crate) async fn dialect(kindred: &Kindred, host: &str) -> Result<Dialect> {
    let asked = |server: &Server| {
        server
            .instance
            .as_ref()
            .filter(|instance| instance.nodeinfo_at.is_some())
            .map(|instance| instance.dialect)
    };
    if let Some(dialect) = asked(&*welcome(kindred, host).await?) {
        return Ok(dialect);
    }
    learn(kindred, host).await?;
    Ok(asked(&*welcome(kindred, host).await?).unwrap_or(Dialect::Microblog))
}

/// Knows a server from now on; at the first meeting we ask which software it runs.
pub(crate) fn meet(ledger: &mut Ledger<'_>, host: &str) -> Result<()> {
    if instances::by_host(ledger.db, host)?.is_some() {
        return Ok(());
    }
    let unknown = Instance::unknown(InstanceId(ledger.next_id()), host, ledger.now);
    instances::remember(ledger.db, &unknown)?;
    ledger.enqueue(
        lane_look(host),
        &Job::Learn {
            host: host.to_owned(),
        },
    );
    Ok(())
}

/// Asks a server which software it runs, which decides the dialect that we speak with it.
pub(crate) async fn learn(kindred: &Kindred, host: &str) -> Result<()> {
    welcome(kindred, host).await?;
    // A server without NodeInfo is a microblog to us; that is an answer too.
    let told = Box::pin(nodeinfo::nodeinfo(kindred.network(), host))
        .await
        .ok();
    let name = host.to_owned();
    kindred
        .write(move |ledger| {
            let dialect = told
                .as_ref()
                .map_or(Dialect::Microblog, |told| dialect_of(&told.software));
            let (software, version) = told.map_or((None, None), |told| {
                (Some(told.software), Some(told.version))
            });
            if let Some(instance) = instances::by_host(ledger.db, &name)? {
                instances::note_nodeinfo(
                    ledger.db,
                    instance.id,
                    software.as_deref(),
                    version.as_deref(),
                    dialect,
                    ledger.now,
                )?;
            }
            Ok(())
        })
        .await?;
    kindred.keys().servers.invalidate(host);
    Ok(())
}

/// The dialect of a software: who understands an `Announce` of a whole activity, and who only that of an object's id.
fn dialect_of(software: &str) -> Dialect {
    match software {
        "lemmy" | "piefed" | "mbin" | "kbin" | "nodebb" | "discourse" | "hubzilla" | "streams"
        | "forte" | "friendica" | "wordpress" | "lotide" | "kindred" => Dialect::Threadiverse,
        "mobilizon" => Dialect::Mobilizon,
        _ => Dialect::Microblog,
    }
}
