// The survey page: shows what comes next and keeps each answer as it is given, also over a lost connection.
// Without this script the buttons do the same, page by page.
(() => {
  const form = document.querySelector("form[data-keep], form[data-preview]");
  if (!form) return;
  const preview = form.hasAttribute("data-preview");
  const status = document.getElementById("kept");
  const bar = document.getElementById("progress");
  const island = JSON.parse(document.getElementById("survey")?.textContent ?? "null");
  const logic = island && globalThis.surveyLogic;
  const sets = [...form.querySelectorAll("fieldset.q")];
  const byName = new Map(sets.map((set) => [set.dataset.q, set]));
  const pageOf = new Map(sets.map((set) => [set.dataset.q, Number(set.dataset.page)]));
  const order = logic ? island.plan.slots.map(([name]) => name) : sets.map((set) => set.dataset.q);
  const language = form.elements.lang.value;
  const waits = [2, 4, 8, 15, 30];
  const dirty = new Set(); // not yet on the server
  const changed = new Set(); // here, since the page was opened
  let way = { names: order, end: "" };
  let page = Number(form.elements.page.value);
  let timer = 0;
  let failures = 0;
  let composing = false;
  let sending = null;
  let done = false;
  let touchedAt = 0;
  let hand = "";

  // Reading the form

  const controls = (set) => [...set.elements].filter((each) => each.name?.startsWith("q-"));
  const isOther = (each) => each?.classList.contains("other") ?? false; // own words, typed beside an option
  const opener = (words) => words.previousElementSibling.control ?? words.previousElementSibling;
  const opened = (each) => (each.tagName === "SELECT" ? "other" in (each.selectedOptions[0]?.dataset ?? {}) : each.checked);
  const chosen = (each) => (isOther(each) ? opened(opener(each)) : !["radio", "checkbox"].includes(each.type) || each.checked);
  const pairs = (set) => controls(set).filter(chosen).map((each) => [each.name, each.value]);
  const parts = (set) => {
    const start = set.dataset.q.length + 3;
    return Object.fromEntries(pairs(set).filter(([, value]) => value.trim()).map(([name, value]) => [name.slice(start), value]));
  };
  const some = (value) => (value && Object.keys(value).length ? value : undefined);
  const answerOf = (set) => {
    const main = pairs(set).filter(([name, value]) => name === `q-${set.dataset.q}` && value.trim()).map(([, value]) => value);
    switch (set.dataset.kind) {
      case "score":
      case "rating":
      case "number":
        return main.length ? Number(main[0]) : undefined;
      case "choices":
        return some(main);
      case "matrix":
      case "contact":
        return some(parts(set));
      case "ranking":
        return some(Object.entries(parts(set)).sort(([, a], [, b]) => a - b).map(([option]) => option));
      case "file":
        return some([...set.querySelectorAll(".files li")].map((each) => each.textContent));
      default:
        return main[0]?.trim();
    }
  };
  const answers = () => {
    const found = {};
    for (const set of sets) {
      const answer = answerOf(set);
      if (answer !== undefined) found[set.dataset.q] = answer;
    }
    return found;
  };
  const ownWords = (beside) => isOther(beside) && beside.value.trim();
  const labelOf = (set) => {
    const ranked = [...set.querySelectorAll(".place")].filter((each) => each.value).sort((a, b) => a.value - b.value);
    const words = controls(set).flatMap((each) => {
      if (each.classList.contains("place")) return [];
      if (each.tagName === "SELECT") {
        const words = opened(each) && ownWords(each.nextElementSibling);
        return each.value ? [words || each.selectedOptions[0].textContent] : [];
      }
      if (!["radio", "checkbox"].includes(each.type)) return each.name === `q-${set.dataset.q}` && each.value ? [each.value] : [];
      const figure = ["score", "rating"].includes(set.dataset.kind);
      if (figure || !each.checked) return each.checked ? [each.value] : [];
      return [ownWords(each.labels[0].nextElementSibling) || each.labels[0].textContent.trim()];
    });
    words.push(...ranked.map((each) => each.nextElementSibling.textContent));
    return words.join(language === "zh" ? "、" : ", ");
  };

  // Showing the way

  const show = () => {
    const given = answers();
    if (logic) way = logic.route(island.plan, given, island.facts, island.full);
    const on = new Set(way.names);
    const pages = [...new Set(way.names.map((name) => pageOf.get(name)))].sort((a, b) => a - b);
    if (pages.length && !pages.includes(page)) page = pages.findLast((each) => each < page) ?? pages[0];
    for (const set of sets) {
      const visible = on.has(set.dataset.q) && pageOf.get(set.dataset.q) === page;
      set.hidden = !visible;
      set.disabled = !visible;
    }
    const at = pages.indexOf(page);
    const last = at === pages.length - 1;
    const button = (name) => form.querySelector(`[data-go=${name}]`);
    button("back").hidden = at <= 0;
    button("next").hidden = last;
    button("send").hidden = !last;
    form.elements.page.value = page;
    if (bar) {
      const asked = way.names.filter((name) => byName.get(name).dataset.kind !== "note");
      bar.hidden = pages.length < 2;
      bar.max = Math.max(asked.length, 1);
      bar.value = asked.filter((name) => name in given).length;
    }
    speak(on);
    return { pages, at };
  };
  const speak = (on) => {
    const band = form.querySelector("input[data-band]:checked")?.dataset.band;
    const labels = {};
    for (const name of on) labels[name] = labelOf(byName.get(name));
    for (const place of form.querySelectorAll("[data-text]")) {
      const text = (band && place.dataset[band]) || place.dataset.text;
      const words = logic ? logic.said(text, labels, island.facts, way.values) : text;
      if (place.textContent !== words) place.textContent = words;
    }
  };
  const turn = (to, remember = true) => {
    page = to;
    show();
    if (remember) history.pushState({ page }, "");
    scrollTo(0, 0);
    const first = sets.find((set) => !set.hidden);
    first?.setAttribute("tabindex", "-1");
    first?.focus({ preventScroll: true });
  };

  // Keeping: what is not yet on the server waits in this browser, and is tried again

  const shelf = () => `survey:${new URL(form.action).pathname}`;
  const store = () => {
    if (preview) return;
    try {
      const waiting = [...dirty].map((name) => [name, pairs(byName.get(name))]);
      const once = form.elements.once?.value; // the same visitor comes back, not another
      if (waiting.length) localStorage.setItem(shelf(), JSON.stringify({ once, waiting }));
      else localStorage.removeItem(shelf());
    } catch {
      // Private windows may refuse; then only this page keeps them.
    }
  };
  const fetchBack = () => {
    let kept = null;
    try {
      kept = JSON.parse(localStorage.getItem(shelf()));
    } catch {
      // Nothing that could be read was kept.
    }
    if (kept?.once && form.elements.once) form.elements.once.value = kept.once;
    for (const [name, values] of kept?.waiting ?? []) {
      const set = byName.get(name);
      if (!set) continue;
      for (const each of controls(set)) {
        const own = values.filter(([field]) => field === each.name).map(([, value]) => value);
        if (["radio", "checkbox"].includes(each.type)) each.checked = own.includes(each.value);
        else if (own.length) each.value = own[0];
      }
      dirty.add(name);
      changed.add(name);
    }
  };
  const body = (names) => {
    const found = new URLSearchParams();
    for (const each of ["lang", "page", "once", "website"]) found.set(each, form.elements[each]?.value ?? "");
    found.set("h", hand);
    if (touchedAt) found.set("t", String(Math.round((Date.now() - touchedAt) / 1000)));
    if (navigator.webdriver) found.set("w", "1");
    for (const name of names) {
      found.append("on", name);
      for (const [field, value] of pairs(byName.get(name))) found.append(field, value);
    }
    return found;
  };
  const post = async (content, more = {}) => {
    const answer = await fetch(form.action, { method: "POST", body: content, ...more });
    if (answer.status === 409 || answer.status === 410) location.reload();
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    return answer;
  };
  // What stands here as the server gave it may be older than what another tab has said since.
  const differs = (each) => {
    if (["radio", "checkbox"].includes(each.type)) return each.checked !== each.defaultChecked;
    if (each.tagName === "SELECT") return each.selectedIndex !== Math.max(0, [...each.options].findIndex((option) => option.defaultSelected));
    return each.value !== each.defaultValue;
  };
  const ours = () => {
    const mail = new URLSearchParams(location.search).has("score") && form.querySelector("input[data-band]:checked");
    const suggested = mail ? mail.closest("fieldset.q").dataset.q : "";
    return way.names.filter((name) => name === suggested || changed.has(name) || controls(byName.get(name)).some(differs));
  };
  // Hotels and trains answer in our place, with a page to log in and a status that says all is well.
  const told = async (answer) => {
    if (!answer.headers.get("content-type")?.includes("json")) throw new Error(answer.headers.get("content-type"));
    return answer.json();
  };
  const moveTo = (address) => {
    try {
      localStorage.removeItem(shelf());
    } catch {
      // Private windows may refuse; then nothing stands there.
    }
    form.action = address;
    history.replaceState(history.state, "", address + location.search);
    form.elements.once?.remove();
  };
  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(keep, wait);
  };
  let asked = null; // what has to be mended stays said when a save comes back
  // One at a time, so that an older answer never arrives after a newer one.
  const keep = async (opened = false) => {
    if (preview || composing || done || (!dirty.size && opened !== true)) return true;
    if (sending) {
      await sending;
      return dirty.size ? keep() : true;
    }
    const names = [...dirty];
    const content = body(names);
    content.set("partial", "1");
    sending = (async () => {
      try {
        const before = names.map((name) => JSON.stringify(pairs(byName.get(name))));
        const answer = await post(content, { keepalive: true });
        if (answer.status === 202) {
          // Who examines mail comes within minutes of it: what is not sent off waits here until a person shows.
          status.textContent = "";
          soon(Number(answer.headers.get("retry-after") ?? 60) * 1000);
          return true;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        const moved = answer.status === 204 ? "" : (await told(answer)).at;
        names.forEach((name, at) => {
          if (JSON.stringify(pairs(byName.get(name))) === before[at]) dirty.delete(name);
        });
        if (moved) moveTo(moved);
        store();
        failures = 0;
        if (names.length && !dirty.size && status.textContent !== asked) status.textContent = status.dataset.done;
        return true;
      } catch {
        status.textContent = status.dataset.failed;
        soon(waits[Math.min(failures++, waits.length - 1)] * 1000);
        return false;
      } finally {
        sending = null;
      }
    })();
    return sending;
  };
  const askOnceMore = (held) => {
    dirty.clear();
    store();
    const again = document.createElement("form");
    again.method = "post";
    again.action = form.action;
    for (const [name, value] of [["lang", language], ["held", held]]) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      again.append(field);
    }
    document.body.append(again);
    again.submit();
  };
  const send = async () => {
    clearTimeout(timer);
    if (sending) await sending;
    const names = ours();
    const content = body(names);
    content.set("go", "send");
    done = true;
    try {
      const answer = await post(content, { headers: { accept: "application/json" } });
      if (answer.status === 202) {
        askOnceMore((await told(answer)).held);
        return;
      }
      if (answer.status === 422) {
        done = false;
        HTMLFormElement.prototype.submit.call(form); // the server shows what has to be mended
        return;
      }
      const { next } = await told(answer);
      dirty.clear();
      store();
      location.assign(next);
    } catch {
      done = false;
      for (const name of names) if (answerOf(byName.get(name)) !== undefined) dirty.add(name);
      store();
      status.textContent = status.dataset.sending;
      pending = setTimeout(send, waits[Math.min(failures++, waits.length - 1)] * 1000);
    }
  };
  let pending = 0;
  // What has to be mended in a question before going on, in words.
  const fault = (set) => {
    if ("required" in set.dataset && set.dataset.kind !== "note" && answerOf(set) === undefined) return status.dataset.missing;
    const boxes = [...set.querySelectorAll("input[type=checkbox]:checked")];
    if (boxes.length > Number(set.dataset.most ?? Infinity)) return set.dataset.many;
    const few = boxes.length && boxes.length < Number(set.dataset.least ?? 0);
    return few && !boxes.some((each) => "alone" in each.dataset) ? set.dataset.few : "";
  };

  // What people do

  const change = (set) => {
    dirty.add(set.dataset.q);
    changed.add(set.dataset.q);
    clearTimeout(pending);
    asked = null;
    store();
    show();
  };
  const tidy = (target) => {
    const set = target.closest("fieldset.q");
    if (target.type === "checkbox" && target.checked) {
      for (const each of controls(set)) {
        if (each !== target && each.type === "checkbox" && ("alone" in each.dataset || "alone" in target.dataset)) each.checked = false;
      }
    }
    if (target.classList.contains("place") && target.value) {
      for (const each of set.querySelectorAll(".place")) if (each !== target && each.value === target.value) each.value = "";
    }
  };
  const upload = async (input) => {
    const content = new FormData();
    for (const each of ["lang", "once"]) content.set(each, form.elements[each]?.value ?? "");
    content.set("partial", "1");
    for (const file of input.files) content.append(input.name, file);
    content.set("page", String(page));
    const names = [...input.files].map((file) => file.name);
    try {
      await keep();
      const answer = await post(content);
      if (!answer.ok) throw new Error(String(answer.status));
      if (answer.status !== 204) moveTo((await told(answer)).at);
      for (const name of names) {
        const line = document.createElement("li");
        line.textContent = name;
        input.closest("fieldset").querySelector(".files").append(line);
      }
      status.textContent = status.dataset.done;
      show();
    } catch {
      status.textContent = status.dataset.file;
    }
    input.value = "";
  };

  const choose = (option) => {
    if (option.tagName === "SELECT") option.value = option.querySelector("[data-other]").value;
    else option.checked = true;
    tidy(option);
    show();
  };
  form.addEventListener("change", (event) => {
    const set = event.target.closest("fieldset.q");
    if (!set) return;
    if (event.target.type === "file") {
      if (!preview) void upload(event.target);
      return;
    }
    tidy(event.target);
    change(set);
    // Words change when one leaves them, often by pressing the button, which sends them anyway.
    soon(event.target.type === "radio" || event.target.type === "checkbox" ? 0 : 400);
  });
  form.addEventListener("compositionstart", () => (composing = true));
  form.addEventListener("compositionend", () => (composing = false));
  form.addEventListener("input", (event) => {
    const set = event.target.closest("fieldset.q");
    if (!set || ["radio", "checkbox", "file"].includes(event.target.type)) return;
    if (ownWords(event.target) && !opened(opener(event.target))) choose(opener(event.target));
    dirty.add(set.dataset.q);
    changed.add(set.dataset.q);
    store();
    soon(1500);
  });
  const go = async (what) => {
    const { pages, at } = show();
    if (what === "back") {
      turn(pages[Math.max(0, at - 1)]);
      return;
    }
    const faulty = sets.find((set) => !set.hidden && fault(set));
    if (faulty) {
      status.textContent = asked = fault(faulty);
      controls(faulty)[0]?.focus();
      return;
    }
    status.textContent = "";
    if (at < pages.length - 1) {
      turn(pages[at + 1]);
      void keep();
    } else if (!preview) await send();
  };
  form.addEventListener("submit", (event) => {
    const what = event.submitter?.dataset.go ?? "next";
    event.preventDefault();
    if (what !== "lang") void go(what);
    else {
      const wanted = event.submitter.value.slice(5);
      void keep().then((kept) => {
        if (kept === false) return;
        const query = new URLSearchParams(location.search);
        query.set("lang", wanted);
        query.set("page", String(page));
        location.assign(`${new URL(form.action).pathname}?${query}`);
      });
    }
  });
  if (preview) form.querySelector("[data-go=send]").addEventListener("click", () => void go("send"));
  addEventListener("popstate", (event) => turn(event.state?.page ?? Number(pageOf.get(order[0])), false));
  addEventListener("online", () => {
    failures = 0;
    if (pending) {
      clearTimeout(pending);
      pending = 0;
      void send();
    } else void keep();
  });

  // A figure chosen in the mail counts once a person shows: scanners open links too, and some press buttons, but their
  // pointer jumps and their presses take no time. The server weighs what is told here with what else it knows.
  const touches = ["pointerdown", "pointerup", "pointercancel", "pointermove", "keydown", "keyup", "click"];
  const ranks = ["", "rested", "pressed", "keyed", "moved", "touched"];
  const LASTS = 30; // ms
  let moves = 0;
  let movedAt = 0;
  let downAt = Infinity;
  let keyAt = Infinity;
  const shows = (sign) => {
    if (ranks.indexOf(sign) <= ranks.indexOf(hand)) return;
    const first = !hand;
    hand = sign;
    if (hand === "touched") for (const name of touches) removeEventListener(name, touch);
    if (first) {
      touchedAt = Date.now();
      const suggested = form.querySelector("input[data-band]:checked");
      if (suggested && new URLSearchParams(location.search).has("score")) dirty.add(suggested.closest("fieldset.q").dataset.q);
    }
    if (!done && (first || dirty.size)) {
      clearTimeout(timer);
      timer = setTimeout(() => keep(first), 300);
    }
  };
  const seen = {
    pointermove(event) {
      movedAt ||= event.timeStamp;
      moves += 1;
      if (moves >= 3 && event.timeStamp - movedAt >= 400) shows("moved");
    },
    pointerdown(event) {
      downAt = event.timeStamp;
      shows("pressed");
    },
    pointerup(event) {
      if (event.pointerType !== "mouse" && event.timeStamp - downAt >= LASTS) shows("touched");
    },
    keydown(event) {
      if (!event.repeat) keyAt = event.timeStamp;
      shows("pressed");
    },
    keyup(event) {
      if (event.timeStamp - keyAt >= LASTS) shows("keyed");
    },
    click: () => shows("pressed"),
  };
  seen.pointercancel = seen.pointerup;
  const touch = (event) => {
    if (event.isTrusted) seen[event.type](event);
  };
  // On a phone a tap in the mail may be all that somebody gives: it counts after some seconds of looking.
  const restsOnAPhone = () => {
    if (!new URLSearchParams(location.search).has("score") || !matchMedia("(pointer: coarse)").matches) return;
    let looked = 0;
    const looking = setInterval(() => {
      if (document.visibilityState === "visible") looked += 1;
      if (looked >= 5) shows("rested");
      if (hand) clearInterval(looking);
    }, 1000);
  };
  if (!preview) {
    for (const name of touches) addEventListener(name, touch, { passive: true });
    addEventListener("pagehide", () => {
      if (touchedAt && !done) void keep();
    });
    restsOnAPhone();
    fetchBack();
  }
  show();
  if (dirty.size) soon(0);
  history.replaceState({ page }, "");
})();
