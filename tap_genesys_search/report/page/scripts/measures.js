const KEYS = new Set(["day", "slot", "queue", "media", "direction", "code", "form", "agent"]);
const WITHOUT_ABANDONS = new Set(["email", "message"]);

// The rows of each day, so that a range is read without the others.
const layouts = new WeakMap();
function layoutOf(columns) {
  let layout = layouts.get(columns);
  if (!layout) {
    const days = columns.day ?? [];
    const starts = new Uint32Array(facts.days.length + 1);
    for (const day of days) starts[day + 1] += 1;
    for (let day = 0; day < facts.days.length; day += 1) starts[day + 1] += starts[day];
    const next = starts.slice(), order = new Uint32Array(days.length);
    days.forEach((day, row) => { order[next[day]] = row; next[day] += 1; });
    const names = Object.keys(columns).filter((name) => !KEYS.has(name));
    layout = { starts, order, names, values: names.map((name) => columns[name]) };
    layouts.set(columns, layout);
  }
  return layout;
}
// Calls for each row of the range that the filters let through.
function eachRow(columns, range, filter, call) {
  const { starts, order } = layoutOf(columns);
  const tests = Object.keys(filter).filter((name) => columns[name] && filter[name].includes(false));
  const [first = null, second = null, third = null] = tests.map((name) => columns[name]);
  const [ofFirst, ofSecond, ofThird] = tests.map((name) => filter[name]);
  const end = range.to < range.from ? 0 : starts[range.to + 1];
  for (let place = starts[Math.max(0, range.from)]; place < end; place += 1) {
    const row = order[place];
    if (first && !ofFirst[first[row]]) continue;
    if (second && !ofSecond[second[row]]) continue;
    if (third && !ofThird[third[row]]) continue;
    call(row);
  }
}
// One pass: the measures of the rows, summed by a key.
function sumBy(columns, range, filter, key) {
  const { names, values } = layoutOf(columns);
  const longest = names.indexOf("longest_wait_ms");
  const groups = new Map();
  const waits = columns.answer_ms ? waitsOf(columns) : null;
  eachRow(columns, range, filter, (row) => {
    const own = key(row, columns);
    let sums = groups.get(own);
    if (!sums) groups.set(own, sums = new Float64Array(names.length + 3));
    for (let place = 0; place < names.length; place += 1) {
      const value = values[place][row];
      if (place === longest) { if (value > sums[place]) sums[place] = value; } else sums[place] += value;
    }
    if (waits) waits(sums, names.length, row);
  });
  const named = [...names, "asa_ms", "asa_n", "abandonable"];
  return new Map([...groups].map(([own, sums]) => [own, Object.fromEntries(named.map((name, place) => [name, sums[place]]))]));
}
// A callback waits until it was scheduled: it counts where it is asked for, alone or by the box.
function waitsOf(columns) {
  const callbacks = current.state.callbacks || current.state.media === "callback";
  const waiting = facts.dims.media.map((name) => callbacks || name !== "callback");
  const abandonable = facts.dims.media.map((name) => !WITHOUT_ABANDONS.has(name));
  return (sums, place, row) => {
    const media = columns.media[row];
    if (waiting[media]) {
      sums[place] += columns.answer_ms[row];
      sums[place + 1] += columns.answered[row];
    }
    if (abandonable[media]) sums[place + 2] += columns.offered[row];
  };
}
const sumAll = (columns, range, filter) => sumBy(columns, range, filter, () => 0).get(0) ?? null;
const EMPTY = new Proxy({}, { get: () => 0 });

function figuresOf(sums) {
  const own = sums ?? EMPTY;
  const short = current.state.short ? 0 : own.short_abandoned;
  return {
    level: ratio(own.sl_numerator, own.sl_denominator),
    abandon: own.abandonable ? ratio(own.abandoned - short, own.offered - short) : null,
    asa: ratio(own.asa_ms, own.asa_n),
    aht: ratio(own.handle_ms, own.handled),
    transfer: ratio(own.transferred, own.answered),
    longest: own.longest_wait_ms || null,
  };
}
function occupancyOf(range) {
  return busyShare(sumAll(facts.status_days, range, {}) ?? EMPTY);
}
const busyShare = (own) => ratio(own.interacting_ms, own.interacting_ms + own.communicating_ms + own.idle_ms);
// The goals of the service level, of all and of each queue: the one of the command line, or the
// queues' own, weighted.
function levelGoals(range, filter) {
  const given = facts.goals["service-level"];
  if (given !== undefined) {
    const goal = { percent: given, text: `goal ${given} %` };
    return { all: goal, of: () => goal };
  }
  const columns = facts.queue_days;
  const media = facts.dims.media.length;
  const entries = new Map();
  eachRow(columns, range, filter, (row) => {
    const key = columns.queue[row] * media + columns.media[row];
    entries.set(key, (entries.get(key) ?? 0) + columns.sl_denominator[row]);
  });
  const all = { weighted: 0, weight: 0, seen: new Map() };
  const queues = new Map();
  for (const [key, weight] of entries) {
    const queue = Math.floor(key / media);
    const target = facts.dims.targets[queue][facts.dims.media[key % media]];
    if (!target || !weight) continue;
    if (!queues.has(queue)) queues.set(queue, { weighted: 0, weight: 0, seen: new Map() });
    for (const sums of [all, queues.get(queue)]) {
      sums.weighted += target[0] * weight;
      sums.weight += weight;
      sums.seen.set(target.join(), target);
    }
  }
  return { all: goalOf(all), of: (queue) => (queues.has(queue) ? goalOf(queues.get(queue)) : null) };
}
function goalOf({ weighted, weight, seen }) {
  if (!weight) return null;
  const [only] = seen.values();
  if (seen.size === 1) return { percent: only[0], text: `goal ${plain(only[0])} % in ${duration(only[1])}` };
  return { percent: weighted / weight, text: `goal ${tenth(weighted / weight)} % (mixed targets)` };
}
