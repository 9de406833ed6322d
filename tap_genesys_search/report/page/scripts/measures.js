const KEYS = new Set(["day", "slot", "queue", "media", "direction", "code", "form", "agent"]);
const WITHOUT_ABANDONS = new Set(["email", "message"]);

// One pass: rows of the range that the filters let through, summed by a key.
function sumBy(columns, range, filter, key) {
  const names = Object.keys(columns).filter((name) => !KEYS.has(name));
  const tests = Object.keys(filter).filter((name) => columns[name]).map((name) => [columns[name], filter[name]]);
  const groups = new Map();
  const days = columns.day ?? [];
  rows: for (let row = 0; row < days.length; row += 1) {
    const day = days[row];
    if (day < range.from || day > range.to) continue;
    for (const [column, accepted] of tests) if (!accepted[column[row]]) continue rows;
    const own = key(row, columns);
    let sums = groups.get(own);
    if (!sums) {
      sums = { asa_ms: 0, asa_n: 0, abandonable: 0 };
      for (const name of names) sums[name] = 0;
      groups.set(own, sums);
    }
    for (const name of names) {
      const value = columns[name][row];
      if (name === "longest_wait_ms") { if (value > sums[name]) sums[name] = value; } else sums[name] += value;
    }
    if (columns.answer_ms) addWaits(sums, columns, row);
  }
  return groups;
}
// A callback waits until it was scheduled: it counts where it is asked for, alone or by the box.
function addWaits(sums, columns, row) {
  const medium = facts.dims.media[columns.media[row]];
  if (medium !== "callback" || current.state.callbacks || current.state.media === "callback") {
    sums.asa_ms += columns.answer_ms[row];
    sums.asa_n += columns.answered[row];
  }
  if (!WITHOUT_ABANDONS.has(medium)) sums.abandonable += columns.offered[row];
}
const sumAll = (columns, range, filter) => sumBy(columns, range, filter, () => 0).get(0) ?? null;
const EMPTY = new Proxy({}, { get: () => 0 });

function figuresOf(sums) {
  const own = sums ?? EMPTY;
  return {
    level: ratio(own.sl_numerator, own.sl_denominator),
    abandon: own.abandonable ? ratio(own.abandoned, own.offered) : null,
    asa: ratio(own.asa_ms, own.asa_n),
    aht: ratio(own.handle_ms, own.handled),
    transfer: ratio(own.transferred, own.answered),
    longest: own.longest_wait_ms || null,
  };
}
function occupancyOf(range) {
  const own = sumAll(facts.status_days, range, {}) ?? EMPTY;
  return ratio(own.interacting_ms, own.interacting_ms + own.communicating_ms + own.idle_ms);
}
// The goal of the service level: the one of the command line, or the queues', weighted.
function levelGoal(range, filter) {
  const given = facts.goals["service-level"];
  if (given !== undefined) return { percent: given, text: `goal ${given} %` };
  const columns = facts.queue_days;
  const media = facts.dims.media.length;
  const groups = sumBy(columns, range, filter, (row) => columns.queue[row] * media + columns.media[row]);
  let weighted = 0, weight = 0;
  const seen = new Map();
  for (const [key, sums] of groups) {
    const target = facts.dims.targets[Math.floor(key / media)][facts.dims.media[key % media]];
    if (!target || !sums.sl_denominator) continue;
    weighted += target[0] * sums.sl_denominator;
    weight += sums.sl_denominator;
    seen.set(target.join(), target);
  }
  if (!weight) return null;
  const [only] = seen.values();
  if (seen.size === 1) return { percent: only[0], text: `goal ${only[0]} % in ${duration(only[1])}` };
  return { percent: weighted / weight, text: `goal ${tenth(weighted / weight)} %, mixed targets` };
}
