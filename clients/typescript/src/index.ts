/** Client of a Faceward server. `Faceward` is the thin layer that most programs want; its `routes` are all there is. */
export { Faceward, type Checks } from "./client.js";
export * from "./errors.js";
export type { Patience } from "./patient.js";
export type { Photo } from "./photo.js";
export type { components, paths } from "./schema.js";
