/**
 * A running Kindred and three servers on Fedify: the stories once, in one setting.
 *
 * Everything is seen from outside (wire, client API, pages). How Kindred does it is no concern of these files.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { configure } from "@logtape/logtape";
import { startKindred } from "./kindred.mjs";
import { startProxy } from "./proxy.mjs";
import { startServer } from "./server.mjs";
import { check, Story } from "./steps.mjs";
import { stories } from "./stories/all.mjs";
import { sent, watch } from "./traffic.mjs";

/** The servers, what they say of themselves, and who lives there. */
const SERVERS = {
  // Two microblogs, of a make that nobody knows.
  robert: { software: "roberts-server", actors: { robert: "Person", paula: "Person" } },
  ines: { software: "ines-server", actors: { ines: "Person", oskar: "Person" } },
  // One that calls itself a Kindred, and so is told everything that a Kindred can be told.
  mei: { software: "kindred", actors: { mei: "Person", bao: "Person", parafoils: "Group", actor: "Application" } },
};

const { values: options } = parseArgs({
  options: {
    name: { type: "string" }, // how the run is called in the output
    kindred: { type: "string" }, // path of the binary
    dir: { type: "string" }, // an empty folder of its own
    suffix: { type: "string" }, // names are kindred-SUFFIX, robert-SUFFIX …; without it everything is localhost
    cert: { type: "string" }, // certificate and key for all names: https through the proxy
    key: { type: "string" },
    ca: { type: "string" }, // the authority that Kindred is told to trust
    knock: { type: "string", default: "rfc9421" },
    "shared-inbox": { type: "boolean", default: false },
    "signed-fetch": { type: "boolean", default: false },
    only: { type: "string" }, // the names of the stories to play, separated by commas
  },
});

const complaints = []; // what Fedify logs from warning upwards
await configure({
  sinks: { complaints: (record) => void complaints.push(record) },
  loggers: [{ category: "fedify", sinks: ["complaints"], lowestLevel: "warning" }, { category: ["logtape", "meta"], sinks: [] }],
});
watch();

const story = new Story(options.name);
const place = await choosePlace();
const servers = {};
let kindred;
const stopAll = async () => {
  await Promise.allSettled([...Object.values(servers).map((server) => server.stop()), place.proxy?.stop(), kindred?.stop(2_000)]);
};
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => stopAll().finally(() => process.exit(130)));
}
try {
  await play();
} finally {
  writeFileSync(join(options.dir, "traffic.txt"), evidence());
  if (story.failed > 0) console.log(evidence());
  await stopAll();
}
writeFileSync(join(options.dir, "result"), `${story.passed} ${story.failed}\n`);
process.exit(story.failed === 0 ? 0 : 1);

