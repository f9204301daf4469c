/**
 * Somebody on a Fedify server who speaks: in Fedify's words where it has them, in plain JSON where it has none.
 *
 * Each thing that is said is answered for when Kindred has taken it (2xx), so that the next one comes after it.
 */
import { randomUUID } from "node:crypto";
import { signRequest } from "@fedify/fedify";
import {
  Accept, Announce, Create, Delete, Follow, Like, Mention, Note, PUBLIC_COLLECTION, Reject, Tombstone, Undo, Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { until } from "./steps.mjs";
import { quietFetch, sent } from "./traffic.mjs";

export class Voice {
  constructor(server, name, self) {
    this.server = server;
    this.name = name;
    this.self = self;
    this.me = server.ctx.getActorUri(name);
    this.id = this.me.href;
    this.followers = server.ctx.getFollowersUri(name);
    this.handle = `${name}@${server.host}`;
  }

  /** The object behind an id, as Fedify reads it in this one's name: wrong types, ids and origins give null. */
  async lookup(id) {
    return await this.server.ctx.lookupObject(String(id), { documentLoader: await this.loader() });
  }

  /** The document behind an id, asked for with a signature; an error when it is not given. */
  async fetch(id) {
    return (await (await this.loader())(String(id))).document;
  }

  /** The status with which a document is answered that this one asks for. */
  async statusOf(id) {
    const request = new Request(String(id), { headers: { Accept: "application/activity+json" } });
    return (await quietFetch(await this.sign(request))).status;
  }

  loader() {
    return this.server.ctx.getDocumentLoader({ identifier: this.name });
  }

  address(what) {
    return new URL(`#${what}/${randomUUID()}`, this.me);
  }

  /** Says something to an actor's server and answers once it was taken. */
  async tell(recipients, activity) {
    await this.server.ctx.sendActivity({ identifier: this.name }, recipients, activity, {
      preferSharedInbox: this.server.sharedInbox,
      fanout: "skip",
    });
    if ([recipients].flat().length === 0) return activity;
    const taken = ({ id, status }) => id === activity.id.href && status >= 200 && status < 300;
    await until(`${activity.constructor.name} of ${this.name} is taken`, () => sent.some(taken));
    return activity;
  }

  /** Any activity of this one: `props` beside id and actor. */
  does(Kind, props, recipients) {
    return this.tell(recipients, new Kind({ id: this.address(Kind.name.toLowerCase()), actor: this.me, ...props }));
  }

  /** An act in a group: to the public, and the group in `cc`. */
  acts(Kind, group, props) {
    return this.does(Kind, { tos: [PUBLIC_COLLECTION], ccs: [group.id], ...props }, group);
  }

  /** A word that Fedify's vocabulary lacks, in a group. Answers the JSON. */
  async actsPlainly(group, json) {
    const letter = {
      "@context": "https://www.w3.org/ns/activitystreams",
      id: this.address(json.type.toLowerCase()).href,
      actor: this.id,
      to: [PUBLIC_COLLECTION.href],
      cc: [group.id.href],
      ...json,
    };
    const { status, text } = await this.posts(group.inboxId, letter);
    if (status !== 202) throw new Error(`${json.type} was answered ${status}: ${text}`);
    return letter;
  }

  /**
   * Sends any JSON, signed by this one, and answers with what came back. A liar signs with another `key`, in the name of
   * another `keyId`, `at` another time, or tampers with the request afterwards.
   */
  async posts(inbox, json, { key, keyId, at, tamper = (request) => request } = {}) {
    const body = typeof json === "string" ? json : JSON.stringify(json);
    const request = new Request(inbox, { method: "POST", headers: { "Content-Type": "application/activity+json" }, body });
    const response = await quietFetch(await tamper(await this.sign(request, key, keyId, at)));
    return { status: response.status, text: await response.text() };
  }

  sign(request, key = this.self.keys[0].privateKey, keyId = new URL("#main-key", this.me), at = undefined) {
    return signRequest(request, key, keyId, { spec: this.server.knock, currentTime: at });
  }

  async follow(target, words) {
    const follow = new Follow({
      id: this.address("follows"), actor: this.me, object: target.id, ...(words && { content: words }),
    });
    return await this.tell(target, follow);
  }

  /** Follows and waits for the yes. */
  async enters(target) {
    const follow = await this.follow(target);
    await this.answered(Accept, follow);
    return follow;
  }

  /** The answer to something that was asked, as JSON: the question stands in it whole. */
  answered(Kind, question) {
    return this.server.gets(`the ${Kind.name} of ${question.constructor.name}`, ({ type, object }) =>
      type === Kind.name && (object?.id ?? object) === question.id.href);
  }

  unfollow(group, follow) {
    return this.does(Undo, { object: follow, tos: [group.id] }, group);
  }

  addressed(group, people = []) {
    return {
      tos: group ? [PUBLIC_COLLECTION, group.id] : [PUBLIC_COLLECTION],
      ccs: group ? [...people.map((person) => person.id), this.followers] : [this.followers],
    };
  }

  /**
   * Posts a Note addressed to the public and the group, which it mentions: a reply when `parent` is given, else a new
   * thread. Without a group it is for the public and one's followers, and goes to `people`.
   */
  post(group, html, parent, people = []) {
    const props = { replyTarget: parent, tags: group ? [group, ...people].map(mention) : [], ...this.addressed(group, people) };
    return this.publish(Note, { content: html, ...props }, group ? [group, ...people] : people);
  }

  /** Publishes an object of any kind, and tells of it by a `Create` with the same addresses. */
  async publish(Kind, props, recipients) {
    const folder = Kind.name === "Question" ? "questions" : "notes";
    const id = new URL(`/${folder}/${randomUUID()}`, this.server.origin);
    const object = new Kind({ id, url: id, attribution: this.me, published: Temporal.Now.instant(), ...props });
    this.server.things.set(id.pathname, object);
    await this.tell(recipients, new Create({
      id: new URL("#create", id), actor: this.me, object, published: object.published,
      tos: props.tos, ccs: props.ccs, audiences: props.audiences,
    }));
    return object;
  }

  async edit(object, changes, group, people = []) {
    const edited = object.clone({ updated: Temporal.Now.instant(), ...changes });
    this.server.things.set(object.id.pathname, edited);
    await this.tell([group, ...people], new Update({
      id: new URL(`#update/${randomUUID()}`, object.id), actor: this.me, object: edited, updated: edited.updated,
      ...this.addressed(group, people),
    }));
    return edited;
  }

  async remove(object, group, people = []) {
    this.server.things.delete(object.id.pathname);
    return await this.tell([group, ...people], new Delete({
      id: new URL("#delete", object.id), actor: this.me, object: new Tombstone({ id: object.id }), ...this.addressed(group, people),
    }));
  }

  like(noteId, author) {
    return this.does(Like, { object: noteId }, author);
  }

  boost(noteId, author) {
    return this.does(Announce, {
      object: noteId, published: Temporal.Now.instant(), tos: [PUBLIC_COLLECTION], ccs: [author.id, this.followers],
    }, author);
  }

  /** Takes something back. */
  undo(activity, recipients, props) {
    return this.does(Undo, { object: activity, ...props }, recipients);
  }

  /** Says yes or no to what somebody has asked. */
  accept(question, asker, props) {
    return this.does(Accept, { object: question, ...props }, asker);
  }

  reject(question, asker, props) {
    return this.does(Reject, { object: question, ...props }, asker);
  }
}

/** A tag that names somebody. */
export function mention({ id, preferredUsername }) {
  return new Mention({ href: id, name: `@${preferredUsername}@${id.host}` });
}
