const root = document.documentElement;
const $ = (id) => document.getElementById(id);
const specs = JSON.parse($("specs").textContent);
let facts = null;

// Deflated JSON in base64: the page carries many half-hours.
async function readFacts() {
  const bytes = Uint8Array.from(atob($("facts").textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}
const dayOf = (date) => facts.days.findIndex((day) => day.date === date);
const clocksOf = (day) => facts.days[day].clocks ?? Array.from({ length: 48 }, (_, slot) => slot);
const noonOf = (date) => new Date(`${date}T12:00Z`);
const weekdayOf = (date) => (noonOf(date).getUTCDay() + 6) % 7;
function earlier(day, days) {
  const noon = noonOf(facts.days[day].date);
  noon.setUTCDate(noon.getUTCDate() - days);
  return noon.toISOString().slice(0, 10);
}
