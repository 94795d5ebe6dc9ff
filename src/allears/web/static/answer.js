// The survey page: keeps each answer as it is given. Without this script the button does the same.
(() => {
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const status = document.getElementById("kept");
  let kept = "";
  let timer = 0;
  let composing = false;
  let sending = null;
  let touched = false;

  const fields = () => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(keep, wait);
  };
  // One at a time, so that an older answer never arrives after a newer one.
  const keep = async () => {
    const body = fields();
    const now = body.toString();
    if (composing || now === kept) return;
    if (sending) {
      soon(150);
      return;
    }
    body.set("partial", "1");
    sending = new AbortController();
    try {
      const answer = await fetch(form.action, { method: "POST", body, keepalive: true, signal: sending.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      kept = now;
      status.textContent = status.dataset.done;
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = status.dataset.failed;
    } finally {
      sending = null;
    }
  };
  const prompt = () => {
    const band = form.querySelector("input[data-band]:checked")?.dataset.band;
    for (const label of form.querySelectorAll("[data-text]")) {
      label.textContent = (band && label.dataset[band]) || label.dataset.text;
    }
  };

  // A figure chosen in the mail counts once a person touches the page: scanners open links too, but touch nothing.
  const touches = ["pointerdown", "pointermove", "keydown", "touchstart"];
  const touch = (event) => {
    if (!event.isTrusted) return;
    for (const name of touches) removeEventListener(name, touch);
    touched = true;
    soon(300);
  };
  for (const name of touches) addEventListener(name, touch, { passive: true });

  form.addEventListener("change", (event) => {
    prompt();
    // Words change when one leaves them, often by pressing the button, which sends them anyway.
    soon(event.target.type === "radio" ? 0 : 400);
  });
  form.addEventListener("compositionstart", () => (composing = true));
  form.addEventListener("compositionend", () => (composing = false));
  form.addEventListener("input", (event) => {
    if (event.target.type !== "radio") soon(1500);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    sending?.abort();
    kept = fields().toString();
  });
  addEventListener("pagehide", () => {
    if (touched) keep();
  });
})();
