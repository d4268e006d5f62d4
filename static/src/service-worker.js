// Runs in the browser's background: shows what is pushed, and opens its page. It keeps nothing and caches nothing.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    // Something came that cannot be read: that it came is said all the same.
  }
  event.waitUntil(
    self.registration.showNotification(said.title ?? "Handrail", {
      body: said.body ?? "Open the console.",
      tag: said.tag ?? "handrail",
      renotify: true,
      requireInteraction: true,
      icon: "/static/icon.svg",
      data: { url: said.url ?? "/" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data.url, self.location.origin);
  if (url.origin === self.location.origin) event.waitUntil(self.clients.openWindow(url.href));
});

// The push service ended our subscription: only the person can make a new one.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(
    self.registration.showNotification("Handrail cannot reach this device any more", {
      body: "Open it and connect the device again.",
      requireInteraction: true,
      data: { url: "/devices/" },
    }),
  );
});
