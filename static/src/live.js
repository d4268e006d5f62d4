// Server-sent events with a heartbeat. A lost connection is shown at once and cannot be overlooked.
const SILENT_MS = 12_000; // the server beats every 4 s

export function listen(address, banner, changed, session) {
  let heardAt = Date.now();
  const heard = () => {
    heardAt = Date.now();
    if (!banner || banner.hidden) return;
    banner.hidden = true;
    changed();
  };
  // While the stream is away the fragments still ask every 5 s: an answer to one is a sign of life too.
  document.body.addEventListener("htmx:afterRequest", (event) => event.detail.successful && heard());
  const stream = new EventSource(address);
  stream.addEventListener("beat", heard);
  stream.addEventListener("change", () => {
    heard();
    changed();
  });
  stream.addEventListener("session", (event) => {
    const left = Number(event.data);
    if (left <= 0) stream.close();
    session(left);
  });
  stream.addEventListener("error", () => {
    // The browser connects again by itself; only a refusal is for good.
    if (stream.readyState === EventSource.CLOSED) session(0);
  });
  setInterval(() => {
    if (banner && Date.now() - heardAt > SILENT_MS) banner.hidden = false;
  }, 1000);
}
