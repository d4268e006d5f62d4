// A calm two-tone sound, repeated while somebody waits. Whether it is on is always in view.
const REPEAT_MS = 5000;

export class Sound {
  constructor(button) {
    this.button = button;
    this.context = null;
    this.timer = null;
    this.count = 0;
    if (!button) return;
    button.hidden = false;
    button.addEventListener("click", () => this.toggle());
    this.show();
  }

  get on() {
    return this.context?.state === "running";
  }

  async toggle() {
    if (this.on) await this.context.suspend();
    else {
      this.context ??= new AudioContext();
      await this.context.resume();
      this.play();
    }
    this.show();
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
