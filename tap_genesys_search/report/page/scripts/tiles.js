// A line from `low` to the largest value, its last point a dot.
function spark(values, low = 0) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const most = Math.max(...values.map((value) => value ?? 0), low + 1e-9);
  const step = values.length > 1 ? 100 / (values.length - 1) : 0;
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 100 30");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const draw = (points, name) => {
    const drawn = document.createElementNS(svg.namespaceURI, "polyline");
    drawn.setAttribute("points", (points.length > 1 ? points : [points[0], points[0]]).join(" "));
    if (name) drawn.setAttribute("class", name);
    svg.append(drawn);
  };
  let line = [], last = null;
  values.forEach((value, place) => {
    if (value === null && line.length) { draw(line); line = []; }
    if (value !== null) { last = `${(place * step).toFixed(1)},${(27 - 24 * (value - low) / (most - low)).toFixed(1)}`; line.push(last); }
  });
  if (line.length) draw(line);
  if (last) draw([last], "dot");
  return svg;
}
// Ratios move little: their lines begin near the least of them, and make no mountain of a hill.
function lowOf(values) {
  const known = values.filter((value) => value !== null);
  return known.length ? Math.min(...known, 0.8 * Math.max(...known)) : 0;
}
const trendRange = (range) => ({ from: Math.max(facts.loaded_from, Math.min(range.from, range.to - 13)), to: range.to });

