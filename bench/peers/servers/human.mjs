// @vladmandic/human: `node human.mjs native|wasm FOLDER`, FOLDER with node_modules. Everything off that a comparison does
// not need. The largest face of a photo counts, and similarity .5 is one person, as in its own demonstration.
import { once } from 'node:events';
import fs from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const [backend, folder] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(folder), 'package.json'));
const packages = path.join(path.resolve(folder), 'node_modules');
const THRESHOLD = 0.5;

// On WASM it reads its networks by HTTP alone: from this server, which listens before they are there.
const MODELS = '/models/';
const server = http.createServer(answer).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address();

const config = {
  debug: false,
  face: { emotion: { enabled: false } },
  body: { enabled: false },
  hand: { enabled: false },
  gesture: { enabled: false },
  // Nothing of an answer may come from the photo before.
  cacheSensitivity: 0,
};

const { human, decoded } = backend === 'native' ? native() : wasm();

function native() {
  const tf = require('@tensorflow/tfjs-node');
  const { Human } = require(`${packages}/@vladmandic/human/dist/human.node.js`);
  const modelBasePath = `file://${packages}/@vladmandic/human/models/`;
  return { human: new Human({ ...config, modelBasePath }), decoded: async (photo) => tf.node.decodeImage(photo, 3) };
}

function wasm() {
  const sharp = require('sharp');
  const { Human } = require(`${packages}/@vladmandic/human/dist/human.node-wasm.js`);
  const wasmPath = `${packages}/@tensorflow/tfjs-backend-wasm/dist/`;
  const human = new Human({ ...config, modelBasePath: `http://127.0.0.1:${port}${MODELS}`, backend: 'wasm', wasmPath });
  const decoded = async (photo) => {
    const { data, info } = await sharp(photo).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    return human.tf.tensor3d(data, [info.height, info.width, info.channels], 'int32');
  };
  return { human, decoded };
}

const area = (face) => face.box[2] * face.box[3];

async function embedding(photo) {
  const image = await decoded(photo);
  const result = await human.detect(image);
  human.tf.dispose(image);
  if (!result.face.length) throw new Error('no face');
  return result.face.reduce((a, b) => (area(b) > area(a) ? b : a)).embedding;
}

// One photo at a time: the library keeps state between the steps of one.
let last = Promise.resolve();
function compare(first, second) {
  const next = last.then(async () => {
    const score = human.match.similarity(await embedding(first), await embedding(second));
    return { same: score >= THRESHOLD, score };
  });
  last = next.catch(() => undefined);
  return next;
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

async function verdict(request) {
  const both = await body(request);
  const cut = Number(request.headers['x-first-bytes']);
  return JSON.stringify(await compare(both.subarray(0, cut), both.subarray(cut)));
}

function network(url) {
  return fs.readFile(path.join(packages, '@vladmandic/human/models', path.basename(url)));
}

async function answer(request, response) {
  try {
    const said = request.method === 'GET' ? await network(request.url) : await verdict(request);
    response.writeHead(200, { 'Content-Length': Buffer.byteLength(said) }).end(said);
  } catch (error) {
    const said = JSON.stringify({ error: String(error) });
    response.writeHead(422, { 'Content-Length': Buffer.byteLength(said) }).end(said);
  }
}

await human.tf.ready();
await human.load();
console.log(`ready ${port}`);
