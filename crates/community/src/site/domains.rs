//! Domains that are blocked, with everything below them, and domains that are let in where only some are.

use kindred_protocol::Uri;
use kindred_storage::{
    ActorId, Conn, DomainAllowId, DomainBlockId, InstanceId, Page, Severity, Standing,
    SuspendedWith,
    actors::Actor,
    domains::{self, DomainAllow, DomainBlock},
    follows,
    instances::{self, Instance},
    jobs as queue,
    sanctions::{self, Sanction},
};
use serde_json::{Value, json};

use super::{must_administer, people};
use crate::{
    Error, Kindred, Ledger, Refusal, Result, delivery, directory,
    jobs::{Job, lane_from, lane_look, lane_to},
    membership, moderation, sections,
    views::Section,
};

/// What the admins say of a domain. What is `None` stays as it is, or is as usual for a new block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// How far it is held back; usually only those who follow somebody there hear it.
    pub severity: Option<Severity>,
    /// Whether pictures and the like from there are not shown.
    pub reject_media: Option<bool>,
    /// Whether complaints from there are not taken.
    pub reject_reports: Option<bool>,
    /// Whether its name is half hidden where blocks are shown to everybody.
    pub obfuscate: Option<bool>,
    /// What the admins say among themselves.
    pub private_comment: Option<String>,
    /// What they say to everybody.
    pub public_comment: Option<String>,
}

impl Orders {
    fn apply_to(self, block: &mut DomainBlock) {
        let words = |text: String| -> Option<String> {
            let text: String = text.trim().chars().take(LONGEST_COMMENT).collect();
            Some(text).filter(|text| !text.is_empty())
        };
        block.severity = self.severity.unwrap_or(block.severity);
        block.reject_media = self.reject_media.unwrap_or(block.reject_media);
        block.reject_reports = self.reject_reports.unwrap_or(block.reject_reports);
        block.obfuscate = self.obfuscate.unwrap_or(block.obfuscate);
        if let Some(comment) = self.private_comment {
            block.private_comment = words(comment);
        }
        if let Some(comment) = self.public_comment {
            block.public_comment = words(comment);
        }
    }
}

/// The longest comment on a domain, in characters.
const LONGEST_COMMENT: usize = 2_000;

/// How many people of a domain are hidden or shown at a time.
const AT_ONCE: i64 = 20;

/// A domain as it is written down. Only a name with a dot counts, and never our own.
fn named(ledger: &Ledger<'_>, domain: &str) -> Result<String, Refusal> {
    let bad = || Refusal::BadDomain(domain.chars().take(100).collect());
    let name = domain.trim().trim_end_matches('.').to_lowercase();
    let uri = Uri::parse(&format!("https://{name}/")).map_err(|_| bad())?;
    let plain = name.split(':').next().unwrap_or_default();
    if name.contains(['/', '@', '?', '#', ' '])
        || !plain.contains('.')
        || plain.parse::<std::net::IpAddr>().is_ok()
        || uri.host() == ledger.settings.host()
    {
        return Err(bad());
    }
    Ok(uri.host().to_owned())
}

/// Holds a domain back, with everything below it. It holds at once: what is on its way there is dropped, what comes from there is not
/// taken; what there is of it is hidden within moments, and follows in both directions end.
pub async fn block(
    kindred: &Kindred,
    who: &Actor,
    domain: &str,
    orders: Orders,
) -> Result<DomainBlock> {
    let (admin, domain) = (who.clone(), domain.to_owned());
    let block = kindred
        .write(move |ledger| {
            must_administer(ledger, &admin)?;
            let domain = named(ledger, &domain)?;
            let mut block = DomainBlock {
                id: DomainBlockId(ledger.next_id()),
                domain,
                severity: Severity::Silence,
                reject_media: false,
                reject_reports: false,
                obfuscate: false,
                private_comment: None,
                public_comment: None,
                created_at: ledger.now,
            };
            orders.apply_to(&mut block);
            if !domains::insert_block(ledger.db, &block)? {
                return Err(Refusal::BlockedAlready(block.domain).into());
            }
            enforce(ledger, &block.domain, block.severity)?;
            tell(ledger, &admin, "domain.block", &block)?;
            Ok(block)
        })
        .await?;
    kindred.keys().servers.invalidate_all();
    Ok(block)
}

