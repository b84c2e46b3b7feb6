// What HTML cannot do by itself: live states, selecting many, keyboard shortcuts.
"use strict";

(() => {
  const each = (selector, work, root = document) => root.querySelectorAll(selector).forEach(work);

  // Live states: one stream for the page; a message tells the new state of one machine.
  const live = document.querySelector("meta[name=oci-stream]");
  let retry = 0;

  const show = (cell, machine, tones, words) => {
    const value = machine[cell.dataset.live];
    const word = words[value] || value;
    if (value === undefined || word === cell.textContent) return;
    cell.textContent = word;
    cell.className = `badge ${tones[value] || "calm"}`;
    const row = cell.closest("tr") || cell;
    row.classList.remove("flash");
    requestAnimationFrame(() => row.classList.add("flash"));
  };

  const places = (machine) => document.querySelectorAll(`[data-serial="${CSS.escape(machine)}"]`);

  // Parts that renew themselves when something of their kinds is told: at once, then with pauses,
  // so that a thousand machines that start together cost every open page few requests.
  const renewed = new Map();
  const renew = (part) => {
    if (part.dataset.waiting || !part.isConnected) return;
    part.dataset.waiting = "1";
    const rest = Number(renewed.get(part.dataset.news) || 0) + Number(part.dataset.pause) - Date.now();
    setTimeout(() => {
      delete part.dataset.waiting;
      if (!part.isConnected) return;
      renewed.set(part.dataset.news, Date.now());
      htmx.trigger(part, "oci:news");
    }, Math.max(rest, 50));
  };
  const wants = (part, event) =>
    part.dataset.news.split(" ").includes(event.kind) &&
    (!part.dataset.changes || part.dataset.changes.split(" ").includes(event.change));

  const listen = () => {
    const source = new EventSource(live.content);
    const tones = JSON.parse(live.dataset.tones);
    const words = JSON.parse(live.dataset.words);
    const hear = (message) => {
      const event = JSON.parse(message.data);
      places(event.machine).forEach((place) => {
        each("[data-live]", (cell) => show(cell, event, tones, words), place);
        place.dispatchEvent(new CustomEvent("oci:machine"));
      });
      if (window.htmx) each("[data-news]", (part) => { if (wants(part, event)) renew(part); });
    };
    const kinds = new Set(["machine", "installation"]);
    each("[data-news]", (part) => part.dataset.news.split(" ").forEach((kind) => kinds.add(kind)));
    kinds.forEach((kind) => source.addEventListener(kind, hear));
    source.addEventListener("reset", () => location.reload());
    source.addEventListener("open", () => { retry = 0; });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      retry = Math.min(retry + 1, 6);
      setTimeout(listen, 1000 * 2 ** retry);
    });
    addEventListener("pagehide", () => source.close());
  };
  if (live) addEventListener("load", () => setTimeout(listen, 0));

  // Selecting many rows: the bar with the actions appears with the first.
  const count = () => {
    each("[data-selection]", (bar) => {
      const chosen = document.querySelectorAll("input[data-row]:checked").length;
      bar.hidden = chosen === 0;
      each("[data-count]", (place) => { place.textContent = chosen; }, bar);
    });
    each("input[data-row]", (box) => box.closest("tr").classList.toggle("selected", box.checked));
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[data-all]")) {
      each("input[data-row]", (box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("input[data-row], input[data-all]")) count();
    if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
  });
  // What was selected stays selected when the table renews itself.
  let chosen = [];
  document.addEventListener("htmx:beforeSwap", () => {
    chosen = [...document.querySelectorAll("input[data-row]:checked")].map((box) => box.value);
  });
  document.addEventListener("htmx:afterSwap", () => {
    each("input[data-row]", (box) => { if (chosen.includes(box.value)) box.checked = true; });
    count();
  });
  addEventListener("pageshow", count);

  // A log that grows stays at its end unless somebody reads further up.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const log = event.target.closest && event.target.closest(".log");
    if (log) log.dataset.follow = log.scrollTop + log.clientHeight >= log.scrollHeight - 20;
  });
  document.addEventListener("htmx:afterSettle", () => {
    each(".log", (log) => { if (log.dataset.follow !== "false") log.scrollTop = log.scrollHeight; });
  });
  addEventListener("load", () => each(".log", (log) => { log.scrollTop = log.scrollHeight; }));

  // A file that is chosen fills the field that its form has for it; only then is anything sent.
  document.addEventListener("change", async (event) => {
    if (!event.target.matches("input[type=file][data-fill]") || !event.target.files.length) return;
    const field = document.getElementById(event.target.dataset.fill);
    field.value = await event.target.files[0].text();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // "/" leads to the search, as in many programs.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      const field = document.querySelector("main input[type=search]") ||
        document.querySelector("input[type=search]");
      if (field) { field.focus(); event.preventDefault(); }
    }
  });
})();
