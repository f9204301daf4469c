/**
 * How a group looks, how it ends; how people who go are forgotten.
 */
import { Delete, Group, Update } from "@fedify/vocab";
import { check, given, until } from "../steps.mjs";

export async function faces({ story, kindred, nadia, robert, ines, mei, room, passes }) {
  let group, post;

  await story.step("a new name, new rules and topics are told to every server that follows", async () => {
    group = await room("tails", { join: "open", summary: "Long ones" });
    for (const who of [robert, mei]) await who.enters(group.actor);
    post = await nadia.publish(`@${group.handle} mine is nine metres long`);
    await nadia.change(group.id, {
      display_name: "Kite tails", note: "Long ones and <b>short</b> ones", rules: "No scissors", topics: ["Kite tails", "Ribbons"],
      fields_attributes: [{ name: "Home", value: "https://tails.example/" }],
    });
    for (const { server } of [robert, mei]) {
      const update = await server.hears("the group's Update", (it) => it instanceof Update && it.objectId?.href === group.uri);
      check(update.actorId.href === group.uri, `it is by ${update.actorId}`);
    }
    const { object } = await robert.server.gets("the Update", ({ type, actor, object }) =>
      type === "Update" && actor === group.uri && object?.name === "Kite tails");
    check(object.type === "Group" && object.inbox === `${group.uri}/inbox`, "the actor is not embedded whole");
  });
  await story.step("Fedify reads the new face", async () => {
    const read = await mei.lookup(group.uri);
    check(read instanceof Group && String(read.name) === "Kite tails", `it is called ${read?.name}`);
    check(String(read.summary).includes("short") && String(read.summary).includes("No scissors"), `it says ${read.summary}`);
    const tags = [];
    for await (const tag of read.getTags()) tags.push(String(tag.name));
    check(tags.some((tag) => /ribbons/i.test(tag)), `its topics are ${tags}`);
    const fields = [];
    for await (const field of read.getAttachments()) fields.push(`${field.name}: ${field.value}`);
    check(fields.some((field) => field.includes("https://tails.example/")), `its links are ${fields}, the document says ${JSON.stringify((await kindred.document(group.uri)).attachment)}`);
  });
  await story.step("a person who changes their name is told of, too", async () => {
    const status = await nadia.publish("hello to all who follow me");
    await robert.follow(await robert.lookup(nadia.uri));
    await until("he hears of her", async () => (await kindred.document(`${nadia.uri}/followers`)).totalItems >= 1);
    await nadia.api("PATCH", "/api/v1/accounts/update_credentials", { display_name: "Nadia of the kites" });
    const update = await robert.server.hears("her Update", (it) => it instanceof Update && it.objectId?.href === nadia.uri);
    check(String((await update.getObject()).name) === "Nadia of the kites", "it has not the new name");
    given(status, "post");
  });
  await story.step("Nadia closes the group: its Delete arrives, and its address is gone for ever", async () => {
    await nadia.close(group.id);
    for (const { server } of [robert, mei]) {
      const gone = await server.hears("the group's Delete", (it) => it instanceof Delete && it.objectId?.href === group.uri);
      check(gone.actorId.href === group.uri, `it is by ${gone.actorId}`);
    }
    check((await kindred.statusOf(group.uri)) === 410, `its address is answered ${await kindred.statusOf(group.uri)}`);
    check((await kindred.statusOf(`${group.uri}/outbox`)) !== 200, "its outbox is still there");
    const finger = `${kindred.origin}/.well-known/webfinger?resource=acct:${group.handle}@${kindred.host}`;
    check((await kindred.statusOf(finger, "application/jrd+json")) === 404, "WebFinger still knows it");
  });
  await story.step("its tombstone can be read", async () => {
    const request = await fetch(group.uri, { headers: { Accept: "application/activity+json" } });
    const tombstone = await request.json();
    check(tombstone.type === "Tombstone" && tombstone.id === group.uri && tombstone.formerType === "Group", `it says ${JSON.stringify(tombstone)}`);
    given(post, "post");
  });
  await story.step("nobody is heard there any more, and nobody gets its name", async () => {
    const note = await robert.post(group.actor, "<p>is anybody there?</p>");
    await passes(robert);
    check(!(await nadia.home()).some(({ uri, account }) => uri === note.id.href && account.acct === group.handle), "it was passed on");
    const { status } = await nadia.ask("POST", "/api/v1/groups", { handle: group.handle, name: "Again" });
    check(status >= 400 && status < 500, `the name was given again (${status})`);
  });
  await story.step("when somebody on Fedify goes for good, what they wrote goes with them", async () => {
    const other = await room("farewells", { join: "open" });
    const leaver = await ines.server.settle("Person", "vera");
    await leaver.enters(other.actor);
    const last = await leaver.post(other.actor, "<p>goodbye kites</p>");
    await nadia.shown(other.id, last.id);
    await leaver.does(Delete, { object: leaver.me }, other.actor);
    await until("her post is gone", async () => (await nadia.inGroup(other.id, last.id)) == null);
    check((await nadia.roleOf(other.id, leaver.handle)) == null, "she is still a member");
  });
}
