// @vladmandic/human: `node human.mjs native|wasm FOLDER`, FOLDER with node_modules. Everything off that a comparison does
// not need. The largest face of a photo counts, and similarity .5 is one person, as in its own demonstration.
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const [backend, folder] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(folder), 'package.json'));
const packages = path.join(path.resolve(folder), 'node_modules');
const THRESHOLD = 0.5;

const config = {
  modelBasePath: `file://${packages}/@vladmandic/human/models/`,
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
  return { human: new Human(config), decoded: async (photo) => tf.node.decodeImage(photo, 3) };
}

function wasm() {
  const sharp = require('sharp');
  const { Human } = require(`${packages}/@vladmandic/human/dist/human.node-wasm.js`);
  const wasmPath = `${packages}/@tensorflow/tfjs-backend-wasm/dist/`;
  const human = new Human({ ...config, backend: 'wasm', wasmPath });
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

await human.tf.ready();
await human.load();

const server = http.createServer(async (request, response) => {
  let status = 200;
  let said;
  try {
    const both = await body(request);
    const cut = Number(request.headers['x-first-bytes']);
    said = await compare(both.subarray(0, cut), both.subarray(cut));
  } catch (error) {
    status = 422;
    said = { error: String(error) };
  }
  const text = JSON.stringify(said);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
});
server.listen(0, '127.0.0.1', () => console.log(`ready ${server.address().port}`));
