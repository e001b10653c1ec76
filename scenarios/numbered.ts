/**
 * Lists whose elements remember their place in the file, so that elements with errors can be left
 * out and the rest still be checked: all errors at once.
 */

/** An element and its 0-based index in the file. */
export interface Numbered<Item> {
  readonly index: number;
  readonly item: Item;
}

/** Numbers a whole list. */
export function numbered<Item>(items: readonly Item[]): readonly Numbered<Item>[] {
  return items.map((item, index) => ({ index, item }));
}
