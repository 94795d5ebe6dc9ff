// Toasts: what was done, with its undo. They wait while pointed at or focused.
import { word } from "./words";

export interface Toast {
  text: string;
  level?: string;
  undo?: string;
}

const csrf = (): string =>
  (document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "") as string;

function undoForm(action: string): HTMLFormElement {
  const form = document.createElement("form");
  form.method = "post";
  form.action = action;
  const token = Object.assign(document.createElement("input"), {
    type: "hidden",
    name: "csrfmiddlewaretoken",
    value: csrf(),
  });
  const button = Object.assign(document.createElement("button"), { className: "undo", textContent: word("undo") });
  form.append(token, button);
  return form;
}

function expire(item: HTMLElement, after: number): void {
  let timer = window.setTimeout(() => item.remove(), after);
  const hold = (): void => window.clearTimeout(timer);
  const release = (): void => {
    timer = window.setTimeout(() => item.remove(), after);
  };
  item.addEventListener("pointerenter", hold);
  item.addEventListener("focusin", hold);
  item.addEventListener("pointerleave", release);
  item.addEventListener("focusout", release);
}

function close(item: HTMLElement): HTMLButtonElement {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  button.setAttribute("aria-label", word("close"));
  button.addEventListener("click", () => item.remove());
  return button;
}

export function toast({ text, level, undo }: Toast): void {
  const item = document.createElement("div");
  item.className = "toast-item";
  item.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (undo) item.append(undoForm(undo));
  item.append(close(item));
  document.getElementById("toasts")?.append(item);
  expire(item, level === "error" || undo ? 12_000 : 6_000);
}

export function startToasts(): void {
  for (const item of document.querySelectorAll<HTMLElement>("#toasts .toast-item")) {
    item.querySelector<HTMLElement>("[data-close]")?.addEventListener("click", () => item.remove());
    expire(item, item.dataset["level"] === "error" ? 20_000 : 9_000);
  }
  document.body.addEventListener("toast", (event) => {
    const { detail } = event as CustomEvent<{ value?: Toast[] }>;
    for (const each of detail.value ?? []) toast(each);
  });
}
