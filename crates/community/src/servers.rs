//! Other servers: whether we talk to them, and which dialect they speak.
//!
//! What is known of a server is kept in memory for seconds only, so that a change of its standing takes effect at once.

use std::sync::Arc;

use kindred_protocol::nodeinfo;
use kindred_storage::{
    Agreement, Dialect, InstanceId, domains,
    instances::{self, Instance, Software},
};

use crate::{
    Kindred, Ledger, Refusal, Result,
    jobs::{Job, lane_look},
    policy,
    settings::Federation,
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
            // Whom we have asked to be a partner has to be able to answer.
            let partner = instance.as_ref().is_some_and(|instance| {
                matches!(instance.agreement, Agreement::Agreed | Agreement::Proposed)
            });
            let blocked = instances::is_blocked(db, &name)?;
            let invited =
                partner || (federation == Federation::Partners && domains::is_allowed(db, &name)?);
            let welcome = policy::may_talk(federation, &name, blocked, invited);
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
    let host_name = host.to_owned();
    kindred
        .write(move |ledger| {
            let (name, version) = told.map_or((None, None), |told| {
                (Some(told.software), Some(told.version))
            });
            let software = Software {
                name: name.as_deref(),
                version: version.as_deref(),
                dialect: name.as_deref().map_or(Dialect::Microblog, dialect_of),
                keeps_private: keeps_private(
                    name.as_deref().unwrap_or_default(),
                    version.as_deref().unwrap_or_default(),
                ),
            };
            if let Some(instance) = instances::by_host(ledger.db, &host_name)? {
                instances::note_nodeinfo(ledger.db, instance.id, software, ledger.now)?;
            }
            Ok(())
        })
        .await?;
    kindred.keys().servers.invalidate(host);
    Ok(())
}

/// Whether a software shows its people an `Invite` to a group.
pub(crate) fn reads_invitations(software: &str) -> bool {
    matches!(
        software,
        "mobilizon" | "hubzilla" | "streams" | "forte" | "smithereen" | "bonfire" | "kindred"
    )
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

/// Whether a program keeps among members what a closed group says: other Kindreds do, and Lemmy since its private communities.
fn keeps_private(software: &str, version: &str) -> bool {
    let major = || {
        version
            .trim_start_matches('v')
            .split('.')
            .next()?
            .parse::<u32>()
            .ok()
    };
    match software {
        "kindred" => true,
        "lemmy" => major().is_some_and(|major| major >= 1),
        _ => false,
    }
}

/// A server that passes on whole activities understands them too, whatever it calls itself.
pub(crate) async fn passes_on_activities(kindred: &Kindred, host: &str) -> Result<()> {
    let known = welcome(kindred, host).await?;
    let guessed_otherwise = known.instance.as_ref().is_some_and(|instance| {
        instance.dialect == Dialect::Microblog && !instance.dialect_learned
    });
    if guessed_otherwise {
        let name = host.to_owned();
        kindred
            .write(move |ledger| {
                Ok(instances::note_dialect(
                    ledger.db,
                    &name,
                    Dialect::Threadiverse,
                )?)
            })
            .await?;
        kindred.keys().servers.invalidate(host);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_programs_known_for_it_are_trusted_with_closed_groups() {
        for (software, version, trusted) in [
            ("kindred", "0.1.0", true),
            ("lemmy", "1.0.0-beta.1", true),
            ("lemmy", "0.19.20", false),
            ("lemmy", "", false),
            ("piefed", "1.6", false),
            ("mbin", "2.0", false),
            ("nodebb", "4.15.0", false),
            ("discourse", "3.5", false),
            ("mastodon", "4.5.0", false),
            ("", "", false),
        ] {
            assert_eq!(
                keeps_private(software, version),
                trusted,
                "{software} {version}"
            );
        }
    }
}
