let heatBy = "volume";
// Of each weekday and half-hour on the clock, the average of the days that the range has.
function drawHeat(range, filter) {
  const columns = facts.half_hours;
  const span = range.to - range.from < 6 ? { from: range.to - 27, to: range.to } : range;
  const first = Math.max(span.from, facts.days.length - facts.half_hour_days, facts.loaded_from);
  const days = { from: first, to: range.to };
  const occurrences = Array(7).fill(0);
  for (let day = first; day <= range.to; day += 1) occurrences[weekdayOf(day)] += 1;
  const groups = sumBy(columns, days, filter, (row) => {
    const day = columns.day[row];
    return weekdayOf(day) * 48 + (facts.days[day].clocks?.[columns.slot[row]] ?? columns.slot[row]);
  });
  const of = (weekday, halfHour) => {
    const sums = groups.get(weekday * 48 + halfHour);
    if (!occurrences[weekday]) return null;
    if (heatBy === "level") return ratio(sums?.sl_numerator ?? 0, sums?.sl_denominator ?? 0);
    return (sums?.offered ?? 0) / occurrences[weekday];
  };
  const write = heatBy === "level" ? percent : (value) => (value === null ? NOTHING : tenth(value));
  const halfHours = Array.from({ length: 48 }, (_, place) => place);
  let most = 0, peak = null;
  for (let weekday = 0; weekday < 7; weekday += 1) {
    for (const halfHour of halfHours) {
      const value = of(weekday, halfHour);
      if (value !== null && value > most) { most = value; peak = [weekday, halfHour]; }
    }
  }
  const cells = [element("span", {}), ...[0, 4, 8, 12, 16, 20].map((hour) => element("span", { class: "hour" }, clock(2 * hour)))];
  for (let weekday = 0; weekday < 7; weekday += 1) {
    cells.push(element("span", {}, WEEKDAYS[weekday]), ...halfHours.map((halfHour) => {
      const value = of(weekday, halfHour);
      return element("i", { title: `${WEEKDAYS[weekday]} ${clock(halfHour)}: ${write(value)}`, style: `--share: ${value === null || !most ? 0 : Math.round(100 * value / (heatBy === "level" ? 1 : most))}%` });
    }));
  }
  $("heat").replaceChildren(...cells);
  $("heat-table").replaceChildren(drawTable(`${heatBy === "level" ? "Service level" : "Offered on average"} by weekday and half-hour`, [
    { title: "Half-hour", write: (halfHour) => clock(halfHour) },
    ...WEEKDAYS.map((name, weekday) => ({ title: name, write: (halfHour) => write(of(weekday, halfHour)) })),
  ], halfHours));
  const left = range.to < range.from || first === range.from ? "" : `; ${spanName(days)}`;
  $("heat-summary").textContent = (peak && heatBy === "volume"
    ? `Most are offered on ${WEEKDAYS[peak[0]]} at ${clock(peak[1])}: ${tenth(most)} on average of ${occurrences[peak[0]]} such day${occurrences[peak[0]] === 1 ? "" : "s"}`
    : peak ? "Service level, from 0 % (pale) to 100 %" : "Nothing was offered") + left;
  for (const button of document.querySelectorAll("[data-heat]")) button.setAttribute("aria-pressed", String(button.dataset.heat === heatBy));
}
