/**
 * A server on Fedify: a few people, perhaps a group, one shared inbox, everything in memory.
 *
 * It says and hears ActivityPub; what should come of it is known to the stories. It deliberately keeps no state about
 * groups elsewhere but what Fedify itself caches, so that whatever it believes it has read from the wire.
 */
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import {
  Activity, Application, Endpoints, Group, Image, Note, Organization, Person, Question, QuoteAuthorization, Service,
} from "@fedify/vocab";
import { fetchPlain } from "./traffic.mjs";
import { Voice } from "./voice.mjs";
import { until } from "./steps.mjs";

const KINDS = { Person, Group, Application, Service, Organization };

/**
 * Starts the server and answers once it listens.
 *
 * `actors` maps names to a kind ("Person", "Group" …), `software` is what NodeInfo says. `knock` is the signature form
 * tried first ("rfc9421" or "draft-cavage-http-signatures-12"), `sharedInbox` sends to the shared inbox where there is
 * one, `signedFetch` gives actors and posts only to those who sign their GETs.
 */
export async function startServer({ origin, port, tls, software, actors, knock, sharedInbox, signedFetch }) {
  const people = new Map();
  for (const [name, kind] of Object.entries(actors)) people.set(name, await settle(kind, name));
  const things = new Map(); // posts and stamps by the path of their address
  const heard = []; // activities whose signature Fedify has checked
  const letters = []; // every POST as it came: { path, status, json }
  const visits = []; // the paths of every GET
  const doors = new Map(); // documents that Fedify would not write, by path: what is asked for goes in, JSON comes out

  const federation = createFederation({
    kv: new MemoryKvStore(),
    queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } }),
    origin,
    allowPrivateAddress: true,
    firstKnock: knock,
    userAgent: { software: "FedifyPeer/1.0", url: origin },
  });
  const signed = async (ctx) => !signedFetch || (await ctx.getSignedKey()) != null;
  const thing = (kind, folder) =>
    federation
      .setObjectDispatcher(kind, `/${folder}/{id}`, (_ctx, { id }) => things.get(`/${folder}/${id}`) ?? null)
      .authorize(signed);

  federation
    .setActorDispatcher("/{identifier}", async (ctx, identifier) => {
      const one = people.get(identifier);
      if (one == null) return null;
      const pairs = await ctx.getActorKeyPairs(identifier);
      return new KINDS[one.kind]({
        id: ctx.getActorUri(identifier),
        preferredUsername: identifier,
        url: ctx.getActorUri(identifier),
        inbox: ctx.getInboxUri(identifier),
        outbox: ctx.getOutboxUri(identifier),
        followers: ctx.getFollowersUri(identifier),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        publicKey: pairs[0].cryptographicKey,
        assertionMethods: pairs.map((pair) => pair.multikey),
        ...one.face,
      });
    })
    .setKeyPairsDispatcher((_ctx, identifier) => people.get(identifier)?.keys ?? [])
    .authorize(signed);
  thing(Note, "notes");
  thing(Question, "questions");
  thing(QuoteAuthorization, "stamps");
  federation.setFollowersDispatcher("/{identifier}/followers", () => ({ items: [] }));
  federation.setOutboxDispatcher("/{identifier}/outbox", () => ({ items: [] }));
  federation
    .setInboxListeners("/{identifier}/inbox", "/inbox")
    .on(Activity, (_ctx, activity) => void heard.push(activity));
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software,
    protocols: ["activitypub"],
    usage: { users: { total: people.size }, localPosts: things.size, localComments: 0 },
  }));

  const listener = (tls ? (answer) => createTlsServer(tls, answer) : createServer)((req, res) => {
    answer({ federation, origin, letters, visits, doors }, req, res).catch((error) => {
      console.error(`${origin} stumbled:`, error);
      res.writeHead(500).end();
    });
  });
  await new Promise((done, fail) => listener.once("error", fail).listen(port, "127.0.0.1", done));

  const ctx = federation.createContext(new URL(origin), undefined);
  const server = {
    origin,
    host: new URL(origin).host,
    ctx,
    things,
    heard,
    letters,
    visits,
    doors,
    knock,
    sharedInbox,

    /** Whoever lives here, ready to speak. */
    voice: (name) => new Voice(server, name, people.get(name)),

    /** Somebody new moves in. */
    async settle(kind, name) {
      people.set(name, await settle(kind, name));
      return server.voice(name);
    },

    /** Waits for an activity that Fedify has believed. */
    hears: (what, matches) => until(`${what} arrives`, () => heard.find(matches)),

    /** Waits for a letter by its JSON: what Fedify has no word for, and what is inside an `Announce`. */
    gets: (what, matches) => until(`${what} arrives`, () => letters.map(({ json }) => json).find(matches)),

    /** The JSON in which an activity came: Fedify's objects do not tell an embedded object from a fetched one. */
    letterOf: (activity) => letters.find(({ json }) => json.id === activity.id.href).json,

    /** Whether anything that came so far speaks of this. */
    knowsOf: (words) => letters.some(({ json }) => JSON.stringify(json).includes(words)),

    /** Where WebFinger says that `user@host` lives, or null. */
    async finger(acct, scheme) {
      // Fedify asks for acct: by https only; in the plain-http lab the question is put by hand.
      return scheme === "https:"
        ? await ctx.lookupWebFinger(`acct:${acct}`)
        : await fetchPlain(`${scheme}//${acct.split("@")[1]}/.well-known/webfinger?resource=${encodeURIComponent(`acct:${acct}`)}`);
    },

    async stop() {
      listener.closeAllConnections();
      await new Promise((done) => listener.close(done));
    },
  };
  return server;
}

async function settle(kind, name) {
  const keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
  return { kind, keys, face: { name: name[0].toUpperCase() + name.slice(1), summary: "<p>Lives elsewhere.</p>" } };
}

/** One request of the outside world, given to Fedify under the public address and written down when it is a letter. */
async function answer({ federation, origin, letters, visits, doors }, req, res) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const headers = new Headers();
  for (let i = 0; i < req.rawHeaders.length; i += 2) headers.append(req.rawHeaders[i], req.rawHeaders[i + 1]);
  const url = new URL(req.url, origin);
  if (req.method === "GET") {
    visits.push(url.pathname);
    const door = doors.get(url.pathname);
    if (door != null) return void res.writeHead(200, { "Content-Type": "application/activity+json" }).end(JSON.stringify(door(url)));
  }
  const request = new Request(url, {
    method: req.method,
    headers,
    body: body.length > 0 ? body : undefined,
  });
  const response = await federation.fetch(request, { contextData: undefined });
  const text = Buffer.from(await response.arrayBuffer());
  if (req.method === "POST") letters.push(letter(req, body, response.status, text));
  res.writeHead(response.status, Object.fromEntries(response.headers)).end(text);
}

function letter(req, body, status, text) {
  try {
    return { path: req.url, status, answer: String(text), json: JSON.parse(String(body)) };
  } catch {
    return { path: req.url, status, answer: String(text), json: {}, unreadable: String(body) };
  }
}
