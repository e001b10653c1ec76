/** Reads traces beside the page, so that the page never waits for one. */

export {};
