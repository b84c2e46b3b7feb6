// What HTML cannot do by itself: live states, selecting many, keyboard shortcuts.
"use strict";

(() => {
  const each = (selector, work, root = document) => root.querySelectorAll(selector).forEach(work);

  // Live states: one stream for the page; a message tells the new state of one machine.
  const live = document.querySelector("meta[name=oci-stream]");
  let retry = 0;

  const show = (cell, machine, tones) => {
    const value = machine[cell.dataset.live];
    if (value === undefined || value === cell.textContent) return;
    cell.textContent = value;
    cell.className = `badge ${tones[value] || "calm"}`;
    const row = cell.closest("tr") || cell;
    row.classList.remove("flash");
    requestAnimationFrame(() => row.classList.add("flash"));
  };

  const places = (machine) => document.querySelectorAll(`[data-serial="${CSS.escape(machine)}"]`);

  const listen = () => {
    const source = new EventSource(live.content);
    const tones = JSON.parse(live.dataset.tones);
    const hear = (message) => {
      const event = JSON.parse(message.data);
      places(event.machine).forEach((place) => {
        each("[data-live]", (cell) => show(cell, event, tones), place);
        place.dispatchEvent(new CustomEvent("oci:machine"));
      });
    };
    source.addEventListener("machine", hear);
    source.addEventListener("installation", hear);
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
  document.addEventListener("htmx:afterSwap", count);
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
