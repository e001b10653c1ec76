/**
 * Writes the examples into the pages that show them: a `ts` block that begins with `//
 * docs/examples/…` gets that file's text. A test says when a page is stale.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const pages = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md'));
for (const page of pages) {
  const url = new URL(`docs/${page}`, root);
  const text = readFileSync(url, 'utf8');
  const block = /^```ts\n\/\/ (docs\/examples\/\S+)\n[\s\S]*?^```$/gm;
  const fresh = text.replace(block, (_, path) => {
    const code = readFileSync(new URL(path, root), 'utf8');
    return `\`\`\`ts\n// ${path}\n${code}\`\`\``;
  });
  writeFileSync(url, fresh);
}
