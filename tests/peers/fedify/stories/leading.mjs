/**
 * Who leads: Mei, who lives on a Fedify server, is made a moderator and keeps order from there; others who try are not
 * heard; the group is handed over, and outlives its founder.
 */
import { Add, Block, Delete, Leave, Reject, Remove, Undo } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { check, given, until } from "../steps.mjs";

export async function leading({ story, kindred, nadia, tomas, robert, paula, ines, mei, room, passes }) {
  let group, threads, moderators, featured;
  const role = (who) => nadia.roleOf(group.id, who.handle);
  const becomes = (who, as) => until(`${who.name} is ${as ?? "nobody"} there`, async () => (await role(who)) === as);
  const listed = async (uri) => (await kindred.document(`${group.uri}/moderators`)).orderedItems.includes(uri);
  const pinned = async () => (await kindred.document(`${group.uri}/featured`)).orderedItems.map(({ id }) => id);
  /** What the group announced to Mei's server: an activity whose inside is this. */
  const announced = (what, inside) =>
    mei.server.gets(`the Announce of ${what}`, ({ type, actor, object }) =>
      type === "Announce" && actor === group.uri && object?.type && inside(object));
  const knows = (activity) => announced(activity.constructor.name, ({ id }) => id === activity.id.href);

  await story.step("Robert, Ines and Mei belong to Nadia's group, and Robert speaks", async () => {
    group = await room("soarers", { join: "open" });
    moderators = new URL(`${group.uri}/moderators`);
    featured = new URL(`${group.uri}/featured`);
    for (const who of [robert, paula, ines, mei]) await who.enters(group.actor);
    await tomas.join(group.id);
    threads = [];
    for (const words of ["the ridge is on", "who has sold a vario?", "cheap watches"]) {
      threads.push(await robert.post(group.actor, `<p>${words}</p>`));
      await nadia.shown(group.id, threads.at(-1).id);
    }
  });
  await story.step("Nadia makes Mei a moderator: the list shows her, and her server is told", async () => {
    check(await listed(nadia.uri), "Nadia is not in the list");
    const { id } = await nadia.account(mei.handle);
    await nadia.promote(group.id, id, "moderator");
    check(await listed(mei.id), "Mei is not in the list");
    const { object, to, cc } = await announced("Add", ({ type, object }) => type === "Add" && object === mei.id);
    check(object.actor === nadia.uri && object.target === moderators.href, `it is by ${object.actor} to ${object.target}`);
    check(Array.isArray(to) && Array.isArray(cc) && Array.isArray(object.to) && Array.isArray(object.cc), "to and cc are no lists");
  });
  await story.step("Mei takes a post down with a reason: it is gone here, announced as she said it, and withdrawn from microblogs", async () => {
    const spam = given(threads, "threads")[2];
    const boost = await ines.server.gets("the boost", ({ type, object }) => type === "Announce" && object === spam.id.href);
    const down = await mei.acts(Delete, group.actor, { object: spam.id, summary: "advertising" });
    await until("it is gone", async () => (await nadia.inGroup(group.id, spam.id)) == null);
    const { object } = await knows(down);
    check(object.actor === mei.id && object.summary === "advertising", `it says ${JSON.stringify(object)}`);
    await ines.server.gets("its withdrawal", ({ type, actor, object }) => type === "Undo" && actor === group.uri && object?.id === boost.id);
    check(!(await kindred.page(group.uri)).includes("cheap watches"), "the page still shows it");

    await mei.undo(down, group.actor, { tos: [group.actor.id] });
    await nadia.shown(group.id, spam.id);
    await announced("Undo", ({ type, object }) => type === "Undo" && (object?.id ?? object) === down.id.href);
    const again = await ines.server.gets("a fresh boost", ({ id, type, object }) =>
      type === "Announce" && object === spam.id.href && id !== boost.id);
    check(again.actor === group.uri, `it is by ${again.actor}`);
  });
  await story.step("Mei closes a thread, which takes no more answers, and opens it again", async () => {
    const thread = given(threads, "threads")[0];
    const lock = await mei.actsPlainly(group.actor, { type: "Lock", object: thread.id.href, summary: "off topic" });
    await announced("Lock", ({ id }) => id === lock.id);
    const late = await ines.post(group.actor, "<p>too late</p>", thread.id);
    await passes(ines);
    check((await nadia.inGroup(group.id, late.id)) == null, "the answer has come in");
    check(!(await answers(thread)).includes(late.id.href), "the answer stands in the thread");
    const word = await mei.post(group.actor, "<p>as I said, closed</p>", thread.id);
    await until("a moderator may still answer", async () => (await answers(thread)).includes(word.id.href));
    await mei.actsPlainly(group.actor, { type: "Undo", object: lock });
    await announced("Undo of the Lock", ({ type, object }) => type === "Undo" && object?.id === lock.id);
    const answer = await ines.post(group.actor, "<p>in time again</p>", thread.id);
    await until("the answer comes in", async () => (await answers(thread)).includes(answer.id.href));
  });
  await story.step("the author of a thread may close it, too, and a moderator alone opens it", async () => {
    const thread = given(threads, "threads")[1];
    const lock = await robert.actsPlainly(group.actor, { type: "Lock", object: thread.id.href });
    await announced("Robert's Lock", ({ id }) => id === lock.id);
    await robert.actsPlainly(group.actor, { type: "Undo", object: lock });
    await passes(robert);
    const late = await ines.post(group.actor, "<p>closed, it seems</p>", thread.id);
    await passes(ines);
    check(!(await answers(thread)).includes(late.id.href), "he has opened it");
    const undo = await mei.actsPlainly(group.actor, { type: "Undo", object: lock });
    await announced("Mei's Undo of Robert's Lock", ({ id }) => id === undo.id);
  });
  await story.step("Mei pins a thread and takes the pin out", async () => {
    const thread = given(threads, "threads")[0];
    await knows(await mei.acts(Add, group.actor, { object: thread.id, target: featured }));
    check((await pinned()).includes(thread.id.href), `there are ${await pinned()}`);
    await knows(await mei.acts(Remove, group.actor, { object: thread.id, target: featured }));
    check(!(await pinned()).includes(thread.id.href), "it is still pinned");
  });
  await story.step("Mei bans Ines for a day: she is told, and not heard", async () => {
    const ban = await mei.acts(Block, group.actor, {
      object: ines.me, target: group.actor.id, summary: "quarrels", endTime: Temporal.Now.instant().add({ hours: 24 }),
    });
    const { object } = await knows(ban);
    check(object.summary === "quarrels" && object.endTime != null && object.target === group.uri, `it says ${JSON.stringify(object)}`);
    await ines.server.gets("her Reject", ({ type, actor, object }) => type === "Reject" && actor === group.uri && object?.actor === ines.id);
    await becomes(ines, undefined);
    const [line] = await nadia.api("GET", `/api/v1/groups/${group.id}/blocks`);
    check(JSON.stringify(line).includes("quarrels"), `Nadia sees ${JSON.stringify(line)}`);
    await ines.answered(Reject, await ines.follow(group.actor));
    const shout = await ines.post(group.actor, "<p>I was right!</p>");
    await passes(ines);
    check((await nadia.inGroup(group.id, shout.id)) == null, "she was heard");

    const undo = await mei.undo(ban, group.actor, { tos: [group.actor.id] });
    await announced("the end of the ban", ({ id }) => id === undo.id.href);
    await ines.enters(group.actor);
    await becomes(ines, "user");
  });
  await story.step("who does not moderate is not heard, and nothing of it is announced", async () => {
    const thread = given(threads, "threads")[0];
    const acts = [
      await ines.acts(Delete, group.actor, { object: thread.id, summary: "I can" }),
      await ines.acts(Add, group.actor, { object: thread.id, target: featured }),
      await ines.acts(Add, group.actor, { object: ines.me, target: moderators }),
      await ines.acts(Remove, group.actor, { object: mei.me, target: moderators }),
      await ines.acts(Block, group.actor, { object: robert.me, target: group.actor.id }),
      await ines.actsPlainly(group.actor, { type: "Lock", object: thread.id.href }),
    ];
    await passes(ines);
    check((await nadia.inGroup(group.id, thread.id)) != null, "the post is gone");
    check(!(await pinned()).includes(thread.id.href), "the post is pinned");
    check(!(await listed(ines.id)) && (await listed(mei.id)), "the list has changed");
    check((await role(robert)) === "user", "Robert is out");
    const answer = await robert.post(group.actor, "<p>still open</p>", thread.id);
    await until("the thread is open", async () => (await answers(thread)).includes(answer.id.href));
    for (const { id } of acts) check(!mei.server.knowsOf(id.href ?? id), `${id} was announced`);
  });
  await story.step("a moderator of one group has no say in another", async () => {
    const other = await room("kiters", { join: "open" });
    await paula.enters(other.actor);
    const post = await paula.post(other.actor, "<p>waves at last</p>");
    await nadia.shown(other.id, post.id);
    await mei.acts(Delete, other.actor, { object: post.id, summary: "no" });
    await mei.acts(Block, other.actor, { object: paula.me, target: other.actor.id });
    await passes(mei);
    check((await nadia.inGroup(other.id, post.id)) != null, "the post is gone");
    check((await nadia.roleOf(other.id, paula.handle)) === "user", "Paula is out");
  });
  await story.step("Mei makes Robert a moderator, and he steps down by himself", async () => {
    await knows(await mei.acts(Add, group.actor, { object: robert.me, target: moderators }));
    check(await listed(robert.id), "he is not in the list");
    await knows(await robert.acts(Remove, group.actor, { object: robert.me, target: moderators }));
    check(!(await listed(robert.id)), "he is still in the list");
  });
  await story.step("a moderator puts out neither a moderator nor the organiser", async () => {
    const { account } = (await nadia.members(group.id)).find(({ account }) => account.acct === "tomas");
    await nadia.promote(group.id, account.id, "moderator");
    await mei.acts(Block, group.actor, { object: new URL(tomas.uri), target: group.actor.id });
    await mei.acts(Block, group.actor, { object: new URL(nadia.uri), target: group.actor.id });
    await mei.acts(Remove, group.actor, { object: new URL(nadia.uri), target: moderators });
    await passes(mei);
    check((await listed(tomas.uri)) && (await listed(nadia.uri)), "one of them is out");
  });
  await story.step("Nadia hands the group over to Mei and goes", async () => {
    const { id } = await nadia.account(mei.handle);
    await nadia.promote(group.id, id, "admin");
    await nadia.leave(group.id);
    check(!(await listed(nadia.uri)) && (await listed(mei.id)), "the list is not right");
    await until("Mei leads", async () => (await tomas.roleOf(group.id, mei.handle)) === "admin");
  });
  await story.step("the last organiser leaves, and the moderator who has served longest takes over", async () => {
    await mei.does(Leave, { object: group.actor.id }, group.actor);
    await until("Tomás leads", async () => (await tomas.roleOf(group.id, "tomas")) === "admin");
    check(!(await listed(mei.id)) && (await listed(tomas.uri)), "the list is not right");
    const undone = await mei.acts(Delete, group.actor, { object: threads[0].id, summary: "I was somebody once" });
    await passes(mei);
    check((await tomas.inGroup(group.id, threads[0].id)) != null, `${undone.id} had an effect`);
  });

  async function answers(thread) {
    const status = await nadia.inGroup(group.id, thread.id);
    return (await nadia.answers(status.id)).map(({ uri }) => uri);
  }
}
