// `fetch` with another try where the server is busy, and errors of types.
import { errorOf, Unreachable } from "./errors.js";

/** Seconds; a longer `Retry-After` is not waited for. */
const LONGEST_WAIT = 30;

/** How often and how long. */
export interface Patience {
  /** Attempts while the answer is 503. Default: 4. */
  attempts?: number;
  /** Milliseconds for one attempt. Default: 60000. */
  timeout?: number;
}

/** A `fetch` that asks again while the answer is 503, and rejects with a `FacewardError` where the last one is no result. */
export function patient({ attempts = 4, timeout = 60_000 }: Patience): (request: Request) => Promise<Response> {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const response = await sent(request.clone(), timeout);
      const wait = retryAfter(response);
      if (response.ok) return response;
      if (response.status !== 503 || attempt >= attempts || wait === undefined || wait > LONGEST_WAIT) {
        throw errorOf(response.status, await response.text(), wait);
      }
      await response.body?.cancel();
      // Clients that were refused together shall not come back together.
      await new Promise((done) => setTimeout(done, 1000 * wait * (1 + Math.random() / 2)));
    }
  };
}

async function sent(request: Request, timeout: number): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(timeout) });
  } catch (error) {
    const why = error instanceof Error ? (error.cause ?? error) : error;
    throw new Unreachable(`no answer: ${String(why)}`);
  }
}

function retryAfter(response: Response): number | undefined {
  const text = response.headers.get("retry-after");
  return text !== null && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