function delta(now, before, write, unit) {
  const why = before.why ?? (now === null ? "there is nothing to compare" : before.value === null ? `there is nothing on ${before.name} to compare with` : null);
  if (why) return element("span", { class: "delta", title: why }, `${NOTHING} not compared`, element("span", { class: "unseen" }, `: ${why}`));
  const difference = now - before.value;
  const written = write(Math.abs(difference));
  const sign = /^[0.:%\s]*$/.test(written) ? "=" : difference > 0 ? "▲" : "▼";
  const word = { "=": "same", "▲": "up", "▼": "down" }[sign];
  return element("span", { class: "delta", title: `${word} against ${before.name}` }, `${sign} ${written}${unit}`, element("span", { class: "unseen" }, ` ${word} against ${before.name}`));
}
function drawTiles(state, range, filter) {
  const { now, goals } = current;
  const own = now ?? EMPTY;
  const figures = figuresOf(now);
  const past = periodBefore(range);
  const then = past.why ? null : sumAll(facts.queue_days, past, filter);
  const earlierFigures = figuresOf(then);
  const against = (value, why = past.why) => (why ? { why } : { value, name: past.name });
  const days = trendRange(range);
  sayCompared(past, days);
  const byDay = sumBy(facts.queue_days, days, filter, (row, columns) => columns.day[row]);
  const trend = (pick) => Array.from({ length: Math.max(0, days.to - days.from + 1) }, (_, place) => pick(byDay.get(days.from + place), days.from + place));
  const points = (value) => tenth(100 * value);
  const share = (value) => `${tenth(100 * value / (then ?? EMPTY).offered)} %`;
  const tiles = [
    { key: "sl", label: "Service level", value: percent(figures.level), n: own.sl_denominator, delta: delta(figures.level, against(earlierFigures.level), points, " points"), verdict: goals.all && figures.level !== null ? [100 * figures.level >= goals.all.percent, goals.all.text] : null, detail: [`${count(own.sl_numerator)} of ${count(own.sl_denominator)} in time`], trend: trend((sums) => figuresOf(sums).level) },
    { key: "offered", label: "Offered (queue entries)", value: count(own.offered), delta: delta(own.offered, against((then ?? EMPTY).offered || null), share, ""), detail: offeredText(own), trend: trend((sums) => (sums ?? EMPTY).offered), low: 0 },
    { key: "abandon", label: "Abandoned", value: percent(figures.abandon), n: own.offered, delta: delta(figures.abandon, against(earlierFigures.abandon), points, " points"), verdict: abandonVerdict(figures.abandon), detail: [abandonText(own, figures, state)], trend: trend((sums) => figuresOf(sums).abandon), low: 0 },
    { key: "asa", label: "Speed of answer", value: duration(figures.asa), n: own.asa_n, delta: delta(figures.asa, against(earlierFigures.asa), duration, ""), detail: [`longest wait ${duration(figures.longest)}`, ...waitingText(filter)], trend: trend((sums) => figuresOf(sums).asa), low: 0 },
    { key: "aht", label: "Handle time", value: duration(figures.aht), n: own.handled, delta: delta(figures.aht, against(earlierFigures.aht), duration, ""), detail: [`${count(own.handled)} handled`, partsText(own)], trend: trend((sums) => figuresOf(sums).aht) },
    { key: "occupancy", label: "Occupancy", value: percent(occupancyOf(range)), delta: delta(occupancyOf(range), against(past.why ? null : occupancyOf(past), past.why ?? agentsLack(past) ?? agentsLack(range)), points, " points"), detail: occupancyText(state, range), trend: trend((_, day) => occupancyOf({ from: day, to: day })) },
  ];
  $("tiles").replaceChildren(...tiles.map(drawTile));
}
function drawTile(tile) {
  const few = tile.n !== undefined && tile.n > 0 && tile.n < FEW;
  const judged = tile.verdict && !few ? tile.verdict : null;
  const mood = few ? "few" : judged ? (judged[0] ? "good" : "bad") : null;
  return element("li", { "data-tile": tile.key, class: mood },
    element("span", { class: "label" }, tile.label),
    element("strong", { class: "value" }, tile.value),
    tile.delta,
    judged ? element("span", { class: "verdict" }, `${judged[0] ? "✓" : "✗"} ${judged[1]} ${judged[0] ? "reached" : "missed"}`) : null,
    ...tile.detail.map((text) => element("span", { class: "detail" }, text)),
    few ? element("span", { class: "detail" }, `few: n = ${count(tile.n)}`) : null,
    spark(tile.trend, tile.low ?? lowOf(tile.trend)));
}
function sayCompared(past, days) {
  const lines = days.to > days.from ? `lines: ${spanName(days)}` : null;
  $("compared").textContent = [past.why ? `Not compared: ${past.why}` : `Compared with ${past.name}`, lines].filter(Boolean).join(" · ");
}
function offeredText(own) {
  const rest = Math.max(0, own.offered - own.answered - own.abandoned);
  return [
    `${count(own.answered)} answered`,
    rest ? `${count(rest)} flowed out or still open` : null,
    own.outbound ? `${count(own.outbound)} outbound` : null,
  ].filter(Boolean);
}
function abandonText(own, figures, state) {
  if (figures.abandon === null && own.offered) return "these media have no abandons";
  return state.short
    ? `${count(own.abandoned)}, ${count(own.short_abandoned)} of them short`
    : `${count(own.abandoned - own.short_abandoned)}, without ${count(own.short_abandoned)} short ones`;
}
function abandonVerdict(rate) {
  const goal = facts.goals.abandon;
  return goal !== undefined && rate !== null ? [100 * rate <= goal, `goal at most ${goal} %`] : null;
}
function partsText(own) {
  return [["talk", own.talk_ms], ["hold", own.held_ms], ["after-call", own.acw_ms]].map(([name, length]) => `${name} ${duration(ratio(length, own.handled))}`).join(", ");
}
function occupancyText(state, range) {
  if (!facts.status_days.day?.length) return ["no user_status_aggregates are loaded"];
  const filtered = state.queues.length || state.media !== "all" || state.direction !== "all";
  return [`of all agents${filtered ? ", not filtered" : ""}`, ...partlyText("agents", range)];
}
function agentsLack(range) {
  return partlyText("agents", range).length ? `agents' status is not loaded for all of ${spanName(range)}` : undefined;
}
function waitingText(filter) {
  const waiting = facts.waiting;
  let entries = 0, since = Infinity;
  (waiting.queue ?? []).forEach((queue, row) => {
    if (!filter.queue[queue] || !filter.media[waiting.media[row]] || !filter.direction[waiting.direction[row]]) return;
    entries += waiting.entries[row];
    since = Math.min(since, waiting.since[row]);
  });
  return entries ? [`${count(entries)} still waiting, since ${duration(facts.data_until - since)}`] : [];
}
function partlyText(section, range) {
  const known = facts.ranges[section];
  if (!known || range.to < range.from) return [];
  const [from, to] = [facts.days[range.from].date, facts.days[range.to].date];
  return from < known[0] || to > known[1] ? [`data of ${shortDate(known[0])} to ${shortDate(known[1])}`] : [];
}
