// Keeps the page's own files, so that it works without a network after the first visit.
// It leaves requests to other origins alone: the page makes none.

declare const __CONVAE_FILES__: {
  /** Changes with any file. */
  readonly version: string;
  /** Fetched when this worker is installed. */
  readonly first: readonly string[];
  /** Kept when the page fetches them. */
  readonly onDemand: readonly string[];
};

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const files = __CONVAE_FILES__;
const PREFIX = 'convae-demo-';
const CACHE = `${PREFIX}${files.version}`;
const address = (name: string): string => new URL(name, worker.registration.scope).href;
const KEPT = new Set([...files.first, ...files.onDemand].map(address));

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    files.first.map(async (name) => {
      const url = address(name);
      // Names in assets/ hold a hash of the content; others must not come from the HTTP cache.
      const response = await fetch(url, { cache: name.startsWith('assets/') ? 'default' : 'no-cache' });
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      await cache.put(url, response);
    }),
  );
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function answer(request: Request, url: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const known = await cache.match(url);
  if (known) return known;
  const response = await fetch(request);
  if (response.status === 200) await cache.put(url, response.clone());
  return response;
}

/** The address without what does not choose the file; index.html is the folder. */
function plainAddress(request: Request): string {
  const url = new URL(request.url);
  url.search = '';
  url.hash = '';
  const index = address('index.html');
  return url.href === index ? address('./') : url.href;
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = plainAddress(request);
  if (request.method === 'GET' && KEPT.has(url)) event.respondWith(answer(request, url));
});
