// A receiver of webhooks: WEBHOOK_SECRET=whsec_... node webhook.mjs. PORT is 9000 unless it is set. See docs/webhooks.md.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const MOST_BYTES = 1 << 20;
const SECRET = process.env.WEBHOOK_SECRET ?? '';
// Ids that were seen. A real receiver keeps them in its database, in one transaction with what it does.
const seen = new Set();

/** Whether a message is ours and new. `headers` has names in lower case; `body` is a Buffer, as it came. */
export function verified(secret, headers, body, now = Date.now() / 1000) {
  const [id, sent, signatures] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
  if (!(Math.abs(now - Number(sent)) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(`${id}.${sent}.`).update(body).digest('base64')}`);
  return signatures.split(' ').map((text) => Buffer.from(text))
    .some((signature) => signature.length === expected.length && timingSafeEqual(signature, expected));
}

async function receive(request) {
  const pieces = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > MOST_BYTES) return 413;
    pieces.push(piece);
  }
  const body = Buffer.concat(pieces);
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  if (names.some((name) => !request.headers[name])) return 400;
  if (!verified(SECRET, request.headers, body)) return 401;
  const id = request.headers['webhook-id'];
  if (!seen.has(id)) {
    seen.add(id);
    console.log(id, JSON.parse(body.toString()).type);
  }
  return 204;
}

const server = createServer((request, response) => {
  receive(request).catch(() => 400).then((status) => { response.writeHead(status).end(); });
});
server.listen(Number(process.env.PORT ?? 9000), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
