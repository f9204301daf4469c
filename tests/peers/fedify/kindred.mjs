/**
 * A running Kindred, seen from outside: its process, its command line and the anonymous web.
 *
 * It knows nothing of Kindred's inside: no table, no file but the data folder it is given.
 */
import { execFile, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "./client.mjs";
import { until } from "./steps.mjs";
import { quietFetch } from "./traffic.mjs";

const run = promisify(execFile);

/** Starts `kindred serve` with an empty data folder and answers when it says that it is ready. */
export async function startKindred({ bin, origin, port, dir, caFile }) {
  const env = {
    ...clean(process.env),
    KINDRED_LAB: "true",
    KINDRED_ORIGIN: origin,
    KINDRED_LISTEN: `127.0.0.1:${port}`,
    KINDRED_FEDERATION: "open",
    KINDRED_DATABASE_URL: `sqlite://${join(dir, "kindred.db")}`,
    KINDRED_DATA_DIR: join(dir, "data"),
    KINDRED_RATE_LIMIT: "0",
    KINDRED_LOG: process.env.KINDRED_LOG ?? "info",
    ...(caFile && { KINDRED_CA_FILE: caFile, KINDRED_TRUSTED_PROXIES: "127.0.0.1/32" }),
  };
  const log = createWriteStream(join(dir, "kindred.log"));
  const server = spawn(bin, ["serve"], { env, cwd: dir, stdio: ["ignore", "pipe", "pipe"] });
  server.stdout.pipe(log, { end: false });
  server.stderr.pipe(log, { end: false });
  const ended = new Promise((done) => {
    server.once("exit", (code, signal) => done(signal ?? code));
    server.once("error", (error) => done(error.message));
  });
  let end;
  ended.then((how) => (end = how));
  const command = async (...args) => (await run(bin, args, { env, cwd: dir, timeout: 20_000 })).stdout.trim();
  const plain = `http://127.0.0.1:${port}`;
  return {
    pid: server.pid,

    async ready() {
      await until("kindred serve is ready", async () => {
        if (end !== undefined) throw Object.assign(new Error(`kindred serve ended (${end})`), { final: true });
        return (await quietFetch(`${plain}/health/ready`)).status === 200;
      });
    },

    origin,
    host: new URL(origin).host,

    /** Somebody with an account here, and their client. An admin's client may also administer. */
    async person(handle, role = "member") {
      await command("person", "add", handle, "--email", `${handle}@example.com`, "--password", "a quiet tree by the river", "--role", role);
      const scopes = role === "admin" ? "read write follow push admin:read admin:write" : "read write follow push";
      const token = await command("person", "token", handle, "--scopes", scopes);
      if (!/^\S+$/.test(token)) throw new Error(`kindred person token printed ${JSON.stringify(token)}`);
      return new Client(origin, handle, token);
    },

    /** A group as an admin makes it on the command line. */
    async group(handle, name, organiser) {
      return JSON.parse(await command("group", "add", handle, "--name", name, "--organiser", organiser, "--json"));
    },

    /** What a browser without an account is shown. */
    async page(url) {
      const response = await quietFetch(url, { headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error(`GET ${url} as a page answered ${response.status}`);
      return await response.text();
    },

    /** The status of what another server is given, signed by nobody. */
    async statusOf(url, accept = "application/activity+json") {
      return (await quietFetch(url, { headers: { Accept: accept } })).status;
    },

    /** What another server is given, signed by nobody. */
    async document(url) {
      const response = await quietFetch(url, { headers: { Accept: "application/activity+json" } });
      if (!response.ok) throw new Error(`GET ${url} as ActivityPub answered ${response.status}`);
      return await response.json();
    },

    /** Whether other servers are told that there is nothing any more at an address where there was something. */
    async gone(url) {
      const response = await quietFetch(url, { headers: { Accept: "application/activity+json" } });
      return [404, 410].includes(response.status) || (response.ok && (await response.json()).type === "Tombstone");
    },

    /** Tells the server to stop and answers with its exit code. */
    async stop(patience = 20_000) {
      if (end === undefined) server.kill("SIGTERM");
      const late = setTimeout(() => server.kill("SIGKILL"), patience);
      const how = await ended;
      clearTimeout(late);
      log.end();
      return how;
    },
  };
}

/** The environment without settings of a Kindred elsewhere and without proxies: all of this stays on loopback. */
function clean(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^KINDRED_|_proxy$/i.test(name)));
}