/// Changes a block. It holds at once, as a new one does.
pub async fn change(
    kindred: &Kindred,
    who: &Actor,
    id: DomainBlockId,
    orders: Orders,
) -> Result<DomainBlock> {
    let admin = who.clone();
    let block = kindred
        .write(move |ledger| {
            must_administer(ledger, &admin)?;
            let mut block = domains::block(ledger.db, id)?.ok_or(Refusal::NoSuchDomain)?;
            let before = block.severity;
            orders.apply_to(&mut block);
            domains::update_block(ledger.db, &block)?;
            if block.severity != before {
                enforce(ledger, &block.domain, block.severity)?;
            }
            tell(ledger, &admin, "domain.change", &block)?;
            Ok(block)
        })
        .await?;
    kindred.keys().servers.invalidate_all();
    Ok(block)
}

/// Ends a block: what was hidden with it is shown again. Follows that it ended do not come back.
pub async fn unblock(kindred: &Kindred, who: &Actor, id: DomainBlockId) -> Result<()> {
    let admin = who.clone();
    kindred
        .write(move |ledger| {
            must_administer(ledger, &admin)?;
            let block = domains::block(ledger.db, id)?.ok_or(Refusal::NoSuchDomain)?;
            domains::remove_block(ledger.db, id)?;
            enforce(ledger, &block.domain, Severity::Noop)?;
            tell(ledger, &admin, "domain.unblock", &block)
        })
        .await?;
    kindred.keys().servers.invalidate_all();
    Ok(())
}

fn tell(ledger: &mut Ledger<'_>, who: &Actor, action: &str, block: &DomainBlock) -> Result<()> {
    let detail = json!({ "severity": block.severity, "comment": block.private_comment });
    moderation::note(ledger, who, None, action, &block.domain, detail).map(drop)
}

/// Lets a severity hold for a domain.
fn enforce(ledger: &mut Ledger<'_>, domain: &str, severity: Severity) -> Result<()> {
    let unknown = Instance::unknown(InstanceId(ledger.next_id()), domain, ledger.now);
    instances::remember(ledger.db, &unknown)?;
    let standing = match severity {
        Severity::Noop => Standing::Open,
        Severity::Silence => Standing::Silenced,
        Severity::Suspend => Standing::Blocked,
    };
    domains::set_standing(ledger.db, domain, standing)?;
    if severity == Severity::Suspend {
        for host in domains::hosts_under(ledger.db, domain)? {
            for lane in [lane_to(&host), lane_from(&host), lane_look(&host)] {
                queue::drop_lane(ledger.db, &lane)?;
            }
            delivery::receipts::given_up_on(ledger, &host)?;
            directory::forget_soon(ledger, &host);
        }
    }
    go_on(ledger, domain, ActorId(0));
    Ok(())
}

fn go_on(ledger: &mut Ledger<'_>, domain: &str, after: ActorId) {
    let job = Job::Sweep {
        domain: domain.to_owned(),
        after,
    };
    ledger.enqueue(format!("order:{domain}"), &job);
}

/// Hides some more of a domain that is blocked, or shows some more of one that is so no longer.
pub(crate) async fn sweep(kindred: &Kindred, domain: &str, after: ActorId) -> Result<()> {
    let domain = domain.to_owned();
    kindred
        .write(move |ledger| {
            let blocked = instances::is_blocked(ledger.db, &domain)?;
            let ids = domains::actors_under(ledger.db, &domain, !blocked, after, AT_ONCE)?;
            for id in &ids {
                let actor = ledger.actor(*id)?;
                if blocked {
                    hide(ledger, &actor)?;
                } else if !instances::is_blocked(ledger.db, &actor.host)? {
                    show(ledger, &actor)?;
                }
            }
            let full = i64::try_from(ids.len()) == Ok(AT_ONCE);
            if let Some(last) = ids.last().filter(|_| full) {
                go_on(ledger, &domain, *last);
            }
            Ok(())
        })
        .await
}

/// Hides somebody together with their domain. Nothing is said to them: their server is not talked to any more.
fn hide(ledger: &mut Ledger<'_>, actor: &Actor) -> Result<()> {
    for follow in follows::all_of(ledger.db, actor.id)? {
        let (follower, target) = (
            ledger.actor(follow.follower_id)?,
            ledger.actor(follow.target_id)?,
        );
        membership::part(ledger, &follower, &target)?;
    }
    people::hide(ledger, actor)?;
    let sanction = sanctions::find(ledger.db, actor.id)?;
    let sanction = Sanction {
        suspended_with: Some(SuspendedWith::Domain),
        ..sanction.unwrap_or_else(|| Sanction::none(actor.id))
    };
    Ok(sanctions::record(ledger.db, &sanction)?)
}

