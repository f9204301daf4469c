// What Ines and Robert do with clients that are made with masto.js, as the newest phone and web apps are.

import assert from "node:assert/strict";
import { deflateSync, crc32 } from "node:zlib";

import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient, MastoHttpError } from "masto";

import { Browser } from "./browser.mjs";

const { KINDRED, PASSWORD } = process.env;
const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";
const SCOPES = "read write follow push";

let passed = 0;
let failed = 0;

/** Plays one step, and says how it went. */
async function step(words, deed) {
  try {
    await deed();
    passed += 1;
    console.log(`ok      masto.js: ${words}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  masto.js: ${words}`);
    console.log(error);
  }
}

const words = (status) => status.content.replaceAll(/<[^>]*>/g, "");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const found = await what();
    if (found) return found;
    await pause(50);
  }
  throw new Error("it did not come about in time");
}

/** A small picture of one colour. */
function picture(width, height) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(width * 3, 0xb4)]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

async function signsIn(name) {
  const stranger = createRestAPIClient({ url: KINDRED });
  const app = await stranger.v1.apps.create({ clientName: "masto.js", redirectUris: OUT_OF_BAND, scopes: SCOPES });
  const address = new URL("/oauth/authorize", KINDRED);
  address.search = new URLSearchParams({
    response_type: "code", client_id: app.clientId, redirect_uri: OUT_OF_BAND, scope: SCOPES,
  });
  const code = await new Browser(name, PASSWORD).letsIn(address);
  const { clientId, clientSecret } = app;
  const granted = await createOAuthAPIClient({ url: KINDRED }).token.create({
    grantType: "authorization_code", clientId, clientSecret, code, redirectUri: OUT_OF_BAND, scope: SCOPES,
  });
  return granted.accessToken;
}

const clients = {};
const tokens = {};
const faces = {};
for (const name of ["ines", "robert"]) {
  await step(`${name} signs in by the form`, async () => {
    tokens[name] = await signsIn(name);
    clients[name] = createRestAPIClient({ url: KINDRED, accessToken: tokens[name] });
    faces[name] = await clients[name].v1.accounts.verifyCredentials();
    assert.equal(faces[name].username, name);
  });
}
if (!faces.ines || !faces.robert) process.exit(1);
const { ines, robert } = clients;
const told = {};

await step("it finds out what the instance is and can", async () => {
  const instance = await ines.v2.instance.fetch();
  assert.equal(`https://${instance.domain}`, KINDRED);
  assert.ok(instance.configuration.statuses.maxCharacters >= 500);
  assert.ok(instance.configuration.urls.streaming.startsWith("wss://"));
  assert.ok(instance.apiVersions.mastodon >= 2);
  assert.ok(Array.isArray(await ines.v1.instance.rules.list()));
  assert.ok(Array.isArray(await ines.v1.customEmojis.list()));
});

await step("robert follows ines, ines sees it among her notifications", async () => {
  const found = await robert.v1.accounts.lookup({ acct: "ines" });
  assert.equal((await robert.v1.accounts.$select(found.id).follow()).following, true);
  const news = await until(async () => {
    const list = await ines.v1.notifications.list({ types: ["follow"] });
    return list.length > 0 && list;
  });
  assert.equal(news[0].account.acct, "robert");
  const grouped = await ines.v2.notifications.list();
  assert.equal(grouped.notificationGroups[0].type, "follow");
  assert.equal(grouped.accounts[0].acct, "robert");
  assert.equal((await ines.v2.notifications.unreadCount.fetch()).count, 1);
});

await step("ines posts with a picture that is described", async () => {
  const file = new Blob([picture(64, 48)], { type: "image/png" });
  const media = await ines.v2.media.create({ file, description: "A crab in the sun", focus: "0.5,-0.5" });
  assert.equal(media.type, "image");
  told.post = await ines.v1.statuses.create({ status: "Ferris on the beach #crabs", mediaIds: [media.id], language: "en" });
  const [shown] = told.post.mediaAttachments;
  assert.equal(shown.description, "A crab in the sun");
  assert.deepEqual([shown.meta.original.width, shown.meta.original.height], [64, 48]);
  assert.ok(shown.blurhash);
  assert.equal((await fetch(shown.url)).status, 200);
});

