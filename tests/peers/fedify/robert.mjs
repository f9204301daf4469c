/**
 * Robert's server: one person, one inbox, on Fedify, everything in memory.
 *
 * It says and hears ActivityPub; what should come of it is known to the scenario. It deliberately keeps no state about
 * the group but what Fedify itself caches, so that whatever it believes it has read from the wire.
 */
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { randomUUID } from "node:crypto";
import { createFederation, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";
import {
  Accept, Activity, Announce, Create, Delete, Endpoints, Follow, Like, Mention, Note, Person, PUBLIC_COLLECTION, Tombstone,
  Undo, Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

const ME = "robert";

/**
 * Starts the server and answers once it listens.
 *
 * `knock` is the signature form tried first ("rfc9421" or "draft-cavage-http-signatures-12"), `sharedInbox` sends to the
 * shared inbox where there is one, `signedFetch` gives actor and notes only to those who sign their GETs.
 */
export async function startRobert({ origin, port, tls, knock, sharedInbox, signedFetch }) {
  const keys = [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), await generateCryptoKeyPair("Ed25519")];
  const notes = new Map();
  const heard = []; // activities whose signature Fedify has checked
  const letters = []; // every POST as it came: { json, status }
  const sent = watchFetch(); // every request of ours and its answer

  const federation = createFederation({
    kv: new MemoryKvStore(),
    queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } }),
    origin,
    allowPrivateAddress: true,
    firstKnock: knock,
    userAgent: { software: "RobertsServer/1.0", url: origin },
  });
  const signed = async (ctx) => !signedFetch || (await ctx.getSignedKey()) != null;

  federation
    .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
      if (identifier !== ME) return null;
      const pairs = await ctx.getActorKeyPairs(identifier);
      return new Person({
        id: ctx.getActorUri(identifier),
        preferredUsername: identifier,
        name: "Robert",
        summary: "<p>Reads about testing elsewhere.</p>",
        url: ctx.getActorUri(identifier),
        inbox: ctx.getInboxUri(identifier),
        outbox: ctx.getOutboxUri(identifier),
        followers: ctx.getFollowersUri(identifier),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        publicKey: pairs[0].cryptographicKey,
        assertionMethods: pairs.map((pair) => pair.multikey),
      });
    })
    .setKeyPairsDispatcher((_ctx, identifier) => (identifier === ME ? keys : []))
    .authorize(signed);
  federation.setObjectDispatcher(Note, "/notes/{id}", (_ctx, { id }) => notes.get(id) ?? null).authorize(signed);
  federation.setFollowersDispatcher("/users/{identifier}/followers", () => ({ items: [] }));
  federation.setOutboxDispatcher("/users/{identifier}/outbox", () => ({ items: [] }));
  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .on(Activity, (_ctx, activity) => void heard.push(activity));
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: "roberts-server", version: "1.0.0" },
    protocols: ["activitypub"],
    usage: { users: { total: 1 }, localPosts: notes.size, localComments: 0 },
  }));

  const server = (tls ? (answer) => createTlsServer(tls, answer) : createServer)((req, res) => {
    answer(federation, origin, letters, req, res).catch((error) => {
      console.error("Robert's server stumbled:", error);
      res.writeHead(500).end();
    });
  });
  await new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));

  const ctx = federation.createContext(new URL(origin), undefined);
  const me = ctx.getActorUri(ME);
  const loader = async () => (signedFetch ? await ctx.getDocumentLoader({ identifier: ME }) : ctx.documentLoader);
  const tell = (recipients, activity) =>
    ctx.sendActivity({ identifier: ME }, recipients, activity, { preferSharedInbox: sharedInbox, fanout: "skip" });
  const addressed = (group, people = []) => ({
    tos: group ? [PUBLIC_COLLECTION, group.id] : [PUBLIC_COLLECTION],
    ccs: group ? [...people.map((person) => person.id), ctx.getFollowersUri(ME)] : [ctx.getFollowersUri(ME)],
  });
  const mention = ({ id, preferredUsername }) => new Mention({ href: id, name: `@${preferredUsername}@${id.host}` });

  return {
    id: me.href,
    handle: `${ME}@${new URL(origin).host}`,
    heard,
    letters,
    sent,

    /** Where WebFinger says that `user@host` lives, or null. */
    async finger(acct, scheme) {
      // Fedify asks for acct: by https only; in the plain-http lab the question is put by hand.
      const found = scheme === "https:"
        ? await ctx.lookupWebFinger(`acct:${acct}`)
        : await fetchPlain(`${scheme}//${acct.split("@")[1]}/.well-known/webfinger?resource=${encodeURIComponent(`acct:${acct}`)}`);
      return found;
    },

    /** The object behind an id, as Fedify reads it: wrong types, ids and origins give null. */
    async lookup(id) {
      return await ctx.lookupObject(id, { documentLoader: await loader() });
    },

    async follow(group) {
      const follow = new Follow({ id: new URL(`#follows/${randomUUID()}`, me), actor: me, object: group.id });
      await tell(group, follow);
      return follow;
    },

    async unfollow(group, follow) {
      await tell(group, new Undo({ id: new URL(`#undo/${randomUUID()}`, me), actor: me, object: follow, tos: [group.id] }));
    },

    /**
     * Posts a Note addressed to the public and the group: a reply when `parent` is given, else a new thread. Without a
     * group it is for the public and his followers, and goes to `people`.
     */
    async post(group, html, parent, people = []) {
      const id = randomUUID();
      const note = new Note({
        id: new URL(`/notes/${id}`, origin),
        url: new URL(`/notes/${id}`, origin),
        attribution: me,
        content: html,
        published: Temporal.Now.instant(),
        replyTarget: parent,
        tags: group ? [group, ...people].map(mention) : [],
        ...addressed(group, people),
      });
      notes.set(id, note);
      await tell(group ? [group, ...people] : people, new Create({
        id: new URL("#create", note.id), actor: me, object: note, published: note.published, ...addressed(group, people),
      }));
      return note;
    },

    async edit(note, html, group, people = []) {
      const edited = note.clone({ content: html, updated: Temporal.Now.instant() });
      notes.set(note.id.pathname.split("/").pop(), edited);
      await tell([group, ...people], new Update({
        id: new URL(`#update/${randomUUID()}`, note.id), actor: me, object: edited, updated: edited.updated, ...addressed(group, people),
      }));
      return edited;
    },

    async remove(note, group, people = []) {
      notes.delete(note.id.pathname.split("/").pop());
      await tell([group, ...people], new Delete({
        id: new URL("#delete", note.id), actor: me, object: new Tombstone({ id: note.id }), ...addressed(group, people),
      }));
    },

    async like(noteId, author) {
      const like = new Like({ id: new URL(`#likes/${randomUUID()}`, me), actor: me, object: noteId });
      await tell(author, like);
      return like;
    },

    async boost(noteId, author) {
      const boost = new Announce({
        id: new URL(`#boosts/${randomUUID()}`, me), actor: me, object: noteId, published: Temporal.Now.instant(),
        tos: [PUBLIC_COLLECTION], ccs: [author.id, ctx.getFollowersUri(ME)],
      });
      await tell(author, boost);
      return boost;
    },

    /** Takes a like or a boost back. */
    async undo(activity, author) {
      await tell(author, new Undo({ id: new URL(`#undo/${randomUUID()}`, me), actor: me, object: activity }));
    },

    /** Lets somebody follow who has asked to. */
    async accept(follow, follower) {
      const accept = new Accept({ id: new URL(`#accepts/${randomUUID()}`, me), actor: me, object: follow });
      await tell(follower, accept);
      return accept;
    },

    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      sent.stop();
    },
  };
}

