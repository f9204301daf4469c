/**
 * Nadia keeps order in a group here: every act arrives at Fedify in the words that each server knows, and leaves a line
 * and receipts; complaints go both ways.
 */
import { Flag, isActor, Service } from "@fedify/vocab";
import { check, given, until } from "../steps.mjs";

export async function order({ story, kindred, nadia, tomas, robert, ines, mei, bao, room, passes }) {
  let group, thread, post, robertId;
  const told = (what, inside) =>
    mei.server.gets(`the Announce of ${what}`, ({ type, actor, object }) =>
      type === "Announce" && actor === group.uri && object?.type && inside(object));
  const atInes = (what, matches) => ines.server.gets(what, (json) => json.actor === group.uri && matches(json));
  const wellAddressed = ({ to, cc, audience, object }) => {
    for (const list of [to, cc, object.to, object.cc]) check(Array.isArray(list), "to or cc is no list");
    check(audience === group.uri && object.audience === group.uri, `the audience is ${audience}, ${object.audience}`);
  };
  const receipts = async () => {
    const [line] = await nadia.api("GET", `/api/kindred/v1/groups/${group.id}/audit`);
    const all = await nadia.api("GET", `/api/kindred/v1/groups/${group.id}/audit/${line.id}/receipts`);
    return { action: line.action, ...Object.fromEntries(all.map(({ host, state }) => [host, state])) };
  };
  const receiptsSay = async (action, threadiverse, microblog) => {
    await until(`${action} has its receipts`, async () => {
      const said = await receipts();
      if (said.action === action && said[mei.server.host] === threadiverse && said[ines.server.host] === microblog) return true;
      throw new Error(JSON.stringify(said));
    });
  };

  await story.step("Robert speaks in Nadia's group, with Ines and Mei in it", async () => {
    group = await room("stunts", { join: "open" });
    for (const who of [robert, ines, mei, bao]) await who.enters(group.actor);
    await tomas.join(group.id);
    thread = await robert.post(group.actor, "<p>two lines are enough</p>");
    post = await nadia.shown(group.id, thread.id);
    robertId = post.account.id;
    await told("the Create", ({ object }) => object?.id === thread.id.href);
  });
  await story.step("Nadia takes the post down: announced as a Delete with her reason, withdrawn from microblogs", async () => {
    const boost = await atInes("the boost", ({ type, object }) => type === "Announce" && object === thread.id.href);
    await nadia.act(group.id, given(post, "post").id, "remove", { reason: "off topic" });
    const letter = await told("the Delete", ({ type, object }) => type === "Delete" && (object?.id ?? object) === thread.id.href);
    wellAddressed(letter);
    check(letter.object.actor === nadia.uri && letter.object.summary === "off topic", `it says ${JSON.stringify(letter.object)}`);
    await atInes("its withdrawal", ({ type, object }) => type === "Undo" && object?.id === boost.id);
    await receiptsSay("post.remove", "applied", "applied");
    check((await kindred.document(letter.object.id)).summary === "off topic", "the act cannot be fetched");
  });
  await story.step("and brings it back: an Undo of that Delete, and a fresh boost", async () => {
    const first = await atInes("the boost", ({ type, object }) => type === "Announce" && object === thread.id.href);
    await nadia.act(group.id, post.id, "restore");
    wellAddressed(await told("the Undo", ({ type, object }) => type === "Undo" && object?.type === "Delete" && object.object === thread.id.href));
    await atInes("a fresh boost", ({ id, type, object }) => type === "Announce" && object === thread.id.href && id !== first.id);
    await receiptsSay("post.restore", "applied", "applied");
  });
  for (const [act, type, inner] of [["lock", "Lock"], ["unlock", "Undo", "Lock"], ["pin", "Add"], ["unpin", "Remove"]]) {
    await story.step(`${act}: ${type} at the threadiverse, nothing at microblogs`, async () => {
      await nadia.act(group.id, given(post, "post").id, act, act === "lock" ? { reason: "that will do" } : undefined);
      const letter = await told(`the ${type}`, (it) =>
        it.type === type && (inner ? it.object?.type === inner && it.object.object === thread.id.href : it.object === thread.id.href));
      wellAddressed(letter);
      if (act === "lock") check(letter.object.summary === "that will do", `it says ${letter.object.summary}`);
      if (act.endsWith("pin")) check(letter.object.target === `${group.uri}/featured`, `its target is ${letter.object.target}`);
      await receiptsSay(`post.${act}`, "applied", "unspeakable");
      check(!ines.server.letters.some(({ json }) => json.id === letter.id || json.id === letter.object.id), "a microblog was told");
    });
  }
  await story.step("Nadia bans Robert for a week and takes down what he wrote", async () => {
    await nadia.ban(group.id, robertId, { reason: "cut my line", expires_in: 604_800, remove_content: true });
    const letter = await told("the Block", ({ type, object }) => type === "Block" && object === robert.id);
    wellAddressed(letter);
    const { target, summary, endTime, removeData } = letter.object;
    check(target === group.uri && summary === "cut my line" && removeData === true, `it says ${JSON.stringify(letter.object)}`);
    check(Math.abs(Date.parse(endTime) - Date.now() - 604_800_000) < 60_000, `it ends ${endTime}`);
    await robert.server.gets("his Reject", ({ type, actor, object }) => type === "Reject" && actor === group.uri && object?.actor === robert.id);
    check((await nadia.inGroup(group.id, thread.id)) == null, "his post is still there");
    for (const { letters } of [robert.server, ines.server]) {
      check(!letters.some(({ json }) => json.type === "Block"), "a microblog was sent a Block");
    }
  });
  await story.step("and lets him come back", async () => {
    await nadia.unban(group.id, robertId);
    wellAddressed(await told("the Undo", ({ type, object }) => type === "Undo" && object?.type === "Block" && object.object === robert.id));
    await robert.enters(group.actor);
  });
  await story.step("whoever is sent away gets a Reject, and may come back", async () => {
    const { id } = await nadia.account(bao.handle);
    await nadia.api("POST", `/api/v1/groups/${group.id}/kick`, { account_ids: [id], reason: "read the rules" });
    const { object } = await bao.server.gets("the Reject", ({ type, actor, object }) => type === "Reject" && actor === group.uri && object?.actor === bao.id);
    check(object.type === "Follow" && object.object === group.uri, `it rejects ${JSON.stringify(object)}`);
    await bao.enters(group.actor);
  });

  await story.step("Ines complains about a post: Nadia sees it, and so does Mei, who moderates from elsewhere", async () => {
    const { id } = await nadia.account(mei.handle);
    await nadia.promote(group.id, id, "moderator");
    const bad = await robert.post(group.actor, "<p>your kite is ugly</p>");
    await nadia.shown(group.id, bad.id);
    await ines.does(Flag, { objects: [robert.me, bad.id], content: "that hurts", tos: [group.actor.id] }, group.actor);
    const [report] = await until("Nadia sees it", reports);
    check(report.comment === "that hurts", `it says ${JSON.stringify(report).slice(0, 300)}`);
    check(JSON.stringify(report).includes(bad.id.href), "the post is not in it");
    const handed = await mei.server.hears("the Flag", (it) => it instanceof Flag && JSON.stringify(mei.server.letterOf(it)).includes(bad.id.href));
    check(handed.actorId.href === `${kindred.origin}/p/reports`, `it is by ${handed.actorId}`);
    check(!JSON.stringify(mei.server.letterOf(handed)).includes(ines.id), "it names who complained");
    await nadia.api("POST", `/api/kindred/v1/groups/${group.id}/reports/${report.id}/resolve`);
    check((await reports()).length === 0, "it is still open");
  });
  await story.step("the same Flag twice is one, and in a shape of its own it is read as well", async () => {
    const note = (await nadia.statusesOf(group.id)).map((entry) => entry.reblog ?? entry)[0];
    const flag = { type: "Flag", id: ines.address("flag").href, object: note.uri, summary: "once is enough", to: undefined, cc: undefined };
    await ines.actsPlainly(group.actor, flag);
    await ines.actsPlainly(group.actor, flag);
    await passes(ines);
    const open = await reports();
    check(open.length === 1 && open[0].comment === "once is enough", `there are ${open.length}`);
  });
  await story.step("Tomás complains about Robert, and his server is told, by nobody in particular", async () => {
    const bad = (await nadia.statusesOf(group.id)).map((entry) => entry.reblog ?? entry).find(({ account }) => account.acct === robert.handle);
    await tomas.api("POST", "/api/v1/reports", { account_id: robertId, status_ids: [bad.id], comment: "please look", forward: true });
    const flag = await robert.server.hears("the Flag", (it) => it instanceof Flag);
    check(flag.objectIds[0].href === robert.id && flag.objectIds[1].href === bad.uri, `it names ${flag.objectIds}`);
    check(String(flag.content) === "please look", `it says ${flag.content}`);
    const by = await robert.lookup(flag.actorId);
    check(isActor(by) && by instanceof Service, `it is by ${flag.actorId}`);
    check(!JSON.stringify(robert.server.letterOf(flag)).includes("tomas"), "it names who complained");
    check((await reports()).some(({ comment }) => comment === "please look"), "the moderators here do not see it");
  });

  async function reports() {
    return await nadia.api("GET", `/api/kindred/v1/groups/${group.id}/reports`);
  }
}
