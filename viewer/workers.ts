/**
 * Starts the page's two workers. On a site they are files beside it; in a single file they are
 * inert text inside it, since a page from disk may load nothing.
 */

/** Which worker: the one that keeps a trace, or the one that runs scenarios. */
export type WorkerName = 'reader-worker' | 'live-worker';

export function startWorker(name: WorkerName): Worker {
  const inside = document.getElementById(name)?.textContent;
  if (inside === undefined || inside === null) return new Worker(`./${name}.js`);
  const url = URL.createObjectURL(new Blob([inside], { type: 'text/javascript' }));
  return new Worker(url);
}
