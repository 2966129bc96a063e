// The page works without this. With it, times are in the reader's zone and new reports are offered.
"use strict";

const EVERY_SECONDS = 30;

const HOUR = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DATE = { day: "numeric", month: "short" };

function written(at, form) {
  return at.toLocaleString("en-GB", form).replace(",", "");
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

function offer(count) {
  const place = document.getElementById("fresh");
  const words = `${count.toLocaleString("en")} new ${count === 1 ? "report" : "reports"}`;
  const known = place.querySelector("span");
  if (known) {
    if (known.textContent !== words) known.textContent = words;
    return;
  }
  const text = document.createElement("span");
  text.textContent = words;
  const show = document.createElement("a");
  show.href = location.pathname + location.search;
  show.textContent = "Show";
  place.append(text, " — ", show);
}

function watch(main) {
  const asked = new URLSearchParams({ after: main.dataset.after });
  if (main.dataset.story) asked.set("story", main.dataset.story);
  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(`/fresh?${asked}`, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const { reports } = await answer.json();
      if (reports > 0) offer(reports);
    } catch {
      // The server is away; the next look may find it again.
    }
  };
  setInterval(look, EVERY_SECONDS * 1000);
  document.addEventListener("visibilitychange", look);
}

const main = document.getElementById("content");
localTimes(new Date(main.dataset.reference));
if (main.dataset.after) watch(main);
