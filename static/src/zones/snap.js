// Where a point goes that is dropped near another one: onto points first, then onto lines, then the picture's border.
export function snapped([x, y], drawing, reach, except = []) {
  const points = [];
  const lines = [];
  for (const kind of ["zones", "masks", "occluders"])
    for (const shape of drawing[kind])
      for (const part of ["polygon", "edge"]) {
        const all = shape[part];
        if (!all) continue;
        const own = all.filter((p) => except.includes(p)).length > 0;
        points.push(...all.filter((p) => !except.includes(p)));
        if (own) continue; // a shape does not snap to its own lines
        all.forEach((p, i) => all[i + 1] && lines.push([p, all[i + 1]]));
        if (part === "polygon") lines.push([all.at(-1), all[0]]);
      }
  const near = nearest(points.map((p) => [p, distance(p, [x, y])]), reach);
  if (near) return near;
  const onLine = nearest(lines.map(([a, b]) => foot(a, b, [x, y])).map((p) => [p, distance(p, [x, y])]), reach);
  if (onLine) return onLine;
  const [width, height] = drawing.size;
  const border = (v, far) => (Math.abs(v) < reach ? 0 : Math.abs(v - far) < reach ? far : v);
  return [border(x, width), border(y, height)];
}

function nearest(candidates, reach) {
  const [best] = candidates.filter(([, d]) => d < reach).sort((a, b) => a[1] - b[1]);
  return best ? [...best[0]] : null;
}

function foot([ax, ay], [bx, by], [x, y]) {
  const length = (bx - ax) ** 2 + (by - ay) ** 2;
  const share = length ? Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length)) : 0;
  return [ax + share * (bx - ax), ay + share * (by - ay)];
}

const distance = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
