/**
 * Everything that this process asks and sends, written down with its answers: the evidence when something goes wrong.
 */
const plainFetch = globalThis.fetch;

/** Every request that is not quiet: `{ method, url, form, id, body, status, answer }`. */
export const sent = [];

/** Begins to write down what Fedify asks and sends. */
export function watch() {
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const entry = { method: request.method, url: request.url, status: 0, form: signatureForm(request.headers) };
    if (request.method === "POST") {
      entry.body = await request.clone().text();
      entry.id = idOf(entry.body);
    }
    sent.push(entry);
    try {
      const response = await plainFetch(request, init?.redirect ? { redirect: init.redirect } : undefined);
      if (!response.ok) entry.answer = (await response.clone().text()).slice(0, 500);
      entry.status = response.status;
      return response;
    } catch (error) {
      entry.answer = String(error.cause ?? error);
      throw error;
    }
  };
}

/** A request that nobody's server makes and that is not written down. */
export function quietFetch(...args) {
  return plainFetch(...args);
}

/** A JSON document asked for without a signature, or null. */
export async function fetchPlain(url) {
  const response = await plainFetch(url, { headers: { Accept: "application/jrd+json" } });
  return response.ok ? await response.json() : null;
}

function signatureForm(headers) {
  if (headers.has("signature-input")) return "rfc9421";
  return headers.has("signature") ? "cavage" : "unsigned";
}

function idOf(text) {
  try {
    return JSON.parse(text).id;
  } catch {
    return undefined;
  }
}
