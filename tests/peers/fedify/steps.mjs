/**
 * Steps of a story: each is tried, timed and told in one line.
 *
 * Not a test framework: steps run in order, once, and a step whose ground is missing fails by itself.
 */

/** How long anything may take that crosses the wire. */
export const PATIENCE = 20_000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks again until the answer is truthy and gives it back; what went wrong last is told when time is up. */
export async function until(what, ask, patience = PATIENCE) {
  const end = Date.now() + patience;
  let last;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      if (error.final) throw error;
      last = error;
    }
    await pause(100);
  }
  throw new Error(`waited ${patience / 1000} s in vain until ${what}${last ? ` (last: ${last.message})` : ""}`);
}

/** Holds its breath: fails as soon as something turns up that must not. */
export async function never(what, ask, patience) {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    if (await ask()) throw new Error(what);
    await pause(100);
  }
}

export function check(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

/** What an earlier step should have left behind. */
export function given(thing, name) {
  check(thing != null, `there is no ${name}: an earlier step failed`);
  return thing;
}

export class Story {
  passed = 0;
  failed = 0;
  chapter = "start";

  constructor(name) {
    this.name = name;
  }

  async step(sentence, act) {
    const start = Date.now();
    try {
      await withLimit(act(), 2 * PATIENCE);
      this.passed += 1;
      console.log(`ok      ${this.name} ${this.chapter}: ${sentence} (${Date.now() - start} ms)`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAILED  ${this.name} ${this.chapter}: ${sentence}\n        ${error.message}`);
    }
  }
}

async function withLimit(promise, ms) {
  let timer;
  const limit = new Promise((_done, fail) => {
    timer = setTimeout(() => fail(new Error(`gave up after ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