await step("robert finds it at home, likes, boosts, keeps and answers it", async () => {
  const [entry] = await robert.v1.timelines.home.list({ limit: 1 });
  assert.equal(entry.id, told.post.id);
  const post = robert.v1.statuses.$select(entry.id);
  assert.equal((await post.favourite()).favouritesCount, 1);
  assert.equal((await post.reblog()).reblog.id, entry.id);
  assert.equal((await post.bookmark()).bookmarked, true);
  assert.equal((await robert.v1.bookmarks.list())[0].id, entry.id);
  assert.equal((await robert.v1.favourites.list())[0].id, entry.id);
  told.answer = await robert.v1.statuses.create({ status: "@ines Lovely!", inReplyToId: entry.id });
  const context = await ines.v1.statuses.$select(entry.id).context.fetch();
  assert.deepEqual(context.descendants.map((status) => status.id), [told.answer.id]);
  const kinds = (await ines.v1.notifications.list()).map((news) => news.type);
  for (const kind of ["favourite", "reblog", "mention"]) assert.ok(kinds.includes(kind), `${kind} is not in ${kinds}`);
});

await step("pages of a timeline follow each other without gaps and doubles", async () => {
  for (const number of [1, 2, 3, 4, 5]) await ines.v1.statuses.create({ status: `Number ${number}` });
  const seen = [];
  for await (const page of ines.v1.accounts.$select(faces.ines.id).statuses.list({ limit: 2 })) {
    seen.push(...page.map((status) => status.id));
  }
  assert.equal(seen.length, 6);
  assert.equal(new Set(seen).size, 6);
});

await step("ines asks, robert votes", async () => {
  const post = await ines.v1.statuses.create({ status: "Tabs?", poll: { options: ["Yes", "No"], expiresIn: 3600 } });
  const poll = await robert.v1.polls.$select(post.poll.id).votes.create({ choices: [1] });
  assert.deepEqual([poll.voted, poll.ownVotes, poll.options[1].votesCount], [true, [1], 1]);
});

await step("ines edits; the history is there", async () => {
  const post = await ines.v1.statuses.create({ status: "Frist" });
  const edited = await ines.v1.statuses.$select(post.id).update({ status: "First" });
  assert.equal(words(edited), "First");
  const history = await ines.v1.statuses.$select(post.id).history.list();
  assert.deepEqual(history.map(words), ["Frist", "First"]);
  const gone = await ines.v1.statuses.$select(post.id).remove();
  assert.equal(gone.text, "First");
  await assert.rejects(ines.v1.statuses.$select(post.id).fetch(), (error) => error instanceof MastoHttpError && error.statusCode === 404);
});

await step("robert keeps a list", async () => {
  const list = await robert.v1.lists.create({ title: "Crab people", repliesPolicy: "list", exclusive: false });
  await robert.v1.lists.$select(list.id).accounts.create({ accountIds: [faces.ines.id] });
  assert.deepEqual((await robert.v1.lists.$select(list.id).accounts.list()).map((one) => one.acct), ["ines"]);
  const entries = await robert.v1.timelines.list.$select(list.id).list();
  assert.ok(entries.every((entry) => entry.account.acct === "ines") && entries.length > 3);
  told.list = list.id;
});

await step("robert filters what he would rather not see", async () => {
  const filter = await robert.v2.filters.create({
    title: "Numbers", context: ["home"], filterAction: "warn", keywordsAttributes: [{ keyword: "Number 3", wholeWord: true }],
  });
  assert.equal(filter.keywords[0].keyword, "Number 3");
  const home = await robert.v1.timelines.home.list();
  const hit = home.filter((entry) => entry.filtered?.length);
  assert.deepEqual(hit.map(words), ["Number 3"]);
  assert.equal(hit[0].filtered[0].filter.title, "Numbers");
  await robert.v2.filters.$select(filter.id).remove();
});

