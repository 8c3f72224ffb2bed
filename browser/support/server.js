// The real server, on a port and a data folder of its own.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BINARY = process.env.SERVER_BINARY || fileURLToPath(new URL('../../target/debug/faceward', import.meta.url));
const PATIENCE = 60_000;

/**
 * Starts it and waits until it answers about photos.
 * @param {{ data: string, log: string, more?: string[] }} where
 */
export async function serve({ data, log, more = [] }) {
  const out = openSync(log, 'w');
  const child = spawn(BINARY, ['serve', '--listen', '127.0.0.1:0', '--data-dir', data, ...more], { stdio: ['ignore', out, out] });
  closeSync(out);
  const failed = new Promise((_, reject) => { child.once('error', reject); });
  const stop = () => new Promise((resolve) => {
    if (child.exitCode !== null) return resolve(child.exitCode);
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
  const told = () => readFileSync(log, 'utf8');
  const alive = () => {
    if (child.exitCode !== null) throw new Error(`the server ended: ${told()}`);
  };
  const link = await Promise.race([failed, until(() => { alive(); return /http\S+\/console\/#first=\S+/.exec(told())?.[0]; })]);
  const url = new URL(link).origin;
  await until(async () => { alive(); return (await fetch(`${url}/readyz`)).ok; });
  return { url, link, stop, told };
}

async function until(found) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const value = await found();
    if (value) return value;
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new Error(`not within ${PATIENCE / 1000} seconds`);
}
