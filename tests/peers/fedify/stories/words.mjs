/**
 * More than plain words: edits, polls, quotes with consent, people who move.
 */
import {
  Accept, Delete, Follow, InteractionPolicy, InteractionRule, Move, Note, PUBLIC_COLLECTION, Question,
  QuoteAuthorization, QuoteRequest, Reject, Undo,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { check, given, until } from "../steps.mjs";

export async function words({ story, kindred, nadia, tomas, robert, ines, oskar, mei, room, passes }) {
  let group, poll, status, stamp, quoting;
  const told = (what, inside) =>
    mei.server.gets(`the Announce of ${what}`, ({ type, actor, object }) => type === "Announce" && actor === group.uri && inside(object));

  await story.step("an edit and a deletion by their author are announced, and microblogs hear of the end", async () => {
    group = await room("letters", { join: "open" });
    for (const who of [robert, ines, mei]) await who.enters(group.actor);
    let note = await robert.post(group.actor, "<p>frist draft</p>");
    const shown = await nadia.shown(group.id, note.id);
    const boost = await ines.server.gets("the boost", ({ type, object }) => type === "Announce" && object === note.id.href);
    note = await robert.edit(note, { content: "<p>first draft</p>" }, group.actor);
    const { object } = await told("the Update", ({ type, object }) => type === "Update" && object?.id === note.id.href);
    check(object.actor === robert.id && object.object.content.includes("first draft"), `it says ${JSON.stringify(object)}`);
    check((await nadia.status(shown.id)).content.includes("first draft"), "clients see the old words");
    check((await nadia.api("GET", `/api/v1/statuses/${shown.id}/history`)).length === 2, "it has no history");
    await robert.remove(note, group.actor);
    await told("the Delete", ({ type, object }) => type === "Delete" && (object?.id ?? object) === note.id.href);
    await ines.server.gets("the Undo of the boost", ({ type, object }) => type === "Undo" && object?.id === boost.id);
    check((await nadia.ask("GET", `/api/v1/statuses/${shown.id}`)).status === 404, "clients still see it");
  });
  await story.step("somebody else's Update and Delete of a post change nothing", async () => {
    const note = await robert.post(group.actor, "<p>mine to change</p>");
    const shown = await nadia.shown(group.id, note.id);
    const forged = {
      "@context": "https://www.w3.org/ns/activitystreams", id: ines.address("update").href, type: "Update", actor: ines.id,
      to: [PUBLIC_COLLECTION.href], cc: [group.uri],
      object: { id: note.id.href, type: "Note", attributedTo: robert.id, content: "<p>changed by Ines</p>", to: [PUBLIC_COLLECTION.href] },
    };
    const { status: answer } = await ines.posts(group.actor.inboxId, forged);
    check(answer === 403, `the Update was answered ${answer}`);
    await ines.does(Delete, { object: note.id, tos: [PUBLIC_COLLECTION] }, group.actor);
    await passes(ines);
    check((await nadia.status(shown.id)).content.includes("mine to change"), "it was changed");
  });

  await story.step("Nadia votes in Robert's poll, and he alone is told", async () => {
    poll = await robert.publish(Question, {
      content: "<p>Which tail?</p>", ...robert.addressed(group.actor),
      exclusiveOptions: ["short", "long"].map((name) => new Note({ name })),
      voters: 0, endTime: Temporal.Now.instant().add({ hours: 24 }),
    }, group.actor);
    const shown = await nadia.shown(group.id, poll.id);
    check(shown.poll.options.map(({ title }) => title).join() === "short,long", `it has ${JSON.stringify(shown.poll)}`);
    await nadia.api("POST", `/api/v1/polls/${shown.poll.id}/votes`, { choices: [1] });
    const vote = await robert.server.gets("her vote", ({ type, object }) => type === "Create" && object?.inReplyTo === poll.id.href);
    check(vote.object.name === "long" && vote.actor === nadia.uri && vote.object.content == null, `it says ${JSON.stringify(vote)}`);
    check(JSON.stringify([vote.to, vote.cc]) === JSON.stringify([[robert.id], []]), `it is for ${vote.to} ${vote.cc}`);
    const again = await nadia.ask("POST", `/api/v1/polls/${shown.poll.id}/votes`, { choices: [0] });
    check(again.status >= 400 && again.status < 500, `voting again was answered ${again.status}`);
    check(!mei.server.knowsOf(vote.id), "others were told");
  });
  await story.step("Robert votes in Nadia's poll, once", async () => {
    status = await nadia.publish(`@${group.handle} Which line?`, { poll: { options: ["thin", "thick"], expires_in: 86_400 } });
    const question = await robert.lookup(status.uri);
    check(question instanceof Question, `behind ${status.uri} is ${question?.constructor.name}`);
    const cast = (name) => robert.publish(Note, { name, replyTarget: question.id, tos: [new URL(nadia.uri)], ccs: [] }, group.actor);
    await cast("thin");
    const votes = async () => (await nadia.status(status.id)).poll.options.map(({ votes_count }) => votes_count).join();
    await until("it is counted", async () => (await votes()) === "1,0");
    await cast("thin");
    await cast("thick");
    await cast("neither");
    await passes(robert);
    check((await votes()) === "1,0", `it is counted as ${await votes()}`);
    check((await nadia.answers(status.id)).length === 0, "a vote is shown as an answer");
    const seen = await robert.lookup(status.uri);
    const counts = [];
    for await (const option of seen.getExclusiveOptions()) counts.push((await option.getReplies())?.totalItems);
    check(counts.join() === "1,0" && seen.voters === 1, `Fedify counts ${counts} by ${seen.voters}`);
  });

  await story.step("Robert asks to quote Nadia's post and gets a stamp that can be read", async () => {
    status = await nadia.publish(`@${group.handle} string theory is about kites`);
    quoting = await robert.publish(Note, {
      content: "<p>she is right</p>", quote: new URL(status.uri), quoteUrl: new URL(status.uri), ...robert.addressed(group.actor),
    }, group.actor);
    const request = await robert.does(QuoteRequest, { object: new URL(status.uri), instrument: quoting, tos: [new URL(nadia.uri)] }, group.actor);
    const { result } = await robert.answered(Accept, request);
    stamp = await robert.lookup(result);
    check(stamp instanceof QuoteAuthorization, `behind ${result} is ${stamp?.constructor.name}`);
    check(stamp.attributionId.href === nadia.uri && stamp.interactingObjectId.href === quoting.id.href &&
      stamp.interactionTargetId.href === status.uri, "the stamp is for something else");
    quoting = await robert.edit(quoting, { quoteAuthorization: stamp.id }, group.actor);
    await until("the quote counts", async () => (await nadia.inGroup(group.id, quoting.id)).quote?.state === "accepted");
  });
  await story.step("Nadia takes her consent back: the stamp is deleted and gone", async () => {
    const shown = await nadia.inGroup(group.id, quoting.id);
    await nadia.api("POST", `/api/v1/statuses/${status.id}/quotes/${shown.id}/revoke`);
    await robert.server.gets("the Delete of the stamp", ({ type, object }) => type === "Delete" && (object?.id ?? object) === given(stamp, "stamp").id.href);
    check(await kindred.gone(stamp.id.href), "the stamp is still there");
    check((await nadia.inGroup(group.id, quoting.id)).quote?.state === "revoked", "the quote still counts");
  });
  await story.step("where nobody may quote, the request is rejected", async () => {
    const own = await nadia.publish(`@${group.handle} do not quote me`, { quote_approval_policy: "nobody" });
    const note = await robert.publish(Note, { content: "<p>but</p>", quote: new URL(own.uri), ...robert.addressed(group.actor) }, group.actor);
    await robert.answered(Reject, await robert.does(QuoteRequest, { object: new URL(own.uri), instrument: note }, group.actor));
    check((await nadia.inGroup(group.id, note.id)).quote?.state !== "accepted", "it counts");
  });
  await story.step("Nadia quotes Robert, who is asked, stamps it, and takes the stamp back", async () => {
    const open = new InteractionPolicy({ canQuote: new InteractionRule({ automaticApproval: PUBLIC_COLLECTION }) });
    const note = await robert.publish(Note, { content: "<p>quote me</p>", interactionPolicy: open, ...robert.addressed(group.actor) }, group.actor);
    const shown = await nadia.shown(group.id, note.id);
    const mine = await nadia.publish(`@${group.handle} as Robert says`, { quoted_status_id: shown.id });
    const asked = await robert.server.hears("the QuoteRequest", (it) => it instanceof QuoteRequest && it.objectId?.href === note.id.href);
    check(asked.actorId.href === nadia.uri && asked.instrumentId?.href === mine.uri, `it is by ${asked.actorId} for ${asked.instrumentId}`);
    const id = new URL("/stamps/1", robert.server.origin);
    robert.server.things.set(id.pathname, new QuoteAuthorization({
      id, attribution: robert.me, interactingObject: new URL(mine.uri), interactionTarget: note.id,
    }));
    await robert.accept(asked, await robert.lookup(nadia.uri), { result: id });
    const state = async () => (await nadia.status(mine.id)).quote?.state;
    await until("it counts", async () => (await state()) === "accepted");
    check((await kindred.document(mine.uri)).quoteAuthorization === id.href, "the post does not show its stamp");
    await told("the Update with the stamp", (it) => it?.type === "Update" && it.object?.id === mine.uri && it.object.quoteAuthorization === id.href);
    robert.server.things.delete(id.pathname);
    await robert.does(Delete, { object: id, tos: [new URL(nadia.uri)] }, await robert.lookup(nadia.uri));
    await until("it counts no more", async () => (await state()) === "revoked");
  });

  await story.step("Oskar moves to Robert's server, and those who follow him here follow along", async () => {
    const { id } = await tomas.meet(oskar.handle);
    await tomas.follow(id);
    const follow = await oskar.server.hears("the Follow", (it) => it instanceof Follow && it.objectId?.href === oskar.id);
    const follower = await oskar.lookup(tomas.uri);
    await oskar.accept(follow, follower);
    await until("he follows", async () => (await tomas.relationship(id)).following);
    // First to an account that does not know him: nobody follows there.
    const thief = await robert.server.settle("Person", "osker");
    await oskar.does(Move, { object: oskar.me, target: thief.me, tos: [oskar.followers] }, follower);
    await passes(oskar);
    check(!thief.server.letters.some(({ json }) => json.type === "Follow" && json.object === thief.id), "he followed the wrong one");
    const home = await robert.server.settle("Person", "oskar");
    home.self.face = { ...home.self.face, aliases: [oskar.me] };
    await oskar.does(Move, { object: oskar.me, target: home.me, tos: [oskar.followers] }, follower);
    const onward = await home.server.hears("the Follow", (it) => it instanceof Follow && it.objectId?.href === home.id);
    check(onward.actorId.href === tomas.uri, `${onward.actorId} follows`);
    await oskar.server.hears("the end of the old one", (it) => it instanceof Undo && it.actorId?.href === tomas.uri);
  });
}
