//! `kindred doctor`: looks whether everything is as it should be, one line for each finding.

use std::{
    process::ExitCode,
    time::{Duration, SystemTime},
};

use kindred_community::{Kindred, health};
use kindred_protocol::{
    Uri, fetch,
    network::{Get, Network},
    webfinger::{self, Handle},
};
use serde_json::json;

use crate::{cli::Output, config::Config, failure::Failure, open};

/// What was found.
struct Finding {
    what: &'static str,
    well: bool,
    words: String,
}

impl Finding {
    fn well(what: &'static str, words: impl Into<String>) -> Self {
        Self {
            what,
            well: true,
            words: words.into(),
        }
    }

    fn ill(what: &'static str, words: impl Into<String>) -> Self {
        Self {
            what,
            well: false,
            words: words.into(),
        }
    }
}

/// More than this, and other servers refuse what we sign (Friendica allows one minute).
const CLOCK_MAY_DIFFER: Duration = Duration::from_secs(30);

/// Examines the instance; the exit status tells whether all is well.
pub async fn examine(config: &Config, output: Output) -> Result<ExitCode, Failure> {
    let mut findings = vec![Finding::well("settings", "in order")];
    match open::kindred(config) {
        Err(failure) => findings.push(Finding::ill("database", failure.to_string())),
        Ok(kindred) => {
            findings.push(database(&kindred).await);
            if config.federates() {
                from_outside(&kindred, config, &mut findings).await;
            } else {
                findings.push(Finding::well(
                    "federation",
                    "switched off; nothing outside was looked at",
                ));
            }
        }
    }
    let well = findings.iter().all(|finding| finding.well);
    if output.json {
        let list: Vec<_> = findings
            .iter()
            .map(|f| json!({ "check": f.what, "ok": f.well, "words": f.words }))
            .collect();
        println!("{}", json!({ "ok": well, "checks": list }));
    } else {
        for finding in findings {
            println!(
                "{} {}: {}",
                if finding.well { "ok   " } else { "WRONG" },
                finding.what,
                finding.words
            );
        }
    }
    Ok(if well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn database(kindred: &Kindred) -> Finding {
    match health::ready(kindred).await {
        Err(error) => Finding::ill("database", error.to_string()),
        Ok(health) if health.set_aside > 0 => Finding::ill(
            "queue",
            format!(
                "{} jobs failed too often and were set aside",
                health.set_aside
            ),
        ),
        Ok(health) => Finding::well(
            "database",
            format!("answers; {} jobs are waiting", health.waiting),
        ),
    }
}

/// Looks at the instance as other servers see it: by its public address, signed.
async fn from_outside(kindred: &Kindred, config: &Config, findings: &mut Vec<Finding>) {
    let network = kindred.network();
    let Ok(actor) = Uri::parse(&format!("{}/actor", config.origin.as_str())) else {
        findings.push(Finding::ill("origin", "it is no address"));
        return;
    };
    match network
        .get(Get::new(&actor, "application/activity+json"))
        .await
    {
        Err(error) => {
            findings.push(Finding::ill(
                "address",
                format!(
                    "{} cannot be reached from here: {error}",
                    config.origin.as_str()
                ),
            ));
            return;
        }
        Ok(answer) => {
            let kind = answer.content_type.clone().unwrap_or_default();
            if answer.is_success() && kind == "application/activity+json" {
                findings.push(Finding::well(
                    "address",
                    format!("{} answers", actor.as_str()),
                ));
            } else {
                findings.push(Finding::ill(
                    "address",
                    format!(
                        "{} answers {} with {kind:?}; does the proxy lead here and keep headers?",
                        actor.as_str(),
                        answer.status
                    ),
                ));
            }
            findings.push(clock(&answer));
        }
    }
    findings.push(name(network, config, &actor).await);
    findings.push(signature(kindred, &actor).await);
}

fn clock(answer: &kindred_protocol::network::Answer) -> Finding {
    let there = answer
        .headers
        .get("date")
        .and_then(|date| date.to_str().ok())
        .and_then(|date| chrono::DateTime::parse_from_rfc2822(date).ok());
    let Some(there) = there else {
        return Finding::well("clock", "not told by the proxy");
    };
    let there = SystemTime::from(there);
    let now = SystemTime::now();
    let apart = now
        .duration_since(there)
        .or_else(|_| there.duration_since(now))
        .unwrap_or_default();
    if apart <= CLOCK_MAY_DIFFER {
        Finding::well("clock", "agrees with the proxy's")
    } else {
        Finding::ill(
            "clock",
            format!(
                "differs from the proxy's by {} seconds; other servers will refuse what is signed here",
                apart.as_secs()
            ),
        )
    }
}

async fn name(network: &Network, config: &Config, actor: &Uri) -> Finding {
    let host = config.origin.authority().to_owned();
    let name = host.split(':').next().unwrap_or_default().to_owned();
    let handle = Handle { name, host };
    match webfinger::lookup(network, &handle).await {
        Ok(found) if found.actor == *actor => {
            Finding::well("webfinger", "names lead to their actors")
        }
        Ok(found) => Finding::ill(
            "webfinger",
            format!(
                "the instance's name leads to {} instead of {actor}",
                found.actor
            ),
        ),
        Err(error) => Finding::ill(
            "webfinger",
            format!("names cannot be looked up from outside: {error}"),
        ),
    }
}

/// What is signed here has to arrive as it was signed: a proxy that changes host or path makes every signature wrong.
async fn signature(kindred: &Kindred, actor: &Uri) -> Finding {
    match fetch::fetch_actor(kindred.network(), None, actor).await {
        Ok(_) => Finding::well(
            "signatures",
            "the key that others check them with can be read",
        ),
        Err(error) => Finding::ill(
            "signatures",
            format!("the key that others check them with cannot be read: {error}"),
        ),
    }
}
