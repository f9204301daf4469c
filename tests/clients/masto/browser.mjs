// A browser without a script: it keeps cookies, fills in forms, and stops where a program is to be sent back to.

export class Browser {
  #cookies = new Map();

  constructor(name, password) {
    this.name = name;
    this.password = password;
  }

  /** Signs in where that is asked for, says yes, and answers the code that the program gets. */
  async letsIn(address) {
    const home = new URL(address).origin;
    let [where, page] = await this.#follow(address, {});
    for (let forms = 0; forms < 3; forms += 1) {
      const url = new URL(where);
      if (url.origin !== home || url.searchParams.has("code")) return url.searchParams.get("code");
      const { action, fields } = firstForm(page);
      if (fields.has("password")) {
        fields.set("username", this.name);
        fields.set("password", this.password);
      }
      [where, page] = await this.#follow(new URL(action, where), { method: "POST", body: fields });
    }
    throw new Error(`the way to a code does not end: ${where}`);
  }

  /** Goes on until there is a page, or the way leads out. */
  async #follow(address, request) {
    const home = new URL(address).origin;
    let where = new URL(address);
    for (let hops = 0; hops < 10; hops += 1) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(where, { ...request, headers: { cookie }, redirect: "manual" });
      for (const line of answer.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        this.#cookies.set(name, value);
      }
      const onward = answer.headers.get("location");
      if (!onward) return [where.href, await answer.text()];
      where = new URL(onward, where);
      if (where.origin !== home) return [where.href, ""];
      request = {};
    }
    throw new Error("the way leads in circles");
  }
}

function firstForm(page) {
  const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(page);
  if (!form) throw new Error(`there is no form on this page: ${page.slice(0, 500)}`);
  const fields = new URLSearchParams();
  for (const [input] of form[2].matchAll(/<input[^>]*>/g)) {
    const attribute = (name) => new RegExp(` ${name}="([^"]*)"`).exec(input)?.[1];
    if (attribute("name") && attribute("type") !== "checkbox") {
      fields.set(attribute("name"), unescaped(attribute("value") ?? ""));
    }
  }
  return { action: unescaped(form[1]), fields };
}

const unescaped = (text) => text.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
