// The page works without this. With it, times are in the reader's zone and news is offered.
"use strict";

const EVERY = 30_000;
const DAY = 86_400_000;
// The desk carries out what people ask within a second or two.
const SOON = 4_000;

const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DATE = { day: "numeric", month: "short" };

const opened = Date.now();
const main = document.getElementById("content");
const fresh = document.getElementById("fresh");
const spoken = document.getElementById("spoken");

function written(at, form) {
  return at.toLocaleString("en-GB", form).replace(",", "");
}

function clock(time) {
  return written(new Date(time), HOUR);
}

function localTimes(reference) {
  let above = "";
  for (const element of document.querySelectorAll("time[datetime]")) {
    const at = new Date(element.getAttribute("datetime"));
    if (Number.isNaN(at.getTime())) continue;
    const otherYear = at.getFullYear() !== reference.getFullYear();
    if (element.classList.contains("clock")) {
      const first = !element.closest("li").previousElementSibling && !element.closest("details");
      const date = written(at, otherYear ? { ...DATE, year: "numeric" } : DATE);
      element.querySelector("b").textContent = written(at, HOUR);
      element.querySelector("span").textContent = first || date !== above ? date : "";
      above = date;
      continue;
    }
    const form = { ...HOUR };
    const year = otherYear || "full" in element.dataset;
    if (year || at.toDateString() !== reference.toDateString()) Object.assign(form, DATE);
    if (year) form.year = "numeric";
    element.textContent = written(at, form);
  }
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const note = document.getElementById("zone");
  if (note && zone) note.textContent = `Times are in your zone (${zone}).`;
}

// Times of the reader's day have no date: past midnight, on a page left open, they get theirs.
let shownDay = "";
function keepDates() {
  const given = new Date(main.dataset.reference);
  const gone = Math.abs(opened - given) < DAY ? Date.now() - opened : 0;
  const reference = new Date(given.getTime() + gone);
  if (reference.toDateString() === shownDay) return;
  shownDay = reference.toDateString();
  localTimes(reference);
}

function plural(count, one) {
  return `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
}

// What came is shown as it grows, but said aloud only when it has doubled: a busy day would else
// interrupt whoever listens every half a minute.
let said = { news: "", count: 0, trouble: "" };
function show(news, count, trouble) {
  const words = [news, trouble].filter(Boolean).join(". ");
  fresh.hidden = !words;
  fresh.querySelector("span").textContent = words;
  fresh.querySelector("a").hidden = !news;
  const more = count === 0 || said.count === 0 || count >= 2 * said.count;
  if (trouble !== said.trouble || (news !== said.news && more)) {
    spoken.textContent = words;
    said = { news, count, trouble };
  }
}

function watch() {
  const asked = new URLSearchParams({ after: main.dataset.after });
  if (main.dataset.story) asked.set("story", main.dataset.story);
  if (main.dataset.seq) asked.set("seq", main.dataset.seq);
  let [news, count, silent, last] = ["", 0, 0, null];
  const answered = ({ reports, changed, late }) => {
    silent = 0;
    // The front page may have said so from the start.
    const behind = late && !document.querySelector(".late");
    if (changed) news = "This story has changed";
    if (reports > 0) news = plural(reports, "new report");
    count = reports;
    show(news, count, behind ? `What came in since ${clock(late)} is not shown yet` : "");
  };
  const failed = () => {
    silent ||= Date.now();
    // A restart takes some seconds, and a laptop that wakes is not online at once.
    if (Date.now() - silent < 2 * EVERY) return;
    show(news, count, `Copydesk has not answered since ${clock(silent)}`);
  };
  const look = async () => {
    if (document.hidden) return;
    // One question at a time: of those that a server leaves open a browser has six at most.
    last?.abort();
    last = new AbortController();
    const { signal } = last;
    try {
      const answer = await fetch(`/fresh?${asked}`, {
        headers: { accept: "application/json" },
        signal,
      });
      if (answer.ok) answered(await answer.json());
      else failed();
    } catch {
      failed();
    }
  };
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  if ("waiting" in main.dataset) setTimeout(look, SOON);
}

// Who comes from a search is led to a report, which may be folded under its text.
function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  const folded = target?.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  target.scrollIntoView();
}

// "Show" loads the page anew: what was ticked and written in the story's form is taken along, and
// of what is there no more the headline.
const KEPT = "overrule";
const WRITTEN = ["who", "reason", "subject"];

// Who has all data of sites blocked has none: there "Show" shows the page as it comes.
function storage() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

function keepForm() {
  const form = document.getElementById("overrule");
  if (!form) return;
  const ticked = [...form.elements].filter((box) => box.name === "article" && box.checked);
  const written = WRITTEN.map((name) => form.elements[name].value);
  if (!ticked.length && !written.some(Boolean)) return;
  const texts = ticked.map((box) => [box.value, box.parentElement.querySelector("bdi").textContent]);
  storage()?.setItem(KEPT, JSON.stringify({ texts, written }));
}

function takeUpForm() {
  const form = document.getElementById("overrule");
  const kept = form && storage()?.getItem(KEPT);
  if (!kept) return;
  storage().removeItem(KEPT);
  const { texts, written } = JSON.parse(kept);
  WRITTEN.forEach((name, at) => (form.elements[name].value = written[at]));
  const boxes = new Map([...form.elements].map((box) => [box.name === "article" && box.value, box]));
  for (const [value] of texts) if (boxes.has(value)) boxes.get(value).checked = true;
  const gone = texts.filter(([value]) => !boxes.has(value)).map(([, headline]) => `“${headline}”`);
  const note = document.getElementById("unticked");
  note.hidden = !gone.length;
  note.textContent = `Ticked, but not here any more: ${gone.join(", ")}.`;
  form.parentElement.open = true;
}

openTarget();
addEventListener("hashchange", openTarget);
keepDates();
setInterval(keepDates, EVERY);
document.addEventListener("visibilitychange", keepDates);
if (main.dataset.after) watch();
takeUpForm();
fresh.querySelector("a").addEventListener("click", keepForm);
