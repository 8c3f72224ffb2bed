// What most programs ask a Faceward server.
import createClient, { type Client } from "openapi-fetch";
import { patient, type Patience } from "./patient.js";
import { form, read, type Photo } from "./photo.js";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];

/** Security checks beside the comparison; one that the server cannot make is an error, never passed. */
export interface Checks {
  checkLiveness?: boolean;
  checkDeepfake?: boolean;
}

/**
 * A server, asked as one app. Every method rejects with a `FacewardError` where the answer is no result.
 *
 * Keep the key on your own server: whoever can read a page can read the key in it.
 */
export class Faceward {
  /** Every route, typed from the server's OpenAPI document. */
  readonly routes: Client<paths>;

  constructor(url: string, appId: string, appKey: string, patience: Patience = {}) {
    const headers = { "APP-ID": appId, "APP-KEY": appKey };
    this.routes = createClient<paths>({ baseUrl: url, headers, fetch: patient(patience) });
  }

  /** Do two photos show one person? `same` is the verdict. */
  async verify(first: Photo, second: Photo, checks: Checks = {}): Promise<Schemas["OotoVerified"]> {
    const body = { first_photo: await read(first), second_photo: await read(second) };
    const params = { query: query(checks) };
    return result(await this.routes.POST("/api/v1.0/verify", { params, body, bodySerializer: asForm }));
  }

  /** Adds a face to the gallery, under an id of yours or a new one. */
  async enroll(photo: Photo, templateId?: string, { replace = false } = {}): Promise<Schemas["OotoEnrolled"]> {
    // Always named by us: a second attempt can then not add the same face twice.
    const body = { photo: await read(photo), templateId: templateId ?? crypto.randomUUID() };
    const params = { query: { replace } };
    return result(await this.routes.POST("/api/v1.0/add", { params, body, bodySerializer: asForm }));
  }

  /** Whom does a photo show? `search.templateId` is `null` where nobody reaches the threshold. */
  async identify(photo: Photo, checks: Checks = {}): Promise<Schemas["OotoIdentified"]> {
    const body = { photo: await read(photo) };
    const params = { query: query(checks) };
    return result(await this.routes.POST("/api/v1.0/identify", { params, body, bodySerializer: asForm }));
  }

  /** Is a photo one of a live person? `liveness.fine` is the verdict. */
  async liveness(photo: Photo): Promise<Schemas["OotoInspection"]> {
    const body = { photo: await read(photo) };
    return result(await this.routes.POST("/api/v1.0/liveness", { body, bodySerializer: asForm }));
  }

  /** Does a photo show the person of a template? `same` is the verdict. */
  async compare(photo: Photo, templateId: string, checks: Checks = {}): Promise<Schemas["TemplateComparison"]> {
    const body = { photo: await read(photo), template_id: templateId };
    const params = { query: query(checks) };
    return answer(await this.routes.POST("/v1/verify", { params, body, bodySerializer: asForm }));
  }

  /** Everything about every face, or the named outputs: `pose`, `liveness`, `quality` and so on. */
  async analyze(photo: Photo, outputs?: string[]): Promise<Schemas["Analysis"]> {
    const body = { photo: await read(photo) };
    const params = outputs ? { query: { outputs: outputs.join(",") } } : {};
    return answer(await this.routes.POST("/v1/analyze", { params, body, bodySerializer: asForm }));
  }

  /** Every template of the app, asked for page by page. */
  async *templates(): AsyncGenerator<Schemas["Template"]> {
    for (let after: string | null | undefined; after !== null; ) {
      const params: { query: { after?: string } } = { query: after === undefined ? {} : { after } };
      const page: Schemas["TemplatePage"] = answer(await this.routes.GET("/v1/templates", { params }));
      yield* page.templates;
      after = page.next ?? null;
    }
  }

  /** Deletes a template; it is gone from the disk when this resolves. */
  async delete(templateId: string): Promise<void> {
    await this.routes.DELETE("/v1/templates/{template_id}", { params: { path: { template_id: templateId } } });
  }

  /** Asks for movements that somebody shall make; with a `subject`, that enrolled person. */
  async challenge(wish: { subject?: string; steps?: number } = {}): Promise<Schemas["Challenge"]> {
    return answer(await this.routes.POST("/v1/challenges", { body: wish as Schemas["ChallengeRequest"] }));
  }

  /** Answers a challenge: for each of its movements, the frames taken while it was made. `passed` is the verdict. */
  async answer(challenge: Schemas["Challenge"], frames: Photo[][]): Promise<Schemas["ChallengeVerdict"]> {
    const steps = await Promise.all(frames.map((step) => Promise.all(step.map(read))));
    // The document names the parts of the first two steps; there are up to eight.
    const parts = steps.flatMap((step, at) => step.map((frame): [string, Blob] => [`step_${at + 1}`, frame]));
    const params = { path: { challenge_id: challenge.challenge_id } };
    const body = { step_1: steps[0] ?? [], step_2: steps[1] ?? [] };
    const bodySerializer = () => form(parts);
    return answer(await this.routes.POST("/v1/challenges/{challenge_id}/answer", { params, body, bodySerializer }));
  }

  /**
   * Makes a verification link: `link` is what to send, `session` how it stands. `wanted` is what `POST /v1/sessions` takes:
   * `checks`, `verify`, `enroll`, `return_url` and so on. With a `reference` the face has to be that of this photo.
   */
  async createSession(
    wanted: Partial<Schemas["SessionRequest"]> = {}, reference?: Photo,
  ): Promise<Schemas["SessionAnswer"]> {
    const body = wanted as Schemas["SessionRequest"];
    if (reference === undefined) return answer(await this.routes.POST("/v1/sessions", { body }));
    const parts: [string, Blob | string][] = [["reference", await read(reference)], ["session", JSON.stringify(wanted)]];
    return answer(await this.routes.POST("/v1/sessions", { body, bodySerializer: () => form(parts) }));
  }

  /** How a verification session stands; over for good where `ended_at` is set. */
  async session(sessionId: string): Promise<Schemas["Session"]> {
    const params = { path: { session_id: sessionId } };
    return answer(await this.routes.GET("/v1/sessions/{session_id}", { params })).session;
  }

  /** Withdraws a verification link. */
  async cancelSession(sessionId: string): Promise<Schemas["Session"]> {
    const params = { path: { session_id: sessionId } };
    return answer(await this.routes.DELETE("/v1/sessions/{session_id}", { params })).session;
  }
}

function query({ checkLiveness = false, checkDeepfake = false }: Checks) {
  return { check_liveness: checkLiveness, check_deepfake: checkDeepfake };
}

function asForm(body: object): FormData {
  return form(Object.entries(body));
}

/** The data of an answer. What is none was thrown below `fetch`. */
function answer<T>({ data }: { data?: T | undefined }): T {
  return data as T;
}

function result<T>(answered: { data?: { result: T } | undefined }): T {
  return answer(answered).result;
}
