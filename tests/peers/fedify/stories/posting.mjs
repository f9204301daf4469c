/**
 * Who may post, and how a post finds its group: by mention, by `audience`, by address, by its thread.
 */
import { Create, Note, PUBLIC_COLLECTION } from "@fedify/vocab";
import { check, given, until } from "../steps.mjs";

export async function posting({ story, kindred, nadia, robert, paula, ines, mei, bao, room, passes }) {
  let group, thread;
  const relayed = (note) =>
    mei.server.gets(`the Announce of ${note.id.pathname}`, ({ type, object }) =>
      type === "Announce" && object?.type === "Create" && object.object?.id === note.id.href);
  const boosted = (voice, note) =>
    voice.server.gets(`the boost of ${note.id.pathname}`, ({ type, object }) => type === "Announce" && object === note.id.href);
  const stays_out = async (voice, note) => {
    await passes(voice);
    check((await nadia.inGroup(group.id, note.id)) == null, `${note.id} has come in`);
    check(!mei.server.letters.some(({ json }) => json.type === "Announce" && JSON.stringify(json).includes(note.id.href)), "it was announced");
  };

  await story.step("where members post, a stranger's mention stays outside, and comes in once he belongs", async () => {
    group = await room("lanterns", { join: "open", posting: "members" });
    await mei.enters(group.actor);
    const early = await robert.post(group.actor, "<p>may I?</p>");
    await stays_out(robert, early);
    await robert.enters(group.actor);
    const note = await robert.post(group.actor, "<p>now I may</p>");
    await nadia.shown(group.id, note.id);
    check((await nadia.inGroup(group.id, early.id)) == null, "what was said before has come in");
  });
  await story.step("where organisers post, a member's thread stays outside, his answers come in", async () => {
    await nadia.change(group.id, { posting: "organisers" });
    check((await kindred.document(group.uri)).postingRestrictedToMods === true, "its card does not say so");
    const note = await robert.post(group.actor, "<p>hear me</p>");
    await stays_out(robert, note);
    const status = await nadia.publish(`@${group.handle} the plan for Sunday`);
    const answer = await robert.post(group.actor, "<p>I come</p>", new URL(status.uri));
    await until("his answer stands there", async () => (await nadia.answers(status.id)).some(({ uri }) => uri === answer.id.href));
    const { id } = await nadia.account(mei.handle);
    await nadia.promote(group.id, id, "moderator");
    await nadia.shown(group.id, (await mei.post(group.actor, "<p>I bring the tea</p>")).id);
    await nadia.change(group.id, { posting: "anyone" });
    check((await kindred.document(group.uri)).postingRestrictedToMods === false, "its card still says so");
  });

  await story.step("where newcomers are looked at, a first post waits, unseen by anybody else", async () => {
    await nadia.change(group.id, { hold_newcomers: true });
    await ines.enters(group.actor);
    thread = await ines.post(group.actor, "<p>my first lantern</p>");
    const [held] = await until("it waits", async () => {
      const list = await nadia.api("GET", `/api/kindred/v1/groups/${group.id}/held`);
      return list.length > 0 && list;
    });
    check(held.uri === thread.id.href, `${held.uri} waits`);
    await stays_out(ines, thread);
    check(!(await kindred.page(group.uri)).includes("my first lantern"), "the page shows it");
    check((await nadia.ask("GET", `/api/v1/statuses/${held.id}`)).status === 404, "it is there already");
    check((await kindred.statusOf(`${kindred.origin}/api/v1/statuses/${held.id}`, "application/json")) === 404, "strangers see it");
  });
  await story.step("Nadia lets it in: then it is announced, and the next one does not wait", async () => {
    const [held] = await nadia.api("GET", `/api/kindred/v1/groups/${group.id}/held`);
    await nadia.api("POST", `/api/kindred/v1/groups/${group.id}/held/${given(held, "post that waits").id}/approve`);
    await nadia.shown(group.id, thread.id);
    await relayed(thread);
    await boosted(robert, thread);
    const next = await ines.post(group.actor, "<p>my second lantern</p>");
    await relayed(next);
  });
  await story.step("Nadia sends another one back, and it stays away", async () => {
    await paula.enters(group.actor);
    const note = await paula.post(group.actor, "<p>buy lanterns here</p>");
    const [held] = await until("it waits", async () => {
      const list = await nadia.api("GET", `/api/kindred/v1/groups/${group.id}/held`);
      return list.length > 0 && list;
    });
    await nadia.api("POST", `/api/kindred/v1/groups/${group.id}/held/${held.id}/decline`, { reason: "no shops" });
    await stays_out(paula, note);
    const same = new Create({ id: new URL("#again", note.id), actor: paula.me, object: note, tos: [PUBLIC_COLLECTION, group.actor.id] });
    await paula.tell(group.actor, same);
    await stays_out(paula, note);
    check((await nadia.api("GET", `/api/kindred/v1/groups/${group.id}/held`)).length === 0, "it waits again");
    await nadia.change(group.id, { hold_newcomers: false });
  });

  await story.step("a post enters by audience alone, and by address alone", async () => {
    const ccs = [robert.followers];
    const byAudience = await robert.publish(Note, {
      content: "<p>by audience</p>", tos: [PUBLIC_COLLECTION], ccs, audiences: [group.actor.id],
    }, group.actor);
    const byAddress = await robert.publish(Note, {
      content: "<p>by address</p>", tos: [PUBLIC_COLLECTION], ccs: [...ccs, group.actor.id],
    }, group.actor);
    for (const note of [byAudience, byAddress]) {
      await nadia.shown(group.id, note.id);
      const { object } = await relayed(note);
      check(object.actor === robert.id && [object.to].flat().length > 0, `it was announced as ${JSON.stringify(object)}`);
      await boosted(ines, note);
    }
  });
  await story.step("what names the group without being public is passed on by nobody", async () => {
    const note = await robert.publish(Note, {
      content: "<p>for my followers</p>", tos: [robert.followers], ccs: [group.actor.id],
    }, group.actor);
    await stays_out(robert, note);
  });
  await story.step("a post in somebody else's name stays outside", async () => {
    const { status } = await robert.posts(group.actor.inboxId, {
      "@context": "https://www.w3.org/ns/activitystreams",
      id: robert.address("create").href,
      type: "Create",
      actor: robert.id,
      to: [PUBLIC_COLLECTION.href, group.uri],
      cc: [],
      object: {
        id: new URL("/notes/forged", ines.server.origin).href,
        type: "Note",
        attributedTo: ines.id,
        content: "<p>I never said that</p>",
        to: [PUBLIC_COLLECTION.href, group.uri],
        cc: [],
      },
    });
    check(status === 403, `it was answered ${status}`);
    await passes(robert);
    check(!(await kindred.page(group.uri)).includes("I never said that"), "the page shows it");
  });

  await story.step("a reply that forgets the group belongs to the thread, and is passed on", async () => {
    const reply = await bao.post(null, "<p>how did you glue it?</p>", thread.id, [group.actor]);
    await until("it stands in the thread", async () => (await answers(thread)).includes(reply.id.href));
    await relayed(reply);
  });
  await story.step("replies are not boosted to microblogs, but reach those who speak in the thread with their author's proof", async () => {
    const reply = await robert.post(group.actor, "<p>rice glue, I bet</p>", thread.id);
    await until("it stands in the thread", async () => (await answers(thread)).includes(reply.id.href));
    await relayed(reply);
    // Whether Fedify believes it depends on Robert's server, which may want a signature before it shows his key.
    const forwarded = await ines.server.gets("the forwarded Create", ({ type, object }) => type === "Create" && object?.id === reply.id.href);
    check(forwarded.actor === robert.id && (forwarded.proof ?? forwarded.signature) != null, `it is by ${forwarded.actor}`);
    await passes(ines);
    const boosts = ines.server.letters.filter(({ json }) => json.type === "Announce" && json.object === reply.id.href);
    check(boosts.length === 0, "it was boosted");
  });
  await story.step("unless the group says so", async () => {
    await nadia.api("PATCH", `/api/kindred/v1/groups/${group.id}/relay`, { boosts_comments: true });
    const reply = await robert.post(group.actor, "<p>or wheat paste</p>", thread.id);
    await boosted(ines, reply);
  });
  await story.step("each server hears each thing once", async () => {
    for (const { letters } of [robert.server, ines.server, mei.server]) {
      const told = new Map();
      for (const { path, json } of letters.filter(({ json }) => json.actor === group.uri)) {
        const key = `${path} ${json.id}`;
        told.set(key, (told.get(key) ?? 0) + 1);
      }
      const twice = [...told].filter(([, times]) => times > 1);
      check(twice.length === 0, `these came more than once: ${twice}`);
      const boosts = letters.filter(({ json }) => json.type === "Announce" && json.actor === group.uri && json.object === thread.id.href);
      check(new Set(boosts.map(({ json }) => json.id)).size <= 1, "the first lantern was boosted under several ids");
    }
  });

  async function answers(note) {
    const status = await nadia.inGroup(group.id, note.id);
    return (await nadia.answers(status.id)).map(({ uri }) => uri);
  }
}
