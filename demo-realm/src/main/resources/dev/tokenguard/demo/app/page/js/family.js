// The state of the family, computed from its events.

export function family(events) {
  const nodes = new Map([[0, { generation: 0, replays: 0, lost: 0 }]]);
  const thefts = [];
  let end = null;
  let reuse = null;
  for (const event of events) {
    if (event.kind === 'rotated' || event.kind === 'replayed') {
      seen(node(nodes, event.got), event);
    } else if (event.kind === 'stolen') {
      thefts.push(event);
    } else if (event.kind === 'ended') {
      end = event;
      reuse = event.reuse ?? null;
    }
  }
  const generations = [...nodes.values()].sort((one, other) => one.generation - other.generation);
  const newest = generations.at(-1).generation;
  const last = Math.max(newest, ...thefts.map(({ got }) => got ?? 0));
  const replays = generations.reduce((sum, each) => sum + each.replays, 0);
  return { generations, newest, last, replays, thefts, end, reuse };
}

function node(nodes, generation) {
  if (!nodes.has(generation)) {
    nodes.set(generation, { generation, replays: 0, lost: 0 });
  }
  return nodes.get(generation);
}

function seen(child, { kind, by, isLost }) {
  child.by ??= by;
  child.replays += kind === 'replayed' ? 1 : 0;
  child.lost += isLost ? 1 : 0;
}
