/**
 * The client of somebody who lives on Kindred: what an app does with their token, and nothing else.
 */
import { until } from "./steps.mjs";
import { quietFetch } from "./traffic.mjs";

export class Client {
  constructor(origin, handle, token) {
    this.origin = origin;
    this.handle = handle;
    this.token = token;
    this.uri = `${origin}/p/${handle}`;
  }

  /** The answer to a request, as JSON; an error when it was refused. */
  async api(method, path, body) {
    const { status, text } = await this.ask(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text.slice(0, 300)}`);
    return text === "" ? null : JSON.parse(text);
  }

  /** Status and text of the answer to a request. */
  async ask(method, path, body) {
    const response = await quietFetch(this.origin + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        Accept: "application/json",
        ...(body && { "Content-Type": "application/json" }),
      },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }

  // Words.
  publish = (status, more = {}) => this.api("POST", "/api/v1/statuses", { status, visibility: "public", ...more });
  rewrite = (id, status) => this.api("PUT", `/api/v1/statuses/${id}`, { status });
  withdraw = (id) => this.api("DELETE", `/api/v1/statuses/${id}`);
  status = (id) => this.api("GET", `/api/v1/statuses/${id}`);
  answers = async (id) => (await this.api("GET", `/api/v1/statuses/${id}/context`)).descendants;
  favour = (id) => this.api("POST", `/api/v1/statuses/${id}/favourite`);
  home = () => this.api("GET", "/api/v1/timelines/home");
  statusesOf = (id) => this.api("GET", `/api/v1/accounts/${id}/statuses`);

  // People.
  follow = (id) => this.api("POST", `/api/v1/accounts/${id}/follow`);
  relationship = async (id) => (await this.api("GET", `/api/v1/accounts/relationships?id[]=${id}`))[0];
  account = (acct) => this.api("GET", `/api/v1/accounts/lookup?acct=${encodeURIComponent(acct)}`);

  /** Somebody elsewhere, asked for at their own server when they are new here. */
  async meet(acct) {
    const { accounts } = await this.api("GET", `/api/v2/search?q=${encodeURIComponent(`@${acct}`)}&type=accounts&resolve=true`);
    if (accounts.length === 0) throw new Error(`nobody is found as ${acct}`);
    return accounts[0];
  }

  // Groups.
  found = (handle, wish = {}) => this.api("POST", "/api/v1/groups", { handle, name: handle, ...wish });
  change = (id, wish) => this.api("PUT", `/api/v1/groups/${id}`, wish);
  close = (id) => this.api("DELETE", `/api/v1/groups/${id}`);
  join = (id, more) => this.api("POST", `/api/v1/groups/${id}/join`, more);
  leave = (id) => this.api("POST", `/api/v1/groups/${id}/leave`);
  members = (id) => this.api("GET", `/api/v1/groups/${id}/memberships`);
  waiting = (id) => this.api("GET", `/api/v1/groups/${id}/membership_requests`);
  answer = (id, asker, word, more) => this.api("POST", `/api/v1/groups/${id}/membership_requests/${asker}/${word}`, more);
  promote = (id, whom, role) => this.api("POST", `/api/v1/groups/${id}/promote`, { account_ids: [whom], role });
  demote = (id, whom, role) => this.api("POST", `/api/v1/groups/${id}/demote`, { account_ids: [whom], role });
  invite = (id, guest) => this.api("POST", `/api/kindred/v1/groups/${id}/invitations`, { account_id: guest });
  act = (id, post, word, more) => this.api("POST", `/api/kindred/v1/groups/${id}/statuses/${post}/${word}`, more);
  ban = (id, whom, more) => this.api("POST", `/api/v1/groups/${id}/blocks`, { account_ids: [whom], ...more });
  unban = (id, whom) => this.api("DELETE", `/api/v1/groups/${id}/blocks`, { account_ids: [whom] });

  /** Whether somebody is among the members of a group, and as what. */
  async roleOf(id, acct) {
    return (await this.members(id)).find(({ account }) => account.acct === acct)?.role;
  }

  /** The post with this address as the group shows it, or undefined. */
  async inGroup(id, uri) {
    return (await this.statusesOf(id)).map((entry) => entry.reblog ?? entry).find((entry) => entry.uri === String(uri));
  }

  /** Waits until the group shows a post. */
  shown(id, uri) {
    return until(`the group shows ${uri}`, () => this.inGroup(id, uri));
  }
}
