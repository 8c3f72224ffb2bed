// Portraits of public figures, from a pinned package. The tests of the crates fetch them.
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The path of the fixture `name`, where `crates/testkit` has it. */
export function photo(name) {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const fixtures = join(process.env.FACEWARD_MODELS || join(cache, 'faceward', 'models'), 'fixtures');
  const packages = existsSync(fixtures) ? readdirSync(fixtures) : [];
  const found = packages.map((folder) => join(fixtures, folder, name)).find(existsSync);
  if (!found) throw new Error(`${name} is not below ${fixtures}: cargo test fetches it`);
  return found;
}
