// The drawing, what is selected in it, and every step back and forth. No page in here.
export const NOUNS = { zones: "zone", masks: "mask", occluders: "occluder" };
const MOST_STEPS = 200;

export class Model extends EventTarget {
  constructor(drawing) {
    super();
    this.drawing = drawing;
    this.selected = null; // { kind, index, part, point }: part is polygon or edge, point may be null
    this.past = [];
    this.future = [];
    this.saved = JSON.stringify(drawing);
  }

  get dirty() {
    return JSON.stringify(this.drawing) !== this.saved;
  }

  // One step. Steps with the same `merge` that follow each other are one: a drag, a held arrow key.
  change(words, act, merge = null) {
    if (!merge || this.past.at(-1)?.merge !== merge) {
      this.past.push({ before: JSON.stringify(this.drawing), words, merge });
      if (this.past.length > MOST_STEPS) this.past.shift();
    }
    this.future = [];
    act(this.drawing);
    this.told(words);
  }

  endMerge() {
    if (this.past.length) this.past.at(-1).merge = null;
  }

  undo() {
    this.step(this.past, this.future, "Undone");
  }

  redo() {
    this.step(this.future, this.past, "Done again");
  }

  step(from, to, what) {
    const last = from.pop();
    if (!last) return this.told("Nothing left to " + (what === "Undone" ? "undo" : "do again"));
    to.push({ before: JSON.stringify(this.drawing), words: last.words, merge: null });
    this.drawing = JSON.parse(last.before);
    if (this.selected && !this.points()) this.selected = null;
    this.told(`${what}: ${last.words}`);
  }

  told(words = "") {
    const { selected } = this;
    const points = this.points();
    if (selected?.point >= points?.length) selected.point = points.length - 1;
    this.dispatchEvent(new CustomEvent("change", { detail: words }));
  }

  shape(selected = this.selected) {
    return selected ? this.drawing[selected.kind]?.[selected.index] : undefined;
  }

  points(selected = this.selected) {
    return this.shape(selected)?.[selected.part];
  }

  select(kind, index, part = "polygon", point = null) {
    this.selected = kind === null ? null : { kind, index, part, point };
    const shape = this.shape();
    if (!shape) return this.told();
    const line = part === "edge" ? ", edge line" : "";
    this.told(point === null ? `${NOUNS[kind]} ${shape.name}${line}` : this.where());
  }

  where() {
    const points = this.points();
    const { point, part } = this.selected;
    const [x, y] = points[point];
    const line = part === "edge" ? "edge point" : "point";
    return `${line} ${point + 1} of ${points.length}: ${Math.round(x)}, ${Math.round(y)}`;
  }

  parts() {
    return this.selected?.kind === "zones" ? ["polygon", "edge"] : ["polygon"];
  }

  // The next point of the selected shape, from the area on to the edge line and round again.
  cycle(by) {
    if (!this.shape()) {
      const kind = Object.keys(NOUNS).find((k) => this.drawing[k].length);
      if (kind) this.select(kind, 0, "polygon", 0);
      return;
    }
    const all = this.parts().flatMap((part) => this.shape()[part].map((_, point) => ({ part, point })));
    const at = all.findIndex((p) => p.part === this.selected.part && p.point === this.selected.point);
    const next = all[(at + by + all.length) % all.length] ?? all[0];
    this.select(this.selected.kind, this.selected.index, next.part, next.point);
  }

  add(kind, shape) {
    const words = `${NOUNS[kind]} ${shape.name} added`;
    this.change(words, (d) => d[kind].push(shape));
    this.select(kind, this.drawing[kind].length - 1);
  }

  remove() {
    const { kind, index } = this.selected;
    const { name } = this.shape();
    this.selected = null;
    this.change(`${NOUNS[kind]} ${name} deleted`, (d) => d[kind].splice(index, 1));
  }

  move(point, [x, y], merge) {
    const { part } = this.selected;
    this.selected.point = point;
    this.change("point moved", () => (this.points()[point] = [tenth(x), tenth(y)]), merge && `${merge} ${part} ${point}`);
  }

  insert(after, place = null, merge = null) {
    const points = this.points();
    const closed = this.selected.part === "polygon";
    const next = points[after + 1] ?? (closed ? points[0] : null);
    const at = place ?? (next ? middle(points[after], next) : [points[after][0] + 20, points[after][1]]);
    this.change("point inserted", () => points.splice(after + 1, 0, at.map(tenth)), merge);
    this.selected.point = after + 1;
    this.told(`point inserted, ${this.where()}`);
  }

  drop(point) {
    const points = this.points();
    const least = this.selected.part === "edge" ? 2 : 3;
    if (points.length <= least) return this.told(`It needs at least ${least} points: delete the whole shape instead`);
    this.selected.point = Math.min(point, points.length - 2);
    this.change("point deleted", () => points.splice(point, 1));
  }

  free(kind) {
    const names = new Set(this.drawing[kind].map((shape) => shape.name));
    const noun = NOUNS[kind][0].toUpperCase() + NOUNS[kind].slice(1);
    let n = 1;
    while (names.has(`${noun} ${n}`)) n += 1;
    return `${noun} ${n}`;
  }

  // The same drawing on a picture of another size.
  resize([width, height]) {
    const [fx, fy] = [width / this.drawing.size[0], height / this.drawing.size[1]];
    this.change(`scaled to ${width} x ${height}`, (d) => {
      for (const kind of Object.keys(NOUNS))
        for (const shape of d[kind])
          for (const part of ["polygon", "edge"])
            if (shape[part]) shape[part] = shape[part].map(([x, y]) => [tenth(x * fx), tenth(y * fy)]);
      if (d.homography) d.homography = d.homography.map(([a, b, c]) => [a / fx, b / fy, c]);
      d.size = [width, height];
    });
  }
}

export const tenth = (v) => Math.round(v * 10) / 10;
const middle = ([a, b], [c, d]) => [(a + c) / 2, (b + d) / 2];
