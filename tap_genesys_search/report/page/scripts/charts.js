const views = {};
// The expressions of a chart are interpreted, not compiled: the page allows no code but this.
// Charts are drawn before they have rows, which Vega would warn of: it logs errors alone.
const EMBED = { actions: false, renderer: "svg", ast: true, logLevel: 1 };

async function updateChart(id, rows, signals, height) {
  views[id] ??= vegaEmbed(`#${id}`, specs.contact[id], EMBED).then((made) => made.view);
  const view = await views[id];
  for (const [name, value] of Object.entries(signals)) view.signal(name, value);
  if (height) view.height(height);
  await view.data("rows", rows).resize().runAsync();
}
// Half-hours of one day, or days.
function spansOf(range) {
  const oneDay = range.from === range.to && range.from >= facts.days.length - facts.half_hour_days;
  if (oneDay) {
    const names = slotNames(range.from);
    return { unit: "half-hour", names, columns: facts.half_hours, place: (row) => facts.half_hours.slot[row] };
  }
  const names = Array.from({ length: Math.max(0, range.to - range.from + 1) }, (_, place) => longDate(range.from + place));
  return { unit: "day", names, columns: facts.queue_days, place: (row) => facts.queue_days.day[row] - range.from };
}
// As many labels as have room, at even distances.
function axisOf(width, spans, range) {
  const short = spans.unit === "day" ? spans.names.map((_, place) => axisDate(range, place)) : spans.names;
  const room = Math.max(200, width - 60);
  const most = Math.max(1, Math.floor(room / (9 * Math.max(...short.map((name) => name.length), 4))));
  const steps = spans.unit === "day" ? [1, 2, 7, 14, 28, 56, 112, 182, 364] : [1, 2, 4, 8, 12, 24];
  const step = steps.find((own) => short.length / own <= most) ?? short.length;
  return { labels: short, ticks: short.map((_, place) => place).filter((place) => place % step === 0).map((place) => place + (spans.unit === "day" ? 0.5 : 0)), count: Math.max(short.length, 1) };
}
function axisDate(range, place) {
  const { date } = facts.days[range.from + place];
  if (range.to - range.from < 14) return `${WEEKDAYS[weekdayOf(date)]} ${Number(date.slice(8))}`;
  return range.to - range.from > 300 ? `${shortDate(date)} ${date.slice(2, 4)}` : shortDate(date);
}
function sumSpans(range, filter) {
  const spans = spansOf(range);
  const groups = sumBy(spans.columns, range, filter, spans.place);
  return { ...spans, rows: spans.names.map((name, place) => ({ name, place, sums: groups.get(place) ?? null })) };
}
function drawTimeCharts(spans, range, width) {
  const { rows } = spans;
  const inside = trimmed(rows, spans.unit);
  const axis = axisOf(width, spans, range);
  const goal = current.goals.all;
  $("volume-summary").textContent = busiest(rows, spans.unit);
  $("level-summary").textContent = levelText(current.now, goal, spans.unit);
  $("volume-table").replaceChildren(timeTable("What became of those offered", spans.unit, inside));
  $("level-table").replaceChildren(drawTable("Service level", [
    { title: spans.unit, write: (row) => row.name },
    { title: "In time", write: (row) => count((row.sums ?? EMPTY).sl_numerator) },
    { title: "Of", write: (row) => count((row.sums ?? EMPTY).sl_denominator) },
    { title: "Service level", write: (row) => percent(figuresOf(row.sums).level) },
  ], inside));
  const spanRow = ({ name, place }) => ({ name, since: place, until: place + 1, middle: place + 0.5 });
  return Promise.all([
    updateChart("volume", rows.flatMap((row) => volumeRows(row, spanRow(row))), axis),
    updateChart("level", rows.map((row) => {
      const { level } = figuresOf(row.sums);
      const n = (row.sums ?? EMPTY).sl_denominator;
      const shown = level === null ? null : 100 * level;
      return { ...spanRow(row), level: shown, steady: n < FEW ? null : shown, few: n < FEW, shown: percent(level), of: count(n), goal: goal?.percent ?? null };
    }), axis),
  ]);
}
const trimmed = (rows, unit) => (unit === "day" ? rows : rows.filter((row) => row.sums));
function volumeRows(row, span) {
  const sums = row.sums ?? EMPTY;
  const rest = Math.max(0, sums.offered - sums.answered - sums.abandoned);
  let top = 0;
  return [["answered", sums.answered], ["abandoned", sums.abandoned], ["flowed out or still open", rest]]
    .filter(([, value]) => value)
    .map(([kind, value]) => ({ ...span, kind, bottom: top, top: (top += value), shown: count(value) }));
}
function timeTable(caption, unit, rows) {
  return drawTable(caption, [
    { title: unit, write: (row) => row.name },
    { title: "Offered", write: (row) => count((row.sums ?? EMPTY).offered) },
    { title: "Answered", write: (row) => count((row.sums ?? EMPTY).answered) },
    { title: "Abandoned", write: (row) => count((row.sums ?? EMPTY).abandoned) },
    { title: "Answer", write: (row) => duration(figuresOf(row.sums).asa) },
    { title: "Handle time", write: (row) => duration(figuresOf(row.sums).aht) },
  ], rows);
}
function busiest(rows, unit) {
  const most = rows.reduce((best, row) => ((row.sums?.offered ?? 0) > (best?.sums.offered ?? 0) ? row : best), null);
  return most ? `The busiest ${unit} was ${most.name}: ${count(most.sums.offered)} offered, ${count(most.sums.abandoned)} abandoned` : "Nothing was offered";
}
function levelText(total, goal, unit) {
  const { level } = figuresOf(total);
  return level === null ? "No service level" : `${percent(level)} of all, by ${unit}${goal ? `; ${goal.text}` : ""}`;
}
function drawParts(width) {
  const MOST = 10;
  const groups = current.byQueue;
  const rows = [...groups].filter(([, sums]) => sums.handled).sort((one, other) => other[1].handled - one[1].handled).slice(0, MOST)
    .map(([queue, sums]) => ({ queue: facts.dims.queues[queue], sums }));
  const part = (sums, name) => ratio(sums[name], sums.handled);
  const names = { talk: "talk_ms", hold: "held_ms", "after-call work": "acw_ms", dialling: "dial_ms" };
  $("parts-table").replaceChildren(drawTable("Handle time by queue", [
    { title: "Queue", write: (row) => row.queue },
    ...Object.entries(names).map(([title, name]) => ({ title, write: (row) => duration(part(row.sums, name)) })),
    { title: "Handle time", write: (row) => duration(figuresOf(row.sums).aht) },
    { title: "n", write: (row) => count(row.sums.handled) },
  ], rows));
  const [first] = [...rows].sort((one, other) => figuresOf(other.sums).aht - figuresOf(one.sums).aht);
  $("parts-summary").textContent = first ? `${first.queue} takes longest: ${duration(figuresOf(first.sums).aht)}${groups.size > MOST ? `, of the ${MOST} queues that handle most` : ""}` : "Nothing was handled";
  const drawn = rows.flatMap(({ queue, sums }, place) => {
    let until = 0;
    return Object.entries(names).filter(([, name]) => sums[name]).map(([title, name]) => {
      const since = until;
      until += part(sums, name) / 60000;
      return { place, queue, part: title, since, until, shown: duration(part(sums, name)) };
    });
  });
  return updateChart("parts", drawn, { labels: rows.map((row) => row.queue), room: Math.round(width / 3) }, 26 * Math.max(rows.length, 1));
}
