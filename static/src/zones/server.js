// What the editor asks the server. Every answer is either a value or words that say what to do.
const LOST = "The server cannot be reached: nothing was changed. Check the network and try again.";
const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

export async function post(address, value) {
  const headers = { "X-CSRFToken": token(), "Content-Type": "application/json" };
  const body = typeof value === "string" ? value : JSON.stringify(value);
  return answer(() => fetch(address, { method: "POST", headers, body }));
}

export const get = (address) => answer(() => fetch(address));

async function answer(ask) {
  try {
    const response = await ask();
    if (response.redirected || response.status === 403)
      return { lost: true, fault: "You are logged out, or may not draw zones. Log in again in another tab." };
    return { status: response.status, ...(await response.json()) };
  } catch {
    return { lost: true, fault: LOST };
  }
}

export async function picture(address) {
  try {
    const response = await fetch(address);
    if (!response.ok) return await response.json();
    const size = response.headers.get("X-Picture-Size").split(" ").map(Number);
    const blob = await response.blob();
    const data = await new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.readAsDataURL(blob);
    });
    return { size, data };
  } catch {
    return { fault: LOST };
  }
}

// One JSON value a line, for as long as the server sends; ends when `signal` aborts.
export async function lines(address, value, signal, take) {
  const headers = { "X-CSRFToken": token(), "Content-Type": "application/json" };
  try {
    const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(value), signal });
    if (!response.ok) return take({ words: (await response.json()).words.join(" ") });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value: text, done } = await reader.read();
      if (done) return take({ words: "The live view has ended. Start it again." });
      const all = (rest + text).split("\n");
      rest = all.pop();
      all.forEach((line) => take(JSON.parse(line)));
    }
  } catch (error) {
    if (error.name !== "AbortError") take({ words: LOST });
  }
}