/// Shows somebody again who was hidden with their domain; who was suspended by themselves stays so.
fn show(ledger: &mut Ledger<'_>, actor: &Actor) -> Result<()> {
    let with_domain = sanctions::find(ledger.db, actor.id)?
        .filter(|sanction| sanction.suspended_with == Some(SuspendedWith::Domain));
    if let Some(sanction) = with_domain {
        people::show(ledger, actor)?;
        let free = Sanction {
            suspended_with: None,
            ..sanction
        };
        sanctions::record(ledger.db, &free)?;
    }
    Ok(())
}

/// Whether complaints from a server are not taken.
pub(crate) fn refuses_reports(db: &mut Conn, host: &str) -> Result<bool> {
    let name = host.split(':').next().unwrap_or(host);
    let above = name.match_indices('.').map(|(dot, _)| &name[dot + 1..]);
    let names: Vec<&str> = [host, name].into_iter().chain(above).collect();
    let blocks = domains::blocks_among(db, &names)?;
    Ok(blocks.iter().any(|block| block.reject_reports))
}

/// All blocks, the latest first.
pub async fn blocks(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<DomainBlock>> {
    read(kindred, who, move |db| {
        sections::whole(
            db,
            page,
            |block: &DomainBlock| block.id.0,
            |db, page| Ok(domains::blocks(db, page)?),
        )
    })
    .await
}

/// One block.
pub async fn blocked(kindred: &Kindred, who: &Actor, id: DomainBlockId) -> Result<DomainBlock> {
    read(kindred, who, move |db| {
        Ok(domains::block(db, id)?.ok_or(Refusal::NoSuchDomain)?)
    })
    .await
}

/// All domains that are let in, the latest first.
pub async fn allows(kindred: &Kindred, who: &Actor, page: Page) -> Result<Section<DomainAllow>> {
    read(kindred, who, move |db| {
        sections::whole(
            db,
            page,
            |allow: &DomainAllow| allow.id.0,
            |db, page| Ok(domains::allows(db, page)?),
        )
    })
    .await
}

/// One of them.
pub async fn allowed(kindred: &Kindred, who: &Actor, id: DomainAllowId) -> Result<DomainAllow> {
    read(kindred, who, move |db| {
        Ok(domains::allow(db, id)?.ok_or(Refusal::NoSuchDomain)?)
    })
    .await
}

async fn read<T: Send + 'static>(
    kindred: &Kindred,
    who: &Actor,
    question: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
) -> Result<T> {
    let who = who.clone();
    kindred
        .write(move |ledger| {
            must_administer(ledger, &who)?;
            question(ledger.db)
        })
        .await
}

/// Lets a domain in where only some are: exactly this one, or with `*.` in front everything below it. It is no agreement: what is for
/// partners is not shown there.
pub async fn allow(kindred: &Kindred, who: &Actor, domain: &str) -> Result<DomainAllow> {
    let (admin, domain) = (who.clone(), domain.to_owned());
    let allow = kindred
        .write(move |ledger| {
            must_administer(ledger, &admin)?;
            let domain = match domain.trim().strip_prefix("*.") {
                Some(above) => format!("*.{}", named(ledger, above)?),
                None => named(ledger, &domain)?,
            };
            let new = DomainAllow {
                id: DomainAllowId(ledger.next_id()),
                domain,
                created_at: ledger.now,
            };
            let allow = domains::insert_allow(ledger.db, &new)?;
            moderation::note(
                ledger,
                &admin,
                None,
                "domain.allow",
                &allow.domain,
                Value::Null,
            )?;
            Ok::<_, Error>(allow)
        })
        .await?;
    kindred.keys().servers.invalidate_all();
    Ok(allow)
}

/// Lets a domain in no longer. Answers what it was.
pub async fn disallow(kindred: &Kindred, who: &Actor, id: DomainAllowId) -> Result<DomainAllow> {
    let admin = who.clone();
    let allow = kindred
        .write(move |ledger| {
            must_administer(ledger, &admin)?;
            let allow = domains::allow(ledger.db, id)?.ok_or(Refusal::NoSuchDomain)?;
            domains::remove_allow(ledger.db, id)?;
            moderation::note(
                ledger,
                &admin,
                None,
                "domain.disallow",
                &allow.domain,
                Value::Null,
            )?;
            Ok(allow)
        })
        .await?;
    kindred.keys().servers.invalidate_all();
    Ok(allow)
}

/// A domain by its SHA-256, for those who compare lists without telling names.
pub fn digest(domain: &str) -> String {
    use std::fmt::Write as _;
    let hash = openssl::sha::sha256(domain.as_bytes());
    hash.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
