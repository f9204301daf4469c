/**
 * Robert meets the testing group: he finds it, follows, reads, answers, likes, edits, deletes, starts a thread, and leaves.
 */
import { Accept, Announce, Create, Delete, Follow, Group, isActor, Like, Note, Undo, Update } from "@fedify/vocab";
import { check, given, never, until } from "../steps.mjs";

export async function meeting({ story, kindred, nadia: organiser, robert }) {
  const { hears: heard, letterOf } = robert.server;
  let made, group, follow, accept, status, announce, note, nadia, reply, like, thread, hisThread, accepted;
  const inThread = async () => (await organiser.answers(status.id)).map((answer) => answer.content).join("\n");
  const inReplies = async () => collect((await kindred.document(status.uri)).replies);

  await story.step("an admin makes a group for Nadia", async () => {
    made = await kindred.group("testing", "Testing lovers", "nadia");
  });
  await story.step("Robert finds the group by WebFinger", async () => {
    const acct = `testing@${kindred.host}`;
    const found = given(await robert.server.finger(acct, new URL(kindred.origin).protocol), `WebFinger answer for ${acct}`);
    check(found.subject === `acct:${acct}`, `the subject is ${found.subject}`);
    const self = found.links.find((link) => link.rel === "self" && link.type === "application/activity+json");
    group = await robert.lookup(given(self, "self link").href);
    check(group != null, `Fedify cannot read the actor at ${self.href}`);
    check(group.id.href === self.href, `the actor calls itself ${group.id.href}`);
  });
  await story.step("the actor is a Group that can be followed and written to", async () => {
    given(group, "group");
    check(group instanceof Group, `it is a ${group.constructor.name}`);
    check(group.preferredUsername === "testing", `its preferredUsername is ${group.preferredUsername}`);
    for (const part of ["inboxId", "outboxId", "followersId", "publicKeyId"]) {
      check(group[part]?.origin === kindred.origin, `its ${part} is ${group[part]}`);
    }
    check((await group.getPublicKey())?.publicKey != null, "its key cannot be read");
  });
  await story.step("Robert follows the group and it accepts", async () => {
    follow = await robert.follow(given(group, "group"));
    accept = await heard("the group's Accept", (it) => it instanceof Accept && it.actorId?.href === group.id.href);
    const { object } = letterOf(accept);
    check(object?.type === "Follow" && object.id === follow.id.href, `it accepts ${JSON.stringify(object)}`);
    check(idOf(object.actor) === robert.id && idOf(object.object) === group.id.href, `it accepts ${JSON.stringify(object)}`);
  });
  await story.step("the group counts Robert among its followers", async () => {
    given(accept, "Accept");
    await until("the collection counts a follower", async () => (await followers()) >= 1);
  });
  await story.step("what Nadia posts is announced by the group", async () => {
    status = await organiser.publish(`@testing hello, who flies a kite this weekend?`);
    announce = await heard("the Announce of Nadia's post", announces(status.uri));
    check(announce.actorId.href === group?.id.href, `it comes from ${announce.actorId}`);
    check(announce.published != null, "it has no published");
  });
  await story.step("Robert reads Nadia's Note", async () => {
    note = await robert.lookup(given(announce, "Announce").objectId.href);
    check(note instanceof Note, `behind ${announce.objectId} is ${note?.constructor.name ?? "nothing readable"}`);
    check(String(note.content).includes("flies a kite"), `it says ${note.content}`);
    check(Math.abs(note.published.epochMilliseconds - Date.now()) < 60_000, `it was published ${note.published}`);
    check(announce.published.epochMilliseconds >= note.published.epochMilliseconds, "it was announced before it was published");
    nadia = await robert.lookup(note.attributionId.href);
    check(isActor(nadia) && nadia.preferredUsername === "nadia", `its author is ${note.attributionId}`);
  });
  await story.step("Robert's reply is shown to Kindred's clients", async () => {
    reply = await robert.post(given(group, "group"), "<p>Count me in, the <b>red</b> one flies again.</p>", given(note, "Note").id, [nadia]);
    await until("the thread has it", async () => (await inThread()).includes("flies again"));
    const [answer] = await organiser.answers(status.id);
    check(answer.in_reply_to_id === status.id, `it answers ${answer.in_reply_to_id}`);
    check(answer.account.acct === robert.handle, `it is by ${answer.account.acct}`);
    check(answer.uri === reply.id.href, `its uri is ${answer.uri}`);
  });
  await story.step("Robert's reply is on the page of the thread", async () => {
    given(reply, "reply");
    await until("the page has it", async () => (await kindred.page(status.url ?? status.uri)).includes("flies again"));
  });
  await story.step("Robert's reply is in the replies of Nadia's Note", async () => {
    const id = given(reply, "reply").id.href;
    await until("the collection has it", async () => (await inReplies()).includes(id));
  });
  await story.step("Robert likes Nadia's post", async () => {
    like = await robert.like(given(note, "Note").id, given(nadia, "author"));
    await until("one favourite is counted", async () => (await organiser.status(status.id)).favourites_count === 1);
  });
  await story.step("Robert takes his like back", async () => {
    await robert.undo(given(like, "Like"), nadia);
    await until("no favourite is counted", async () => (await organiser.status(status.id)).favourites_count === 0);
  });
  await story.step("Robert boosts Nadia's post and takes it back", async () => {
    const boosts = async () => (await organiser.status(status.id)).reblogs_count;
    const before = await boosts();
    const boost = await robert.boost(given(note, "Note").id, given(nadia, "author"));
    await until("one boost more is counted", async () => (await boosts()) === before + 1);
    await robert.undo(boost, nadia);
    await until("it is not counted any more", async () => (await boosts()) === before);
  });
  await story.step("Robert edits his reply", async () => {
    reply = await robert.edit(given(reply, "reply"), { content: "<p>Count me in, the blue one soars.</p>" }, group, [nadia]);
    await until("the thread has the new words", async () => (await inThread()).includes("blue one soars"));
    check(!(await inThread()).includes("flies again"), "the old words are still there");
    check((await organiser.answers(status.id))[0].edited_at != null, "the edit is not marked");
  });
  await story.step("Robert deletes his reply", async () => {
    await robert.remove(given(reply, "reply"), group, [nadia]);
    await until("the thread is without it", async () => !(await inThread()).includes("blue one soars"));
    check(!(await kindred.page(status.url ?? status.uri)).includes("blue one soars"), "the page still has it");
    check(!(await inReplies()).includes(reply.id.href), "the replies collection still has it");
  });
  await story.step("Robert starts a thread in the group", async () => {
    thread = await robert.post(given(group, "group"), `<p>@testing does anybody lend a kite?</p>`);
    const passedOn = await until("the group passes it on", async () =>
      (await organiser.statusesOf(made.id)).find((entry) => (entry.reblog ?? entry).uri === thread.id.href));
    check(passedOn.account.id === String(made.id), `it is passed on by ${passedOn.account.acct}`);
    check(passedOn.reblog?.account.acct === robert.handle, `it is by ${passedOn.reblog?.account.acct}`);
    hisThread = passedOn.reblog;
  });
  await story.step("Nadia answers in Robert's thread and he gets it", async () => {
    const answer = await organiser.publish(`@${robert.handle} take mine, it is yellow`, { in_reply_to_id: given(hisThread, "thread").id });
    const create = await heard("the Create", (it) => it instanceof Create && it.objectId?.href === answer.uri);
    check(create.actorId.href === nadia?.id.href, `it is by ${create.actorId}`);
    const said = await create.getObject();
    check(said.replyTargetId?.href === thread.id.href, `it answers ${said.replyTargetId}`);
    check([letterOf(create).object.tag].flat().some((tag) => tag?.href === robert.id), "it does not mention him");
  });
  await story.step("Nadia likes Robert's thread and he gets it", async () => {
    await organiser.favour(given(hisThread, "thread").id);
    const its = await heard("the Like", (it) => it instanceof Like && it.objectId?.href === thread.id.href);
    check(its.actorId.href === nadia?.id.href, `it is by ${its.actorId}`);
  });
  await story.step("Nadia follows Robert and he accepts", async () => {
    const standing = await organiser.follow(given(hisThread, "thread").account.id);
    check(standing.requested && !standing.following, `before he has answered she is told ${JSON.stringify(standing)}`);
    const asked = await heard("the Follow", (it) => it instanceof Follow && it.objectId?.href === robert.id);
    check(asked.actorId.href === nadia?.id.href, `it is by ${asked.actorId}`);
    accepted = await robert.accept(asked, nadia);
  });
  await story.step("what Robert says outside the group is in Nadia's home", async () => {
    given(accepted, "Accept");
    const aside = await robert.post(null, "<p>Back from the wind tunnel.</p>", null, [nadia]);
    const entry = await until("it is there", async () => (await organiser.home()).find(({ uri }) => uri === aside.id.href));
    check(entry.account.acct === robert.handle, `it is by ${entry.account.acct}`);
  });
  await story.step("Nadia edits her post and Robert hears it", async () => {
    await organiser.rewrite(given(status, "post").id, `@testing hello, who flies a dragon this weekend?`);
    const update = await heard("the Update", (it) => it instanceof Update && it.objectId?.href === status.uri);
    check(update.actorId.href === nadia?.id.href, `it is by ${update.actorId}`);
    check(String((await update.getObject())?.content).includes("flies a dragon"), "it does not carry the new words");
  });
  await story.step("Nadia deletes her post and Robert hears it", async () => {
    await organiser.withdraw(given(status, "post").id);
    const gone = await heard("the Delete", (it) => it instanceof Delete && it.objectId?.href === status.uri);
    check(gone.actorId.href === nadia?.id.href, `it is by ${gone.actorId}`);
    await heard("the group's Undo", (it) => it instanceof Undo && it.objectId?.href === given(announce, "Announce").id.href);
    await until("the Note is gone", () => kindred.gone(status.uri));
  });
  await story.step("Robert leaves and is counted out", async () => {
    const before = await followers();
    await robert.unfollow(given(group, "group"), given(follow, "Follow"));
    await until("the collection counts one less", async () => (await followers()) === before - 1);
  });
  await story.step("what Nadia posts after that does not reach him", async () => {
    given(announce, "Announce");
    const later = await organiser.publish(`@testing without Robert it is quiet here`);
    await until("the group has it", async () =>
      (await organiser.statusesOf(made.id)).some((entry) => (entry.reblog ?? entry).uri === later.uri));
    await never("he heard of it", () => robert.server.letters.some(({ json }) => JSON.stringify(json).includes(later.uri)), 4_000);
  });

  function announces(uri) {
    return (it) => it instanceof Announce && it.objectId?.href === uri;
  }

  async function followers() {
    return (await kindred.document(given(group, "group").followersId.href)).totalItems;
  }

  /** All ids of a collection given by id or embedded, over at most ten pages. */
  async function collect(collection) {
    const ids = [];
    let page = typeof collection === "string" ? await kindred.document(collection) : collection;
    for (let pages = 0; page != null && pages < 10; pages += 1) {
      const items = [page.items ?? page.orderedItems ?? []].flat();
      ids.push(...items.map(idOf));
      const onward = page.first ?? page.next;
      page = typeof onward === "string" ? await kindred.document(onward) : onward;
    }
    return ids;
  }
}

function idOf(thing) {
  return thing?.id ?? thing;
}
