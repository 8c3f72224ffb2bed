// The client against a running server: `clients/typescript/build` starts one.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import test from "node:test";
import {
  AlreadyExists, Busy, Faceward, InvalidRequest, NotFound, PhotoRefused, Unauthenticated, Unreachable,
} from "../dist/index.js";

const { SERVER_URL, APP_ID, APP_KEY, PHOTOS } = process.env;
const [ANNA, ANNA_AGAIN, OTHER] = ["obama", "obama2", "biden"].map((name) => `${PHOTOS}/${name}.jpg`);
const server = new Faceward(SERVER_URL, APP_ID, APP_KEY);

async function ids() {
  const all = [];
  for await (const template of server.templates()) all.push(template.template_id);
  return all;
}

test("two photos of one person are the same and of two are not", async () => {
  assert.equal((await server.verify(ANNA, ANNA_AGAIN)).same, true);
  assert.equal((await server.verify(ANNA, OTHER)).same, false);
});

test("a photo is a path, bytes or a blob", async () => {
  const bytes = await readFile(ANNA);
  assert.equal((await server.verify(bytes, new Blob([bytes]))).same, true);
  await assert.rejects(server.verify(`${PHOTOS}/nobody.jpg`, ANNA), { code: "ENOENT" });
});

test("somebody is enrolled, found, compared, listed and deleted", async () => {
  const id = "anna/1 ü";
  assert.equal((await server.enroll(ANNA, id)).enroll.templateId, id);
  assert.equal((await server.identify(ANNA_AGAIN)).search.templateId, id);
  assert.equal((await server.identify(OTHER)).search.templateId, null);
  assert.equal((await server.compare(ANNA_AGAIN, id)).same, true);
  assert.deepEqual(await ids(), [id]);
  await assert.rejects(server.enroll(ANNA, id), AlreadyExists);
  await server.enroll(ANNA_AGAIN, id, { replace: true });
  await server.delete(id);
  await assert.rejects(server.delete(id), (error) => error instanceof NotFound && error.code === "template_not_found");
});

test("liveness and analysis are typed", async () => {
  assert.equal(typeof (await server.liveness(ANNA)).liveness.score, "number");
  assert.ok(Math.abs((await server.analyze(ANNA, ["pose"])).faces[0].pose.yaw) < 15);
});

test("a photo that cannot be used is refused in both envelopes", async () => {
  const text = new TextEncoder().encode("no photo");
  await assert.rejects(server.verify(text, ANNA), (error) => error instanceof PhotoRefused && error.code === 2);
  await assert.rejects(server.analyze(text), (error) => error instanceof PhotoRefused && error.code === "photo_wrong_type");
});

test("a verification link is made, with a photo to compare with too, looked at and withdrawn", async () => {
  for (const reference of [undefined, ANNA]) {
    const { link, session } = await server.createSession({ checks: ["liveness"], trx_id: "order 7" }, reference);
    assert.match(link, /\/s\/[\w-]{43}$/);
    assert.deepEqual([session.state, session.reference, session.trx_id], ["created", reference !== undefined, "order 7"]);
    assert.equal((await server.session(session.session_id)).state, "created");
    assert.equal((await server.cancelSession(session.session_id)).state, "cancelled");
  }
  await assert.rejects(server.session(crypto.randomUUID()), NotFound);
  await assert.rejects(server.createSession({ checks: ["livenes"] }), InvalidRequest);
});

test("a challenge of more than two steps is answered, once", async () => {
  const challenge = await server.challenge({ steps: 3 });
  const frames = challenge.movements.map(() => [ANNA, ANNA_AGAIN]);
  assert.equal(frames.length, 3);
  const verdict = await server.answer(challenge, frames);
  assert.equal(verdict.passed, false);
  assert.ok(verdict.reasons.includes("duplicate_frames"));
  await assert.rejects(server.answer(challenge, frames), (error) => error instanceof InvalidRequest && error.code === "challenge_replayed");
});

test("a wrong key and a wrong address are told apart", async () => {
  await assert.rejects(new Faceward(SERVER_URL, APP_ID, "wrong").identify(ANNA), Unauthenticated);
  await assert.rejects(new Faceward("http://127.0.0.1:9", APP_ID, APP_KEY).identify(ANNA), Unreachable);
});

/** Asks a stand-in that refuses the first requests as busy; gives what came of it and how often it was asked. */
async function busy(refusals, retryAfter, ask) {
  const bodies = [];
  const standIn = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks).toString());
    const refused = bodies.length <= refusals;
    response.writeHead(refused ? 503 : 200, refused && retryAfter !== undefined ? { "Retry-After": retryAfter } : {});
    response.end(JSON.stringify(refused ? { error: { code: "overloaded", message: "busy" } } : { result: { same: true } }));
  });
  await new Promise((done) => standIn.listen(0, "127.0.0.1", done));
  try {
    const client = new Faceward(`http://127.0.0.1:${standIn.address().port}`, "id", "key", { attempts: 3 });
    return { came: await ask(client).catch((error) => error), bodies };
  } finally {
    standIn.close();
    standIn.closeAllConnections();
  }
}

test("what was refused is asked again with the same body", async () => {
  const { came, bodies } = await busy(2, "0", (client) => client.verify(Buffer.from("one"), Buffer.from("two")));
  assert.equal(came.same, true);
  assert.equal(bodies.length, 3);
  assert.match(bodies[2], /one[^]*two/);
});

test("the last refusal is told, and no time or too long a one is not waited for", async () => {
  for (const [retryAfter, attempts] of [["0", 3], [undefined, 1], ["3600", 1]]) {
    const { came, bodies } = await busy(9, retryAfter, (client) => client.delete("anna"));
    assert.ok(came instanceof Busy);
    assert.equal(came.code, "overloaded");
    assert.equal(bodies.length, attempts);
  }
});
