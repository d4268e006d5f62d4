// Drawing by keyboard alone. Keys count only while the picture has the focus; Tab always leaves it.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function listenToKeys(surface, canvas, model, acts) {
  const keys = {
    "+": () => canvas.zoom(1.25, canvas.cursor ?? chosen()),
    "=": () => canvas.zoom(1.25, canvas.cursor ?? chosen()),
    "-": () => canvas.zoom(0.8, canvas.cursor ?? chosen()),
    0: () => (canvas.fit(), canvas.render()),
    n: () => model.cycle(1),
    p: () => model.cycle(-1),
    z: () => acts.begin("zones"),
    m: () => acts.begin("masks"),
    o: () => acts.begin("occluders"),
    f: () => canvas.finish(),
    i: () => hasPoint() && model.insert(model.selected.point),
    Delete: () => hasPoint() && model.drop(model.selected.point),
    Backspace: () => (canvas.draw ? acts.takeBack() : hasPoint() && model.drop(model.selected.point)),
    Escape: () => acts.cancel(),
    Enter: set,
    " ": set,
  };
  const hasPoint = () => !canvas.draw && model.points() && model.selected.point !== null;
  const chosen = () => (hasPoint() ? model.points()[model.selected.point] : null);

  function set() {
    if (!canvas.cursor) return;
    if (canvas.pick) canvas.pick(canvas.cursor);
    else if (canvas.draw) canvas.addPoint(canvas.cursor);
  }

  function arrow([dx, dy], event) {
    const step = event.shiftKey ? 1 : Math.max(1, Math.round(canvas.view.w / 100));
    if (event.altKey) return canvas.pan(dx * step * 4, dy * step * 4);
    if (canvas.draw || canvas.pick) {
      const [x, y] = (canvas.cursor ??= canvas.size.map((v) => Math.round(v / 2)));
      canvas.cursor = [Math.round(x + dx * step), Math.round(y + dy * step)];
      canvas.follow(canvas.cursor);
      canvas.render();
      acts.say(canvas.cursor.join(", "));
    } else if (hasPoint()) {
      const [x, y] = model.points()[model.selected.point];
      model.move(model.selected.point, [x + dx * step, y + dy * step], "arrow");
      canvas.follow(model.points()[model.selected.point]);
      acts.say(model.where());
    } else model.cycle(1);
  }

  surface.addEventListener("keydown", (event) => {
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    const redo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y";
    if (undo || redo) {
      if (redo || event.shiftKey) model.redo();
      else if (canvas.draw) acts.takeBack();
      else model.undo();
    } else if (event.ctrlKey || event.metaKey) return;
    else if (ARROWS[event.key]) arrow(ARROWS[event.key], event);
    else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
