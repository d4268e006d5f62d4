// A calm two-tone sound, repeated while somebody waits. Whether it is on is always in view. Who turned it on has it on
// every page: at once where the browser lets a page begin with sound, else with the first key or touch.
const REPEAT_MS = 5000;
const WANTED = "handrail-sound";

export class Sound {
  constructor(button) {
    this.button = button;
    this.context = null;
    this.timer = null;
    this.count = 0;
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => this.toggle());
    for (const act of ["pointerdown", "keydown"]) {
      document.addEventListener(act, (event) => button.contains(event.target) || this.wake());
    }
    this.wake();
    this.show();
  }

  get wanted() {
    try {
      return localStorage.getItem(WANTED) === "yes";
    } catch {
      return this.on; // a browser that keeps nothing
    }
  }

  set wanted(on) {
    try {
      localStorage.setItem(WANTED, on ? "yes" : "no");
    } catch {
      // then it is asked for again on the next page
    }
  }

  get on() {
    return this.context?.state === "running";
  }

  async toggle() {
    this.wanted = !this.on;
    if (this.on) return this.context.suspend();
    await this.start();
    this.play();
  }

  async wake() {
    if (this.wanted && !this.on) await this.start();
  }

  async start() {
    if (!this.context) {
      this.context = new AudioContext();
      this.context.addEventListener("statechange", () => this.show());
    }
    await this.context.resume();
  }

  show() {
    this.button.setAttribute("aria-pressed", String(this.on));
    this.button.textContent = this.on ? "Sound is on" : "Sound is off: turn on";
    this.button.classList.toggle("warn", !this.on);
  }

  waiting(count) {
    if (count > this.count) this.play();
    this.count = count;
    clearInterval(this.timer);
    if (count) this.timer = setInterval(() => this.play(), REPEAT_MS);
  }

  play() {
    if (!this.on) return;
    for (const [start, pitch] of [[0, 660], [0.22, 880]]) {
      const at = this.context.currentTime + start;
      const tone = this.context.createOscillator();
      const volume = this.context.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
      tone.connect(volume).connect(this.context.destination);
      tone.start(at);
      tone.stop(at + 0.22);
    }
  }
}
