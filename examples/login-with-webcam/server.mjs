// Log-in by webcam: the page takes a photo, this server asks Faceward whether it shows the person of that account, live.
// The key stays here; the page never sees it. What a real one has besides: HTTPS, a password as the other factor, a limit
// of attempts for each account.
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { AlreadyExists, Busy, Faceward, NotFound, PhotoRefused } from "faceward-client";

const { SERVER_URL, APP_ID, APP_KEY, PORT = "3000" } = process.env;
const LARGEST_PHOTO = 5_000_000;
const faceward = new Faceward(SERVER_URL, APP_ID, APP_KEY);
/** Accounts of who is logged in, by the secret in their cookie. A real server lets them end. */
const sessions = new Map();

/** Remembers the face of a new account. */
async function register(account, photo) {
  const { liveness } = await faceward.liveness(photo);
  if (!liveness.fine) return { status: 403, says: "take the photo of yourself, not of a picture" };
  await faceward.enroll(photo, account);
  return { status: 201, says: `registered ${account}` };
}

/** Lets somebody in who is the person of the account, and live. */
async function logIn(account, photo) {
  const { same, face } = await faceward.compare(photo, account, { checkLiveness: true });
  // One word for both: who tries shall not learn which check stopped them.
  if (!same || !face.liveness.fine) return { status: 403, says: "not recognised" };
  const secret = randomUUID();
  sessions.set(secret, account);
  return { status: 200, says: `hello ${account}`, cookie: `session=${secret}; HttpOnly; SameSite=Strict; Path=/` };
}

async function whoAmI(request) {
  const secret = /(?:^|; )session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  const account = sessions.get(secret);
  return account ? { status: 200, says: account } : { status: 401, says: "not logged in" };
}

async function photoOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LARGEST_PHOTO) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What somebody is told about an error: what they can do about it, and nothing else. */
function refusal(error) {
  if (error instanceof PhotoRefused) return { status: 422, says: error.message };
  if (error instanceof NotFound) return { status: 403, says: "not recognised" };
  if (error instanceof AlreadyExists) return { status: 409, says: "this account exists" };
  if (error instanceof Busy) return { status: 503, says: "try again in a moment" };
  console.error(error);
  return { status: 500, says: "that did not work" };
}

const ASKED = { "POST /register": register, "POST /login": logIn };

async function answerTo(request) {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  const asked = `${request.method} ${pathname}`;
  if (asked === "GET /") return { status: 200, page: await readFile(new URL("page.html", import.meta.url)) };
  if (asked === "GET /me") return whoAmI(request);
  if (!Object.hasOwn(ASKED, asked)) return { status: 404, says: "nothing here" };
  const account = searchParams.get("account") ?? "";
  if (!/^[\w.@-]{1,100}$/.test(account)) return { status: 400, says: "an account is letters, digits, . @ - _" };
  const photo = await photoOf(request);
  if (!photo) return { status: 413, says: "the photo is too large" };
  return ASKED[asked](account, photo);
}

const server = createServer(async (request, response) => {
  const { status, says, page, cookie } = await answerTo(request).catch(refusal);
  response.setHeader("Content-Type", page ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
  if (cookie) response.setHeader("Set-Cookie", cookie);
  response.writeHead(status).end(page ?? says);
});
server.listen(Number(PORT), "127.0.0.1", () => console.log(`http://localhost:${server.address().port}`));
