// The picture with everything drawn on it: shows, zooms, pans, and turns pointers into points of the model.
import { s } from "./dom.js";
import { snapped } from "./snap.js";

const HANDLE = 7; // pixels of the screen
const TOUCH = 22; // the reach of a handle: 44 across
const STILL = 6; // a pointer that moves less has clicked
const SNAP = 10;
const svgPoints = (points) => points.map((p) => p.join(",")).join(" ");

export class Canvas {
  constructor(svg, model) {
    Object.assign(this, { svg, model, snap: true, overlay: null, live: null, marks: [], busy: null, pointers: new Map() });
    this.draw = null; // { kind, part, points, done }: a shape in the making
    this.pick = null; // a function that takes the next click
    this.cursor = null; // the cross-hair of the keyboard
    this.image = s("image", { preserveAspectRatio: "none" });
    this.layers = Object.fromEntries(
      ["under", "shapes", "live", "handles", "marks"].map((name) => [name, s("g", { class: name })]),
    );
    svg.append(s("rect", { class: "nopicture" }), this.image, ...Object.values(this.layers));
    this.fit();
    model.addEventListener("change", () => this.render());
    new ResizeObserver(() => this.render()).observe(svg);
    svg.addEventListener("pointerdown", (event) => this.down(event));
    svg.addEventListener("pointermove", (event) => this.moved(event));
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => this.up(event));
    svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.render();
  }

  // --- looking ------------------------------------------------------------------------------------------------
  get size() {
    return this.model.drawing.size;
  }

  get scale() {
    const matrix = this.svg.getScreenCTM();
    return matrix?.a || 1; // screen pixels of one pixel of the picture
  }

  fit() {
    const [width, height] = this.size;
    this.view = { x: -0.03 * width, y: -0.03 * height, w: 1.06 * width, h: 1.06 * height };
  }

  zoom(factor, at = null) {
    const [width] = this.size;
    const { view } = this;
    const w = Math.min(Math.max(view.w / factor, width / 20), width * 2);
    const ratio = w / view.w;
    const [x, y] = at ?? [view.x + view.w / 2, view.y + view.h / 2];
    this.view = { x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, w, h: view.h * ratio };
    this.render();
  }

  pan(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.render();
  }

  // Keeps a place inside the view: the keyboard must never work out of sight.
  follow([x, y]) {
    const { view } = this;
    const margin = view.w / 12;
    view.x += Math.min(0, x - margin - view.x) + Math.max(0, x + margin - view.x - view.w);
    view.y += Math.min(0, y - margin - view.y) + Math.max(0, y + margin - view.y - view.h);
  }

  show(data) {
    this.image.setAttribute("href", data);
    this.render();
  }

  place(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return [at.x, at.y];
  }

  near(place, except = []) {
    return this.snap ? snapped(place, this.model.drawing, SNAP / this.scale, except) : place;
  }

  // --- pointers -----------------------------------------------------------------------------------------------
  down(event) {
    if (event.button > 0) return;
    this.svg.parentElement.focus({ preventScroll: true });
    this.svg.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size === 2) {
      this.busy = { what: "pinch" };
      return;
    }
    const at = this.place(event);
    this.busy = { what: "pan", start: [event.clientX, event.clientY], far: 0 };
    if (this.draw || this.pick) return;
    const handle = this.handleAt(at);
    if (handle?.insert) {
      this.model.insert(handle.point, at, `drag ${handle.part} ${handle.point + 1}`);
      this.busy = { ...this.busy, what: "drag", point: handle.point + 1 };
    } else if (handle) {
      this.model.select(this.model.selected.kind, this.model.selected.index, handle.part, handle.point);
      this.busy = { ...this.busy, what: "drag", point: handle.point };
    }
  }

  handleAt(at) {
    const shape = this.model.shape();
    if (!shape) return null;
    const reach = TOUCH / this.scale;
    let best = null;
    const consider = (handle, [x, y], bonus) => {
      const d = Math.hypot(x - at[0], y - at[1]) * bonus;
      if (d < reach && (!best || d < best.d)) best = { ...handle, d };
    };
    for (const part of this.model.parts()) {
      const points = shape[part];
      points.forEach((p, point) => {
        consider({ part, point }, p, part === this.model.selected.part ? 0.8 : 1);
        const next = points[point + 1] ?? (part === "polygon" ? points[0] : null);
        if (next && part === this.model.selected.part)
          consider({ part, point, insert: true }, [(p[0] + next[0]) / 2, (p[1] + next[1]) / 2], 1.6);
      });
    }
    return best;
  }

  moved(event) {
    if (!this.pointers.has(event.pointerId)) {
      if (this.draw) this.hover(this.place(event));
      return;
    }
    const before = this.pointers.get(event.pointerId);
    const now = [event.clientX, event.clientY];
    if (this.busy?.what === "pinch") return this.pinch(event.pointerId, before, now);
    this.pointers.set(event.pointerId, now);
    const { busy } = this;
    if (!busy) return;
    busy.far = Math.max(busy.far, Math.hypot(now[0] - busy.start[0], now[1] - busy.start[1]));
    if (busy.what === "drag") {
      if (busy.far < STILL / 2) return;
      const own = this.model.points()[busy.point];
      this.model.move(busy.point, this.near(this.place(event), [own]), "drag");
    } else if (busy.far >= STILL) this.pan((before[0] - now[0]) / this.scale, (before[1] - now[1]) / this.scale);
  }

  pinch(id, before, now) {
    const [other] = [...this.pointers].filter(([key]) => key !== id).map(([, at]) => at);
    this.pointers.set(id, now);
    if (!other) return;
    const apart = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
    const middle = { clientX: (now[0] + other[0]) / 2, clientY: (now[1] + other[1]) / 2 };
    this.zoom(apart(now) / apart(before), this.place(middle));
    this.pan((before[0] - now[0]) / 2 / this.scale, (before[1] - now[1]) / 2 / this.scale);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    const { busy } = this;
    if (!busy) return;
    if (this.pointers.size === 0) this.busy = null;
    if (busy.what === "drag") this.model.endMerge();
    if (busy.what !== "pan" || busy.far >= STILL || event.type === "pointercancel") return;
    this.click(this.place(event));
  }

  click(at) {
    if (this.pick) return this.pick(this.near(at));
    if (this.draw) return this.addPoint(at);
    const hit = this.shapeAt(at);
    if (hit) this.model.select(hit.kind, hit.index, hit.part);
    else this.model.select(null);
  }

  shapeAt([x, y]) {
    const { drawing } = this.model;
    for (const kind of ["occluders", "masks", "zones"])
      for (let index = drawing[kind].length - 1; index >= 0; index -= 1)
        if (inside(drawing[kind][index].polygon, x, y)) return { kind, index, part: "polygon" };
    return null;
  }

  wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 400), this.place(event));
  }

  // --- drawing ------------------------------------------------------------------------------------------------
  begin(kind, part, done) {
    this.draw = { kind, part, points: [], done };
    this.pick = null;
    this.render();
  }

  addPoint(at) {
    const { points, part } = this.draw;
    const [first] = points;
    const closes = part === "polygon" && points.length > 2;
    if (closes && Math.hypot(at[0] - first[0], at[1] - first[1]) * this.scale < TOUCH) return this.finish();
    points.push(this.near(at).map((v) => Math.round(v * 10) / 10));
    this.render();
    this.svg.dispatchEvent(new CustomEvent("drawn", { detail: points.length }));
  }

  finish() {
    const { draw } = this;
    if (!draw) return;
    const least = draw.part === "edge" ? 2 : 3;
    if (draw.points.length < least) {
      this.svg.dispatchEvent(new CustomEvent("drawn", { detail: `It needs at least ${least} points.` }));
      return;
    }
    this.draw = null;
    draw.done(draw.points);
    this.render();
  }

  cancel() {
    this.draw = this.pick = this.cursor = null;
    this.render();
  }

  hover(at) {
    this.hovered = this.near(at);
    this.render();
  }

  // --- showing ------------------------------------------------------------------------------------------------
  render() {
    const { view, layers } = this;
    const [width, height] = this.size;
    this.svg.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
    for (const element of [this.image, this.svg.querySelector(".nopicture")])
      for (const [name, value] of Object.entries({ x: 0, y: 0, width, height })) element.setAttribute(name, value);
    this.unit = 1 / this.scale;
    layers.under.replaceChildren(...this.under());
    layers.shapes.replaceChildren(...this.shapes());
    layers.live.replaceChildren(...this.people());
    layers.handles.replaceChildren(...this.handles());
    layers.marks.replaceChildren(...this.marked());
  }

  under() {
    if (!this.overlay) return [];
    return [
      ...this.overlay.grid.map((line) => s("polyline", { points: svgPoints(line), class: "grid" })),
      ...this.overlay.rails.map((plane) => s("polygon", { points: svgPoints(plane), class: "rail" })),
    ];
  }

  shapes() {
    const { drawing, selected } = this.model;
    const found = [];
    for (const kind of ["masks", "occluders", "zones"])
      drawing[kind].forEach((shape, index) => {
        const chosen = selected?.kind === kind && selected.index === index ? " chosen" : "";
        const off = shape.enabled === false ? " off" : "";
        found.push(s("polygon", { points: svgPoints(shape.polygon), class: `area ${kind}${chosen}${off}` }));
        if (shape.edge) found.push(s("polyline", { points: svgPoints(shape.edge), class: `edge${chosen}${off}` }));
        const [x, y] = shape.polygon.reduce((a, p) => (p[1] < a[1] ? p : a));
        const at = { x: clamp(x, 0, this.size[0] * 0.8), y: clamp(y, 20 * this.unit, this.size[1]) };
        found.push(s("text", { ...at, class: "name", "font-size": 14 * this.unit }, shape.name));
      });
    return found;
  }

  handles() {
    const shape = this.model.shape();
    if (!shape || this.draw || this.pick) return [];
    const { selected } = this.model;
    const found = [];
    for (const part of this.model.parts()) {
      const points = shape[part];
      points.forEach(([x, y], i) => {
        const next = points[i + 1] ?? (part === "polygon" ? points[0] : null);
        if (next && part === selected.part)
          found.push(this.dot([(x + next[0]) / 2, (y + next[1]) / 2], "insert", HANDLE * 0.6));
        const chosen = part === selected.part && i === selected.point ? " chosen" : "";
        found.push(this.dot([x, y], `handle ${part}${chosen}`, chosen ? HANDLE * 1.4 : HANDLE));
      });
    }
    return found;
  }

  dot([cx, cy], name, r) {
    return s("circle", { cx, cy, r: r * this.unit, class: name });
  }

  marked() {
    const found = this.marks.map(([x, y], i) =>
      s("g", { class: "mark" }, this.dot([x, y], "pin", HANDLE), s("text", { x: x + 9 * this.unit, y, "font-size": 14 * this.unit }, `${i + 1}`)),
    );
    if (this.draw) {
      const { points, part } = this.draw;
      const ahead = this.cursor ?? this.hovered;
      const all = ahead ? [...points, ahead] : points;
      found.push(s(part === "edge" ? "polyline" : "polygon", { points: svgPoints(all), class: `making ${part}` }));
      found.push(...points.map((p) => this.dot(p, "handle", HANDLE)));
    }
    if (this.cursor) {
      const [x, y] = this.cursor;
      const arm = 16 * this.unit;
      found.push(s("path", { d: `M${x - arm},${y}h${2 * arm}M${x},${y - arm}v${2 * arm}`, class: "cross" }));
    }
    return found;
  }

  people() {
    if (!this.live) return [];
    const stays = new Map(this.live.stays.map((stay) => [stay.track, stay]));
    return this.live.people.map(({ track, box: [x1, y1, x2, y2] }) => {
      const stay = stays.get(track);
      const words = stay && `${Math.round(stay.stay_s)} s` + (stay.edge_m === null ? "" : `, ${stay.edge_m.toFixed(1)} m`);
      return s(
        "g",
        { class: stay ? "person inside" : "person" },
        s("rect", { x: x1, y: y1, width: x2 - x1, height: y2 - y1 }),
        s("text", { x: x1, y: y1 - 5 * this.unit, "font-size": 15 * this.unit }, words ? `${words} ${stay.tier ?? ""}` : ""),
      );
    });
  }
}

const clamp = (v, low, high) => Math.min(Math.max(v, low), high);

function inside(polygon, x, y) {
  let within = false;
  polygon.forEach(([ax, ay], i) => {
    const [bx, by] = polygon[(i + 1) % polygon.length];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  });
  return within;
}
