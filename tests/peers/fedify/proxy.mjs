/**
 * A reverse proxy that ends TLS, as nginx or Caddy do in front of a real instance: by name to a plain port.
 *
 * It neither caches nor rewrites: bytes pass as they are, so that a signature that breaks was broken by one of the peers.
 */
import { request } from "node:http";
import { createServer } from "node:https";

/** Listens on `port` (any free one when 0); `routes` maps host names to ports on loopback. */
export async function startProxy({ port, cert, key, routes }) {
  const server = createServer({ cert, key }, (req, res) => {
    const target = routes[(req.headers.host ?? "").split(":")[0]];
    if (target == null) return void res.writeHead(421).end();
    const headers = {
      ...req.headers,
      "x-forwarded-for": req.socket.remoteAddress,
      "x-forwarded-proto": "https",
      "x-forwarded-host": req.headers.host,
    };
    const onward = request({ host: "127.0.0.1", port: target, method: req.method, path: req.url, headers }, (back) => {
      res.writeHead(back.statusCode, back.headers);
      back.pipe(res);
    });
    onward.on("error", () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    req.pipe(onward);
  });
  await new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  return {
    port: server.address().port,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
