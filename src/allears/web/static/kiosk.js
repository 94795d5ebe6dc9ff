// The loop of a tablet: one question at a time, back to the start by itself, answers kept until they have arrived.
(() => {
  const told = JSON.parse(document.getElementById("kiosk").textContent);
  const stage = document.getElementById("stage");
  const line = document.getElementById("waiting");
  const NAME = `allears-kiosk-${told.salt}`;
  const RETRY = 15_000;
  const THANKS = 6_000;
  let language = told.language;
  let at = 0;
  let answers = {};
  let visit = "";
  let idle = 0;
  let corner = 0;
  let busy = false;
  let cut = !navigator.onLine;
  let full = false;
  let loose = []; // what waits while the browser keeps nothing: full, or closed to us

  const sheet = () => told.sheets[language];
  const make = (tag, given = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) made.setAttribute(name, value);
    }
    made.append(...children.filter(Boolean));
    return made;
  };
  const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

  const read = () => {
    if (full) return loose;
    try {
      return JSON.parse(localStorage.getItem(NAME) || "[]");
    } catch {
      return [];
    }
  };
  // Nothing that waits is thrown away: what the browser's store does not take waits in the page, and is sent from there.
  const write = (queue) => {
    try {
      localStorage.setItem(NAME, JSON.stringify(queue));
      full = false;
      loose = [];
    } catch {
      full = true;
      loose = queue;
    }
    tell();
  };
  const tell = () => {
    const waiting = read().length;
    const { words } = sheet();
    const so = full ? words.full : waiting === 1 ? words.one : words.waiting;
    const said = cut && waiting ? so.replace("%s", waiting) : "";
    if (line.textContent !== said) line.textContent = said;
    line.hidden = !said;
  };
  // The newest state of each visit takes the place of the one before; the server knows a repeat by the visit's name.
  const keep = (complete) => {
    const queue = read().filter((each) => each.visit !== visit);
    queue.push({ visit, answers: { ...answers }, complete, lang: language, at: Date.now() });
    write(queue);
    flush();
  };
  const flush = async () => {
    if (busy) return;
    busy = true;
    try {
      for (let next = read()[0]; next; next = read()[0]) {
        const sent = JSON.stringify(next);
        const body = JSON.stringify({ ...next, ago: Math.max(0, Math.round((Date.now() - next.at) / 1000)) || 0 });
        const answer = await fetch(told.answer, { method: "POST", body, headers: { "Content-Type": "application/json" } });
        const ours = answer.headers.get("Content-Type")?.includes("json"); // not the page of a Wi-Fi that wants a log-in
        cut = !ours || answer.status >= 500 || answer.status === 429;
        if (cut) break;
        write(read().filter((each) => JSON.stringify(each) !== sent));
      }
    } catch {
      cut = true; // no connection: the timer comes back
    } finally {
      busy = false;
      tell();
    }
  };

  const rest = () => {
    clearTimeout(idle);
    idle = setTimeout(begin, told.idle * 1000);
  };
  const begin = () => {
    at = 0;
    answers = {};
    visit = random();
    language = told.language;
    show();
  };
  // A second tap of a double one was meant for the question before.
  const once = (act) => (event) => event.detail < 2 && act();
  const answered = (name, value) => {
    if (value) answers[name] = value;
    at += 1;
    const done = at >= sheet().questions.length;
    if (Object.keys(answers).length) keep(done);
    show();
  };
  const languages = () =>
    make(
      "p",
      { class: "kiosk-languages" },
      ...Object.keys(told.sheets)
        .filter((each) => each !== language)
        .map((each) =>
          make(
            "button",
            {
              type: "button",
              class: "button button-quiet",
              lang: each,
              onclick: () => {
                language = each;
                show();
              },
            },
            { zh: "中文", en: "English" }[each] || each,
          ),
        ),
    );
  const field = (question) => {
    const { name } = question;
    const tap = (value, shown, label) =>
      make("button", { type: "button", class: "tap", "aria-label": label, onclick: once(() => answered(name, String(value))) }, shown);
    if (question.kind === "score") {
      const last = question.values.length - 1;
      const ends = (index) => (index === 0 ? question.low : index === last ? question.high : "");
      const marks = question.values.map(({ score }, index) => tap(score, String(score), ends(index) ? `${score}, ${ends(index)}` : null));
      return make(
        "div",
        {},
        make("div", { class: `scale scale-${question.values.length}` }, ...marks),
        make("div", { class: "ends", "aria-hidden": "true" }, make("span", {}, question.low), make("span", {}, question.high)),
      );
    }
    if (question.kind === "choice") {
      return make("div", { class: "kiosk-options" }, ...question.options.map((each) => tap(each.value, each.text)));
    }
    const area = make("textarea", { rows: 4, "aria-labelledby": "asked", maxlength: question.max_length, oninput: rest });
    const { send, skip } = sheet().words;
    return make(
      "div",
      {},
      area,
      make(
        "p",
        { class: "row" },
        make("button", { type: "button", class: "button", onclick: () => answered(name, area.value.trim()) }, send),
        make("button", { type: "button", class: "button button-quiet", onclick: () => answered(name, "") }, skip),
      ),
    );
  };
  const worded = (question) => {
    const scored = sheet().questions.find((each) => each.kind === "score" && answers[each.name]);
    const band = scored?.values.find((each) => String(each.score) === answers[scored.name])?.band;
    return (band && question.bands?.[band]) || question.text;
  };
  const show = () => {
    document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
    tell();
    const question = sheet().questions[at];
    clearTimeout(idle);
    if (!question) {
      stage.replaceChildren(make("h1", { tabindex: "-1", role: "status" }, sheet().thanks));
      idle = setTimeout(begin, THANKS);
      return;
    }
    const heading = make("h1", { id: "asked", tabindex: "-1" }, worded(question));
    stage.replaceChildren(heading, field(question), at === 0 && Object.keys(told.sheets).length > 1 ? languages() : "");
    heading.focus();
    if (at || language !== told.language) rest();
  };

  const leave = () => {
    const words = sheet().words;
    const pin = make("input", { type: "password", inputmode: "numeric", autocomplete: "off", "aria-label": words.pin });
    const said = make("p", { role: "alert" });
    const form = make("form", {}, make("h1", {}, words.leave), pin, said, make("button", { class: "button" }, words.leave));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await fetch(told.exit, {
        method: "POST",
        body: JSON.stringify({ pin: pin.value }),
        headers: { "Content-Type": "application/json" },
      }).catch(() => null);
      if (!answer?.ok) {
        said.textContent = !answer ? words.unreachable : answer.status === 429 ? words.slow : words.wrong;
        return;
      }
      clearTimeout(idle);
      if (document.fullscreenElement) await document.exitFullscreen();
      stage.replaceChildren(make("button", { class: "button", type: "button", onclick: begin }, words.again));
    });
    stage.replaceChildren(form);
    pin.focus();
    rest();
  };
  // Five taps in the upper left corner ask for the PIN: nobody finds that by accident.
  addEventListener("pointerdown", (event) => {
    if (!document.fullscreenElement) document.documentElement.requestFullscreen?.().catch(() => undefined);
    corner = event.clientX < 80 && event.clientY < 80 ? corner + 1 : 0;
    if (corner >= 5) {
      corner = 0;
      leave();
    }
  });
  addEventListener("contextmenu", (event) => event.preventDefault());
  addEventListener("online", flush);
  addEventListener("offline", () => {
    cut = true;
    tell();
  });
  // With it the page also opens without a connection, after a restart of the tablet.
  navigator.serviceWorker?.register("/k/worker.js").catch(() => undefined);
  setInterval(flush, RETRY);
  flush();
  begin();
})();
