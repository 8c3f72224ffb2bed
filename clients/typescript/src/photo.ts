// Photos as callers have them: a path or bytes.

/** A JPEG or PNG: the path of a file (in Node), its bytes, or a blob as a browser's camera makes it. */
export type Photo = string | Uint8Array | Blob;

/** The bytes of a photo. Rejects where its file cannot be read. */
export async function read(photo: Photo): Promise<Blob> {
  if (photo instanceof Blob) return photo;
  if (typeof photo !== "string") return new Blob([Uint8Array.from(photo)]);
  const { readFile } = await import("node:fs/promises");
  return new Blob([Uint8Array.from(await readFile(photo))]);
}

/** A form of parts in their order; what is `undefined` is left out. */
export function form(parts: Iterable<[string, Blob | string | undefined]>): FormData {
  const form = new FormData();
  for (const [name, value] of parts) {
    if (value instanceof Blob) form.append(name, value, "photo");
    else if (value !== undefined) form.append(name, value);
  }
  return form;
}
