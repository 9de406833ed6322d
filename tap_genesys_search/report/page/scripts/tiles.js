function spark(values, title) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const most = Math.max(...values.map((value) => value ?? 0), 1e-9);
  const step = values.length > 1 ? 100 / (values.length - 1) : 0;
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", "0 0 100 30");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  if (title) svg.append(Object.assign(document.createElementNS(svg.namespaceURI, "title"), { textContent: title }));
  let line = [];
  const draw = () => {
    if (line.length) {
      const drawn = document.createElementNS(svg.namespaceURI, "polyline");
      drawn.setAttribute("points", (line.length > 1 ? line : [line[0], line[0]]).join(" "));
      svg.append(drawn);
    }
    line = [];
  };
  values.forEach((value, place) => {
    if (value === null) draw(); else line.push(`${(place * step).toFixed(1)},${(28 - 26 * value / most).toFixed(1)}`);
  });
  draw();
  return svg;
}
const trendRange = (range) => ({ from: Math.max(facts.loaded_from, Math.min(range.from, range.to - 13)), to: range.to });

function delta(now, before, write, unit) {
  if (before.why) return element("span", { class: "delta", title: before.why }, NOTHING, element("span", { class: "hint" }, ` ${before.why}`));
  if (now === null || before.value === null) {
    const why = now === null ? "nothing to compare" : `nothing on ${before.name} to compare with`;
    return element("span", { class: "delta", title: why }, NOTHING, element("span", { class: "hint" }, ` ${why}`));
  }
  const difference = now - before.value;
  const written = write(Math.abs(difference));
  const sign = /^[0.:%\s]*$/.test(written) ? "=" : difference > 0 ? "▲" : "▼";
  const word = { "=": "same", "▲": "up", "▼": "down" }[sign];
  return element("span", { class: "delta", title: `${word} against ${before.name}` }, `${sign} ${written}${unit} `, element("span", { class: "unseen" }, word), element("span", { class: "hint" }, ` against ${before.name}`));
}
function drawTiles(state, range, filter) {
  const now = sumAll(facts.queue_days, range, filter);
  const own = now ?? EMPTY;
  const figures = figuresOf(now);
  const past = periodBefore(range);
  const then = past.why ? null : sumAll(facts.queue_days, past, filter);
  const earlier = figuresOf(then);
  const against = (value) => (past.why ? past : { value, name: past.from === past.to ? shortDate(facts.days[past.from].date) : `${shortDate(facts.days[past.from].date)} – ${shortDate(facts.days[past.to].date)}` });
  const days = trendRange(range);
  const byDay = sumBy(facts.queue_days, days, filter, (row, columns) => columns.day[row]);
  const trend = (pick) => Array.from({ length: Math.max(0, days.to - days.from + 1) }, (_, place) => pick(byDay.get(days.from + place), days.from + place));
  const goal = levelGoal(range, filter);
  const points = (value) => tenth(100 * value);
  const abandonGoal = facts.goals.abandon;
  const parts = [["talk", own.talk_ms], ["hold", own.held_ms], ["after-call", own.acw_ms]].map(([name, length]) => `${name} ${duration(ratio(length, own.handled))}`);
  const noOccupancy = !facts.status_days.day?.length;
  const filtered = state.queues.length || state.media !== "all" || state.direction !== "all";
  const statusBefore = past.why ? past : against(occupancyOf(past));
  const tiles = [
    { key: "sl", label: "Service level", value: percent(figures.level), n: own.sl_denominator, delta: delta(figures.level, against(earlier.level), points, " points"), detail: [`${count(own.sl_numerator)} of ${count(own.sl_denominator)} in time`], verdict: goal && figures.level !== null ? [100 * figures.level >= goal.percent, goal.text] : null, trend: trend((sums) => figuresOf(sums).level) },
    { key: "offered", label: "Offered (queue entries)", value: count(own.offered), delta: delta(own.offered, past.why ? past : against((then ?? EMPTY).offered || null), (value) => `${tenth(100 * value / (then ?? EMPTY).offered)} %`, ""), detail: [`${count(own.answered)} answered, ${count(own.outbound)} outbound`, `${count(Math.max(0, own.offered - own.answered - own.abandoned))} flowed out or still open`], trend: trend((sums) => (sums ?? EMPTY).offered) },
    { key: "abandon", label: "Abandoned", value: percent(figures.abandon), n: own.offered, delta: delta(figures.abandon, against(earlier.abandon), points, " points"), detail: [figures.abandon === null && own.offered ? "these media have no abandons" : `${count(own.abandoned)}, ${count(own.short_abandoned)} of them short`], verdict: abandonGoal !== undefined && figures.abandon !== null ? [100 * figures.abandon <= abandonGoal, `goal at most ${abandonGoal} %`] : null, trend: trend((sums) => figuresOf(sums).abandon) },
    { key: "asa", label: "Speed of answer", value: duration(figures.asa), n: own.asa_n, delta: delta(figures.asa, against(earlier.asa), duration, ""), detail: [`longest wait ${duration(figures.longest)}`, ...waitingText(filter)], trend: trend((sums) => figuresOf(sums).asa) },
    { key: "aht", label: "Handle time", value: duration(figures.aht), n: own.handled, delta: delta(figures.aht, against(earlier.aht), duration, ""), detail: [`${count(own.handled)} handled`, parts.join(", ")], trend: trend((sums) => figuresOf(sums).aht) },
    { key: "occupancy", label: "Occupancy", value: percent(occupancyOf(range)), delta: delta(occupancyOf(range), statusBefore, points, " points"), detail: [noOccupancy ? "no user_status_aggregates are loaded" : filtered ? "all queues and media: agents' status has none" : "of agents, all queues and media", ...partlyText("agents", range)], trend: trend((_, day) => occupancyOf({ from: day, to: day })) },
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
    spark(tile.trend));
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
