// Types from the OpenAPI document on standard input, to src/schema.ts. Photos are `Blob`, which the generator would call
// `string`.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const BLOB = ts.factory.createTypeReferenceNode(ts.factory.createIdentifier("Blob"));
const document = JSON.parse(await readFile("/dev/stdin", "utf8"));
const types = await openapiTS(document, {
  transform: (schema) => (schema.format === "binary" ? BLOB : undefined),
});
await writeFile(new URL("src/schema.ts", import.meta.url), astToString(types));
