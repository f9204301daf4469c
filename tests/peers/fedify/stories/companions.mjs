/**
 * Groups that follow groups (FEP-d36d): a group on Fedify hears of ours, ours hears of it, and nothing goes round twice.
 */
import { Accept, Announce, Follow, PUBLIC_COLLECTION, Undo } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { check, given, until } from "../steps.mjs";

export async function companions({ story, kindred, nadia, robert, ines, mei, parafoils, room, passes }) {
  let group, note, theirs, follow;
  const passesOn = (object) =>
    parafoils.does(Announce, { object, published: Temporal.Now.instant(), tos: [PUBLIC_COLLECTION], ccs: [parafoils.followers] }, group.actor);
  const boostsOf = (id) => robert.server.letters.filter(({ path, json }) =>
    json.type === "Announce" && json.actor === group.uri && (json.object?.id ?? json.object) === String(id) && path.endsWith("inbox"));

  await story.step("a group on Fedify follows ours: it hears, and is no member", async () => {
    group = await room("thermals", { join: "open" });
    await robert.enters(group.actor);
    await parafoils.enters(group.actor);
    check((await nadia.members(group.id)).every(({ account }) => account.acct !== parafoils.handle), "it is a member");
    check((await kindred.document(`${group.uri}/followers`)).totalItems === 3, "it is not counted");
    const status = await nadia.publish(`@${group.handle} it lifts at noon`);
    const { object } = await parafoils.server.gets("what is said there", ({ type, actor, object }) =>
      type === "Announce" && actor === group.uri && object?.object?.id === status.uri);
    check(object.type === "Create", `it is told by ${object.type}`);
    given(await nadia.inGroup(group.id, status.uri), "Nadia's post");
    note = status.uri;
  });
  await story.step("a group that hears only may not moderate, nor be made a member", async () => {
    const { id } = await nadia.meet(parafoils.handle);
    const { status } = await nadia.ask("POST", `/api/v1/groups/${group.id}/promote`, { account_ids: [id], role: "moderator" });
    check(status >= 400 && status < 500, `promoting it was answered ${status}`);
    theirs = id;
  });
  await story.step("our group asks to hear of theirs, and is accepted", async () => {
    const asked = await nadia.api("POST", `/api/kindred/v1/groups/${group.id}/follows`, { account_id: given(theirs, "their group") });
    check(asked.state === "waiting", `it is ${asked.state}`);
    follow = await parafoils.server.hears("the Follow of a group", (it) => it instanceof Follow && it.objectId?.href === parafoils.id && it.actorId?.href === group.uri);
    check(follow.actorId.href === group.uri, `it is by ${follow.actorId}`);
    await parafoils.accept(follow, group.actor);
    await until("it hears", async () => (await nadia.api("GET", `/api/kindred/v1/groups/${group.id}/follows`))[0].state === "hears");
  });
  await story.step("what their group passes on, ours passes on to its people, by its address and once", async () => {
    const said = await mei.post(null, "<p>thermals over the lake</p>");
    await passesOn(said.id);
    await robert.server.gets("it, through our group", ({ type, actor, object }) => type === "Announce" && actor === group.uri && object === said.id.href);
    await passesOn(said.id);
    await parafoils.answered(Accept, await parafoils.follow(group.actor)); // everything before this was worked through
    await passes(robert);
    check(new Set(boostsOf(said.id).map(({ json }) => json.id)).size === 1, "it was passed on twice");
    const back = parafoils.server.letters.filter(({ json }) => json.actor === group.uri && JSON.stringify(json).includes(said.id.href));
    check(back.length === 0, "it was told to the group that it came from");
  });
  await story.step("what came from our group and comes back stands there once", async () => {
    const before = boostsOf(note).length;
    await passesOn(new URL(note));
    const echo = await robert.server.gets("our group's own Announce", ({ type, actor, object }) =>
      type === "Announce" && actor === group.uri && (object?.id ?? object) === note);
    await passesOn(new URL(echo.id));
    await parafoils.answered(Accept, await parafoils.follow(group.actor));
    await passes(robert);
    check(boostsOf(note).length === before, "it went round");
    check((await nadia.statusesOf(group.id)).filter((entry) => (entry.reblog ?? entry).uri === note).length === 1, "it stands there twice");
  });
  await story.step("our group stops listening, and is told so", async () => {
    await nadia.api("DELETE", `/api/kindred/v1/groups/${group.id}/follows`, { account_id: theirs });
    await parafoils.server.hears("the Undo", (it) => it instanceof Undo && it.actorId?.href === group.uri);
    const late = await mei.post(null, "<p>nobody is to hear this through thermals</p>");
    await passesOn(late.id);
    await parafoils.answered(Accept, await parafoils.follow(group.actor));
    await passes(ines);
    check(boostsOf(late.id).length === 0, "it is still passed on");
  });
}
