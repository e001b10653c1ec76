/** Fenced blocks of a Markdown text: what a page shows must be what is run. */

/** One fenced block. */
export interface CodeBlock {
  readonly language: string;
  /** Between the fences, ending with a line feed. */
  readonly code: string;
}

/** All fenced blocks, in order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  for (const match of markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)) {
    blocks.push({ language: match[1] ?? '', code: match[2] ?? '' });
  }
  return blocks;
}
