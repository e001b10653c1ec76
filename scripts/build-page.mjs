/**
 * Builds the page of the comparison: sources and chart library in one file that asks the network
 * for nothing. Its policy lets exactly this script and this style run, by their digests; equal
 * sources give an equal file.
 */
import { createHash } from 'node:crypto';
import { build } from 'vite';

/** Browsers that know `light-dark()`; the style sheet stands on it. */
const TARGET = ['chrome123', 'edge123', 'firefox120', 'safari17.5'];

function digestOf(text) {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The bundled script, style and page of a folder with an `index.html`. */
async function bundled(folder) {
  const { output } = await build({
    root: folder,
    configFile: false,
    envFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      target: TARGET,
      cssTarget: TARGET,
      modulePreload: { polyfill: false },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const one = (ending) => {
    const found = output.filter(({ fileName }) => fileName.endsWith(ending));
    if (found.length !== 1) throw new Error(`the page has ${found.length} files ending ${ending}`);
    return String(found[0].code ?? found[0].source);
  };
  return { script: one('.js').trim(), style: one('.css').trim(), page: one('.html') };
}

/** Text of the page's template: everything inline, the policy first. */
export async function pageTemplate(folder) {
  const { script, style, page } = await bundled(folder);
  if (/^\s*(import|export)\b/m.test(script)) throw new Error('the script of the page is not whole');
  // A classic script of its own scope, so that the theme is there before the first paint.
  const code = `(()=>{${script.replaceAll('</script', '<\\/script')}})();`;
  const policy = [
    "default-src 'none'",
    `script-src ${digestOf(code)}`,
    `style-src ${digestOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const inline =
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n` +
    `<style>${style}</style>\n<script>${code}</script>`;
  const bare = page
    .replace(/[ \t]*<script type="module"[^>]*><\/script>\n?/, '')
    .replace(/[ \t]*<link rel="stylesheet"[^>]*>\n?/, '');
  if (/<script[^>]*\ssrc=|<link\b/.test(bare)) throw new Error('the page still asks for a file');
  return bare.replace(/(<meta charset="utf-8">)/, (charset) => `${charset}\n${inline}`);
}
