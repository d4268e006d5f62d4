// "Tell me on this device": asks for leave, subscribes at the browser's push service, and tells the server where.
async function subscribe(key, address, token) {
  if ((await Notification.requestPermission()) !== "granted") {
    throw new Error("This browser is told not to show notices from Handrail. Allow them in its settings, then try again.");
  }
  await navigator.serviceWorker.register("/service-worker.js");
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(subscription),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

export function offerPush(button) {
  if (!button) return;
  const said = document.querySelector("[data-push-said]");
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    said.textContent = "This browser cannot be told: it knows no web push. On an iPhone, add Handrail to the home screen first.";
    return;
  }
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "Connecting…";
    try {
      await subscribe(button.dataset.push, button.dataset.address, button.form.elements.csrfmiddlewaretoken.value);
      location.reload();
    } catch (error) {
      said.textContent = `It did not work. ${error.message}`;
      button.disabled = false;
    }
  });
}