/** One request of the outside world, given to Fedify under the public address and written down when it is a letter. */
async function answer(federation, origin, letters, req, res) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const headers = new Headers();
  for (let i = 0; i < req.rawHeaders.length; i += 2) headers.append(req.rawHeaders[i], req.rawHeaders[i + 1]);
  const request = new Request(new URL(req.url, origin), {
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

const plainFetch = globalThis.fetch;

/** A request that is not Robert's and so not written down. */
export function quietFetch(...args) {
  return plainFetch(...args);
}

async function fetchPlain(url) {
  const response = await plainFetch(url, { headers: { Accept: "application/jrd+json" } });
  return response.ok ? await response.json() : null;
}

/** Writes down what Fedify asks and sends, and how it is answered: the evidence when something goes wrong. */
function watchFetch() {
  const log = [];
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const entry = { method: request.method, url: request.url, status: 0, form: signatureForm(request.headers) };
    if (request.method === "POST") entry.body = await request.clone().text();
    log.push(entry);
    try {
      const response = await plainFetch(request, init?.redirect ? { redirect: init.redirect } : undefined);
      entry.status = response.status;
      if (!response.ok) entry.answer = (await response.clone().text()).slice(0, 500);
      return response;
    } catch (error) {
      entry.answer = String(error.cause ?? error);
      throw error;
    }
  };
  log.stop = () => void (globalThis.fetch = plainFetch);
  return log;
}

function signatureForm(headers) {
  if (headers.has("signature-input")) return "rfc9421";
  return headers.has("signature") ? "cavage" : "unsigned";
}
