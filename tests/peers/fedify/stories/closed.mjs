/**
 * Groups that are not for everybody: for members, for partners, for the company. What is said there reaches those whom
 * it is for, and no other server by any door.
 */
import { Leave, Note, Reject } from "@fedify/vocab";
import { check, given, until } from "../steps.mjs";

export async function closed({ story, kindred, nadia, tomas, robert, ines, mei, bao, actor, room, passes }) {
  let pilots, post, wings, offer;
  const whispers = []; // what must never be known outside
  const whisper = async (group, words) => {
    whispers.push(words);
    return await nadia.publish(`@${group.handle} ${words}`, { visibility: "private" });
  };
  const relayed = (voice, group, uri) =>
    voice.server.gets(`the Announce of ${uri}`, ({ type, actor, object }) =>
      type === "Announce" && actor === group.uri && object?.type === "Create" && object.object?.id === uri);
  const refused = async (ask, urls) => {
    for (const url of urls) check((await ask(url)) === 404, `${url} was answered ${await ask(url)}`);
  };
  const doors = (group) => ["outbox", "followers", "moderators", "featured"].map((door) => `${group.uri}/${door}`);

  await story.step("the card of a group for members has what is needed to knock, and no more", async () => {
    pilots = await room("pilots", { visibility: "members", join: "open", summary: "Where we hide the good hills" });
    const card = await kindred.document(pilots.uri);
    check(card.manuallyApprovesFollowers === true && card.discoverable === false, `it says ${JSON.stringify(card)}`);
    check(!JSON.stringify(card).includes("good hills"), "it tells what the group is about");
    check(card.inbox != null && card.publicKey?.publicKeyPem != null, "nobody can knock there");
  });
  await story.step("Robert, whose microblog keeps nothing among members, is refused and told why", async () => {
    await robert.answered(Reject, await robert.follow(pilots.actor));
    const note = await robert.server.gets("the explanation", ({ type, actor, object }) =>
      type === "Create" && actor === `${kindred.origin}/actor` && JSON.stringify(object.to).includes(robert.id));
    check(!JSON.stringify(note).includes("#Public") && note.object.content.length > 20, `it says ${note.object.content}`);
  });
  await story.step("Mei, on a server that keeps it, comes in and hears what is said", async () => {
    await mei.enters(pilots.actor);
    const status = await whisper(pilots, "the hill behind the mill");
    post = status.uri;
    const letter = await relayed(mei, pilots, post);
    for (const part of [letter, letter.object, letter.object.object]) {
      check(!JSON.stringify([part.to, part.cc]).includes("Public"), `it is addressed to the public: ${part.to} ${part.cc}`);
      check(part.to.includes(pilots.uri) && part.to.includes(`${pilots.uri}/followers`), `it is addressed to ${part.to}`);
    }
  });
  await story.step("Mei's server reads it with a signature; Robert's and unsigned requests get 404 at every door", async () => {
    check((await mei.fetch(given(post, "post"))).content.includes("behind the mill"), "she cannot read it");
    check((await mei.fetch(`${pilots.uri}/outbox`)) != null, "she cannot read the outbox");
    const all = [post, `${post}/replies`, `${post}/context`, ...doors(pilots)];
    await refused((url) => robert.statusOf(url), all);
    await refused((url) => kindred.statusOf(url), all);
    await refused((url) => kindred.statusOf(url, "text/html"), [post, pilots.uri]);
  });
  await story.step("Mei's server may ask who else has a member; Robert's may not", async () => {
    const ask = (who) => `${pilots.uri}/followers?is_follower=${encodeURIComponent(who.id)}`;
    check((await mei.statusOf(ask(mei))) === 200, "she has no member, it says");
    check((await mei.statusOf(ask(robert))) === 404, "Robert's server has a member, it says");
    check((await robert.statusOf(ask(mei))) === 404, "Robert's server is told about Mei's");
  });
  await story.step("what Mei says there, to the group and its followers, comes in and stays inside", async () => {
    whispers.push("I saw a fox there");
    const note = await mei.publish(Note, {
      content: "<p>I saw a fox there</p>", tos: [pilots.actor.id, new URL(`${pilots.uri}/followers`)], ccs: [],
    }, pilots.actor);
    const shown = await nadia.shown(pilots.id, note.id);
    check(["private", "direct"].includes(shown.visibility), `it is ${shown.visibility}`);
    check((await kindred.statusOf(`${kindred.origin}/api/v1/statuses/${shown.id}`, "application/json")) === 404, "strangers see it");
    const boost = await tomas.ask("POST", `/api/v1/statuses/${shown.id}/reblog`);
    check(boost.status >= 400 && boost.status < 500, `boosting it was answered ${boost.status}`);
  });
  await story.step("what is public is not made a secret by naming the group", async () => {
    const note = await mei.post(pilots.actor, "<p>out in the open</p>");
    await passes(mei);
    check((await nadia.inGroup(pilots.id, note.id)) == null, "it stands in the group");
  });
  await story.step("Ines is invited: she may speak into the room, and her server hears nothing of it", async () => {
    const { id } = await nadia.meet(ines.handle);
    await nadia.invite(pilots.id, id);
    await ines.enters(pilots.actor);
    await whisper(pilots, "the gate code is four kites");
    whispers.pop();
    const note = await ines.publish(Note, { content: "<p>may I bring my sister?</p>", tos: [pilots.actor.id], ccs: [] }, pilots.actor);
    await nadia.shown(pilots.id, note.id);
    await passes(ines);
    check(!ines.server.knowsOf("four kites"), "her server was told");
  });
  await story.step("when Mei leaves, her server reads and hears no more, at once", async () => {
    await mei.does(Leave, { object: pilots.actor.id }, pilots.actor);
    await until("she is out", async () => (await nadia.roleOf(pilots.id, mei.handle)) == null);
    await refused((url) => mei.statusOf(url), [post, `${pilots.uri}/outbox`]);
    const last = await whisper(pilots, "Mei is not to know");
    await passes(mei);
    check(!mei.server.knowsOf(last.uri) && !mei.server.knowsOf("not to know"), "she was told");
  });

  await story.step("a group for the company does not exist for others", async () => {
    const { id } = await nadia.found("canteen", { visibility: "company" });
    const uri = `${kindred.origin}/g/canteen`;
    await nadia.publish("@canteen soup again", { visibility: "private" });
    await refused((url) => kindred.statusOf(url), [uri, `${uri}/outbox`, `${uri}/followers`]);
    await refused((url) => mei.statusOf(url), [uri, `${uri}/outbox`, `${uri}/followers`]);
    const finger = `${kindred.origin}/.well-known/webfinger?resource=acct:canteen@${kindred.host}`;
    check((await kindred.statusOf(finger, "application/jrd+json")) === 404, "WebFinger knows it");
    whispers.push("soup again");
    const follow = await mei.actsPlainly({ id: new URL(uri), inboxId: new URL(`${kindred.origin}/inbox`) }, { type: "Follow", object: uri });
    await passes(mei);
    check(!mei.server.knowsOf(follow.id), "the Follow was answered");
    check((await nadia.members(id)).length === 1, "somebody came in");
  });

  await story.step("without an agreement, nobody elsewhere gets into a group for partners", async () => {
    wings = await room("wings", { visibility: "partners", join: "open" });
    await mei.answered(Reject, await mei.follow(wings.actor));
    await refused((url) => mei.statusOf(url), doors(wings));
  });
  await story.step("Mei's company offers an agreement, and Nadia's accepts", async () => {
    const us = { id: new URL(`${kindred.origin}/actor`), inboxId: new URL(`${kindred.origin}/inbox`) };
    offer = {
      id: actor.address("offer").href, type: "Offer", actor: actor.id, to: [us.id.href], cc: [], summary: "Mei",
      object: { type: "PartnerAgreement", name: "Far Ltd.", flows: ["groups"] },
    };
    const { status } = await actor.posts(us.inboxId, { "@context": "https://www.w3.org/ns/activitystreams", ...offer });
    check(status === 202, `the Offer was answered ${status}`);
    const proposed = await until("Nadia sees it", async () =>
      (await nadia.api("GET", "/api/kindred/v1/partners")).find(({ state }) => state === "proposed"));
    check(proposed.host === mei.server.host, `it is with ${proposed.host}`);
    await nadia.api("POST", `/api/kindred/v1/partners/${proposed.host}/accept`);
    const accept = await mei.server.gets("the Accept", ({ type, object }) => type === "Accept" && object?.id === offer.id);
    check(accept.actor === us.id.href && accept.object.object.flows.join() === "groups", `it says ${JSON.stringify(accept)}`);
  });
  await story.step("then Mei comes in, hears and reads; Robert does not", async () => {
    await mei.enters(wings.actor);
    const status = await whisper(wings, "the new spar is hollow");
    const letter = await relayed(mei, wings, status.uri);
    check(!JSON.stringify(letter).includes("#Public"), "it is addressed to the public");
    check((await mei.fetch(status.uri)).content.includes("hollow"), "she cannot read it");
    await robert.answered(Reject, await robert.follow(wings.actor));
    await refused((url) => robert.statusOf(url), [status.uri, ...doors(wings)]);
    await refused((url) => kindred.statusOf(url), [status.uri, ...doors(wings)]);
    post = status.uri;
  });
  await story.step("when Mei's company takes its offer back, nothing passes any more", async () => {
    const { status } = await actor.posts(new URL(`${kindred.origin}/inbox`), {
      "@context": "https://www.w3.org/ns/activitystreams",
      id: actor.address("undo").href, type: "Undo", actor: actor.id, to: [`${kindred.origin}/actor`], cc: [], object: offer,
    });
    check(status === 202, `the Undo was answered ${status}`);
    await until("the agreement has ended", async () =>
      (await nadia.api("GET", "/api/kindred/v1/partners")).every(({ state }) => state === "ended"));
    await refused((url) => mei.statusOf(url), [post, ...doors(wings)]);
    const late = await whisper(wings, "the spar broke");
    await passes(mei);
    check(!mei.server.knowsOf(late.uri), "she was told");
    await mei.answered(Reject, await mei.follow(wings.actor));
  });
  await story.step("nothing of it all has reached a server that it is not for, or any page", async () => {
    await passes(robert);
    await passes(bao);
    for (const words of whispers) {
      for (const voice of [robert, ines]) check(!voice.server.knowsOf(words), `${voice.name}'s server knows of ${words}`);
      for (const url of [`${kindred.origin}/`, nadia.uri]) {
        check(!(await kindred.page(url)).includes(words), `${url} shows ${words}`);
      }
    }
    check(!JSON.stringify(await kindred.document(`${nadia.uri}/outbox`)).includes("/g/pilots"), "Nadia's outbox tells of it");
  });
}
