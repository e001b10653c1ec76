/**
 * Builds the page of the comparison: sources and chart library in one file that asks the network
 * for nothing. Its policy lets exactly this script and this style run, by their digests; equal
 * sources give an equal file.
 */
import { createHash } from 'node:crypto';
import { build } from 'vite';

/** Browsers that know `light-dark()`; the style sheet stands on it. */
export const TARGET = ['chrome123', 'edge123', 'firefox120', 'safari17.5'];

/** What a policy calls a script or style by. */
export function digestOf(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The bundled script, style and page of a folder with an `index.html`. */
export async function bundled(folder, options = {}) {
  const { output } = await build({
    root: folder,
    configFile: false,
    envFile: false,
    logLevel: 'error',
    publicDir: false,
    ...options,
    build: {
      write: false,
      target: TARGET,
      cssTarget: TARGET,
      modulePreload: { polyfill: false },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const all = (ending) => output.filter(({ fileName }) => fileName.endsWith(ending));
  const one = (ending) => {
    const found = all(ending);
    if (found.length !== 1) throw new Error(`the page has ${found.length} files ending ${ending}`);
    return String(found[0].code ?? found[0].source);
  };
  const style = all('.css').length === 0 ? '' : one('.css').trim();
  return { script: one('.js').trim(), style, page: one('.html') };
}

/** A bundled script as a classic one of its own scope, fit to stand inside a page. */
export function closedScript(script) {
  if (/^\s*(import|export)\b/m.test(script)) throw new Error('the script of the page is not whole');
  return `(()=>{${inert(script)}})();`;
}

/** A script's text that neither ends the element around it nor begins a comment there. */
export function inert(script) {
  return script.replaceAll(/<(?=\/script|script|!--)/gi, '\\x3C');
}

/** A bundled page without the elements that ask for its script and style. */
export function barePage(page) {
  const bare = page
    .replace(/[ \t]*<script type="module"[^>]*><\/script>\n?/, '')
    .replace(/[ \t]*<link rel="stylesheet"[^>]*>\n?/, '');
  if (/<script[^>]*\ssrc=|<link\b(?![^>]*href="data:,")/.test(bare)) {
    throw new Error('the page still asks for a file');
  }
  return bare;
}

/** A page with what must come first, right behind its character set. */
export function withHead(page, head) {
  return page.replace(/(<meta charset="utf-8">)/, (charset) => `${charset}\n${head}`);
}

/** The element that carries a policy. */
export function policyElement(directives) {
  return `<meta http-equiv="Content-Security-Policy" content="${directives.join('; ')}">`;
}

/** Text of the page's template: everything inline, the policy first. */
export async function pageTemplate(folder) {
  const { script, style, page } = await bundled(folder);
  if (style === '') throw new Error('the page has no style');
  // A classic script of its own scope, so that the theme is there before the first paint.
  const code = closedScript(script);
  const policy = policyElement([
    "default-src 'none'",
    `script-src ${digestOf(code)}`,
    `style-src ${digestOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  const head = `${policy}\n<style>${style}</style>\n<script>${code}</script>`;
  return withHead(barePage(page), head);
}
