// A column: heading, how a row's cell is written, and by what it is sorted.
function drawTable(caption, columns, rows, options = {}) {
  const heads = columns.map((column, place) => {
    const sorted = options.sort && options.sort.place === place;
    const head = column.value && options.onSort
      ? element("button", { type: "button" }, column.title, sorted ? (options.sort.down ? " ↓" : " ↑") : "")
      : column.title;
    if (head !== column.title) head.addEventListener("click", () => options.onSort(place));
    return element("th", { scope: "col", class: place ? column.class ?? "number" : null, "aria-sort": sorted ? (options.sort.down ? "descending" : "ascending") : null }, head);
  });
  const cells = (row) => columns.map((column, place) => element(place ? "td" : "th", place ? { class: [column.class ?? "number", column.mood?.(row)].filter(Boolean).join(" "), title: column.hint?.(row) } : { scope: "row" }, column.write(row)));
  const body = rows.length
    ? rows.map((row) => element("tr", {}, ...cells(row)))
    : [element("tr", {}, element("td", { colspan: columns.length }, "Nothing"))];
  return element("table", {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...body),
    options.total ? element("tfoot", {}, element("tr", {}, ...cells(options.total))) : null);
}
const fewOf = (n) => (n > 0 && n < FEW ? "few" : null);
const hintOf = (n) => `n = ${count(n)}`;

const QUEUE_COLUMNS = [
  { title: "Queue", value: (row) => row.name.toLowerCase(), write: (row) => (row.id ? element("a", { href: fragment({ ...current.state, queues: [row.id] }) }, row.name) : row.name) },
  { title: "Offered", value: (row) => row.sums.offered, write: (row) => count(row.sums.offered) },
  { title: "Answered", value: (row) => row.sums.answered, write: (row) => count(row.sums.answered) },
  { title: "Abandoned", value: (row) => row.figures.abandon, write: (row) => percent(row.figures.abandon), mood: (row) => fewOf(row.sums.offered), hint: (row) => hintOf(row.sums.offered) },
  { title: "Service level", value: (row) => row.figures.level, write: (row) => percent(row.figures.level), mood: (row) => fewOf(row.sums.sl_denominator), hint: (row) => hintOf(row.sums.sl_denominator) },
  { title: "Goal", value: (row) => row.goal?.percent ?? null, write: goalMark, mood: (row) => (isJudged(row) ? (reached(row) ? "good" : "bad") : null) },
  { title: "Speed of answer", value: (row) => row.figures.asa, write: (row) => duration(row.figures.asa), mood: (row) => fewOf(row.sums.asa_n), hint: (row) => hintOf(row.sums.asa_n) },
  { title: "Handle time", value: (row) => row.figures.aht, write: (row) => duration(row.figures.aht), mood: (row) => fewOf(row.sums.handled), hint: (row) => hintOf(row.sums.handled) },
  { title: "Transferred", value: (row) => row.figures.transfer, write: (row) => percent(row.figures.transfer), mood: (row) => fewOf(row.sums.answered), hint: (row) => hintOf(row.sums.answered) },
  { title: "Longest wait", value: (row) => row.figures.longest, write: (row) => duration(row.figures.longest) },
  { title: "Offered, trend", write: (row) => row.trend ?? "" },
];
const reached = (row) => 100 * row.figures.level >= row.goal.percent;
const isJudged = (row) => row.goal && row.figures.level !== null && row.sums.sl_denominator >= FEW;
function goalMark(row) {
  if (!row.goal) return NOTHING;
  const goal = `${plain(row.goal.percent)} %`;
  return isJudged(row) ? `${goal} ${reached(row) ? "✓ reached" : "✗ missed"}` : goal;
}
let queueSort = { place: 1, down: true };
function drawQueues(state, range, filter) {
  const { byQueue, goals, now } = current;
  const days = trendRange(range);
  const width = facts.days.length;
  const byDay = sumBy(facts.queue_days, days, filter, (row, columns) => columns.queue[row] * width + columns.day[row]);
  const rows = [...byQueue].map(([queue, sums]) => ({
    id: facts.dims.queue_ids[queue], name: facts.dims.queues[queue], sums, figures: figuresOf(sums),
    goal: goals.of(queue),
    trend: spark(Array.from({ length: days.to - days.from + 1 }, (_, place) => byDay.get(queue * width + days.from + place)?.offered ?? 0)),
  }));
  const { value } = QUEUE_COLUMNS[queueSort.place];
  rows.sort((one, other) => {
    const [left, right] = [value(one), value(other)];
    if (left === right) return one.name < other.name ? -1 : 1;
    if (left === null || right === null) return left === null ? 1 : -1;
    return (left < right ? -1 : 1) * (queueSort.down ? -1 : 1);
  });
  const total = now && { name: "All of these", sums: now, figures: figuresOf(now), goal: goals.all };
  const onSort = (place) => {
    queueSort = { place, down: queueSort.place === place ? !queueSort.down : place > 0 };
    drawQueues(state, range, filter);
    $("queues").querySelectorAll("th button")[place].focus();
  };
  $("queues").replaceChildren(drawTable("Queues", QUEUE_COLUMNS, rows, { sort: queueSort, onSort, total }));
  const missed = rows.filter((row) => isJudged(row) && !reached(row));
  const judged = rows.filter(isJudged);
  $("queues-summary").textContent = judged.length
    ? `${missed.length} of ${judged.length} queues missed their service level; a row's name leads to the queue alone`
    : `${rows.length} queues; a row's name leads to the queue alone`;
}
