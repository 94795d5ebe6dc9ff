// Live updates over server-sent events.
//
// <section data-live="/listen/stream?feeling=negative" data-live-into="#voices" data-live-max="200"> … </section>
//   - messages with HTML are put first into data-live-into (unless paused: then they wait behind "n new");
//   - every message also becomes a `live:<name>` event on <body>, for hx-trigger="live:voice from:body throttle:2s".
// A hidden tab holds no connection; it asks for what it missed when it is looked at again.
import htmx from "htmx.org";
import { word } from "./words";

class Live {
  private source: EventSource | undefined;
  private last: string;
  private waiting: string[] = [];
  private paused = false;

  constructor(private readonly root: HTMLElement) {
    this.last = root.dataset["liveAfter"] ?? "";
    document.addEventListener("visibilitychange", this.follow);
    document.addEventListener("htmx:afterSwap", this.leave);
    root.addEventListener("click", this.clicked);
    this.follow();
  }

  private readonly follow = (): void => {
    if (!this.root.isConnected) return this.stop();
    if (document.hidden) this.source?.close();
    else this.connect();
  };

  private readonly leave = (): void => {
    if (!this.root.isConnected) this.stop();
  };

  private stop(): void {
    this.source?.close();
    document.removeEventListener("htmx:afterSwap", this.leave);
    document.removeEventListener("visibilitychange", this.follow);
  }

  private connect(): void {
    this.source?.close();
    const address = new URL(this.root.dataset["live"]!, location.href);
    if (this.last) address.searchParams.set("after", this.last);
    this.source = new EventSource(address);
    this.source.onopen = () => this.state(this.paused ? "paused" : "live");
    this.source.onerror = () => this.state("lost");
    for (const name of (this.root.dataset["liveEvents"] ?? "voice").split(" ")) {
      this.source.addEventListener(name, (event) => this.heard(name, event as MessageEvent<string>));
    }
  }

  private heard(name: string, event: MessageEvent<string>): void {
    if (!this.root.isConnected) return this.stop();
    if (event.lastEventId) this.last = event.lastEventId;
    document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail: event.data }));
    if (!this.root.dataset["liveInto"] || !event.data) return;
    this.waiting.push(event.data);
    if (this.paused) this.count();
    else this.flush();
  }

  private flush(): void {
    const into = document.querySelector<HTMLElement>(this.root.dataset["liveInto"]!);
    for (const html of this.waiting.splice(0)) this.put(into, html);
    this.count();
  }

  private put(into: HTMLElement | null, html: string): void {
    const template = document.createElement("template");
    template.innerHTML = html;
    const arrived = template.content.firstElementChild;
    if (!into || !arrived || (arrived.id && document.getElementById(arrived.id))) return;
    arrived.classList.add("arrived");
    into.prepend(arrived);
    htmx.process(arrived);
    document.querySelector("[data-live-empty]")?.remove();
    const most = Number(this.root.dataset["liveMax"] ?? 200);
    while (into.children.length > most) into.lastElementChild?.remove();
  }

  private readonly clicked = (event: Event): void => {
    if (!(event.target as Element).closest("[data-live-pause]")) return;
    this.paused = !this.paused;
    this.state(this.paused ? "paused" : "live");
    if (!this.paused) this.flush();
  };

  private state(state: "live" | "paused" | "lost"): void {
    const light = this.root.querySelector<HTMLElement>("[data-live-state]");
    if (light) {
      light.dataset["state"] = state;
      light.textContent = word(`live_${state}`);
    }
    const button = this.root.querySelector<HTMLElement>("[data-live-pause]");
    button?.setAttribute("aria-pressed", String(this.paused));
    const label = button?.querySelector("[data-label]");
    if (label) label.textContent = word(this.paused ? "resume" : "pause");
  }

  private count(): void {
    const shown = this.root.querySelector<HTMLElement>("[data-live-waiting]");
    if (!shown) return;
    shown.hidden = this.waiting.length === 0;
    shown.textContent = word("new_voices").replace("%s", String(this.waiting.length));
  }
}

export function startLive(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-live]:not([data-live-on])")) {
    element.dataset["liveOn"] = "";
    new Live(element);
  }
}
