// What a manager would look at first: the queue and the time that lack most of their goal, and where
// most gave up.
function drawFirst(state, spans) {
  const links = (queue, ...words) => [element("a", { href: fragment({ ...state, queues: [facts.dims.queue_ids[queue]] }) }, facts.dims.queues[queue]), ...words];
  const rows = current.byQueue.size > 1 ? [...current.byQueue] : [];
  const findings = [missedQueue(rows, links), hardestTime(spans), mostAbandoned(rows, links)].filter(Boolean);
  $("first-section").hidden = !findings.length;
  $("first").replaceChildren(...findings.map((words) => element("li", {}, ...words)));
  const { goals } = current;
  $("first-summary").textContent = goals.all ? `Measured by the service level's ${goals.all.text}` : "There is no goal of the service level: give one with --goal";
}
// So many entries more in time would have reached the goal.
function lackOf(sums, goal) {
  if (!goal || !sums || sums.sl_denominator < FEW) return 0;
  return Math.ceil(goal.percent / 100 * sums.sl_denominator - sums.sl_numerator - 1e-9);
}
function largest(rows, measure) {
  return rows.reduce((best, row) => (measure(row) > (best ? measure(best) : 0) ? row : best), null);
}
function lackText(sums, goal, lack) {
  return `${percent(figuresOf(sums).level)} of ${count(sums.sl_denominator)} in time, ${count(lack)} more would have reached ${plain(goal.percent)} %`;
}
function missedQueue(rows, links) {
  const { goals } = current;
  const worst = largest(rows, ([queue, sums]) => lackOf(sums, goals.of(queue)));
  if (!worst) return null;
  const [queue, sums] = worst;
  return links(queue, ` is furthest from its service level: ${lackText(sums, goals.of(queue), lackOf(sums, goals.of(queue)))}`);
}
function hardestTime({ unit, rows }) {
  const goal = current.goals.all;
  const worst = rows.length > 1 ? largest(rows, ({ sums }) => lackOf(sums, goal)) : null;
  if (!worst) return null;
  return [element("strong", {}, worst.name), ` was the hardest ${unit}: ${lackText(worst.sums, goal, lackOf(worst.sums, goal))}`];
}
function mostAbandoned(rows, links) {
  const worst = largest(rows, ([, sums]) => sums.abandoned);
  if (!worst) return null;
  const [queue, sums] = worst;
  return links(queue, ` has most abandons: ${count(sums.abandoned)} of ${count(sums.offered)} entries`);
}