async function play() {
  for (const [name, { software, actors }] of Object.entries(SERVERS)) {
    servers[name] = await startServer({
      ...place.of(name),
      software: { name: software, version: "1.0.0" },
      actors,
      knock: options.knock,
      sharedInbox: options["shared-inbox"],
      signedFetch: options["signed-fetch"],
    });
  }
  kindred = await startKindred({ bin: options.kindred, ...place.of("kindred"), dir: options.dir, caFile: options.ca });
  writeFileSync(join(options.dir, "kindred.pid"), String(kindred.pid));

  const cast = { story, kindred };
  await story.step("Kindred starts, with Nadia and Tomás", async () => {
    await kindred.ready();
    cast.nadia = await kindred.person("nadia", "admin");
    cast.tomas = await kindred.person("tomas");
  });
  for (const [name, server] of Object.entries(servers)) {
    for (const actor of Object.keys(SERVERS[name].actors)) cast[actor] = server.voice(actor);
  }
  /** A group that Nadia founds, as a Fedify server reads it. */
  cast.room = async (handle, wish) => {
    const { id } = await cast.nadia.found(handle, wish);
    const uri = `${kindred.origin}/g/${handle}`;
    return { id, uri, handle, actor: await cast.robert.lookup(uri) };
  };

  const square = await cast.room("square");
  /** Goes by when everything is done that somebody's server has sent so far: its letters are worked through in order. */
  cast.passes = (who) => who.enters(square.actor);

  const wanted = options.only?.split(",") ?? Object.keys(stories);
  for (const name of wanted) {
    story.chapter = name;
    await stories[name](cast);
  }
  story.chapter = "end";
  await story.step("Kindred took every letter at the first knock", async () => {
    const posts = sent.filter(({ method, url }) => method === "POST" && url.startsWith(kindred.origin));
    check(posts.length >= 8, `only ${posts.length} were sent`);
    const refused = posts.filter(({ status }) => status < 200 || status > 299);
    check(refused.length === 0, `${refused.length} of ${posts.length} were refused: ${refused.slice(0, 1).map(brief)}`);
  });
  await story.step("Fedify took every letter of Kindred's", async () => {
    const letters = Object.values(servers).flatMap((server) => server.letters).filter(({ json }) => ours(json));
    check(letters.length >= 4, `only ${letters.length} came`);
    // Of agreements only Kindreds speak to each other; Fedify does not know the word.
    const common = letters.filter(({ json }) => !JSON.stringify(json).includes('"PartnerAgreement"'));
    const refused = common.filter(({ status }) => status < 200 || status > 299);
    check(refused.length === 0, `${refused.length} of ${letters.length} were refused: ${JSON.stringify(refused.slice(0, 1))}`);
  });
  await story.step("Kindred stops when it is told to", async () => {
    const how = await kindred.stop();
    check(how === 0, `it ended with ${how}`);
  });
}

/** Whether Kindred wrote a letter: the Fedify servers also write to each other. */
function ours({ actor }) {
  return String(actor?.id ?? actor).startsWith(place.of("kindred").origin);
}

/** Origins and free ports; with a certificate the proxy is started, on 443 where that is allowed. */
async function choosePlace() {
  const names = ["kindred", ...Object.keys(SERVERS)];
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()])));
  if (!options.cert) {
    return { of: (name) => ({ origin: `http://localhost:${ports[name]}`, port: ports[name] }) };
  }
  const host = (name) => `${name}-${options.suffix}`;
  const settings = {
    cert: readFileSync(options.cert),
    key: readFileSync(options.key),
    routes: Object.fromEntries(names.map((name) => [host(name), ports[name]])),
  };
  const proxy = await startProxy({ ...settings, port: 443 }).catch(() => startProxy({ ...settings, port: 0 }));
  const suffix = proxy.port === 443 ? "" : `:${proxy.port}`;
  return { proxy, of: (name) => ({ origin: `https://${host(name)}${suffix}`, port: ports[name] }) };
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

function brief({ method, url, form, status, answer, body }) {
  return `${method} ${url} (${form}) -> ${status} ${answer ?? ""}${body ? `\n          ${shorten(body)}` : ""}`;
}

/** A letter without its contexts and signatures: what is left can be read. */
function shorten(text) {
  const noise = new Set(["@context", "signature", "proof"]);
  try {
    return JSON.stringify(JSON.parse(text), (name, value) => (noise.has(name) ? undefined : value)).slice(0, 4_000);
  } catch {
    return text.slice(0, 4_000);
  }
}

/** Everything that was said, to read after a failure or out of curiosity. */
function evidence() {
  const part = (title, lines) => `\n--- ${title}\n${lines.join("\n")}\n`;
  return part("what the Fedify servers asked and sent", sent.map(brief)) +
    Object.entries(servers).map(([name, { letters }]) => part(`what ${name}'s server got`, letters.map(({ path, status, answer, json }) =>
      `POST ${path} -> ${status} ${status > 299 ? answer : ""}\n          ${shorten(JSON.stringify(json))}`))).join("") +
    part("what Fedify complains of", complaints.slice(-20).map((record) =>
      `${record.category.join(".")}: ${record.message.map((word) => (typeof word === "string" ? word : JSON.stringify(word))).join("")}`.slice(0, 600))) +
    part("the end of Kindred's log", readFileSync(join(options.dir, "kindred.log"), "utf8").split("\n").slice(-80));
}
