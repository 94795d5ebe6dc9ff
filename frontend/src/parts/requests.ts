// htmx around the edges: clean addresses, an honest word when something fails, one line that shows work.
import htmx from "htmx.org";
import { toast } from "./toasts";
import { word } from "./words";

interface ConfigRequest {
  verb: string;
  formData: FormData;
  headers: Record<string, string>;
}
interface Failed {
  xhr: XMLHttpRequest;
}

/** Empty filters stay out of the address, so that a link says only what was chosen. */
function dropEmpty({ verb, formData }: ConfigRequest): void {
  if (verb !== "get") return;
  for (const name of new Set(formData.keys())) {
    const kept = formData.getAll(name).filter((value) => value !== "");
    formData.delete(name);
    for (const value of kept) formData.append(name, value);
  }
}

function explain({ xhr }: Failed): void {
  if (xhr.status === 401) return location.reload();
  if (xhr.status === 403) return toast({ text: word("forbidden"), level: "error" });
  if (xhr.status === 404) return toast({ text: word("gone"), level: "error" });
  if (xhr.status === 409) return toast({ text: word("conflict"), level: "error" });
  if (xhr.status === 429) return toast({ text: word("slow_down"), level: "error" });
  toast({ text: `${word("server_error")} (${xhr.status})`, level: "error" });
}

function busy(): void {
  let running = 0;
  const bar = document.getElementById("page-busy");
  const show = (step: number) => () => bar?.classList.toggle("on", (running = Math.max(0, running + step)) > 0);
  document.addEventListener("htmx:beforeRequest", show(1));
  document.addEventListener("htmx:afterRequest", show(-1));
}

function offline(): void {
  const bar = document.getElementById("offline");
  const show = (): void => {
    if (bar) bar.hidden = navigator.onLine;
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
}

/** "settled": a search field's text once typing (and any input method's composition) has paused. */
function settle(): void {
  const timers = new WeakMap<Element, number>();
  const later = (field: HTMLInputElement): void => {
    window.clearTimeout(timers.get(field));
    timers.set(field, window.setTimeout(() => field.dispatchEvent(new Event("settled", { bubbles: true })), 220));
  };
  const heard = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    if (field.type === "search" && !(event as InputEvent).isComposing) later(field);
  };
  document.addEventListener("input", heard);
  document.addEventListener("compositionend", heard);
}

/** Plain GET forms get the same clean address as htmx ones. */
function plainFilters(): void {
  document.addEventListener("formdata", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.method !== "get") return;
    dropEmpty({ verb: "get", formData: event.formData, headers: {} });
  });
}

export function startRequests(): void {
  // Going back loads the page anew: a kept copy would show old figures and a dead live connection.
  const history = { historyCacheSize: 0, refreshOnHistoryMiss: true };
  Object.assign(htmx.config, { allowEval: false, includeIndicatorStyles: false, scrollIntoViewOnBoost: false, ...history });
  htmx.config.responseHandling = [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ];
  document.addEventListener("htmx:configRequest", (event) => dropEmpty((event as CustomEvent<ConfigRequest>).detail));
  document.addEventListener("htmx:responseError", (event) => explain((event as CustomEvent<Failed>).detail));
  document.addEventListener("htmx:sendError", () => toast({ text: word("unreachable"), level: "error" }));
  document.addEventListener("htmx:timeout", () => toast({ text: word("unreachable"), level: "error" }));
  busy();
  offline();
  settle();
  plainFilters();
}
