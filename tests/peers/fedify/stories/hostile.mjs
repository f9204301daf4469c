/**
 * Servers that mean no good, or mean well and do it wrong: what they send has no effect, and is refused where looking
 * alone shows it.
 */
import { randomUUID } from "node:crypto";
import { generateCryptoKeyPair } from "@fedify/fedify";
import { Follow, PUBLIC_COLLECTION } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { check, until } from "../steps.mjs";
import { quietFetch } from "../traffic.mjs";

export async function hostile({ story, kindred, nadia, tomas, robert, paula, ines, mei, parafoils, room, passes }) {
  let group, post, note;
  const inbox = new URL(`${kindred.origin}/inbox`);
  const letter = (voice, type, more) => ({
    "@context": "https://www.w3.org/ns/activitystreams",
    id: voice.address(type.toLowerCase()).href,
    type,
    actor: voice.id,
    to: [PUBLIC_COLLECTION.href],
    cc: [],
    ...more,
  });
  const refused = async (what, answer, ...statuses) => {
    const { status, text } = await answer;
    check(statuses.includes(status), `${what} was answered ${status}: ${text.slice(0, 200)}`);
  };
  const likes = async () => (await nadia.status(post.id)).favourites_count;
  /** The same request with other parts. */
  const other = (parts) => (request) =>
    new Request(request, { ...parts, headers: { ...Object.fromEntries(request.headers), ...parts.headers } });

  await story.step("Nadia has a group, with a post of hers and one of Ines's", async () => {
    group = await room("storms", { join: "open" });
    for (const who of [ines, robert, paula]) await who.enters(group.actor);
    post = await nadia.publish(`@${group.handle} hold on to your lines`);
    note = await ines.post(group.actor, "<p>I hold mine</p>");
    await nadia.shown(group.id, note.id);
  });
  await story.step("what is not signed, or not believed, is answered 401", async () => {
    const like = letter(robert, "Like", { object: post.uri });
    const bare = await quietFetch(inbox, { method: "POST", headers: { "Content-Type": "application/activity+json" }, body: JSON.stringify(like) });
    check(bare.status === 401, `unsigned, it was answered ${bare.status}`);
    const body = JSON.stringify({ ...like, object: note.id.href });
    await refused("another body", robert.posts(inbox, like, { tamper: other({ body }) }), 401);
    const digest = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    await refused("a wrong digest", robert.posts(inbox, like, {
      tamper: other({ headers: { digest: `SHA-256=${digest}`, "content-digest": `sha-256=:${digest}:` } }),
    }), 401);
    const stranger = await generateCryptoKeyPair("RSASSA-PKCS1-v1_5");
    await refused("another key", robert.posts(inbox, like, { key: stranger.privateKey }), 401);
    await refused("an old letter", robert.posts(inbox, like, { at: Temporal.Now.instant().subtract({ hours: 2 }) }), 401);
    await refused("another address", robert.posts(inbox, like, {
      tamper: (request) => new Request(new URL("/p/nadia/inbox", kindred.origin), request),
    }), 401);
    await passes(robert);
    check((await likes()) === 0, "it was liked");
  });
  await story.step("nobody speaks for somebody else, nor under an address that is not theirs", async () => {
    await refused("Ines's Like by Robert", robert.posts(inbox, letter(ines, "Like", { object: post.uri })), 401, 403);
    await refused("Robert's Like in the name of Ines's key", robert.posts(inbox, letter(robert, "Like", { object: post.uri }), {
      keyId: new URL("#main-key", ines.me),
    }), 401, 403);
    const elsewhere = new URL(`/notes/${randomUUID()}#like`, ines.server.origin).href;
    for (const id of [elsewhere, `${kindred.origin}/a/1`]) {
      await refused(`a Like called ${id}`, robert.posts(inbox, letter(robert, "Like", { object: post.uri, id })), 403);
    }
    const words = { type: "Note", attributedTo: nadia.uri, content: "<p>I resign</p>", to: [PUBLIC_COLLECTION.href, group.uri] };
    await refused("a post of Nadia's", robert.posts(inbox, letter(robert, "Create", { object: { id: `${kindred.origin}/o/1`, ...words } })), 403);
    await refused("Nadia's post, changed", robert.posts(inbox, letter(robert, "Update", { object: { id: post.uri, ...words } })), 403);
    await passes(robert);
    check((await likes()) === 0 && !(await kindred.page(group.uri)).includes("I resign"), "it had an effect");
  });
  await story.step("an Undo of what somebody else did changes nothing", async () => {
    const like = await ines.like(new URL(post.uri), group.actor);
    await until("it is liked", async () => (await likes()) === 1);
    for (const object of [like.id.href, { id: like.id.href, type: "Like", actor: ines.id, object: post.uri }]) {
      await refused("the Undo", robert.posts(inbox, letter(robert, "Undo", { object })), 202);
    }
    await passes(robert);
    check((await likes()) === 1, "it was taken back");
    await ines.undo(like, group.actor);
    await until("she takes it back herself", async () => (await likes()) === 0);
  });
  await story.step("the same letter sent again happens once, and no id is said twice with other words", async () => {
    const like = letter(robert, "Like", { object: post.uri });
    for (let times = 0; times < 3; times += 1) await refused("the Like", robert.posts(inbox, like), 202);
    await until("it is counted", async () => (await likes()) === 1);
    await refused("the Like of something else", robert.posts(inbox, { ...like, object: note.id.href }), 202);
    await passes(robert);
    check((await likes()) === 1, `it is counted ${await likes()} times`);
    check((await nadia.inGroup(group.id, note.id)).favourites_count === 0, "the other words had an effect");
  });
  await story.step("what is too large, too deep, too many or no letter at all is refused by its kind", async () => {
    const like = letter(robert, "Like", { object: post.uri });
    const text = JSON.stringify(like);
    await refused("two megabytes", robert.posts(inbox, { ...like, content: "x".repeat(2 * 1024 * 1024) }), 413);
    await refused("1,100 recipients", robert.posts(inbox, { ...like, to: Array.from({ length: 1_100 }, (_, i) => `https://far.example/${i}`) }), 400);
    await refused("a well", robert.posts(inbox, `${text.slice(0, -1)},"x":${"[".repeat(200)}${"]".repeat(200)}}`), 400);
    // Of what cannot be read nobody knows whose it is.
    await refused("half a letter", robert.posts(inbox, text.slice(0, 60)), 400, 403);
    await refused("a list", robert.posts(inbox, [like]), 400, 403);
    await refused("another type", robert.posts(inbox, like, { tamper: other({ headers: { "content-type": "application/json" } }) }), 401, 415);
    await refused("something packed", robert.posts(inbox, like, { tamper: other({ headers: { "content-encoding": "gzip" } }) }), 415);
    await passes(robert);
    check((await likes()) === 1, "something had an effect");
  });

  await story.step("what a group passes on is asked for at its own server, whatever it says", async () => {
    await tomasFollows(parafoils);
    const said = await ines.post(null, "<p>what I really said</p>", null, [await ines.lookup(nadia.uri)]);
    const create = (object) => ({
      id: ines.address("create").href, type: "Create", actor: ines.id, to: [PUBLIC_COLLECTION.href], cc: [],
      object: { type: "Note", attributedTo: ines.id, to: [PUBLIC_COLLECTION.href], cc: [parafoils.id], ...object },
    });
    const lies = [
      create({ id: said.id.href, content: "<p>what I never said</p>" }),
      create({ id: new URL("/notes/nowhere", ines.server.origin).href, content: "<p>what I never wrote</p>" }),
      create({ id: `${kindred.origin}/o/77`, attributedTo: nadia.uri, content: "<p>what Nadia never wrote</p>" }),
      { ...create({ id: note.id.href, content: "<p>what I never wrote</p>" }), type: "Update" },
      { id: ines.address("delete").href, type: "Delete", actor: ines.id, object: note.id.href },
      { id: `${nadia.uri}#delete`, type: "Delete", actor: nadia.uri, object: post.uri },
      letter(parafoils, "Announce", { object: post.uri }),
    ];
    for (const object of lies) {
      await refused(object.type, parafoils.posts(inbox, letter(parafoils, "Announce", { object, cc: [parafoils.followers.href] })), 202);
    }
    const shown = await until("what is true arrives", async () =>
      (await tomas.home()).map((entry) => entry.reblog ?? entry).find(({ uri }) => uri === said.id.href));
    await passes(mei);
    check(shown.content.includes("really said"), `it says ${shown.content}`);
    check(!JSON.stringify(await tomas.home()).includes("never"), "a lie is in his home");
    check((await nadia.status(post.id)).content.includes("your lines"), "Nadia's post was changed");
    check((await nadia.inGroup(group.id, note.id)).content.includes("I hold mine"), "Ines's post was changed");
  });
  await story.step("an outbox without end is read for a few pages only", async () => {
    const endless = await robert.server.settle("Person", "endless");
    let asked = 0;
    robert.server.doors.set("/endless/outbox", (url) => {
      asked += 1;
      const next = Number(url.searchParams.get("page") ?? 0) + 1;
      return {
        "@context": "https://www.w3.org/ns/activitystreams", id: url.href, type: "OrderedCollectionPage", partOf: `${endless.id}/outbox`,
        next: new URL(`?page=${next}`, url).href, totalItems: 10 ** 9,
        orderedItems: Array.from({ length: 2_000 }, (_, i) => new URL(`/notes/${next}-${i}`, url).href),
      };
    });
    await tomasFollows(endless);
    await until("it is read", async () => asked > 0);
    await passes(endless);
    check(asked <= 5, `it was asked for ${asked} pages`);
    const posts = robert.server.visits.filter((path) => /^\/notes\/\d+-\d+$/.test(path));
    check(posts.length <= 50, `it was asked for ${posts.length} posts`);
  });

  await story.step("a new key is looked up when the known one does not fit, once in a while", async () => {
    const renewed = async () => [await generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), paula.self.keys[1]];
    paula.self.keys = await renewed();
    const like = letter(paula, "Like", { object: post.uri });
    await refused("the Like with a new key", paula.posts(inbox, like), 202);
    await until("it is counted", async () => (await likes()) === 2);
    paula.self.keys = await renewed();
    await refused("yet another key at once", paula.posts(inbox, letter(paula, "Undo", { object: like })), 401);
  });

  async function tomasFollows(whom) {
    const { id } = await tomas.meet(whom.handle);
    const before = whom.server.heard.length;
    await tomas.follow(id);
    const follow = await until("his Follow arrives", () => whom.server.heard.slice(before).find((it) =>
      it instanceof Follow && it.objectId?.href === whom.id && it.actorId?.href === tomas.uri));
    await whom.accept(follow, await whom.lookup(tomas.uri));
    await until("he follows", async () => (await tomas.relationship(id)).following);
  }
}