await step("robert searches people, posts and tags", async () => {
  assert.equal((await robert.v2.search.list({ q: "ines", type: "accounts" })).accounts[0].acct, "ines");
  assert.equal((await robert.v2.search.list({ q: "beach", type: "statuses" })).statuses[0]?.id, told.post.id);
  assert.equal((await robert.v2.search.list({ q: "crabs", type: "hashtags" })).hashtags[0]?.name, "crabs");
  assert.equal((await robert.v1.timelines.tag.$select("crabs").list())[0].id, told.post.id);
});

await step("a group is an account: found, joined, posted to, and it passes on", async () => {
  const group = await robert.v1.accounts.lookup({ acct: "rust" });
  assert.equal(group.group, true);
  assert.equal((await robert.v1.accounts.$select(group.id).follow()).following, true);
  const said = await ines.v1.statuses.create({ status: "@rust Who comes to the meetup?" });
  const passedOn = await robert.v1.accounts.$select(group.id).statuses.list({ excludeReblogs: true });
  assert.ok(passedOn.some((entry) => entry.reblog?.id === said.id));
  const home = await robert.v1.timelines.home.list();
  assert.equal(home.filter((entry) => (entry.reblog ?? entry).id === said.id).length, 1);
});

await step("one socket carries several streams", async () => {
  const { configuration } = await robert.v2.instance.fetch();
  const streaming = createStreamingAPIClient({ streamingApiUrl: configuration.urls.streaming, accessToken: tokens.robert });
  const heard = [];
  const listen = async (name, subscription) => {
    try {
      for await (const event of subscription) heard.push([name, event.event, event.payload]);
    } catch (error) {
      heard.push([name, "refused", error.message]);
    }
  };
  const subscriptions = {
    user: streaming.user.subscribe(),
    tag: streaming.hashtag.subscribe({ tag: "crabs" }),
    list: streaming.list.subscribe({ list: told.list }),
  };
  const done = Object.entries(subscriptions).map(([name, subscription]) => listen(name, subscription));
  try {
    const has = (name, kind, fits) => heard.some(([where, event, what]) => where === name && event === kind && fits(what));
    await until(async () => {
      await ines.v1.statuses.create({ status: "Do you hear me? #crabs" });
      await pause(300);
      const speaks = (status) => words(status).startsWith("Do you hear me?");
      return has("user", "update", speaks) && has("tag", "update", speaks) && has("list", "update", speaks);
    });
    await ines.v1.statuses.create({ status: "@robert And this?" });
    await until(() => has("user", "notification", (news) => news.type === "mention"));
    await ines.v1.statuses.$select(told.post.id).remove();
    await until(() => has("user", "delete", (id) => id === told.post.id));
  } finally {
    for (const subscription of Object.values(subscriptions)) subscription.unsubscribe();
    streaming.close();
    await Promise.allSettled(done);
  }
});

await step("robert mutes, blocks, and changes his mind", async () => {
  const account = robert.v1.accounts.$select(faces.ines.id);
  assert.equal((await account.mute({ notifications: true, duration: 3600 })).muting, true);
  assert.equal((await robert.v1.mutes.list())[0].acct, "ines");
  assert.equal((await account.unmute()).muting, false);
  const blocked = await account.block();
  assert.deepEqual([blocked.blocking, blocked.following], [true, false]);
  await assert.rejects(ines.v1.accounts.$select(faces.robert.id).follow());
  assert.equal((await account.unblock()).blocking, false);
});

await step("robert changes how he looks", async () => {
  const avatar = new Blob([picture(40, 40)], { type: "image/png" });
  const me = await robert.v1.accounts.updateCredentials({
    displayName: "Robert the baker", note: "Bread and *Rust*", avatar,
    fieldsAttributes: [{ name: "Oven", value: "Wood" }],
  });
  assert.equal(me.displayName, "Robert the baker");
  assert.deepEqual([me.fields[0].name, me.fields[0].value], ["Oven", "Wood"]);
  assert.equal((await fetch(me.avatar)).status, 200);
});

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
