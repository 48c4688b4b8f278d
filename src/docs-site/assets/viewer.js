// @ts-check
// Starts Redoc, which is served beside it: nothing is asked of another host.
const place = /** @type {HTMLElement} */ (document.querySelector('#viewer'));
const own = /** @type {HTMLScriptElement | null} */ (document.querySelector('script[src$="viewer.js"]'));
// @ts-expect-error Redoc is made by the script before this one
window.Redoc.init(
  new URL(place.dataset.contract ?? '', location.href).href,
  { nonce: own?.nonce, disableSearch: true, hideDownloadButtons: true, nativeScrollbars: true },
  place,
);
