/**
 * Lets the service worker keep the page's files.
 * @returns True once the page works without a network; false where this browser or address does not allow it.
 */
export async function keepOffline(): Promise<boolean> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return false;
  try {
    await navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI), {
      // The script itself must not come from the HTTP cache.
      updateViaCache: 'none',
    });
    await navigator.serviceWorker.ready;
    return true;
  } catch {
    return false;
  }
}
