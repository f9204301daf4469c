//! What those who keep order see: complaints, people and domains as admins know them, the record and its receipts.
//!
//! These are seen by few and rarely, so they are plain JSON; who may see them is decided elsewhere.

use kindred_community::{
    Actor, ActorKind,
    moderation::{Ban, LineView, Receipt, ReportView},
    settings::Settings,
    site::{self, AccountState, DomainAllow, DomainBlock, PersonView, Sanction},
    views::PostView,
};
use serde_json::{Value, json};

use super::{Account, Lens, Role, Status, datetime};

fn account(settings: &Settings, actor: &Actor) -> Value {
    serde_json::to_value(Account::of(settings, actor)).unwrap_or_default()
}

fn optional(settings: &Settings, actor: Option<&Actor>) -> Value {
    actor.map_or(Value::Null, |actor| account(settings, actor))
}

fn statuses<'a>(lens: &Lens<'_>, posts: impl Iterator<Item = &'a PostView>) -> Vec<Value> {
    posts
        .map(|post| serde_json::to_value(Status::of(lens, post)).unwrap_or_default())
        .collect()
}

/// A complaint as whoever made it sees it: what has become of it, not who did that.
pub(crate) fn own_report(settings: &Settings, view: &ReportView) -> Value {
    let report = &view.report;
    json!({
        "id": report.id.to_string(),
        "action_taken": report.handled_at.is_some(),
        "action_taken_at": report.handled_at.map(datetime),
        "category": report.category,
        "comment": report.comment,
        "forwarded": report.forwarded,
        "created_at": datetime(report.created_at),
        "status_ids": report.posts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "rule_ids": report.rules.0,
        "target_account": optional(settings, view.target.as_ref()),
    })
}

/// A complaint as those see it who keep order in its group. Who complains stays unnamed; from which server it came does not.
pub(crate) fn report_in_group(lens: &Lens<'_>, view: &ReportView) -> Value {
    let settings = lens.settings;
    let mut shown = own_report(settings, view);
    let host = (!view.reporter.is_local()).then_some(view.reporter.host.as_str());
    // What was written elsewhere is no business of theirs.
    let about = statuses(
        lens,
        view.posts
            .iter()
            .filter(|post| post.post.group_id == view.report.group_id),
    );
    shown["state"] = json!(view.report.state);
    shown["from"] = json!(host);
    shown["statuses"] = json!(about);
    shown["assigned_account"] = optional(settings, view.assigned.as_ref());
    shown["action_taken_by_account"] = optional(settings, view.handled_by.as_ref());
    shown
}

/// A complaint as those see it who keep order on the server.
pub(crate) fn report_on_site(lens: &Lens<'_>, view: &ReportView) -> Value {
    let (settings, report) = (lens.settings, &view.report);
    let known = |actor: Option<&Actor>| actor.map(|actor| person(settings, &plain(actor)));
    json!({
        "id": report.id.to_string(),
        "action_taken": report.handled_at.is_some(),
        "action_taken_at": report.handled_at.map(datetime),
        "category": report.category,
        "comment": report.comment,
        "forwarded": report.forwarded,
        "created_at": datetime(report.created_at),
        "updated_at": datetime(report.handled_at.unwrap_or(report.created_at)),
        "account": known(Some(&view.reporter)),
        "target_account": known(view.target.as_ref()),
        "assigned_account": known(view.assigned.as_ref()),
        "action_taken_by_account": known(view.handled_by.as_ref()),
        "statuses": statuses(lens, view.posts.iter()),
        "rules": report.rules.iter().map(|number| rule(settings, number)).collect::<Vec<_>>(),
        "group": optional(settings, view.group.as_ref()),
    })
}

/// A rule of the house that was broken, as it reads now.
fn rule(settings: &Settings, number: &str) -> Value {
    let rule = settings.house.rule(number);
    json!({
        "id": number,
        "text": rule.map_or("", |rule| rule.text.as_str()),
        "hint": rule.map_or("", |rule| rule.hint.as_str()),
    })
}

/// Somebody of whom only the face is at hand.
fn plain(actor: &Actor) -> PersonView {
    PersonView {
        sanction: Sanction::none(actor.id),
        actor: actor.clone(),
        account: None,
    }
}

/// Somebody as those who keep order on the server see them.
pub(crate) fn person(settings: &Settings, view: &PersonView) -> Value {
    let PersonView {
        actor,
        account: holder,
        sanction,
    } = view;
    let domain = (!actor.is_local()).then_some(actor.host.as_str());
    let disabled = holder
        .as_ref()
        .is_some_and(|holder| holder.state == AccountState::Suspended)
        && actor.suspended_at.is_none();
    json!({
        "id": actor.id.to_string(),
        "username": actor.handle,
        "domain": domain,
        "created_at": datetime(holder.as_ref().map_or(actor.published_at, |holder| holder.created_at)),
        "email": holder.as_ref().map(|holder| holder.email.as_str()),
        "ip": null,
        "ips": [],
        "locale": holder.as_ref().and_then(|holder| holder.locale.as_deref()),
        "invite_request": null,
        "role": holder.as_ref().map(|holder| Role::of(holder.role)),
        "confirmed": holder.is_some(),
        "approved": holder.is_some(),
        "disabled": disabled,
        "sensitized": sanction.sensitive_at.is_some(),
        "silenced": sanction.silenced_at.is_some(),
        "suspended": actor.suspended_at.is_some(),
        "account": account(settings, actor),
        "group": actor.kind == ActorKind::Group,
        "reason": sanction.reason,
    })
}

/// A domain that is held back.
pub(crate) fn domain_block(block: &DomainBlock) -> Value {
    json!({
        "id": block.id.to_string(),
        "domain": block.domain,
        "digest": site::digest(&block.domain),
        "created_at": datetime(block.created_at),
        "severity": block.severity,
        "reject_media": block.reject_media,
        "reject_reports": block.reject_reports,
        "private_comment": block.private_comment,
        "public_comment": block.public_comment,
        "obfuscate": block.obfuscate,
    })
}

/// A domain that is let in.
pub(crate) fn domain_allow(allow: &DomainAllow) -> Value {
    json!({
        "id": allow.id.to_string(),
        "domain": allow.domain,
        "created_at": datetime(allow.created_at),
    })
}

/// A line of the record.
pub(crate) fn line(settings: &Settings, view: &LineView) -> Value {
    let line = &view.line;
    json!({
        "id": line.id.to_string(),
        "at": datetime(line.at),
        "action": line.action,
        "subject": line.subject,
        "group_id": line.group_id.map(|group| group.to_string()),
        "detail": line.detail.0,
        "account": optional(settings, view.by.as_ref()),
    })
}

/// What became of an act at another server.
pub(crate) fn receipt(receipt: &Receipt) -> Value {
    json!({
        "host": receipt.host,
        "state": receipt.state,
        "why": receipt.why,
        "changed_at": datetime(receipt.changed_at),
    })
}

/// Somebody who is shut out of a group, with the end and the reason beside their account.
pub(crate) fn banned(settings: &Settings, ban: &Ban, whom: &Actor) -> Value {
    let mut shown = account(settings, whom);
    shown["ban"] = json!({
        "expires_at": ban.until.map(datetime),
        "reason": ban.reason,
        "created_at": datetime(ban.created_at),
    });
    shown
}
