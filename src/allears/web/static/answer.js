// The survey page: keeps each answer as it is given. Without this script the button does the same.
(() => {
  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const status = document.getElementById("kept");
  let kept = "";
  let timer = 0;
  let composing = false;

  const fields = () => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const keep = async () => {
    clearTimeout(timer);
    const body = fields();
    if (composing || body.toString() === kept) return;
    const before = kept;
    kept = body.toString();
    body.set("partial", "1");
    try {
      const answer = await fetch(form.action, { method: "POST", body, keepalive: true });
      if (!answer.ok) throw new Error(String(answer.status));
      status.textContent = status.dataset.done;
    } catch {
      kept = before;
      status.textContent = status.dataset.failed;
    }
  };
  const prompt = () => {
    const chosen = form.querySelector("input[data-band]:checked");
    const band = chosen && chosen.dataset.band;
    for (const label of form.querySelectorAll("[data-text]")) {
      label.textContent = (band && label.dataset[band]) || label.dataset.text;
    }
  };

  // A figure chosen in the mail counts once a person touches the page: scanners open links too, but touch nothing.
  const touch = (event) => {
    if (!event.isTrusted) return;
    for (const name of touches) removeEventListener(name, touch);
    keep();
  };
  const touches = ["pointerdown", "pointermove", "keydown", "touchstart"];
  for (const name of touches) addEventListener(name, touch, { passive: true });

  form.addEventListener("change", () => {
    prompt();
    keep();
  });
  form.addEventListener("compositionstart", () => (composing = true));
  form.addEventListener("compositionend", () => (composing = false));
  form.addEventListener("input", (event) => {
    if (event.target.type === "radio") return;
    clearTimeout(timer);
    timer = setTimeout(keep, 1500);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
  addEventListener("pagehide", () => {
    if (fields().toString() !== kept && form.dataset.touched) keep();
  });
  addEventListener("pointerdown", () => (form.dataset.touched = "1"), { once: true, passive: true });
  addEventListener("keydown", () => (form.dataset.touched = "1"), { once: true });
})();
