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
const weekdayOf = (day) => (new Date(`${facts.days[day].date}T12:00Z`).getUTCDay() + 6) % 7;
