/**
 * Coming in and going: open groups, groups that ask, groups that invite; `Join` and `Leave` beside `Follow` and `Undo`.
 */
import { Accept, Follow, Invite, Join, Leave, Reject, Undo } from "@fedify/vocab";
import { check, given, never, until } from "../steps.mjs";

export async function joining({ story, kindred, nadia, tomas, robert, paula, ines, mei, bao, parafoils, room }) {
  let open, ask, invite, guest, waiting;
  const followers = async (group) => (await kindred.document(`${group.uri}/followers`)).totalItems;
  const role = (group, who) => nadia.roleOf(group.id, who.handle);
  const becomes = (group, who, as) => until(`${who.name} is ${as ?? "nobody"} there`, async () => (await role(group, who)) === as);

  await story.step("in an open group, a Follow makes a member at once", async () => {
    open = await room("dragons", { join: "open" });
    const follow = await robert.enters(open.actor);
    const { object } = await robert.answered(Accept, follow);
    check(object.type === "Follow" && object.actor === robert.id && object.object === open.uri, `it accepts ${JSON.stringify(object)}`);
    await becomes(open, robert, "user");
    check((await kindred.document(open.uri)).openness === "open", "the group does not call itself open");
  });
  await story.step("so does a Join, and its Accept holds the Join", async () => {
    const join = await mei.does(Join, { object: open.actor.id, tos: [open.actor.id] }, open.actor);
    const { object } = await mei.answered(Accept, join);
    check(object.type === "Join" && object.actor === mei.id, `it accepts ${JSON.stringify(object)}`);
    await becomes(open, mei, "user");
    check((await followers(open)) === 3, `it counts ${await followers(open)} followers`);
  });
  await story.step("who asks again is answered again, and is counted once", async () => {
    await robert.enters(open.actor);
    await robert.answered(Accept, await robert.does(Join, { object: open.actor.id }, open.actor));
    check((await followers(open)) === 3, `it counts ${await followers(open)} followers`);
  });
  await story.step("a Leave ends belonging and hearing", async () => {
    await mei.does(Leave, { object: open.actor.id, tos: [open.actor.id] }, open.actor);
    await becomes(open, mei, undefined);
    check((await followers(open)) === 2, `it counts ${await followers(open)} followers`);
  });
  await story.step("an Undo of a Join does so too, named by its id alone", async () => {
    const join = await mei.does(Join, { object: open.actor.id }, open.actor);
    await becomes(open, mei, "user");
    await mei.does(Undo, { object: join.id }, open.actor);
    await becomes(open, mei, undefined);
  });

  await story.step("where one asks, a Follow waits with its words", async () => {
    ask = await room("boxkites", { join: "ask" });
    const card = await kindred.document(ask.uri);
    check(card.openness === "moderated" && card.manuallyApprovesFollowers === false, `its card says ${card.openness}, ${card.manuallyApprovesFollowers}`);
    waiting = await robert.follow(ask.actor, "<p>I sew them myself.</p>");
    const [asker] = await until("Nadia sees that he waits", async () => {
      const list = await nadia.waiting(ask.id);
      return list.length > 0 && list;
    });
    check(asker.acct === robert.handle, `${asker.acct} waits`);
    check((await role(ask, robert)) === undefined, "he is in already");
    check((await followers(ask)) === 1, "he hears already");
    guest = asker.id;
  });
  await story.step("Nadia says yes, and he is accepted", async () => {
    await nadia.answer(ask.id, given(guest, "asker"), "authorize");
    const { object } = await robert.answered(Accept, given(waiting, "Follow"));
    check(object.type === "Follow" && object.object === ask.uri, `it accepts ${JSON.stringify(object)}`);
    await becomes(ask, robert, "user");
  });
  await story.step("Nadia says no to Ines, with her reason", async () => {
    const follow = await ines.follow(ask.actor);
    const [asker] = await until("she waits", async () => {
      const list = await nadia.waiting(ask.id);
      return list.length > 0 && list;
    });
    await nadia.answer(ask.id, asker.id, "reject", { reason: "Only people who sew" });
    const reject = await ines.answered(Reject, follow);
    check(JSON.stringify([reject.summary, reject.content]).includes("Only people who sew"), `it says ${JSON.stringify(reject)}`);
    await becomes(ask, ines, undefined);
  });
  await story.step("Ines may ask again, and is let in when the group opens; nobody is put out", async () => {
    const follow = await ines.follow(ask.actor);
    await until("she waits", async () => (await nadia.waiting(ask.id)).length > 0);
    await nadia.change(ask.id, { join: "open" });
    await ines.answered(Accept, follow);
    await becomes(ask, ines, "user");
    await becomes(ask, robert, "user");
    await ines.server.gets("the group's Update", ({ type, object }) => type === "Update" && object?.id === ask.uri && object.openness === "open");
  });
  await story.step("a group that begins to invite keeps its members, and they go on hearing", async () => {
    const before = await followers(ask);
    await nadia.change(ask.id, { join: "invite" });
    check((await kindred.document(ask.uri)).openness === "invite_only", "its card does not say so");
    check((await followers(ask)) === before, "it has lost followers");
    const status = await nadia.publish(`@${ask.handle} we are complete`);
    await robert.server.gets("what is said there", ({ type, object }) => type === "Announce" && object === status.uri);
  });
  await story.step("a stranger who follows there is rejected, and may not be a member", async () => {
    invite = ask;
    await paula.answered(Reject, await paula.follow(invite.actor));
    await becomes(invite, paula, undefined);
  });

  await story.step("Nadia invites Mei, whose server gets an Invite and accepts it by its id", async () => {
    const { id } = await nadia.meet(mei.handle);
    await nadia.invite(invite.id, id);
    const card = await mei.server.hears("the Invite", (it) => it instanceof Invite && it.objectId?.href === invite.uri);
    check(card.actorId.href === nadia.uri && card.targetId.href === mei.id, `it is by ${card.actorId} for ${card.targetId}`);
    await mei.accept(card.id, invite.actor);
    await becomes(invite, mei, "user");
    const status = await nadia.publish(`@${invite.handle} welcome, Mei`);
    await mei.server.gets("what is said there", ({ type, object }) => type === "Announce" && object?.object?.id === status.uri);
  });
  await story.step("Bao turns his invitation down, with the Invite inside, and stays outside", async () => {
    const { id } = await nadia.meet(bao.handle);
    await nadia.invite(invite.id, id);
    const card = await bao.server.hears("the Invite", (it) => it instanceof Invite && it.targetId?.href === bao.id);
    await bao.reject(card, invite.actor, { content: "<p>No time.</p>" });
    // The invitation is gone: what comes next is not welcome.
    await bao.answered(Reject, await bao.follow(invite.actor));
    await becomes(invite, bao, undefined);
  });
  await story.step("Paula, on a microblog, is invited by a direct word, and her Follow is welcome", async () => {
    const { id } = await nadia.meet(paula.handle);
    await nadia.invite(invite.id, id);
    const word = await paula.server.gets("a direct Note", ({ type, object }) =>
      type === "Create" && JSON.stringify(object.to).includes(paula.id) && JSON.stringify(object.tag ?? []).includes(invite.uri));
    check(word.actor === nadia.uri && !JSON.stringify(word).includes("#Public"), `it is by ${word.actor} to ${word.to}`);
    await paula.enters(invite.actor);
    await becomes(invite, paula, "user");
  });
  await story.step("a moderator who lives elsewhere invites by an Invite of her own", async () => {
    const { account } = (await nadia.members(invite.id)).find(({ account }) => account.acct === mei.handle);
    await nadia.promote(invite.id, account.id, "moderator");
    await mei.does(Invite, { object: invite.actor.id, target: bao.me, tos: [bao.me], ccs: [invite.actor.id] }, invite.actor);
    await bao.enters(invite.actor);
    await becomes(invite, bao, "user");
  });
  await story.step("an Invite by somebody who has no say there brings nobody in", async () => {
    await robert.does(Leave, { object: invite.actor.id }, invite.actor);
    await becomes(invite, robert, undefined);
    await paula.does(Invite, { object: invite.actor.id, target: robert.me, tos: [robert.me] }, invite.actor);
    await robert.answered(Reject, await robert.follow(invite.actor));
  });

  await story.step("Tomás is invited to a group on Fedify, accepts, and follows", async () => {
    const card = await invitesTomas();
    const [asked] = await until("he sees the invitation", async () => {
      const list = await tomas.api("GET", "/api/kindred/v1/invitations");
      return list.length > 0 && list;
    });
    check(asked.group.acct === parafoils.handle && asked.by?.acct === mei.handle, `${asked.by?.acct} invites him to ${asked.group.acct}`);
    await tomas.api("POST", `/api/kindred/v1/groups/${asked.group.id}/invitation/accept`);
    await mei.answered(Accept, card);
    const follow = await mei.server.hears("his Follow", (it) => it instanceof Follow && it.objectId?.href === parafoils.id);
    check(follow.actorId.href === tomas.uri, `${follow.actorId} follows`);
    const [before] = await tomas.api("GET", `/api/v1/groups/relationships?id[]=${asked.group.id}`);
    check(!before.member, "he belongs before the group has said so");
    await parafoils.accept(follow, await mei.lookup(tomas.uri));
    await until("he belongs", async () => (await tomas.api("GET", `/api/v1/groups/relationships?id[]=${asked.group.id}`))[0].member);
    await tomas.leave(asked.group.id);
    await mei.server.hears("that he left", (it) => it instanceof Undo && it.actorId?.href === tomas.uri);
  });
  await story.step("asked once more, he declines, and Fedify hears why", async () => {
    const card = await invitesTomas();
    const [asked] = await until("he sees the invitation", async () => {
      const list = await tomas.api("GET", "/api/kindred/v1/invitations");
      return list.length > 0 && list;
    });
    await tomas.api("POST", `/api/kindred/v1/groups/${asked.group.id}/invitation/decline`, { reason: "too windy" });
    const reject = await mei.answered(Reject, card);
    check(JSON.stringify(reject).includes("too windy"), `it says ${JSON.stringify(reject)}`);
    check((await tomas.api("GET", "/api/kindred/v1/invitations")).length === 0, "the invitation is still there");
  });
  await story.step("an Invite to a group on another server than the inviter's is not shown", async () => {
    await robert.does(Invite, { object: parafoils.me, target: new URL(tomas.uri), tos: [new URL(tomas.uri)] }, await robert.lookup(tomas.uri));
    await never("he sees it", async () => (await tomas.api("GET", "/api/kindred/v1/invitations")).length > 0, 1_000);
  });

  await story.step("a link brings in whoever lives here, and tells all others where to follow", async () => {
    const link = await nadia.api("POST", `/api/kindred/v1/groups/${invite.id}/links`, { max_uses: 1 });
    const page = await kindred.page(link.url);
    check(page.includes(`${invite.handle}@${kindred.host}`), "the page does not say what to follow");
    await tomas.api("POST", `/api/kindred/v1/invitations/${link.token}`);
    check((await nadia.roleOf(invite.id, "tomas")) === "user", "he is not in");
  });

  async function invitesTomas() {
    return await mei.does(Invite, { object: parafoils.me, target: new URL(tomas.uri), tos: [new URL(tomas.uri)] }, await mei.lookup(tomas.uri));
  }
}
